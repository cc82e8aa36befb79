"""What every card of the tab draws from: one run, one rule, one way to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ... import api
from ...api import Preview, RunConfig, RunStatus, SelectionSpec
from ...selection.strategies import EXTRA_COLUMNS, RANKINGS
from ..figures import Sign
from ..state import Drawing, Steps, TableState


@dataclass(frozen=True)
class Scene:
    run: str
    now: RunStatus
    steps: Steps
    table: TableState
    drawing: Drawing

    @property
    def spec(self) -> SelectionSpec:
        return self.steps.present

    @property
    def key(self) -> str:
        """Another one for other scores, and for more of them."""
        made = (self.now.facts(work) for work in ("combine", "deltas", "import_scores"))
        extras = EXTRA_COLUMNS.keys() & set(api.explore_run(self.run).table.columns)
        return f"{self.run} {next(filter(None, made), {})} {sorted(extras)}"

    @cached_property
    def config(self) -> RunConfig:
        return api.config(self.run)

    @property
    def shown_sign(self) -> Sign:
        return self.config.delta_nll_sign

    @property
    def sign(self) -> int:
        """1 or −1: what a ΔNLL of the table is multiplied by before it is shown."""
        return 1 if self.shown_sign == "calibrated-base" else -1

    @cached_property
    def preview(self) -> Preview:
        return api.preview(self.run, self.spec, bins=self.drawing.bins)

    @cached_property
    def committed(self) -> bool:
        return api.spec(self.run) == self.spec

    @property
    def rule(self) -> dict[str, Any]:
        """The thresholds as the browser needs them to count while a line is dragged (assets/live.js)."""
        spec, domains = self.spec, list(self.preview.selection.counts)
        group = None if spec.scope == "global" else ""
        gammas = {name: spec.gammas_of(name if group == "" else None) for name in domains}
        filtered = RANKINGS[spec.strategy].filtered
        return {
            "strategy": spec.strategy,
            "scope": spec.scope,
            "budget": spec.budget,
            "sign": self.shown_sign,
            "linked": self.drawing.linked,
            "ends": self.drawing.ends,
            "low": {name: low if filtered else 0.0 for name, (low, _) in gammas.items()},
            "high": {name: high if filtered else 0.0 for name, (_, high) in gammas.items()},
            "ratio": {name: spec.ratio_of(name) for name in domains},
        }


def is_scored(now: RunStatus) -> bool:
    several = any(stage.work == "combine" for stage in now.stages)
    return now.done("combine" if several else "deltas") or now.done("import_scores")
