"""Further looks at the same selection, of which only the open one is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ... import api
from .. import figures
from .. import format as fmt
from ..chart import chart
from ..panels import contrasts, kinds, selections, specs
from ..view import view
from .charts import shown_region
from .rows import measures
from .scene import Scene

LENGTHS = ("n_tokens", "response_chars", "instruction_chars", "length_ratio")
PANELS = {
    "domains": "Domains",
    "contrast": "Kept and dropped",
    "correlation": "Correlations",
    "length": "Score and length",
    "kinds": "Kinds of rows",
    "sensitivity": "Sensitivity",
    "specs": "Saved specs",
}


@dataclass
class AnalysisCard:
    due: gr.State  # what the open panel shows; it comes after everything else, by itself
    panel: gr.Radio
    boxes: dict[str, gr.Column]
    column: gr.Radio
    domains: gr.HTML
    contrast: gr.Dropdown
    contrast_chart: gr.HTML
    contrast_table: gr.HTML
    correlation: gr.Radio
    correlation_domain: gr.Dropdown
    correlation_chart: gr.HTML
    length: gr.Dropdown
    score: gr.Dropdown
    length_chart: gr.HTML
    category: gr.Dropdown
    kinds: gr.HTML
    sensitivity_chart: gr.HTML
    sensitivity_table: gr.HTML
    spec_name: gr.Textbox
    spec_save: gr.Button
    named: gr.HTML
    compared: gr.HTML
    command: gr.Textbox
    yaml: gr.Textbox

    @property
    def controls(self) -> list[Any]:
        """What is looked at, in the order of `state.Drawing`."""
        return [
            self.panel,
            self.column,
            self.contrast,
            self.correlation,
            self.correlation_domain,
            self.length,
            self.score,
            self.category,
        ]

    @property
    def views(self) -> dict[str, list[Any]]:
        """What each panel fills."""
        return {
            "domains": [self.domains],
            "contrast": [self.contrast_chart, self.contrast_table],
            "correlation": [self.correlation_chart],
            "length": [self.length_chart],
            "kinds": [self.kinds],
            "sensitivity": [self.sensitivity_chart, self.sensitivity_table],
            "specs": [self.named, self.command, self.yaml, self.compared],
        }

    @property
    def outputs(self) -> list[Any]:
        return [*self.boxes.values(), *(one for filled in self.views.values() for one in filled)]

    def show(self, scene: Scene) -> list[Any]:
        """The open panel; the others keep what they had, which is not seen."""
        here = scene.drawing.panel
        values: list[Any] = [gr.update(visible=name == here) for name in self.boxes]
        for name, filled in self.views.items():
            values += SHOW[name](scene) if name == here else [gr.skip()] * len(filled)
        return values


def due(scene: Scene) -> str:
    """Changes with whatever the panels hang on, beside their own controls."""
    return f"{scene.key} {scene.spec.hash} {scene.table.query.region}"


def show_domains(scene: Scene) -> list[Any]:
    column = scene.drawing.column
    sign = scene.sign if column == "delta_nll" else 1
    return [selections.domain_table(scene.preview, column=column, sign=sign)]


def show_contrast(scene: Scene) -> list[Any]:
    column = scene.drawing.contrast
    found = api.contrast(scene.run, scene.spec, column)
    table = contrasts.contrast_table(found)
    if not isinstance(found, api.Contrast):
        return [figures.kinds_figure(found, label=column), table]
    words = {name: said for said, name in measures(scene.run, stored=True)}[column]
    return [figures.contrast_figure(found, label=words if words != fmt.metric(column) else None), table]


def show_correlations(scene: Scene) -> list[Any]:
    found = api.correlations(scene.run, domain=scene.drawing.correlation_domain or None)
    method: Any = scene.drawing.correlation
    labels = {name: words for words, name in measures(scene.run, stored=True)}
    figure = figures.correlation_map(found, method, labels)
    return [figure]


def show_length(scene: Scene) -> list[Any]:
    score, length = scene.drawing.score, scene.drawing.length
    figure = figures.length_map(
        *api.length_counts(scene.run, scene.spec, score=score, length=length), column=score, length=length
    )
    figure["layout"]["meta"]["region"] = shown_region(scene.table.query.region, 1, x=length, y=score)
    return [figure]


def show_kinds(scene: Scene) -> list[Any]:
    column = category_of(scene)
    if not column:
        return [kinds.no_kinds()]
    return [kinds.strategies_by_kind(api.kept_by_strategy(scene.run, scene.spec, column), scene.spec.strategy)]


def category_of(scene: Scene) -> str:
    """The column whose kinds are shown; empty where the dataset has none."""
    columns = api.categories(scene.run)
    return scene.drawing.category if scene.drawing.category in columns else default_category(columns)


def show_sensitivity(scene: Scene) -> list[Any]:
    found = api.sensitivity(scene.run, scene.spec)
    named = {"gamma": "γ", "ratio": "β"}
    moved = [point | {"what": named[point["what"]]} for point in found.points if point["what"] in named]
    return [figures.sensitivity_figure(moved), specs.sensitivity_table(found)]


def show_specs(scene: Scene) -> list[Any]:
    return [
        specs.named_table(api.named_specs(scene.run), scene.spec),
        api.spec_command(scene.run, scene.spec),
        api.spec_yaml(scene.spec),
        [],  # a comparison was with another rule
    ]


SHOW: dict[str, Callable[[Scene], list[Any]]] = {
    "domains": show_domains,
    "contrast": show_contrast,
    "correlation": show_correlations,
    "length": show_length,
    "kinds": show_kinds,
    "sensitivity": show_sensitivity,
    "specs": show_specs,
}


def default_category(columns: list[str]) -> str:
    """The column that sorts the rows into kinds at first: one called quality, where known truth is."""
    return "quality" if "quality" in columns else next(iter(columns), "")


def build() -> AnalysisCard:
    made: dict[str, Any] = {"due": gr.State("")}
    with gr.Column(elem_classes=["box"]):
        made["panel"] = gr.Radio(
            [(words, name) for name, words in PANELS.items()],
            value="domains",
            label="Further looks",
            show_label=False,
            elem_id="panel",
            elem_classes=["segments"],
        )
        boxes = {}
        for name, fill in BUILD.items():
            with gr.Column(visible=name == "domains", elem_id=f"panel-{name}") as boxes[name]:
                made |= fill()
    return AnalysisCard(boxes=boxes, **made)


def _hint(text: str) -> None:
    gr.HTML(f"<p class='hint'>{text}</p>", padding=False)


def _build_domains() -> dict[str, Any]:
    with gr.Row(elem_classes=["tight", "looks"]):
        _hint("Statistics over all scored rows of a domain, in nats per token; what is kept follows the rule.")
        column = gr.Radio(
            [("ΔH", "delta_entropy"), ("ΔNLL", "delta_nll")],
            value="delta_entropy",
            label="Table of domains",
            show_label=False,
            elem_classes=["segments"],
            min_width=120,
            scale=0,
        )
    return {"column": column, "domains": view(elem_id="domain-table", label="Statistics by domain")}


def _build_contrast() -> dict[str, Any]:
    with gr.Row(elem_classes=["tight", "looks"]):
        _hint("How the kept rows differ from the others: shares of either, so that sets of any size compare.")
        contrast = gr.Dropdown(
            [(words, name) for name, words in fmt.METRICS.items()],
            value="n_tokens",
            label="Column to compare",
            min_width=200,
            scale=0,
            elem_id="contrast",
        )
    return {
        "contrast": contrast,
        "contrast_chart": chart("contrast-chart", label="Kept and dropped rows"),
        "contrast_table": view(elem_id="contrast-table", label="Kept and dropped rows in numbers"),
    }


def _build_correlation() -> dict[str, Any]:
    with gr.Row(elem_classes=["tight", "looks"]):
        _hint("Spearman compares ranks, Pearson values. A score that follows length mostly selects by length.")
        method = gr.Radio(
            [("Spearman", "spearman"), ("Pearson", "pearson")],
            value="spearman",
            label="Correlation",
            show_label=False,
            elem_classes=["segments"],
            min_width=160,
            scale=0,
        )
        domain = gr.Dropdown(
            [("all domains", "")], value="", label="Domain of the correlations", show_label=False, scale=0
        )
    return {
        "correlation": method,
        "correlation_domain": domain,
        "correlation_chart": chart("correlation-chart", label="Correlation of all metrics"),
    }


def _build_length() -> dict[str, Any]:
    with gr.Row(elem_classes=["tight", "looks"]):
        _hint("Means over few tokens are noisy, so short responses fill both tails. Lines: median and quartiles.")
        score = gr.Dropdown(
            [(fmt.metric(name), name) for name in fmt.NATS],
            value="delta_entropy",
            label="Score",
            min_width=160,
            scale=0,
            elem_id="score-axis",
        )
        length = gr.Dropdown(
            [(fmt.metric(name), name) for name in LENGTHS],
            value="n_tokens",
            label="Length",
            min_width=180,
            scale=0,
            elem_id="length-axis",
        )
    return {"length": length, "score": score, "length_chart": chart("score-chart", label="Score against length")}


def _build_kinds() -> dict[str, Any]:
    with gr.Row(elem_classes=["tight", "looks"]):
        _hint(
            "Shares of what each strategy keeps at this budget. The kinds are a column of the dataset that neither "
            "scoring nor training sees. Click a kind to see its rows."
        )
        category = gr.Dropdown([("–", "")], value="", label="Column", min_width=160, scale=0, elem_id="category")
    return {"category": category, "kinds": view(elem_id="kinds", label="Kinds of kept rows by strategy")}


def _build_sensitivity() -> dict[str, Any]:
    _hint("How much of the kept set stays when one threshold moves, or another random tenth calibrates. 1: all of it.")
    return {
        "sensitivity_chart": chart("sensitivity-chart", label="Overlap with the kept set under other thresholds"),
        "sensitivity_table": view(elem_id="sensitivity-table", label="Sensitivity in numbers"),
    }


def _build_specs() -> dict[str, Any]:
    with gr.Row(elem_classes=["tight", "looks"]):
        name = gr.Textbox(label="Save the rule that is shown under a name", max_length=60, elem_id="spec-name", scale=2)
        save = gr.Button("Keep it", size="sm", min_width=90, scale=0, elem_id="spec-save")
    named = view(elem_id="named", label="Saved specs")
    compared = view(elem_id="compared", label="Comparison with a saved spec")
    with gr.Row(equal_height=False):
        command = gr.Textbox(
            label="As a command", lines=3, interactive=False, buttons=["copy"], elem_id="command", min_width=320
        )
        yaml = gr.Textbox(label="As YAML", lines=3, interactive=False, buttons=["copy"], elem_id="yaml", min_width=320)
    return {
        "spec_name": name,
        "spec_save": save,
        "named": named,
        "compared": compared,
        "command": command,
        "yaml": yaml,
    }


BUILD: dict[str, Callable[[], dict[str, Any]]] = {
    "domains": _build_domains,
    "contrast": _build_contrast,
    "correlation": _build_correlation,
    "length": _build_length,
    "kinds": _build_kinds,
    "sensitivity": _build_sensitivity,
    "specs": _build_specs,
}
