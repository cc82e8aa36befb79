"""The published results of a run: the selection's record, the selected rows, and the scored table with its texts.

Reads and writes; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..data.examples import Example
from ..data.export import export_rows, merged_rows
from ..selection.outcome import Selection

SCORES = (
    "n_tokens",
    "base_nll",
    "base_entropy",
    "calibrated_nll",
    "calibrated_entropy",
    "delta_nll",
    "delta_entropy",
)


def selection_record(chosen: Selection) -> dict[str, Any]:
    """What `selection.json` holds: spec, cut-offs, counts, hashes, and the ids of the selected rows."""
    return chosen.to_dict() | {"ids": chosen.ids}


def export_selected(
    path: Path,
    examples: Mapping[str, Example],
    table: pd.DataFrame,
    chosen: Selection,
    *,
    fmt: str = "jsonl",
    scores: bool = True,
) -> int:
    """Write the selected rows as the dataset had them, with id, domain and scores if wanted; returns how many.

    The rows come in the order of the table.
    """
    kept = table[chosen.selected]
    columns: list[Any] = kept[["example_id", "domain", *SCORES]].to_dict("records") if scores else []
    rows = merged_rows([examples[i] for i in kept["example_id"]], {row["example_id"]: row for row in columns})
    export_rows(path, rows, fmt)
    return len(rows)
