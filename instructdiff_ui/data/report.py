"""What a pool looks like before any model runs, as one JSON value.

Knows nothing of how rows were read or tokenised, and draws nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .examples import Example, Quarantined, TokenizedExample
from .pool import Pool
from .tokens import Tokenised

_BINS = 30


def pool_report(
    pool: Pool, tokenised: Tokenised | None = None, *, previews: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Counts, lengths in tokens (None before tokenisation) and a few rows as the models see them.

    `previews` are values of `marked_prompt`. Lengths: {"prompt", "response"} → {"all", "domains": {name: …}}, each with
    min, mean, median, p95, max and the counts of a histogram, whose edges all domains share.
    """
    quarantined = [*pool.quarantined, *(tokenised.quarantined if tokenised else [])]
    domains = Counter(example.domain for example in pool.examples)
    return {
        "rows": len(pool.examples),
        "heldout_rows": len(pool.heldout),
        "duplicates": len(pool.examples) - len({_content(example) for example in pool.examples}),
        "domains": dict(domains.most_common()),
        "heldout_domains": dict(Counter(example.domain for example in pool.heldout).most_common()),
        "sources": [
            {"path": source.path, "name": source.name, "revision": source.revision, "rows": source.rows}
            for source in pool.sources
        ],
        "quarantined": {"rows": len(quarantined), "reasons": dict(_kinds(quarantined).most_common())},
        "truncated": tokenised.n_truncated if tokenised else None,
        "lengths": _lengths(pool, tokenised.examples) if tokenised else None,
        "previews": list(previews),
    }


def _content(example: Example) -> tuple:
    return example.instruction, example.input, example.response, example.messages


def _kinds(rows: Iterable[Quarantined]) -> Counter[str]:
    """How often each reason occurs, without the numbers and names after its colon."""
    return Counter(row.reason.partition(":")[0] for row in rows)


def _lengths(pool: Pool, rows: Sequence[TokenizedExample]) -> dict[str, Any]:
    domain_of = {example.example_id: example.domain for example in pool.examples}
    used = [row for row in rows if row.example_id in domain_of]  # held-out rows may be tokenised beside the pool
    domains = np.array([domain_of[row.example_id] for row in used])
    return {
        "prompt": _distribution(np.array([len(row.prompt_ids) for row in used]), domains),
        "response": _distribution(np.array([len(row.response_ids) for row in used]), domains),
    }


def _distribution(lengths: np.ndarray, domains: np.ndarray) -> dict[str, Any] | None:
    if not len(lengths):
        return None
    step = max(1, -(-(int(lengths.max()) + 1) // _BINS))  # whole tokens per bin
    edges = np.arange(0, step * _BINS + 1, step)
    return {
        "edges": edges.tolist(),
        "all": _summary(lengths, edges),
        "domains": {str(name): _summary(lengths[domains == name], edges) for name in np.unique(domains)},
    }


def _summary(lengths: np.ndarray, edges: np.ndarray) -> dict[str, Any]:
    return {
        "rows": len(lengths),
        "min": int(lengths.min()),
        "mean": float(lengths.mean()),
        "median": float(np.median(lengths)),
        "p95": float(np.quantile(lengths, 0.95)),
        "max": int(lengths.max()),
        "counts": np.histogram(lengths, edges)[0].tolist(),
    }
