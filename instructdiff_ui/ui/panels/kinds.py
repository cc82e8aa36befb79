"""What the selection keeps of each kind of row, and what every other strategy would."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .. import format as fmt
from ..format import STRATEGIES
from ..view import Node, div, h


def no_kinds() -> Node:
    return div("empty", "No column of this dataset sorts its rows into 2 to 20 kinds.")


def strategies_by_kind(counts: Mapping[str, pd.DataFrame] | None, current: str) -> Node:
    """Shares of the kept rows by kind, a line per strategy; `counts` has `rows, kept` by kind for each.

    The pool's own shares come first, then the strategy that is shown, with numbers of rows. A click on a kind reports
    `kind` with the kind as key.
    """
    if not counts:
        return []
    first = counts[current]
    kinds = list(first.index)
    lines = [_line("the whole pool", first["rows"], numbers=True, name="total")]
    lines.append(_line(f"{STRATEGIES[current]}, shown", first["kept"], numbers=True, name="on"))
    others = [name for name in counts if name != current]
    lines += [_line(STRATEGIES[name], counts[name]["kept"].reindex(kinds)) for name in others]
    names = h("thead", {}, h("tr", {}, h("th", {"scope": "col"}, "Strategy"), *(_kind(kind) for kind in kinds)))
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table kinds"}, names, h("tbody", {}, *lines)))


def _kind(kind: str) -> Node:
    words = str(kind).replace("_", " ") or "–"
    attributes = {"class": "sort", "data-event": "kind", "data-key": str(kind), "title": "Show these rows"}
    return h("th", {"scope": "col", "class": "num"}, h("button", attributes, words))


def _line(title: str, rows: pd.Series, *, numbers: bool = False, name: str = "") -> Node:
    whole = int(rows.sum())
    cells = [_cell(int(n), whole, numbers) for n in rows]
    return h("tr", {"class": name}, h("td", {}, title), *cells)


def _cell(n: int, whole: int, numbers: bool) -> Node:
    share = f"{100 * n / max(1, whole):.1f} %"
    count = div("muted small", fmt.count(n)) if numbers else None
    return h("td", {"class": "num", "title": f"{n:,} of {whole:,} rows"}, share, count)
