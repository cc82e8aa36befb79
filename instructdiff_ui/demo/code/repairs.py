"""Families about broken programs: repair them, say what is wrong, see the trap of a shared default."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .asking import fence
from .bugs import CASES, Repair

_FUNCTIONS = ("solve", "compute", "run", "work", "f", "get_result", "process", "do_it", "helper", "calc")
_LISTS = (
    ("numbers", "number"),
    ("values", "value"),
    ("items", "item"),
    ("data", "x"),
    ("nums", "num"),
    ("points", "p"),
)
_ASKS = (
    "Fix the bug. {c}", "{c} Please correct the code.", "{c} What is wrong?",
    "There is a mistake in this function. {c}",
    "Can you repair this? {c}", "I have stared at this for an hour. {c}", "Debug this please: {c}",
    "{c} Give me the corrected version.",
    "A pupil wrote this code. {c} Correct it and say why.", "Find the error and fix it. {c}", "{c} Help!",
    "code review: {c} Please fix.",
)  # fmt: skip
_LEADS = (
    "Here is the corrected code:",
    "Fixed:",
    "This version works:",
    "The corrected function:",
    "Change it like this:",
)


def broken(rng: Random) -> tuple[str, str, Repair]:
    """(wrong program, right program, its filled case)."""
    case = rng.choice(CASES)
    name, (items, item), k = rng.choice(_FUNCTIONS), rng.choice(_LISTS), str(rng.randint(3, 12))

    def fill(text: str) -> str:
        for slot, value in (
            ("F(", f"{name}("),
            ("X", items),
            (" V", f" {item}"),
            ("(V", f"({item}"),
            ("[V", f"[{item}"),
        ):
            text = text.replace(slot, value)
        return "".join(k if _is_slot(text, i) else char for i, char in enumerate(text))

    right, wrong = fill(case.code), fill(case.code.replace(case.right, case.wrong, 1))
    return wrong, right, Repair(right, "", "", fill(case.complaint), fill(case.reason), fill(case.check))


def _is_slot(text: str, place: int) -> bool:
    """Whether a K stands alone and not in a word such as KeyError."""
    return text[place] == "K" and not (text[place + 1 : place + 2].isalpha() or text[place - 1 : place].isalpha())


def fix_bug(rng: Random) -> Task:
    wrong, right, case = broken(rng)
    asked = rng.choice(_ASKS).format(c=case.complaint)
    if "wrong" not in asked and "why" not in asked and rng.random() < 0.45:
        return Task("fix_bug", asked, right, wrong, check=case.check)
    lead = rng.choice(_LEADS)
    output = rng.choice((f"{case.reason}\n{fence(right)}", f"{lead}\n{fence(right)}\n{case.reason}"))
    return Task("fix_bug", asked, output, wrong, check=case.check)


def find_bug(rng: Random) -> Task:
    wrong, _, case = broken(rng)
    asked = rng.choice(
        (f"{case.complaint} Why?", f"{case.complaint} I only want the reason, no new code.",
         f"Explain the bug in a sentence. {case.complaint}",
         f"What did I do wrong? {case.complaint}", f"Why does this not work? {case.complaint}",
         f"{case.complaint} Where is my mistake?",
         f"Give a hint, not the solution. {case.complaint}")
    )  # fmt: skip
    return Task("find_bug", asked, case.reason, wrong)


def error_of_parameter(rng: Random) -> Task:
    name, kind = rng.choice(
        (
            ("items=[]", "list"),
            ("seen={}", "dictionary"),
            ("names=[]", "list"),
            ("cache={}", "dictionary"),
            ("rows=[]", "list"),
        )
    )
    func = rng.choice(_FUNCTIONS)
    value = rng.randint(1, 20)
    param = name.split("=")[0]
    line = f"{param}.append(x)" if kind == "list" else f"{param}[x] = True"
    code = f"def {func}(x, {name}):\n    {line}\n    return len({param})\n\n{func}({value})\nprint({func}({value + 1}))"
    asked = rng.choice(
        ("What does this print?", "Which number comes out, and why?", "I expected 1. What does it print?",
         "output of the last line?",
         "The function has a default value. What is printed?", "Predict what the second call gives.")
    )  # fmt: skip
    why = f"The default {kind} is made once and kept between the calls, so it holds two entries."
    return Task(
        "default_trap",
        asked,
        rng.choice(("2", f"{why} The answer is 2.")) if "why" not in asked else f"{why} The answer is 2.",
        code,
        "2",
    )


REPAIRS: dict[str, Family] = {"fix_bug": fix_bug, "find_bug": find_bug, "default_trap": error_of_parameter}
