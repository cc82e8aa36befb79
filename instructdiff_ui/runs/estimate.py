"""How long a run takes up to its selection, told before it starts and without loading torch.

Work is counted as the fewest floating-point operations that the stages need; speed is what this machine keeps up. Knows
nothing of run directories or datasets. Downloads come on top.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import cache

import numpy as np

from .hardware import Hardware

STARTING = 20.0  # seconds for the worker, its libraries, and loading the model once per stage
STEP, FEWEST, MOST = 100, 200, 10_000  # rows

# The share of numpy's rate for one large matrix product that scoring in float32 keeps up, taken low: on an AMD
# processor it was 1.2 times that rate, because the library is faster there, and 1.9 in bfloat16 (docs/benchmarks.md).
CPU_EFFICIENCY = 0.7
# The usual share of the peak in the data sheet, for models of this size on short rows.
CUDA_EFFICIENCY = 0.35
# FLOP/s of dense bfloat16 products summed in float32, by a word of the name. Cards before Ampere have no bfloat16: the
# engine takes float32 there, and so does this table.
CUDA_PEAKS = {
    **{"B200": 2250e12, "GB200": 2250e12, "H200": 989e12, "GH200": 989e12, "H100": 989e12, "H800": 989e12},
    **{"A100": 312e12, "A800": 312e12, "A30": 165e12, "A40": 150e12, "A10": 125e12, "A10G": 70e12, "A6000": 155e12},
    **{"L40S": 362e12, "L40": 181e12, "L4": 121e12, "V100": 15.7e12, "T4": 8.1e12},
    **{"5090": 209e12, "5080": 113e12, "5070": 62e12, "5060": 38e12},
    **{"4090": 165e12, "4080": 97e12, "4070": 58e12, "4060": 30e12},
    **{"3090": 71e12, "3080": 60e12, "3070": 41e12, "3060": 26e12, "3050": 18e12},
}
UNKNOWN_CUDA = 20e12  # FLOP/s of a modest card
MPS_RATE = 1e12  # FLOP/s kept up by the smallest Apple GPUs: 2.6e12 in float32 at their peak


def estimate(
    *,
    parameters: int,
    vocabulary: int,
    width: int,
    rows: int,
    tokens_per_row: float,
    response_tokens_per_row: float,
    calibration_ratio: float,
    epochs: float,
    rate: float,
    seeds: int = 1,
) -> float:
    """Seconds up to the selection, at `rate` FLOP/s.

    Scoring passes every token forward through the base model once and through that of every calibration seed: 2 FLOPs
    per parameter below the output head, and per parameter of the head for response tokens alone. Calibration takes 6
    per parameter for the tokens of its share of the rows, in every epoch and under every seed; LoRA takes a little
    less. The head (`vocabulary` · `width`) is tied to the embeddings and counted once in `parameters`.
    """
    head = vocabulary * width
    scoring = (1 + seeds) * (2.0 * (parameters - head) * tokens_per_row + 2.0 * head * response_tokens_per_row)
    calibration = seeds * 6.0 * parameters * tokens_per_row * calibration_ratio * epochs
    return STARTING + rows * (scoring + calibration) / rate


def rows_within(seconds: float, cost: Callable[[int], float]) -> int:
    """The most rows, a multiple of 100 from 200 to 10,000, whose `cost` in seconds stays within; 200 if none does."""
    return next((rows for rows in range(MOST, FEWEST, -STEP) if cost(rows) <= seconds), FEWEST)


def machine_rate(hardware: Hardware) -> float:
    """FLOP/s that scoring and training keep up on the first accelerator, or else on the processor."""
    if not hardware.accelerators:
        return CPU_EFFICIENCY * _matmul_rate()
    name = hardware.accelerators[0]
    if "Apple" in name:
        return MPS_RATE
    words = re.findall(r"\w+", name.rpartition(",")[0].upper())  # without its memory
    return CUDA_EFFICIENCY * next((CUDA_PEAKS[word] for word in words if word in CUDA_PEAKS), UNKNOWN_CUDA)


@cache
def _matmul_rate(n: int = 1024) -> float:
    """FLOP/s of one float32 matrix product: the best of three, some tens of milliseconds in all."""
    a, b = np.ones((n, n), np.float32), np.ones((n, n), np.float32)
    a @ b  # warm up
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - begun)
    return 2 * n**3 / best
