"""Families that ask for classes, dataclasses, generators, decorators and closures."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from ..task import Family, Task
from . import class_programs
from .asking import hand_over
from .class_programs import Maker
from .program import Program

_CLASS_FRAMES = (
    "Write a class `{name}` to {goal}.",
    "I need to {goal}. Call the class `{name}`.",
    "I am new to classes. Can you show me how to {goal}? The name is `{name}`.",
    "class {name} please: {goal}",
    "Please {goal}; the class is named `{name}`. After that, `{call}` should be `{value}`.",
    "I want to {goal}. What would a class `{name}` look like?",
    "Define a class named `{name}` so that I can {goal}.",
)
_FUNCTION_FRAMES = (
    "Write `{name}` to {goal}.",
    "Define a Python function named `{name}` to {goal}.",
    "How can I {goal}? Please name it `{name}`.",
    "`{call}` should give `{value}`. The job of `{name}` is to {goal}.",
    "python: {goal}. name: {name}",
    "I would like to {goal}. Could you write `{name}` for me?",
)


# how the goal of a class is put in a request
_GOALS = (
    (r"count up by (\d+) from (\d+) with a class that has the method (`\w+`)",
     r"make a counter that starts at \2 and goes up by \1 with every call of \3"),
    (r"keep a balance with a class that has the method (`\w+`)",
     r"keep track of a balance, with a method \1 that adds an amount and returns the new balance"),
    (r"let a class `(\w+)` with a name answer (\"\w+\") in its method (`\w+`)",
     r"model an animal that has a name and answers \2 with it when its method \3 is called"),
    (r"collect items in a class that works with `len`", r"collect items with `add`, so that `len` gives their number"),
    (r"multiply the result of any function by (\d+) with a decorator",
     r"make a decorator that multiplies the result of any function by \1"),
    (r"yield a given count of values, starting at", r"yield as many values as the argument says, starting at"),
)  # fmt: skip
_WRONG_NAMES = ("twice", "double_result", "times_two", "doubled")  # unless the factor is 2


def _put_well(program: Program) -> Program:
    """The program with a goal that reads well, and a name that is true."""
    if (factor := re.search(r"by (\d+) with a decorator", program.goal)) and program.name in _WRONG_NAMES:
        program = program if factor[1] == "2" else _renamed(program, f"times_{factor[1]}")
    elif program.name == "doubling" and "each 2 times" not in program.goal:
        program = _renamed(program, "growing")
    goal = program.goal
    for pattern, better in _GOALS:
        goal = re.sub(pattern, better, goal)
    return replace(program, goal=goal)


def _renamed(program: Program, name: str) -> Program:
    def new(text: str) -> str:
        return re.sub(rf"\b{program.name}\b", name, text)

    return replace(
        program,
        name=name,
        header=new(program.header),
        hinted=new(program.hinted),
        ask=new(program.ask),
        calls=tuple((new(call), value) for call, value in program.calls),
    )


def _family(name: str, makers: tuple[Maker, ...], frames: tuple[str, ...]) -> Family:
    def family(rng: Random) -> Task:
        program = _put_well(rng.choice(makers)(rng))
        asked = program.ask if program.ask and rng.random() < 0.4 else _frame(rng, frames, program)
        return Task(name, asked, hand_over(rng, program, program.code(doc=False)), check=program.check)

    return family


def _frame(rng: Random, frames: tuple[str, ...], program: Program) -> str:
    return rng.choice(frames).format(name=program.name, goal=program.goal, call=program.call, value=program.value)


CLASS_FAMILIES: dict[str, Family] = {
    "write_class": _family("write_class", class_programs.CLASSES, _CLASS_FRAMES),
    "write_dataclass": _family("write_dataclass", class_programs.RECORDS, _CLASS_FRAMES),
    "write_generator": _family("write_generator", class_programs.GENERATORS, _FUNCTION_FRAMES),
    "write_wrapper": _family("write_wrapper", class_programs.WRAPPERS, _FUNCTION_FRAMES),
}
