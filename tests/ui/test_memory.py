"""The C library's heaps do not multiply with the threads that answer."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# forty threads at once, each with objects too large for Python's own pools; then glibc tells its heaps
COUNT = """
import ctypes, threading
{start}
barrier = threading.Barrier(40)
def answer():
    barrier.wait()
    kept = [bytes(1000) for _ in range(100)]
    barrier.wait()
threads = [threading.Thread(target=answer) for _ in range(40)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps(start: str) -> int:
    told = subprocess.run([sys.executable, "-c", COUNT.format(start=start)], capture_output=True, text=True, check=True)
    return told.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these heaps")
def test_threads_share_two_heaps():
    assert heaps("from instructdiff_ui.ui.memory import share_heaps; share_heaps()") <= 2
    assert heaps("import instructdiff_ui.ui.memory") > 2, "by itself each thread gets one, up to eight for each core"


def test_arrow_allocates_like_the_rest():
    ask = "import app, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    free = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=ROOT, env=free)
    assert told.stdout.strip() == "system"
