"""What the figures call things: columns, parts of a selection, and the sign that ΔNLL is shown with."""

from __future__ import annotations

from typing import Any, Literal

from ...selection.strategies import EXTRA_COLUMNS
from ..format import METRICS, NATS

Figure = dict[str, Any]
Sign = Literal["calibrated-base", "base-calibrated"]
Layout = Literal["side by side", "overlaid"]

TITLES = {
    ("delta_entropy", "calibrated-base"): "ΔH = H base − H calibrated (nats per token)",
    ("delta_entropy", "base-calibrated"): "ΔH = H base − H calibrated (nats per token)",
    ("delta_nll", "calibrated-base"): "ΔNLL = NLL calibrated − NLL base (nats per token)",
    ("delta_nll", "base-calibrated"): "ΔNLL = NLL base − NLL calibrated (nats per token)",
}
PART_NAMES = {
    "selected": "kept",
    "rank": "dropped by rank",
    "filter": "outside the γ filter",
    "excluded": "excluded",
}
WHAT = {"delta_entropy": "Differential entropy", "delta_nll": "Change of NLL"}  # the columns in a sentence
STEMS = {"delta_entropy": "delta-entropy", "delta_nll": "delta-nll"}  # the columns in a file's name

_COLUMN_NAMES = {name: METRICS[name] for name in (*NATS, *EXTRA_COLUMNS)} | {"n_tokens": "response length"}


def column_name(column: str) -> str:
    """A column as a reader knows it; others keep their name, with spaces."""
    return _COLUMN_NAMES.get(column, column.replace("_", " "))


def column_title(column: str) -> str:
    """A column's name with its unit, where it is known, for an axis."""
    if column in NATS:
        return f"{_COLUMN_NAMES[column]} (nats per token)"
    return "Response length (tokens)" if column == "n_tokens" else column_name(column)


def flipped(column: str, sign: Sign) -> bool:
    """Whether a column is shown with its sign turned."""
    return column == "delta_nll" and sign == "base-calibrated"
