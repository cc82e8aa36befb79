"""Small helpers for making English: articles, lists, capitals, tables of rows, and the frames a request comes in."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from ..task import Task

T = TypeVar("T")
Row = tuple[str, ...]

OPENERS = ("What", "Which", "Who", "Where", "Name", "Tell", "How", "Give", "In", "Can", "Do", "Is", "Write", "Please")
LEADS = (
    "Quick question: ",
    "Quick one: ",
    "Hi! ",
    "Hello, ",
    "Hey, ",
    "I keep forgetting this. ",
    "My son asked me this at breakfast. ",
    "I am helping my daughter with her homework. ",
    "We are having a quiz night. ",
    "My teacher wants to know this by Monday. ",
    "Sorry if this is a silly question. ",
    "I am writing a small quiz for my class. ",
    "My friend and I cannot agree. ",
    "Settle a bet for us. ",
    "I am in a hurry. ",
)
PASTED = (
    "Quick one: ",
    "Hi! ",
    "Hello, ",
    "Please help me with this. ",
    "I am in a hurry. ",
    "Next one: ",
    "One more: ",
)
_SHORT = (
    " Just the answer, please.",
    " Answer only.",
    " Keep it short.",
    " No explanation needed.",
    " Short answer please.",
)
_LONG = (
    " Answer in a full sentence.",
    " Please explain briefly.",
    " Give a short explanation too.",
    " Add a word of explanation.",
)


def table(text: str) -> tuple[Row, ...]:
    """The rows of a text table with `|` between the cells; an indented line goes on with the row above."""
    lines = text.strip().replace("\n    ", " ").splitlines()
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines)


def names(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def pick(rng: Random, options: Sequence[T]) -> T:
    return options[int(rng.random() * len(options))]


def a(noun: str) -> str:
    """The noun with its article."""
    vowel = noun[0].lower() in "aeiou" and not noun.lower().startswith(("uni", "use", "eu", "one"))
    return f"{'an' if vowel or noun.startswith(('hour', 'honest')) else 'a'} {noun}"


def cap(text: str) -> str:
    return text[:1].upper() + text[1:]


def low(text: str) -> str:
    """The sentence with a small first letter, where its first word is no name."""
    return text[:1].lower() + text[1:] if text.split()[0] in OPENERS else text


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items as running text: "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def bullets(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def numbered(items: Sequence[str]) -> str:
    return "\n".join(f"{place}. {item}" for place, item in enumerate(items, 1))


def framed(rng: Random, question: str, pasted: bool = False) -> tuple[str, str]:
    """The question in a tone of voice, and the form of response it asks for: short, full or any.

    `pasted` is set where the question is about given material.
    """
    draw = rng.random()
    if draw < 0.45:
        return question, "any"
    if draw < 0.75:
        named = question.split()[0] not in OPENERS  # a name keeps its capital, so it starts a sentence of its own
        leads = PASTED if pasted else LEADS
        lead = pick(rng, [one for one in leads if one.endswith(". ")] if named else leads)
        return lead + (low(question) if lead.endswith((": ", ", ")) else question), "any"
    endings, form = (_SHORT, "short") if draw < 0.89 else (_LONG, "full")
    ending = pick(rng, endings)
    return (f"{question}\n{ending.strip()}" if "\n" in question else question + ending), form


def answered(rng: Random, answer: str, form: str, reason: str) -> str:
    """A response to a question with one right answer: the bare answer, or the reason and then the answer."""
    if form == "short" or (form == "any" and rng.random() < 0.3):
        return f"{cap(answer)}."
    return f"{cap(reason)} The answer is {answer}."


def asked(rng: Random, family: str, question: str, answer: str, reason: str, material: str = "") -> Task:
    """A task with one short right answer, its question put in some tone."""
    instruction, form = framed(rng, cap(question), bool(material))
    return Task(family, instruction, answered(rng, answer, form, reason), material, answer)


def with_choices(rng: Random, question: str, options: Sequence[str]) -> str:
    """The question followed by its options, in one of the usual layouts."""
    mixed = rng.sample(list(options), len(options))
    layout = pick(rng, ("colon", "either", "paren", "letters"))
    if layout == "colon":
        return f"{question.rstrip('?')}: {listed(mixed, 'or')}?"
    if layout == "either":
        return f"{cap(listed(mixed, 'or'))}: {low(question)}"
    if layout == "paren":
        return f"{question} ({', '.join(mixed)})"
    return f"{question}\n" + "\n".join(f"- {option}" for option in mixed)
