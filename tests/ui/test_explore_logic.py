"""What a click, a choice or a drawn region makes of the table, the rule and the link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_runs import scored_rows, scored_run

from instructdiff_ui import api
from instructdiff_ui.api import Region, RowQuery, SelectionSpec
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.ui.explore import analysis, charts, rows, rule
from instructdiff_ui.ui.explore import tab as explore_tab
from instructdiff_ui.ui.explore.scene import Scene
from instructdiff_ui.ui.panels.table import MORE_SHOWN, SHOWN
from instructdiff_ui.ui.state import KEPT, Drawing, Steps, TableState, seen_in

LASSO = {"x": "delta_nll", "y": "delta_entropy", "lasso": [(0, 0), (1, 0), (0, 1)]}
FILTERED = TableState().asked(
    search="sum",
    regex=True,
    domains=["math", "a:b"],
    ranges={"delta_nll": (None, 0.5), "x:y": (1, 2)},
    kinds={"quality": "good", "k:l": "m:n"},
    region=LASSO,
    show="rank",
    sort_by="n_tokens",
    descending=True,
)


@pytest.fixture
def run(tmp_path):
    return scored_run(tmp_path, scored_rows(60, quality=lambda k: ["good", "bad", "odd"][k % 3]))


def scene(run, spec=None, table=None, drawing=None) -> Scene:
    steps = Steps(spec or api.spec(run))
    return Scene(run, api.status(run), steps, table or TableState(), drawing or Drawing())


def after(event, key=None, state=FILTERED) -> TableState:
    return rows.after_event(state, {"event": event, "key": key, "value": None})


# the table ---------------------------------------------------------------------------------------------------------


def test_clicks_on_the_table():
    assert after("sort", "domain").query.sort_by == "domain" and not after("sort", "domain").query.descending
    assert not after("sort", "n_tokens").query.descending, "a second click turns the order"
    assert after("page", "3").query.page == 3
    assert after("show", "borderline").query.show == "borderline"
    assert (after("row", "r7").current, after("row", "r7").query) == ("r7", FILTERED.query)
    assert after("token-metric", "base_nll").metric == "base_nll"


def test_a_filter_is_taken_off_by_its_chip():
    assert after("unfilter", "search").query.search == ""


def test_asking_for_tokens_leaves_the_open_row_open():
    """The button stands in the row itself and names none."""
    opened = FILTERED.opened("r7")
    assert after("tokens", state=opened) == opened


def test_what_does_not_filter_survives_another_page():
    assert after("page", "2").query == RowQuery(**(FILTERED.query.model_dump() | {"page": 2}))
    with pytest.raises(ConfigError, match="page"):
        after("page", "0")
    with pytest.raises(ConfigError, match="show"):
        after("show", "everything")


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("search", {"search": "", "regex": False}),
        ("domain:math", {"domains": ("a:b",)}),
        ("domain:a:b", {"domains": ("math",)}),
        ("range:delta_nll", {"ranges": {"x:y": (1, 2)}}),
        ("range:x:y", {"ranges": {"delta_nll": (None, 0.5)}}),
        ("kind:quality", {"kinds": {"k:l": "m:n"}}),
        ("kind:k:l", {"kinds": {"quality": "good"}}),
        ("region", {"region": None}),
        ("domain:gone", {}),
    ],
)
def test_one_chip_takes_one_filter_off(key, changes):
    found = rows.without_filter(TableState(query=FILTERED.query.model_copy(update={"page": 4})), key).query
    assert found == FILTERED.query.model_copy(update=changes | {"page": 1})


def test_all_filters_off_leaves_the_order():
    found = rows.without_filter(FILTERED.opened("r7"), "all")
    assert found.query == RowQuery(sort_by="n_tokens", descending=True)
    assert found.current == "r7"


def test_typing_replaces_what_was_typed_before():
    found = rows.filtered(FILTERED, search="other", regex=False, domain="")
    assert (found.query.search, found.query.regex, found.query.domains) == ("other", False, ())
    assert found.query.ranges == FILTERED.query.ranges
    assert rows.filtered(FILTERED, search=None, regex=False, domain="code").query.search == ""


@given(
    st.text(max_size=20),
    st.booleans(),
    st.sampled_from(["", "math"]),
    st.sampled_from(["all", *MORE_SHOWN]),
    st.sampled_from(["", "quality"]),
)
def test_the_controls_show_what_they_were_set_to(search, regex, domain, more, extra):
    table = rows.with_choices(rows.filtered(TableState(), search, regex, domain), more=more, extra=extra)
    assert rows.filter_values(table) == [search, regex, domain, more]
    assert table.extra == extra


@pytest.mark.parametrize("show", [*SHOWN, *MORE_SHOWN])
def test_any_decision_leaves_the_segment_that_is_on(show):
    found = rows.with_choices(TableState().asked(show=show), more="all", extra="").query.show
    assert found == (show if show in SHOWN else "all")
    assert rows.with_choices(TableState().asked(show=show), more="rank", extra="").query.show == "rank"


def test_a_range_of_one_column_leaves_the_others():
    once = rows.bounded(FILTERED, "n_tokens", 3, None)
    assert once.query.ranges == {"delta_nll": (None, 0.5), "x:y": (1, 2), "n_tokens": (3, None)}
    assert rows.bounded(once, "n_tokens", None, 9).query.ranges["n_tokens"] == (None, 9)
    assert rows.bounded(once, "n_tokens", None, None).query == FILTERED.query
    assert rows.bounded(TableState(), "n_tokens", 0, None).query.ranges == {"n_tokens": (0, None)}, "0 is a bound"


# by hand -----------------------------------------------------------------------------------------------------------


def by_hand(run, event, key=None, *, spec=None, table=None):
    return rows.by_hand(run, spec or SelectionSpec(), table or TableState(), {"event": event, "key": key})


def test_one_row_is_decided_by_hand(run):
    assert by_hand(run, "keep", "r7").pinned == ("r7",)
    assert by_hand(run, "drop", "r7").excluded == ("r7",)
    assert by_hand(run, "rule-again", "r7", spec=SelectionSpec(pinned=("r7", "r8"))).pinned == ("r8",)


def test_all_that_match_are_decided_whatever_page_is_open(run):
    table = TableState().asked(show="all", domains=["math"], page_size=5, page=2)
    math = {f"r{k}" for k in range(60) if k % 2}
    assert set(by_hand(run, "keep-all", table=table).pinned) == math
    dropped = by_hand(run, "drop-all", table=table)
    assert set(dropped.excluded) == math
    assert by_hand(run, "rule-again-all", table=table, spec=dropped) == SelectionSpec()


def test_all_that_are_kept_now(run):
    spec = SelectionSpec(ratio=0.2)
    found = by_hand(run, "drop-all", spec=spec)
    assert found.excluded == tuple(api.preview(run, spec).selection.ids) != ()


def test_too_many_rows_for_one_click_are_refused(run, monkeypatch):
    matching = rows.api.matching
    monkeypatch.setattr(rows.api, "matching", lambda *asked: matching(*asked, limit=5))
    with pytest.raises(ConfigError, match="60 rows match, but at most 5"):
        by_hand(run, "keep-all", table=TableState().asked(show="all"))


@pytest.mark.parametrize("event", rows.HAND)
def test_every_event_by_hand_gives_a_rule_that_fits_the_run(run, event):
    found = by_hand(run, event, "r3", spec=SelectionSpec(pinned=("r3",)), table=TableState().asked(search="task 3."))
    assert api.preview(run, found).selection.spec == found
    assert ("r3" in found.pinned, "r3" in found.excluded) == (event.startswith("keep"), event.startswith("drop"))


# regions -----------------------------------------------------------------------------------------------------------

number = st.floats(-10, 10, allow_nan=False)
shapes = st.one_of(
    st.tuples(number, number, number, number).map(lambda box: {"box": list(box)}),
    st.lists(st.tuples(number, number).map(list), min_size=3, max_size=9).map(lambda points: {"lasso": points}),
)


@given(shapes, st.sampled_from([1, -1]))
def test_a_region_is_shown_where_it_was_drawn(shape, sign):
    query = TableState().asked(region=charts.region_of(shape, sign)).query
    assert charts.shown_region(query.region, sign) == shape


def test_a_region_holds_the_rows_that_it_was_drawn_around(run):
    """With the other sign a box right of 0 holds rows whose stored ΔNLL is below 0."""
    table = api.explore_run(run).table
    region = charts.region_of({"box": [0, 9, -9, 9]}, -1)
    found = api.rows(run, SelectionSpec(), RowQuery(region=Region(**region), page_size=100)).rows
    assert set(found["example_id"]) == set(table.loc[table["delta_nll"] <= 0, "example_id"]) != set()


@pytest.mark.parametrize("event", [{}, {"clear": True}, {"point": {"x": 1}}, {"box": []}, {"lasso": None}])
def test_without_a_shape_the_region_is_cleared(event):
    assert charts.region_of(event, 1) is None


def test_a_region_of_other_columns_is_not_drawn():
    other = Region(x="n_tokens", y="delta_entropy", box=(0, 1, 0, 1))
    assert charts.shown_region(other, 1) == charts.shown_region(None, 1) == {}


def test_a_lasso_needs_three_finite_points():
    for points in ([[0, 0], [1, 1]], [[0, 0], [1, 1], [float("nan"), 0]]):
        with pytest.raises(ConfigError):
            TableState().asked(region=charts.region_of({"lasso": points}, 1))


# charts and rule ---------------------------------------------------------------------------------------------------


def test_lines_are_drawn_on_the_map_where_one_group_holds(run, tmp_path):
    assert charts.group_of(scene(run), None) is None
    assert charts.group_of(scene(run), "math") == "math"
    pool = scene(run, SelectionSpec(scope="global"))
    assert charts.group_of(pool, None) == charts.group_of(pool, "math") == "all"
    (tmp_path / "single").mkdir()
    single = scored_run(tmp_path / "single", scored_rows(20, domains=("only",)))
    assert charts.group_of(scene(single), None) == "only"


def test_the_controls_change_the_rule_and_leave_the_thresholds():
    spec = SelectionSpec(gamma=0.05, gamma_high=0.2, ratio=0.3, pinned=("a",), domains={"math": {"ratio": 0.5}})
    same = [spec.strategy, spec.budget, spec.scope, spec.filter, spec.exclude_calibration]
    assert rule.changed(spec, *same) == spec
    other = rule.changed(spec, "ppl_min", "tokens", "domain", "rank", True)
    chosen = [other.strategy, other.budget, other.scope, other.filter, other.exclude_calibration]
    assert chosen == ["ppl_min", "tokens", "domain", "rank", True]
    assert (other.gammas_of(), other.ratio, other.pinned, other.domains) == ((0.05, 0.2), 0.3, ("a",), spec.domains)
    assert rule.changed(spec, *same[:2], "global", *same[3:]).domains == {}
    with pytest.raises(ConfigError, match="strategy"):
        rule.changed(spec, "the best", *same[1:])


def test_the_rule_in_the_browser_says_what_holds_in_each_domain(run):
    spec = SelectionSpec(gamma=0.05, gamma_high=0.2, domains={"math": {"gamma": 0.3, "ratio": 0.5}})
    sent = scene(run, spec).rule
    assert (sent["low"], sent["high"]) == ({"code": 0.05, "math": 0.3}, {"code": 0.2, "math": 0.3})
    assert sent["ratio"] == {"code": 0.1, "math": 0.5}
    free = scene(run, SelectionSpec(strategy="random")).rule
    assert free["low"] == free["high"] == {"code": 0.0, "math": 0.0}
    pool = scene(run, SelectionSpec(scope="global", gamma=0.2), drawing=Drawing(linked=False, ends=False)).rule
    assert (pool["low"], pool["scope"]) == ({"code": 0.2, "math": 0.2}, "global")
    assert (pool["linked"], pool["ends"]) == (False, False)


@pytest.mark.parametrize(
    ("columns", "first"), [(["level", "quality"], "quality"), (["level", "source"], "level"), ([], "")]
)
def test_kinds_are_by_quality_first(columns, first):
    assert analysis.default_category(columns) == first


# links -------------------------------------------------------------------------------------------------------------


def test_a_page_that_was_just_opened_needs_no_state_in_its_address(run):
    assert explore_tab.link(scene(run)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"spec": SelectionSpec(ratio=0.37)},
        {"table": TableState().opened("r3")},
        {"table": TableState().asked(search="x")},
        {"drawing": Drawing(panel="kinds")},
    ],
    ids=["rule", "row", "query", "drawing"],
)
def test_the_address_brings_back_what_is_shown(run, changes):
    here = scene(run, **changes)
    spec, view = api.open_link(run, explore_tab.link(here))
    assert (spec, *seen_in(view)) == (here.spec, here.table, here.drawing)


def test_what_the_controls_offer_is_what_the_run_has(run):
    choices = explore_tab.drawing_choices(run)
    assert choices["map_domain"] == choices["correlation_domain"] == [("all domains", ""), "code", "math"]
    assert choices["category"] == ["quality"]
    assert ("ΔH", "delta_entropy") in choices["score"] and "n_tokens" not in dict(choices["score"]).values()
    names = [choice[1] if isinstance(choice, tuple) else choice for choice in choices["contrast"]]
    assert {"n_tokens", "delta_nll", "quality"} <= set(names)
    for name in names:
        assert api.contrast(run, SelectionSpec(), name)


def test_every_further_column_that_is_offered_can_be_shown(run):
    """Numbers and kinds alike."""
    columns = api.columns(run)
    for extra in [*columns["metrics"], *columns["kinds"]]:
        card = rows.RowsCard(*[None] * len(rows.RowsCard.__dataclass_fields__))
        table = card.show(scene(run, table=TableState(query=KEPT, extra=extra)))[0]
        assert table
