"""The models that were evaluated in a run without an experiment: means, and no verdicts."""

from __future__ import annotations

from ..comparison import Arm, compare
from ..experiments.results import METRIC_NAMES
from . import numbers as n
from .blocks import Block, Heading, Table, Text
from .facts import Facts

_NO_VERDICT = (
    "These are means over seeds with their 95 % intervals. They were not held against random rows example by example, "
    "as an experiment does, so no verdict is given."
)


def models(run: Facts) -> list[Block]:
    """Nothing where no model was evaluated."""
    found = compare(run.store)
    if not found:
        return []
    blocks: list[Block] = [Text(_NO_VERDICT, "note")]
    measures = list(dict.fromkeys(measure for arm in found for measure in arm.measured))
    for metric in dict.fromkeys(metric for metric, _ in measures):
        domains = [domain for name, domain in measures if name == metric]
        heads = ("model", "seeds", "rows", "steps", *domains)
        table = Table(heads, tuple(_row(arm, metric, domains) for arm in found))
        blocks += [Heading(METRIC_NAMES.get(metric, metric)), table]
    return blocks


def _row(arm: Arm, metric: str, domains: list[str]) -> tuple[str, ...]:
    values = (n.result(arm.measured.get((metric, domain)), metric) for domain in domains)
    return (arm.name, str(arm.seeds), n.count(arm.rows), n.count(arm.steps), *values)
