"""The form that makes an experiment: a ready-made study, its arms, budgets and seeds, and what that would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from ..api import RunStatus, SelectionSpec, UserError
from . import experiments_form as forms
from .panels import experiments as panel
from .view import view


@dataclass
class Maker:
    study: gr.Textbox  # key of the chosen one; hidden
    studies: gr.HTML
    name: gr.Textbox
    budgets: gr.Textbox
    counts: gr.Radio
    seeds: gr.Number
    steps: gr.Radio
    anew: gr.Checkbox
    models: gr.Textbox
    arms: gr.CheckboxGroup
    estimate: gr.HTML
    run: gr.Button

    @property
    def fields(self) -> list[Any]:
        """What is filled in, in the order of `forms.Form`."""
        return [
            self.study, self.name, self.budgets, self.counts, self.seeds, self.steps, self.anew, self.models, self.arms
        ]  # fmt: skip

    @property
    def outputs(self) -> list[Any]:
        return [self.studies, *self.fields]

    def choose(self, run: str, key: str, explored: SelectionSpec | None, models: str) -> list[Any]:
        """The values of `outputs` for a study: its own arms ticked, its own budgets, or those of the rule."""
        known = forms.known_studies(run, models)
        study = known.get(key) or next(iter(known.values()))
        rule = api.spec(run)
        return [
            panel.study_list(list(known.values()), study.key),
            study.key,
            study.title,
            forms.percentages(study.ratios or (rule.ratio,)),
            rule.budget,
            gr.skip(),
            gr.skip(),
            study.calibrate_anew,
            gr.update(visible=study.key == "scorers"),
            gr.update(choices=forms.choices(run, study, explored), value=[arm.name for arm in study.arms]),
        ]

    def offer(self, run: str, now: RunStatus | None, explored: SelectionSpec | None) -> list[Any]:
        """The values of `outputs` for a run that was just opened; no study for one whose pool is not known."""
        if not run or now is None or not now.done("tokens"):
            return [[], "", *[gr.skip()] * (len(self.outputs) - 2)]
        return self.choose(run, "", explored, "")

    def rechoose(self, run: str, form: forms.Form, explored: SelectionSpec | None) -> list[Any]:
        """The values of studies and arms after other models, rules or scores have come: what was ticked stays."""
        known = forms.known_studies(run, form.models)
        study = known.get(form.study) or next(iter(known.values()))
        offered = forms.choices(run, study, explored)
        own = [arm.name for arm in study.arms] if form.study == "scorers" else []
        kept = [key for _, key in offered if key in form.arms or key in own]
        return [panel.study_list(list(known.values()), study.key), gr.update(choices=offered, value=kept)]


def estimate(run: str, form: forms.Form, explored: SelectionSpec | None) -> Any:
    """What the experiment would take, or why it cannot be made as it is filled in."""
    if not run or not form.study:
        return []
    try:
        asked = forms.settings(run, form, explored)
        return panel.estimate(api.experiment_cost(run, asked), seeds=asked.seeds)
    except UserError as error:
        return panel.refused(error.message)


def start(run: str, form: forms.Form, explored: SelectionSpec | None) -> str:
    """Write the experiment down and let a worker do it; returns its id. One that cannot be started is not kept."""
    if not run:
        raise UserError("Open a run first.")
    made = api.create_experiment(run, forms.settings(run, form, explored))
    try:
        api.start_experiment(run, made)
    except UserError:
        api.delete_experiment(run, made)
        raise
    return made


def build(study: gr.Textbox) -> Maker:
    """The form, laid out here. `study` is hidden, so it lies outside: what unfolds can show what it holds."""
    with gr.Row(equal_height=False, elem_classes=["maker"]):
        with gr.Column(scale=2, min_width=290):
            studies = view(elem_id="studies", label="Ready-made studies")
        with gr.Column(scale=3, min_width=300):
            with gr.Row():
                name = gr.Textbox(label="Name", max_lines=1, elem_id="exp-name", min_width=180, scale=2)
                budgets = gr.Textbox(
                    label="Budgets β, % of the pool", placeholder="5, 10, 20", max_lines=1, elem_id="exp-budgets",
                    min_width=140,
                )  # fmt: skip
                seeds = gr.Number(label="Seeds (2–20)", value=3, elem_id="exp-seeds", min_width=96)
            gr.HTML(
                "<p class='hint'>One seed decides nothing: two trainings on the same rows differ too. Three seeds tell "
                "large differences from chance, more tell smaller ones.</p>",
                padding=False,
            )
            with gr.Row():
                counts = gr.Radio(
                    [("rows", "rows"), ("response tokens", "tokens")], value="rows", label="A budget counts",
                    elem_id="exp-counts", elem_classes=["segments"], min_width=160,
                )  # fmt: skip
                steps = gr.Radio(
                    [("as many as random's", "matched"), ("its own epochs", "epochs")], value="matched",
                    label="Optimiser steps of an arm", elem_id="exp-steps", elem_classes=["segments"], min_width=200,
                )  # fmt: skip
            anew = gr.Checkbox(
                False, elem_id="exp-anew",
                label="Calibrate and score anew for each seed: error bars for the method, not for one selection",
            )  # fmt: skip
            models = gr.Textbox(
                label="Other models whose scores choose, one per line", placeholder="a folder, or a Hub id", lines=2,
                visible=False, elem_id="exp-models",
            )  # fmt: skip
            arms = gr.CheckboxGroup(
                [], label="Arms, beside random (which is always there)", elem_id="exp-arms", elem_classes=["arms-box"]
            )
            estimate_line = view(elem_id="estimate", label="What it would take")
            run = gr.Button("Run experiment", variant="primary", elem_id="run-experiment")
    return Maker(
        study=study, studies=studies, name=name, budgets=budgets, counts=counts, seeds=seeds, steps=steps, anew=anew,
        models=models, arms=arms, estimate=estimate_line, run=run,
    )  # fmt: skip
