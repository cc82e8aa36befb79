"""Other runs over the same rows: how far another model, seed or preset would keep the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from ..api import Candidate, RunStatus, SelectionSpec
from . import figures
from .chart import chart
from .explore.scene import is_scored
from .panels import crossing as panel
from .view import div, view


@dataclass
class CrossingCard:
    body: gr.Column
    others: gr.Dropdown
    table: gr.HTML
    charts: gr.Row
    ranks: gr.HTML
    ridges: gr.HTML
    domains: gr.HTML
    settings: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        return [self.table, self.charts, self.ranks, self.ridges, self.domains, self.settings]

    def offer(self, run: str | None, now: RunStatus | None) -> list[Any]:
        """The values of body, others and `outputs`: what can be compared, and nothing compared yet."""
        if run is None or now is None or not is_scored(now):
            return [gr.update(visible=False), gr.update(choices=[], value=[]), *nothing([])]
        candidates = api.comparable_runs(run)
        usable = [one for one in candidates if not one.why_not]
        names = unlike([f"{one.title} ({one.shared_rows:,} rows in common)" for one in usable])
        choices = list(zip(names, (one.key for one in usable), strict=True))
        return [
            gr.update(visible=True),
            gr.update(choices=choices, value=[], visible=bool(choices)),
            *nothing(candidates),
        ]

    def show(self, run: str, spec: SelectionSpec, others: list[str]) -> list[Any]:
        """The chosen runs against the open one; the map is of the first."""
        if not others:
            return nothing(api.comparable_runs(run))
        found = api.cross_runs(run, others, spec)
        first, sign = found.pairs[0], api.config(run).delta_nll_sign
        titles = unlike(["this run", *(pair.there.title for pair in found.pairs)])
        curves = dict(zip(titles, [first.curves[0], *(pair.curves[1] for pair in found.pairs)], strict=True))
        return [
            panel.crossing_table(found),
            gr.update(visible=True),
            figures.rank_scatter(first.rank_map, names=titles[:2]),
            figures.runs_ridges(curves, sign=sign),
            panel.domain_table(found),
            panel.settings_table(found),
        ]


def unlike(names: list[str]) -> list[str]:
    """The names, with a number behind those that repeat."""
    return [name if names.index(name) == k else f"{name} · {k + 1}" for k, name in enumerate(names)]


def nothing(candidates: Sequence[Candidate]) -> list[Any]:
    usable = any(not one.why_not for one in candidates)
    empty = div("muted", "Choose one or more runs above.") if usable else panel.no_runs(candidates)
    return [empty, gr.update(visible=False), None, None, [], []]


def build() -> CrossingCard:
    with gr.Column(visible=False, elem_classes=["box"]) as body:
        gr.HTML(
            "<h3>Other runs over the same rows</h3><p class='hint'>The rule that is shown in Explore & select, applied "
            "to both sides over the rows they share: another model (scores from a small sibling, say), preset or "
            "calibration seed.</p>",
            padding=False,
        )
        others = gr.Dropdown([], label="Compare with", multiselect=True, elem_id="others")
        table = view(elem_id="crossing", label="Other runs over the same rows")
        with gr.Row(visible=False, equal_height=False) as charts:
            ranks = _chart(
                "rank-chart", "Ranks in both runs", "Rank by ΔH within its domain; on the diagonal both agree."
            )
            ridges = _chart(
                "ridge-chart", "ΔH by domain and run", "ΔH of the same rows, run by run, in nats per token."
            )
        domains = view(elem_id="crossing-domains", label="Agreement by domain")
        settings = view(elem_id="crossing-settings", label="What differs between the runs")
    return CrossingCard(body, others, table, charts, ranks, ridges, domains, settings)


def _chart(name: str, label: str, hint: str) -> gr.HTML:
    with gr.Column(min_width=320):
        gr.HTML(f"<p class='hint'>{hint}</p>", padding=False)
        return chart(name, label=label)
