"""The table of rows: filtered, sorted and cut on the server.

The browser never gets more than a page, and what it gets carries the example id, so that a click names a row however
the table was sorted. Knows no text: a search comes in as the rows it found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, FiniteFloat

from ..config import Settings
from ..errors import ConfigError
from .order import LAST
from .outcome import DECISIONS, SELECTED, Selection
from .regions import Region
from .rules import SelectionTable
from .seeds import KEPT_BY_SEEDS

Show = Literal[
    "all", "kept", "dropped", "borderline", "nll_low", "nll_high", "rank", "excluded", "by_hand", "calibration"
]
COUNTED: tuple[Show, ...] = ("all", "kept", "dropped", "borderline")
_KEPT_ORDERS = 16  # sort orders that are remembered, each 4 bytes a row
_KEPT_MATCHES = 8  # filters whose rows are remembered, each a byte a row
_HOW = {"page", "page_size", "sort_by", "descending", "show"}  # what does not filter, or depends on the rule


class RowQuery(Settings):
    """Which rows of a run to show, in which order; every filter that is set must hold."""

    page: int = Field(1, ge=1, description="1-based; a page beyond the last one gives the last")
    page_size: int = Field(25, ge=1, le=100)
    sort_by: str = Field(
        "delta_entropy",
        description="A metric, example_id, domain, decision, rank, instruction, kept_by_seeds or a kind column",
    )
    descending: bool = False
    search: str = Field("", max_length=1000, description="Found in instruction or response, whatever the case")
    regex: bool = Field(False, description="Whether `search` is an RE2 pattern, rather than plain text")
    domains: tuple[str, ...] = Field((), description="Only these; empty means all")
    show: Show = "all"
    ranges: dict[str, tuple[FiniteFloat | None, FiniteFloat | None]] = Field(
        {}, description="By metric: inclusive bounds"
    )
    kinds: dict[str, str] = Field({}, description="By column of the dataset: the one kind to show")
    region: Region | None = None


@dataclass(frozen=True, eq=False)
class Kinds:
    """A column that sorts rows into few kinds."""

    codes: np.ndarray  # (N,) int16
    names: list[str]  # by code, sorted; "" for rows without a value

    @property
    def values(self) -> np.ndarray:
        """(N,) objects of text."""
        return np.array(self.names, dtype=object)[self.codes]


@dataclass(frozen=True, eq=False)
class Page:
    rows: pd.DataFrame
    total: int  # rows that match, over all pages
    page: int  # 1-based
    pages: int  # at least 1
    counts: dict[str, int]  # all, kept, dropped, borderline → rows that match everything else
    seeds: int = 0  # calibration seeds, each of which keeps or drops a row for itself; 0 for a single one


class RowTable:
    """The columns that rows are filtered and sorted by, all in table order."""

    def __init__(
        self,
        table: SelectionTable,
        metrics: dict[str, np.ndarray],
        kinds: dict[str, Kinds],
        ranks: Mapping[str, Callable[[], np.ndarray]] | None = None,
    ):
        """`ranks` gives, by name, what else can be sorted by: (N,) numbers, made when they are first asked for."""
        self._table = table
        self._ranks = ranks or {}
        self._ids = table.ids
        self.metrics = metrics
        self.kinds = kinds
        self._fixed_order = lru_cache(maxsize=_KEPT_ORDERS)(self._fixed_order_uncached)
        self._matches = lru_cache(maxsize=_KEPT_MATCHES)(self._matches_uncached)

    # filters -------------------------------------------------------------------------------------------------------

    def matches(self, query: RowQuery) -> np.ndarray:
        """(N,) bool: rows that pass every filter but `search` and `show`; `ConfigError` for an unknown name."""
        return self._matches(query.model_dump_json(exclude=_HOW | {"search", "regex"}))

    def _matches_uncached(self, text: str) -> np.ndarray:
        query = RowQuery.model_validate_json(text)
        keep = np.ones(len(self._table), bool)
        if query.domains:
            wanted = np.zeros(len(self._table.domains), bool)
            wanted[[_place(name, self._table.domains, "domain") for name in query.domains]] = True
            keep &= wanted[self._table.codes]
        for name, (low, high) in query.ranges.items():
            keep &= _within(self.metric(name), low, high)
        for column, kind in query.kinds.items():
            kinds = self.kind(column)
            keep &= kinds.codes == _place(kind, kinds.names, f"{column}")
        if query.region is not None:
            keep &= query.region.holds(self.metric(query.region.x), self.metric(query.region.y))
        return keep

    def shown(self, show: Show, selection: Selection, borderline: np.ndarray) -> np.ndarray:
        """(N,) bool: rows of one part of the outcome; `borderline` is (N,) bool."""
        codes = np.asarray(selection.decision.codes)
        if show == "all":
            return np.ones(len(codes), bool)
        if show in ("kept", "dropped"):
            return (codes == SELECTED) == (show == "kept")
        if show == "borderline":
            return borderline
        if show == "calibration":
            return self._table.in_calibration
        if show == "by_hand":
            by_hand = np.zeros(len(codes), bool)
            by_hand[self._ids.positions((*selection.spec.pinned, *selection.spec.excluded))] = True
            return by_hand
        return codes == DECISIONS.index(show)

    def metric(self, name: str) -> np.ndarray:
        """(N,) numbers of a metric, by name."""
        if name not in self.metrics:
            raise ConfigError(f"There is no metric {name!r}; the metrics are {', '.join(self.metrics)}.")
        return self.metrics[name]

    def kind(self, name: str) -> Kinds:
        if name not in self.kinds:
            known = ", ".join(self.kinds) or "none"
            raise ConfigError(f"There is no column {name!r} that sorts rows into kinds; there is {known}.")
        return self.kinds[name]

    # order ---------------------------------------------------------------------------------------------------------

    def order(self, query: RowQuery, selection: Selection, times: np.ndarray | None = None) -> np.ndarray:
        """(N,) positions in the order of the query: ties by example id, what is missing last in either direction.

        `times`, (N,) int, says how many calibration seeds keep each row, where there are several.
        """
        if query.sort_by == KEPT_BY_SEEDS and times is not None:
            return self._ids.grouped(_turned(times, query.descending))
        if query.sort_by == "decision":
            return self._ids.grouped(_turned(np.asarray(selection.decision.codes), query.descending))
        if query.sort_by == "rank":
            rank = _turned(selection.rank, query.descending)
            return self._ids.ordered(np.where(selection.rank > 0, rank, np.int32(LAST)))
        return self._fixed_order(query.sort_by, query.descending)

    def _fixed_order_uncached(self, name: str, descending: bool) -> np.ndarray:
        if name in self.metrics:
            return self._ids.ordered(_turned(self.metrics[name], descending))
        if name == "example_id":
            return self._ids.order[::-1] if descending else self._ids.order
        if name == "domain":
            return self._ids.grouped(_turned(self._table.codes, descending))
        if name in self.kinds:
            kinds = self.kinds[name]
            missing = np.array([kind == "" for kind in kinds.names])[kinds.codes]
            codes = _turned(kinds.codes, descending)
            return self._ids.grouped(np.where(missing, np.int16(len(kinds.names)), codes))
        if name in self._ranks:
            return self._ids.ordered(_turned(self._ranks[name](), descending))
        known = ", ".join(["example_id", "domain", "decision", "rank", *self._ranks, *self.metrics, *self.kinds])
        raise ConfigError(f"There is no column {name!r} to sort by; the columns are {known}.")

    def page(
        self, query: RowQuery, selection: Selection, keep: np.ndarray, times: np.ndarray | None = None
    ) -> tuple[np.ndarray, int, int, int]:
        """Positions of the rows of the page among those that `keep`, (N,) bool, marks; the total, page and pages."""
        order = self.order(query, selection, times)  # an unknown column is refused whatever matches
        total = int(np.count_nonzero(keep))
        pages = max(1, math.ceil(total / query.page_size))
        page = min(query.page, pages)
        found = order if total == len(keep) else order[keep[order]]
        return found[(page - 1) * query.page_size : page * query.page_size], total, page, pages


def _within(values: np.ndarray, low: float | None, high: float | None) -> np.ndarray:
    keep = np.ones(len(values), bool)
    if low is not None:
        keep &= values >= low
    if high is not None:
        keep &= values <= high
    return keep


def _turned(key: np.ndarray, descending: bool) -> np.ndarray:
    """A key that sorts upwards as `key` does in the wanted direction."""
    return -key if descending else key


def _place(name: str, names: list[str], what: str) -> int:
    if name not in names:
        raise ConfigError(f"There is no {what} {name!r}; there is {', '.join(map(repr, names))}.")
    return names.index(name)
