"""Which rows share a forward pass: length-sorted batches within a budget of tokens.

Knows nothing of models or of what the tokens mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def batches(lengths: Sequence[int] | np.ndarray, *, batch_tokens: int) -> list[np.ndarray]:
    """Row indices in batches of similar length, the longest rows first.

    `lengths` (N,) in tokens. A batch of R rows costs R × its longest row, padding included, which is at most
    `batch_tokens` unless a single row alone is longer. The same lengths give the same batches.
    """
    lengths = np.asarray(lengths, dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")  # longest first: what does not fit in memory fails at once
    out = []
    start = 0
    while start < len(order):
        rows = max(1, batch_tokens // max(1, int(lengths[order[start]])))
        out.append(order[start : start + rows])
        start += rows
    return out
