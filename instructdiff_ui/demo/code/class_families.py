"""Families that ask for classes, dataclasses, generators, decorators and closures."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from . import class_programs
from .asking import hand_over
from .class_programs import Maker
from .program import Program

_CLASS_FRAMES = (
    "Write a class `{name}` to {goal}.",
    "In Python, {goal}. Call the class `{name}`.",
    "I am new to classes. Can you show me how to {goal}? The name is `{name}`.",
    "class {name} please: {goal}",
    "Please {goal}; the class is named `{name}`. After that, `{call}` should be `{value}`.",
    "My teacher wants me to {goal}. What would a class `{name}` look like?",
)
_FUNCTION_FRAMES = (
    "Write `{name}` to {goal}.",
    "Define a Python function named `{name}` to {goal}.",
    "How can I {goal}? Please name it `{name}`.",
    "`{call}` should give `{value}`. The job of `{name}` is to {goal}.",
    "python: {goal}. name: {name}",
    "I read about this but never tried it: {goal}. Could you write `{name}` for me?",
)


def _family(name: str, makers: tuple[Maker, ...], frames: tuple[str, ...]) -> Family:
    def family(rng: Random) -> Task:
        program = rng.choice(makers)(rng)
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
