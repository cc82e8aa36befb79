"""The card that makes the rule: how rows are ranked, and the tools beside it (undo, save, share)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ... import api
from ...api import SelectionSpec
from ...selection.strategies import RANKINGS
from ..format import STRATEGIES
from ..panels import arms, selections
from ..state import changed_spec
from ..view import view
from . import suggestions
from .scene import Scene


@dataclass
class RuleCard:
    strategy: gr.Dropdown
    budget: gr.Radio
    scope: gr.Radio
    filter: gr.Radio
    exclude_calibration: gr.Checkbox
    undo: gr.Button
    redo: gr.Button
    share: gr.Button
    save: gr.Button
    reset: gr.Button
    kpis: gr.HTML
    help: suggestions.HelpCard

    @property
    def thresholds(self) -> list[Any]:
        """The controls that make the rule, in the order of `changed`."""
        return [self.strategy, self.budget, self.scope, self.filter, self.exclude_calibration]

    @property
    def outputs(self) -> list[Any]:
        return [*self.thresholds, self.kpis, self.undo, self.redo, self.save, self.reset, *self.help.outputs]

    def show(self, scene: Scene) -> list[Any]:
        spec = scene.spec
        alone = RANKINGS[spec.strategy].filtered and scene.preview.agreement is None
        seeds = api.other_seeds(scene.run, spec) if alone else {}
        kpis = selections.selection_kpis(
            scene.preview,
            scene.now,
            committed=scene.committed,
            seeds=seeds,
            versus_random=versus_random(scene),
            sign=scene.sign,
        )
        choices = [(STRATEGIES[name], name) for name in api.strategies(scene.run)]
        return [
            gr.update(choices=choices, value=spec.strategy),
            spec.budget,
            spec.scope,
            spec.filter,
            spec.exclude_calibration,
            kpis,
            gr.update(interactive=bool(scene.steps.past)),
            gr.update(interactive=bool(scene.steps.future)),
            gr.update(value="Saved" if scene.committed else "Save selection", interactive=not scene.committed),
            gr.update(interactive=not scene.committed),
            *self.help.show(scene),
        ]


def versus_random(scene: Scene) -> str:
    """How the model trained on this very selection compares with random ones of its size; empty: not measured."""
    found = api.comparison(scene.run)
    gaps = zip(found, api.against_random(found, "nll"), strict=True)
    ours = next((gap for arm, gap in gaps if arm.spec is not None and arm.spec == scene.spec), None)
    return arms.gap_text(ours, "nll")


def changed(spec: SelectionSpec, strategy: str, budget: str, scope: str, filter: str, exclude: bool) -> SelectionSpec:
    """The rule after its controls were changed; the rules of single domains stay where they can."""
    return changed_spec(spec, strategy=strategy, budget=budget, scope=scope, filter=filter, exclude_calibration=exclude)


def build_tools() -> dict[str, Any]:
    """The buttons above everything."""
    with gr.Row(elem_classes=["tools"]):
        undo = gr.Button("↶", size="sm", interactive=False, elem_id="undo", min_width=36, scale=0)
        redo = gr.Button("↷", size="sm", interactive=False, elem_id="redo", min_width=36, scale=0)
        reset = gr.Button("Reset to saved", size="sm", elem_id="reset", min_width=120, scale=0)
        share = gr.Button("Share", size="sm", elem_id="share", min_width=70, scale=0)
        save = gr.Button("Save selection", variant="primary", size="sm", elem_id="save", min_width=130, scale=0)
    return {"undo": undo, "redo": redo, "reset": reset, "share": share, "save": save}


def build(tools: dict[str, Any], kpis: gr.HTML) -> RuleCard:
    with gr.Column(elem_classes=["box"]):
        with gr.Row(elem_classes=["tight", "rule"]):
            strategy = gr.Dropdown(
                [(STRATEGIES[name], name) for name in api.STRATEGIES],
                value="instructdiff",
                label="Keep by",
                min_width=200,
                elem_id="strategy",
            )
            budget = gr.Radio(
                ["rows", "tokens"], value="rows", label="β counts", min_width=120, elem_classes=["segments"]
            )
            scope = gr.Radio(
                ["domain", "global"], value="domain", label="Rank within", min_width=130, elem_classes=["segments"]
            )
            filter = gr.Radio(
                ["quantile", "rank"], value="quantile", label="Filter by", min_width=130, elem_classes=["segments"]
            )
            exclude = gr.Checkbox(False, label="Leave calibration rows out", min_width=190, elem_id="exclude")
        help = suggestions.build()
    return RuleCard(
        strategy=strategy,
        budget=budget,
        scope=scope,
        filter=filter,
        exclude_calibration=exclude,
        kpis=kpis,
        help=help,
        **tools,
    )


def build_kpis() -> gr.HTML:
    return view(selections.selection_kpis(None, None, committed=False), elem_id="kpis", label="Selection")
