"""What a model came to on every held-out row: the file that an evaluation leaves beside its means.

Knows nothing of how it was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import RunError
from ..files import replacing

if TYPE_CHECKING:
    from ..engine.evaluation import ExampleResult

FILE = "examples.parquet"
COLUMNS = ["example_id", "domain", "metric", "value"]


def write_example_results(folder: Path, results: Sequence[ExampleResult]) -> None:
    """One Parquet file, whole or not at all: a line per row and metric."""
    table = pd.DataFrame([asdict(result) for result in results], columns=COLUMNS).astype({"value": "float64"})
    with replacing(folder / FILE) as temporary:
        table.to_parquet(temporary, index=False)


def read_example_results(folder: Path) -> pd.DataFrame:
    """example_id, domain, metric and value (float64) of the model whose evaluation is in `folder`.

    Raises `RunError` for an evaluation from before single rows were kept.
    """
    try:
        return pd.read_parquet(folder / FILE)
    except FileNotFoundError:
        raise RunError(f"{folder.name} holds no results of single rows: evaluate this model again.") from None
