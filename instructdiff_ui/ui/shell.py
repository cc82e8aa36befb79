"""The components that several parts of the page share, and what is shown of a run.

A callback is an `api` call and formatting. The page never owns work: a timer reads the run directory, so a reload, a
second tab or a restarted server shows the same job.
"""

from __future__ import annotations

import html
import time
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from .. import api
from ..api import RunStatus, UserError
from . import compare_tab, data_tab, demo_bar, score_tab, tune_tab
from .account import Account
from .experiments_card import JOB
from .explore.scene import is_scored
from .explore.tab import ExploreTab, check_view
from .panels import jobs
from .score_tab import Losses
from .state import Drawing, Seen, Steps, TableState, seen_in

TABS = {
    "data": "Data",
    "score": "Calibrate & score",
    "explore": "Explore & select",
    "tune": "Fine-tune",
    "compare": "Compare & report",
}


PATIENCE = 10  # ticks that the opening of a run may take


@dataclass
class Shell:
    run: gr.Textbox  # id of the open run; hidden
    opening: gr.State  # what of it the address asked for, until it is opened
    link: gr.Textbox  # the published run that the address asks for; hidden
    seen: gr.Textbox  # what of the run the page shows already: `Seen` as text; hidden
    refresh: gr.Textbox  # hidden; changes when more than the job has to be shown anew
    trials: gr.Textbox  # hidden; changes when an experiment has got on
    steps: gr.State  # Steps: the rule being explored; None before there are scores
    table: gr.State  # TableState
    drawing: gr.State  # Drawing
    runs: gr.HTML
    job: gr.HTML
    stop: gr.Button
    resume: gr.Button
    copy: gr.Button  # for runs that everyone sees
    account: Account
    log_box: gr.Column
    log: gr.Textbox
    close_log: gr.Button
    path: gr.Textbox
    open_path: gr.Button
    open_demo: gr.Button
    delete: gr.Button
    tabs: gr.Tabs
    tab: dict[str, gr.Tab]
    data: data_tab.DataTab
    score: score_tab.ScoreTab
    explore: ExploreTab
    tune: tune_tab.TuneTab
    compare: compare_tab.CompareTab
    demo: demo_bar.DemoBar

    # what a callback fills -----------------------------------------------------------------------------------------

    @property
    def live(self) -> list[Any]:
        """What moves while a job runs."""
        return [self.runs, self.job, self.stop, self.resume, self.copy, self.score.stages]

    def show_live(self, run: str | None, now: RunStatus | None) -> list[Any]:
        active = now is not None and now.active
        resumable = now is not None and now.state in ("stopped", "failed", "interrupted")
        runs = api.list_runs()
        shared = any(one.shared and one.run_id == run for one in runs)
        return [
            jobs.run_list(runs, run),
            jobs.job_card(now),
            gr.update(visible=active, interactive=now is not None and now.state != "stopping"),
            gr.update(visible=resumable and not shared),
            gr.update(visible=shared),
            jobs.stage_list(now),
        ]

    @property
    def curves(self) -> list[Any]:
        """What changes with every training step; drawing it anew takes the browser long."""
        return [self.score.losses, self.tune.losses]

    def show_curves(self, losses: Losses) -> list[Any]:
        return [self.score.curve(losses), self.tune.curve(losses)]

    @property
    def results(self) -> list[Any]:
        """What changes when a stage has ended, beside the rule that is being explored."""
        tabs = (self.data, self.tune, self.compare)
        return [*self.tab.values(), *self.demo.outputs, *(c for tab in tabs for c in tab.outputs)]

    def show_results(self, run: str | None, now: RunStatus | None, steps: Steps | None) -> list[Any]:
        return [
            *tab_labels(now),
            *self.demo.show(run, now, steps.present if steps else None),
            *self.data.show(run, now),
            *self.tune.show(run, now),
            *self.compare.show(run, now, None),
        ]

    @property
    def explored(self) -> list[Any]:
        return [self.steps, *self.explore.outputs]

    def show_explored(
        self, run: str | None, now: RunStatus | None, steps: Steps | None, table: TableState, drawing: Drawing
    ) -> list[Any]:
        return [steps, *self.explore.show(run, now, steps, table, drawing)]

    @property
    def prefilled(self) -> list[Any]:
        """The fields that take the values of a run when it is opened, or scored for the first time."""
        return [*self.score.fields, *self.tune.fields, *self.explore.prefilled]

    def prefill(self, run: str | None, now: RunStatus | None, table: TableState, drawing: Drawing) -> list[Any]:
        return [*self.score.prefill(run), *self.tune.prefill(run), *self.explore.prefill(run, now, table, drawing)]

    # callbacks -----------------------------------------------------------------------------------------------------

    def first_run(self, request: gr.Request) -> list[Any]:
        """What an address names: run and view, or with `open=` a run that was published on the Hub, which takes time.

        Fills `run`, `opening`, `link` and `job`.
        """
        if link := request.query_params.get("open"):
            return [gr.skip(), gr.skip(), link, jobs.opening_card(link)]
        return [*self._named(request), gr.skip(), gr.skip()]

    def open_link(self, link: str, request: gr.Request) -> list[Any]:
        """The published run, or what else the address names; fills `run`, `opening` and `job`."""
        try:
            return [api.open_published(link), request.query_params.get("state", ""), gr.skip()]
        except UserError as error:
            gr.Warning(html.escape(error.message))
        return [*self._named(request), jobs.job_card(None)]

    def _named(self, request: gr.Request) -> tuple[str, str]:
        """The run and the view that the address names, else a run at work, else the newest; at first the demo."""
        wanted, state = request.query_params.get("run"), request.query_params.get("state", "")
        runs = api.list_runs()
        if not runs and api.has_demo():
            return api.open_demo(), state
        known = [run.run_id for run in runs]
        if wanted in known:
            return wanted, state
        if wanted:
            gr.Warning(f"The run of this link is not on this server: {html.escape(wanted[:80])}")
        at_work = [run.run_id for run in runs if run.state in ("running", "queued", "starting")]
        return next(iter(at_work + known), ""), ""

    def show_run(self, run: str, opening: str, drawing: Drawing) -> list[Any]:
        """Everything about a run that was just opened, as the address asked for it."""
        now = api.status(run) if run else None
        losses = api.losses(run) if run else {}
        steps, table, drawn = self.asked(run, now, opening, drawing)
        if steps is None and now is not None and is_scored(now):
            steps = Steps(api.spec(run), run=run)
        return [
            Seen(run, signature(run or None, now), steps_of(losses), trials_of(run or None, now)).text,
            "",
            table,
            drawn,
            gr.Tabs(selected=first_tab(now)),
            *self.show_live(run or None, now),
            *self.show_curves(losses),
            *self.show_results(run or None, now, steps),
            *self.show_explored(run or None, now, steps, table, drawn),
            *self.prefill(run or None, now, table, drawn),
        ]

    def asked(
        self, run: str, now: RunStatus | None, opening: str, drawing: Drawing
    ) -> tuple[Steps | None, TableState, Drawing]:
        """Rule, table and drawing that a link asks for; what belonged to another run is forgotten."""
        if opening and now is not None and is_scored(now):
            try:
                spec, view = api.open_link(run, opening)
                table, drawn = seen_in(view)
                check_view(run, spec, table, drawn)
                return Steps(api.spec(run), run=run).to(spec), table, drawn
            except UserError as error:
                gr.Warning(f"The link could not be restored. {html.escape(error.message)}")
        return None, TableState(), drawing.for_another_run()

    def tick(self, run: str, shown: str) -> list[Any]:
        """Read the run directory again, and send what moved; when a stage has ended, `refresh` asks for the rest.

        `shown` is what the page says that it shows (`Seen`). A tick bypasses the queue, so its answer can reach the
        page before that of `show_run`, which read the directory earlier; the page then says so at the next tick. It
        names few outputs, because gradio makes every one of them anew.
        """
        seen = Seen.read(shown)
        nothing = [gr.skip()] * (len(self.live) + len(self.curves))
        try:
            stamp = api.stamp(run) if run else ""
            if seen.run == run and seen.settled and seen.stamp == stamp:
                return [gr.skip(), gr.skip(), *nothing, gr.skip()]
            now = api.status(run) if run else None
        except UserError:  # deleted in another tab
            now = None
        if now is None:
            return [gr.skip(), gr.skip(), *nothing, gr.skip()]
        if seen.run != run:  # another run is just being opened, or a late answer has put the one before back
            if seen.waited < PATIENCE:
                return [replace(seen, waited=seen.waited + 1).text, gr.skip(), *nothing, gr.skip()]
            seen = Seen(run)
        state, trials = signature(run, now), trials_of(run, now)
        ended = state == seen.results and not now.active
        if ended and seen.settled:
            return [replace(seen, stamp=stamp).text, gr.skip(), *nothing, gr.skip()]
        losses = api.losses(run)
        moved = steps_of(losses) != seen.steps
        curves = self.show_curves(losses) if moved else [gr.skip()] * len(self.curves)
        refresh = gr.skip() if state == seen.results else f"{state} {time.monotonic()}"  # a change, also if asked again
        shown = Seen(run, state, steps_of(losses), trials, ended, stamp if ended else "").text
        followed = gr.skip() if trials == seen.trials else f"{trials} {time.monotonic()}"
        return [shown, refresh, *self.show_live(run, now), *curves, followed]

    def refreshed(self, run: str, steps: Steps | None, table: TableState, drawing: Drawing) -> list[Any]:
        """What a stage that has ended, or a selection that was saved elsewhere, changes.

        The rule that is being explored is left alone: it may have changed since this began. `redrawn` comes after.
        """
        now = api.status(run)
        steps = steps if steps is None or steps.run == run else None
        explored, prefilled = [gr.skip()] * len(self.explored), [gr.skip()] * len(self.prefilled)
        if steps is None and is_scored(now):  # the first scores
            steps = Steps(api.spec(run), run=run)
            explored = self.show_explored(run, now, steps, table, drawing)
            prefilled = self.prefill(run, now, table, drawing)
        return [*self.show_results(run, now, steps), *explored, *prefilled]

    def redrawn(self, run: str, steps: Steps | None, table: TableState, drawing: Drawing) -> list[Any]:
        """The rule that is explored now, and rows that are still there."""
        if steps is None or steps.run != run:
            return [gr.skip()] * (1 + len(self.explore.outputs))
        try:
            check_view(run, steps.present, table, drawing)
        except UserError:
            table = TableState()
        return [table, *self.explore.show(run, api.status(run), steps, table, drawing)]


def steps_of(losses: Losses) -> int:
    return sum(map(len, losses.values()))


def signature(run: str | None, now: RunStatus | None) -> str:
    """Changes when a stage ends, a job starts or ends, or another selection is saved."""
    if run is None or now is None:
        return ""
    done = [stage.name for stage in now.stages if stage.status == "done"]
    state = "active" if now.active else now.state
    return f"{run} {now.until} {state} {' '.join(done)} {api.spec(run).hash}"


def trials_of(run: str | None, now: RunStatus | None) -> str:
    """Changes when a stage of an experiment ends or fails, and when a job starts or ends."""
    if run is None or now is None or now.until != JOB:
        return signature(run, now)
    done = sum(stage.status == "done" for stage in now.job)
    current = [stage.name for stage in now.job if stage.status not in ("done", "waiting")]
    return f"{signature(run, now)} {done} of {len(now.job)} {' '.join(current)}"


def tab_labels(now: RunStatus | None) -> list[Any]:
    """The tabs' names, with a tick where their work is done."""
    done = {
        "data": now is not None and (now.done("tokens") or now.done("import_scores")),
        "score": now is not None and is_scored(now),
        "explore": now is not None and now.done("select"),
        "tune": now is not None and now.done("evaluate"),
        "compare": False,
    }
    return [gr.Tab(label=f"{label} ✓" if done[name] else label) for name, label in TABS.items()]


def first_tab(now: RunStatus | None) -> str:
    """Where a person who opens the run would go on, or watch it."""
    if now is not None and now.active and now.until not in (None, api.TARGETS["data"]):
        return {api.TARGETS["model"]: "tune", JOB: "compare"}.get(now.until or "", "score")
    if now is None or not (now.done("tokens") or now.done("import_scores")):
        return "data"
    return "explore" if is_scored(now) else "score"
