"""Small finished runs made from files of scores, for what the Explore tab shows of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from instructdiff_ui import api


def scored_rows(n: int = 60, *, domains: tuple[str, ...] = ("code", "math"), seed: int = 0, **columns) -> list[dict]:
    """`n` rows that take turns in `domains`, with random scores; `columns` are lists or functions of the number."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        names = ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")
        row = {"example_id": f"r{k}", "instruction": f"Do task {k}.", "response": f"Done {k}.", "n_tokens": 1 + k % 9}
        row |= {"domain": domains[k % len(domains)]} | {name: round(float(rng.normal(1, 0.3)), 4) for name in names}
        rows.append(row | {name: given(k) if callable(given) else given[k] for name, given in columns.items()})
    return rows


def scored_run(folder: Path, rows: list[dict], **settings) -> str:
    """The id of a run with these scores; `settings` are those of the run."""
    file = folder / "scores.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return api.import_scores(file, settings=settings)
