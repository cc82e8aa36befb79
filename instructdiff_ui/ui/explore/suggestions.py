"""What helps to make the rule: strategies that can be had by computing, and thresholds that the data suggest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ... import api
from ...api import SelectionSpec, Suggestion
from ...api.explore import computable
from ...api.suggestions import with_value
from ..panels import suggestions as panel
from ..view import Node, view
from .scene import Scene

STRATEGY = "strategy:"  # how the job of a strategy begins


@dataclass(frozen=True)
class Asked:
    """What was suggested, and for which rule of which run."""

    run: str
    spec: SelectionSpec
    found: tuple[Suggestion, ...]


@dataclass
class HelpCard:
    more: gr.Accordion
    missing: gr.HTML
    small_model: gr.Row
    model: gr.Textbox
    name_model: gr.Button
    ask: gr.Button
    panel: gr.HTML
    asked: gr.State  # Asked, or None

    @property
    def outputs(self) -> list[Any]:
        return [self.more, self.missing, self.small_model]

    def show(self, scene: Scene) -> list[Any]:
        """What is missing; what was suggested changes by itself, see `again`."""
        missing = api.missing_strategies(scene.run)
        return [gr.update(visible=bool(missing)), _missing(scene.run), gr.update(visible="superfiltering" in missing)]


def _missing(run: str) -> Node:
    now = api.status(run)
    asked = (now.until or "").removeprefix(STRATEGY) if now.active else ""
    return panel.missing_strategies(api.missing_strategies(run), computable(run), computing=asked, busy=now.active)


def compute(run: str, strategy: str) -> Node:
    """Start the job, and say so at once."""
    api.compute_strategy(run, strategy)
    return _missing(run)


def name_model(run: str, path: str | None) -> Node:
    """Take a small model into the settings of the run: superfiltering can be computed then."""
    if not (path or "").strip():
        raise api.UserError("Name the small model first: a folder with safetensors, or a Hub id.")
    api.update_run(run, {"baselines": {"small_model": {"path": str(path).strip()}}})
    return _missing(run)


def ask(scene: Scene) -> list[Any]:
    """The values of `asked` and `panel`."""
    asked = Asked(scene.run, scene.spec, api.suggest(scene.run, scene.spec))
    return [asked, gr.update(value=_shown(scene, asked), visible=True)]


def again(scene: Scene, asked: Asked | None) -> Any:
    """The panel under the rule as it is now; what belongs to another run is put away."""
    if asked is None:
        return gr.skip()
    if asked.run != scene.run:
        return gr.update(value=[], visible=False)
    return gr.update(value=_shown(scene, asked))


def used(spec: SelectionSpec, key: str) -> SelectionSpec:
    """The rule with the value whose button was pressed: `gamma:0.05`."""
    threshold, _, value = key.partition(":")
    return with_value(spec, threshold, float(value))


def _shown(scene: Scene, asked: Asked) -> Node:
    def in_force(one: Suggestion) -> bool:
        return one.value is not None and with_value(scene.spec, one.threshold, one.value) == scene.spec

    return panel.suggested(asked.found, changed=scene.spec != asked.spec, in_force=in_force)


def build() -> HelpCard:
    with gr.Row(elem_classes=["rule-help"]):
        with gr.Accordion("More strategies", open=False, visible=False, elem_id="more-strategies") as more:
            missing = view(elem_id="missing-strategies", label="Strategies that can be computed")
            with gr.Row(visible=False, elem_classes=["tight"], equal_height=False) as small_model:
                model = gr.Textbox(
                    label="Small model of Superfiltering",
                    placeholder="a folder, or a Hub id such as openai-community/gpt2",
                    max_lines=1,
                    min_width=200,
                    elem_id="small-model",
                )
                name_model = gr.Button("Take it", size="sm", min_width=80, scale=0, elem_id="name-model")
        ask = gr.Button("Suggest thresholds", size="sm", min_width=140, scale=0, elem_id="suggest")
    panel_view = view(elem_id="suggested", label="Suggested thresholds")
    panel_view.visible = False
    return HelpCard(more, missing, small_model, model, name_model, ask, panel_view, gr.State(None))
