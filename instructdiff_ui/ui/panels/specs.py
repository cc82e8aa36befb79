"""Named rules, two rules side by side, and what a small change of a rule does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...api import Overlap, SelectionSpec
from ...api.specs import Sensitivity, SpecComparison, SpecEntry, SpecList
from .. import format as fmt
from ..format import STRATEGIES
from ..view import Node, div, h
from .parts import head, kpi

CHANGED = {"gamma": "γ", "ratio": "β", "seed": "calibration seed"}


def named_table(found: SpecList, current: SelectionSpec) -> Node:
    """The named rules, the newest first; the one that is shown is marked. Buttons report `spec-load`, `-compare` and
    `-delete` with the rule's slug."""
    skipped = [h("p", {"class": "muted small"}, sentence) for sentence in found.skipped]
    if not found.entries:
        return div("", div("empty", "No rule has a name yet. Name the one that is shown to come back to it."), *skipped)
    lines = [_named_line(entry, current) for entry in reversed(found.entries)]
    names = h("thead", {}, h("tr", {}, *_heads("Name", "Kept", "Saved, UTC", "Rule", "")))
    table = h("table", {"class": "grid-table named"}, names, h("tbody", {}, *lines))
    return div("", h("div", {"class": "scroll"}, table), *skipped)


def _heads(*names: str) -> list[Node]:
    return [h("th", {"scope": "col", "class": "num" if name == "Kept" else ""}, name) for name in names]


def _named_line(entry: SpecEntry, current: SelectionSpec) -> Node:
    named, here = entry.named, entry.named.spec.hash == current.hash
    title = h("td", {}, h("b", {}, named.name), div("muted small", named.note) if named.note else None)
    kept = "–" if entry.kept is None else fmt.count(entry.kept)
    why = "The rule names a domain or a row that this run does not have." if entry.kept is None else None
    hash_ = h("code", {}, named.spec.hash[:8])
    return h(
        "tr",
        {"class": "on" if here else ""},
        title,
        h("td", {"class": "num", "title": why}, kept),
        h("td", {}, fmt.moment(named.saved_at)),
        h("td", {}, hash_, " shown" if here else None),
        h("td", {}, *_buttons(entry, here)),
    )


def _buttons(entry: SpecEntry, here: bool) -> list[Node]:
    def button(what: str, word: str, title: str, off: bool = False) -> Node:
        attributes = {
            "class": "link",
            "data-event": f"spec-{what}",
            "data-trigger": "submit" if what == "load" else None,
            "data-key": entry.named.slug,
            "aria-label": f"{title} {entry.named.name}",
            "disabled": off,
        }
        return h("button", attributes, word)

    unfit = entry.kept is None
    return [
        button("load", "Load", "Load the rule", here or unfit),
        " ",
        button("compare", "Compare", "Compare what is shown with the rule", here or unfit),
        " ",
        button("delete", "Delete", "Delete the rule"),
    ]


# two rules ---------------------------------------------------------------------------------------------------------


def comparison(found: SpecComparison, *, here: str, there: str) -> Node:
    """What two rules have in common, where they differ, and what each keeps by domain."""
    legend = div("muted small", f"Here: {here}. There: {there}.")
    return div("comparison", legend, agreement_kpis(found.overlap), _differences(found), _by_domain(found.per_domain))


def agreement_kpis(both: Overlap) -> Node:
    """An overlap as cells: rows and tokens in common, recall each way, Jaccard and what is beyond chance."""
    return div(
        "kpis",
        kpi("Rows in common", fmt.count(both.shared), f"of {fmt.count(both.here)} here, {fmt.count(both.there)} there"),
        kpi(
            "Tokens in common",
            fmt.short(both.shared_tokens),
            f"of {fmt.short(both.here_tokens)} here, {fmt.short(both.there_tokens)} there",
        ),
        kpi("Of the rows here", fmt.percent(both.recall_here), "are kept there"),
        kpi("Of the rows there", fmt.percent(both.recall_there), "are kept here"),
        kpi("Jaccard", fmt.agreement(both.jaccard), f"{fmt.agreement(both.expected_jaccard)} for random sets"),
        kpi("Chance-corrected", fmt.agreement(both.chance_corrected), "1: the same rows, 0: as by chance"),
    )


def _differences(found: SpecComparison) -> Node:
    if not found.differences:
        return div("muted small", "The two rules mean the same.")
    rows = [(one.setting, _value(one.setting, one.here), _value(one.setting, one.there)) for one in found.differences]
    return text_table(["Setting", "Here", "There"], rows, left=3)


def _value(setting: str, value: str) -> str:
    return STRATEGIES.get(value, value) if setting == "strategy" else value


def _by_domain(frame: pd.DataFrame) -> Node:
    rows = [(str(name), *(fmt.count(n) for n in counts)) for name, *counts in frame.itertuples()]
    return text_table(["Domain", "Rows", "Kept here", "Kept there", "In both"], rows, left=1)


# small changes -----------------------------------------------------------------------------------------------------


def sensitivity_table(found: Sensitivity) -> Node:
    """How far the kept rows stay under each change, all other things equal."""
    rows = [_change_cells(point) for point in found.points]
    names = ["Changed", "To", "Kept", "Rows in common", "Jaccard", "Random sets", "Chance-corrected"]
    return div("", text_table(names, rows, left=1), div("muted small", _stability(found)))


def _change_cells(point: dict[str, Any]) -> tuple[str, ...]:
    to = fmt.count(point["value"]) if point["what"] == "seed" else fmt.percent(point["value"])
    shares = (fmt.agreement(point[name]) for name in ("jaccard", "expected_jaccard", "chance_corrected"))
    return (
        CHANGED[point["what"]],
        f"{to} (as it is)" if point["current"] else to,
        fmt.count(point["kept"]),
        fmt.count(point["shared"]),
        *shares,
    )


def _stability(found: Sensitivity) -> str:
    if found.seeds < 2:
        return "This run was calibrated with one seed: how far the kept rows hang on the draw is not known."
    return (
        f"Stability over {found.seeds} calibration seeds: {fmt.agreement(found.stability)} (Nogueira's Φ; 1: the same "
        "rows whatever was drawn, 0: as by chance)."
    )


def text_table(names: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> Node:
    """A table of texts, of which the first `left` columns are words and the others numbers."""
    lines = [
        h("tr", {}, *(h("td", {"class": "" if k < left else "num"}, cell) for k, cell in enumerate(row)))
        for row in rows
    ]
    table = h("table", {"class": "grid-table"}, head(names, left=left), h("tbody", {}, *lines))
    return h("div", {"class": "scroll"}, table)
