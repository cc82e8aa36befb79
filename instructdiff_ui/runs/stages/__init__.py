"""What each stage does: read upstream artifacts, work, leave one artifact, return the facts for its manifest.

A stage reads nothing but its settings and the artifacts before it. Knows nothing of queues, processes or pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .context import Context
from .evaluation import evaluate, evaluate_base, evaluate_calibrated
from .leakage import leakage
from .loading import pool, tokens
from .measuring import lengths, score_bare, score_small
from .rating import rate, selectit
from .scoring import score_base, score_calibrated
from .selecting import combine, deltas, import_scores, select
from .training import calibrate, finetune
from .zipping import order_zip

WORK: dict[str, Callable[[Context], dict[str, Any]]] = {
    work.__name__: work
    for work in (
        pool,
        tokens,
        calibrate,
        finetune,
        score_base,
        score_calibrated,
        deltas,
        combine,
        import_scores,
        score_bare,
        score_small,
        rate,
        selectit,
        order_zip,
        lengths,
        select,
        evaluate_base,
        evaluate_calibrated,
        evaluate,
        leakage,
    )
}
