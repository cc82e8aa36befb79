"""The Compare & report tab: experiments, every model of the run on the same held-out rows, and other runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from ..api import RunStatus
from . import crossing_card, experiments_card, figures, hub_card
from .chart import chart
from .panels import arms as panel
from .view import view


@dataclass
class CompareTab:
    experiments: experiments_card.ExperimentsCard
    metric: gr.Radio
    body: gr.Column
    empty: gr.HTML
    chart: gr.HTML
    table: gr.HTML
    crossing: crossing_card.CrossingCard
    hub: hub_card.HubCard

    @property
    def outputs(self) -> list[Any]:
        return [self.body, self.empty, self.metric, self.chart, self.table]

    def show(self, run: str | None, now: RunStatus | None, metric: str | None) -> list[Any]:
        """The values of `outputs`."""
        arms = api.comparison(run) if run else []
        measured = panel.metrics(arms)
        if not measured:
            scored = now is not None and (now.done("deltas") or now.done("import_scores"))
            return [gr.update(visible=False), panel.no_arms(scored), gr.skip(), None, []]
        metric = metric if metric in measured else measured[0]
        choices = [(panel.METRICS[name], name) for name in measured]
        return [
            gr.update(visible=True),
            [],
            gr.update(choices=choices, value=metric, visible=len(choices) > 1),
            figures.arm_dots(panel.arm_values(arms, metric), metric=metric),
            panel.arm_table(arms, metric),
        ]


def build() -> CompareTab:
    experiments = experiments_card.build()
    empty = view(panel.no_arms(False), elem_id="no-arms", label="No models yet")
    with gr.Column(visible=False, elem_classes=["box"]) as body:
        gr.HTML(
            "<h3>Models of this run on the held-out rows</h3><p class='hint'>Loss is the mean NLL per response token "
            "in nats, lower is better. Exact answers are generated and compared with the reference, higher is better. "
            "± is the 95 % interval over seeds (Student's t); the words are corrected for the number of models.</p>",
            padding=False,
        )
        metric = gr.Radio(
            [(word, name) for name, word in panel.METRICS.items()],
            value="nll",
            label="Measure",
            elem_id="metric",
            elem_classes=["tight"],
        )
        dots = chart("arm-chart", label="Held-out results of every model")
        table = view(elem_id="arm-table", label="Held-out results of every model")
    crossing, hub = crossing_card.build(), hub_card.build()
    return CompareTab(
        experiments, metric=metric, body=body, empty=empty, chart=dots, table=table, crossing=crossing, hub=hub
    )
