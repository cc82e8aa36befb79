"""How the kept rows differ from the others in one column, in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from ...selection.contrast import Contrast, KindContrast, Side
from .. import format as fmt
from ..view import Node, div, h
from .parts import head


def contrast_table(found: Contrast | Sequence[KindContrast]) -> Node:
    return _numbers(found) if isinstance(found, Contrast) else _kinds(found)


def _numbers(found: Contrast) -> Node:
    names = [fmt.metric(found.name), "Rows", "Mean", "SD", "Lower quartile", "Median", "Upper quartile"]
    lines = [_side(word, side, found.name) for word, side in (("kept", found.kept), ("not kept", found.rest))]
    table = h("table", {"class": "grid-table"}, head(names, left=1), h("tbody", {}, *lines))
    effect = (
        f"Standardised mean difference {fmt.nats(found.smd, 2)}, largest gap between the cumulative shares (KS) "
        f"{fmt.nats(found.ks, 2)}."
    )
    return div("", h("div", {"class": "scroll"}, table), div("hint", effect))


def _side(word: str, side: Side, name: str) -> Node:
    values = [side.mean, side.sd, side.low, side.median, side.high]
    cells = [fmt.count(side.n), *(fmt.value(name, value) for value in values)]
    return h("tr", {}, h("td", {}, word), *(h("td", {"class": "num"}, cell) for cell in cells))


def _kinds(found: Sequence[KindContrast]) -> Node:
    lines = [
        h(
            "tr",
            {},
            h("td", {}, kind.name or "–"),
            *(
                h("td", {"class": "num"}, cell)
                for cell in (
                    fmt.count(kind.rows),
                    fmt.count(kind.kept),
                    fmt.percent(round(kind.pool_share, 4)),
                    fmt.percent(round(kind.kept_share, 4)),
                    f"{kind.lift:.2f}×",
                )
            ),
        )
        for kind in found
    ]
    names = ["Kind", "Rows", "Kept", "Share of the pool", "Share of the kept", "Kept as often as the pool"]
    return h(
        "div", {"class": "scroll"}, h("table", {"class": "grid-table"}, head(names, left=1), h("tbody", {}, *lines))
    )
