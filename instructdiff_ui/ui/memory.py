"""Memory of a server that stays up: what threads let go is taken again by others, or goes back to the system."""

from __future__ import annotations

import ctypes
import platform

ARENAS = 2  # heaps of the C library for all threads together; by itself it makes up to eight for each core
M_ARENA_MAX = -8  # its number in glibc's malloc.h


def share_heaps() -> None:
    """From now on all threads allocate from the same few heaps, where the C library is glibc.

    A page's answers are made by whichever of 40 threads is free. With heaps of their own, each thread's stays as large
    as what it once made.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
