"""What this machine has to compute with, told without loading torch."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Hardware:
    cores: int
    memory_gb: float | None  # of the machine, not of what is free
    accelerators: tuple[str, ...]  # such as "NVIDIA H100 80GB HBM3, 80 GB"


@cache
def hardware() -> Hardware:
    """Asked once per process: it does not change."""
    return Hardware(_cores(), _memory_gb(), _nvidia() or _apple())


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))  # a container may have fewer than the machine
    except AttributeError:
        return os.cpu_count() or 1


def _memory_gb() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return None


def _nvidia() -> tuple[str, ...]:
    if shutil.which("nvidia-smi") is None:
        return ()
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return ()
    found = (line.rpartition(",") for line in lines if "," in line)
    return tuple(f"{name.strip()}, {float(size) / 1024:.0f} GB" for name, _, size in found)


def _apple() -> tuple[str, ...]:
    return ("Apple GPU (MPS)",) if (platform.system(), platform.machine()) == ("Darwin", "arm64") else ()
