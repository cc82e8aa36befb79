"""Experiments on the Compare & report tab: the list of them, and what the chosen one came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from ..api import METRIC_NAMES, ExperimentResult, RunStatus, UserError
from ..statistics import METRICS
from . import experiments_maker, figures
from .chart import chart
from .panels import experiment_results as panel
from .panels import experiments as lists
from .view import view

JOB = "experiments"  # what a run's job is called while a worker does its experiments


@dataclass(frozen=True)
class Look:
    """What of an experiment is looked at."""

    metric: str | None = None
    domain: str | None = None
    ratio: float | None = None

    def within(self, result: ExperimentResult) -> Look | None:
        """The same look as far as the experiment has it, else its first; None while nothing is measured."""
        if not result.measures:
            return None
        metric = self.metric if self.metric in result.metrics else result.metrics[0]
        domains = [name for measure, name in result.measures if measure == metric]
        domain = self.domain if self.domain in domains else "all"
        return Look(metric, domain, self.ratio if self.ratio in result.settings.ratios else result.settings.ratios[0])


@dataclass
class ExperimentsCard:
    chosen: gr.Textbox  # id of the experiment that is open; hidden
    result: gr.State  # its ExperimentResult, so that another look at it reads nothing anew
    empty: gr.HTML
    listed: gr.HTML
    form: gr.Accordion
    maker: experiments_maker.Maker
    body: gr.Column
    heading: gr.HTML
    looks: gr.Row
    metric: gr.Radio
    domain: gr.Dropdown
    ratio: gr.Radio
    verdicts: gr.HTML
    charts: gr.Column
    forest: gr.HTML
    budgets_box: gr.Column
    budgets: gr.HTML
    table: gr.HTML
    overlap_box: gr.Column
    overlap: gr.HTML
    notes: gr.HTML
    report: gr.Button
    files: gr.File

    @property
    def drawn(self) -> list[Any]:
        """What another metric, domain or budget changes."""
        looks = [self.looks, self.metric, self.domain, self.ratio]
        return [*looks, self.verdicts, self.charts, self.forest, self.budgets_box, self.budgets, self.table]

    @property
    def outputs(self) -> list[Any]:
        head = [self.result, self.form, self.empty, self.listed, self.body, self.heading]
        return [*head, self.overlap_box, self.overlap, self.notes, self.report, *self.drawn]

    def show(self, run: str, now: RunStatus | None, chosen: str, look: Look) -> list[Any]:
        """The values of `outputs`: the experiments of the run, and the chosen one, else the newest."""
        possible = runs_experiments(now)
        states = api.experiments(run) if possible else []
        form = gr.update(visible=possible)
        if not states:
            return [None, form, lists.no_experiments(why_not(run, now)), [], *self._nothing()]
        opened = which([one.id for one in states], chosen)
        listed = lists.experiment_list(states, opened, active=now is not None and now.active and now.until == JOB)
        try:
            result = api.experiment(run, opened)
        except UserError as error:  # the run was changed since, so that it cannot have such an arm any more
            return [None, form, lists.no_experiments(error.message), listed, *self._nothing()]
        several = len(result.overlaps) > 1
        return [
            result,
            form,
            [],
            listed,
            gr.update(visible=True),
            panel.heading(result),
            gr.update(visible=several),
            figures.overlap_figure(result.overlaps) if several else None,
            panel.notes(result),
            gr.update(interactive=bool(result.measures)),
            *self.draw(result, look),
        ]

    def _nothing(self) -> list[Any]:
        hidden = gr.update(visible=False)
        return [hidden, [], hidden, None, [], gr.update(interactive=False), *self.draw(None, Look())]

    def draw(self, result: ExperimentResult | None, look: Look) -> list[Any]:
        """The values of `drawn`."""
        hidden = gr.update(visible=False)
        seen = look.within(result) if result is not None else None
        if result is None or seen is None or seen.metric is None or seen.domain is None or seen.ratio is None:
            return [hidden, *[gr.skip()] * 3, [], hidden, None, hidden, None, []]
        metric, domain, ratio = seen.metric, seen.domain, seen.ratio
        found = panel.ordered(panel.judged(result, metric, domain, ratio), METRICS[metric])
        measures, domains = panel.metric_choices(result), panel.domain_choices(result, metric)
        ratios = [(f"{100 * share:.6g} %", share) for share in result.settings.ratios]
        return [
            gr.update(visible=max(len(measures), len(domains) - 1, len(ratios)) > 1),
            gr.update(choices=measures, value=metric, visible=len(measures) > 1),
            gr.update(choices=domains, value=domain, visible=len(domains) > 2),
            gr.update(choices=ratios, value=ratio, visible=len(ratios) > 1),
            panel.verdict_list(found),
            gr.update(visible=bool(found)),
            figures.forest_figure(found, metric=METRICS[metric], domain=panel.domain_word(domain)),
            gr.update(visible=len(ratios) > 1),
            _over_budgets(result, metric, domain) if len(ratios) > 1 else None,
            panel.arm_table(result, metric, domain, ratio),
        ]


def _over_budgets(result: ExperimentResult, metric: str, domain: str) -> figures.Figure:
    key = (metric, domain)
    curves: dict[str, list[Any]] = {}
    for arm in result.arms:
        if arm.ratio is not None and key in arm.measured:
            curves.setdefault(arm.name, []).append((arm.ratio, arm.measured[key]))
    fixed = {arm.name: arm.measured[key] for arm in result.arms if arm.ratio is None and key in arm.measured}
    title = METRIC_NAMES[metric] if METRICS[metric].scale == 1 else f"{METRIC_NAMES[metric]} (%)"
    return figures.budget_figure(
        curves, fixed=fixed, metric=METRICS[metric], title=title, domain=panel.domain_word(domain)
    )


def runs_experiments(now: RunStatus | None) -> bool:
    """Whether the run's pool is known, so that rows of it can be trained on."""
    return now is not None and now.done("tokens")


def which(known: list[str], chosen: str) -> str:
    """The experiment to show, of the ids that there are: the chosen one, else the newest; empty where there is none."""
    return chosen if chosen in known else next(iter(known), "")


def opened(run: str, now: RunStatus | None, chosen: str) -> str:
    """The id of the experiment that the page shows."""
    return which([one.id for one in api.experiments(run)] if runs_experiments(now) else [], chosen)


def why_not(run: str, now: RunStatus | None) -> str:
    """Why the run cannot have experiments; empty where it can."""
    if not run or runs_experiments(now):
        return "" if run else "Open or start a run first."
    if api.config(run).model is None:
        return "This run was made from a scored file and has no model: experiments need one to train."
    return "Load a dataset first: experiments need to know its rows."


def build() -> ExperimentsCard:
    chosen, result = gr.Textbox(visible="hidden", elem_id="experiment-id"), gr.State(None)
    study = gr.Textbox(visible="hidden", elem_id="study-key")
    with gr.Column(elem_classes=["box"], elem_id="experiments-box"):
        gr.HTML(
            "<h3>Experiments: does a selection beat random, on this model and these rows?</h3><p class='hint'>Every "
            "arm is trained from the same base model under several seeds, measured on the same held-out rows, and held "
            "against random rows of the same budget.</p>",
            padding=False,
        )
        empty = view(lists.no_experiments(), elem_id="no-experiments", label="No experiments yet")
        listed = view(elem_id="experiments", label="Experiments of this run")
        with gr.Accordion("New experiment", open=True, visible=False, elem_id="new-experiment") as form:
            maker = experiments_maker.build(study)
    with gr.Column(visible=False, elem_classes=["box"], elem_id="experiment") as body:
        heading = view(elem_id="experiment-heading", label="How far the experiment is")
        with gr.Row(elem_classes=["tight", "exp-looks"], visible=False) as looks:
            metric = gr.Radio([], label="Measure", elem_id="exp-metric", elem_classes=["segments"], min_width=120)
            ratio = gr.Radio([], label="Budget β", elem_id="exp-budget", elem_classes=["segments"], min_width=120)
            domain = gr.Dropdown([], label="Domain", elem_id="exp-domain", min_width=160, scale=0)
        verdicts = view(elem_id="verdicts", label="Verdicts")
        with gr.Column(visible=False) as charts:
            gr.HTML(
                "<h3>Difference to random</h3><p class='hint'>Thick lines: 95 % interval over seeds and held-out rows "
                "together. Thin lines: over held-out rows only, for the models as trained. Grey bands: differences "
                "that this experiment would not have found reliably.</p>",
                padding=False,
            )
            forest = chart("forest", label="Difference to random of every arm")
        with gr.Column(visible=False) as budgets_box:
            gr.HTML(
                "<h3>By budget</h3><p class='hint'>Mean and 95 % interval over seeds, of each arm by itself; whether "
                "two arms differ is for the plot above to say.</p>",
                padding=False,
            )
            budgets = chart("by-budget", label="Every arm by budget")
        table = view(elem_id="experiment-table", label="Arms of the experiment")
        with gr.Column(visible=False) as overlap_box:
            gr.HTML(
                "<h3>Overlap of the selections</h3><p class='hint'>Jaccard: rows in both ÷ rows in either, at the "
                "first budget under the first seed.</p>",
                padding=False,
            )
            overlap = chart("overlap", label="Overlap of the selections")
        notes = view(elem_id="experiment-notes", label="Held-out rows, failures and costs")
        with gr.Row(elem_classes=["tight"]):
            report = gr.Button("Report", size="sm", elem_id="report", min_width=120, scale=0, interactive=False)
            files = gr.File(
                label="Report: HTML and Markdown", visible=False, interactive=False, elem_id="report-files",
                file_count="multiple",
            )  # fmt: skip
    return ExperimentsCard(
        chosen=chosen, result=result, empty=empty, listed=listed, form=form, maker=maker, body=body, heading=heading,
        looks=looks, metric=metric, domain=domain, ratio=ratio, verdicts=verdicts, charts=charts, forest=forest,
        budgets_box=budgets_box, budgets=budgets, table=table, overlap_box=overlap_box, overlap=overlap, notes=notes,
        report=report, files=files,
    )  # fmt: skip
