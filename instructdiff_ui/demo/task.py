"""A task of the demo pool: an instruction, its right response, and what lets code check it. Knows no domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Task:
    """One row as it is written, before any defect is put in.

    `answer` is the short reference that exact match looks for (`data.answers.final_answer` finds it in `output`), empty
    where many answers are right. `check` lets code confirm the row: for mathematics an arithmetic expression with the
    value of `answer`, for code Python assertions that hold once the code of `output` has run.
    """

    family: str
    instruction: str
    output: str
    input: str = ""
    answer: str = ""
    check: str = ""


Family = Callable[[Random], Task]  # draws one task; the same generator state gives the same task
