"""The Explore & select tab: move the thresholds and see at once what is kept, lost, and why."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from .. import api
from ..api import RunStatus, SelectionSpec
from . import figures
from .chart import chart
from .format import STRATEGIES
from .panels import kinds, rowviews, selections
from .state import TableState, changed_spec, with_rule
from .view import view


@dataclass
class ExploreTab:
    strategy: gr.Dropdown
    gamma: gr.Slider
    ratio: gr.Slider
    budget: gr.Radio
    scope: gr.Radio
    filter: gr.Radio
    linked: gr.Checkbox
    exclude_calibration: gr.Checkbox
    layout: gr.Radio
    column: gr.Radio
    bins: gr.Slider
    kind: gr.Dropdown
    kinds_box: gr.Column
    kinds: gr.HTML
    search: gr.Textbox
    domain: gr.Dropdown
    decision: gr.Dropdown
    kpis: gr.HTML
    entropy_chart: gr.HTML
    nll_chart: gr.HTML
    domains: gr.HTML
    table: gr.HTML
    row: gr.HTML
    save: gr.Button
    reset: gr.Button
    export_format: gr.Dropdown
    export_scores: gr.Checkbox
    export: gr.Button
    exported: gr.File
    body: gr.Column
    finetune: gr.Button | None = None  # of the Fine-tune tab: says on how many rows

    @property
    def thresholds(self) -> list[Any]:
        """The controls that make the spec, in the order of `spec_from`."""
        return [self.strategy, self.gamma, self.ratio, self.budget, self.scope, self.filter, self.exclude_calibration]

    @property
    def options(self) -> list[Any]:
        """How the same selection is drawn, in the order of `show`."""
        return [self.layout, self.column, self.bins, self.kind]

    @property
    def outputs(self) -> list[Any]:
        return [
            self.body,
            self.kpis,
            self.entropy_chart,
            self.nll_chart,
            self.domains,
            self.kinds_box,
            self.kinds,
            self.table,
            self.row,
            self.save,
            self.finetune,
        ]

    def show(
        self,
        run: str | None,
        now: RunStatus | None,
        spec: SelectionSpec | None,
        table: TableState,
        layout: str,
        column: str,
        bins: float,
        kind: str,
    ) -> list[Any]:
        """The values of `outputs`: everything that depends on the spec."""
        if run is None or now is None or spec is None or not is_scored(now):
            empty = selections.selection_kpis(None, now, committed=False)
            nothing: list[Any] = [None, None, [], gr.update(visible=False), [], [], []]
            return [gr.update(visible=False), empty, *nothing, gr.skip(), gr.update(value="Fine-tune")]
        config = api.config(run)
        preview = api.preview(run, spec, bins=int(bins))
        sign = config.delta_nll_sign
        draw: Any = {"layout": layout, "sign": sign}
        committed = api.spec(run) == spec
        return [
            gr.update(visible=True),
            selections.selection_kpis(preview, now, committed=committed, seeds=api.other_seeds(run, spec)),
            figures.delta_histogram(preview.histograms["delta_entropy"], preview.selection.cutoffs, **draw),
            figures.delta_histogram(preview.histograms["delta_nll"], preview.selection.cutoffs, **draw),
            selections.domain_table(preview, column=column, sign=_sign(sign) if column == "delta_nll" else 1),
            *self.show_kinds(run, spec, kind),
            *self.show_rows(run, spec, table, _sign(sign)),
            gr.update(value="Selection saved" if committed else "Save selection", interactive=not committed),
            gr.update(value=f"Fine-tune on {preview.selection.total.selected:,} rows"),
        ]

    def show_kinds(self, run: str, spec: SelectionSpec, kind: str) -> list[Any]:
        """The values of the card that tells what is kept of each kind of row; runs without such a column have none."""
        columns = api.categories(run)
        if not columns:
            return [gr.update(visible=False), []]
        kind = kind if kind in columns else default_kind(columns) or columns[0]
        return [gr.update(visible=True), kinds.strategies_by_kind(api.kept_by_strategy(run, spec, kind), spec.strategy)]

    def show_rows(self, run: str, spec: SelectionSpec, table: TableState, sign: int) -> list[Any]:
        """The values of the table and the row view."""
        page = api.rows(run, spec, **table.query())
        tree = rowviews.rows_table(
            page, sort_by=table.sort_by, descending=table.descending, current=table.current, sign=sign
        )
        row = api.row(run, spec, table.current) if table.current else None
        return [tree, rowviews.row_view(row, sign=sign)]

    def prefill(self, run: str | None, now: RunStatus | None) -> list[Any]:
        """The values of the threshold controls, and the domains one can filter by."""
        if run is None or now is None or not is_scored(now):
            return [*[gr.skip()] * len(self.thresholds), gr.update(choices=[("all domains", "")], value=""), gr.skip()]
        domains, columns = api.explore_run(run).domains, api.categories(run)
        return [
            *threshold_values(api.spec(run)),
            gr.update(choices=[("all domains", ""), *domains], value=""),
            gr.update(choices=columns, value=default_kind(columns)),
        ]


def default_kind(columns: list[str]) -> str | None:
    """The column that sorts the rows into kinds at first: one called quality, where known truth is."""
    return "quality" if "quality" in columns else next(iter(columns), None)


def is_scored(now: RunStatus) -> bool:
    return now.done("deltas") or now.done("import_scores")


def _sign(shown: str) -> int:
    return 1 if shown == "calibrated-base" else -1


def threshold_values(spec: SelectionSpec) -> list[Any]:
    return [spec.strategy, spec.gamma, spec.ratio, spec.budget, spec.scope, spec.filter, spec.exclude_calibration]


def spec_from(
    spec: dict, strategy: str, gamma: float, ratio: float, budget: str, scope: str, filter: str, exclude: bool
) -> dict:
    """The spec after the thresholds were changed; the rules of single domains stay."""
    changes = {
        "strategy": strategy,
        "gamma": gamma,
        "ratio": ratio,
        "budget": budget,
        "scope": scope,
        "filter": filter,
        "exclude_calibration": exclude,
    }
    return changed_spec(SelectionSpec.model_validate(spec), **changes).model_dump(mode="json")


def edited_rule(spec: dict, event: dict) -> dict:
    """The spec after γ or β of one domain was typed into the table of domains; an empty field follows the rest."""
    part, _, domain = event["key"].partition(":")
    value = float(event["value"]) if event["value"] not in (None, "") else None
    return with_rule(SelectionSpec.model_validate(spec), domain, part, value).model_dump(mode="json")


def moved_line(run: str, spec: dict, event: dict, linked: bool) -> dict:
    """The spec after a cut-off line was dragged."""
    line, group, value = figures.released(event, sign=api.config(run).delta_nll_sign)
    moved = api.move_cutoff(run, SelectionSpec.model_validate(spec), line=line, group=group, value=value, linked=linked)
    return moved.model_dump(mode="json")


def table_event(table: TableState, event: dict) -> TableState:
    """The table after a click on a head, a row or the pager."""
    if event["event"] == "sort":
        return table.sorted_by(event["key"])
    if event["event"] == "page":
        return replace(table, page=int(event["key"]))
    return replace(table, current=event["key"])


def export(run: str, spec: dict, fmt: str, scores: bool) -> str:
    """Write what is shown as kept to a file that the browser can fetch."""
    path = Path(tempfile.mkdtemp(prefix="instructdiff-")) / f"{Path(run).name}-selected.{fmt}"
    api.export(run, path, fmt=fmt, spec=SelectionSpec.model_validate(spec), scores=scores)
    return str(path)


def build() -> ExploreTab:
    kpis = view(selections.selection_kpis(None, None, committed=False), elem_id="kpis", label="Selection")
    with gr.Column(visible=False) as body:
        with gr.Column(elem_classes=["box"]):
            with gr.Row():
                strategy = gr.Dropdown(
                    [(STRATEGIES[name], name) for name in api.STRATEGIES],
                    value="instructdiff",
                    label="Keep by",
                    min_width=190,
                    elem_id="strategy",
                )
                gamma = gr.Slider(0, 0.495, value=0.1, step=0.005, label="γ: dropped at each end of ΔNLL", buttons=[])
                ratio = gr.Slider(0, 1, value=0.1, step=0.005, label="β: share of the pool kept", buttons=[])
            with gr.Row(elem_classes=["tight"]):
                budget = gr.Radio(["rows", "tokens"], value="rows", label="β counts", min_width=150)
                scope = gr.Radio(["domain", "global"], value="domain", label="Rank within", min_width=190)
                filter = gr.Radio(["quantile", "rank"], value="quantile", label="Filter by", min_width=160)
                with gr.Column(min_width=190):
                    linked = gr.Checkbox(True, label="Dragged lines move all domains")
                    exclude = gr.Checkbox(False, label="Leave calibration rows out")
                with gr.Column(min_width=130):
                    save = gr.Button("Save selection", variant="primary", size="sm", elem_id="save")
                    reset = gr.Button("Reset to saved", size="sm", elem_id="reset")
        with gr.Row(equal_height=False):
            with gr.Column(elem_classes=["box"], scale=1, min_width=340):
                gr.HTML(
                    "<h3>Differential entropy ΔH</h3><p class='hint'>Right of 0: surer after calibration. Drag a line "
                    "to set what is kept.</p>",
                    padding=False,
                )
                entropy_chart = chart("entropy-chart", label="Differential entropy by domain")
            with gr.Column(elem_classes=["box"], scale=1, min_width=340):
                gr.HTML(
                    "<h3>Likelihood change ΔNLL</h3><p class='hint'>Rows outside the two lines moved most and are "
                    "dropped, at either end.</p>",
                    padding=False,
                )
                nll_chart = chart("nll-chart", label="Likelihood change by domain")
        with gr.Row(elem_classes=["tight", "toolbar"]):
            layout = gr.Radio(["side by side", "overlaid"], value="side by side", label="Charts", min_width=180)
            column = gr.Radio(
                [("ΔH", "delta_entropy"), ("ΔNLL", "delta_nll")],
                value="delta_entropy",
                label="Table of domains",
                min_width=140,
            )
            bins = gr.Slider(20, 120, value=60, step=10, label="Bins", min_width=160, buttons=[])
        with gr.Column(elem_classes=["box"]):
            gr.HTML("<h3>Domains</h3><p class='hint'>γ and β of one domain can be typed here.</p>", padding=False)
            domains = view(elem_id="domain-table", label="Statistics by domain")
        with gr.Column(elem_classes=["box"], visible=False) as kinds_box:
            with gr.Row(elem_classes=["tight"]):
                gr.HTML(
                    "<h3>Kinds of kept rows</h3><p class='hint'>Shares of what each strategy keeps at this budget. The "
                    "kinds are a column of the dataset that neither scoring nor training sees.</p>",
                    padding=False,
                )
                kind = gr.Dropdown([], label="Column", min_width=140, scale=0, elem_id="kind")
            kept = view(elem_id="kinds", label="Kinds of kept rows by strategy")
        with gr.Row(equal_height=False):
            with gr.Column(elem_classes=["box"], scale=3, min_width=360):
                gr.HTML("<h3>Rows</h3>", padding=False)
                with gr.Row(elem_classes=["tight"]):
                    search = gr.Textbox(placeholder="search text", label="Search", show_label=False, min_width=160)
                    domain = gr.Dropdown(
                        [("all domains", "")], value="", label="Domain of the rows", show_label=False, min_width=120
                    )
                    decision = gr.Dropdown(
                        [("all rows", ""), *((word, name) for name, word in list(rowviews.DECISIONS.items())[:-1])],
                        value="",
                        label="Decision on the rows",
                        show_label=False,
                        min_width=120,
                    )
                table = view(elem_id="rows", label="Rows")
            with gr.Column(elem_classes=["box", "sticky"], scale=2, min_width=320):
                gr.HTML("<h3>Row</h3>", padding=False)
                row = view(elem_id="row", label="Row")
        with gr.Row(elem_classes=["box", "tight"]):
            export_format = gr.Dropdown(
                list(api.EXPORT_FORMATS), value="jsonl", label="Export the kept rows as", min_width=140
            )
            export_scores = gr.Checkbox(True, label="with id, domain and scores", min_width=160)
            export_button = gr.Button("Export", size="sm", elem_id="export", min_width=100)
            exported = gr.File(label="Exported", visible=False, interactive=False, elem_id="exported")
    return ExploreTab(
        strategy=strategy,
        gamma=gamma,
        ratio=ratio,
        budget=budget,
        scope=scope,
        filter=filter,
        linked=linked,
        exclude_calibration=exclude,
        layout=layout,
        column=column,
        bins=bins,
        kind=kind,
        kinds_box=kinds_box,
        kinds=kept,
        search=search,
        domain=domain,
        decision=decision,
        kpis=kpis,
        entropy_chart=entropy_chart,
        nll_chart=nll_chart,
        domains=domains,
        table=table,
        row=row,
        save=save,
        reset=reset,
        export_format=export_format,
        export_scores=export_scores,
        export=export_button,
        exported=exported,
        body=body,
    )
