"""The cards of the tab, and what they show of a run."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import Any

import gradio as gr

from ... import api
from ...api import RunStatus, SelectionSpec
from ...errors import ConfigError
from .. import format as fmt
from ..live import live
from ..panels import noise_panel, selections, tokenview
from ..state import Drawing, Steps, TableState, view_of
from ..view import view
from . import analysis, charts, exports, rows, rule
from .scene import Scene, is_scored


@dataclass
class ExploreTab:
    body: gr.Column
    rule: rule.RuleCard
    charts: charts.ChartsCard
    rows: rows.RowsCard
    analysis: analysis.AnalysisCard
    exports: exports.ExportCard
    noise: gr.HTML  # where ΔH is not well above the noise of the arithmetic; hidden elsewhere
    link: gr.Textbox  # the `state` of the address; hidden
    finetune: gr.Button | None = None  # of the Fine-tune tab: says on how many rows

    @property
    def drawing(self) -> list[Any]:
        """The controls of `state.Drawing`, in its order."""
        return [*self.charts.controls, *self.analysis.controls]

    @property
    def outputs(self) -> list[Any]:
        return [
            self.body,
            *self.rule.outputs,
            *self.charts.outputs,
            *self.rows.outputs,
            self.analysis.due,
            self.noise,
            self.finetune,
            self.link,
        ]

    def show(
        self, run: str | None, now: RunStatus | None, steps: Steps | None, table: TableState, drawing: Drawing
    ) -> list[Any]:
        """The values of `outputs`: everything that depends on the rule."""
        if run is None or now is None or steps is None or not is_scored(now):
            values: list[Any] = [gr.skip()] * len(self.outputs)
            values[0] = gr.update(visible=False)
            values[self.outputs.index(self.rule.kpis)] = selections.selection_kpis(None, now, committed=False)
            values[-2:] = [gr.update(value="Fine-tune"), ""]
            return values
        scene = Scene(run, now, steps, table, drawing)
        kept = scene.preview.selection.total.selected
        return [
            gr.update(visible=True),
            *self.rule.show(scene),
            *self.charts.show(scene),
            *self.rows.show(scene),
            analysis.due(scene),
            noise_shown(scene),
            gr.update(value=f"Fine-tune on {kept:,} rows"),
            link(scene),
        ]

    @property
    def prefilled(self) -> list[Any]:
        """What takes the values of a run, or of a link to it, when it is opened."""
        return [
            *self.drawing,
            *self.rows.filters,
            self.rows.extra,
            self.rows.measure,
            self.rows.low,
            self.rows.high,
            self.rows.text,
            self.analysis.compared,
        ]

    def prefill(self, run: str | None, now: RunStatus | None, table: TableState, drawing: Drawing) -> list[Any]:
        if run is None or now is None or not is_scored(now):
            return [gr.skip()] * len(self.prefilled)
        chosen = dict(zip(Drawing.__dataclass_fields__, astuple(drawing), strict=True))
        chosen["category"] = chosen["category"] or analysis.default_category(api.categories(run))
        choices = drawing_choices(run)
        drawn = [
            gr.update(choices=choices[name], value=value) if name in choices else value
            for name, value in chosen.items()
        ]
        search, regex, domain, more = rows.filter_values(table)
        further = [("none", ""), *rows.measures(run), *api.columns(run)["kinds"]]
        return [
            *drawn,
            search,
            regex,
            gr.update(choices=choices["map_domain"], value=domain),
            more,
            gr.update(choices=further, value=table.extra),
            gr.update(choices=rows.measures(run), value="delta_entropy"),
            None,
            None,
            rows.text_of(run, table, sign=1 if api.config(run).delta_nll_sign == "calibrated-base" else -1),
            [],
        ]


def noise_shown(scene: Scene) -> dict[str, Any]:
    """The note on numerical noise, out of the way where there is nothing to say."""
    note = noise_panel.noise_note(api.noise(scene.run))
    return gr.update(value=note, visible=bool(note))


def drawing_choices(run: str) -> dict[str, list[Any]]:
    """What the controls of the drawing offer for a run."""
    domains = [("all domains", ""), *api.explore_run(run).domains]
    columns, measures = api.columns(run), rows.measures(run, stored=True)
    scores = [(words, name) for words, name in measures if name in fmt.NATS]
    return {
        "map_domain": domains,
        "correlation_domain": domains,
        "contrast": [*measures, *(name for name in columns["kinds"] if name not in columns["metrics"])],
        "score": scores,
        "category": api.categories(run) or [("–", "")],
    }


def check_view(run: str, spec: SelectionSpec, table: TableState, drawing: Drawing) -> None:
    """Refuse what a link asks for and the page, or this run, does not have; `UserError` with one sentence."""
    api.rows(run, spec, table.query)
    if table.current is not None:
        api.row(run, spec, table.current)
    offered = FIXED | {name: [value_of(choice) for choice in choices] for name, choices in drawing_choices(run).items()}
    offered["metric"] = list(tokenview.METRICS)
    offered["extra"] = ["", *api.columns(run)["metrics"], *api.columns(run)["kinds"]]
    for name, values in offered.items():
        asked = getattr(table if name in ("extra", "metric") else drawing, name)
        if asked not in values and asked != getattr(Drawing(), name, None):
            raise ConfigError(f"Its {name} is {asked!r}, but there is {', '.join(map(repr, values))}.")


def value_of(choice: Any) -> Any:
    """What a choice of a dropdown stands for: itself, or the second of words and value."""
    return choice[1] if isinstance(choice, tuple) else choice


FIXED: dict[str, list[Any]] = {
    "kind": charts.KINDS,
    "layout": charts.LAYOUTS,
    "bins": list(charts.BINS),
    "beside": [value for _, value in charts.BESIDE],
    "panel": list(analysis.PANELS),
    "column": ["delta_entropy", "delta_nll"],
    "correlation": ["spearman", "pearson"],
    "length": list(analysis.LENGTHS),
}


def link(scene: Scene, *, keep: bool = False) -> str:
    """The `state` of the address; empty while rule and view are those of a page that was just opened.

    A state that an address cannot hold is written into the run where `keep` says so, and left out otherwise.
    """
    usual = scene.drawing.category == analysis.default_category(api.categories(scene.run))
    view = view_of(scene.table, replace(scene.drawing, category="") if usual else scene.drawing)
    return "" if scene.committed and not view else api.link_state(scene.run, scene.spec, view, keep=keep)


def build() -> ExploreTab:
    tools = rule.build_tools()
    kpis = rule.build_kpis()
    link, cube = gr.Textbox(visible="hidden", elem_id="link-state"), live("cube")
    with gr.Column(visible=False) as body:
        made = rule.build(tools, kpis)
        noise = view(elem_id="noise", label="Numerical noise")
        return ExploreTab(
            body=body,
            rule=made,
            charts=charts.build(cube),
            rows=rows.build(),
            analysis=analysis.build(),
            exports=exports.build(),
            noise=noise,
            link=link,
        )
