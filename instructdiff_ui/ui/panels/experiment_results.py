"""What an experiment came to: verdicts, the table of arms, and what to know before believing either."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...api import METRIC_NAMES, ArmResult, ExperimentResult
from ...statistics import METRICS, Measured, Metric, Verdict
from .. import format as fmt
from ..view import Node, div, h, span
from .parts import bar, head

SIGNS = {"better": "✓", "worse": "✕", "no detectable difference": "≈", "undecided": "?"}
MANY_DOMAINS = 6  # up to so many, the table shows all of them
LEAK_WORDS = {
    "exact": "word for word",
    "same_prompt": "with another response",
    "near_duplicate": "nearly word for word",
}


def judged(result: ExperimentResult, metric: str, domain: str, ratio: float) -> dict[str, Verdict]:
    """The verdicts of a budget by arm; arms with a budget of their own are held against random at the first one."""
    return {arm.name: arm.verdicts[metric, domain] for arm in shown(result, ratio) if (metric, domain) in arm.verdicts}


def shown(result: ExperimentResult, ratio: float) -> list[ArmResult]:
    """The arms of a budget; those with their own stand with the first one, whose random they are held against."""
    first = result.settings.ratios[0]
    return [arm for arm in result.arms_at(ratio) if arm.ratio is not None or ratio == first]


def heading(result: ExperimentResult) -> Node:
    """Its name, how far it is while it is not whole, and what a single seed means."""
    parts: list[Node] = [h("h3", {}, result.settings.name or result.record.id)]
    failed = sum(trial.state == "failed" for arm in result.arms for trial in arm.trials)
    if result.done + failed < result.total:
        some = "so far; what follows may still change" if result.done else "so far: there is nothing to show yet"
        parts += [
            div("small", f"{result.done:,} of {result.total:,} models are trained and measured {some}."),
            bar(result.done / max(1, result.total), label="Models measured"),
        ]
    if result.settings.seeds < 2:
        parts.append(div("small note-line", "One seed decides nothing: verdicts need at least 2 seeds, better 3."))
    return div("exp-heading", *parts)


def verdict_list(found: dict[str, Verdict]) -> Node:
    """A line per arm: a sign and a word, then the sentence with its grounds; the order is that of the forest plot."""
    if not found:
        return []
    return h("ul", {"class": "verdicts"}, *(_verdict(name, verdict) for name, verdict in found.items()))


def _verdict(name: str, verdict: Verdict) -> Node:
    return h("li", {}, badge(verdict.word), h("b", {}, name), span("", f" {verdict.sentence}"))


def badge(word: str) -> Node:
    kind = word.replace(" ", "-")
    return h("span", {"class": f"verdict v-{kind}"}, h("span", {"aria-hidden": "true"}, SIGNS[word]), f" {word}")


def ordered(found: dict[str, Verdict], metric: Metric) -> dict[str, Verdict]:
    """The best difference first; arms without one last."""
    sign = -1 if metric.higher_is_better else 1

    def place(one: tuple[str, Verdict]) -> float:
        mean = one[1].difference.mean
        return sign * mean if math.isfinite(mean) else math.inf

    return dict(sorted(found.items(), key=place))


# table -------------------------------------------------------------------------------------------------------------


def arm_table(result: ExperimentResult, metric: str, domain: str, ratio: float) -> Node:
    """A line per model and arm of a budget: what it was trained on, its means, and the difference to random."""
    arms = shown(result, ratio)
    if not any((metric, domain) in arm.measured for arm in (*result.models, *arms)):
        return []
    found, unit = ordered(judged(result, metric, domain, ratio), METRICS[metric]), METRICS[metric]
    place = {name: k for k, name in enumerate(found)}
    rest = sorted(arms, key=lambda arm: -1 if arm.is_reference else place.get(arm.name, len(place)))
    columns = columns_of(result, metric, domain)
    names = ["Arm", "Verdict", f"Difference, {domain_word(domain)}", "p, corrected"]
    heads = head([*names, "Seeds", "Rows", "Tokens", "Steps", *map(domain_word, columns)], left=2)
    lines = [_arm(arm, metric, columns, found.get(arm.name), unit) for arm in (*result.models, *rest)]
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table arms"}, heads, h("tbody", {}, *lines)))


def columns_of(result: ExperimentResult, metric: str, domain: str) -> list[str]:
    """The domains that the table shows: all rows first, then every domain, or the chosen one where there are many."""
    domains = [name for measure, name in result.measures if measure == metric and name != "all"]
    own = domains if len(domains) <= MANY_DOMAINS else [domain]
    return list(dict.fromkeys(["all", *own]))


def domain_word(domain: str) -> str:
    return "all rows" if domain == "all" else domain


def _arm(arm: ArmResult, metric: str, columns: Sequence[str], verdict: Verdict | None, unit: Metric) -> Node:
    trained = ["–"] * 4
    if arm.trials:
        seeds = f"{len(arm.done)}" if len(arm.done) == len(arm.trials) else f"{len(arm.done)} of {len(arm.trials)}"
        trained = [seeds, *(_size(arm.mean(what)) for what in ("rows", "tokens", "steps"))]
    values = [measured_text(arm.measured.get((metric, domain)), unit) for domain in columns]
    gap = ["", ""] if verdict is None else [gap_text(verdict, unit), p_text(verdict.p)]
    word: Node = badge(verdict.word) if verdict else span("muted", "the reference" if arm.is_reference else "")
    names = {"base": "base model", "calibrated": "calibrated model"}
    title = names.get(arm.name, arm.name) if not arm.trials else arm.name
    cells = [h("td", {"class": "num"}, text) for text in [*gap, *trained, *values]]
    return h("tr", {"class": "" if arm.trials else "muted"}, h("td", {}, title), h("td", {}, word), *cells)


def measured_text(value: Measured | None, unit: Metric) -> str:
    if value is None:
        return "–"
    percent = "" if unit.scale == 1 else " %"
    half = f" ± {_number(value.half, unit)}" if math.isfinite(value.half) else ""
    return f"{_number(value.mean, unit)}{half}{percent}"


def gap_text(verdict: Verdict, unit: Metric) -> str:
    found = verdict.difference
    if not math.isfinite(found.mean):
        return "–"
    ends = f" ({_signed(found.low, unit)} to {_signed(found.high, unit)})" if math.isfinite(found.low) else ""
    return f"{_signed(found.mean, unit)}{ends}"


def p_text(p: float) -> str:
    if not math.isfinite(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def _number(value: float, unit: Metric) -> str:
    return fmt.nats(unit.scale * value, 3 if unit.scale == 1 else 1)


def _signed(value: float, unit: Metric) -> str:
    return ("+" if value > 0 else "") + _number(value, unit)


def _size(value: float) -> str:
    return "–" if not math.isfinite(value) else fmt.count(round(value))


# what to know beside -----------------------------------------------------------------------------------------------


def notes(result: ExperimentResult) -> Node:
    """What was measured on, what leaked, what failed and why, and what it took."""
    steps = "as many steps as random at its budget" if result.settings.steps == "matched" else "its rows' epochs"
    anew = ", each after a calibration of its own" if result.settings.calibrate_anew else ""
    parts: list[Node | None] = [
        div(
            "small",
            f"{result.examples:,} held-out rows; every model trains {steps}; {result.settings.seeds} seeds{anew}.",
        )
        if result.examples
        else None,
        _leakage(result),
        _failures(result),
        _costs(result),
    ]
    return div("notes", *parts)


def _leakage(result: ExperimentResult) -> Node | None:
    leaked = result.leakage
    if leaked is None:
        return None
    found = sum(leaked.kinds.values())
    if not found:
        return div("small", f"None of {leaked.rows:,} held-out rows is in the pool too.")
    kinds = ", ".join(f"{n:,} {LEAK_WORDS.get(kind, kind)}" for kind, n in leaked.kinds.items())
    are = "row is" if found == 1 else "rows are"
    done = "left out" if leaked.left_out else "kept, as the settings say: arms that trained on them have an advantage"
    return div("small note-line", f"{found:,} held-out {are} also in the pool ({kinds}): {done}.")


def _failures(result: ExperimentResult) -> Node | None:
    failed = [(arm, trial) for arm in result.arms for trial in arm.trials if trial.state == "failed"]
    if not failed:
        return None
    lines = [
        h("li", {}, h("b", {}, f"{arm.name}{_budget(arm)}, seed {trial.seed}: "), fmt.clipped(trial.reason, 300))
        for arm, trial in failed[:40]
    ]
    title = f"{len(failed)} of {result.total} models could not be made"
    return h("div", {"class": "failures"}, div("small strong", f"✕ {title}"), h("ul", {"class": "small"}, *lines))


def _budget(arm: ArmResult) -> str:
    return "" if arm.ratio is None else f", {100 * arm.ratio:.6g} %"


def _costs(result: ExperimentResult) -> Node | None:
    arms = [arm for arm in result.arms if arm.done]
    if not arms:
        return None
    trials = [trial for arm in arms for trial in arm.done]
    sums = [sum(getattr(trial, what) for trial in trials) for what in ("seconds", "trained_tokens", "flops")]
    said = f"{fmt.duration(sums[0])} of training, {fmt.short(sums[1])} trained tokens, {flops(sums[2])} in all"
    rows = [
        h("tr", {}, h("td", {}, f"{arm.name}{_budget(arm)}"), *(h("td", {"class": "num"}, text) for text in _cost(arm)))
        for arm in arms
    ]
    heads = head(["Per model, mean over seeds", "Training", "Trained tokens", "Operations"], left=1)
    table = h("div", {"class": "scroll"}, h("table", {"class": "grid-table"}, heads, h("tbody", {}, *rows)))
    return h("details", {"data-key": "costs"}, h("summary", {"class": "small"}, f"Costs: {said}"), table)


def _cost(arm: ArmResult) -> list[str]:
    return [fmt.duration(arm.mean("seconds")), fmt.short(arm.mean("trained_tokens")), flops(arm.mean("flops"))]


def flops(value: float) -> str:
    """Floating-point operations: 3.2 × 10¹⁵ FLOP."""
    if not math.isfinite(value) or value <= 0:
        return "– FLOP"
    power = math.floor(math.log10(value))
    raised = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"{value / 10**power:.1f} × 10{raised} FLOP"


def metric_choices(result: ExperimentResult) -> list[tuple[str, str]]:
    return [(METRIC_NAMES.get(name, name).partition(" (")[0], name) for name in result.metrics]


def domain_choices(result: ExperimentResult, metric: str) -> list[tuple[str, str]]:
    domains = [name for measure, name in result.measures if measure == metric]
    return [(domain_word(name), name) for name in sorted(domains, key=lambda name: (name != "all", name))]
