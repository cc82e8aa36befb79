"""Mathematical answers that are equal though written otherwise, such as 1/2, 0.5 and \\frac{1}{2}.

`math-verify` decides. It works in a process of its own with limited memory, because a model may write what takes for
ever to work out (9^9^9^9) and the library's own time limits hold in the main thread only. Knows no rows and no models.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from ..errors import Stopped
from .answers import expression, final_answer, same_answer, stated_expression

SECONDS = 2  # that the library may take to read an expression, and to compare two
_MEMORY = 4 << 30  # bytes of address space
_START = 60.0  # seconds within which the process is there, on a busy machine


def right_answers(
    texts: Sequence[str], references: Sequence[str], *, should_stop: Callable[[], bool] = lambda: False
) -> list[bool]:
    """Whether each text's final answer is its reference: as plain text, or else by what `math-verify` says.

    `texts` (N,) goes with `references` (N,). A pair that cannot be worked out in time is not equal. Raises `Stopped`.
    """
    right = [same_answer(final_answer(text), reference) for text, reference in zip(texts, references, strict=True)]
    found = {
        place: (expression(references[place]), stated_expression(texts[place]))
        for place, same in enumerate(right)
        if not same
    }
    pairs = {place: (one, other) for place, (one, other) in found.items() if one is not None and other is not None}
    equal = equal_expressions(list(pairs.values()), should_stop=should_stop)
    for place, same in zip(pairs, equal, strict=True):
        right[place] = same
    return right


def equal_expressions(
    pairs: Sequence[tuple[str, str]],
    *,
    seconds: float = 5 * SECONDS,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[bool]:
    """Whether the second of each pair of texts with LaTeX equals the first, the reference.

    A pair that takes longer than `seconds`, or that the process does not survive, is not equal.
    """
    equal = []
    judge: _Judge | None = None
    try:
        for reference, answer in pairs:
            if should_stop():
                raise Stopped
            judge = judge or _Judge()
            verdict = judge.verdict(reference, answer, seconds)
            if verdict is None:
                judge.close()
                judge = None
            equal.append(verdict is True)
    finally:
        if judge is not None:
            judge.close()
    return equal


class _Judge:
    """The process that runs `math-verify`: a pair a line goes in, a verdict a line comes out."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from instructdiff_ui.data.mathanswers import judge; judge()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(_package_path())},
            start_new_session=True,
        )
        if self._line(_START) != "ready":
            self.close()
            raise RuntimeError("math-verify could not be started")

    def verdict(self, reference: str, answer: str, seconds: float) -> bool | None:
        """None when there is none in time."""
        try:
            _pipe(self._process.stdin).write(json.dumps([reference, answer]).encode() + b"\n")
            _pipe(self._process.stdin).flush()
        except BrokenPipeError:
            return None
        line = self._line(seconds)
        return None if line is None else line == "equal"

    def _line(self, seconds: float) -> str | None:
        """The next line, which is short and written at once; None when it does not come."""
        out, deadline, got = _pipe(self._process.stdout), time.monotonic() + seconds, b""
        while not got.endswith(b"\n"):
            ready, *_ = select.select([out], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(out.fileno(), 100) if ready else b""
            if not piece:
                return None
            got += piece
        return got.decode().strip()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                _pipe(pipe).close()
            except BrokenPipeError:  # what the process did not live to read
                continue


def _package_path() -> list[str]:
    return [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def judge() -> None:
    """What the process does: a verdict for each line of its input, until that ends."""
    import resource

    from math_verify import LatexExtractionConfig, parse, verify

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else writes to standard output is no verdict
    latex = [LatexExtractionConfig()]
    print("ready", file=said, flush=True)
    for line in sys.stdin:
        reference, answer = (
            parse(text, latex, fallback_mode="no_fallback", parsing_timeout=SECONDS) for text in json.loads(line)
        )
        equal = bool(reference and answer) and verify(reference, answer, timeout_seconds=SECONDS)
        print("equal" if equal else "different", file=said, flush=True)
