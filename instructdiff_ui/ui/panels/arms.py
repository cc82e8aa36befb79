"""The arms of a run: what base, calibrated and every fine-tuned model came to on the held-out rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from ... import api
from ...api import Arm, Gap, Measured
from .. import format as fmt
from ..format import STRATEGIES
from ..view import Node, div, h
from .parts import head

LEVEL = 0.05  # p above it is no clear difference
Metric = Literal["nll", "exact_match", "choice", "code_tests", "benchmark"]
METRICS: dict[str, str] = {
    "nll": "held-out loss",
    "exact_match": "exact answers",
    "choice": "multiple choice",
    "code_tests": "code that passes its tests",
    "benchmark": "benchmarks",
}


def arm_title(arm: Arm) -> str:
    """The arm's name with the strategy in words."""
    strategy, comma, rest = arm.name.partition(",")
    return {"base": "base model", "calibrated": "calibrated model"}.get(arm.name) or (
        STRATEGIES.get(strategy, strategy) + comma + rest
    )


def metrics(arms: Sequence[Arm]) -> list[str]:
    """The metrics that were measured, in order."""
    return [metric for metric in METRICS if any((metric, "all") in arm.measured for arm in arms)]


def arm_table(arms: Sequence[Arm], metric: str) -> Node:
    """One line per arm: what it was trained on, the metric over all rows and by domain, and the gap to random."""
    if not arms:
        return []
    domains = list(dict.fromkeys(domain for arm in arms for name, domain in arm.measured if name == metric))
    domains = [*(["all"] if "all" in domains else []), *(d for d in domains if d != "all")]
    gaps = api.against_random(arms, metric)
    lines = [_arm_line(arm, metric, domains, gap) for arm, gap in zip(arms, gaps, strict=True)]
    names = ["Model", "Rows", "Tokens", "Steps", "Seeds", *domains]
    names.insert(6, "all, minus random")
    table = h("table", {"class": "grid-table arms"}, head(names, left=1), h("tbody", {}, *lines))
    return h("div", {"class": "scroll"}, table)


def _arm_line(arm: Arm, metric: str, domains: Sequence[str], gap: Gap | None) -> Node:
    trained = [fmt.count(arm.rows), fmt.short(arm.tokens), fmt.count(arm.steps)] if arm.steps else ["–"] * 3
    values = [value_text(arm.measured.get((metric, domain)), metric) for domain in domains]
    values.insert(1, gap_text(gap, metric))
    cells = [h("td", {"class": "num"}, text) for text in [*trained, fmt.count(arm.seeds), *values]]
    return h("tr", {}, h("td", {}, arm_title(arm)), *cells)


def value_text(value: Measured | None, metric: str) -> str:
    if value is None:
        return "–"
    half = "" if math.isnan(value.half) else f" ± {_number(value.half, metric)}"
    return f"{_number(value.mean, metric)}{half}"


def gap_text(gap: Gap | None, metric: str) -> str:
    """The difference to random with its 95 % interval, and what that allows to say; empty where there is none."""
    if gap is None:
        return ""
    if math.isnan(gap.half):
        return f"{_signed(gap.mean, metric)} (one seed)"
    said = f"{_signed(gap.mean, metric)} ± {_number(gap.half, metric)}"
    return f"{said}: {verdict(gap, metric)}"


def verdict(gap: Gap, metric: str) -> str:
    """A word that does not overstate, after the correction for all arms."""
    if not gap.p <= LEVEL:
        return "no clear difference"
    return "better" if (gap.mean < 0) == (metric == "nll") else "worse"


def _number(value: float, metric: str) -> str:
    return fmt.nats(value) if metric == "nll" else f"{100 * value:.1f} %"


def _signed(value: float, metric: str) -> str:
    return ("+" if value > 0 else "−" if value < 0 else "") + _number(abs(value), metric)


def no_arms(scored: bool) -> Node:
    hint = "Fine-tune on a selection, then on another one (Random, say): every model of this run is compared here."
    return div("empty", hint if scored else "Calibrate and score a run first.")


def arm_values(arms: Sequence[Arm], metric: str) -> list[dict[str, Any]]:
    """For the chart: title, mean and half-width over all rows, of the arms that have the metric."""
    found = [(arm, arm.measured.get((metric, "all"))) for arm in arms]
    return [
        {"name": arm_title(arm), "mean": value.mean, "half": value.half, "tuned": arm.spec is not None}
        for arm, value in found
        if value is not None
    ]
