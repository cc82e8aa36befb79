"""Held-out loss: how well a model predicts responses that no training has seen.

Knows nothing of models; it summarises scores.
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
    metric: str  # "nll", in nats per response token
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
    nll = np.array([score.nll for score in scores], dtype=np.float64)
    labels = np.array(domains, dtype=object)
    if len(nll) != len(labels):
        raise ValueError(f"{len(nll)} scores do not match {len(labels)} domains")
    if not len(nll):
        return []
    results = [_result(domain, nll[labels == domain]) for domain in sorted(set(domains))]
    return [*results, _result("all", nll)]


def _result(domain: str, nll: np.ndarray) -> EvalResult:
    n = len(nll)
    stderr = float(nll.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    return EvalResult(domain=domain, metric="nll", value=float(nll.mean()), stderr=stderr, n=n)
