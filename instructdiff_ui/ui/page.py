"""The page: a sidebar with runs and the job, tabs for the steps, and the wiring between them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from .. import api, hosting
from . import account as account_card
from . import compare_tab, data_tab, demo_bar, endpoints, experiments_wiring, hub_card, score_tab, tune_tab
from .events import Busy, Quick, Quiet, done_by_event, told
from .explore import tab as explore_tab
from .explore import wiring as explore_wiring
from .panels import jobs
from .sessions import keep_ids
from .shell import TABS, Shell
from .state import Drawing, Steps, TableState
from .view import view

POLL = 1.5  # seconds

# the address bar names the run, so that a reload or a shared link opens it
REMEMBER_RUN = """(run) => {
  const url = new URL(window.location);
  if (run) url.searchParams.set("run", run); else url.searchParams.delete("run");
  url.searchParams.delete("open");  // it is a run now; else it would win over every other at the next reload
  window.history.replaceState(null, "", url);
  window.dispatchEvent(new Event("address"));
}"""
CONFIRM_DELETE = """(run) => run && confirm(
  `Delete ${run}? A run made in this app goes with all its files; one opened from elsewhere only leaves the list.`
) ? run : "" """


def build() -> gr.Blocks:
    """The page, ready to be launched."""
    keep_ids()
    with gr.Blocks(title="InstructDiff", fill_width=True, analytics_enabled=False, delete_cache=(3600, 86_400)) as page:
        endpoints.publish()  # first, so that the names of the endpoints are theirs
        shell = _lay_out()
        _wire_runs(page, shell)
        _wire_jobs(shell)
        explore_wiring.wire(page, shell)
        _wire_compare(shell)
        experiments_wiring.wire(shell)
        account_card.wire(page, shell.account, shell.run)
        hub_card.wire(shell.compare.hub, shell.run)
    endpoints.keep_private(page)
    return page


def _lay_out() -> Shell:
    run = gr.Textbox(visible="hidden", elem_id="run-id")
    opening, steps = gr.State(""), gr.State(None)
    # no gr.State: its change is only told by events that go through the queue, which the tick does not
    seen, refresh, trials, link = (gr.Textbox(visible="hidden") for _ in range(4))
    table, drawing = gr.State(TableState()), gr.State(Drawing())
    with gr.Row(elem_id="app", equal_height=False):
        with gr.Column(elem_id="sidebar", scale=0, min_width=232):
            gr.HTML("<h1>InstructDiff</h1><span class='muted'>data selection by ΔH</span>", padding=False)
            job = view(jobs.job_card(None), elem_id="job", label="Job")
            stop = gr.Button("Stop", size="sm", visible=False, elem_id="stop")
            resume = gr.Button("Resume", size="sm", visible=False, elem_id="resume")
            gr.HTML("<div class='lbl'>Runs</div>", padding=False)
            runs = view(jobs.run_list([], None), elem_id="runs", label="Runs")
            view(jobs.hardware_card(api.hardware()), elem_id="hardware", label="Hardware")
            copy = gr.Button("Make a copy of this run", size="sm", visible=False, elem_id="copy-run")
            account = account_card.build()
            with gr.Accordion("Open or delete", open=False):
                private = not hosting.is_public()
                path = gr.Textbox(label="Run folder", placeholder="a folder made headless", visible=private)
                open_path = gr.Button("Open", size="sm", visible=private)
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
        opening=opening,
        link=link,
        seen=seen,
        refresh=refresh,
        trials=trials,
        steps=steps,
        table=table,
        drawing=drawing,
        runs=runs,
        job=job,
        stop=stop,
        resume=resume,
        copy=copy,
        account=account,
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
    # Quiet could not warn; a link has an event of its own, because a download must not keep others from their pages
    page.load(shell.first_run, None, [shell.run, shell.opening, shell.link, shell.job], **Quick)
    shell.link.change(shell.open_link, shell.link, [shell.run, shell.opening, shell.job], **Quick)
    shell.run.change(
        told(shell.show_run),
        [shell.run, shell.opening, shell.drawing],
        [
            shell.seen,
            shell.opening,
            shell.table,
            shell.drawing,
            shell.tabs,
            *shell.live,
            *shell.curves,
            *shell.results,
            *shell.explored,
            *shell.prefilled,
        ],
        **Busy,
    )
    shell.run.change(None, shell.run, None, js=REMEMBER_RUN, api_visibility="private")
    gr.Timer(POLL).tick(
        shell.tick,
        [shell.run, shell.seen],
        [shell.seen, shell.refresh, *shell.live, *shell.curves, shell.trials],
        **Quiet,
    )
    state = [shell.run, shell.steps, shell.table, shell.drawing]
    refreshed = shell.refresh.change(
        told(shell.refreshed), state, [*shell.results, *shell.explored, *shell.prefilled], **Quick
    )
    refreshed.then(told(shell.redrawn), state, [shell.table, *shell.explore.outputs], **Quick)
    shell.runs.select(_key_of_event, None, shell.run, **Quiet)
    shell.copy.click(told(api.copy_run), shell.run, shell.run, **Busy)
    shell.open_path.click(told(api.open_run), shell.path, shell.run, **Busy)
    shell.open_demo.click(told(api.open_demo), None, shell.run, **Busy)
    rerun = shell.demo.rerun.click(told(api.rerun_demo), None, shell.run, **Busy)
    shell.delete.click(told(_delete), shell.run, shell.run, js=CONFIRM_DELETE, **Busy)
    load = shell.data.load.click(told(data_tab.create), [shell.run, *shell.data.inputs], shell.run, **Busy)
    starter = shell.data.starters.select(told(_start_from), None, shell.run, **Busy)
    for started in (rerun, load, starter):
        done_by_event(started, shell.run)
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
    resumed = shell.resume.click(told(api.resume), shell.run, None, **Busy)
    scored = score.start.click(told(score_tab.start), [shell.run, *score.fields], None, **Busy)
    shell.job.select(told(_log), shell.run, [shell.log_box, shell.log], **Quiet)
    shell.close_log.click(lambda: gr.update(visible=False), None, shell.log_box, **Quiet)
    tuned = tune.start.click(told(tune_tab.start), [shell.run, shell.steps, tune.model, *tune.fields], None, **Busy)
    for started in (resumed, scored, tuned):
        done_by_event(started, shell.run)
    tune.generate.click(
        told(tune_tab.generate), [shell.run, tune.instruction, *tune.more], tune.answers, api_visibility="private"
    )


def _log(run: str) -> list[Any]:
    return [gr.update(visible=True), api.log_tail(run) or "The worker has written nothing yet."]


def _wire_compare(shell: Shell) -> None:
    """Another measure of the same models, and other runs over the same rows."""
    compare, crossing = shell.compare, shell.compare.crossing

    def shown(run: str, metric: str) -> list[Any]:
        return compare.show(run or None, api.status(run) if run else None, metric)

    def offered(run: str) -> list[Any]:
        return crossing.offer(run or None, api.status(run) if run else None)

    def crossed(run: str, steps: Steps | None, others: list[str]) -> list[Any]:
        return crossing.show(run, steps.present if steps else api.spec(run), others)

    compare.metric.input(told(shown), [shell.run, compare.metric], compare.outputs, **Quick)
    # looking for runs reads their ids, so it is done when the tab is opened
    opened = [crossing.body, crossing.others, *crossing.outputs]
    shell.tab["compare"].select(told(offered), shell.run, opened, **Quick)
    crossing.others.input(told(crossed), [shell.run, shell.steps, crossing.others], crossing.outputs, **Busy)
