"""The Data tab: name a model and datasets, and see what the model will see before any model runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api, hosting
from ..api import RunStatus
from . import figures, forms
from . import format as fmt
from .chart import chart
from .panels import pools
from .view import view

FIELDS = (
    "model",
    "datasets",
    "uploads",
    "name",
    "preset",
    "domains",
    "domain_column",
    "discover",
    "template",
    "custom_template",
    "limit",
    "max_length",
    "overlong",
    "heldout_ratio",
    "seed",
    "dtype",
    "device",
    "quantization",
    "model_revision",
    "subset",
    "split",
    "revision",
    "instruction_column",
    "input_column",
    "response_column",
    "messages_column",
)


@dataclass
class DataTab:
    fields: dict[str, Any]  # the form, by the names of FIELDS
    load: gr.Button
    starters: gr.HTML
    scores_file: gr.File
    scores_path: gr.Textbox
    open_scores: gr.Button
    summary: gr.HTML
    about: gr.HTML
    domains: gr.HTML
    lengths: gr.HTML
    previews: gr.HTML
    quarantine: gr.HTML
    found: gr.Column
    tokenised: gr.Column

    @property
    def inputs(self) -> list[Any]:
        return [self.fields[name] for name in FIELDS]

    @property
    def outputs(self) -> list[Any]:
        return [
            self.found,
            self.tokenised,
            self.summary,
            self.about,
            self.domains,
            self.lengths,
            self.previews,
            self.quarantine,
        ]

    def show(self, run: str | None, now: RunStatus | None) -> list[Any]:
        """The values of `outputs` for a run."""
        ready = now is not None and (now.done("tokens") or now.done("import_scores"))
        if run is None or now is None:
            return [
                gr.update(visible=False),
                gr.update(visible=False),
                pools.data_summary(None, {}),
                [],
                [],
                None,
                [],
                [],
            ]
        about = pools.run_line(api.config(run))
        if not ready:
            return [gr.update(visible=False), gr.update(visible=False), [], about, [], None, [], []]
        report, aside = api.data_report(run), pools.quarantine(api.quarantined(run))
        if report is None:  # made from scores, without a model: nothing was tokenised
            imported = pools.imported_summary(now)
            return [gr.update(visible=True), gr.update(visible=False), imported, about, [], None, [], aside]
        return [
            gr.update(visible=True),
            gr.update(visible=True),
            pools.data_summary(report, now.facts("tokens")),
            about,
            pools.domain_counts(report),
            figures.length_histogram(report["lengths"]),
            pools.previews(report),
            aside,
        ]


def build() -> DataTab:
    fields: dict[str, Any] = {}
    public = hosting.is_public()  # where nobody names a file of the server
    with gr.Column(elem_classes=["box"]):
        gr.HTML(
            "<h3>Ready-made runs</h3><p class='hint'>Small models of the Hub on four of its datasets, as many rows as "
            "this machine does in about a quarter of an hour, at least 200. One click loads "
            "the data; nothing is trained yet.</p>",
            padding=False,
        )
        starters = view(lambda: pools.starters(api.starters()), elem_id="starters", label="Ready-made runs")
    with gr.Column(elem_classes=["box"]):
        gr.HTML(
            "<h3>New run</h3><p class='hint'>Loading shows what the model will see; nothing is trained yet.</p>",
            padding=False,
        )
        with gr.Row():
            folder, file = ("", "") if public else ("a folder with safetensors, or ", "pool.jsonl, ")
            fields["model"] = gr.Textbox(
                label="Model", placeholder=f"{folder}a Hub id such as Qwen/Qwen2.5-0.5B", scale=3
            )
            fields["preset"] = gr.Dropdown(
                [
                    ("quick: LoRA, one epoch", "quick"),
                    ("paper: full parameters", "paper"),
                    ("official code", "official"),
                ],
                value="quick",
                label="Preset",
                scale=1,
            )
        with gr.Row():
            fields["datasets"] = gr.Textbox(
                label="Datasets, one per line",
                placeholder=f"{file}a Hub id such as tatsu-lab/alpaca, or with a domain's name math=openai/gsm8k",
                lines=3,
                scale=3,
            )
            fields["uploads"] = gr.File(
                label="or upload",
                file_count="multiple",
                file_types=[".jsonl", ".json", ".csv", ".parquet"],
                type="filepath",
                height=118,
                scale=1,
            )
        with gr.Row():
            fields["domains"] = gr.Dropdown(
                [("one per dataset", "source"), ("from a column", "column"), ("discover by topic", "discover")],
                value="source",
                label="Domains",
            )
            fields["domain_column"] = gr.Textbox(label="Domain column", value="domain", visible=False)
            fields["discover"] = gr.Number(label="Number of domains", value=4, visible=False)
            most = f"at most {fmt.count(hosting.limits().rows)}" if public else "all"
            fields["limit"] = gr.Number(label=f"Row limit (0: {most})", value=0)
            fields["template"] = gr.Dropdown(
                [("as the preset", "preset"), "auto", "alpaca", "chat", "plain", "custom"],
                value="preset",
                label="Prompt template",
            )
            fields["name"] = gr.Textbox(label="Name of the run", placeholder="optional")
        fields["custom_template"] = gr.Textbox(
            label="Custom template, with {instruction} and, if wanted, {input}",
            value="### User:\n{instruction}\n{input}\n### Assistant:\n",
            lines=4,
            visible=False,
        )
        with gr.Accordion("Lengths, held-out rows, precision", open=False), gr.Row():
            fields["max_length"] = gr.Number(label="Max. tokens (0: the model's, at most 2,048)", value=0)
            fields["overlong"] = gr.Dropdown(["truncate", "drop"], value="truncate", label="Longer rows")
            fields["heldout_ratio"] = gr.Number(label="Held-out share", value=0.05, step=0.01)
            fields["seed"] = gr.Number(label="Seed", value=0)
            fields["dtype"] = gr.Dropdown(["auto", "float32", "bfloat16", "float16"], value="auto", label="dtype")
            fields["device"] = gr.Dropdown(["auto", "cpu", "cuda", "mps"], value="auto", label="Device")
            fields["quantization"] = gr.Dropdown(["none", "4bit"], value="none", label="Base weights (4bit: LoRA only)")
        with gr.Accordion("Hub revisions and splits", open=False), gr.Row():
            fields["model_revision"] = gr.Textbox(label="Model revision")
            fields["subset"] = gr.Textbox(label="Dataset subset")
            fields["split"] = gr.Textbox(label="Dataset split", placeholder="train")
            fields["revision"] = gr.Textbox(label="Dataset revision")
        with gr.Accordion("Columns, where they are not recognised", open=False), gr.Row():
            fields["instruction_column"] = gr.Textbox(label="Instruction column")
            fields["input_column"] = gr.Textbox(label="Input column")
            fields["response_column"] = gr.Textbox(label="Response column")
            fields["messages_column"] = gr.Textbox(label="Chat column")
        with gr.Accordion("Open a scored file instead", open=False):
            gr.Markdown(
                "The released code's JSONL, or a table with `n_tokens`, `base_nll`, `base_entropy`, `calibrated_nll`, "
                "`calibrated_entropy`: explorable and exportable at once; trainable when a model is named above."
            )
            with gr.Row():
                scores_path = gr.Textbox(label="Scored file", placeholder="scores.jsonl", scale=3, visible=not public)
                scores_file = gr.File(
                    label="or upload", file_types=[".jsonl", ".json", ".csv", ".parquet"], type="filepath", height=118
                )
            open_scores = gr.Button("Open scores", size="sm")
        load = gr.Button("Load and check", variant="primary", elem_id="load")
    _show_what_is_asked(fields)
    summary = view(pools.data_summary(None, {}), elem_id="data-summary", label="Pool")
    about = view(elem_id="run-line", label="The open run")
    with gr.Column(visible=False) as found:
        with gr.Column(visible=False) as tokenised:
            with gr.Row(equal_height=False):
                with gr.Column(elem_classes=["box"], scale=3, min_width=360):
                    gr.HTML("<h3>Token lengths by domain</h3>", padding=False)
                    lengths = chart("length-chart", label="Token lengths of prompts and responses by domain")
                with gr.Column(elem_classes=["box"], scale=2, min_width=320):
                    gr.HTML("<h3>Domains</h3><p class='hint'>Lengths of responses, in tokens.</p>", padding=False)
                    domains = view(elem_id="domain-counts", label="Domains")
            with gr.Column(elem_classes=["box"]):
                gr.HTML(
                    "<h3>As the model reads them</h3><p class='hint'>Response tokens are marked.</p>", padding=False
                )
                previews = view(elem_id="previews", label="Rendered prompts")
        with gr.Column(elem_classes=["box"]):
            gr.HTML("<h3>Rows set aside</h3>", padding=False)
            quarantine = view(elem_id="quarantine", label="Rows set aside")
    return DataTab(
        fields=fields,
        load=load,
        starters=starters,
        scores_file=scores_file,
        scores_path=scores_path,
        open_scores=open_scores,
        summary=summary,
        about=about,
        domains=domains,
        lengths=lengths,
        previews=previews,
        quarantine=quarantine,
        found=found,
        tokenised=tokenised,
    )


def _show_what_is_asked(fields: dict[str, Any]) -> None:
    """Fields that one choice needs appear with it."""
    fields["domains"].change(
        lambda how: [gr.update(visible=how == "column"), gr.update(visible=how == "discover")],
        fields["domains"],
        [fields["domain_column"], fields["discover"]],
        api_visibility="private",
        queue=False,
    )
    fields["template"].change(
        lambda name: gr.update(visible=name == "custom"),
        fields["template"],
        fields["custom_template"],
        api_visibility="private",
        queue=False,
    )


def create(open_run: str, *values: Any) -> str:
    """Make a run from the form and let a worker load and tokenise its data; returns the run's id.

    The open run is the attempt before, if it failed at once: then this one takes its place.
    """
    form = dict(zip(FIELDS, values, strict=True))
    form["uploads"] = [api.keep_upload(path) for path in form["uploads"] or []]
    run = api.create_run(api.parse_config(forms.new_run(form), preset=form["preset"]))
    api.start(run, "data")
    if open_run:
        api.discard_failed(open_run)
    return run


def create_from_scores(path: str, upload: str | None, *values: Any) -> str:
    """Make a run from a scored file; the form above says the model and the columns, if any."""
    form = dict(zip(FIELDS, values, strict=True)) | {"uploads": [], "datasets": ""}
    settings = forms.new_run(form)
    file = path.strip() or (api.keep_upload(upload) if upload else "")
    return api.import_scores(file, settings=settings | {"preset": form["preset"]})
