"""Pre-training documents that are mostly code: modules, sessions at the prompt, doctests and test files."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from . import class_programs
from .program import Program, draw
from .recipes import RECIPES
from .words import capital, third

Part = Callable[[Random], str]


def any_program(rng: Random) -> Program:
    return rng.choice(class_programs.ALL)(rng) if rng.random() < 0.15 else draw(rng, rng.choice(RECIPES))


def fill(rng: Random, part: Part, *, head: str = "", between: str = "\n\n", low: int = 320, high: int = 850) -> str:
    """Parts one after the other until the text is long enough."""
    wanted = rng.randint(low, high)
    parts = [head] if head else []
    size = len(head)
    for _ in range(80):
        new = part(rng)
        if new in parts:
            continue
        if size > 300 and size + len(new) > 1180:
            break
        parts.append(new)
        size += len(new) + len(between)
        if size >= wanted:
            break
    return between.join(parts) + "\n"


def repl(value: str) -> str:
    return value.replace('"', "'")


def source_file(rng: Random) -> str:
    """A module of functions with docstrings."""
    title = rng.choice(
        ("Small helpers.", "Some useful functions.", "Functions for lists, texts and numbers.", "Tools of our project.",
         "Exercises.",
         "Code from the first week.", "Functions that the scripts share.",
         "A few lines that are needed again and again.")
    )  # fmt: skip
    return fill(
        rng, lambda r: any_program(r).code(hints=r.random() < 0.4, doc=True), head=f'"""{title}"""', between="\n\n\n"
    )


def plain_functions(rng: Random) -> str:
    """Functions without docstrings, a comment before each."""

    def part(r: Random) -> str:
        program = any_program(r)
        comment = r.choice(
            (
                f"# {third(program.goal)}\n",
                f"# {capital(program.goal)}.\n",
                f"# {program.call} is {program.value}\n",
                "",
            )
        )
        return comment + program.code(hints=r.random() < 0.2)

    return fill(rng, part, between="\n\n\n" if rng.random() < 0.5 else "\n\n")


def _typed(code: str) -> str:
    lines = [line for line in code.split("\n") if line.strip()]
    start = next(i for i, line in enumerate(lines) if not line.startswith(("import", "from")))
    prompts = [f">>> {line}" for line in lines[:start]]
    return "\n".join([*prompts, f">>> {lines[start]}", *(f"... {line}" for line in lines[start + 1 :]), "..."])


def session(rng: Random) -> str:
    """A session at the prompt that defines and calls functions."""

    def part(r: Random) -> str:
        program = draw(r, r.choice(RECIPES))
        shown = (f">>> {call}" + (f"\n{repl(value)}" if value != "None" else "") for call, value in program.calls)
        return "\n".join([_typed(program.code()), *shown])

    return fill(rng, part, between="\n")


def doctests(rng: Random) -> str:
    """Functions whose docstrings show calls and values."""

    def part(r: Random) -> str:
        program = draw(r, r.choice(RECIPES))
        while "\\" in program.call or program.value == "None":
            program = draw(r, r.choice(RECIPES))
        head = f"{program.imports}\n\n" if program.imports else ""
        lines = "".join(f"\n    >>> {call}\n    {repl(value)}" for call, value in program.calls if value != "None")
        return f'{head}{program.header}\n    """{capital(program.goal)}.\n{lines}\n    """\n{program.body}'

    return fill(rng, part, between="\n\n\n")


def test_file(rng: Random) -> str:
    """Functions, each with its test."""

    def part(r: Random) -> str:
        program = any_program(r)
        asserts = program.check.replace("\n", "\n    ")
        return f"{program.code(hints=r.random() < 0.2)}\n\n\ndef test_{program.name.lower()}():\n    {asserts}"

    return fill(rng, part, between="\n\n\n")
