"""What the timer sends to the page, and when it has nothing to send."""

import json

import gradio as gr
import pytest

from instructdiff_ui import api
from instructdiff_ui.ui import shell as shells
from instructdiff_ui.ui.state import TableState

SKIP = gr.skip()


@pytest.fixture
def run(home, tmp_path):
    """A run that is done: one made from scores."""
    row = {"instruction": "Add.", "response": "2", "n_tokens": 3, "base_nll": 2.0, "calibrated_nll": 1.0}
    rows = [row | {"response": f"{n}", "base_entropy": 1.0, "calibrated_entropy": n / 40} for n in range(40)]
    file = tmp_path / "scores.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return api.import_scores(file)


@pytest.fixture
def shell():
    with gr.Blocks():
        return shells._lay_out()


def test_an_ended_job_is_sent_once_more_and_then_no_more(shell, run):
    """The tick's answer may have come before the older one of the event that opened the run."""
    options = [option.value for option in shell.explore.options]
    seen = shell.show_run(run, *options)[0]
    again = shell.tick(run, seen, None, TableState(), *options)
    live, rest = again[1 : 1 + len(shell.live)], again[1 + len(shell.live) :]
    assert SKIP not in live
    assert all(value == SKIP for value in rest), "what one may be editing is left alone"
    after = shell.tick(run, again[0], None, TableState(), *options)
    assert all(value == SKIP for value in after)
