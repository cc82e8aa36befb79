"""The two charts whose lines are the thresholds: ΔH by domain, and beside it ΔNLL × ΔH or ΔNLL by domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ... import api
from ...api import Region
from .. import figures
from ..chart import chart
from ..panels import selections
from ..view import view
from .scene import Scene

BINS = (20, 30, 40, 60, 80, 100, 120)
LAYOUTS = ["side by side", "overlaid"]
KINDS = ["histogram", "density", "cumulative", "ridgeline"]
BESIDE = [("ΔNLL × ΔH", "map"), ("ΔNLL by domain", "nll")]
HINTS = {
    "map": "Nats per token. Between the dashed lines rows pass the filter. Box or lasso filters the table below.",
    "nll": "Nats per token. Rows outside the two lines moved most in either direction and are dropped.",
}


@dataclass
class ChartsCard:
    linked: gr.Checkbox
    ends: gr.Checkbox
    kind: gr.Radio
    layout: gr.Radio
    bins: gr.Dropdown
    entropy: gr.HTML
    ratios: gr.HTML
    beside: gr.Radio
    map_domain: gr.Dropdown
    hint: gr.HTML
    second: gr.HTML
    gammas: gr.HTML
    counted: gr.State  # what the cube counts
    cube: gr.HTML

    @property
    def controls(self) -> list[Any]:
        """How they are drawn, in the order of `state.Drawing`."""
        return [self.linked, self.ends, self.kind, self.layout, self.bins, self.beside, self.map_domain]

    @property
    def outputs(self) -> list[Any]:
        shown = [self.entropy, self.ratios, self.map_domain, self.hint, self.second, self.gammas, self.layout]
        return [*shown, self.counted]

    def show(self, scene: Scene) -> list[Any]:
        drawing = scene.drawing
        return [
            with_rule(deltas_figure(scene, "delta_entropy"), scene),
            selections.ratio_boxes(scene.preview),
            gr.update(visible=drawing.beside == "map"),
            f"<p class='hint'>{HINTS[drawing.beside]}</p>",
            second_figure(scene),
            selections.gamma_boxes(scene.preview, sign=scene.sign),
            gr.update(visible=drawing.kind != "ridgeline"),
            f"{scene.key} {drawing.bins}",
        ]


def with_rule(figure: dict[str, Any], scene: Scene) -> dict[str, Any]:
    figure["layout"]["meta"]["rule"] = scene.rule
    return figure


def deltas_figure(scene: Scene, column: str) -> dict[str, Any]:
    draw: Any = {"kind": scene.drawing.kind, "layout": scene.drawing.layout, "sign": scene.shown_sign}
    histogram = scene.drawing.kind == "histogram"
    source = scene.preview.histograms[column] if histogram else api.curves(scene.run, scene.spec, column)
    return figures.deltas_figure(source, scene.preview.selection.cutoffs, **draw)


def second_figure(scene: Scene) -> dict[str, Any]:
    shown = map_figure(scene) if scene.drawing.beside == "map" else deltas_figure(scene, "delta_nll")
    return with_rule(shown, scene)


def map_figure(scene: Scene) -> dict[str, Any]:
    domain = scene.drawing.map_domain or None
    counts = api.map_counts(scene.run, scene.spec, domain=domain)
    return figures.density_map(
        counts,
        scene.preview.selection.cutoffs,
        sign=scene.shown_sign,
        group=group_of(scene, domain),
        region=shown_region(scene.table.query.region, scene.sign),
    )


def group_of(scene: Scene, domain: str | None) -> str | None:
    """The group whose cut-offs hold for everything that the map shows; None where several do."""
    if scene.spec.scope == "global":
        return "all"
    domains = list(scene.preview.selection.counts)
    return domain or (domains[0] if len(domains) == 1 else None)


def shown_region(region: Region | None, sign: int, *, x: str = "delta_nll", y: str = "delta_entropy") -> dict[str, Any]:
    """The region of the query in the coordinates of a map of x and y, whose ΔNLL may have the other sign."""
    if region is None or (region.x, region.y) != (x, y):
        return {}
    if region.box is not None:
        x0, x1, y0, y1 = region.box
        return {"box": [sign * x0, sign * x1, y0, y1]}
    return {"lasso": [[sign * x, y] for x, y in region.lasso or ()]}


def region_of(
    event: dict[str, Any], sign: int, *, x: str = "delta_nll", y: str = "delta_entropy"
) -> dict[str, Any] | None:
    """What a box or a lasso in a map of x and y asks the table for; None when it was cleared."""
    named = {"x": x, "y": y}
    if event.get("box"):
        x0, x1, y0, y1 = event["box"]
        return named | {"box": [sign * x0, sign * x1, y0, y1]}
    if event.get("lasso"):
        return named | {"lasso": [[sign * a, b] for a, b in event["lasso"]]}
    return None


def build(cube: gr.HTML) -> ChartsCard:
    counted = gr.State("")
    with gr.Row(equal_height=False, elem_classes=["pair"]):
        with gr.Column(elem_classes=["box"], scale=3, min_width=340):
            with gr.Row(elem_classes=["card-head"]):
                gr.HTML("<h3>Differential entropy ΔH by domain</h3>", padding=False)
                kind = _segments(KINDS, "histogram", "Kind of chart", "kind")
            gr.HTML(
                "<p class='hint'>Right of 0 calibration made the model surer (compression). Full colour is kept; drag "
                "a line to set what is.</p>",
                padding=False,
            )
            entropy = chart("entropy-chart", label="Differential entropy by domain")
            ratios = view(elem_id="ratios", label="β by domain")
            with gr.Row(elem_classes=["tight", "fine"]):
                layout = _segments(LAYOUTS, "side by side", "Layout of the charts", "layout")
                bins = gr.Dropdown(
                    [(f"{n} bins", n) for n in BINS],
                    value=60,
                    label="Bins",
                    show_label=False,
                    min_width=110,
                    scale=0,
                    elem_id="bins",
                )
                linked = gr.Checkbox(True, label="lines move all domains", min_width=190, elem_id="linked")
        with gr.Column(elem_classes=["box"], scale=2, min_width=320):
            with gr.Row(elem_classes=["card-head"]):
                beside = _segments(BESIDE, "map", "The chart beside it", "beside")
                map_domain = gr.Dropdown(
                    [("all domains", "")], value="", label="Domain of the map", show_label=False, min_width=132, scale=0
                )
            hint = gr.HTML(f"<p class='hint'>{HINTS['map']}</p>", padding=False)
            second = chart("second-chart", label="Likelihood change and differential entropy")
            gammas = view(elem_id="gammas", label="γ by domain")
            with gr.Row(elem_classes=["tight", "fine"]):
                ends = gr.Checkbox(True, label="both ends of ΔNLL together", min_width=190, elem_id="ends")
    return ChartsCard(
        linked=linked,
        ends=ends,
        kind=kind,
        layout=layout,
        bins=bins,
        entropy=entropy,
        ratios=ratios,
        beside=beside,
        map_domain=map_domain,
        hint=hint,
        second=second,
        gammas=gammas,
        counted=counted,
        cube=cube,
    )


def _segments(choices: list, value: str, label: str, name: str) -> gr.Radio:
    return gr.Radio(
        choices, value=value, label=label, show_label=False, elem_id=name, elem_classes=["segments"], min_width=120
    )
