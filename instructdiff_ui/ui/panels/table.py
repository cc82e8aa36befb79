"""The table of rows: its page, the filters that are on, and what one can do to the rows that match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...api import Page, RowQuery
from .. import format as fmt
from ..view import Node, div, h, span
from .parts import segmented

DECISIONS = {
    "selected": "kept",
    "nll_low": "ΔNLL low",
    "nll_high": "ΔNLL high",
    "rank": "rank",
    "excluded": "excluded",
    "quarantined": "quarantined",
}
SHOWN = {
    "all": "All",
    "kept": "Kept",
    "dropped": "Dropped",
    "borderline": "Borderline",
}
MORE_SHOWN = {
    "nll_low": "ΔNLL low",
    "nll_high": "ΔNLL high",
    "rank": "dropped by rank",
    "excluded": "excluded",
    "by_hand": "by hand",
    "calibration": "calibration rows",
}
COLUMNS = (
    ("decision", "Decision"),
    ("domain", "Domain"),
    ("instruction", "Instruction"),
    ("delta_entropy", "ΔH"),
    ("delta_nll", "ΔNLL"),
    ("n_tokens", "Tokens"),
)
SEED_COLUMNS = (("kept_by_seeds", "Seeds"), ("delta_entropy_seed_sd", "± seeds"))  # of several calibration seeds
_TEXT_COLUMNS = 3


def rows_table(page: Page | None, query: RowQuery, *, extra: str, current: str | None, sign: int) -> Node:
    """A page of rows; `extra` is one more column."""
    if page is None:
        return []
    turn = "delta_nll" if sign < 0 else ""
    shown = [*COLUMNS, *(SEED_COLUMNS if page.seeds else ())]
    shown += [(extra, fmt.metric(extra))] if extra and extra not in dict(shown) else []
    top = div("rows-top", _segments(page, query), _chips(query, sign))
    if not len(page.rows):
        return div("", top, div("empty", "No row matches. ", _clear(query)))
    names = [_sort_header(k, name, label, query, turned=name == turn) for k, (name, label) in enumerate(shown)]
    names.append(h("th", {"scope": "col"}, span("sr-only", "By hand")))
    body = [_row(row | {"seeds": page.seeds}, shown, current, sign) for row in page.rows.to_dict("records")]
    dense = " dense" if page.seeds else ""  # two columns more
    table = h("table", {"class": f"grid-table rows{dense}"}, h("thead", {}, h("tr", {}, *names)), h("tbody", {}, *body))
    return div("", top, h("div", {"class": "scroll"}, table), _footer(page))


def _segments(page: Page, query: RowQuery) -> Node:
    choices = [(name, f"{word} {fmt.count(page.counts[name])}") for name, word in SHOWN.items()]
    if query.show in MORE_SHOWN:
        choices.append((query.show, f"{MORE_SHOWN[query.show]} {fmt.count(page.total)}"))
    return segmented("show", choices, query.show, label="Rows shown", trigger="clear")


def _chips(query: RowQuery, sign: int) -> Node | None:
    """A button per filter that is on, which takes it off."""
    chips = (
        [("search", f"{'matches' if query.regex else 'contains'} {fmt.clipped(query.search, 40)}")]
        if query.search
        else []
    )
    chips += [(f"domain:{name}", name) for name in query.domains]
    chips += [(f"range:{name}", _range(name, *turned(name, bounds, sign))) for name, bounds in query.ranges.items()]
    chips += [(f"kind:{name}", f"{name} = {value or '–'}") for name, value in query.kinds.items()]
    if query.region is not None:
        chips.append(("region", f"{'box' if query.region.box else 'lasso'} in the chart"))
    if not chips:
        return None
    buttons = [
        h(
            "button",
            {
                "class": "chip",
                "data-event": "unfilter",
                "data-trigger": "clear",
                "data-key": key,
                "aria-label": f"Take off: {words}",
            },
            f"{words} ×",
        )
        for key, words in chips
    ]
    return div("chips", *buttons, _clear(query) if len(chips) > 1 else None)


def turned(name: str, bounds: tuple[float | None, float | None], sign: int) -> tuple[float | None, float | None]:
    """Bounds of a column between the sign of the table and the one that is shown; the same in either direction."""
    if name != "delta_nll" or sign > 0:
        return bounds
    low, high = (None if bound is None else -bound for bound in bounds)
    return high, low


def _range(name: str, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{fmt.metric(name)} {'≤ ' + fmt.value(name, high) if low is None else '≥ ' + fmt.value(name, low)}"
    return f"{fmt.metric(name)} {fmt.value(name, low)} to {fmt.value(name, high)}"


def _clear(query: RowQuery) -> Node | None:
    filtered = query.search or query.domains or query.ranges or query.kinds or query.region or query.show != "all"
    return (
        h(
            "button",
            {"class": "link", "data-event": "unfilter", "data-trigger": "clear", "data-key": "all"},
            "Clear all filters",
        )
        if filtered
        else None
    )


def _sort_header(k: int, name: str, label: str, query: RowQuery, *, turned: bool) -> Node:
    here, descending = name == query.sort_by, query.descending != turned
    arrow = (" ↓" if descending else " ↑") if here else ""
    sort = ("descending" if descending else "ascending") if here else None
    button = h("button", {"class": "sort", "data-event": "sort", "data-key": name}, label + arrow)
    return h("th", {"scope": "col", "class": "" if k < _TEXT_COLUMNS else "num", "aria-sort": sort}, button)


def _row(row: Mapping[Any, Any], columns: list[tuple[str, str]], current: str | None, sign: int) -> Node:
    attributes = {
        "data-event": "row",
        "data-key": row["example_id"],
        "tabindex": "0",
        "class": "on" if row["example_id"] == current else "",
    }
    return h("tr", attributes, *(_cell(row, name, sign) for name, _ in columns), _hand_cell(row))


def _cell(row: Mapping[Any, Any], name: str, sign: int) -> Node:
    if name == "decision":
        word = DECISIONS[row["decision"]] + (" by hand" if row["by_hand"] else "")
        return h("td", {}, h("i", {"class": f"dot d-{row['decision']}"}), word)
    if name == "domain":
        return h("td", {"class": "short", "title": row["domain"]}, row["domain"])
    if name == "instruction":
        marks = [
            _mark("cal", "calibration trained on this row") if row["in_calibration"] else None,
            _mark("borderline", "so near the cut-off that noise may have decided") if row["borderline"] else None,
        ]
        return h("td", {"class": "clip"}, fmt.clipped(row["instruction"], 160), *marks)
    if name == "delta_entropy_seed_sd" and row["seeds"]:
        half = (row["delta_entropy_high"] - row["delta_entropy_low"]) / 2
        title = f"95 % interval of the mean ΔH over calibration seeds: {interval(row)}"
        return h("td", {"class": "num", "title": title}, f"{half:.3f}")
    if name == "kept_by_seeds" and row["seeds"]:
        title = "how many calibration seeds keep the row, each by the rule on its own scores"
        return h("td", {"class": "num", "title": title}, f"{row[name]}/{row['seeds']}")
    value = row[name]
    number = sign * value if name == "delta_nll" else value
    return h("td", {"class": "num"}, fmt.value(name, number) if not isinstance(value, str) else fmt.clipped(value, 40))


def interval(row: Mapping[Any, Any]) -> str:
    """The interval of the mean ΔH over calibration seeds, in nats."""
    return f"{fmt.nats(row['delta_entropy_low'])} … {fmt.nats(row['delta_entropy_high'])}"


def _mark(word: str, title: str) -> Node:
    return h("span", {"class": "cal", "title": title}, word)


def _hand_cell(row: Mapping[Any, Any]) -> Node:
    return h("td", {"class": "hand"}, *hand_buttons(row["example_id"], row["by_hand"], short=True))


def hand_buttons(example_id: str, by_hand: str, *, short: bool) -> list[Node]:
    """Keep, drop, or leave to the rule again what was decided by hand."""

    def button(hand: str, sign: str, words: str, on: bool) -> Node:
        attributes = {
            "class": f"hand-{hand}{' on' if on else ''}",
            "data-event": "rule-again" if on else hand,
            "data-trigger": "submit",
            "data-key": example_id,
            "title": "Leave it to the rule again" if on else f"{words} by hand",
            "aria-label": f"{words} by hand",
            "aria-pressed": str(on).lower(),
        }
        return h("button", attributes, sign if short else f"{sign} {words}")

    return [button("keep", "✓", "Keep", by_hand == "kept"), button("drop", "✕", "Drop", by_hand == "dropped")]


def _footer(page: Page) -> Node:
    def button(label: str, to: int, off: bool, name: str) -> Node:
        attributes = {"data-event": "page", "data-key": str(to), "disabled": off, "aria-label": name}
        return h("button", attributes, label)

    def every(hand: str, words: str) -> Node:
        title = f"{words} all {page.total:,} rows that match, by hand; can be undone"
        attributes = {"class": "link", "data-event": f"{hand}-all", "data-trigger": "submit", "title": title}
        return h("button", attributes, f"{words} all")

    return div(
        "pager",
        span("muted", "1 row" if page.total == 1 else f"{page.total:,} rows"),
        every("keep", "keep"),
        every("drop", "drop"),
        every("rule-again", "undecide"),
        span("grow", ""),
        button("‹", page.page - 1, page.page <= 1, "previous page"),
        span("", f"{page.page:,} / {page.pages:,}"),
        button("›", page.page + 1, page.page >= page.pages, "next page"),
    )
