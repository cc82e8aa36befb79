"""Code that a model wrote, run far from everything else: what passes, what does not, and what it cannot do."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from instructdiff_ui.data import codetests
from instructdiff_ui.data.codetests import CodeResult, code_of, run_all, run_tests
from instructdiff_ui.errors import Stopped

GOOD, TESTS = "def double(x):\n    return 2 * x\n", "assert double(2) == 4\nassert double(0) == 0"


def run(code: str, tests: str = "pass", **options) -> CodeResult:
    return run_tests(code, tests, **options)


@pytest.fixture(scope="module")
def sealed() -> tuple[str, ...]:
    """What this machine keeps out of reach."""
    return run("pass").sealed


@pytest.fixture
def needs(sealed):
    def need(what: str) -> None:
        if what not in sealed:
            pytest.skip(f"this system cannot keep {what} out of reach of a process")

    return need


# what passes -------------------------------------------------------------------------------------------------------


def test_code_that_passes_and_code_that_does_not():
    assert run(GOOD, TESTS).passed
    wrong = run(GOOD.replace("2", "3"), TESTS)
    assert (wrong.outcome, wrong.detail) == ("failed", "AssertionError")
    assert run("", TESTS).detail == "NameError: name 'double' is not defined"
    assert run("def double(x:", TESTS).detail.startswith("SyntaxError")
    assert run(GOOD, "raise ValueError('no <img> ${1+1}')").detail == "ValueError: no <img> ${1+1}"


def test_the_standard_library_threads_and_files_of_its_own_are_there():
    code = """
from __future__ import annotations
import asyncio, dataclasses, datetime, decimal, hashlib, heapq, itertools, json, math, re, threading, zoneinfo

@dataclasses.dataclass
class Pair:
    one: int
    other: str = ""

async def three():
    return 3

found = []
thread = threading.Thread(target=found.append, args=(1,))
thread.start()
thread.join()
open("here.txt", "w").write("text")
if __name__ == "__main__":
    raise SystemExit("this is no program")
"""
    tests = "assert Pair(1).one == 1 and found == [1] and asyncio.run(three()) == 3\nassert open('here.txt').read()"
    assert run(code, tests) == CodeResult("passed", "", run("pass").sealed)


@pytest.mark.parametrize(
    "leaving",
    [
        "import sys; sys.exit(0)",
        "raise SystemExit",
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "import os; os.closerange(3, 256)",
        "quit = exit = None; raise KeyboardInterrupt",
        "import atexit; atexit.register(print, 'passed'); 1 / 0",
        "import os, contextlib as c\nfor fd in range(64):\n    with c.suppress(OSError):\n        os.write(fd, b'0')",
    ],
)
def test_leaving_before_the_tests_is_no_pass(leaving):
    assert run(leaving, "assert False").outcome == "failed"
    assert run(leaving, "pass").outcome == "failed"
    assert not run(f"{GOOD}\nimport sys, os\ndef double(x):\n    os._exit(0)", TESTS).passed


def test_what_the_code_wants_done_at_its_end_does_not_hold_the_result_up():
    assert run("import atexit, time; atexit.register(time.sleep, 60)", "assert True", seconds=5).passed


def test_code_in_place_of_the_functions_of_the_system_changes_nothing():
    assert not run("import os\nos.write = os._exit = lambda *a: None", "assert False").passed
    assert run("import os\nos.write = os._exit = lambda *a: None", "pass").passed


# limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["while True: pass", "import time; time.sleep(60)", "while True: print('x' * 1000)", "input(); while_ = 1/0"],
)
def test_no_program_goes_on_for_ever(code):
    started = time.monotonic()
    ended = run(code, seconds=1)
    assert not ended.passed
    assert time.monotonic() - started < 30
    assert len(ended.detail) <= 200


def test_time_that_ran_out_is_told_from_a_failure():
    assert run("import time; time.sleep(60)", seconds=0.5).outcome == "timeout"
    assert run("input()").detail == "EOFError: EOF when reading a line"


def test_an_outpour_is_cut_and_does_not_stop_a_program_that_passes(monkeypatch):
    monkeypatch.setattr(codetests, "OUTPUT", 1_000)
    assert run("print('y' * 3_000_000)").passed
    verdict, output, _ = codetests._watched(os.open(os.devnull, os.O_RDONLY), ".", 5)
    assert (verdict, len(output) <= 1_000) == (b"", True)


def test_memory_is_limited():
    assert run("x = [0] * 10**9").detail == "MemoryError"
    assert run("x = bytearray(50_000_000)").passed


def test_no_file_grows_large():
    ended = run("with open('x', 'w') as file:\n    while True:\n        file.write('x' * 10**6)")
    assert "File too large" in ended.detail


def test_the_folder_is_empty_and_gone_afterwards():
    ended = run("import os; print(os.listdir(), os.getcwd()); raise SystemExit")
    assert "code-" in ended.detail and ended.detail.startswith("[]"), ended
    assert not Path(ended.detail.split()[-1]).exists()


def test_no_process_is_left_or_started(needs):
    needs("processes")
    for start in ("os.fork()", "os.system('true') and 1/0", "__import__('subprocess').run(['true'])"):
        code = f"import os\nfor _ in range(10**4):\n    {start}"
        assert not run(code, seconds=5).passed, start
    assert "Operation not permitted" in run("import os; os.fork()").detail


def test_no_other_process_is_signalled(needs):
    needs("processes")
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    try:
        ended = run("import os, signal; os.kill(os.getppid(), signal.SIGUSR1)")
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert "Operation not permitted" in ended.detail
    assert heard == []


def test_limits_cannot_be_raised_again(needs):
    needs("processes")
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)"
    assert not run(code).passed


# what it must not see or reach -------------------------------------------------------------------------------------


def test_the_environment_and_its_secrets_stay_out_of_sight(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    ended = run("import os; print(sorted(os.environ), dict(os.environ)); raise SystemExit")
    assert (
        ended.detail.startswith("['HOME', 'LANG', 'LC_CTYPE', 'TMPDIR']")
        or "['HOME', 'LANG', 'TMPDIR']" in ended.detail
    )
    assert "secret" not in ended.detail
    assert run("import sys; assert len(sys.argv) == 1").passed


def test_installed_packages_and_this_one_are_not_there():
    for package in ("numpy", "instructdiff_ui", "codeharness"):
        assert run(f"import {package}").detail == f"ModuleNotFoundError: No module named {package!r}"


def test_files_of_the_machine_stay_out_of_reach(needs, tmp_path):
    needs("files")
    (tmp_path / "secret").write_text("secret")
    for path in (tmp_path / "secret", "/etc/passwd", f"/proc/{os.getpid()}/environ", Path(__file__)):
        assert run(f"open({str(path)!r}).read()").detail.startswith("PermissionError"), path
    for code in (f"open({str(tmp_path / 'new')!r}, 'w')", f"import os; os.remove({str(tmp_path / 'secret')!r})"):
        assert run(code).detail.startswith("PermissionError")
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_the_network_stays_out_of_reach(needs):
    needs("network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port = server.getsockname()[1]
        ended = run(f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=2)")
        assert not ended.passed
        with pytest.raises(TimeoutError):
            server.accept()


# many programs -----------------------------------------------------------------------------------------------------


def test_programs_keep_their_order():
    programs = [(f"x = {i}", f"assert x % 3, x\nassert x == {i}") for i in range(12)]
    done: list[int] = []
    assert [ran.passed for ran in run_all(programs, on_done=done.append)] == [bool(i % 3) for i in range(12)]
    assert done == list(range(1, 13))
    assert run_all([]) == []


def test_a_stop_is_heard_between_programs():
    with pytest.raises(Stopped):
        run_all([("pass", "pass")] * 50, should_stop=lambda: True)


# the code in a text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = 1", "x = 1"),
        ("Here:\n```python\nx = 1\n```\nThat was it.", "x = 1\n"),
        ("```py\nx = 1\n```\n```python\nx = 2\n```", "x = 1\n"),
        ("```\nx = 1\n```", "x = 1\n"),
        ("```Python\r\nx = 1\r\n```", "x = 1\r\n"),
        ("```python\nx = 1\ny", "x = 1\ny"),  # cut off at the last token that was allowed
        ("```bash\nls\n```\n```python\nx = 1\n```", "x = 1\n"),
        ("  ```python\n  x\n  ```", "  x\n"),
        ("```\nnotes\n```\n```python\nx = 1\n```", "x = 1\n"),
        ("```bash\nls\n```", "```bash\nls\n```"),
        ("", ""),
    ],
)
def test_the_code_in_a_text(text, code):
    assert code_of(text) == code
