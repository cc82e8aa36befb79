"""The table of rows, and one row with why it was kept or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...api import SCORES, Page, RowView
from .. import format as fmt
from ..view import Node, div, h, span
from .parts import text_block

DECISIONS = {
    "selected": "kept",
    "nll_low": "ΔNLL low",
    "nll_high": "ΔNLL high",
    "rank": "rank",
    "excluded": "excluded",
    "quarantined": "quarantined",
}
HIDDEN = ("messages", "example_id", *SCORES)  # columns that the row view shows in its own way


COLUMNS = (
    ("decision", "Decision"),
    ("domain", "Domain"),
    ("instruction", "Instruction"),
    ("delta_entropy", "ΔH"),
    ("delta_nll", "ΔNLL"),
    ("n_tokens", "Tokens"),
)
_TEXT_COLUMNS = 3


def rows_table(page: Page | None, *, sort_by: str, descending: bool, current: str | None, sign: int) -> Node:
    if page is None:
        return []
    head = [_sort_header(k, name, label, sort_by, descending) for k, (name, label) in enumerate(COLUMNS)]
    body = [_row(row, current, sign) for row in page.rows.to_dict("records")]
    if not body:
        return div("empty", "No row matches.")
    table = h("table", {"class": "grid-table rows"}, h("thead", {}, h("tr", {}, *head)), h("tbody", {}, *body))
    return div("", h("div", {"class": "scroll"}, table), _pager(page))


def _sort_header(k: int, name: str, label: str, sort_by: str, descending: bool) -> Node:
    here = name == sort_by
    arrow = (" ↓" if descending else " ↑") if here else ""
    sort = ("descending" if descending else "ascending") if here else None
    button = h("button", {"class": "sort", "data-event": "sort", "data-key": name}, label + arrow)
    return h("th", {"scope": "col", "class": "" if k < _TEXT_COLUMNS else "num", "aria-sort": sort}, button)


def _row(row: Mapping[Any, Any], current: str | None, sign: int) -> Node:
    attributes = {
        "data-event": "row",
        "data-key": row["example_id"],
        "tabindex": "0",
        "class": "on" if row["example_id"] == current else "",
    }
    mark = (
        h("span", {"class": "cal", "title": "calibration trained on this row"}, "cal")
        if row["in_calibration"]
        else None
    )
    return h(
        "tr",
        attributes,
        h("td", {}, h("i", {"class": f"dot d-{row['decision']}"}), DECISIONS[row["decision"]]),
        h("td", {}, row["domain"]),
        h("td", {"class": "clip"}, fmt.clipped(row["instruction"], 160), mark),
        h("td", {"class": "num"}, fmt.nats(row["delta_entropy"])),
        h("td", {"class": "num"}, fmt.nats(sign * row["delta_nll"])),
        h("td", {"class": "num"}, fmt.count(row["n_tokens"])),
    )


def _pager(page: Page) -> Node:
    def button(label: str, to: int, off: bool, name: str) -> Node:
        attributes = {"data-event": "page", "data-key": str(to), "disabled": off, "aria-label": name}
        return h("button", attributes, label)

    return div(
        "pager",
        span("muted", "1 row" if page.total == 1 else f"{page.total:,} rows"),
        button("‹", page.page - 1, page.page <= 1, "previous page"),
        span("", f"{page.page:,} / {page.pages:,}"),
        button("›", page.page + 1, page.page >= page.pages, "next page"),
    )


def row_view(view: RowView | None, *, sign: int) -> Node:
    """One row with its text, its scores and why it was kept or dropped."""
    if view is None:
        return div("muted", "Click a row to read it.")
    example = view.example
    scores = view.scores
    shown = [
        ("ΔH", fmt.nats(scores["delta_entropy"], 4)),
        ("± SE", fmt.nats(scores.get("delta_entropy_se"), 4)),
        ("ΔNLL", fmt.nats(sign * scores["delta_nll"], 4)),
        ("H base → calibrated", f"{fmt.nats(scores['base_entropy'])} → {fmt.nats(scores['calibrated_entropy'])}"),
        ("NLL base → calibrated", f"{fmt.nats(scores['base_nll'])} → {fmt.nats(scores['calibrated_nll'])}"),
        ("tokens", fmt.count(scores["n_tokens"])),
    ]
    extra = {name: value for name, value in example.extra.items() if name not in HIDDEN}
    return div(
        "row-view",
        div("row-title", h("b", {}, example.example_id), span("muted", f"{example.domain} · {example.source}")),
        div("why", why(view, sign=sign)),
        h("dl", {"class": "scores"}, *(div("", h("dt", {}, name), h("dd", {}, value)) for name, value in shown)),
        text_block("Instruction", example.instruction),
        text_block("Input", example.input) if example.input else None,
        text_block("Response", example.response),
        text_block("Other columns", "\n".join(f"{name}: {value}" for name, value in extra.items())) if extra else None,
    )


def why(view: RowView, *, sign: int) -> str:
    """Why the row was kept or dropped, in a sentence with the margin to the cut-off."""
    cut, scores = view.cutoff, view.scores
    if view.decision in ("nll_low", "nll_high"):
        side = "low" if view.decision == "nll_low" else "high"
        bound = cut[view.decision] or 0.0
        margin = abs(scores["delta_nll"] - bound)
        word = "below" if (side == "low") == (sign > 0) else "above"
        return (
            f"Dropped by the filter: its ΔNLL is {fmt.nats(margin)} nats {word} the cut-off {fmt.nats(sign * bound)}."
        )
    if view.decision == "excluded":
        return "Dropped: excluded by hand, or a calibration row that the rule leaves out."
    if view.decision == "selected" and not view.rank:
        return "Kept by hand."
    if view.strategy != "instructdiff":
        word = "Kept" if view.decision == "selected" else "Dropped"
        return f"{word}: rank {view.rank:,} of {view.ranked:,} by {fmt.STRATEGIES[view.strategy].lower()}."
    limit = cut["delta_entropy"]
    place = f"ΔH rank {view.rank:,} of {view.ranked:,} after the filter"
    if limit is None:
        return f"{place}; nothing was kept by rank."
    margin = abs(scores["delta_entropy"] - limit)
    if view.decision == "selected":
        return f"Kept: {place}, {fmt.nats(margin)} nats inside the cut-off {fmt.nats(limit)}."
    return f"Dropped: {place}, {fmt.nats(margin)} nats beyond the cut-off {fmt.nats(limit)}."
