"""One row with everything known about it, and why it was kept or dropped."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...api import SCORES, Neighbour, RowView
from ...selection.strategies import EXTRA_COLUMNS, RANKINGS
from .. import format as fmt
from ..view import Node, div, h, span
from .parts import text_block
from .table import DECISIONS, hand_buttons, interval

HIDDEN = ("messages", "example_id", *SCORES)  # columns that the row view shows in its own way
METRICS = (
    "delta_entropy",
    "delta_nll",
    "base_entropy",
    "calibrated_entropy",
    "base_nll",
    "calibrated_nll",
    "n_tokens",
    "instruction_chars",
    "length_ratio",
    *EXTRA_COLUMNS,
)


def row_facts(view: RowView | None, *, sign: int) -> Node:
    """What the rule does to the row."""
    if view is None:
        return div("muted", "Click a row to read it, and to see where in its response the uncertainty fell or rose.")
    example = view.example
    return div(
        "",
        div("row-title", h("b", {}, example.example_id), span("muted", f"{example.domain} · {example.source}")),
        div("why", why(view, sign=sign)),
        _over_seeds(view),
        div("hand-line", *hand_buttons(example.example_id, view.by_hand, short=False)),
    )


def _over_seeds(view: RowView) -> Node | None:
    """The row under each calibration seed alone, where there are several."""
    if not view.seeds:
        return None
    mean, kept = view.scores["delta_entropy"], sum(one.kept for one in view.seeds)
    each = ", ".join(
        f"seed {one.seed}: {fmt.nats(one.delta_entropy)}{' kept' if one.kept else ''}" for one in view.seeds
    )
    return div(
        "muted small",
        f"Mean ΔH over {len(view.seeds)} calibration seeds {fmt.nats(mean)}, 95 % interval {interval(view.scores)}; "
        f"kept by {kept} of {len(view.seeds)} ({each}).",
    )


def row_numbers(view: RowView | None, *, sign: int) -> Node:
    """How the row compares with its domain, and the rows that are most like it."""
    return [] if view is None else div("", _metrics(view, sign=sign), _neighbours(view.neighbours, sign=sign))


def row_text(view: RowView | None, tokens: Node) -> Node:
    """The row itself, which no rule changes; `tokens` is its token view, or what stands in its place."""
    if view is None:
        return []
    example = view.example
    extra = {name: value for name, value in example.extra.items() if name not in HIDDEN}
    return div(
        "",
        tokens,
        text_block("Instruction", example.instruction),
        text_block("Input", example.input) if example.input else None,
        text_block("Response", example.response),
        text_block("Other columns", "\n".join(f"{name}: {value}" for name, value in extra.items())) if extra else None,
    )


def _metrics(view: RowView, *, sign: int) -> Node:
    """Every metric with its place among the rows of the domain."""
    lines = [_metric(name, view, sign) for name in METRICS if name in view.scores]
    names = ["Metric", "Value", "Percentile"]
    head = h(
        "tr", {}, *(h("th", {"scope": "col", "class": "num" if k == 1 else ""}, name) for k, name in enumerate(names))
    )
    return h("table", {"class": "grid-table metrics"}, h("thead", {}, head), h("tbody", {}, *lines))


def _metric(name: str, view: RowView, sign: int) -> Node:
    value, place = view.scores[name], view.percentiles.get(name)
    if name == "delta_nll" and sign < 0:
        value, place = -value, None if place is None else 100 - place
    error = view.scores.get("delta_entropy_se", float("nan")) if name == "delta_entropy" else float("nan")
    shown = fmt.value(name, value) + (f" ± {fmt.nats(error)}" if error == error else "")
    bar: list[Node] = (
        []
        if place is None
        else [
            h(
                "span",
                {"class": "place", "title": f"{place:.1f} % of the domain's rows are lower"},
                h("i", {"style": f"width:{place:.1f}%"}),
            ),
            span("muted", f"{place:.0f}"),
        ]
    )
    return h(
        "tr", {}, h("td", {}, fmt.metric(name)), h("td", {"class": "num"}, shown), h("td", {"class": "placed"}, *bar)
    )


def _neighbours(rows: Sequence[Neighbour], *, sign: int) -> Node | None:
    """The rows of the domain whose ΔH and ΔNLL are nearest."""
    if not rows:
        return None
    lines = [
        h(
            "tr",
            {"data-event": "row", "data-key": row.example_id, "tabindex": "0"},
            h("td", {}, h("i", {"class": f"dot d-{row.decision}", "title": DECISIONS[row.decision]})),
            h("td", {"class": "clip"}, fmt.clipped(row.instruction, 90)),
            h("td", {"class": "num"}, fmt.nats(row.delta_entropy)),
            h("td", {"class": "num"}, fmt.nats(sign * row.delta_nll)),
        )
        for row in rows
    ]
    return div(
        "",
        div("lbl", "Nearest rows in score (ΔH, ΔNLL)"),
        h("table", {"class": "grid-table rows"}, h("tbody", {}, *lines)),
    )


def why(view: RowView, *, sign: int) -> str:
    """Why the row was kept or dropped, in a sentence with the margin to the cut-off."""
    cut, scores = view.cutoff, view.scores
    if view.decision in ("nll_low", "nll_high"):
        side = "low" if view.decision == "nll_low" else "high"
        bound = cut[view.decision]
        if bound is None:  # a consensus has no bounds of its own
            return "Dropped by the filter: its ΔNLL is beyond the cut-offs under every calibration seed."
        margin = abs(scores["delta_nll"] - bound)
        word = "below" if (side == "low") == (sign > 0) else "above"
        return (
            f"Dropped by the filter: its ΔNLL is {fmt.nats(margin)} nats {word} the cut-off {fmt.nats(sign * bound)}."
        )
    if view.by_hand == "dropped":
        return "Dropped by hand."
    if view.decision == "excluded":
        return "Dropped: a calibration row, which the rule leaves out."
    if view.by_hand == "kept":
        return "Kept by hand."
    if not view.rank:
        return f"Dropped: {fmt.STRATEGIES[view.strategy]} does not rank it{_unranked(view)}."
    if view.strategy != "instructdiff":
        word = "Kept" if view.decision == "selected" else "Dropped"
        return f"{word}: rank {view.rank:,} of {view.ranked:,} by {fmt.strategy(view.strategy)}."
    return _by_rank(view) + (
        " It is borderline: so near the cut-off that noise may have decided." if view.borderline else ""
    )


def _unranked(view: RowView) -> str:
    """Why a strategy that ranks only some rows leaves this one out."""
    ranking = RANKINGS[view.strategy]
    name = ranking.column or ""
    value = view.scores.get(name, math.nan)
    if ranking.most is None or not math.isfinite(value):
        return ""
    return f": its {fmt.metric(name)} {value:.4g} is {'above 1' if ranking.most == 1 else 'not below 1'}"


def _by_rank(view: RowView) -> str:
    limit = view.cutoff["delta_entropy"]
    place = f"ΔH rank {view.rank:,} of {view.ranked:,} after the filter"
    if limit is None:
        return f"{place}; nothing was kept by rank."
    margin = abs(view.scores["delta_entropy"] - limit)
    if view.decision == "selected":
        return f"Kept: {place}, {fmt.nats(margin)} nats inside the cut-off {fmt.nats(limit)}."
    return f"Dropped: {place}, {fmt.nats(margin)} nats beyond the cut-off {fmt.nats(limit)}."
