"""Explore & select in a real browser: lines, number boxes, regions and further looks, on one small scored run."""

from __future__ import annotations

import re

import pytest
from driving import choose, shown, tab
from exploring import (
    at,
    box,
    drag,
    fill,
    handle,
    held,
    kept,
    linked,
    live,
    look,
    mark,
    matches,
    open_explore,
    panel,
    rule,
    segment,
    wait_until,
)
from scored import HOSTILE_DOMAIN

from instructdiff_ui import api

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect

UPPER = [(0.1, 0.1), (0.9, 0.5)]  # two corners of a box in a chart, in shares of its size
RIGHT = [(0.6, 0.1), (0.95, 0.1), (0.95, 0.9), (0.6, 0.9), (0.6, 0.1)]  # the corners of a lasso


# lines -------------------------------------------------------------------------------------------------------------


def test_a_held_line_counts_along_and_undo_takes_it_back(explore, app):
    before = kept(explore)
    with held(explore, "entropy-chart", "beta:code", dx=60):
        expect(live(explore, "kept")).to_have_text(re.compile(r"^≈\d+"))
        assert float(box(explore, "ratio:math").input_value()) > 15, "lines are linked: the other domain follows"
        assert before < int(live(explore, "kept").inner_text().lstrip("≈"))
    now = rule(explore, app.run)
    assert kept(explore) == api.preview(app.run, now).selection.total.selected > before
    assert box(explore, "ratio:math").input_value() == f"{100 * now.ratio_of('math'):.4g}"

    explore.locator("#undo").click()
    expect(live(explore, "kept")).to_have_text(str(before))
    explore.locator("#redo").click()
    expect(live(explore, "kept")).not_to_have_text(str(before))
    assert rule(explore, app.run) == now
    explore.keyboard.press("Control+z")
    expect(live(explore, "kept")).to_have_text(str(before))
    explore.keyboard.press("Control+Shift+z")
    expect(live(explore, "kept")).not_to_have_text(str(before))
    assert rule(explore, app.run) == now


def test_a_line_alone_moves_its_domain_alone(explore, app):
    explore.get_by_label("lines move all domains").uncheck()
    wait_until(lambda: look(explore, app.run) == {"linked": False})
    drag(explore, "entropy-chart", "beta:math", dx=40)
    now = rule(explore, app.run)
    assert now.ratio == now.ratio_of("code") == 0.1
    assert set(now.domains) == {"math"} and now.ratio_of("math") > 0.1


def test_lines_of_likelihood_are_dragged_in_both_charts(explore, app):
    segment(explore, "beside", "ΔNLL by domain")
    handle(explore, "second-chart", "gamma_low:code").wait_for()
    drag(explore, "second-chart", "gamma_low:code", dx=30)
    first = rule(explore, app.run)
    assert first.gamma > 0.1 and first.gamma_high is None, "both ends of all domains"

    segment(explore, "beside", "ΔNLL × ΔH")
    expect(explore.locator("#second-chart .chart-handle")).to_have_count(0)  # three domains have three cut-offs each
    choose(explore, "Domain of the map", "math")
    expect(handle(explore, "second-chart", "gamma_high:math")).to_have_attribute("aria-orientation", "horizontal")
    expect(handle(explore, "second-chart", "beta:math")).to_have_attribute("aria-orientation", "vertical")
    drag(explore, "second-chart", "gamma_high:math", dx=25)
    second = rule(explore, app.run)
    assert second.gamma < first.gamma
    before = kept(explore)
    drag(explore, "second-chart", "beta:math", dy=-30)
    assert kept(explore) > before
    assert rule(explore, app.run).ratio > second.ratio


def test_handles_are_sliders_that_arrow_keys_move(explore, app):
    line = handle(explore, "entropy-chart", "beta:math")
    expect(line).to_have_attribute("role", "slider")
    before = at(explore, "entropy-chart", "beta:math")
    line.focus()
    explore.keyboard.press("Shift+ArrowRight")
    assert at(explore, "entropy-chart", "beta:math") > before
    expect(live(explore, "kept")).to_have_text(re.compile(r"^(?!30$)\d+$"))
    assert rule(explore, app.run).ratio > 0.1


# number boxes ------------------------------------------------------------------------------------------------------


def test_the_box_of_a_domain_gives_it_a_rule_of_its_own(explore, app):
    fill(explore, "ratio:math", "25")
    expect(live(explore, "kept:math")).to_have_text("25")
    expect(live(explore, "kept:code")).to_have_text("10")
    expect(box(explore, "ratio:math")).to_have_class("own")
    expect(box(explore, "ratio:code")).not_to_have_class("own")
    assert rule(explore, app.run).domains["math"].ratio == 0.25

    fill(explore, "ratio:", "20")  # the rest
    expect(live(explore, "kept:code")).to_have_text("20")
    expect(live(explore, "kept:math")).to_have_text("25")
    fill(explore, "ratio:math", "")  # follows the rest again
    expect(live(explore, "kept:math")).to_have_text("20")
    assert rule(explore, app.run).domains == {}


def test_a_share_that_is_not_allowed_is_refused_in_place(explore, app):
    for key, wrong in (("ratio:math", "250"), ("ratio:", "0"), ("gamma:", "50")):
        fill(explore, key, wrong)
        expect(box(explore, key)).to_have_value("10")
    assert explore.locator(".toast-body").count() == 0
    assert rule(explore, app.run) == api.spec(app.run)


def test_ends_of_the_filter_are_one_or_two(explore, app):
    fill(explore, "gamma:", "5")
    expect(box(explore, "gamma_high:")).to_have_value("5")
    explore.locator("#ends input").uncheck()
    wait_until(lambda: look(explore, app.run) == {"ends": False})
    fill(explore, "gamma_high:", "20")
    shown(explore, "#kpis", "5 % · 20 %")
    expect(box(explore, "gamma:")).to_have_value("5")
    assert rule(explore, app.run).gammas_of() == (0.05, 0.2)


# regions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tool", "path"), [("Mark a box", UPPER), ("Mark with a lasso", RIGHT)])
def test_a_region_of_the_map_filters_the_rows(explore, app, tool, path):
    explore.locator("#rows").get_by_role("button", name="All 300").click()
    shown(explore, "#rows .pager", "300 rows")
    mark(explore, "second-chart", tool, path)
    chip = explore.locator("#rows .chip", has_text="in the chart")
    chip.wait_for()
    spec, view = wait_until(lambda: linked(explore, app.run) if "region" in str(linked(explore, app.run)) else None)
    there = api.rows(app.run, spec, api.RowQuery(show="all", region=view["rows"]["region"])).total
    assert 0 < matches(explore) == there < 300

    fill(explore, "ratio:", "30")  # the region stays over another rule
    expect(live(explore, "kept")).to_have_text("90")
    assert matches(explore) == there
    assert explore.evaluate("""() => document.querySelector('#second-chart .chart-plot')._fullLayout.shapes
        .some((shape) => shape.name === 'marked region')""")
    chip.click()
    shown(explore, "#rows .pager", "300 rows")
    explore.wait_for_function("""() => !document.querySelector('#second-chart .chart-plot')._fullLayout.shapes
        .some((shape) => shape.name === 'marked region')""")


# further looks -----------------------------------------------------------------------------------------------------

PANELS = {
    "Kept and dropped": "#contrast-chart",
    "Correlations": "#correlation-chart",
    "Score and length": "#score-chart",
    "Sensitivity": "#sensitivity-chart",
}


def test_every_panel_draws(explore):
    shown(explore, "#domain-table", HOSTILE_DOMAIN)
    for words, chart in PANELS.items():
        panel(explore, words)
        explore.locator(f"{chart} .main-svg").first.wait_for()
        assert explore.locator(f"{chart} .chart-empty").is_hidden()
    shown(explore, "#sensitivity-table", "10 % (as it is)")
    panel(explore, "Kept and dropped")
    choose(explore, "Column to compare", "quality")
    shown(explore, "#contrast-table", "bad <i>row</i>")
    panel(explore, "Kinds of rows")
    shown(explore, "#kinds", "Lowest ΔH (InstructDiff), shown")
    explore.locator("#kinds [data-event]").filter(has_text="bad").first.click()
    shown(explore, "#rows .chip", "quality = bad <i>row</i>")


def test_every_kind_of_chart_has_its_lines(explore, app):
    for words in ("density", "cumulative", "ridgeline"):
        segment(explore, "kind", words)
        wait_until(lambda kind=words: look(explore, app.run) == {"kind": kind})
        handle(explore, "entropy-chart", "beta:math").wait_for()
        explore.locator("#entropy-chart .scatterlayer .trace path").first.wait_for()
    segment(explore, "kind", "histogram")
    segment(explore, "layout", "overlaid")
    wait_until(lambda: look(explore, app.run) == {"layout": "overlaid"})
    handle(explore, "entropy-chart", "beta:math").wait_for()


# links, named specs, history ---------------------------------------------------------------------------------------


def test_a_link_opens_rule_and_view_in_another_browser(explore, app, browser, console):
    explore.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fill(explore, "ratio:math", "25")
    expect(live(explore, "kept")).to_have_text("45")
    segment(explore, "kind", "density")
    panel(explore, "Correlations")
    explore.get_by_placeholder("search text").fill("of math")
    shown(explore, "#rows .pager", "25 rows")
    explore.locator("#rows tbody tr").nth(2).click()
    opened = explore.locator("#row .row-title b").inner_text()
    wait_until(lambda: linked(explore, app.run)[1].get("row") == opened)
    explore.locator("#share").click()
    shown(explore, "#share", "Link copied")
    link = explore.evaluate("navigator.clipboard.readText()")
    assert link == explore.url

    other = browser.new_page()  # a context of its own, as another person has
    console.listen(other)
    open_explore(other, link)
    expect(live(other, "kept")).to_have_text("45")
    expect(box(other, "ratio:math")).to_have_value("25")
    expect(other.locator("#kind").get_by_label("density")).to_be_checked()
    expect(other.locator("#panel").get_by_label("Correlations")).to_be_checked()
    other.locator("#correlation-chart .main-svg").first.wait_for()
    expect(other.get_by_placeholder("search text")).to_have_value("of math")
    shown(other, "#rows .pager", "25 rows")
    expect(other.locator("#row .row-title b")).to_have_text(opened)
    other.locator("#undo").click()
    expect(live(other, "kept")).to_have_text("30")
    other.close()


def test_a_broken_link_is_told_and_the_page_opens_all_the_same(page, console, app):
    open_explore(page, f"{app.url}&state=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    shown(page, ".toast-body", "The link could not be restored")
    fill(page, "ratio:", "20")
    expect(live(page, "kept")).to_have_text("60")
    assert console.errors == []


def test_rules_with_names_are_kept_compared_loaded_and_deleted(page, console, app, own_run):
    open_explore(page, f"{app.server.url}?run={own_run}")
    panel(page, "Saved specs")
    page.locator("#spec-name textarea, #spec-name input").fill("<b>tenth</b>")
    page.locator("#spec-save").click()
    shown(page, "#named", "<b>tenth</b>")
    fill(page, "ratio:", "20")
    expect(live(page, "kept")).to_have_text("60")
    expect(page.locator("#command textarea")).to_have_value(re.compile("0.2"))
    expect(page.locator("#yaml textarea")).to_have_value(re.compile("ratio: 0.2"))
    page.get_by_role("button", name="Compare what is shown").click()
    shown(page, "#compared .kpi", re.compile(r"Jaccard\s*0\.50?"))
    page.get_by_role("button", name="Load the rule").click()
    expect(live(page, "kept")).to_have_text("30")
    shown(page, "#named tr.on", "shown")
    page.locator("#undo").click()
    expect(live(page, "kept")).to_have_text("60")
    page.get_by_role("button", name="Delete the rule").click()
    shown(page, "#named", "No rule has a name yet")
    assert api.named_specs(own_run).entries == ()
    assert console.errors == []


def test_what_was_done_can_be_undone_after_a_look_at_other_tabs(explore):
    fill(explore, "ratio:", "20")
    expect(live(explore, "kept")).to_have_text("60")
    fill(explore, "gamma:", "30")
    expect(box(explore, "gamma_high:")).to_have_value("30")
    for name in ("Data", "Calibrate", "Fine-tune", "Compare", "Explore"):
        tab(explore, name)
    expect(live(explore, "kept")).to_have_text("60")
    explore.locator("#undo").click()
    expect(box(explore, "gamma:")).to_have_value("10")
    explore.locator("#undo").click()
    expect(live(explore, "kept")).to_have_text("30")
    expect(explore.locator("#undo")).to_be_disabled()
    shown(explore, "#kpis", "saved")


# small and dark ----------------------------------------------------------------------------------------------------


def test_a_dark_telephone_shows_every_panel(page, console, app):
    page.set_viewport_size({"width": 390, "height": 844})
    open_explore(page, f"{app.url}&__theme=dark")
    assert page.evaluate("document.body.classList.contains('dark')")
    for words in ("Domains", *PANELS, "Kinds of rows", "Saved specs"):
        panel(page, words)
        page.locator(PANELS.get(words, "#panel") + (" .main-svg" if words in PANELS else "")).first.wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{words} is {wide} px too wide"
    for tool in ("undo", "redo", "reset", "share", "save"):
        page.locator(f"#{tool}").scroll_into_view_if_needed()
        place = page.locator(f"#{tool}").bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= 390, tool
    assert console.errors == []
