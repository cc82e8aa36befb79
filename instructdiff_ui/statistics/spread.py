"""How far the difference of two arms would move with other seeds and other held-out examples.

The arms are crossed with the examples: every seed of both is measured on the same ones. With y[s, i] the result of seed
s on example i, the variance of mean(arm) − mean(reference) is estimated from two sides:

- *seeds* S = Σ over both arms of var over seeds of the seeds' means ÷ number of seeds (Welch);
- *examples* E = variance over examples of the seed-averaged paired differences ÷ n.

Both hold the residual (what only this seed did on only this example), R = Σ over both arms of its mean square in the
two-way table ÷ (seeds · n). So S + E − R is the variance. Neither S nor E alone can be more than it.

Knows nothing of what is better, of other arms, or of words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMALLEST_P = 1e-12
POWER = 0.8


@dataclass(frozen=True)
class Spread:
    """Variances of a mean difference; numbers, or arrays of one shape for many experiments at once."""

    seeds: np.ndarray
    freedom: np.ndarray  # degrees of freedom of `seeds`, by Welch–Satterthwaite
    examples: np.ndarray
    residual: np.ndarray
    n: int  # examples

    @property
    def variance(self) -> np.ndarray:
        return np.maximum(self.seeds + self._interaction, self.examples)

    @property
    def _interaction(self) -> np.ndarray:
        """E − R: what examples add to the seeds, since arms differ by example."""
        return np.maximum(self.examples - self.residual, 0)

    def half_width(self, level: float | np.ndarray) -> np.ndarray:
        """Half the interval that holds the true difference but for a share `level` of experiments.

        √(t_S² · S + t_E² · max(E − R, 0)), each part with the t of its own degrees of freedom, and at least t_E · √E,
        the interval over examples alone. Of independent variances this is known to err on the wide side (Banerjee,
        Sankhyā 22, 1960). One t for the sum, by Satterthwaite, is too narrow at small levels with two or three seeds,
        because the degrees of freedom come out largest where the spread of the seeds is underestimated.
        """
        from scipy.special import stdtrit  # here, because the page starts without it

        t_seeds = stdtrit(self.freedom, np.divide(level, 2))
        t_examples = stdtrit(self.n - 1, np.divide(level, 2))
        both = t_seeds**2 * self.seeds + t_examples**2 * self._interaction
        return np.sqrt(np.maximum(both, t_examples**2 * self.examples))

    def p_value(self, gap: float | np.ndarray) -> np.ndarray:
        """The level at which the interval around `gap` just touches 0, by bisection; at least `SMALLEST_P`."""
        low = np.full(np.shape(gap), np.log(SMALLEST_P))
        high = np.zeros(np.shape(gap))
        for _ in range(50):
            middle = (low + high) / 2
            covers = self.half_width(np.exp(middle)) >= np.abs(gap)
            low, high = np.where(covers, middle, low), np.where(covers, high, middle)
        return np.exp(high)

    def detectable(self, level: float) -> np.ndarray:
        """The true difference that is found at `level` with a chance of about 80 %, were the spread as estimated.

        δ · standard error, with δ the noncentrality for which the noncentral t exceeds the critical value with that
        chance, at the degrees of freedom that the interval's width amounts to.
        """
        from scipy.special import nctdtrinc, stdtridf

        error = np.sqrt(self.variance)
        critical = np.divide(self.half_width(level), error)
        freedom = np.clip(stdtridf(1 - level / 2, critical), 1, 1e6)
        return nctdtrinc(freedom, 1 - POWER, critical) * error


def spread(arm: np.ndarray, reference: np.ndarray) -> Spread:
    """The spread of mean(arm) − mean(reference); (..., seeds, examples), the same examples, two or more of each.

    Variances that are nothing but the rounding of equal numbers are 0.
    """
    n = arm.shape[-1]
    of_seeds = [values.mean(-1).var(-1, ddof=1) / values.shape[-2] for values in (arm, reference)]
    pieces = [part**2 / (values.shape[-2] - 1) for part, values in zip(of_seeds, (arm, reference), strict=True)]
    seeds, piece = sum(of_seeds), sum(pieces)
    freedom = np.divide(seeds**2, piece, out=np.ones_like(seeds), where=piece > 0)
    examples = (arm.mean(-2) - reference.mean(-2)).var(-1, ddof=1) / n
    residual = _residual(arm) + _residual(reference)
    rounding = (1e-12 * np.maximum(np.abs(arm).max((-2, -1)), np.abs(reference).max((-2, -1)))) ** 2
    seeds, examples, residual = (np.where(part > rounding, part, 0.0) for part in (seeds, examples, residual))
    return Spread(seeds, freedom, examples, residual, n)


def _residual(values: np.ndarray) -> np.ndarray:
    """Variance that seed × example leaves in the mean of one arm: its mean square ÷ (seeds · examples)."""
    seeds, n = values.shape[-2:]
    left = (
        values - values.mean(-1, keepdims=True) - values.mean(-2, keepdims=True) + values.mean((-2, -1), keepdims=True)
    )
    return (left**2).sum((-2, -1)) / ((seeds - 1) * (n - 1)) / (seeds * n)
