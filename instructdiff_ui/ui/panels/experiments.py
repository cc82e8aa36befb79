"""Making and watching experiments: the ready-made studies, what one would take, and how far each has got."""

from __future__ import annotations

from collections.abc import Sequence

from ...api import Cost, ExperimentState, Study
from .. import format as fmt
from ..view import Node, div, h, span
from .parts import bar, head

WORDS = {"running": "running", "queued": "waiting", "stopped": "stopped", "done": "done", "new": "not complete"}


def study_list(studies: Sequence[Study], chosen: str) -> Node:
    """Every ready-made study with a line about it, and what it lacks; a click reports `study` with its key."""
    return h(
        "div",
        {"class": "studies", "role": "group", "aria-label": "Ready-made studies", "data-scroll": "studies"},
        *(_study(one, one.key == chosen) for one in studies),
    )


def _study(study: Study, chosen: bool) -> Node:
    attributes = {
        "class": f"study{' on' if chosen else ''}",
        "data-event": "study",
        "data-key": study.key,
        "aria-pressed": str(chosen).lower(),
    }
    needs = div("small needs", f"Needs {study.missing}.") if study.missing else None
    return h("button", attributes, div("strong", study.title), div("muted small", study.about), needs)


def estimate(cost: Cost, *, seeds: int) -> Node:
    """13 models × 3 seeds: 39 trainings; 86 stages to do, 12 done already; about 41 min on this machine."""
    models = cost.trials // max(1, seeds)
    size = f"{_many(models, 'model')} × {_many(seeds, 'seed')}: {_many(cost.trials, 'training')}"
    if cost.nothing:
        return div("estimate", h("b", {}, size), "; all of it is done already.")
    already = f", {fmt.count(cost.done)} done already" if cost.done else ""
    work = f"; {_many(cost.stages, 'stage')} to do{already}; {about(cost.seconds)} on this machine."
    return div("estimate", h("b", {}, size), work)


def refused(message: str) -> Node:
    """Why the form, as it is, cannot be estimated."""
    return div("estimate message", message)


def about(seconds: float) -> str:
    """A time that is only estimated: about 40 s, about 41 min, about 3.5 h."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.2g} h" if seconds < 360_000 else f"about {round(seconds / 86_400)} days"


def experiment_list(states: Sequence[ExperimentState], chosen: str, *, active: bool) -> Node:
    """The run's experiments, newest first; `active` says whether a worker is at them.

    Reports `open`, `go`, `withdraw` and `delete` with the experiment's id.
    """
    if not states:
        return []
    turn = min((one for one in states if one.queued), key=lambda one: (one.record.queued or 0, one.id), default=None)
    lines = [_line(one, _state(one, one is turn, active), one.id == chosen) for one in states]
    names = head(["Experiment", "State", "Stages", "Budgets", "Seeds", "Arms", ""], left=2)
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table experiments"}, names, h("tbody", {}, *lines)))


def _state(one: ExperimentState, turn: bool, active: bool) -> str:
    if one.queued:
        return ("running" if turn else "queued") if active else "stopped"
    return "done" if one.finished else "new"


def _line(one: ExperimentState, state: str, chosen: bool) -> Node:
    settings = one.record.parsed
    opens = {"class": "open", "data-event": "open", "data-key": one.id, "aria-current": "true" if chosen else None}
    share = one.done / max(1, one.total)
    progress = div("stage-bar", f"{one.done:,} of {one.total:,}", bar(share, label=f"Stages of {one.name}"))
    budgets = ", ".join(f"{100 * ratio:.6g}" for ratio in settings.ratios)
    return h(
        "tr",
        {"class": "on" if chosen else ""},
        h("td", {"class": "name"}, h("button", opens, one.name)),
        h("td", {}, span(f"dot state-{'interrupted' if state == 'new' else state}"), WORDS[state]),
        h("td", {"class": "num"}, progress),
        h("td", {"class": "num"}, f"{budgets} %"),
        h("td", {"class": "num"}, str(settings.seeds)),
        h("td", {"class": "num"}, str(len(settings.arms) + 1)),
        h("td", {"class": "hand"}, *_actions(one, state)),
    )


def _actions(one: ExperimentState, state: str) -> list[Node]:
    """What can be done with it. One that is running is stopped with the job, in the sidebar."""
    offered = {
        "running": [],
        "queued": [("withdraw", "Withdraw", "Take it out of the queue; what is done is kept")],
        "stopped": [("go", "Go on", "Do what is left"), ("withdraw", "Withdraw", "Take it out of the queue")],
        "new": [("go", "Go on", "Do what is left")],
        "done": [],
    }[state]
    if state in ("new", "done", "stopped"):
        offered = [*offered, ("delete", "Delete", "Forget the experiment; the models that it trained stay in the run")]
    return [
        h("button", {"class": "act", "data-event": event, "data-key": one.id, "title": title}, word)
        for event, word, title in offered
    ]


def no_experiments(reason: str = "") -> Node:
    """What to do where there is none, or why there cannot be one."""
    hint = (
        "No experiment yet. Choose a study below: every arm is trained from the base model under several seeds and "
        "held against random rows of the same budget."
    )
    return div("empty", reason or hint)


def _many(n: int, word: str) -> str:
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"
