"""What a selection rule keeps, in all and by domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...api import Overlap, Preview, RunStatus, SelectionSpec
from ...selection.strategies import RANKINGS
from .. import format as fmt
from ..palette import domain_colours
from ..view import Node, div, h
from .parts import head, kpi


def selection_kpis(
    preview: Preview | None, now: RunStatus | None, *, committed: bool, seeds: Mapping[int, Overlap] | None = None
) -> Node:
    if now is None:
        return div("empty", "Open or start a run first.")
    if preview is None:
        return div("empty", "This run has no scores yet. Calibrate and score it first.")
    total, spec = preview.selection.total, preview.selection.spec
    share = total.selected_tokens / total.tokens if total.tokens else 0.0
    cells = [
        kpi("Kept", fmt.count(total.selected), f"of {fmt.count(total.rows)}"),
        kpi("Response tokens", fmt.short(total.selected_tokens), fmt.percent(share)),
        kpi("γ, each end", fmt.percent(spec.gamma), "of ΔNLL dropped")
        if RANKINGS[spec.strategy].filtered
        else kpi("γ, each end", "–", "no filter in this strategy"),
        kpi("β", fmt.percent(spec.ratio), f"of the {spec.budget}, {spec.scope}"),
        _calibration_kpi(now),
        *([_seeds_kpi(seeds)] if seeds and RANKINGS[spec.strategy].filtered else []),  # the others do not calibrate
        kpi("Selection", "saved" if committed else "preview", f"spec {spec.hash[:8]}"),
    ]
    return div("kpis", *cells)


def _calibration_kpi(now: RunStatus) -> Node:
    """How far calibration moved the model, which is confounded with the sign of ΔH (METHOD.md §2)."""
    facts = now.facts("calibrate")
    if not facts:
        return kpi("Calibration", "imported", "scores")
    note = f"steps, peak lr {facts['peak_learning_rate']:g}, loss {facts['final_loss']:.3f}"
    return kpi("Calibration", fmt.count(facts["steps"]), note)


def _seeds_kpi(seeds: Mapping[int, Overlap]) -> Node:
    """How far the kept rows stay when other rows are drawn to calibrate on."""
    values = " · ".join(f"{one.jaccard:.2f}" for one in seeds.values())
    return kpi("Other seeds", values, f"Jaccard of the kept rows, calibration seed {', '.join(map(str, seeds))}")


def domain_table(preview: Preview | None, *, column: str, sign: int) -> Node:
    """Statistics of ΔH or ΔNLL per domain, what is kept, and the γ and β of each domain to edit."""
    if preview is None:
        return []
    spec, statistics = preview.selection.spec, preview.statistics[column]
    colours = domain_colours(preview.selection.counts)
    names = ["Domain", "N", "Kept", "Tokens", "Mean", "Median", "SD", "Min", "Max", "Below 0", "γ", "β"]
    rows = [
        _domain_row(name, preview, statistics.loc[name], spec, colours[name], sign) for name in preview.selection.counts
    ]
    table = h("table", {"class": "grid-table domains"}, head(names, left=1), h("tbody", {}, *rows))
    return h("div", {"class": "scroll"}, table)


def _domain_row(name: str, preview: Preview, stats: Any, spec: SelectionSpec, colour: str, sign: int) -> Node:
    counts = preview.selection.counts[name]
    low, high = sorted((sign * stats["min"], sign * stats["max"]))
    below = stats["share_below_zero"] if sign > 0 else 1 - stats["share_below_zero"]
    values = [sign * stats["mean"], sign * stats["median"], stats["sd"], low, high]
    return h(
        "tr",
        {},
        h("td", {}, h("i", {"class": "dot", "style": f"background:{colour}"}), name),
        h("td", {"class": "num"}, fmt.count(counts.rows)),
        h("td", {"class": "num strong"}, fmt.count(counts.selected)),
        h("td", {"class": "num"}, fmt.short(counts.selected_tokens)),
        *(h("td", {"class": "num"}, fmt.nats(value)) for value in values),
        h("td", {"class": "num"}, fmt.percent(below)),
        h("td", {"class": "num"}, _rule_input(name, "gamma", spec.gammas_of(name)[0], spec, "0", "0.4999")),
        h("td", {"class": "num"}, _rule_input(name, "ratio", spec.ratio_of(name), spec, "0.0001", "1")),
    )


def _rule_input(domain: str, part: str, value: float, spec: SelectionSpec, bottom: str, top: str) -> Node:
    letter = "γ" if part == "gamma" else "β"
    own = getattr(spec.domains.get(domain), part, None) is not None
    attributes = {
        "type": "number",
        "class": "own" if own else "",
        "value": f"{value:.6g}",
        "min": bottom,
        "max": top,
        "step": "any",
        "data-event": "rule",
        "data-key": f"{part}:{domain}",
        "aria-label": f"{letter} of {domain}",
        "disabled": spec.scope == "global",
    }
    return h("input", attributes)
