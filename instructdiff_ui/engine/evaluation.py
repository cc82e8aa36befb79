"""Held-out results: what a model came to on every held-out row, and the means with their standard errors.

Knows nothing of models; it summarises what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ExampleResult:
    """One number of one held-out row."""

    example_id: str
    domain: str
    metric: str  # "nll", in nats per response token; "exact_match", "choice" or "code_tests", 0 or 1
    value: float


@dataclass(frozen=True)
class EvalResult:
    """One number with its standard error, over `n` examples of one domain."""

    domain: str  # "all" for every example together
    metric: str  # as in `ExampleResult`, or "benchmark", a share, whose domains are tasks of lm-eval
    value: float
    stderr: float  # of the mean over examples; nan for a single one
    n: int

    @property
    def ppl(self) -> float:
        """exp(value): the perplexity of a typical example."""
        return math.exp(self.value)


def means(results: Sequence[ExampleResult]) -> list[EvalResult]:
    """The mean of each metric per domain, in order of name, and of "all" together, last.

    Every example counts the same: the loss is the mean over examples of each one's mean per response token, however
    long it is. The standard error is sd / √n over examples. Metrics come in the order in which they are met.
    """
    found = []
    for metric in dict.fromkeys(result.metric for result in results):
        rows = [result for result in results if result.metric == metric]
        values = np.array([row.value for row in rows], dtype=np.float64)
        domains = np.array([row.domain for row in rows], dtype=object)
        found += [_mean(metric, domain, values[domains == domain]) for domain in sorted(set(domains))]
        found.append(_mean(metric, "all", values))
    return found


def _mean(metric: str, domain: str, values: np.ndarray) -> EvalResult:
    n = len(values)
    stderr = float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    return EvalResult(domain=domain, metric=metric, value=float(values.mean()), stderr=stderr, n=n)
