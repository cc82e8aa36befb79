"""Other runs over the same rows: how far another model, seed or preset would keep the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from ..api import RunStatus, SelectionSpec
from . import figures
from .chart import chart
from .explore.scene import is_scored
from .panels import crossing as panel
from .view import view


@dataclass
class CrossingCard:
    body: gr.Column
    others: gr.Dropdown
    column: gr.Dropdown
    table: gr.HTML
    shown: gr.Row
    ranks: gr.HTML
    ridges: gr.HTML

    @property
    def offers(self) -> list[Any]:
        return [self.body, self.others]

    def offer(self, run: str | None, now: RunStatus | None) -> list[Any]:
        """The runs that can be compared; looking for them opens every run, so nothing is compared yet."""
        if run is None or now is None or not is_scored(now):
            return [gr.update(visible=False), gr.skip()]
        found = [one for one in api.comparable_runs(run) if one.why_not is None]
        choices = [(panel.candidate_title(one), one.key) for one in found]
        return [gr.update(visible=True), gr.update(choices=choices, value=[])]

    @property
    def outputs(self) -> list[Any]:
        return [self.table, self.shown, self.ranks, self.ridges]

    def show(self, run: str, spec: SelectionSpec, others: list[str]) -> list[Any]:
        """The chosen runs against the open one; the charts are of the first."""
        if not others:
            return [panel.no_runs(), gr.update(visible=False), None, None]
        found = api.cross_runs(run, others, spec)
        return [
            panel.crossing_table(found),
            gr.update(visible=True),
            figures.rank_scatter(*panel.rank_map(found)),
            figures.runs_ridges(api.run_curves(run, others)),
        ]


def build() -> CrossingCard:
    with gr.Column(visible=False, elem_classes=["box"]) as body:
        gr.HTML(
            "<h3>Other runs over the same rows</h3><p class='hint'>The rule that is shown in Explore & select, applied to "
            "both sides over the rows they share: another model (scores from a small sibling, say), preset or seed.</p>",
            padding=False,
        )
        others = gr.Dropdown([], label="Compare with", multiselect=True, elem_id="others")
        table = view(panel.no_runs(), elem_id="crossing", label="Other runs over the same rows")
        with gr.Row(visible=False, equal_height=False) as shown:
            with gr.Column(min_width=320):
                gr.HTML(
                    "<p class='hint'>Rank by ΔH within the domain, here and there: on the diagonal both agree.</p>",
                    padding=False,
                )
                ranks = chart("rank-chart", label="Ranks in both runs")
            with gr.Column(min_width=320):
                gr.HTML("<p class='hint'>ΔH of the same rows, in nats per token, run by run.</p>", padding=False)
                ridges = chart("ridge-chart", label="ΔH by domain and run")
    return CrossingCard(body=body, others=others, column=others, table=table, shown=shown, ranks=ranks, ridges=ridges)
