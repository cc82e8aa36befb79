"""What the timer sends to the page, and when it has nothing to send."""

import html
import json

import gradio as gr
import pytest

from instructdiff_ui import api
from instructdiff_ui.api import SelectionSpec
from instructdiff_ui.ui import page
from instructdiff_ui.ui.explore.wiring import Wiring
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


def test_a_run_that_nobody_writes_to_is_not_read_again(shell, run, monkeypatch):
    seen = shell.show_run(run, "", Drawing())[0]
    settled = shell.tick(run, seen)[0]
    with monkeypatch.context() as patch:
        patch.setattr(api, "status", lambda run: pytest.fail("the run was read"))
        assert all(value == SKIP for value in shell.tick(run, settled))
    api.select(run, SelectionSpec(ratio=0.5))
    assert shell.tick(run, settled)[1] != SKIP


def test_an_older_answer_that_comes_late_is_put_right(shell, run):
    """The page then says again that it shows the older state, though it was sent the newer one before."""
    older = Seen(run, "as it was").text
    first, second = shell.tick(run, older), shell.tick(run, older)
    for answer in (first, second):
        assert SKIP not in answer[: 2 + len(shell.live)]
    assert first[1] != second[1], "a text that stays the same would ask for nothing"


def test_a_late_answer_of_another_run_is_put_right_in_the_end(shell, run):
    shown = Seen("another", "done").text
    for _ in range(50):
        shown, refresh, *_rest = shell.tick(run, shown)
        if refresh != SKIP:
            break
    assert Seen.read(shown).run == run


def test_a_selection_saved_elsewhere_leaves_the_rule_that_is_explored(shell, run):
    seen = shell.show_run(run, "", Drawing())[0]
    api.select(run, SelectionSpec(ratio=0.5))
    assert shell.tick(run, seen)[1] != SKIP
    explored = Steps(SelectionSpec(ratio=0.3), run=run)
    values = dict(
        zip(
            [*shell.results, *shell.explored, *shell.prefilled],
            shell.refreshed(run, explored, TableState(), Drawing()),
            strict=True,
        )
    )
    assert all(values[component] == SKIP for component in [*shell.explored, *shell.prefilled])
    table, *shown = shell.redrawn(run, explored, TableState(), Drawing())
    assert table == TableState()
    assert len(shown) == len(shell.explore.outputs)


def test_the_first_scores_of_a_run_fill_the_fields(shell, run):
    values = dict(
        zip(
            [*shell.results, *shell.explored, *shell.prefilled],
            shell.refreshed(run, None, TableState(), Drawing()),
            strict=True,
        )
    )
    assert values[shell.steps] == Steps(api.spec(run), run=run)
    assert all(values[component] != SKIP for component in shell.explore.prefilled)


def test_what_belongs_to_another_run_never_reaches_the_open_one(shell, run):
    """While a run is being opened, the page still holds the rule of the one before."""
    other = Steps(SelectionSpec(ratio=0.5), run="another")
    assert all(value == SKIP for value in shell.redrawn(run, other, TableState(), Drawing()))
    assert all(value == SKIP for value in shell.tick(run, Seen(run="another", results="done").text)[1:])
    with gr.Blocks():
        wiring = Wiring(shell)
    with pytest.raises(api.UserError, match="Another run is being opened"):
        wiring.scene(run, other, TableState(), Drawing())


def test_rows_that_are_gone_are_closed(shell, run):
    gone = TableState(current="zzz")
    assert shell.redrawn(run, Steps(api.spec(run), run=run), gone, Drawing())[0] == TableState()


def test_every_answer_has_a_value_for_every_component(shell, run):
    now, steps = api.status(run), Steps(api.spec(run), run=run)
    state = (TableState(), Drawing())
    assert {len(shell.show_results(run, now, steps)), len(shell.show_results(None, None, None))} == {len(shell.results)}
    assert len(shell.show_explored(run, now, steps, *state)) == len(shell.explored)
    assert len(shell.show_explored(None, None, None, *state)) == len(shell.explored)
    assert len(shell.prefill(run, now, *state)) == len(shell.prefilled)
    assert len(shell.prefill(None, None, *state)) == len(shell.prefilled)
    whole = len([*shell.live, *shell.curves, *shell.results, *shell.explored, *shell.prefilled])
    assert {len(shell.show_run(name, "", Drawing())) for name in (run, "")} == {5 + whole}
    assert {len(shell.tick(name, "")) for name in (run, "")} == {3 + len([*shell.live, *shell.curves])}


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
        ({"metric": "nope"}, "Its metric is 'nope'"),
        ({"rows": {"self": 1}}, "'self'"),
        ({"rows": {"region": {"x": "delta_nll", "y": "delta_entropy", "box": [0, 1, 0, 1e300]}}}, "finite"),
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


def test_a_link_to_a_run_of_another_server_says_so(shell, run, monkeypatch):
    heard = []
    monkeypatch.setattr(gr, "Warning", heard.append)
    request = type("Request", (), {"query_params": {"run": "<gone>", "state": "x"}})
    assert shell.first_run(request)[1] == "", "and its state is not taken for that of another run"
    assert "not on this server: &lt;gone&gt;" in heard[0]
