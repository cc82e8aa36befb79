"""What a selection rule keeps, in all and by domain, and the boxes that hold its thresholds.

Elements with `data-live` follow a line while it is dragged (assets/live.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...api import Agreement, Counts, Overlap, Preview, RunStatus, SelectionSpec
from ...selection.strategies import RANKINGS
from .. import format as fmt
from ..palette import domain_colours
from ..view import Node, div, h, span
from .parts import head, kpi


def selection_kpis(
    preview: Preview | None,
    now: RunStatus | None,
    *,
    committed: bool,
    seeds: Mapping[int, Overlap] | None = None,
    versus_random: str = "",
    sign: int = 1,
) -> Node:
    if now is None:
        return div("empty", "Open or start a run first.")
    if preview is None:
        return div("empty", "This run has no scores yet. Calibrate and score it first.")
    total, spec = preview.selection.total, preview.selection.spec
    filtered = RANKINGS[spec.strategy].filtered
    cells = [
        kpi("Kept", live("kept", fmt.count(total.selected)), f"of {fmt.count(total.rows)}"),
        kpi("Tokens kept", live("tokens", fmt.short(total.selected_tokens)), _share(total)),
        kpi("γ, each end" if spec.gamma_high is None else "γ, low and high end", *_gamma(spec, filtered, sign)),
        kpi("β", fmt.percent(spec.ratio), f"of the {spec.budget}, {spec.scope}{_own_rules(spec)}"),
        _calibration_kpi(now),
        *([_seeds_kpi(seeds)] if seeds and filtered else []),  # the others do not calibrate
        *([_agreement_kpi(preview.agreement)] if preview.agreement and filtered else []),
        *([_random_kpi(versus_random)] if versus_random else []),
        _mix_kpi(preview.selection.counts),
        kpi("Selection", "saved" if committed else "preview", f"spec {spec.hash[:8]}{_by_hand(spec)}"),
    ]
    return div("kpis", *cells)


def live(name: str, text: str) -> Node:
    return h("span", {"data-live": name}, text)


def _share(total: Counts) -> Node:
    share = total.selected_tokens / total.tokens if total.tokens else 0.0
    return h("span", {}, live("tokens_share", fmt.percent(share)), " of the responses")


def _gamma(spec: SelectionSpec, filtered: bool, sign: int) -> tuple[str, str]:
    if not filtered:
        return "–", "no filter in this strategy"
    low, high = spec.gammas_of()[::sign]
    return (fmt.percent(low) if low == high else f"{fmt.percent(low)} · {fmt.percent(high)}"), "of ΔNLL dropped"


def _own_rules(spec: SelectionSpec) -> str:
    n = len(spec.domains)
    return f"; {n} domain{'s' * (n > 1)} otherwise" if n else ""


def _by_hand(spec: SelectionSpec) -> str:
    n = len(spec.pinned) + len(spec.excluded)
    return f", {n:,} by hand" if n else ""


def _calibration_kpi(now: RunStatus) -> Node:
    """How far calibration moved the model, which is confounded with the sign of ΔH (METHOD.md §2)."""
    facts = now.facts("calibrate")
    if not facts:
        return kpi("Calibration", "imported", "scores")
    note = f"peak lr {facts['peak_learning_rate']:g}, loss {facts['final_loss']:.3f}"
    return kpi("Calibration", f"{fmt.count(facts['steps'])} steps", note)


def _seeds_kpi(seeds: Mapping[int, Overlap]) -> Node:
    """How far the kept rows stay when other rows are drawn to calibrate on."""
    values = " · ".join(f"{one.jaccard:.2f}" for one in seeds.values())
    return kpi("Other seeds", values, f"Jaccard, calibration seed {', '.join(map(str, seeds))}")


def _agreement_kpi(found: Agreement) -> Node:
    """How far the calibration seeds of this run, each for itself, keep the same rows."""
    note = f"stability Φ {fmt.agreement(found.stability)} · mean pairwise Jaccard {fmt.agreement(found.jaccard)}"
    return kpi("Calibration seeds", f"{found.seeds} seeds", note)


def _random_kpi(gap: str) -> Node:
    """`gap` as `arms.gap_text` words it: a difference, a colon, a verdict."""
    difference, _, verdict = gap.partition(": ")
    return kpi("Versus random", verdict or difference, f"loss {difference}" if verdict else "held-out loss")


def _mix_kpi(counts: Mapping[str, Counts]) -> Node:
    """What the kept rows consist of, as one bar."""
    kept = sum(one.selected for one in counts.values())
    colours = domain_colours(counts)
    parts = [(name, one.selected / kept if kept else 0.0) for name, one in counts.items()]
    said = ", ".join(f"{name} {fmt.percent(round(share, 3))}" for name, share in parts if share)
    segments = [
        h(
            "i",
            {
                "style": f"width:{100 * share:.2f}%;background:{colours[name]}",
                "data-live": f"mix:{name}",
                "title": f"{name}: {fmt.percent(round(share, 3))} of the kept rows",
            },
        )
        for name, share in parts
    ]
    bar = h("div", {"class": "mix", "role": "img", "aria-label": f"Kept rows by domain: {said}"}, *segments)
    return div("kpi", div("lbl", "Kept by domain"), bar, div("note clip-line", said or "nothing is kept"))


# thresholds --------------------------------------------------------------------------------------------------------


def ratio_boxes(preview: Preview | None) -> Node:
    """A number box for β of all domains and of each, with the ΔH at which it cuts."""
    if preview is None:
        return []
    selection, spec = preview.selection, preview.selection.spec
    whole = _box("β", "", "ratio", spec.ratio, note="" if spec.scope == "domain" else _cut(preview, "all"))
    colours = domain_colours(selection.counts)
    each = [
        _box(name, name, "ratio", spec.ratio_of(name), colour=colours[name], own=_own(spec, name, "ratio"))
        for name in selection.counts
    ]
    for box, name in zip(each, selection.counts, strict=True):
        box.append(_cut(preview, name))  # type: ignore[union-attr]
    return div("cuts", whole, *(each if spec.scope == "domain" and len(each) > 1 else []))


def _cut(preview: Preview, group: str) -> Node:
    cutoff = preview.selection.cutoffs.get(group)
    value = cutoff.delta_entropy if cutoff else None
    return h(
        "span", {"class": "muted cut", "data-live": f"cut:{group}", "title": "ΔH at the cut-off, nats"}, fmt.nats(value)
    )


def gamma_boxes(preview: Preview | None, *, sign: int) -> Node:
    """Number boxes for γ of both ends, of all domains and of each; the ends as they are shown, left to right."""
    if preview is None:
        return []
    spec = preview.selection.spec
    if not RANKINGS[spec.strategy].filtered:
        return div("cuts muted small", "This strategy does not filter by ΔNLL.")
    whole = _ends("γ", "", spec.gammas_of(), sign=sign)
    domains = list(preview.selection.counts)
    if spec.scope == "global" or len(domains) == 1:
        return div("cuts", *whole)
    colours = domain_colours(domains)
    each = [
        div(
            "cuts",
            *_ends(name, name, spec.gammas_of(name), sign=sign, colour=colours[name], own=_own(spec, name, "gamma")),
        )
        for name in domains
    ]
    more = h("details", {"class": "by-domain", "data-key": "gammas"}, h("summary", {}, "by domain"), *each)
    return div("", div("cuts", *whole), more)


def _ends(title: str, domain: str, gammas: tuple[float, float], *, sign: int, **looks: Any) -> list[Node]:
    ends = [("gamma", gammas[0]), ("gamma_high", gammas[1])][::sign]
    return [
        _box(f"{title} {word}", domain, part, value, **(looks if word == "low" else looks | {"colour": None}))
        for word, (part, value) in zip(("low", "high"), ends, strict=True)
    ]


def _own(spec: SelectionSpec, domain: str, part: str) -> bool:
    rule = spec.domains.get(domain)
    return rule is not None and (getattr(rule, part) is not None or (part == "gamma" and rule.gamma_high is not None))


def _box(
    title: str, domain: str, part: str, value: float, *, colour: str | None = None, own: bool = False, note: Node = ""
) -> list:
    """A share in percent; its event is `rule` with the key `part:domain`."""
    letter = "β" if part == "ratio" else f"γ {title.rpartition(' ')[2]}"
    attributes = {
        "type": "number",
        "class": "own" if own else "",
        "value": f"{100 * value:.4g}",
        "min": "0.01" if part == "ratio" else "0",
        "max": "100" if part == "ratio" else "49.99",
        "step": "any",
        "data-event": "rule",
        "data-key": f"{part}:{domain}",
        "data-live": f"{part}:{domain}" if domain else part,
        "aria-label": f"{letter} of {domain or 'all domains'}, percent",
    }
    dot = h("i", {"class": "dot", "style": f"background:{colour}"}) if colour else None
    return h("label", {"class": "cut-box"}, dot, span("name", title), h("input", attributes), "%", note or None)  # type: ignore[return-value]


# domains -----------------------------------------------------------------------------------------------------------


def domain_table(preview: Preview | None, *, column: str, sign: int) -> Node:
    """Statistics of ΔH or ΔNLL per domain, and what is kept."""
    if preview is None:
        return []
    statistics = preview.statistics[column].to_dict("index")
    colours = domain_colours(preview.selection.counts)
    names = ["Domain", "N", "Kept", "Tokens kept", "Mean", "Median", "SD", "Min", "Max", "Below 0", "γ", "β"]
    rows = [_domain_row(name, preview, statistics[name], colours[name], sign) for name in preview.selection.counts]
    table = h("table", {"class": "grid-table domains"}, head(names, left=1), h("tbody", {}, *rows))
    return h("div", {"class": "scroll"}, table)


def _domain_row(name: str, preview: Preview, stats: Any, colour: str, sign: int) -> Node:
    counts, spec = preview.selection.counts[name], preview.selection.spec
    low, high = sorted((sign * stats["min"], sign * stats["max"]))
    below = stats["share_below_zero"] if sign > 0 else stats["share_above_zero"]
    values = [sign * stats["mean"], sign * stats["median"], stats["sd"], low, high]
    gammas = spec.gammas_of(name)[::sign]
    gamma = fmt.percent(gammas[0]) if gammas[0] == gammas[1] else " · ".join(map(fmt.percent, gammas))
    return h(
        "tr",
        {},
        h("td", {}, h("i", {"class": "dot", "style": f"background:{colour}"}), name),
        h("td", {"class": "num"}, fmt.count(counts.rows)),
        h("td", {"class": "num strong"}, live(f"kept:{name}", fmt.count(counts.selected))),
        h("td", {"class": "num"}, live(f"tokens:{name}", fmt.short(counts.selected_tokens))),
        *(h("td", {"class": "num"}, fmt.nats(value)) for value in values),
        h("td", {"class": "num"}, fmt.percent(below)),
        h("td", {"class": "num"}, gamma if RANKINGS[spec.strategy].filtered else "–"),
        h("td", {"class": "num"}, fmt.percent(spec.ratio_of(name))),
    )
