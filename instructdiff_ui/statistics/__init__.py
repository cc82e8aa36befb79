"""The statistics of experiments: is one way of choosing rows better than another, and how sure can one be.

Arrays in, small results out. Knows nothing of runs, models or pages.
"""

from .bootstrap import over_examples
from .differences import Difference, compare
from .means import Gap, Measured, difference, measured
from .verdicts import Verdict, holm, judged, verdicts
from .wording import METRICS, Metric

__all__ = [
    "METRICS",
    "Difference",
    "Gap",
    "Measured",
    "Metric",
    "Verdict",
    "compare",
    "difference",
    "holm",
    "judged",
    "measured",
    "over_examples",
    "verdicts",
]
