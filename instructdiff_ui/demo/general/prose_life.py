"""Pre-training prose on daily life: news, diaries, letters, stories, dialogues, articles, worked puzzles."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..task import Family, Task
from . import (
    composing,
    creative,
    editing,
    household,
    letters,
    lists,
    puzzles,
    reading,
    reasoning,
    spelling_forms,
    vocabulary,
)
from .advice import ADVICE, COMPARISONS, DISHES, HOW_TO, PACKING, SIDES, TIPS
from .facts import KINDS, statement
from .lang import cap, listed, pick
from .people import slots
from .reviews import review
from .scenes import draw_passage

_SAID = (
    '"{one_}" asked {name}. "{two_}" said {other}.',
    '{name} asked: "{one}" {other} thought about it. "{two}"',
    '"{one}" {name} wanted to know. {other} smiled. "{two}"',
    '{other} told {name}: "{two}" {name} had asked: "{one}"',
    '"{one}" That was what {name} asked. {other} wrote back: "{two}"',
)


def spoken(task: Task) -> str:
    """A response as someone would say it, in one line."""
    return task.output.replace(" The answer is ", " So it is ").replace("\n", " ")


def _talk(families: dict[str, Family]) -> Callable[[Random], str]:
    """A kind of document: people who talk about what the families ask."""
    draws = tuple(families.values())

    def draw(rng: Random) -> str:
        parts: list[str] = []
        values = slots(rng)
        while sum(map(len, parts)) < 330:
            task = pick(rng, draws)(rng)
            given = f" Here it is: {task.input}" if task.input else ""
            said = [" ".join(text.replace('"', "'").split()) for text in (task.instruction + given, spoken(task))]
            ends = [f"{text[:-1]}," if text.endswith(".") else text for text in said]
            texts = {"one": said[0], "two": said[1], "one_": ends[0], "two_": ends[1]}
            parts.append(pick(rng, _SAID).format(**texts, **values))
        return "\n".join(parts)

    return draw


def news(rng: Random) -> str:
    parts = []
    for _ in range(2):
        passage = draw_passage(rng)
        parts.append(f"{cap(passage.title)}\n{passage.text}")
    return "\n\n".join(parts)


def retold(rng: Random) -> str:
    passage = draw_passage(rng)
    short = pick(rng, ("In short:", "To sum up:", "In one sentence:", "Put briefly:"))
    facts = " ".join(f"{cap(point)}." for point in passage.points)
    asked_for = " ".join(f"{question} {cap(answer)}." for question, answer in passage.questions)
    told = pick(rng, (facts, asked_for))
    named = f"A good title is '{cap(passage.title)}'. The topic is {passage.topic}."
    return f"{passage.text}\n\n{short} {passage.summary} {named} {told}"


def diary(rng: Random) -> str:
    passage = draw_passage(rng)
    values = passage.values
    start = pick(rng, ("Dear diary,", f"{values['day']}.", f"{values['day']} evening.", "Today I heard a story."))
    text, mood, _ = review(rng)
    view = "pleased" if mood == "positive" else "not pleased"
    return (
        f"{start} {passage.text} That is what everyone in {values['town']} talked about. Later I read a comment on the "
        f"internet. {text} The writer was clearly {view}, so it is a {mood} review. Now I am tired. "
        f"In a book I read this. {statement(rng, pick(rng, tuple(KINDS)))}"
    )


def reviews(rng: Random) -> str:
    parts = []
    for _ in range(4):
        text, mood, reason = review(rng)
        parts.append(f"{text} This is a {mood} review: {reason}")
    return "\n\n".join(parts)


def _outputs(families: dict[str, Family], names: tuple[str, ...], count: int) -> Callable[[Random], str]:
    """A kind of document: texts that the families write, one after the other."""

    def draw(rng: Random) -> str:
        return "\n\n".join(spoken_lines(families[pick(rng, names)](rng)) for _ in range(count))

    return draw


def spoken_lines(task: Task) -> str:
    return task.output.replace(" The answer is ", " So it is ")


def article(rng: Random) -> str:
    task, *steps = pick(rng, HOW_TO)
    goal, *advice = pick(rng, TIPS)
    start = pick(
        rng, ("Many people ask how to", "It is not hard to", "Here is the easy way to", "Everyone should know how to")
    )
    told = ". Then ".join(steps)
    return f"{start} {task}. First {told}.\n\nIf you want to {goal}, {listed(advice)}. Do one thing at a time."


def cooking(rng: Random) -> str:
    dish, needed, *steps = pick(rng, DISHES)
    values = slots(rng)
    told = " ".join(f"{cap(step)}." for step in steps)
    end = f"{values['name']} made {dish} for {values['count']} guests on {values['day']}, and nothing was left."
    return f"{cap(dish)}\n\nYou need {needed}. {told} Serve it at once.\n\n{end} {draw_passage(rng).summary}"


def column(rng: Random) -> str:
    parts = [f"{trouble} {answer} {more}" for trouble, answer, more in rng.sample(ADVICE, 2)]
    thing, good, bad = pick(rng, SIDES)
    parts.append(f"There are two sides to {thing}: {good.replace(';', ', and')}, but {bad.replace(';', ', and')}.")
    return "\n\n".join(parts)


def differences(rng: Random) -> str:
    rows = rng.sample(COMPARISONS, 3)
    return "\n\n".join(f"{cap(x)} and {y} both {same}. {cap(p)}. {cap(q)}." for x, y, same, p, q in rows)


def travel(rng: Random) -> str:
    trip, needed, hint = pick(rng, PACKING)
    items = needed.split(", ")
    needs = f"For {trip} you need these things: {listed(items)}. {hint}."
    return "\n\n".join((needs, draw_passage(rng).text, draw_passage(rng).text))


DOCUMENTS: tuple[Callable[[Random], str], ...] = (
    *(news, retold, retold, diary, reviews, article, cooking, column, differences, travel),
    _talk(vocabulary.FAMILIES),
    _talk(spelling_forms.FAMILIES),
    _talk(reading.FAMILIES),
    _talk(editing.FAMILIES),
    _talk(lists.FAMILIES),
    _talk(reasoning.FAMILIES),
    _talk(puzzles.FAMILIES),
    _talk(household.FAMILIES),
    _talk(creative.FAMILIES),
    _talk(composing.FAMILIES),
    _outputs(letters.FAMILIES, ("email", "note", "invitation", "apology", "thanks"), 3),
    _outputs(creative.FAMILIES, ("story",), 2),
    _outputs(creative.FAMILIES, ("describe_place", "poem"), 4),
    _outputs(creative.FAMILIES, ("product_text", "slogan"), 4),
    _outputs(creative.FAMILIES, ("about_country", "about_animal", "explain"), 4),
    _outputs(household.FAMILIES, ("schedule", "tips", "packing_list", "how_to", "recipe"), 3),
)
