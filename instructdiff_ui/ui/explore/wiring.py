"""Every way to change the rule, and every way to look at what it keeps.

A callback makes a new rule, table or drawing out of the old one and the event, and shows what depends on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from ... import api
from ...api import SelectionSpec
from .. import figures
from ..events import Busy, Latest, Quick, Quiet, Step, StepLatest, done_by_event, told
from ..panels import specs as spec_panels
from ..state import Drawing, Steps, TableState, with_rule
from . import analysis, charts, exports, rows, rule, suggestions
from .rows import filter_values, text_of
from .scene import Scene
from .tab import ExploreTab, link

if TYPE_CHECKING:
    from ..shell import Shell

TAKEN_OFF = "() => ({__type__: 'update', value: null, visible: false})"
# the address bar names rule and view, so that a reload or a shared link restores them
REMEMBER_STATE = """(state) => {
  const url = new URL(window.location);
  if (state) url.searchParams.set("state", state); else url.searchParams.delete("state");
  window.history.replaceState(null, "", url);
  window.dispatchEvent(new Event("address"));
}"""
COPY_LINK = """async (state) => {
  const url = new URL(window.location);
  if (state) url.searchParams.set("state", state); else url.searchParams.delete("state");
  const button = document.querySelector("#share");
  try {
    await navigator.clipboard.writeText(url.href);
    const words = button.textContent;
    button.textContent = "Link copied";
    setTimeout(() => { button.textContent = words; }, 2000);
  } catch { window.prompt("Copy this link", url.href); }
}"""
UNDO_KEYS = """() => {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.target.closest("input, textarea, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    const name = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
    const button = name && document.querySelector(`#${name}`);
    if (button && button.offsetParent !== null) { event.preventDefault(); button.click(); }
  });
}"""


class Wiring:
    """The events of the tab; `inputs` are what a `Scene` is made of."""

    def __init__(self, shell: Shell):
        self.shell = shell
        self.tab: ExploreTab = shell.explore
        self.inputs = [shell.run, shell.steps, shell.table, shell.drawing]
        # Gradio makes each output anew, also one that is skipped, so an event names no more than it may fill.
        self.everything = [shell.steps, *self.tab.outputs]
        self.of_rows = [shell.table, *self.tab.rows.outputs, self.tab.link]
        bounds = [self.tab.rows.low, self.tab.rows.high]
        outlined = [self.tab.charts.second, self.tab.analysis.due]
        self.of_filters = [*self.of_rows, *self.tab.rows.filters, *bounds, *outlined]

    def scene(self, run: str, steps: Steps, table: TableState, drawing: Drawing) -> Scene:
        if not run or steps is None:
            raise api.UserError("There is no selection yet: calibrate and score a run first.")
        if steps.run not in ("", run):
            raise api.UserError("Another run is being opened: try again in a moment.")
        return Scene(run, api.status(run), steps, table, drawing)

    def shown(self, scene: Scene, spec: SelectionSpec | None = None, *, steps: Steps | None = None) -> list[Any]:
        """Everything, under another rule if one is given."""
        steps = steps or scene.steps.to(spec or scene.spec)
        now = Scene(scene.run, scene.now, steps, scene.table, scene.drawing)
        return [steps, *self.tab.show(now.run, now.now, now.steps, now.table, now.drawing)]

    def rows(self, scene: Scene, table: TableState, *, compute: bool = False) -> list[Any]:
        """The rows under another query; another open row, or its tokens, are read anew."""
        now = Scene(scene.run, scene.now, scene.steps, table, scene.drawing)
        same = (table.current, table.metric) == (scene.table.current, scene.table.metric)
        text = None if same and not compute else text_of(now.run, table, sign=now.sign, compute=compute)
        return [table, *self.tab.rows.show(now, text=text), link(now)]

    def refiltered(self, scene: Scene, table: TableState) -> list[Any]:
        """As `rows`, with the controls that say the same, and with the region outlined where it changed."""
        now = Scene(scene.run, scene.now, scene.steps, table, scene.drawing)
        same = table.query.region == scene.table.query.region
        outlined = [gr.skip(), gr.skip()] if same else [charts.second_figure(now), analysis.due(now)]
        # what did not change is not sent: someone may be typing in it
        before, after = filter_values(scene.table), filter_values(table)
        controls = [new if new != old else gr.skip() for old, new in zip(before, after, strict=True)]
        bounds = [gr.skip() if table.query.ranges == scene.table.query.ranges else None] * 2
        return [*self.rows(scene, table), *controls, *bounds, *outlined]

    def on(self, triggers: Any, answer: Callable, outputs: list[Any], *more: Any, **options: Any) -> Any:
        """Let `answer(scene, *values of more)` fill `outputs`; with an event where it takes one."""
        count = len(self.inputs)

        def plain(*values: Any) -> Any:
            return answer(self.scene(*values[:count]), *values[count:])

        return gr.on(triggers, told(plain), [*self.inputs, *more], outputs, **(options or Latest))

    def by_itself(self, trigger: Any, answer: Callable, outputs: list[Any], *more: Any, **options: Any) -> Any:
        """As `on`, for what nobody asked for: where there is no selection, or not yet, everything stays as it is."""
        count = len(self.inputs)

        def plain(run: str, steps: Steps, *values: Any) -> Any:
            if not run or steps is None or steps.run not in ("", run):
                return gr.skip() if len(outputs) == 1 else [gr.skip()] * len(outputs)
            values = (run, steps, *values)
            return answer(self.scene(*values[:count]), *values[count:])

        return gr.on(trigger, told(plain), [*self.inputs, *more], outputs, **(options or Latest))

    def on_event(self, triggers: Any, answer: Callable, outputs: list[Any], **options: Any) -> Any:
        """Let `answer(scene, event data)` fill `outputs`."""

        def with_event(run: str, steps: Steps, table: TableState, drawing: Drawing, event: gr.EventData) -> Any:
            return answer(self.scene(run, steps, table, drawing), event._data)

        return gr.on(triggers, told(with_event), self.inputs, outputs, **(options or Latest))


def wire(page: gr.Blocks, shell: Shell) -> None:
    wiring = Wiring(shell)
    page.load(None, None, None, js=UNDO_KEYS, api_visibility="private")
    shell.explore.link.change(None, shell.explore.link, None, js=REMEMBER_STATE, api_visibility="private")
    shared = wiring.on(
        shell.explore.rule.share.click, lambda scene: link(scene, keep=True), [shell.explore.link], **Quick
    )
    shared.success(None, shell.explore.link, None, js=COPY_LINK, api_visibility="private")
    _wire_rule(wiring)
    _wire_help(wiring)
    _wire_steps(wiring)
    _wire_drawing(wiring)
    _wire_rows(wiring)
    _wire_specs(wiring)
    _wire_exports(wiring)


def _wire_rule(wiring: Wiring) -> None:
    """The controls, the number boxes and the lines."""
    tab, shown = wiring.tab, wiring.shown

    def chosen(scene: Scene, *values: Any) -> list[Any]:
        return shown(scene, rule.changed(scene.spec, *values))

    def typed(scene: Scene, event: dict) -> list[Any]:
        part, _, domain = event["key"].partition(":")
        value = float(event["value"]) / 100 if event["value"] not in (None, "") else None
        return shown(scene, with_rule(scene.spec, domain, part, value, ends=scene.drawing.ends))

    def dragged(scene: Scene, event: dict) -> list[Any]:
        line, group, value = figures.released(event, sign=scene.shown_sign)
        how = {"linked": scene.drawing.linked, "ends": scene.drawing.ends}
        return shown(scene, api.move_cutoff(scene.run, scene.spec, line=line, group=group, value=value, **how))

    thresholds = tab.rule.thresholds
    done = [
        wiring.on(
            [control.input for control in thresholds],
            chosen,
            wiring.everything,
            *thresholds,
            **StepLatest,
        ),
        wiring.on_event(
            [tab.charts.ratios.select, tab.charts.gammas.select],
            typed,
            wiring.everything,
            **StepLatest,
        ),
        wiring.on_event(
            [tab.charts.entropy.release, tab.charts.second.release],
            dragged,
            wiring.everything,
            **StepLatest,
        ),
    ]
    for event in done:  # what was refused must not stay on show
        event.failure(told(lambda *values: shown(wiring.scene(*values))), wiring.inputs, wiring.everything, **Quiet)


def _wire_help(wiring: Wiring) -> None:
    """Strategies that are computed on demand, and thresholds that are suggested on demand."""
    tab, card = wiring.tab, wiring.tab.rule.help

    def computed(scene: Scene, event: dict) -> Any:
        return suggestions.compute(scene.run, event["key"])

    def named(scene: Scene, path: str) -> Any:
        return suggestions.name_model(scene.run, path)

    done_by_event(wiring.on_event(card.missing.select, computed, [card.missing], **Quick), wiring.shell.run)
    wiring.on([card.name_model.click, card.model.submit], named, [card.missing], card.model, **Quick)
    wiring.on(card.ask.click, suggestions.ask, [card.asked, card.panel], **Busy)
    wiring.by_itself(tab.analysis.due.change, suggestions.again, [card.panel], card.asked)

    def used(scene: Scene, event: dict) -> list[Any]:
        return wiring.shown(scene, suggestions.used(scene.spec, event["key"]))

    wiring.on_event(card.panel.submit, used, wiring.everything, **Step)
    closed = [None, gr.update(value=[], visible=False)]
    card.panel.clear(lambda: closed, None, [card.asked, card.panel], **Quiet)


def _wire_steps(wiring: Wiring) -> None:
    """Undo, redo, save, and back to what was saved."""
    tools, shown = wiring.tab.rule, wiring.shown

    def saved(scene: Scene) -> list[Any]:
        api.select(scene.run, scene.spec)
        return shown(scene)

    wiring.on(tools.undo.click, lambda scene: shown(scene, steps=scene.steps.undone()), wiring.everything, **Step)
    wiring.on(tools.redo.click, lambda scene: shown(scene, steps=scene.steps.redone()), wiring.everything, **Step)
    wiring.on(tools.reset.click, lambda scene: shown(scene, api.spec(scene.run)), wiring.everything, **Busy)
    wiring.on(tools.save.click, saved, wiring.everything, **Busy)


def _wire_drawing(wiring: Wiring) -> None:
    """Another kind of chart, or another panel: the rule stays."""
    tab, drawing = wiring.tab, wiring.shell.drawing
    controls = tab.drawing

    def redrawn(card: Any) -> Callable:
        def draw(scene: Scene, *values: Any) -> list[Any]:
            now = Scene(scene.run, scene.now, scene.steps, scene.table, Drawing(*values))
            return [now.drawing, *card.show(now), link(now)]

        return draw

    for card in (tab.charts, tab.analysis):
        triggers = [control.input for control in card.controls]
        wiring.on(triggers, redrawn(card), [drawing, *card.outputs, tab.link], *controls)

    # these two come by themselves: one is large, the other may take long
    def recounted(scene: Scene) -> Any:
        return api.cube(scene.run, bins=scene.drawing.bins)

    wiring.by_itself(tab.charts.counted.change, recounted, [tab.charts.cube], **Quick)

    def looked(scene: Scene) -> list[Any]:
        return tab.analysis.show(scene)

    wiring.by_itself(tab.analysis.due.change, looked, tab.analysis.outputs)


def _wire_rows(wiring: Wiring) -> None:
    """Sorting, paging, searching, opening rows, and deciding them by hand."""
    tab, card = wiring.tab, wiring.tab.rows

    def clicked(scene: Scene, event: dict) -> list[Any]:
        return wiring.rows(scene, rows.after_event(scene.table, event), compute=event["event"] == "tokens")

    def decided(scene: Scene, event: dict) -> list[Any]:
        return wiring.shown(scene, rows.by_hand(scene.run, scene.spec, scene.table, event))

    def taken_off(scene: Scene, event: dict) -> list[Any]:
        return wiring.refiltered(scene, rows.after_event(scene.table, event))

    views = [card.table, card.row, card.text, card.numbers]
    wiring.on_event([one.select for one in views], clicked, wiring.of_rows)
    wiring.on_event([card.table.submit, card.row.submit], decided, wiring.everything, **Step)
    wiring.on_event(card.table.clear, taken_off, wiring.of_filters)

    def filtered(scene: Scene, search: str, regex: bool, domain: str, more: str, extra: str) -> list[Any]:
        table = rows.filtered(scene.table, search=search, regex=regex, domain=domain)
        return wiring.rows(scene, rows.with_choices(table, more=more, extra=extra))

    controls = [*card.filters, card.extra]
    typed = [card.search.change, *(control.input for control in controls[1:])]
    wiring.on(typed, filtered, wiring.of_rows, *controls)

    def bounded(scene: Scene, measure: str, low: float | None, high: float | None) -> list[Any]:
        return wiring.rows(scene, rows.bounded(scene.table, measure, low, high, sign=scene.sign))

    wiring.on(card.bound.click, bounded, wiring.of_rows, card.measure, card.low, card.high, **Quick)

    def framed(scene: Scene, event: dict) -> list[Any]:
        return wiring.refiltered(scene, scene.table.asked(region=charts.region_of(event, scene.sign)))

    wiring.on_event(tab.charts.second.select, framed, wiring.of_filters)

    def framed_by_length(scene: Scene, event: dict) -> list[Any]:
        axes = {"x": scene.drawing.length, "y": scene.drawing.score}
        return wiring.refiltered(scene, scene.table.asked(region=charts.region_of(event, 1, **axes)))

    wiring.on_event(tab.analysis.length_chart.select, framed_by_length, wiring.of_filters)

    def of_a_kind(scene: Scene, event: dict) -> list[Any]:
        column = analysis.category_of(scene)
        return wiring.rows(scene, scene.table.asked(kinds=scene.table.query.kinds | {column: event["key"]}))

    wiring.on_event(tab.analysis.kinds.select, of_a_kind, wiring.of_rows)


def _wire_specs(wiring: Wiring) -> None:
    """Rules with names."""
    card = wiring.tab.analysis

    def named(scene: Scene) -> Any:
        return spec_panels.named_table(api.named_specs(scene.run), scene.spec)

    def kept(scene: Scene, name: str) -> list[Any]:
        api.save_spec(scene.run, name, scene.spec)
        return [named(scene), ""]

    wiring.on(
        [card.spec_save.click, card.spec_name.submit], kept, [card.named, card.spec_name], card.spec_name, **Quick
    )

    def loaded(scene: Scene, event: dict) -> list[Any]:
        return wiring.shown(scene, api.named_spec(scene.run, event["key"]).spec)

    def clicked(scene: Scene, event: dict) -> list[Any]:
        if event["event"] == "spec-delete":
            api.delete_spec(scene.run, event["key"])
            return [named(scene), []]
        other = api.named_spec(scene.run, event["key"])
        found = api.compare_specs(scene.run, scene.spec, other.spec)
        return [gr.skip(), spec_panels.comparison(found, here="the rule that is shown", there=other.name)]

    wiring.on_event(card.named.submit, loaded, wiring.everything, **Step)
    wiring.on_event(card.named.select, clicked, [card.named, card.compared], **Quick)


def _wire_exports(wiring: Wiring) -> None:
    card = wiring.tab.exports

    def exported(scene: Scene, fmt: str, scores: bool, package: bool) -> Any:
        return gr.update(value=exports.export(scene.run, scene.spec, fmt, scores, package), visible=True)

    wiring.on(card.button.click, exported, [card.file], card.format, card.scores, card.package, **Busy)
    # a file of another rule goes at once: were it taken off by the server, a late answer could take the next one
    wiring.tab.analysis.due.change(None, None, card.file, js=TAKEN_OFF, api_visibility="private")
