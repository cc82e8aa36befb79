"""The bar over the tabs that says what the demo is, what its run measured, and lets one do it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from ..api import RunStatus, SelectionSpec
from .explore.scene import is_scored
from .panels import demo
from .view import view


@dataclass
class DemoBar:
    body: gr.Column
    note: gr.HTML
    rerun: gr.Button

    @property
    def outputs(self) -> list[Any]:
        return [self.body, self.note, self.rerun]

    def show(self, run: str | None, now: RunStatus | None, spec: SelectionSpec | None) -> list[Any]:
        """The values of `outputs`; nothing is shown for a run that is neither the demo nor a rerun of it."""
        if run is None or now is None or spec is None or not is_scored(now):
            return [gr.update(visible=False), [], gr.skip()]
        if api.is_demo(run):
            note = demo.shipped_note(api.demo_record(), api.comparison(run), api.kept_by(run, spec, "quality"))
            return [gr.update(visible=True), note, gr.update(visible=True)]
        if overlap := api.demo_overlap(run, spec):
            return [gr.update(visible=True), demo.rerun_note(overlap), gr.update(visible=False)]
        return [gr.update(visible=False), [], gr.skip()]


def build() -> DemoBar:
    with gr.Row(visible=False, elem_classes=["box", "demo-bar"], equal_height=False) as body:
        note = view(elem_id="demo-note", label="About this demo")
        rerun = gr.Button("Run it live", size="sm", variant="primary", elem_id="rerun", scale=0, min_width=110)
    return DemoBar(body=body, note=note, rerun=rerun)
