"""The arms of an experiment: what each was trained on, what it came to, and its difference to random."""

from __future__ import annotations

from collections.abc import Sequence

from ...selection.overlap import Overlap
from ...statistics import METRICS, Verdict
from ..experiments.results import ALL, METRIC_NAMES, ArmResult, ExperimentResult
from . import numbers as n
from . import svg
from .answer import arm_name
from .blocks import Block, Figure, Heading, Panel, Points, Table, Text, facts
from .facts import Facts
from .setup import leaked

_WORDS = {"better": "better", "worse": "worse", "no detectable difference": "none seen", "undecided": "undecided"}
_PARTS = (
    ("interval", "95 % interval over seeds and examples"),
    ("whisker", "over examples alone"),
    ("band", "too small to be found with a chance of 80 %"),
)


def arms(run: Facts) -> list[Block]:
    result = run.experiment
    if result is None:
        return []
    blocks: list[Block] = [facts(_about(result))]
    for metric in result.metrics:
        blocks += [Heading(METRIC_NAMES.get(metric, metric)), *_metric(result, metric)]
    return [*blocks, *_overlaps(result), *_failures(result)]


def _about(result: ExperimentResult) -> list[tuple[str, str]]:
    settings = result.settings
    leak = result.leakage
    return [
        ("experiment", settings.name or result.record.id),
        ("id", result.record.id),
        ("made", n.moment(result.record.created)),
        ("models", f"{result.done} of {result.total} trained and measured"),
        ("budgets", ", ".join(map(n.exact, settings.ratios))),
        ("seeds", str(settings.seeds)),
        ("steps", settings.steps),
        ("calibration", "anew for every seed" if settings.calibrate_anew else "one for all seeds"),
        ("held-out rows", n.count(result.examples)),
        ("leaked rows", _leaked(result) if leak is not None else "not checked"),
    ]


def _leaked(result: ExperimentResult) -> str:
    leak = result.leakage
    assert leak is not None
    left_out = f"; left out of every measurement: {n.count(leak.left_out)}" if leak.left_out else ""
    return f"{leaked(leak.kinds, leak.rows)}{left_out}"


# one metric --------------------------------------------------------------------------------------------------------


def _metric(result: ExperimentResult, metric: str) -> list[Block]:
    judged = [arm for arm in result.arms if (metric, ALL) in arm.verdicts]
    figure = [_forest(result, metric, judged)] if judged else []
    domains = [domain for name, domain in result.measures if name == metric]
    blocks: list[Block] = [*figure, _results(result, metric, domains)]
    if judged:
        blocks.append(_differences(metric, judged))
    if judged and len(domains) > 2:  # one domain beside "all" is the same
        blocks.append(_by_domain(metric, judged, [domain for domain in domains if domain != ALL]))
    return blocks


def _results(result: ExperimentResult, metric: str, domains: Sequence[str]) -> Table:
    unit = n.unit(metric) if n.scale(metric) == 1 else "%"
    heads = ("arm", "budget", "seeds", "rows", "tokens", "steps", *domains)
    rows = tuple(_result(arm, metric, domains) for arm in (*result.models, *result.arms))
    caption = (
        f"Mean over seeds{f', {unit}' if unit else ''} ± 95 % interval of it; rows, response tokens chosen, and steps"
    )
    return Table(heads, rows, caption)


def _result(arm: ArmResult, metric: str, domains: Sequence[str]) -> tuple[str, ...]:
    seeds = len(arm.done) if arm.spec is not None else next((len(value.values) for value in arm.measured.values()), 0)
    sizes = (n.count(arm.mean(what)) for what in ("rows", "tokens", "steps"))
    budget = n.exact(arm.ratio) if arm.ratio is not None else n.NONE
    return (arm.name, budget, str(seeds), *sizes, *(n.result(arm.measured.get((metric, d)), metric) for d in domains))


def _differences(metric: str, judged: Sequence[ArmResult]) -> Table:
    heads = ("arm", "difference", "95 % interval", "over examples", "p, corrected", "detectable", "verdict")
    rows = []
    for arm in judged:
        verdict = arm.verdicts[metric, ALL]
        found = verdict.difference
        rows.append(
            (
                arm_name(arm),
                n.gap(found, metric),
                n.interval(found.low, found.high, metric),
                n.interval(found.examples_low, found.examples_high, metric),
                n.chance(verdict.p),
                n.fixed(n.scale(metric) * found.detectable, n.digits(metric)),
                verdict.word,
            )
        )
    caption = (
        f"Difference to random at the same budget, {n.unit(metric)}. The interval is over seeds and held-out rows; p "
        "is corrected for all arms by Holm's method; detectable: the difference found with a chance of about 80 %"
    )
    return Table(heads, tuple(rows), caption, "lrrrrrl")


def _by_domain(metric: str, judged: Sequence[ArmResult], domains: Sequence[str]) -> Table:
    rows = tuple(
        (arm_name(arm), *(_in_domain(arm.verdicts.get((metric, domain)), metric) for domain in domains))
        for arm in judged
    )
    caption = (
        f"The same in every domain, {n.unit(metric)}, with the 95 % interval; corrected over the arms of that domain, "
        "not over domains: of many domains, one may differ by chance"
    )
    return Table(("arm", *domains), rows, caption)


def _in_domain(verdict: Verdict | None, metric: str) -> str:
    if verdict is None:
        return n.NONE
    found = verdict.difference
    known = "" if found.unknown else f" ({n.interval(found.low, found.high, metric)})"
    return f"{n.gap(found, metric)}{known} {_WORDS.get(verdict.word, verdict.word)}"


def _forest(result: ExperimentResult, metric: str, judged: Sequence[ArmResult]) -> Figure:
    marks = [_mark(arm_name(arm), arm.verdicts[metric, ALL], metric) for arm in judged]
    higher = metric in METRICS and METRICS[metric].higher_is_better
    alt = f"Differences to random. {'; '.join(f'{mark.name}: {mark.said}' for mark in marks)}"
    drawn = svg.forest(marks, better="right" if higher else "left", alt=alt)
    caption = f"Difference to random at the same budget, {n.unit(metric)}, all held-out rows. {_lines(result, metric)}"
    return Figure((Panel(drawn, alt),), caption.strip(), _PARTS, wide=True)


def _mark(name: str, verdict: Verdict, metric: str) -> svg.Mark:
    found, k = verdict.difference, n.scale(metric)
    return svg.Mark(
        name,
        mean=k * found.mean,
        low=k * found.low,
        high=k * found.high,
        examples_low=k * found.examples_low,
        examples_high=k * found.examples_high,
        detectable=k * found.detectable,
        word=verdict.word,
        said=f"{n.gap(found, metric)} · {verdict.word}",
    )


def _lines(result: ExperimentResult, metric: str) -> str:
    """What the models came to that the differences can be held against."""
    known = [arm for arm in (*result.models, *result.arms) if not arm.verdicts and (metric, ALL) in arm.measured]
    said = [f"{arm_name(arm)}: {n.result(arm.measured[metric, ALL], metric)}" for arm in known]
    return f"In absolute terms: {'; '.join(said)}." if said else ""


# selections and failures -------------------------------------------------------------------------------------------


def _overlaps(result: ExperimentResult) -> list[Block]:
    names = list(dict.fromkeys(name for pair in result.overlaps for name in pair))
    if not names:
        return []
    found = result.overlaps | {(b, a): overlap for (a, b), overlap in result.overlaps.items()}
    rows = tuple((a, *(n.NONE if a == b else _shared(found[a, b]) for b in names)) for a in names)
    caption = (
        f"Rows that two arms both chose, and their Jaccard, at the budget {n.exact(result.settings.ratios[0])} under "
        "the first seed"
    )
    return [Heading("How far the arms choose the same rows"), Table(("", *names), rows, caption)]


def _shared(found: Overlap) -> str:
    return f"{n.count(found.shared)} ({n.agreement(found.jaccard)})"


def _failures(result: ExperimentResult) -> list[Block]:
    failed = tuple(
        (f"{arm_name(arm)}, seed {trial.seed}", trial.reason)
        for arm in result.arms
        for trial in arm.trials
        if trial.state == "failed"
    )
    if not failed:
        return []
    return [
        Heading("What failed"),
        Text("These models are missing from every number above.", "warning"),
        Points(failed),
    ]
