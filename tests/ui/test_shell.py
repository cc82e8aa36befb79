"""What the timer sends to the page, and when it has nothing to send."""

import html
import json

import gradio as gr
import pytest

from instructdiff_ui import api
from instructdiff_ui.api import SelectionSpec
from instructdiff_ui.ui import page
from instructdiff_ui.ui.state import Drawing, Seen, Steps, TableState, view_of

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
        return page._lay_out()


def test_an_ended_job_is_sent_once_more_and_then_no_more(shell, run):
    """The tick's answer may have come before the older one of the event that opened the run."""
    seen = shell.show_run(run, "", Drawing())[0]
    settled, refresh, *again = shell.tick(run, seen)
    assert refresh == SKIP, "what one may be editing is left alone"
    assert SKIP not in again[: len(shell.live)]
    assert all(value == SKIP for value in again[len(shell.live) :])
    assert all(value == SKIP for value in shell.tick(run, settled)[1:])


def test_a_selection_saved_elsewhere_is_shown(shell, run):
    seen = shell.show_run(run, "", Drawing())[0]
    api.select(run, SelectionSpec(ratio=0.5))
    refresh = shell.tick(run, seen)[1]
    assert refresh != SKIP
    steps, *rest = shell.refreshed(run, Steps(SelectionSpec(ratio=0.3)), TableState(), Drawing())
    assert steps.present.ratio == 0.3, "but not in the place of the rule that is being explored"
    assert all(value == SKIP for value in rest[-len(shell.prefilled) :])


def test_the_first_scores_of_a_run_fill_the_fields(shell, run):
    steps, *rest = shell.refreshed(run, None, TableState(), Drawing())
    assert steps.present == api.spec(run)
    assert SKIP not in rest[-len(shell.explore.prefilled) :]


def test_every_answer_has_a_value_for_every_component(shell, run):
    now, steps = api.status(run), Steps(api.spec(run))
    state = (TableState(), Drawing())
    assert len(shell.show_results(run, now, steps, *state)) == len(shell.results)
    assert len(shell.show_results(None, None, None, *state)) == len(shell.results)
    assert len(shell.prefill(run, now, *state)) == len(shell.prefilled)
    assert len(shell.prefill(None, None, *state)) == len(shell.prefilled)
    whole = len([*shell.live, *shell.curves, *shell.results, *shell.prefilled])
    assert {len(shell.show_run(name, "", Drawing())) for name in (run, "")} == {5 + whole}
    assert {len(shell.tick(name, Seen())) for name in (run, "")} == {2 + len([*shell.live, *shell.curves])}


def test_a_link_opens_the_rule_and_the_view_it_was_made_of(shell, run):
    spec = SelectionSpec(ratio=0.3, gamma=0.05)
    table = TableState().asked(search="2", show="dropped").opened(api.rows(run, spec).rows["example_id"][0])
    drawing = Drawing(kind="density", bins=30, panel="sensitivity")
    state = api.link_state(run, spec, view_of(table, drawing))
    steps, *seen = shell.asked(run, api.status(run), state, Drawing())
    assert (steps.present, *seen) == (spec, table, drawing)
    assert steps.undone().present == api.spec(run), "what was saved is one undo away"


@pytest.mark.parametrize("state", ["garbage", "eJyrVkosLcmIz8nPS0/NBQAb", "@0123456789abcdef", "../../etc/passwd"])
def test_a_link_that_cannot_be_read_opens_the_run_as_it_is(shell, run, state, monkeypatch):
    said = []
    monkeypatch.setattr(gr, "Warning", said.append)
    steps, table, drawing = shell.asked(run, api.status(run), state, Drawing(kind="density", map_domain="x"))
    assert (steps, table, drawing) == (None, TableState(), Drawing(kind="density"))
    assert "could not be restored" in said[0]


def test_a_link_that_asks_for_what_the_run_does_not_have_says_so(shell, run, monkeypatch):
    said = []
    monkeypatch.setattr(gr, "Warning", said.append)
    view = view_of(TableState().asked(sort_by="<img src=x>"), Drawing())
    assert shell.asked(run, api.status(run), api.link_state(run, SelectionSpec(), view), Drawing())[0] is None
    assert "&lt;img" in said[0], "and what it asked for is no markup"


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"row": "nope"}, "'nope'"),
        ({"extra": "nope"}, "Its extra is 'nope'"),
        ({"drawing": {"bins": 2_000_000}}, "Its bins is 2000000, but there is 20, 30"),
        ({"drawing": {"beside": "nope"}}, "Its beside is 'nope'"),
        ({"drawing": {"map_domain": "nope"}}, "Its map_domain is 'nope'"),
        ({"drawing": {"contrast": "nope"}}, "Its contrast is 'nope'"),
        ({"drawing": {"length": "delta_nll"}}, "Its length is 'delta_nll'"),
        ({"drawing": {"panel": "nope"}}, "Its panel is 'nope'"),
    ],
)
def test_a_link_cannot_ask_for_what_the_page_does_not_offer(shell, run, view, said, monkeypatch):
    heard = []
    monkeypatch.setattr(gr, "Warning", heard.append)
    state = api.link_state(run, SelectionSpec(), view)
    assert shell.asked(run, api.status(run), state, Drawing())[0] is None
    assert said in html.unescape(heard[0])
