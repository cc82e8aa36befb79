"""Families of multiple-choice tasks over the topics, in several layouts."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .topic import Fact, Topic, cap
from .topics import TOPICS

GROUPS: dict[str, tuple[str, ...]] = {
    "choice_nutrition": ("deficiency", "nutrient", "deficiency", "enzyme"),
    "choice_hormones": ("gland", "hormone"),
    "choice_anatomy": ("organ", "system", "heart"),
    "choice_bones_and_muscles": ("bone", "muscle"),
    "choice_nerves_and_cells": ("nerve", "cell", "antibody"),
    "choice_infections": ("spread", "organism", "vaccine", "germ"),
    "choice_drugs": ("drug_class", "drug_use", "side_effect"),
    "choice_poisons_and_tests": ("antidote", "test", "imaging"),
    "choice_genetics": ("inheritance", "defect"),
    "choice_normal_values": ("normal", "milestone"),
    "choice_medical_words": ("affix", "term", "abbreviation"),
    "choice_history_and_doctors": ("pioneer", "specialist"),
}

_LEADS = (
    *("{question}",) * 12,
    "Choose the right option. {question}",
    "Exam practice: {question}",
    "Pick one. {question}",
    "Multiple choice, one option is right. {question}",
    "{question} Give a short reason with the letter.",
    "{question} Please say why.",
    "{question} I picked one at random, so an explanation would help.",
    "{question} I would have guessed, but I want to be sure.",
    "I keep mixing these up while revising {title}. {question}",
    "From a first-year test on {title}: {question}",
    "We argued about this at lunch and nobody was sure. {question}",
    "My daughter is revising {title} and I could not help her. {question}",
    "This came up in a quiz on {title}. {question}",
    "Practice question on {title}. {question}",
    "For a set of flash cards on {title}: {question}",
    "Only one of these is right. {question}",
    "Our tutor put this on the board today. {question}",
    "Could you check my thinking on this one? {question}",
    "Past paper, topic {title}. {question}",
    "Answer with the letter and a sentence of explanation. {question}",
    "Which option would you tick? {question}",
)


def draw(rng: Random, topic: Topic, back: bool | None = None) -> tuple[Fact, str, str, list[str]]:
    """A fact, a question on it, the right option and wrong options."""
    fact = rng.choice(topic.facts)
    if back is None:
        back = rng.random() < 0.4
    rest = topic.others(fact)
    if back:
        template, right = rng.choice(topic.back), fact.one
        wrong = [item.one for item in rest]
    else:
        template, right = rng.choice(topic.ask), fact.other
        wrong = [item.other for item in rest]
    return fact, cap(template.format(one=fact.one, other=fact.other)), right, rng.sample(wrong, min(3, len(wrong)))


def lettered(rng: Random, right: str, wrong: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """The letter of the right option, and all options with their letters."""
    texts = [*wrong, right]
    rng.shuffle(texts)
    pairs = list(zip("ABCD", texts, strict=False))
    return next(letter for letter, text in pairs if text == right), pairs


def laid_out(rng: Random, pairs: list[tuple[str, str]]) -> str:
    """The options as lines or in one line."""
    mark, gap = rng.choice(((")", "\n"), (")", "\n"), (")", "  "), (")", ", ")))
    return gap.join(f"{letter}{mark} {text}" for letter, text in pairs)


def reasoned(rng: Random, topic: Topic, fact: Fact, answer: str, wrong: list[str] | None = None) -> str:
    """A response that explains and ends in the answer; `wrong` are the other options, if the task gave any."""
    said = topic.state(rng, fact)
    parts = [said + ".", fact.note]
    if not fact.note.startswith(_POINTING) and rng.random() < 0.4:
        parts.reverse()
    kind = rng.random()
    if kind < 0.1:
        parts = [said + "."]
    elif kind < 0.2:
        parts = [f"{rng.choice(_REMINDERS)} {lower_first(said)}.", fact.note]
    if wrong and rng.random() < 0.6:
        parts.append(contrast(rng, topic, wrong))
    elif not wrong and rng.random() < 0.12:
        parts.append(contrast(rng, topic, [item.one for item in topic.others(fact)]))
    return " ".join((*parts, f"{rng.choice(_CLOSINGS)} {answer}."))


_REMINDERS = ("Recall that", "It helps to know that", "The point to remember is that", "As a rule,")
_CLOSINGS = (*("The answer is",) * 5, "So the answer is")
_POINTING = (
    "It ",
    "Its ",
    "They ",
    "This ",
    "These ",
    "That ",
    "Here ",
    "With it ",
    "Without it",
    "From ",
    "Below ",
    "There ",
)


def contrast(rng: Random, topic: Topic, wrong: list[str]) -> str:
    """What one of the wrong options really goes with."""
    option = rng.choice(wrong)
    found = [fact for fact in topic.facts if option in (fact.one, fact.other)]
    fact = rng.choice(found)
    said = lower_first(topic.state(rng, fact))
    lead = rng.choice(_CONTRASTS)
    return f"{lead} {said}." + (f" {fact.note}" if rng.random() < 0.4 else "")


_CONTRASTS = (
    "By contrast,",
    "For comparison,",
    "On the other hand,",
    "It is different here:",
    "To compare:",
)


def lower_first(said: str) -> str:
    """The statement inside a sentence; names and abbreviations keep their capital."""
    first = said.split()[0]
    keep = any(letter.isupper() for letter in first[1:]) or first in _NAMES
    return said if keep else said[0].lower() + said[1:]


_NAMES = frozenset(
    word.split()[0]
    for topic in TOPICS.values()
    for fact in topic.facts
    for word in (fact.one, fact.other)
    if word[0].isupper()
)


def _family(name: str, keys: tuple[str, ...]) -> Family:
    def draw_task(rng: Random) -> Task:
        topic = TOPICS[rng.choice(keys)]
        fact, question, right, wrong = draw(rng, topic)
        letter, pairs = lettered(rng, right, wrong)
        lead = rng.choice(_LEADS).format(question=question, title=topic.title)
        choices = laid_out(rng, pairs)
        answer = f"{letter}) {right}"
        output = reasoned(rng, topic, fact, answer, wrong)
        if rng.random() < 0.3:
            return Task(name, lead, output, choices, answer)
        return Task(name, f"{lead}\n{choices}", output, "", answer)

    return draw_task


_LETTER_ORDERS = (
    "Reply with the letter only.",
    "Just the letter, please.",
    "Letter only, no explanation.",
    "I only need the letter.",
    "My shift starts in ten minutes, so just the letter.",
    "One letter is enough.",
)
# topics whose `other` is said of `one`, as in "bends the elbow": asked for `one` where the answer stands in a sentence
VERBAL = ("hormone", "organ", "muscle", "cell", "heart", "antibody", "pioneer")


def letter_only(rng: Random) -> Task:
    topic = TOPICS[rng.choice(list(TOPICS))]
    _, question, right, wrong = draw(rng, topic)
    letter, pairs = lettered(rng, right, wrong)
    order = rng.choice(_LETTER_ORDERS)
    choices = laid_out(rng, pairs)
    text = rng.choice((f"{question}\n{choices}\n{order}", f"{order} {question}\n{choices}"))
    return Task("letter_only", text, letter, "", letter)


def two_options(rng: Random) -> Task:
    key = rng.choice(list(TOPICS))
    topic = TOPICS[key]
    fact, question, right, wrong = draw(rng, topic, True if key in VERBAL else None)
    pair = [right, wrong[0]]
    rng.shuffle(pair)
    ask = rng.choice(
        (
            f"{question} {cap(pair[0])} or {pair[1]}?",
            f"{question} I hesitate between two options: {pair[0]} or {pair[1]}.",
            f"My friend says {pair[0]}, I say {pair[1]}. {question}",
            f"Only two options are left: {pair[0]}, and {pair[1]}. {question}",
            f"Quick check before the test. {question} Is it {pair[0]}, or is it {pair[1]}?",
        )
    )
    return Task("two_options", ask, reasoned(rng, topic, fact, right, wrong[:1]), "", right)


FAMILIES: dict[str, Family] = {name: _family(name, keys) for name, keys in GROUPS.items()}
FAMILIES |= {"letter_only": letter_only, "two_options": two_options}
