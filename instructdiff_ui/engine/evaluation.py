"""Held-out results: how well a model predicts responses that no training has seen, and how often it answers right.

Knows nothing of models; it summarises scores and verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .scoring import Score


@dataclass(frozen=True)
class EvalResult:
    """One number with its standard error, over `n` examples of one domain."""

    domain: str  # "all" for every example together
    metric: str  # "nll", in nats per response token, or "exact_match", a share
    value: float
    stderr: float  # of the mean over examples; nan for a single one
    n: int

    @property
    def ppl(self) -> float:
        """exp(value): the perplexity of a typical example."""
        return math.exp(self.value)


def heldout_loss(scores: Sequence[Score], domains: Sequence[str]) -> list[EvalResult]:
    """The NLL per domain, in order of name, and of "all" together, last.

    The value is the mean over examples of each one's mean per response token, so that every example counts the same
    however long it is; its standard error is sd / √n over examples. `domains` (N,) goes with `scores` (N,).
    """
    return _means("nll", [score.nll for score in scores], domains)


def exact_match(right: Sequence[bool], domains: Sequence[str]) -> list[EvalResult]:
    """The share of right answers per domain and of "all", as `heldout_loss`; `right` (N,) goes with `domains` (N,)."""
    return _means("exact_match", right, domains)


def _means(metric: str, values: Sequence[float], domains: Sequence[str]) -> list[EvalResult]:
    numbers, labels = np.array(values, dtype=np.float64), np.array(domains, dtype=object)
    if len(numbers) != len(labels):
        raise ValueError(f"{len(numbers)} values do not match {len(labels)} domains")
    if not len(numbers):
        return []
    results = [_mean(metric, domain, numbers[labels == domain]) for domain in sorted(set(domains))]
    return [*results, _mean(metric, "all", numbers)]


def _mean(metric: str, domain: str, values: np.ndarray) -> EvalResult:
    n = len(values)
    stderr = float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    return EvalResult(domain=domain, metric=metric, value=float(values.mean()), stderr=stderr, n=n)
