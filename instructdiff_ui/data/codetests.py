"""Whether code that a model wrote passes unit tests: it is run, so far from everything else as the system allows.

Each program gets a process of its own: a fresh isolated Python (no environment, no installed packages, no input) in an
empty folder that is deleted afterwards, with limits on time, memory and the size of files. On Linux (x86-64, ARM64) it
can reach no network, start no process and send no signal (seccomp), and can read nothing but Python's and the system's
libraries (Landlock, since Linux 5.13); `CodeResult.sealed` says which of these held. Where they do not, on macOS say,
the code can read and write what the person can who runs it, and reach the network.

It is a guard against what models happen to write, not against an attacker: the code runs under the same kernel and
user, can fill the disk with many small files while it runs, and code that looks for its judge can call itself right.
"""

from __future__ import annotations

import json
import math
import os
import re
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import Stopped

MEMORY = 512 << 20  # bytes of address space
FILE = 1 << 20  # bytes of a file that the code writes
OUTPUT = 64 << 10  # bytes of output that are kept
_DETAIL = 200  # characters
_AT_ONCE = 8  # programs, each with its memory
_HARNESS = Path(__file__).with_name("codeharness.py")
_BLOCK = re.compile(r"^[ \t]*```[ \t]*([^\s`]*)[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class CodeResult:
    """How the run of one program ended."""

    outcome: Literal["passed", "failed", "timeout"]
    detail: str  # the last line that was written: of a failure, what was raised
    sealed: tuple[str, ...]  # of "files", "network" and "processes", what the code could not reach

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"


def code_of(text: str) -> str:
    """The Python code in a response: its first block between ``` that says so, or says nothing, else all of it."""
    blocks = [(language.casefold(), code) for language, code in _BLOCK.findall(text)]
    for said in (("python", "py", "python3"), ("",)):
        for language, code in blocks:
            if language in said:
                return code
    return text


def run_tests(code: str, tests: str, *, seconds: float = 10.0) -> CodeResult:
    """Run `code`, then `tests` in the same module; passed is what comes to the end of the tests without an error.

    That the end was reached is said with a word of which the code is not told, so leaving early, with whatever exit
    code, is a failure. `seconds` of the clock and of the processor; then the whole group of processes is killed.
    """
    nonce = secrets.token_hex(16)
    empty = tempfile.TemporaryDirectory(prefix="code-", ignore_cleanup_errors=True)
    with empty as folder, tempfile.TemporaryFile("w+", encoding="utf-8") as program:
        json.dump({"code": code, "tests": tests, "nonce": nonce}, program)
        program.seek(0)
        said, output, in_time = _watched(program.fileno(), folder, seconds)
    first, _, rest = said.decode(errors="replace").partition("\n")
    ended = "passed" if rest == f"{nonce}\n" else "failed"
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    return CodeResult(
        outcome=ended if in_time or ended == "passed" else "timeout",  # type: ignore[arg-type]
        detail=lines[-1].strip()[:_DETAIL] if lines else "",
        sealed=tuple(first.split()),
    )


def run_all(
    programs: Sequence[tuple[str, str]],
    *,
    seconds: float = 10.0,
    on_done: Callable[[int], None] = lambda done: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[CodeResult]:
    """`run_tests` of each (code, tests), in order; as many at once as there are cores, at most 8. Raises `Stopped`."""
    results = []
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, os.cpu_count() or 1)) as pool:
        running = [pool.submit(run_tests, code, tests, seconds=seconds) for code, tests in programs]
        for done, future in enumerate(running, 1):
            if should_stop():
                pool.shutdown(wait=False, cancel_futures=True)
                raise Stopped
            results.append(future.result())
            on_done(done)
    return results


def _watched(program: int, folder: str, seconds: float) -> tuple[bytes, bytes, bool]:
    """What the process said of its end, what it wrote, and whether it ended in time; nothing of it is left running."""
    verdict, verdict_end = os.pipe()
    output, output_end = os.pipe()
    arguments = [program, verdict_end, math.ceil(seconds) + 1, MEMORY, FILE]  # the clock comes first
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(_HARNESS), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output_end,
            stderr=output_end,
            cwd=folder,
            env={"HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"},
            pass_fds=(program, verdict_end),
            start_new_session=True,
        )
    finally:
        os.close(verdict_end)
        os.close(output_end)
    try:
        return _read(verdict, output, time.monotonic() + seconds)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has ended; macOS says so of a group of dead ones
            process.kill()
        process.wait()
        os.close(verdict)
        os.close(output)


def _read(verdict: int, output: int, deadline: float) -> tuple[bytes, bytes, bool]:
    """Both pipes until they end; of the output the last bytes are kept, of the verdict the first few."""
    kept = {verdict: b"", output: b""}
    with selectors.DefaultSelector() as selector:
        for pipe in kept:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            if time.monotonic() >= deadline:
                return kept[verdict], kept[output], False
            for key, _ in selector.select(deadline - time.monotonic()):
                piece = os.read(key.fd, OUTPUT)
                kept[key.fd] = (kept[key.fd] + piece)[-OUTPUT:]
                if not piece:
                    selector.unregister(key.fd)
    return kept[verdict], kept[output], True
