"""Taking a run to the Hugging Face Hub: its rows, its model, all of it, or the fine-tuning itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api
from ..api import JobPlan, UserError
from .events import Quick, Quiet, told
from .panels import hub as panel
from .view import view

KINDS = {
    "dataset": ("the kept rows, as a dataset", api.push_dataset),
    "model": ("the fine-tuned model", api.push_model),
    "run": ("the whole run, to be opened elsewhere", api.publish_run),
}
HIDDEN = "{__type__: 'update', visible: false}"
NOTHING_PLANNED = f"() => [{HIDDEN}, {HIDDEN}, {HIDDEN}, {{__type__: 'update', value: ''}}]"


@dataclass
class HubCard:
    kind: gr.Radio
    repo: gr.Textbox
    private: gr.Checkbox
    replace: gr.Checkbox
    push: gr.Button
    pushed: gr.HTML
    link: gr.Textbox
    open: gr.Button
    data: gr.Textbox
    output: gr.Textbox
    flavor: gr.Dropdown
    timeout: gr.Textbox
    preview: gr.Button
    command: gr.Code
    script: gr.Code
    plan: gr.State  # JobPlan: what is shown is what is submitted
    submit: gr.Button
    submitted: gr.HTML


def build() -> HubCard:
    with gr.Column(elem_classes=["box"], elem_id="hub"):
        gr.HTML(
            "<h3>On the Hugging Face Hub</h3><p class='hint'>Each push is one commit with a card that says how the "
            "rows were chosen and how to do it again. The account is the one that is signed in here; at home that of "
            "HF_TOKEN.</p>",
            padding=False,
        )
        kind = gr.Radio(
            [(words, name) for name, (words, _) in KINDS.items()], value="dataset", label="Push", elem_id="hub-kind"
        )
        with gr.Row(elem_classes=["tight"]):
            repo = gr.Textbox(label="Repository", placeholder="name, or org/name", max_lines=1, elem_id="hub-repo")
            with gr.Column(min_width=200, elem_classes=["checks"]):
                private = gr.Checkbox(True, label="private")
                replace = gr.Checkbox(False, label="replace what is in it")
            push = gr.Button("Push", size="sm", min_width=100, scale=0, elem_id="hub-push")
        pushed = view(elem_id="hub-pushed", label="What was pushed")
        with gr.Row(elem_classes=["tight"]):
            link = gr.Textbox(
                label="Open a published run", placeholder="org/name, or its page on the Hub", max_lines=1,
                elem_id="hub-link",
            )  # fmt: skip
            open = gr.Button("Open", size="sm", min_width=100, scale=0, elem_id="hub-open")
        with gr.Accordion("Fine-tune on HF Jobs", open=False, elem_id="hub-jobs"):
            gr.HTML(
                "<p class='hint'>For trainings that are too large for this machine: push the kept rows first. HF Jobs "
                "are paid for by your account. Nothing is submitted before you have seen it.</p>",
                padding=False,
            )
            with gr.Row():
                data = gr.Textbox(label="Pushed dataset", placeholder="org/name", max_lines=1, elem_id="job-data")
                output = gr.Textbox(
                    label="Repository of the model", placeholder="name, or org/name", max_lines=1, elem_id="job-output"
                )
                flavor = gr.Dropdown(
                    ["t4-small", "l4x1", "a10g-small", "a10g-large", "a100-large", "h200"], value="a10g-large",
                    allow_custom_value=True, label="Hardware", elem_id="job-flavor",
                )  # fmt: skip
                timeout = gr.Textbox(label="At most", value="6h", max_lines=1, elem_id="job-timeout")
            preview = gr.Button("Show what would run", size="sm", elem_id="job-preview")
            command = gr.Code(label="The same from a terminal", language="shell", visible=False, elem_id="job-command")
            script = gr.Code(
                label="train.py: what is submitted", language="python", visible=False, max_lines=24,
                elem_id="job-script",
            )  # fmt: skip
            plan, submit = gr.State(None), gr.Button("Submit this", size="sm", visible=False, elem_id="job-submit")
            submitted = view(elem_id="job-submitted", label="The submitted job")
    return HubCard(
        kind=kind, repo=repo, private=private, replace=replace, push=push, pushed=pushed, link=link, open=open,
        data=data, output=output, flavor=flavor, timeout=timeout, preview=preview, command=command, script=script,
        plan=plan, submit=submit, submitted=submitted,
    )  # fmt: skip


def wire(card: HubCard, run: gr.Textbox) -> None:
    refusable = Quick | {"show_progress_on": run}  # a refusal is a message, and covers nothing up
    begun = card.push.click(lambda: panel.at_it("Pushing…"), None, card.pushed, **Quiet)
    asked = [run, card.kind, card.repo, card.private, card.replace]
    done = begun.then(told(_push), asked, [card.pushed, card.data], **refusable)
    done.failure(lambda: [], None, card.pushed, **Quiet)
    gr.on([card.open.click, card.link.submit], told(_open), card.link, run, **refusable)
    asked = [run, card.data, card.output, card.flavor, card.timeout]
    planned = [card.plan, card.command, card.script, card.submit, card.submitted]
    card.preview.click(told(_plan), asked, planned, **refusable)
    # another job than the one on show must not be submitted; in the browser itself, so that no answer comes late
    changes = [card.data.input, card.output.input, card.flavor.input, card.timeout.input, run.change]
    gr.on(changes, None, None, planned[1:], js=NOTHING_PLANNED, api_visibility="private")
    card.submit.click(told(_submit), card.plan, [card.submitted, card.submit], **refusable)


def _open(link: str) -> str:
    return api.open_published(link)


def _push(run: str, kind: str, repo: str, private: bool, replace: bool) -> list[Any]:
    if not run:
        raise UserError("Open a run first.")
    _, push = KINDS[kind]
    done = push(run, repo.strip(), private=private, replace=replace)
    return [panel.pushed(done), done.repo_id if kind == "dataset" else gr.skip()]


def _plan(run: str, data: str, output: str, flavor: str, timeout: str) -> list[Any]:
    if not run:
        raise UserError("Open a run first.")
    plan = api.job_preview(run, data.strip(), output.strip(), flavor=flavor, timeout=timeout.strip())
    shown = [gr.update(value=text, visible=True) for text in (plan.command, plan.script)]
    return [plan, *shown, gr.update(visible=True), []]


def _submit(plan: JobPlan | None) -> list[Any]:
    if plan is None:
        raise UserError("Look at what would run first.")
    return [panel.job(api.submit_job(plan)), gr.update(visible=False)]
