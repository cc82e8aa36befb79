"""The Calibrate & score tab: how far calibration moves the model, and the work as it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from . import figures, forms
from .chart import chart
from .panels import jobs
from .view import view

Losses = dict[str, list[dict[str, Any]]]  # steps of every training, by stage label


@dataclass
class ScoreTab:
    calibration: list[Any]  # fields, in the order of forms.CALIBRATION
    training: list[Any]  # fields, in the order of forms.TRAINING
    start: gr.Button
    stages: gr.HTML
    losses: gr.HTML

    @property
    def fields(self) -> list[Any]:
        return [*self.calibration, *self.training]

    def curve(self, losses: Losses) -> Any:
        """The loss of every calibration so far."""
        shown = {label: steps for label, steps in losses.items() if label != "Fine-tune"}
        return figures.loss_curve(shown) if shown else None

    def prefill(self, run: str | None) -> list[Any]:
        """The values of `fields` for a run."""
        if run is None:
            return [gr.skip()] * len(self.fields)
        config = api.config(run)
        return [*forms.calibration_fields(config), *forms.training_fields(config, "calibration")]


def build() -> ScoreTab:
    with gr.Column(elem_classes=["box"]):
        gr.HTML(
            "<h3>Calibration</h3><p class='hint'>The base model is fine-tuned a little on a random α of the pool; then "
            "every row is scored under both models. With several calibration seeds S that is done for S draws, against "
            "one base scoring, and their mean ΔH is ranked.</p>",
            padding=False,
        )
        with gr.Row():
            calibration: list[Any] = [
                gr.Number(label="α, share of pool", value=0.1, step=0.01, min_width=96),
                gr.Number(label="Rounds K", value=1, min_width=96),
                gr.Number(label="Seed of the draw", value=0, min_width=96),
                gr.Number(
                    label="Calibration seeds S",
                    value=1,
                    min_width=96,
                    elem_id="seeds",
                ),
            ]
        with gr.Row():
            training = training_fields()
        start = gr.Button("Calibrate & score", variant="primary", elem_id="score")
    with gr.Row(equal_height=False):
        with gr.Column(elem_classes=["box"], scale=2, min_width=340):
            gr.HTML("<h3>Stages</h3>", padding=False)
            stages = view(jobs.stage_list(None), elem_id="stages", label="Stages")
        with gr.Column(elem_classes=["box"], scale=3, min_width=360):
            gr.HTML("<h3>Calibration loss</h3>", padding=False)
            losses = chart("calibration-loss", label="Calibration loss by step", placeholder="No step was trained yet.")
    return ScoreTab(calibration, training, start, stages, losses)


def training_fields() -> list[Any]:
    """Fields for how to train, in the order of forms.TRAINING."""
    narrow: Any = {"min_width": 96}
    return [
        gr.Dropdown([("LoRA", "lora"), ("full parameters", "full")], value="lora", label="Method", min_width=130),
        gr.Number(label="Epochs", value=1, step=0.5, **narrow),
        gr.Number(label="Learning rate", value=1e-3, step=1e-5, **narrow),
        gr.Number(label="Batch size", value=16, **narrow),
        gr.Number(label="LoRA rank", value=16, **narrow),
        gr.Number(label="Seed", value=0, **narrow),
    ]


def start(run: str | None, *values: Any) -> None:
    """Take over the settings and let a worker calibrate and score."""
    if not run:
        raise api.UserError("Load a dataset first: the Data tab makes the run.")
    if api.config(run).scores:
        raise api.UserError("This run was made from a scored file: it has its scores already.")
    split = len(forms.CALIBRATION)
    calibration = dict(zip(forms.CALIBRATION, values[:split], strict=True))
    training = forms.training(dict(zip(forms.TRAINING, values[split:], strict=True)))
    api.update_run(run, {"calibration": calibration | {"training": training}})
    api.start(run, "selection")
