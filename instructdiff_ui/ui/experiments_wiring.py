"""The events of experiments: making one, following it, looking at it, and taking a report of it along."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import gradio as gr

from .. import api
from ..api import ExperimentResult, SelectionSpec
from . import experiments_maker as makers
from .events import Busy, Latest, Quick, Quiet, done_by_event, told
from .experiments_card import ExperimentsCard, Look, opened, runs_experiments
from .experiments_form import Form
from .explore.exports import fresh_folder
from .state import Steps

if TYPE_CHECKING:
    from .shell import Shell

# the address bar names the open experiment, so that a reload opens it again
ASKED = """(run, chosen, ...rest) =>
  [run, chosen || new URL(window.location).searchParams.get("experiment") || "", ...rest]"""
REMEMBER_EXPERIMENT = """(chosen) => {
  const url = new URL(window.location);
  if (chosen) url.searchParams.set("experiment", chosen); else url.searchParams.delete("experiment");
  window.history.replaceState(null, "", url);
  window.dispatchEvent(new Event("address"));
}"""
ACTIONS = {"go": api.start_experiment, "withdraw": api.withdraw_experiment, "delete": api.delete_experiment}


def wire(shell: Shell) -> None:
    card = shell.compare.experiments
    _wire_following(shell, card)
    _wire_maker(shell, card)
    _wire_looks(shell, card)
    card.chosen.change(None, card.chosen, None, js=REMEMBER_EXPERIMENT, api_visibility="private")
    card.report.click(told(report), [shell.run, card.chosen], card.files, **Busy)


def _wire_following(shell: Shell, card: ExperimentsCard) -> None:
    """Opening a run, what its worker has done since, and what is asked for in the list.

    One event alone shows experiments, so that no answer that comes late puts back what was shown before.
    """
    maker, moved = card.maker, [card.chosen, shell.trials]

    def begun(run: str, chosen: str) -> list[Any]:
        now = api.status(run) if run else None
        shown = opened(run, now, chosen)
        form = gr.update(visible=runs_experiments(now), open=not shown)
        return [shown, again(), form, *maker.offer(run, now, None)]

    def followed(run: str, chosen: str, *seen: Any) -> list[Any]:
        return card.show(run, api.status(run) if run else None, chosen, Look(*seen))

    def acted(run: str, chosen: str, event: gr.EventData) -> list[Any]:
        wanted, key = str(event._data["event"]), str(event._data["key"])
        if wanted in ACTIONS:
            ACTIONS[wanted](run, key)
        return [opened(run, api.status(run), key if wanted == "open" else chosen), again()]

    filled = shell.run.change(
        told(begun), [shell.run, card.chosen], [*moved, card.form, *maker.outputs], js=ASKED, **Quick
    )
    filled.then(told(estimated), _asked(shell, card), maker.estimate, **Quick)
    seen = [shell.run, card.chosen, card.metric, card.domain, card.ratio]
    gr.on([shell.trials.change, card.chosen.change], told(followed), seen, card.outputs, **Latest)
    card.chosen.change(lambda: gr.update(value=None, visible=False), None, card.files, **Quiet)
    done_by_event(card.listed.select(told(acted), [shell.run, card.chosen], moved, **Quick), shell.run)


def _wire_maker(shell: Shell, card: ExperimentsCard) -> None:
    """Filling the form in; what it would take is told after every change."""
    maker = card.maker

    def chosen(run: str, steps: Steps | None, models: str, event: gr.EventData) -> list[Any]:
        return maker.choose(run, str(event._data["key"]), explored(run, steps), models)

    def offered(run: str, study: str, steps: Steps | None) -> list[Any]:
        """The form of a run whose pool was not known when it was opened."""
        now = api.status(run) if run and not study else None
        return [gr.skip()] * len(maker.outputs) if now is None else maker.offer(run, now, explored(run, steps))

    def rechosen(run: str, steps: Steps | None, *values: Any) -> list[Any]:
        form = Form(*values)
        return maker.rechoose(run, form, explored(run, steps)) if run and form.study else [gr.skip()] * 2

    def started(run: str, steps: Steps | None, *values: Any) -> list[Any]:
        return [makers.start(run, Form(*values), explored(run, steps)), again()]

    asked = _asked(shell, card)
    # text that is pasted changes without an input
    edited = [maker.budgets.change, maker.seeds.change]
    edited += [field.input for field in (maker.counts, maker.steps, maker.anew, maker.arms)]
    gr.on(edited, told(estimated), asked, maker.estimate, **Latest)
    picked = maker.studies.select(told(chosen), [shell.run, shell.steps, maker.models], maker.outputs, **Latest)
    known = shell.refresh.change(told(offered), [shell.run, maker.study, shell.steps], maker.outputs, **Latest)
    # rules may have been named, or changed, in Explore & select
    causes = [maker.models.blur, maker.models.submit, shell.tab["compare"].select]
    renewed = gr.on(causes, told(rechosen), asked, [maker.studies, maker.arms], **Latest)
    for event in (picked, known, renewed):
        event.then(told(estimated), asked, maker.estimate, **Latest)
    begin = maker.run.click(told(started), asked, [card.chosen, shell.trials], **Busy)
    begin.success(lambda: gr.update(open=False), None, card.form, **Quiet)
    done_by_event(begin, shell.run)
    begin.then(told(estimated), asked, maker.estimate, **Quick)


def _wire_looks(shell: Shell, card: ExperimentsCard) -> None:
    """Another metric, domain or budget of the same experiment: nothing is read anew."""
    look = [card.metric, card.domain, card.ratio]

    def looked(run: str, chosen: str, result: ExperimentResult | None, *seen: Any) -> list[Any]:
        if result is None and run and chosen:  # the server forgets what a page held for long
            result = api.experiment(run, chosen)
        return card.draw(result, Look(*seen))

    controls: list[Any] = look
    changed = [control.input for control in controls]
    gr.on(changed, told(looked), [shell.run, card.chosen, card.result, *look], card.drawn, **Latest)


def _asked(shell: Shell, card: ExperimentsCard) -> list[Any]:
    return [shell.run, shell.steps, *card.maker.fields]


def estimated(run: str, steps: Steps | None, *values: Any) -> Any:
    return makers.estimate(run, Form(*values), explored(run, steps))


def explored(run: str, steps: Steps | None) -> SelectionSpec | None:
    """The rule that is shown in Explore & select, if it is one of this run."""
    return steps.present if steps is not None and steps.run == run else None


def again() -> str:
    """A value of `trials` that there was never before: what is shown of the experiments is read anew."""
    return f"again {time.monotonic_ns()}"


def report(run: str, experiment: str) -> Any:
    """The report of the run with this experiment, as two files that the browser can fetch."""
    if not run:
        raise api.UserError("Open a run first.")
    paths = api.write_report(run, fresh_folder(), experiment=experiment or None)
    return gr.update(value=[str(path) for path in paths], visible=True)
