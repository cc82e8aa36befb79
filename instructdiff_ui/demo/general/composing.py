"""Families of longer texts: news items, texts to a title, story endings, fact lists, dialogues, reviews, riddles."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .facts import statement
from .lang import a, bullets, cap, numbered, pick
from .letters import ROLES
from .nature import THINGS
from .reviews import review
from .scenes import draw_passage

_THEMES = {
    "planets": ("planet_clue", "next_planet"),
    "rivers": ("river_continent", "river_mouth"),
    "capital cities": ("capital_city",),
    "famous people": ("maker",),
    "animals": ("animal_class", "baby_animal", "animal_sound"),
    "musical instruments": ("instrument_family",),
    "famous sights": ("landmark_country",),
    "months": ("month_days", "next_month"),
    "jobs": ("who_does",),
    "languages and countries": ("main_language",),
}


def news_item(rng: Random) -> Task:
    passage = draw_passage(rng)
    ask = pick(
        rng,
        (
            f"Write a short news item with the title '{cap(passage.title)}'.",
            f"Write four sentences for our town paper: {passage.summary}",
            f"Here is the main point of a story: {passage.summary} Please tell it with a few more details.",
            f"Turn this line into a short report. {passage.summary}",
            f"I have only one sentence, but I need a paragraph: {passage.summary}",
        ),
    )
    return Task("news_item", ask, passage.text)


def story_end(rng: Random) -> Task:
    passage = draw_passage(rng)
    ask = pick(
        rng,
        (
            "Continue this text with two sentences.",
            "What could happen next? Write two more sentences.",
            "Finish the story in two sentences.",
            "I am stuck here. Please write an ending for this little story.",
            "Add a good ending.",
        ),
    )
    return Task("story_end", ask, " ".join(passage.sentences[2:]), " ".join(passage.sentences[:2]))


def fact_list(rng: Random) -> Task:
    theme = pick(rng, tuple(_THEMES))
    count = rng.randint(3, 4)
    lines: dict[str, None] = {}
    while len(lines) < count:
        lines[statement(rng, pick(rng, _THEMES[theme]))] = None
    number = ("three", "four")[count - 3]
    ask = pick(
        rng,
        (
            f"Give me {number} facts about {theme}.",
            f"I am writing a quiz. Tell me {number} true things about {theme}.",
            f"{cap(number)} facts on {theme}, please.",
            f"What are {number} things a pupil could learn about {theme}?",
            f"Make a list of {number} facts about {theme} for the class wall.",
        ),
    )
    return Task("fact_list", ask, pick(rng, (bullets, numbered, " ".join))(list(lines)))


def dialogue(rng: Random) -> Task:
    role, said, reply = pick(rng, ROLES)
    speaker = role.split()[-1] if "fairy tale" not in role else "king"
    ask = pick(
        rng,
        (
            f"Write a very short dialogue between {role} and a visitor who says: '{said}'",
            f"I need two or three lines of a play. A visitor meets {role} and says: '{said}'",
            f"Write a little scene with {role}. It starts with the words '{said}'",
            f"Make up a short talk for my language class. The guest says '{said}' to {role}.",
        ),
    )
    guest = pick(rng, ("Visitor", "Guest"))
    end = pick(
        rng,
        ("Thank you very much!", "Good, thank you.", "All right, thank you."),
    )
    return Task("dialogue", ask, f"{guest}: {said}\n{cap(speaker)}: {reply}\n{guest}: {end}")


def write_review(rng: Random) -> Task:
    text, mood, _ = review(rng)
    first = text.replace("! ", ". ").split(". ")[0].rstrip(".!")
    ask = pick(
        rng,
        (
            f"Write a {mood} review that makes this point: '{first}'.",
            f"I want to leave a {mood} comment online. My main point: '{first}'. Please write it.",
            f"Help me write a short {mood} review. It should say '{first}'.",
            f"A short review, please, {mood}, with the words '{first}'.",
        ),
    )
    advice = "I can warmly recommend it." if mood == "positive" else "I cannot recommend it to anyone."
    return Task("write_review", ask, f"{text} {advice}")


def write_riddle(rng: Random) -> Task:
    thing, meaning, clue = pick(rng, THINGS)
    ask = pick(
        rng,
        (
            f"Make up a riddle about {a(thing)}.",
            f"I need a riddle for a treasure hunt. The thing to guess is {a(thing)}.",
            f"Write a riddle that leads to the word '{thing}'.",
            f"Can you turn {a(thing)} ({meaning}) into a riddle?",
            f"Riddle for children, please. Solution: {thing}.",
        ),
    )
    return Task("write_riddle", ask, f"{clue}. What am I?")


FAMILIES: dict[str, Family] = {
    family.__name__: family for family in (news_item, story_end, fact_list, dialogue, write_review, write_riddle)
}
