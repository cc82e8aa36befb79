"""The panels that help with the rule: strategies that can be computed, and suggested thresholds."""

from __future__ import annotations

import gradio as gr
import pytest
from scored_runs import scored_rows, scored_run
from trees import HOSTILE, cells, elements, events, said, tags

from instructdiff_ui import api
from instructdiff_ui.api import SelectionSpec, Suggestion, Tried
from instructdiff_ui.ui.explore import suggestions
from instructdiff_ui.ui.explore.scene import Scene
from instructdiff_ui.ui.panels.suggestions import CHANGED, missing_strategies, suggested
from instructdiff_ui.ui.state import Drawing, Steps, TableState

MISSING = {"ifd": "One more pass.", "superfiltering": "Name a model.", "zip": HOSTILE}
GAMMA = Suggestion("gamma", 0.1, 0.15, "More stable.", (Tried(0.1, 0.5), Tried(0.15, 0.61)))
RATIO = Suggestion(
    "ratio",
    0.1,
    0.05,
    f"In {HOSTILE}",
    (Tried(0.05, -0.2, -0.3, -0.1, "better", 2.5), Tried(0.2, float("nan"), note="undecided", loss=2.25)),
)
UNKNOWN = Suggestion("ratio", 0.1, None, "No experiment.")


def never(_):
    return False


# strategies ----------------------------------------------------------------------------------------------------------


def test_each_missing_strategy_has_its_name_and_its_sentence():
    tree = missing_strategies(MISSING, ("ifd", "zip"), computing="", busy=False)
    lines = [said(line) for line in elements(tree, "li")]
    assert lines[0] == "Highest IFD up to 1 One more pass. Compute"
    assert lines[1] == "Superfiltering Name a model.", "a setting comes first: there is nothing to press"
    assert HOSTILE in lines[2]
    assert events(tree) == [("compute", "ifd"), ("compute", "zip")]
    assert [button[1]["aria-label"] for button in elements(tree, "button")] == [
        "Compute Highest IFD up to 1",
        "Compute ZIP",
    ]
    assert tags(tree) <= {"div", "ul", "li", "button"}


def test_while_the_run_is_at_work_nothing_can_be_started():
    tree = missing_strategies(MISSING, ("ifd", "zip"), computing="ifd", busy=True)
    assert [said(button) for button in elements(tree, "button")] == ["Computing …", "Compute"]
    assert all(button[1]["disabled"] for button in elements(tree, "button"))
    assert "when it has ended" in said(tree)


def test_where_nothing_is_missing_nothing_is_shown():
    assert missing_strategies({}, (), computing="", busy=False) == []


# thresholds ----------------------------------------------------------------------------------------------------------


def test_both_thresholds_say_default_value_and_reason():
    tree = suggested((GAMMA, RATIO), changed=False, in_force=never)
    words = said(tree)
    assert "default 10 %" in words and "γ: 15 %" in words and "β: 5 %" in words
    assert "More stable." in words and HOSTILE in words and CHANGED not in words
    assert events(tree) == [("close", None), ("use", "gamma:0.15"), ("use", "ratio:0.05")]
    assert elements(tree, "button", "do")[0][1]["aria-label"] == "Use γ = 15 % for all domains"
    assert "img" not in tags(tree)


def test_what_was_tried_stands_in_tables():
    gammas, ratios = elements(suggested((GAMMA, RATIO), changed=False, in_force=never), "table")
    assert cells(gammas) == [["10 %", "0.50"], ["15 %", "0.61"]]
    first, second = cells(ratios)
    assert first[:3] == ["5 %", "2.500", "−0.200 (−0.300 to −0.100)"] and first[3].endswith("better")
    assert second[:3] == ["20 %", "2.250", "–"] and second[3].endswith("undecided")


def test_without_a_value_there_is_nothing_to_use():
    tree = suggested((GAMMA, UNKNOWN), changed=False, in_force=never)
    assert "β: stay with the default" in said(tree)
    assert [key for event, key in events(tree) if event == "use"] == ["gamma:0.15"]


def test_a_value_of_the_rule_says_so_and_a_changed_rule_is_told():
    tree = suggested((GAMMA, RATIO), changed=True, in_force=lambda one: one is GAMMA)
    assert CHANGED in said(tree) and "in the rule" in said(tree)
    assert [key for event, key in events(tree) if event == "use"] == ["ratio:0.05"]


# the card ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(home, tmp_path):
    return scored_run(tmp_path, scored_rows())


def scene(run, spec):
    return Scene(run, api.status(run), Steps(spec, run=run), TableState(), Drawing())


def test_a_suggestion_stays_that_of_the_rule_it_was_asked_for(run):
    asked, shown = suggestions.ask(scene(run, SelectionSpec()))
    assert (asked.run, asked.spec) == (run, SelectionSpec()) and shown["visible"]
    assert suggestions.again(scene(run, SelectionSpec()), None) == gr.skip()
    assert CHANGED not in said(suggestions.again(scene(run, SelectionSpec()), asked)["value"])
    assert CHANGED in said(suggestions.again(scene(run, SelectionSpec(ratio=0.2)), asked)["value"])


def test_that_of_another_run_is_put_away(run, tmp_path):
    asked, _ = suggestions.ask(scene(run, SelectionSpec()))
    other = scored_run(tmp_path, scored_rows(seed=1))
    assert suggestions.again(scene(other, SelectionSpec()), asked) == gr.update(value=[], visible=False)


def test_a_used_value_is_the_rule_with_it():
    assert suggestions.used(SelectionSpec(gamma_high=0.3), "gamma:0.15") == SelectionSpec(gamma=0.15)
    assert suggestions.used(SelectionSpec(), "ratio:0.05") == SelectionSpec(ratio=0.05)


def test_the_small_model_is_a_setting_of_the_run(run):
    with pytest.raises(api.UserError, match="Name the small model first"):
        suggestions.name_model(run, "  ")
    suggestions.name_model(run, " openai-community/gpt2 ")
    assert api.config(run).baselines.small_model.path == "openai-community/gpt2"


def test_scores_without_a_model_offer_what_needs_none(run):
    tree = suggestions._missing(run)
    assert events(tree) == [("compute", "zip")]
    with pytest.raises(api.UserError, match="It needs the base model"):
        suggestions.compute(run, "ifd")
