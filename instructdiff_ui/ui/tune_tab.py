"""The Fine-tune tab: train on the selection, see the held-out loss, and read what both models write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api, hosting
from ..api import RunStatus
from . import figures, forms
from .chart import chart
from .panels import outcomes
from .score_tab import Losses, training_fields
from .state import Steps
from .view import view


@dataclass
class TuneTab:
    fields: list[Any]  # in the order of forms.TRAINING
    model: gr.Textbox  # for a run that was made from scores and has none
    start: gr.Button
    losses: gr.HTML
    bars: gr.HTML
    table: gr.HTML
    saved: gr.Textbox
    instruction: gr.Textbox
    more: list[Any]  # input, max_new_tokens, temperature
    generate: gr.Button
    answers: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        return [self.bars, self.table, self.saved, self.generate, self.model]

    def show(self, run: str | None, now: RunStatus | None) -> list[Any]:
        if run is None or now is None:
            return [None, [], gr.update(value="", visible=False), gr.update(interactive=False), gr.skip()]
        results, path = [row for row in api.evaluation(run) or [] if row["metric"] == "nll"], api.finetuned_path(run)
        return [
            figures.heldout_bars(results) if results else None,
            outcomes.evaluation_table(results),
            gr.update(value=str(path or ""), visible=path is not None),
            gr.update(interactive=path is not None),
            gr.update(visible=api.config(run).model is None),
        ]

    def curve(self, losses: Losses) -> Any:
        """The loss of the fine-tuning so far."""
        shown = {label: steps for label, steps in losses.items() if label == "Fine-tune"}
        return figures.loss_curve(shown) if shown else None

    def prefill(self, run: str | None) -> list[Any]:
        if run is None:
            return [gr.skip()] * len(self.fields)
        return forms.training_fields(api.config(run), "finetune")


def build() -> TuneTab:
    with gr.Column(elem_classes=["box"]):
        gr.HTML(
            "<h3>Fine-tune on the selection</h3><p class='hint'>The base model is trained on the rows kept in Explore "
            "& select, then base, calibrated and fine-tuned model are compared on held-out rows.</p>",
            padding=False,
        )
        model = gr.Textbox(
            label="Base model",
            placeholder="a Hub id" if hosting.is_public() else "a folder with safetensors, or a Hub id",
            visible=False,
            elem_id="tune-model",
        )
        with gr.Row():
            fields = training_fields()
        start = gr.Button("Fine-tune", variant="primary", elem_id="finetune")
    with gr.Row(equal_height=False):
        with gr.Column(elem_classes=["box"], scale=1, min_width=340):
            gr.HTML("<h3>Training loss</h3>", padding=False)
            losses = chart("finetune-loss", label="Fine-tuning loss by step", placeholder="No step was trained yet.")
        with gr.Column(elem_classes=["box"], scale=1, min_width=340):
            gr.HTML(
                "<h3>Held-out loss</h3><p class='hint'>Mean NLL per response token in nats, lower is better; bars show "
                "one standard error over rows.</p>",
                padding=False,
            )
            bars = chart(
                "heldout-chart",
                label="Held-out loss by domain and model",
                placeholder="Shown when the fine-tuned model was evaluated.",
            )
            table = view(elem_id="heldout-table", label="Held-out loss")
    saved = gr.Textbox(label="Saved in (with a model card)", interactive=False, visible=False, buttons=["copy"])
    with gr.Column(elem_classes=["box"]):
        gr.HTML("<h3>Side by side</h3>", padding=False)
        with gr.Row():
            instruction = gr.Textbox(label="Instruction", lines=3, scale=3, elem_id="instruction")
            given = gr.Textbox(label="Input (optional)", lines=3, scale=2)
            with gr.Column(scale=1, min_width=140):
                length = gr.Number(label="New tokens", value=128, minimum=1, maximum=2048)
                temperature = gr.Number(label="Temperature", value=0, minimum=0, maximum=2, step=0.1)
        generate = gr.Button("Generate", interactive=False, elem_id="generate")
        answers = view(outcomes.answers(None), elem_id="answers", label="Answers")
    return TuneTab(
        fields=fields,
        model=model,
        start=start,
        losses=losses,
        bars=bars,
        table=table,
        saved=saved,
        instruction=instruction,
        more=[given, length, temperature],
        generate=generate,
        answers=answers,
    )


def start(run: str | None, steps: Steps | None, model: str, *values: Any) -> None:
    """Save the selection that is shown, take over the settings, and let a worker train and evaluate."""
    if not run or steps is None:
        raise api.UserError("There is no selection to train on: calibrate and score a run first.")
    changes: dict[str, Any] = {"finetune": forms.training(dict(zip(forms.TRAINING, values, strict=True)))}
    if api.config(run).model is None:
        if not model.strip():
            raise api.UserError("This run was made from a scored file and has no model: name the base model above.")
        changes["model"] = {"path": model.strip()}
    api.update_run(run, changes)
    api.select(run, steps.present)
    api.start(run, "model")


def generate(run: str | None, instruction: str, given: str, length: float, temperature: float) -> Any:
    if not run:
        raise api.UserError("Open a run first.")
    texts = api.generate(
        run, instruction, input=given or "", max_new_tokens=int(length or 128), temperature=float(temperature or 0)
    )
    return outcomes.answers(texts)
