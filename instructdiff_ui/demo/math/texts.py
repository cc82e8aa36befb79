"""How a mathematics task is worded: templates filled, requests dressed in a tone, steps laid out, the answer stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from ..task import Family, Task
from .hints import HINTS

_BEFORE = (
    "Quick one: ", "Can you solve this one? ", "Here is a problem from our book. ", "Maths question: ", "Next one. ",
    "Homework: ", "Please help with this. ", "Hi! ", "Hello, I am stuck on this one. ", "Exercise 4. ", "Warm-up: ",
    "Question 7: ", "Problem: ", "One for today: ", "This came up in class. ", "Good morning! ",
)  # fmt: skip
_AFTER = (
    " Show your working.", " Please explain each step.", " Thanks!", " Show how you got it.",
    " Give the steps, please.", " I would like to see the working.", " Thank you.", " Write down the steps.",
    " Please show the calculation.",
)  # fmt: skip
_TERSE = (
    " Just the answer, please.", " Only the answer.", " No working needed.", " Reply with the answer alone.",
    " I only need the result.",
)  # fmt: skip
_OPENERS = ("Let us see. ", "Sure. ", "Step by step: ", "Here is one way. ", "Let us work it out. ")
_ENDINGS = ("The answer is {}.",) * 6 + ("So the answer is {}.", "Answer: {}")
_PERSONAL = re.compile(r"(I|We|My|Our|You|Help|Please|Goal|Hi|Complete|Count my|\d)\b")
_EXPLAINED = re.compile(r"\b(show|explain|how do|why|check|reason|which operation|say how)\b", re.IGNORECASE)


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


def layout(rng: Random, steps: str, end: str, intro: str = "") -> str:
    """Steps, one a line, as one paragraph, as lines or as a numbered list, after the intro and before the end."""
    lines = steps.split("\n")
    first = [intro] if intro else []
    shape = rng.random()
    if shape < 0.55:
        return " ".join([*first, *lines, end])
    if shape < 0.85 or len(lines) == 1:
        return "\n".join([*first, *lines, end])
    return "\n".join([*first, *(f"{place}. {line}" for place, line in enumerate(lines, 1)), end])


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
    if tone < 0.07 and not _EXPLAINED.search(question):
        asked = _sentence(question) + rng.choice(_TERSE)
        return Task(family, asked, f"{answer}{rng.choice(('', '.'))}", input, str(answer), check)
    last = []
    if test := _test(rng, question, steps, check):
        last.append(test)
    if conclusion and rng.random() < 0.85:
        last.append(conclusion)
    last.append(rng.choice(_ENDINGS).format(answer))
    intro = rng.choice(HINTS[family]) if family in HINTS and rng.random() < (0.6 if steps[0].isdigit() else 0.1) else ""
    output = layout(rng, singular(steps), rng.choice((" ", "\n")).join(last), intro)
    if rng.random() < 0.05 and not output.startswith("1. "):
        output = rng.choice(_OPENERS) + output
    return Task(family, _dressed(tone, rng, question), output, input, str(answer), check)


def _test(rng: Random, question: str, steps: str, check: str) -> str:
    """The sum that confirms the result, now and then, and whenever it is asked for."""
    test = _reverse(check)
    if not test or any(word in steps for word in (test, "since", "because", "heck")):
        return ""
    wanted = rng.random() < 0.3 or "check" in question
    return f"{rng.choice(('To check: ', 'Check: ', 'Going back, '))}{test}." if wanted else ""


def _dressed(tone: float, rng: Random, question: str) -> str:
    """The question, sometimes with a lead or a wish where one suits it."""
    if 0.07 <= tone < 0.15 and not _PERSONAL.match(question):
        return rng.choice(_BEFORE) + question
    if 0.15 <= tone < 0.24 and not _EXPLAINED.search(question):
        return _sentence(question) + rng.choice(_AFTER)
    return question


def _sentence(question: str) -> str:
    return question if question.endswith((".", "?", "!")) else f"{question}."


def brief(family: str, question: str, answer: object, check: str = "", *, input: str = "", stop: str = "") -> Task:
    """A task that is answered with the bare answer."""
    return Task(family, question, f"{answer}{stop}", input, str(answer), check)


def free(family: str, question: str, output: str, *, input: str = "") -> Task:
    """A task with many right answers."""
    return Task(family, question, output, input)


def named(*functions: Callable[[Random], Task]) -> dict[str, Family]:
    """The families of a module under the names of their functions."""
    return {function.__name__: function for function in functions}
