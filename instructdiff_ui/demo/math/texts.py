"""How a mathematics task is worded: templates filled, requests dressed in a tone, steps laid out, the answer stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from ..task import Family, Task
from .hints import HINTS

_BEFORE = (
    "Quick one: ", "Help me with this, please. ", "My homework says: ", "Can you solve this one? ",
    "Here is a problem. ",
    "Hi! I am stuck on this one. ", "Next one. ", "Please work this out. ", "I need a hand. ", "Maths question: ",
    "This is for my son. ", "Work out the following. ", "From today's worksheet: ", "A puzzle for you. ",
)  # fmt: skip
_AFTER = (
    " Show your working.", " Please explain each step.", " Thanks!", " Show how you got it.",
    " Give the steps, please.", " Explain briefly.", " I would like to see the working.", " How do you know?",
    " Keep it short.",
)  # fmt: skip
_TERSE = (
    " Just the answer, please.", " Only the answer.", " No working needed.", " Reply with the answer alone.",
    " I only need the result.",
)  # fmt: skip
_OPENERS = ("Let us see. ", "Sure. ", "Step by step: ", "Here is one way. ", "Happy to help. ", "Let us work it out. ")


def say(rng: Random, templates: Sequence[str], **values: object) -> str:
    """One of the templates, filled in."""
    return singular(rng.choice(templates).format(**values))


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def singular(text: str) -> str:
    """The text with "1 degrees" and the like put right."""
    return re.sub(r"\b1 (degree|pound|dollar|euro|hundred|ten|one|full week|point|hour)s\b", r"1 \1", text)


def listing(items: Sequence[object], last: str = "and") -> str:
    """`listing([3, 4, 5])` is "3, 4 and 5"."""
    texts = [str(item) for item in items]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def layout(rng: Random, steps: str, end: str) -> str:
    """Steps, one a line, as one paragraph, as lines or as a numbered list, with the closing sentence."""
    lines = steps.split("\n")
    shape = rng.random()
    if shape < 0.55:
        return " ".join([*lines, end])
    if shape < 0.85 or len(lines) == 1:
        return "\n".join([*lines, end])
    return "\n".join([*(f"{place}. {line}" for place, line in enumerate(lines, 1)), end])


def _reverse(check: str) -> str:
    """The equation that undoes a sum of two numbers: "8 / 2" gives "4 * 2 = 8"."""
    match = re.fullmatch(r"(\d+) ([-+*/]) (\d+)", check)
    if not match or match[3] == "0":
        return ""
    one, sign, other = int(match[1]), match[2], int(match[3])
    value, undo = {
        "+": (one + other, "-"),
        "-": (one - other, "+"),
        "*": (one * other, "/"),
        "/": (one // other, "*"),
    }[sign]
    return f"{value} {undo} {other} = {one}"


def worked(
    rng: Random, family: str, question: str, steps: str, answer: object, check: str = "", *, input: str = ""
) -> Task:
    """A task whose response shows its steps and states the answer; now and then only the bare answer is asked for.

    A question may carry " || " and a sentence that says what the result means: it closes the steps.
    """
    question, _, conclusion = question.partition(" || ")
    tone = rng.random()
    if tone < 0.08:
        return Task(
            family, question + rng.choice(_TERSE), f"{answer}{rng.choice(('', '.'))}", input, str(answer), check
        )
    if conclusion and rng.random() < 0.8:
        steps = f"{steps}\n{conclusion}"
    test = _reverse(check)
    if (
        test
        and "because" not in steps
        and not any(word in steps for word in (test, "since", "heck"))
        and rng.random() < 0.35
    ):
        steps += rng.choice(("\nTo check: ", "\nCheck: ", "\nGoing back, ")) + f"{test}."
    if family in HINTS and rng.random() < (0.75 if steps[0].isdigit() else 0.1):
        steps = f"{rng.choice(HINTS[family])}\n{steps}"
    output = layout(rng, singular(steps), f"The answer is {answer}.")
    if tone < 0.22:
        question = rng.choice(_BEFORE) + question
    elif tone < 0.36:
        question += rng.choice(_AFTER)
    if rng.random() < 0.08:
        output = rng.choice(_OPENERS) + output if not output.startswith("1. ") else output
    return Task(family, question, output, input, str(answer), check)


def brief(family: str, question: str, answer: object, check: str = "", *, input: str = "", stop: str = "") -> Task:
    """A task that is answered with the bare answer."""
    return Task(family, question, f"{answer}{stop}", input, str(answer), check)


def free(family: str, question: str, output: str, *, input: str = "") -> Task:
    """A task with many right answers."""
    return Task(family, question, output, input)


def named(*functions: Callable[[Random], Task]) -> dict[str, Family]:
    """The families of a module under the names of their functions."""
    return {function.__name__: function for function in functions}
