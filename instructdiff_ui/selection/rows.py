"""One page of a table of rows: filtered, searched, sorted and cut on the server.

The browser never gets more than a page, and what it gets carries the example id, so that a click names a row however
the table was sorted.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import ConfigError

SEARCHED = ("instruction", "response")


@dataclass(frozen=True, eq=False)
class Page:
    rows: pd.DataFrame
    total: int  # rows that match, over all pages
    page: int  # 1-based
    pages: int  # at least 1


def query(
    frame: pd.DataFrame,
    *,
    page: int = 1,
    page_size: int = 25,
    sort_by: str = "example_id",
    descending: bool = False,
    search: str = "",
    domain: str | None = None,
    decision: str | Collection[str] = (),
) -> Page:
    """The rows of `frame` that match, in order; ties by example id, NaN last in either direction.

    `search` is plain text, found in instruction or response whatever the case. `decision` is one or several names of
    `outcome.DECISIONS`; empty means all. A page beyond the last one gives the last.
    """
    if sort_by not in frame:
        raise ConfigError(f"There is no column {sort_by!r}; the columns are {', '.join(map(str, frame.columns))}.")
    matches = np.flatnonzero(_matches(frame, search=search.strip(), domain=domain, decision=decision))
    pages = max(1, math.ceil(len(matches) / page_size))
    page = min(max(1, page), pages)
    keys = _keys(frame[sort_by].iloc[matches], descending)
    start, stop = (page - 1) * page_size, min(page * page_size, len(matches))
    shown = frame.iloc[matches[_slice(keys, frame["example_id"].iloc[matches], start, stop)]]
    return Page(rows=shown.reset_index(drop=True), total=len(matches), page=page, pages=pages)


def _matches(frame: pd.DataFrame, *, search: str, domain: str | None, decision: str | Collection[str]) -> np.ndarray:
    keep = np.ones(len(frame), bool)
    if domain is not None:
        keep &= (frame["domain"] == domain).to_numpy(bool)
    if decision:
        names = {decision} if isinstance(decision, str) else set(decision)
        keep &= frame["decision"].isin(names).to_numpy(bool)
    if search:
        found = np.zeros(len(frame), bool)
        for column in SEARCHED:
            text = frame[column].astype("str")
            found |= text.str.contains(search, case=False, regex=False, na=False).to_numpy(bool)
        keep &= found
    return keep


def _keys(column: pd.Series, descending: bool) -> np.ndarray:
    """Numbers that sort like the column, upwards; what is missing comes last either way."""
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
    else:
        codes = pd.factorize(column, sort=True)[0]
        values = np.where(codes < 0, np.nan, codes)
    return np.nan_to_num(-values if descending else values, nan=np.inf, posinf=np.inf, neginf=-np.inf)


def _slice(keys: np.ndarray, ids: pd.Series, start: int, stop: int) -> np.ndarray:
    """Positions start…stop of the order by (key, id); ids are compared only among the ties that reach into it."""
    if start >= stop:
        return np.empty(0, np.intp)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = int(np.searchsorted(ordered, ordered[start], side="left"))
    last = int(np.searchsorted(ordered, ordered[stop - 1], side="right"))
    tied = order[first:last]
    window = pd.DataFrame({"key": keys[tied], "id": ids.to_numpy()[tied], "place": tied}).sort_values(["key", "id"])
    return window["place"].to_numpy()[start - first : stop - first]
