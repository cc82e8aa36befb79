"""Whether a run's numbers stand clear of the arithmetic that made them."""

from __future__ import annotations

from ..runs import home
from ..runs import noise as _noise
from ..runs.noise import DomainNoise, Noise

__all__ = ["DomainNoise", "Noise", "noise"]


def noise(run: str) -> Noise | None:
    """By domain, the spread of ΔH beside the numerical noise in it; None for a run where that was not measured.

    Runs scored in float32 are not measured. Raises `RunError` for a run without scores.
    """
    return _noise.noise(home.open_store(run))
