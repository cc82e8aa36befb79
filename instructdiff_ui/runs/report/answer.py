"""What a reader wants to know first: does the selection beat random, or, before anybody tried, what was selected.

Says a verdict in the words of `statistics.wording` alone, which say no more than the numbers do.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..experiments.results import ALL, METRIC_NAMES, ArmResult, ExperimentResult
from . import numbers as n
from .blocks import Block, Heading, Points, Text
from .facts import Facts
from .selection import record_of
from .setup import strategy_name

UNTRIED = "No experiment was made of this run, so nothing is said here about whether its selection beats random rows."


def answer(run: Facts) -> list[Block]:
    chosen = [Text(_selected(run))]
    if run.experiment is None:
        return [*chosen, Text(UNTRIED, "note")]
    return [*_verdicts(run.experiment), *chosen]


def _selected(run: Facts) -> str:
    record = record_of(run)
    if record is None:
        return "Nothing was selected in this run yet."
    total, spec = record["total"], record["spec"]
    rule = f"{strategy_name(spec['strategy'])}, γ {n.exact(spec['gamma'])}, β {n.exact(spec['ratio'])}"
    return (
        f"The rule in force ({rule}) keeps {n.count(total['selected'])} of {n.count(total['rows'])} rows with "
        f"{n.count(total['selected_tokens'])} of {n.count(total['tokens'])} response tokens, in "
        f"{len(record['counts'])} domain(s)."
    )


def _verdicts(result: ExperimentResult) -> list[Block]:
    blocks: list[Block] = []
    if result.done < result.total:
        blocks.append(
            Text(f"Not finished: {result.done} of {result.total} models are trained and measured.", "warning")
        )
    for metric in result.metrics:
        if items := tuple(_sentences(result, metric)):
            blocks += [Heading(METRIC_NAMES.get(metric, metric)), Points(items)]
    if len(blocks) == (result.done < result.total):
        blocks.append(Text("No arm can be held against random rows yet.", "note"))
    return [*blocks, Text(_scope(result), "note")]


def _sentences(result: ExperimentResult, metric: str) -> Iterator[tuple[str, str]]:
    for arm in result.arms:
        if (verdict := arm.verdicts.get((metric, ALL))) is not None:
            yield arm_name(arm), verdict.sentence


def arm_name(arm: ArmResult) -> str:
    return arm.name if arm.ratio is None else f"{arm.name}, {n.exact(arm.ratio)}"


def _scope(result: ExperimentResult) -> str:
    """What the sentences are about, and what they are not."""
    settings = result.settings
    seeds = (
        "Every seed calibrated and scored anew, so the intervals hold for the method."
        if settings.calibrate_anew
        else "All seeds trained on the scores of one calibration, so the intervals hold for this selection, and not "
        "for what another calibration would have selected."
    )
    steps = (
        "All arms of a budget took the optimiser steps of random"
        if settings.steps == "matched"
        else "Every arm took as many optimiser steps as its rows make"
    )
    own = [arm.name for arm in settings.arms if arm.steps not in (None, settings.steps)]
    otherwise = f" (not: {', '.join(own)})" if own else ""
    return (
        f"This is about this model, this data and {n.count(result.examples)} held-out rows. Random means random rows "
        f"at the same budget. {seeds} {steps}{otherwise}. "
        "Differences count after Holm's correction over all arms and budgets of a measure."
    )
