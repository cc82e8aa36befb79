"""What a tab remembers: undo and redo, rules of single domains, rows by hand, and the view that a link holds."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.api import RowQuery, SelectionSpec
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.ui.state import (
    MAX_STEPS,
    Drawing,
    Steps,
    TableState,
    changed_spec,
    seen_in,
    view_of,
    with_hand,
    with_rule,
)

SPEC = SelectionSpec()


# undo and redo -----------------------------------------------------------------------------------------------------


def test_undo_goes_back_and_redo_forth():
    steps = Steps(SPEC).to(changed_spec(SPEC, ratio=0.2)).to(changed_spec(SPEC, ratio=0.3))
    assert steps.undone().present.ratio == 0.2
    assert steps.undone().undone().present == SPEC
    assert steps.undone().undone().redone().redone() == steps


def test_at_either_end_nothing_happens():
    steps = Steps(SPEC)
    assert steps.undone() == steps.redone() == steps


def test_a_rule_that_stays_is_no_step():
    steps = Steps(SPEC).to(changed_spec(SPEC, ratio=0.2)).undone()
    assert steps.to(SPEC) == steps, "and what was undone can still be redone"


def test_a_new_step_forgets_what_was_undone():
    steps = Steps(SPEC).to(changed_spec(SPEC, ratio=0.2)).undone().to(changed_spec(SPEC, ratio=0.4))
    assert steps.redone() == steps
    assert steps.undone().present == SPEC


@given(st.lists(st.sampled_from(["undo", "redo", 0.1, 0.2, 0.3, 0.4]), max_size=40))
def test_steps_behave_like_a_list_with_a_cursor(moves):
    steps, rules, at = Steps(SPEC), [SPEC], 0
    for move in moves:
        if move == "undo":
            steps, at = steps.undone(), max(0, at - 1)
        elif move == "redo":
            steps, at = steps.redone(), min(len(rules) - 1, at + 1)
        elif rules[at].ratio != move:
            rules = [*rules[: at + 1], changed_spec(SPEC, ratio=move)]
            steps, at = steps.to(rules[-1]), at + 1
        assert steps.present == rules[at]
        assert (bool(steps.past), bool(steps.future)) == (at > 0, at < len(rules) - 1)


def test_only_so_many_steps_are_kept():
    steps = Steps(SPEC)
    for n in range(1, MAX_STEPS + 50):
        steps = steps.to(changed_spec(SPEC, ratio=n / 1000))
    assert len(steps.past) == MAX_STEPS


def test_steps_share_what_stays_as_it_was():
    by_hand = with_hand(with_rule(SPEC, "math", "ratio", 0.2), [f"row-{i}" for i in range(1000)], "keep")
    steps = Steps(by_hand).to(with_rule(by_hand, "code", "ratio", 0.3))
    assert steps.present == with_rule(by_hand, "code", "ratio", 0.3)
    assert steps.present.pinned is by_hand.pinned
    assert steps.present.domains["math"] is by_hand.domains["math"]
    assert steps.present.model_dump_json() == with_rule(by_hand, "code", "ratio", 0.3).model_dump_json()


def test_a_step_takes_a_few_kilobytes():
    spec = with_hand(SPEC, [f"row-{i}" for i in range(10_000)], "keep")
    steps = Steps(with_rule(with_rule(spec, "math", "ratio", 0.5), "code", "ratio", 0.5))
    tracemalloc.start()
    for n in range(1, MAX_STEPS + 1):
        steps = steps.to(with_rule(steps.present, "code", "ratio", n / 1000))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / MAX_STEPS < 4_000, "bytes"


# thresholds --------------------------------------------------------------------------------------------------------


def test_both_ends_of_the_filter_follow_one_box():
    assert with_rule(SPEC, "", "gamma_high", 0.2).gammas_of() == (0.2, 0.2)
    assert with_rule(SPEC, "", "gamma", 0.2).gammas_of() == (0.2, 0.2)


def test_one_end_alone_leaves_the_other_where_it_is():
    low = with_rule(SPEC, "", "gamma", 0.05, ends=False)
    assert low.gammas_of() == (0.05, 0.1)
    assert with_rule(low, "", "gamma_high", 0.3, ends=False).gammas_of() == (0.05, 0.3)
    math = with_rule(SPEC, "math", "gamma_high", 0.2, ends=False)
    assert (math.gammas_of("math"), math.gammas_of("code")) == ((0.1, 0.2), (0.1, 0.1))


def test_equal_ends_are_written_as_one():
    apart = with_rule(SPEC, "", "gamma_high", 0.2, ends=False)
    assert with_rule(apart, "", "gamma_high", 0.1, ends=False) == SPEC


def test_an_emptied_box_lets_a_domain_follow_the_others():
    own = with_rule(with_rule(SPEC, "math", "ratio", 0.5), "math", "gamma", 0.2)
    assert own.ratio_of("math") == 0.5
    assert with_rule(with_rule(own, "math", "ratio", None), "math", "gamma_high", None) == SPEC


def test_what_holds_for_all_cannot_be_empty():
    with pytest.raises(ConfigError, match="ratio"):
        with_rule(SPEC, "", "ratio", None)


def test_ranking_the_pool_as_one_drops_rules_of_single_domains():
    own = with_rule(SPEC, "math", "ratio", 0.5)
    assert changed_spec(own, scope="global").domains == {}


# rows by hand ------------------------------------------------------------------------------------------------------


def test_a_row_is_kept_dropped_or_left_to_the_rule():
    kept = with_hand(SPEC, ["a", "b"], "keep")
    assert (kept.pinned, kept.excluded) == (("a", "b"), ())
    mixed = with_hand(kept, ["b", "c"], "drop")
    assert (mixed.pinned, mixed.excluded) == (("a",), ("b", "c"))
    assert with_hand(mixed, ["a", "b", "c"], "rule") == SPEC


@given(st.lists(st.tuples(st.sets(st.sampled_from("abcdef")), st.sampled_from(["keep", "drop", "rule"])), max_size=12))
def test_the_last_word_on_a_row_holds(decisions):
    spec, said = SPEC, {}
    for ids, hand in decisions:
        spec = with_hand(spec, sorted(ids), hand)
        said |= dict.fromkeys(ids, hand)
    assert set(spec.pinned) == {i for i, hand in said.items() if hand == "keep"}
    assert set(spec.excluded) == {i for i, hand in said.items() if hand == "drop"}
    assert len(spec.pinned) == len(set(spec.pinned))


# views -------------------------------------------------------------------------------------------------------------


def test_a_fresh_page_needs_no_words():
    assert view_of(TableState(), Drawing()) == {}


def test_a_view_comes_back_from_a_link():
    table = TableState().asked(search="sum", regex=True, ranges={"delta_nll": (None, 0.5)}, show="kept").opened("r7")
    region = {"x": "delta_nll", "y": "delta_entropy", "lasso": [(0, 0), (1, 0), (0, 1)]}
    table = table.asked(region=region)
    drawing = Drawing(kind="density", bins=90, linked=False, map_domain="math")
    sent = json.loads(json.dumps(view_of(table, drawing)))
    assert seen_in(sent) == (table, drawing)


def test_a_view_takes_nothing_of_the_wrong_kind():
    table, drawing = seen_in({"row": 5, "extra": ["x"], "drawing": {"bins": "many", "kind": "density", "no": 1}})
    assert (table, drawing) == (TableState(), Drawing(kind="density"))
    with pytest.raises(ConfigError):
        seen_in({"rows": {"page": -1}})
    with pytest.raises(ConfigError):
        seen_in({"rows": {"shell": "rm"}})


def test_another_question_starts_on_its_first_page():
    table = TableState(query=RowQuery(page=7))
    assert table.asked(search="x").query.page == 1
    assert table.asked(page=8).query.page == 8
    assert table.sorted_by("delta_nll").query.page == 1


def test_a_second_click_on_a_head_turns_the_order():
    once = TableState().sorted_by("n_tokens")
    assert (once.query.sort_by, once.query.descending) == ("n_tokens", False)
    assert once.sorted_by("n_tokens").query.descending
    assert not once.sorted_by("n_tokens").sorted_by("domain").query.descending
