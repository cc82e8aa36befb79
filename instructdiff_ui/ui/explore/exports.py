"""Taking the kept rows along: a file, or a package that a trainer loads as it is."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from ... import api
from ...api import SelectionSpec

PREFIX = "instructdiff-export-"
KEPT = 600  # seconds


@dataclass
class ExportCard:
    format: gr.Dropdown
    scores: gr.Checkbox
    package: gr.Checkbox
    button: gr.Button
    file: gr.File


def export(run: str, spec: SelectionSpec, fmt: str, scores: bool, package: bool) -> str:
    """Write what is shown as kept to a file that the browser can fetch."""
    stem = f"{Path(run).name}-{fmt}"
    folder = fresh_folder()
    if package:
        return str(api.export_package(run, folder / f"{stem}.zip", fmt=fmt, spec=spec).path)
    path = folder / f"{stem}{api.EXPORT_FORMATS[fmt].suffix or '.zip'}"
    api.export(run, path, fmt=fmt, spec=spec, scores=scores)
    return str(path)


def fresh_folder() -> Path:
    """A folder for one file. Gradio takes a copy of it at once, so folders of earlier exports are removed."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > KEPT:
                shutil.rmtree(old)
    return Path(tempfile.mkdtemp(prefix=PREFIX))


def build() -> ExportCard:
    with gr.Row(elem_classes=["box", "tight"]):
        format = gr.Dropdown(
            [(form.label, name) for name, form in api.EXPORT_FORMATS.items()],
            value="jsonl",
            label="Export the kept rows as",
            min_width=260,
            elem_id="export-format",
        )
        with gr.Column(min_width=260, elem_classes=["checks"]):
            scores = gr.Checkbox(True, label="with id, domain and scores")
            package = gr.Checkbox(False, label="zip with original columns, spec and loading lines", elem_id="package")
        button = gr.Button("Export", size="sm", elem_id="export", min_width=100, scale=0)
        file = gr.File(label="Exported", visible=False, interactive=False, elem_id="exported")
    return ExportCard(format=format, scores=scores, package=package, button=button, file=file)
