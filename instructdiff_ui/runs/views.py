"""What the charts of a scored run show: grids, curves and correlations, each assigned once and then only counted.

Made of the columns that an exploration holds. Knows nothing of how anything is drawn.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..config import SelectionSpec
from ..errors import ConfigError
from ..selection.association import Correlations, correlations
from ..selection.contrast import Contrast, KindContrast, contrast, contrast_kinds
from ..selection.cube import Cube, cube
from ..selection.curves import Curve, Curves
from ..selection.grids import Grid, GridCounts, Quartiles

if TYPE_CHECKING:
    from .exploration import Exploration


class Views:
    def __init__(self, exploration: Exploration):
        self._run = exploration
        self._curves = lru_cache(maxsize=2)(lambda column: Curves(exploration.table, column))
        self._grid = lru_cache(maxsize=3)(self._make_grid)
        self.cube = lru_cache(maxsize=2)(self._make_cube)
        self.correlations = lru_cache(maxsize=4)(self._make_correlations)

    def curves(self, spec: SelectionSpec, column: str) -> Curve:
        """Density and cumulative share of ΔH or ΔNLL per domain under `spec`."""
        return self._curves(column).count(self._run.select(spec))

    def map_counts(self, spec: SelectionSpec, *, domain: str | None = None) -> GridCounts:
        """Rows per cell of ΔNLL × ΔH, of all domains or of one."""
        grid = self._grid("delta_nll", "delta_entropy", False)
        return grid.count(self._run.select(spec), mask=self._of(domain))

    def length_counts(self, spec: SelectionSpec, *, score: str, length: str) -> tuple[GridCounts, Quartiles, Quartiles]:
        """Rows per cell of a length (log) × a score, and the score's quartiles by length, all and kept."""
        selection = self._run.select(spec)
        grid = self._grid(self._known(length), self._known(score), True)
        return grid.count(selection), grid.quartiles(), grid.quartiles(selection.selected)

    def contrast(self, spec: SelectionSpec, column: str) -> Contrast | list[KindContrast]:
        """How kept and dropped rows differ in a metric, or in a column of kinds."""
        kept = self._run.select(spec).selected
        if column in self._run.kinds:
            kinds = self._run.kinds[column]
            return contrast_kinds(kinds.codes, kinds.names, kept)
        return contrast(self._run.metrics[self._known(column)], kept, name=column)

    def _make_cube(self, bins: int) -> Cube:
        run, table = self._run, self._run.table
        return cube(
            run.selections.codes,
            table["delta_entropy"].to_numpy(np.float64),
            table["delta_nll"].to_numpy(np.float64),
            table["n_tokens"].to_numpy(np.int64),
            names=run.domains,
            entropy_edges=run._bins("delta_entropy", bins).edges,
            nll_edges=run._bins("delta_nll", bins).edges,
        )

    def _make_grid(self, x: str, y: str, log_x: bool) -> Grid:
        return Grid(self._run.metrics[x], self._run.metrics[y], log_x=log_x)

    def _make_correlations(self, domain: str | None) -> Correlations:
        return correlations(self._run.metrics, mask=self._of(domain))

    def _of(self, domain: str | None) -> np.ndarray | None:
        if domain is None:
            return None
        if domain not in self._run.domains:
            raise ConfigError(f"There is no domain {domain!r}; the domains are {', '.join(self._run.domains)}.")
        return self._run.selections.codes == self._run.domains.index(domain)

    def _known(self, column: str) -> str:
        if column not in self._run.metrics:
            raise ConfigError(f"There is no column {column!r}; the columns are {', '.join(self._run.metrics)}.")
        return column
