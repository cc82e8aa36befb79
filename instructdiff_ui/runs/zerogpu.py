"""The GPU of a ZeroGPU Space: lent for the length of one call, against the visitor's own GPU minutes.

The package `spaces` is there on such Spaces alone; it has to be imported before anything touches CUDA, which importing
this does. Everywhere else a function stays as it is. Also puts the platform's refusals into plain words. Knows nothing
of runs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pickle import PicklingError
from typing import Any, Literal, TypeVar

from .. import hosting
from ..errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])
MOST, PROBE = "INSTRUCTDIFF_GPU_SECONDS", "INSTRUCTDIFF_GPU_PROBE_SECONDS"
LEAST = 15  # seconds: less is spent on loading a model

_spaces: Any = import_module("spaces") if hosting.on_zero_gpu() and find_spec("spaces") is not None else None


def lent(seconds: Callable[..., int]) -> Callable[[F], F]:
    """Have a function run where the GPU is; `seconds` tells from its arguments how long it may take.

    On ZeroGPU that is a process forked for it: arguments and results are pickled, and it cannot start processes.
    """

    def decorate(function: F) -> F:
        return function if _spaces is None else _spaces.GPU(duration=seconds)(function)

    return decorate


@dataclass(frozen=True)
class SliceLimits:
    """How long the GPU is asked for at a time, in seconds."""

    probe: int = 30  # of the first slice, which finds out how fast it goes
    most: int = 90


def slice_limits() -> SliceLimits:
    """As the environment says; `ConfigError` for what is no whole number of at least 15 seconds."""
    most = _seconds(MOST, SliceLimits.most)
    return SliceLimits(probe=min(_seconds(PROBE, SliceLimits.probe), most), most=most)


def _seconds(name: str, default: int) -> int:
    text = os.environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and int(text) >= LEAST):
        raise ConfigError(f"{name} is {text!r}; it is a whole number of seconds, at least {LEAST}.")
    return int(text)


@dataclass(frozen=True)
class Refusal:
    """Why a call came to nothing; all but `long`, `lost` and `broken` are mended by trying again later."""

    kind: Literal["quota", "busy", "expired", "gone", "long", "lost", "broken"]
    why: str  # a sentence without its full stop
    left: float | None = None  # the share of the seconds asked for that the visitor still has, where it is told


_REQUESTED = re.compile(r"\((\d+)s requested vs\. (-?\d+)s left\)")


def refusal(error: BaseException) -> Refusal:
    """What an exception of a lent call means; the platform's are known by their titles, for they have no types."""
    title, message = str(getattr(error, "title", "")), str(getattr(error, "message", error))
    if "No GPU was available" in message or title in ("ZeroGPU queue timeout", "ZeroGPU pending credits exceeded"):
        return Refusal("busy", "No GPU is free for you right now")
    if title == "ZeroGPU quota exceeded":
        told = _REQUESTED.search(message)
        left = max(0.0, int(told[2]) / int(told[1])) if told and int(told[1]) else None
        return Refusal("quota", "Your GPU time on this Space is spent for today", left)
    if title == "ZeroGPU illegal duration":
        return Refusal("long", "This Space lends its GPU for shorter calls only")
    if "Expired ZeroGPU proxy token" in message:
        return Refusal("expired", "This page has been open for so long that the GPU no longer knows you")
    if "Connection closed by visitor" in message:
        return Refusal("gone", "The page was closed")
    if title == "ZeroGPU worker error" and "aborted" in message:
        return Refusal("lost", "The GPU was taken away before the work was done")
    what = "something that cannot be handed to the GPU's process" if isinstance(error, PicklingError) else message[:200]
    return Refusal("broken", f"The call on the GPU failed ({type(error).__name__}: {what})")
