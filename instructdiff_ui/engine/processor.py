"""Getting out of a CPU what it can do: which library multiplies matrices, and what happens to freed memory.

Both are settings of the process, made once. Knows nothing of models.
"""

from __future__ import annotations

import ctypes
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

EXACT = 1e-5  # largest relative error of a product that still counts as float32; bfloat16 products err by 1e-3
WORTH = 1.3  # times faster: where the two are about equal, chance must not choose
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)


def tune(choice: str | None = None) -> str:
    """Make float32 products and large temporaries as fast as this processor allows; to be called before heavy work.

    PyTorch multiplies float32 matrices with MKL unless oneDNN may round the factors to bfloat16. On processors without
    AMX oneDNN never rounds, and on some (AMD's) it is more than twice as fast as MKL. So the permission is given where
    products come out as exact as before, and faster; where they do not, nothing changes. Found out once per process, or
    taken from another as its `choice`, so that both compute alike; returns the choice.
    """
    global _choice
    if choice is not None or _choice is None:
        keep_freed_memory()
        _choice = choice or _faster()
    if _choice != _precision() and torch.backends.mkldnn.is_available():
        _set_precision(_choice)
    return _choice


def _faster() -> str:
    """The setting under which float32 products are exact and clearly faster than in PyTorch's default, else that."""
    default = _precision()
    if not torch.backends.mkldnn.is_available() or default not in ("none", "ieee"):
        return default
    a, b = _factors(512, 1024, 1024)
    before = _seconds(lambda: a @ b)
    with rounding_allowed():
        return "bf16" if _exact() and _seconds(lambda: a @ b) * WORTH <= before else default


@contextmanager
def rounding_allowed(allowed: bool = True) -> Iterator[None]:
    """Let float32 products round their factors to bfloat16, which loses nothing where the factors are bfloat16 values.

    They are summed in float32. Only some processors (those with AMX) make use of it.
    """
    if not allowed or not torch.backends.mkldnn.is_available():
        yield
        return
    before = _precision()
    _set_precision("bf16")
    try:
        yield
    finally:
        _set_precision(before)


def keep_freed_memory() -> None:
    """Have the C library keep freed memory for the next allocation instead of giving it back.

    A temporary of some MB is otherwise mapped anew each time, and zeroing its pages takes longer than filling them.
    """
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):  # not the GNU C library
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        library.mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)


def name() -> str:
    """The processor, the threads in use on it, and the library that computes: what a measurement holds for."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{model or platform.processor()}, {torch.get_num_threads()} threads, torch {torch.__version__}"


@cache
def bfloat16_gain(hidden_size: int) -> float:
    """How many times faster an MLP of this width is in bfloat16 than in float32; 0 without instructions for it."""
    if not (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()):
        return 0.0
    tune()
    tokens = max(64, min(1024, 2**29 // hidden_size**2))  # some 10^10 operations, whatever the width
    x, w = _factors(tokens, hidden_size, 4 * hidden_size)

    def seconds(dtype: torch.dtype) -> float:
        y, up = x.to(dtype), w.to(dtype)
        down = up.T.contiguous()

        def mlp() -> Tensor:
            normed = (y.float() * y.float().square().mean(-1, keepdim=True).rsqrt()).to(dtype)
            return y + functional.silu(normed @ up) @ down

        return _seconds(mlp)

    return seconds(torch.float32) / seconds(torch.bfloat16)


def _exact() -> bool:
    """Whether products of float32 values are exact to float32, in several shapes; the last is attention's."""
    for m, k, n in ((512, 1024, 1024), (33, 576, 100), (512, 64, 160)):
        a, b = _factors(m, k, n)
        exact = a.double() @ b.double()
        if float(((a @ b).double() - exact).abs().max() / exact.abs().max()) > EXACT:
            return False
    return True


def _factors(m: int, k: int, n: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(m, k, generator=generator), torch.randn(k, n, generator=generator)


def _seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The best of a few, after one that does not count."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def _precision() -> str:
    return _products.fp32_precision


def _set_precision(value: str) -> None:
    _products.fp32_precision = value


_onednn: Any = torch.backends.mkldnn
_products = _onednn.matmul  # its settings for matrix products
_choice: str | None = None  # of this process, once it is made
