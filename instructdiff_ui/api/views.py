"""What the charts of a scored run show under a rule: bins and cells, never rows."""

from __future__ import annotations

from typing import Any

from ..config import SelectionSpec
from ..runs import home
from ..runs.exploration import explore
from ..runs.views import Views
from ..selection.association import Correlations
from ..selection.contrast import Contrast, KindContrast
from ..selection.curves import Curve
from ..selection.grids import GridCounts, Quartiles


def _of(run: str) -> Views:
    return explore(home.open_store(run)).views


def curves(run: str, spec: SelectionSpec, column: str = "delta_entropy") -> Curve:
    """Density and cumulative share per domain of `delta_entropy` or `delta_nll`, split by what `spec` does."""
    return _of(run).curves(spec, column)


def map_counts(run: str, spec: SelectionSpec, *, domain: str | None = None) -> GridCounts:
    """Rows per cell of ΔNLL × ΔH, split by what `spec` does; of one domain if it is named."""
    return _of(run).map_counts(spec, domain=domain)


def length_counts(
    run: str, spec: SelectionSpec, *, score: str = "delta_entropy", length: str = "n_tokens"
) -> tuple[GridCounts, Quartiles, Quartiles]:
    """Rows per cell of a length × a score, and the score's quartiles by length: of all rows, and of the kept ones."""
    return _of(run).length_counts(spec, score=score, length=length)


def contrast(run: str, spec: SelectionSpec, column: str) -> Contrast | list[KindContrast]:
    """How the rows that `spec` keeps differ from the others in a metric, or in a column of kinds."""
    return _of(run).contrast(spec, column)


def correlations(run: str, *, domain: str | None = None) -> Correlations:
    """Pearson and Spearman correlation of all metrics with each other and with lengths, over one domain or all."""
    return _of(run).correlations(domain)


def cube(run: str, *, bins: int = 60) -> dict[str, Any] | None:
    """Coarse counts with which a browser recounts while a line is dragged; None for too many domains."""
    return _of(run).cube(bins).payload()
