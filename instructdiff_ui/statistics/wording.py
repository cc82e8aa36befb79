"""What a difference is called, and the sentence that a person reads: it says no more than the numbers do.

Knows nothing of how the numbers came about.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .differences import Difference

BETTER, WORSE, NONE, UNDECIDED = "better", "worse", "no detectable difference", "undecided"


@dataclass(frozen=True)
class Metric:
    """What was measured, and how it is told."""

    name: str  # as in "Lower {name} than random"
    unit: str
    scale: float  # from results to `unit`
    higher_is_better: bool


METRICS = {  # by their names in evaluation.json
    "nll": Metric("held-out loss", "nats", 1, higher_is_better=False),
    "exact_match": Metric("share of right answers", "percentage points", 100, higher_is_better=True),
    "choice": Metric("share of right choices", "percentage points", 100, higher_is_better=True),
    "code_tests": Metric("share of programs that pass", "percentage points", 100, higher_is_better=True),
}


def sentence(word: str, found: Difference, *, metric: Metric, p: float, level: float, tests: int) -> str:
    """`word` and its grounds; `p` is corrected for `tests` comparisons."""
    if word == UNDECIDED:
        return f"Undecided: {found.unknown}."
    if found.low == found.high:
        return "No detectable difference from random: the same result on every example."
    places = _places((found.high - found.low) / 2 * metric.scale)
    show = _Shown(metric, places)
    size = f"{_count(found.seeds)}, {found.examples} examples"
    interval = f"{100 * (1 - level):g} % interval"
    if word == NONE:
        return (
            f"No detectable difference from random: {show.signed(found.mean)} {metric.unit} "
            f"({interval} {show.signed(found.low)} to {show.signed(found.high)}; {size}); "
            f"this experiment could have seen a difference of about {show.plain(found.detectable)} {metric.unit} "
            f"or more.{_alone(found.p, p, level, tests)}"
        )
    up = found.mean > 0
    ends = (found.low, found.high) if up else (-found.high, -found.low)
    corrected = f" after correction for {tests} comparisons" if tests > 1 else ""
    return (
        f"{'Higher' if up else 'Lower'} {metric.name} than random by {show.plain(abs(found.mean))} {metric.unit} "
        f"({interval} {show.plain(ends[0])} to {show.plain(ends[1])}; {size}; {_p(p, level)}{corrected})."
    )


@dataclass(frozen=True)
class _Shown:
    metric: Metric
    places: int

    def plain(self, value: float) -> str:
        text = f"{value * self.metric.scale:.{self.places}f}"
        return text.replace("-", "−") if float(text) else text.lstrip("-")

    def signed(self, value: float) -> str:
        text = self.plain(value)
        return f"+{text}" if value > 0 and float(text) else text


def _places(half: float) -> int:
    """Decimals that show two digits of an interval's half-width."""
    return min(max(1 - math.floor(math.log10(half)), 0), 9)


def _count(seeds: tuple[int, int]) -> str:
    return f"{seeds[0]} seeds" if seeds[0] == seeds[1] else f"{seeds[0]} seeds against {seeds[1]}"


def _alone(alone: float, corrected: float, level: float, tests: int) -> str:
    """Why an interval without 0 was not enough."""
    if alone > level:
        return ""
    return (
        f" As the only comparison it would count ({_p(alone, level)}); "
        f"as one of {tests} it does not ({_p(corrected, level)})."
    )


def _p(p: float, level: float) -> str:
    """Two digits, or as many as it takes to stay on its side of the level."""
    if p < 0.001:
        return "p < 0.001"
    texts = (f"{p:.{digits}g}" for digits in range(2, 18))
    sides = ((text, float(text)) for text in texts)
    return f"p = {next(text for text, shown in sides if (shown > level, shown < level) == (p > level, p < level))}"
