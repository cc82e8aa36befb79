"""The ways in which rows of the demo pool are deliberately bad, so that a selection can be held against truth.

A defect turns a right task into a bad one, or returns None where it cannot spoil that task. Code that was spoiled is
run elsewhere, to be sure that it is wrong.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from ..data.answers import final_answer, same_answer
from .checks import code_of
from .task import Task

Defect = Callable[[Random, Task, Sequence[Task]], Task | None]  # (rng, the right task, other tasks of its domain)


def wrong_answer(rng: Random, task: Task, others: Sequence[Task]) -> Task | None:
    """States another final answer; code has one operator or number changed."""
    if task.answer:
        wrong = _other_answer(rng, task, others)
        output = _restated(task, wrong) if wrong else ""
        return replace(task, output=output) if wrong and same_answer(final_answer(output), wrong) else None
    if task.check and (spoiled := _spoiled_code(rng, task.output)):
        return replace(task, output=spoiled)
    return None


def other_question(rng: Random, task: Task, others: Sequence[Task]) -> Task | None:
    """The answer to another question of the domain."""
    other = rng.choice(others)
    same = other.family == task.family or (task.answer and same_answer(final_answer(other.output), task.answer))
    return None if same else replace(task, output=other.output)


def truncated(rng: Random, task: Task, others: Sequence[Task]) -> Task | None:
    """Breaks off in the middle."""
    words = re.findall(r"\s*\S+", task.output)
    if len(words) < 14:
        return None
    kept = "".join(words[: int(len(words) * rng.uniform(0.25, 0.65))])
    return replace(task, output=kept.rstrip(".!?:`\n "))


def boilerplate(rng: Random, task: Task, others: Sequence[Task]) -> Task | None:
    """Says nothing about the question, politely."""
    return replace(task, output=" ".join(rng.sample(BOILERPLATE, rng.choice((1, 1, 2, 3)))))


def near_duplicate(rng: Random, task: Task, others: Sequence[Task]) -> Task | None:
    """The same row once more, hardly changed."""
    instruction = rng.choice([new for reword in _REWORDED if (new := reword(task.instruction)) != task.instruction])
    return replace(
        task, instruction=instruction, output=rng.choice((task.output, task.output + " ", task.output + "\n"))
    )


def garbled(rng: Random, task: Task, others: Sequence[Task]) -> Task | None:
    """Text that was damaged on the way: scrambled, wrongly decoded, repeated, full of markup."""
    if len(task.output) < 12:
        return None
    damaged = rng.choice(_DAMAGES)(rng, task.output)
    return None if damaged.split() == task.output.split() else replace(task, output=damaged)


def trivial(rng: Random, task: Task, others: Sequence[Task]) -> Task | None:
    """One word that answers nothing."""
    word = rng.choice(TRIVIAL)
    return None if task.answer and same_answer(word, task.answer) else replace(task, output=word)


# The share of each domain's pool that each kind makes up; what is left is good.
DEFECTS: dict[str, tuple[Defect, float]] = {
    "wrong_answer": (wrong_answer, 0.04),
    "other_question": (other_question, 0.03),
    "truncated": (truncated, 0.03),
    "boilerplate": (boilerplate, 0.03),
    "near_duplicate": (near_duplicate, 0.03),
    "garbled": (garbled, 0.02),
    "trivial": (trivial, 0.02),
}
GOOD = "good"

TRIVIAL = ("Yes.", "No.", "Ok.", "Sure.", "Done.", "N/A", "None", "idk", "Maybe.", "Thanks!", "Hello.", "???", "...")

BOILERPLATE = (
    "As an AI language model, I cannot provide a specific answer to this.",
    "I'm sorry, but I am not able to help with that request.",
    "Great question! There are many factors to consider here.",
    "It depends on many things, so it is best to consult a professional.",
    "Thank you for reaching out. Your question is important to us.",
    "I hope this helps! Let me know if you have any other questions.",
    "There is no single answer that is right for everybody.",
    "Please provide more context so that I can give you a better answer.",
    "This is a complex topic that has been discussed for a long time.",
    "In conclusion, it is important to keep an open mind.",
    "As of my last update, I do not have access to that information.",
    "Feel free to ask me anything else.",
    "Please note that the information given here is of a general nature.",
    "It is always a good idea to do your own research.",
    "I understand your concern, and I am here to help.",
    "In today's fast-moving world, this matters more than ever.",
)

_REWORDED: tuple[Callable[[str], str], ...] = (
    lambda text: f"Please help: {text}",
    lambda text: text.rstrip(".?!") + (" ?" if text.rstrip().endswith("?") else " ."),
    lambda text: text.replace(". ", ".  ").replace(", ", " , ") + " ",
    lambda text: text.upper() if len(text) < 80 else text.lower(),
    lambda text: text.lower(),
    lambda text: f"{text} Thanks!",
    lambda text: f"Hi! {text}",
)


def _other_answer(rng: Random, task: Task, others: Sequence[Task]) -> str | None:
    if re.fullmatch(r"-?\d+", task.answer):
        number = int(task.answer)
        return (
            str(number + rng.choice((-10, -3, -2, -1, 1, 2, 3, 10))) if number > 10 else str(number + rng.randint(1, 6))
        )
    wrong = sorted({o.answer for o in others if o.family == task.family and o.answer} - {task.answer})
    wrong = [answer for answer in wrong if not same_answer(answer, task.answer)]
    return rng.choice(wrong) if wrong else None


def _restated(task: Task, wrong: str) -> str:
    """The output with its last statement of the answer replaced, and every mention from the step that gave it."""
    whole = rf"(?<![\w.]){re.escape(task.answer)}(?!\w|\.\d)"
    stated = list(re.finditer(whole, task.output, re.IGNORECASE))
    if not stated:
        return wrong
    result = task.output.find(f"= {task.answer}")
    start = result if 0 <= result < stated[-1].start() else stated[-1].start()
    return task.output[:start] + re.sub(whole, lambda found: _cased(wrong, found[0]), task.output[start:], flags=re.I)


def _cased(wrong: str, right: str) -> str:
    return wrong[0].upper() + wrong[1:] if right[0].isupper() else wrong


_SWAPS = (
    (" + ", " - "),
    (" - ", " + "),
    (" * ", " + "),
    (" < ", " > "),
    (" > ", " < "),
    (" == ", " != "),
    (" and ", " or "),
    (" % 2", " % 3"),
    ("max(", "min("),
    ("min(", "max("),
    ("True", "False"),
    ("False", "True"),
    ("range(1, ", "range(2, "),
    ("[::-1]", "[:-1]"),
    ("0", "1"),
    (" 1", " 2"),
    (".lower()", ".upper()"),
    ("return ", "return not "),
)


def _spoiled_code(rng: Random, output: str) -> str | None:
    swaps = [(old, new) for old, new in _SWAPS if old in output]
    if not swaps:
        return None
    old, new = rng.choice(swaps)
    spoiled = output.replace(old, new, 1)
    return spoiled if _is_python(code_of(spoiled)) else None  # wrong code, not broken code


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _scrambled(rng: Random, text: str) -> str:
    """Every word with its letters in another order."""
    return " ".join("".join(rng.sample(word, len(word))) for word in text.split())


def _shuffled(rng: Random, text: str) -> str:
    words = text.split()
    return " ".join(rng.sample(words, len(words)))


def _misread(rng: Random, text: str) -> str:
    """Characters lost in a wrong encoding."""
    return "".join(rng.choice(("\ufffd", "Ã©", "â€™", "&nbsp;", "")) if rng.random() < 0.2 else char for char in text)


def _stuck(rng: Random, text: str) -> str:
    """One piece repeated over and over."""
    words = text.split()
    start = rng.randrange(max(1, len(words) - 4))
    return " ".join(words[: start + 3] + words[start : start + 3] * rng.randint(4, 9))


def _marked_up(rng: Random, text: str) -> str:
    words = [
        f"<{rng.choice(('b', 'div', 'span', 'br/', 'p'))}>{word}" if rng.random() < 0.4 else word
        for word in text.split()
    ]
    return '<div class="ans">' + " ".join(words) + "</div></p>&amp;lt;"


_DAMAGES = (_scrambled, _shuffled, _misread, _stuck, _marked_up)
