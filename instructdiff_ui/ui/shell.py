"""The page: a sidebar with runs and the job, tabs for the steps, and the wiring between them.

A callback is an `api` call and formatting. The page never owns work: a timer reads the run directory, so a reload, a
second tab or a restarted server shows the same job.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import gradio as gr

from .. import api
from ..api import RunStatus, SelectionSpec, UserError
from . import compare_tab, data_tab, demo_bar, explore_tab, score_tab, tune_tab
from .panels import jobs
from .score_tab import Losses
from .state import Seen, TableState
from .view import view

TABS = {
    "data": "Data",
    "score": "Calibrate & score",
    "explore": "Explore & select",
    "tune": "Fine-tune",
    "compare": "Compare",
}
POLL = 1.5  # seconds

# the address bar names the run, so that a reload or a shared link opens it
REMEMBER_RUN = """(run) => {
  const url = new URL(window.location);
  if (run) url.searchParams.set("run", run); else url.searchParams.delete("run");
  window.history.replaceState(null, "", url);
}"""
CONFIRM_DELETE = """(run) => run && confirm(
  `Delete ${run}? A run made in this app goes with all its files; one opened from elsewhere only leaves the list.`
) ? run : "" """

Quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
# an event that bypasses the queue cannot show an error, so whatever takes a person's input goes through it
Quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8}
Busy: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}


def told(function: Callable) -> Callable:
    """`function`, with bad input shown as a message on the page. The text is escaped: it may quote a dataset."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            raise gr.Error(html.escape(error.message), print_exception=False) from None

    return wrapped


@dataclass
class Shell:
    """The components that several callbacks share."""

    run: gr.Textbox  # id of the open run; hidden
    seen: gr.State  # what of the run the page shows already
    spec: gr.State  # the selection rule being explored, as a dict; None before there are scores
    table: gr.State  # TableState
    runs: gr.HTML
    job: gr.HTML
    stop: gr.Button
    resume: gr.Button
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
    explore: explore_tab.ExploreTab
    tune: tune_tab.TuneTab
    compare: compare_tab.CompareTab
    demo: demo_bar.DemoBar

    # what a callback fills -----------------------------------------------------------------------------------------

    @property
    def live(self) -> list[Any]:
        """What moves while a job runs."""
        return [self.runs, self.job, self.stop, self.resume, self.score.stages]

    def show_live(self, run: str | None, now: RunStatus | None) -> list[Any]:
        active = now is not None and now.active
        resumable = now is not None and now.state in ("stopped", "failed", "interrupted")
        return [
            jobs.run_list(api.list_runs(), run),
            jobs.job_card(now),
            gr.update(visible=active, interactive=now is not None and now.state != "stopping"),
            gr.update(visible=resumable),
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
        """What changes when a stage has ended."""
        tabs = (self.data, self.explore, self.tune, self.compare)
        return [self.spec, *self.tab.values(), *self.demo.outputs, *(c for tab in tabs for c in tab.outputs)]

    def show_results(
        self, run: str | None, now: RunStatus | None, spec: dict | None, table: TableState, *options: Any
    ) -> list[Any]:
        if spec is None and run and now and explore_tab.is_scored(now):
            spec = api.spec(run).model_dump(mode="json")
        parsed = SelectionSpec.model_validate(spec) if spec else None
        return [
            spec,
            *tab_labels(now),
            *self.demo.show(run, now, parsed),
            *self.data.show(run, now),
            *self.explore.show(run, now, parsed, table, *options),
            *self.tune.show(run, now),
            *self.compare.show(run, now, None),
        ]

    @property
    def prefilled(self) -> list[Any]:
        """The fields that take the values of a run when it is opened, or scored for the first time."""
        return [*self.score.fields, *self.tune.fields, *self.explore.thresholds, self.explore.domain, self.explore.kind]

    def prefill(self, run: str | None, now: RunStatus | None) -> list[Any]:
        return [*self.score.prefill(run), *self.tune.prefill(run), *self.explore.prefill(run, now)]

    # callbacks -----------------------------------------------------------------------------------------------------

    def first_run(self, request: gr.Request) -> str:
        """The run that the address names, else one that is at work, else the newest; at first the demo."""
        wanted = request.query_params.get("run")
        runs = api.list_runs()
        if not runs and api.has_demo():
            return api.open_demo()
        known = [run.run_id for run in runs]
        if wanted in known:
            return wanted
        at_work = [run.run_id for run in runs if run.state in ("running", "queued", "starting")]
        return next(iter(at_work + known), "")

    def show_run(self, run: str, *options: Any) -> list[Any]:
        """Everything about a run that was just opened."""
        now = api.status(run) if run else None
        losses = api.losses(run) if run else {}
        return [
            Seen(signature(run or None, now), steps_of(losses)),
            TableState(),
            gr.Tabs(selected=first_tab(now)),
            *self.show_live(run or None, now),
            *self.show_curves(losses),
            *self.show_results(run or None, now, None, TableState(), *options),
            *self.prefill(run or None, now),
        ]

    def tick(self, run: str, seen: Seen, spec: dict | None, table: TableState, *options: Any) -> list[Any]:
        """Read the run directory again, and send what changed.

        A tick bypasses the queue, so its answer can reach the page before that of `show_run`, which read the directory
        earlier. Therefore the job is sent once more after it has ended.
        """
        skipped = [[gr.skip()] * len(part) for part in (self.live, self.curves, self.results, self.prefilled)]
        try:
            now = api.status(run) if run else None
        except UserError:  # deleted in another tab
            now = None
        same = now is None or signature(run, now) == seen.results
        ended = same and now is not None and not now.active
        if now is None or (ended and seen.settled):
            return [gr.skip(), *(skip for part in skipped for skip in part)]
        live, curves, results, prefilled = skipped
        live, losses = self.show_live(run, now), api.losses(run)
        if steps_of(losses) != seen.steps:
            curves = self.show_curves(losses)
        if not same:
            results = self.show_results(run, now, spec, table, *options)
            if spec is None and explore_tab.is_scored(now):
                prefilled = self.prefill(run, now)
        return [Seen(signature(run, now), steps_of(losses), ended), *live, *curves, *results, *prefilled]

    def show_spec(self, run: str, spec: dict | None, table: TableState, *options: Any) -> list[Any]:
        """What depends on the spec, after it changed."""
        parsed = SelectionSpec.model_validate(spec) if spec else None
        now = api.status(run) if run else None
        return [spec, *self.explore.show(run or None, now, parsed, table, *options)]


def steps_of(losses: Losses) -> int:
    return sum(map(len, losses.values()))


def signature(run: str | None, now: RunStatus | None) -> str:
    """Changes when a stage ends, a job starts or ends, or another selection is saved."""
    if run is None or now is None:
        return ""
    done = [stage.name for stage in now.stages if stage.status == "done"]
    state = "active" if now.active else now.state
    return f"{run} {state} {' '.join(done)} {api.spec(run).hash}"


def tab_labels(now: RunStatus | None) -> list[Any]:
    """The tabs' names, with a tick where their work is done."""
    done = {
        "data": now is not None and (now.done("tokens") or now.done("import_scores")),
        "score": now is not None and explore_tab.is_scored(now),
        "explore": now is not None and now.done("select"),
        "tune": now is not None and now.done("evaluate"),
        "compare": False,
    }
    return [gr.Tab(label=f"{label} ✓" if done[name] else label) for name, label in TABS.items()]


def first_tab(now: RunStatus | None) -> str:
    """Where a person who opens the run would go on, or watch it."""
    if now is not None and now.active and now.until not in (None, api.TARGETS["data"]):
        return "tune" if now.until == api.TARGETS["model"] else "score"
    if now is None or not (now.done("tokens") or now.done("import_scores")):
        return "data"
    return "explore" if explore_tab.is_scored(now) else "score"


def build() -> gr.Blocks:
    """The page, ready to be launched."""
    with gr.Blocks(title="InstructDiff", fill_width=True, analytics_enabled=False) as page:
        shell = _lay_out()
        _wire_runs(page, shell)
        _wire_jobs(shell)
        _wire_explore(shell)
        _wire_compare(shell)
    return page


def _lay_out() -> Shell:
    run = gr.Textbox(visible="hidden", elem_id="run-id")
    seen, spec, table = gr.State(Seen()), gr.State(None), gr.State(TableState())
    with gr.Row(elem_id="app", equal_height=False):
        with gr.Column(elem_id="sidebar", scale=0, min_width=232):
            gr.HTML("<h1>InstructDiff</h1><span class='muted'>data selection by ΔH</span>", padding=False)
            job = view(jobs.job_card(None), elem_id="job", label="Job")
            stop = gr.Button("Stop", size="sm", visible=False, elem_id="stop")
            resume = gr.Button("Resume", size="sm", visible=False, elem_id="resume")
            gr.HTML("<div class='lbl'>Runs</div>", padding=False)
            runs = view(jobs.run_list([], None), elem_id="runs", label="Runs")
            view(jobs.hardware_card(api.hardware()), elem_id="hardware", label="Hardware")
            with gr.Accordion("Open or delete", open=False):
                path = gr.Textbox(label="Run folder", placeholder="a folder made headless")
                open_path = gr.Button("Open", size="sm")
                open_demo = gr.Button("Open the demo", size="sm", visible=api.has_demo(), elem_id="open-demo")
                delete = gr.Button("Delete the open run", size="sm", variant="stop", elem_id="delete")
        with gr.Column(elem_id="main", scale=1, min_width=320):
            with gr.Column(visible=False, elem_classes=["box"]) as log_box:
                log = gr.Textbox(label="Log of the worker", lines=14, max_lines=14, interactive=False, elem_id="log")
                close_log = gr.Button("Close the log", size="sm")
            demo = demo_bar.build()
            with gr.Tabs(elem_id="tabs") as tabs:
                tab = {}
                with gr.Tab(TABS["data"], id="data") as tab["data"]:
                    data = data_tab.build()
                with gr.Tab(TABS["score"], id="score") as tab["score"]:
                    score = score_tab.build()
                with gr.Tab(TABS["explore"], id="explore") as tab["explore"]:
                    explore = explore_tab.build()
                with gr.Tab(TABS["tune"], id="tune") as tab["tune"]:
                    tune = tune_tab.build()
                with gr.Tab(TABS["compare"], id="compare") as tab["compare"]:
                    compare = compare_tab.build()
    explore.finetune = tune.start
    return Shell(
        run=run,
        seen=seen,
        spec=spec,
        table=table,
        runs=runs,
        job=job,
        stop=stop,
        resume=resume,
        log_box=log_box,
        log=log,
        close_log=close_log,
        path=path,
        open_path=open_path,
        open_demo=open_demo,
        delete=delete,
        tabs=tabs,
        tab=tab,
        data=data,
        score=score,
        explore=explore,
        tune=tune,
        compare=compare,
        demo=demo,
    )


def _wire_runs(page: gr.Blocks, shell: Shell) -> None:
    """Opening, making and deleting runs, and following the open one."""
    options = shell.explore.options
    page.load(shell.first_run, None, shell.run, **Quiet)
    shell.run.change(
        told(shell.show_run),
        [shell.run, *options],
        [shell.seen, shell.table, shell.tabs, *shell.live, *shell.curves, *shell.results, *shell.prefilled],
        **Busy,
    )
    shell.run.change(None, shell.run, None, js=REMEMBER_RUN, api_visibility="private")
    gr.Timer(POLL).tick(
        shell.tick,
        [shell.run, shell.seen, shell.spec, shell.table, *options],
        [shell.seen, *shell.live, *shell.curves, *shell.results, *shell.prefilled],
        **Quiet,
    )
    shell.runs.select(_key_of_event, None, shell.run, **Quiet)
    shell.open_path.click(told(api.open_run), shell.path, shell.run, **Busy)
    shell.open_demo.click(told(api.open_demo), None, shell.run, **Busy)
    shell.demo.rerun.click(told(api.rerun_demo), None, shell.run, **Busy)
    shell.delete.click(told(_delete), shell.run, shell.run, js=CONFIRM_DELETE, **Busy)
    shell.data.load.click(told(data_tab.create), [shell.run, *shell.data.inputs], shell.run, **Busy)
    shell.data.starters.select(told(_start_from), None, shell.run, **Busy)
    scores = [shell.data.scores_path, shell.data.scores_file, *shell.data.inputs]
    shell.data.open_scores.click(told(data_tab.create_from_scores), scores, shell.run, **Busy)


def _key_of_event(event: gr.EventData) -> str:
    return str(event._data["key"])


def _start_from(event: gr.EventData) -> str:
    return api.create_starter(str(event._data["key"]))


def _delete(run: str) -> Any:
    if not run:  # not confirmed
        return gr.skip()
    api.delete_run(run)
    return next((other.run_id for other in api.list_runs()), "")


def _wire_jobs(shell: Shell) -> None:
    """Starting, stopping and resuming work; the timer shows how it goes."""
    score, tune = shell.score, shell.tune
    shell.stop.click(told(api.stop), shell.run, None, **Busy)
    shell.resume.click(told(api.resume), shell.run, None, **Busy)
    score.start.click(told(score_tab.start), [shell.run, *score.fields], None, **Busy)
    shell.job.select(told(_log), shell.run, [shell.log_box, shell.log], **Quiet)
    shell.close_log.click(lambda: gr.update(visible=False), None, shell.log_box, **Quiet)
    tune.start.click(told(tune_tab.start), [shell.run, shell.spec, tune.model, *tune.fields], None, **Busy)
    tune.generate.click(
        told(tune_tab.generate), [shell.run, tune.instruction, *tune.more], tune.answers, api_visibility="private"
    )


def _log(run: str) -> list[Any]:
    return [gr.update(visible=True), api.log_tail(run) or "The worker has written nothing yet."]


def _wire_explore(shell: Shell) -> None:
    """Every way to change the spec, and every way to look at the rows."""
    explore, run, spec, table = shell.explore, shell.run, shell.spec, shell.table
    redraw: dict[str, Any] = {"inputs": [run, spec, table, *explore.options], "outputs": [spec, *explore.outputs]}
    quick: dict[str, Any] = Quick | {"trigger_mode": "always_last"}

    def changed(*values: Any) -> list[Any]:
        run, spec, table, *rest = values
        new = explore_tab.spec_from(spec, *rest[: len(explore.thresholds)])
        return shell.show_spec(run, new, table, *rest[len(explore.thresholds) :])

    inputs = [run, spec, table, *explore.thresholds, *explore.options]
    thresholds = [control.input for control in explore.thresholds]
    moved = gr.on(thresholds, told(changed), inputs, redraw["outputs"], **quick)

    def restored(spec: dict) -> list[Any]:
        return explore_tab.threshold_values(SelectionSpec.model_validate(spec))

    moved.failure(restored, spec, explore.thresholds, **Quiet)  # what was refused must not stay on show
    gr.on([control.input for control in explore.options], told(shell.show_spec), **redraw, **quick)

    def edited(run: str, spec: dict, table: TableState, event: gr.EventData, *options: Any) -> list[Any]:
        return shell.show_spec(run, explore_tab.edited_rule(spec, event._data), table, *options)

    typed = explore.domains.select(told(edited), **redraw, **quick)
    typed.failure(told(shell.show_spec), **redraw, **Quiet)

    def dragged(run: str, spec: dict, table: TableState, linked: bool, event: gr.EventData, *options: Any) -> list[Any]:
        moved = explore_tab.moved_line(run, spec, event._data, linked)
        values = explore_tab.threshold_values(SelectionSpec.model_validate(moved))
        return [*values, *shell.show_spec(run, moved, table, *options)]

    inputs = [run, spec, table, explore.linked, *explore.options]
    outputs = [*explore.thresholds, *redraw["outputs"]]
    gr.on([explore.entropy_chart.release, explore.nll_chart.release], told(dragged), inputs, outputs, **quick)

    def saved(run: str, spec: dict, table: TableState, *options: Any) -> list[Any]:
        api.select(run, SelectionSpec.model_validate(spec))
        return shell.show_spec(run, spec, table, *options)

    def reset(run: str, table: TableState, *options: Any) -> list[Any]:
        back = api.spec(run)
        shown = shell.show_spec(run, back.model_dump(mode="json"), table, *options)
        return [*explore_tab.threshold_values(back), *shown]

    explore.save.click(told(saved), **redraw, **Busy)
    explore.reset.click(told(reset), [run, table, *explore.options], outputs, **Busy)
    _wire_rows(shell)

    def exported(run: str, spec: dict, fmt: str, scores: bool) -> Any:
        return gr.update(value=explore_tab.export(run, spec, fmt, scores), visible=True)

    inputs = [run, spec, explore.export_format, explore.export_scores]
    explore.export.click(told(exported), inputs, explore.exported, **Busy)


def _wire_compare(shell: Shell) -> None:
    """Another measure of the same models."""

    def shown(run: str, metric: str) -> list[Any]:
        return shell.compare.show(run or None, api.status(run) if run else None, metric)

    shell.compare.metric.input(told(shown), [shell.run, shell.compare.metric], shell.compare.outputs, **Quick)


def _wire_rows(shell: Shell) -> None:
    """Sorting, paging, searching and opening rows."""
    explore, run, spec, table = shell.explore, shell.run, shell.spec, shell.table
    outputs = [table, explore.table, explore.row]

    def show(run: str, spec: dict | None, table: TableState) -> list[Any]:
        if not run or spec is None:
            return [gr.skip()] * len(outputs)
        sign = 1 if api.config(run).delta_nll_sign == "calibrated-base" else -1
        return [table, *explore.show_rows(run, SelectionSpec.model_validate(spec), table, sign)]

    def clicked(run: str, spec: dict, table: TableState, event: gr.EventData) -> list[Any]:
        return show(run, spec, explore_tab.table_event(table, event._data))

    def filtered(run: str, spec: dict, table: TableState, search: str, domain: str, decision: str) -> list[Any]:
        return show(run, spec, table.filtered(search=search, domain=domain, decision=decision))

    explore.table.select(told(clicked), [run, spec, table], outputs, **Quick)
    gr.on(
        [explore.search.change, explore.domain.input, explore.decision.input],
        told(filtered),
        [run, spec, table, explore.search, explore.domain, explore.decision],
        outputs,
        **(Quick | {"trigger_mode": "always_last"}),
    )
