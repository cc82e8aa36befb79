"""Strategies that something has to be computed for, and thresholds that the data suggest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from ...api import Suggestion, Tried
from .. import format as fmt
from ..view import Node, div, h, span
from .experiment_results import badge
from .parts import head

SIGNS = {"gamma": "γ", "ratio": "β"}
MEANINGS = {"gamma": "dropped at each end of ΔNLL", "ratio": "share that is kept"}
NOTES = {
    "gamma": "Φ: 1 where the same rows are kept every time, 0 as by chance. Stable rows need not make a better model; "
    "an experiment tells.",
    "ratio": "Held-out loss minus that of random rows at the same β, with its 95 % interval, in nats; below 0 is "
    "better. The loss itself usually falls as β grows.",
}
CHANGED = "The rule has changed since: this is for the rule as it was when you asked. Ask again for the rule as it is."


def missing_strategies(missing: Mapping[str, str], computable: Collection[str], *, computing: str, busy: bool) -> Node:
    """What cannot rank yet, each with what it takes; `computing` is the one that the worker is on, if it is."""
    if not missing:
        return []
    lines = [
        h(
            "li",
            {},
            div("", div("strong", fmt.STRATEGIES[name]), div("muted small", sentence)),
            _compute(name, on=name == computing, busy=busy) if name in computable else None,
        )
        for name, sentence in missing.items()
    ]
    wait = div("small note-line", "The run is at work: the next one can start when it has ended.") if busy else None
    return div("", wait, h("ul", {"class": "missing"}, *lines))


def _compute(name: str, *, on: bool, busy: bool) -> Node:
    words = f"Compute {fmt.STRATEGIES[name]}"
    attributes = {"class": "do", "data-event": "compute", "data-key": name, "disabled": busy, "aria-label": words}
    return h("button", attributes, "Computing …" if on else "Compute")


def suggested(found: Sequence[Suggestion], *, changed: bool, in_force: Callable[[Suggestion], bool]) -> Node:
    """Both thresholds, each with the default, what is suggested, why, and what was tried."""
    close = h("button", {"class": "link", "data-event": "close", "data-trigger": "clear"}, "Close")
    note = h("div", {"class": "small note-line", "role": "status"}, CHANGED) if changed else None
    parts = [_suggestion(one, in_force=one.value is not None and in_force(one)) for one in found]
    return div("suggested", div("suggested-head", h("h3", {}, "Suggested thresholds"), close), note, div("two", *parts))


def _suggestion(one: Suggestion, *, in_force: bool) -> Node:
    sign = SIGNS[one.threshold]
    value = "stay with the default" if one.value is None else fmt.percent(one.value)
    title = div("lbl", f"{sign}, {MEANINGS[one.threshold]} · default {fmt.percent(one.default)}")
    line = div("suggested-value", span("strong", f"{sign}: {value}"), _use(one, in_force=in_force))
    return div("", title, line, div("small", one.reason), *_tried(one))


def _use(one: Suggestion, *, in_force: bool) -> Node | None:
    if one.value is None:
        return None
    if in_force:
        return span("muted small", "in the rule")
    words = f"Use {SIGNS[one.threshold]} = {fmt.percent(one.value)} for all domains"
    key = f"{one.threshold}:{one.value!r}"
    attributes = {"class": "do", "data-event": "use", "data-trigger": "submit", "data-key": key, "aria-label": words}
    return h("button", attributes, "Use")


def _tried(one: Suggestion) -> list[Node]:
    if not one.tried:
        return []
    names, cells = (["γ", "Φ"], _phi) if one.threshold == "gamma" else (["β", "Loss", "To random", ""], _held_out)
    lines = [
        h(
            "tr",
            {"class": "on" if tried.value == one.value else ""},
            *(h("td", {"class": "num"}, c) for c in cells(tried)),
        )
        for tried in one.tried
    ]
    label = f"Values of {SIGNS[one.threshold]} that were tried"
    table = h("table", {"class": "grid-table", "aria-label": label}, head(names, left=0), h("tbody", {}, *lines))
    return [h("div", {"class": "scroll"}, table), div("muted small", NOTES[one.threshold])]


def _phi(tried: Tried) -> list[Node]:
    return [fmt.percent(tried.value), fmt.agreement(tried.measure)]


def _held_out(tried: Tried) -> list[Node]:
    low, high = fmt.nats(tried.low), fmt.nats(tried.high)
    interval = f"{fmt.nats(tried.measure)} ({low} to {high})" if low != "–" else fmt.nats(tried.measure)
    return [fmt.percent(tried.value), fmt.nats(tried.loss), interval, badge(tried.note)]
