"""What code can confirm about a task: its arithmetic, its Python, and that it states the answer it should.

Runs only text that this repository wrote itself, in a process of its own.
"""

from __future__ import annotations

import ast
import json
import operator
import re
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction

from ..data.answers import final_answer, same_answer
from .task import Task

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
# `12 + 3 * 4 = 24`, with ×, ÷ and dollar signs allowed; words, units or a % sign make it something that is not checked
_EQUATION = re.compile(
    r"(?<![\w./*+^(-])((?:[$\d.,()]+\s*[-+*/×÷]\s*)+[$\d.,()]+)\s*=\s*(-?\$?\d[\d,]*(?:\.\d+)?)(?![\w%/]|[.,]\d)"
)


def arithmetic(expression: str) -> Fraction:
    """The exact value of an arithmetic expression; `ValueError` for anything else."""
    try:
        return _value(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, ZeroDivisionError, TypeError) as error:
        raise ValueError(f"{expression!r} is no arithmetic: {error}") from None


def _value(node: ast.AST) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number):
            return Fraction(str(number))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return Fraction(_OPERATORS[type(op)](_value(left), _value(right)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
    raise ValueError(f"{ast.dump(node)} is no arithmetic")


def wrong_equations(text: str) -> list[str]:
    """The equations in `text` that do not hold."""
    wrong = []
    for match in _EQUATION.finditer(text):
        left, right = (re.sub(r"[$,]", "", side) for side in match.groups())
        try:
            if arithmetic(left.replace("×", "*").replace("÷", "/")) != Fraction(right.rstrip(".")):
                wrong.append(match[0])
        except ValueError:
            continue
    return wrong


def code_of(output: str) -> str:
    """The Python of a response: its fenced block, or the whole where nothing is fenced."""
    fenced = re.findall(r"```(?:python)?\n(.*?)```", output, flags=re.DOTALL)
    return "\n".join(fenced) if fenced else output


def failing(tasks: Sequence[Task], *, seconds: float = 120) -> list[int]:
    """The places of the tasks whose code does not run, or does not satisfy its `check`. One process runs them all."""
    programs = [f"{code_of(task.output)}\n{task.check}\n" for task in tasks]
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _RUNNER],
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=True,
    )
    return json.loads(ran.stdout.splitlines()[-1])


_RUNNER = """
import contextlib, io, json, sys
failed = []
for place, program in enumerate(json.load(sys.stdin)):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(program, "task", "exec"), {"__name__": "task"})
    except BaseException:
        failed.append(place)
print(json.dumps(failed))
"""


def problems(task: Task, domain: str) -> list[str]:
    """What is wrong with a task, as sentences; code is run by `failing`, many tasks at a time."""
    found = []
    if not task.instruction.strip() or not task.output.strip():
        found.append("instruction or output is empty")
    if task.answer and not same_answer(final_answer(task.output), task.answer):
        found.append(f"the output ends in {final_answer(task.output)!r}, not in the answer {task.answer!r}")
    if domain == "math":
        found += [f"{equation} does not hold" for equation in wrong_equations(task.output)]
        if task.check and arithmetic(task.check) != arithmetic(re.sub(r"[$,%]", "", task.answer)):
            found.append(f"{task.check} is not {task.answer}")
    return found
