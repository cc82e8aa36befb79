"""The rows of Explore & select in a real browser: filters, one row whole, decisions by hand, exports, hostile text."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from driving import LONG, choose, shown
from exploring import box, drag, fill, kept, live, matches, open_explore, panel, rule
from scored import HOSTILE, HOSTILE_DOMAIN

from instructdiff_ui import api
from instructdiff_ui.files import read_json

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect


def rows_button(page, name):
    return page.locator("#rows").get_by_role("button", name=name)


def search(page, text):
    page.get_by_placeholder("search text").fill(text)


def asked(app, **query) -> api.Page:
    return api.rows(app.run, api.spec(app.run), api.RowQuery(**query))


def instructions(page) -> list[str]:
    return [text.strip() for text in page.locator("#rows tbody td.clip").all_inner_texts()]


# which rows --------------------------------------------------------------------------------------------------------


def test_segments_pages_and_order(explore, app):
    counts = asked(app).counts
    assert counts["kept"] == kept(explore) and counts["borderline"] > 0
    for name in ("Kept", "Dropped", "Borderline", "All"):
        rows_button(explore, f"{name} {counts[name.lower()]}").click()
        shown(explore, "#rows .pager", re.compile(rf"^{counts[name.lower()]} row"))
    lowest = asked(app, page=2).rows["instruction"].to_list()
    rows_button(explore, "next page").click()
    shown(explore, "#rows .pager", "2 / 12")
    assert instructions(explore)[3].startswith(lowest[3][:20])

    rows_button(explore, "ΔH ↑").click()  # the other way round, from the first page
    explore.locator("#rows th[aria-sort=descending]").wait_for()
    shown(explore, "#rows .pager", "1 / 12")
    highest = asked(app, descending=True).rows["instruction"].to_list()
    assert instructions(explore)[0].startswith(highest[0][:20])
    rows_button(explore, "Tokens").click()
    shown(explore, "#rows th[aria-sort=ascending]", "Tokens")
    assert set(explore.locator("#rows tbody td:nth-child(6)").all_inner_texts()[:10]) == {"3"}


def test_filters_narrow_the_rows_and_are_taken_off_one_by_one(explore, app):
    rows_button(explore, "All 300").click()
    shown(explore, "#rows .pager", "300 rows")
    search(explore, "of MATH")
    shown(explore, "#rows .pager", f"{asked(app, search='of math').total} rows")
    choose(explore, "Domain of the rows", "math")
    shown(explore, "#rows .chip", "math ×")
    explore.get_by_role("button", name="Filter by a range").click()
    explore.locator("#range-low input").fill("0.2")
    explore.locator("#range-high input").fill("0.6")
    explore.locator("#range").click()
    shown(explore, "#rows .chip", "ΔH 0.2")
    there = asked(app, search="of math", domains=("math",), ranges={"delta_entropy": (0.2, 0.6)}).total
    assert 0 < matches(explore) == there < 100
    choose(explore, "Further column", "quality")
    shown(explore, "#rows thead", "quality")
    shown(explore, "#rows tbody td", "bad <i>row</i>")

    explore.locator("#rows .chip", has_text="ΔH").click()
    shown(explore, "#rows .pager", f"{asked(app, search='of math', domains=('math',)).total} rows")
    explore.get_by_role("button", name="Clear all filters").click()
    shown(explore, "#rows .pager", "300 rows")
    expect(explore.get_by_placeholder("search text")).to_have_value("")
    expect(explore.get_by_label("Domain of the rows")).to_have_value("all domains")
    assert explore.locator("#rows .chip").count() == 0


def test_a_search_by_pattern_and_one_that_is_none(explore, app):
    rows_button(explore, "All 300").click()
    shown(explore, "#rows .pager", "300 rows")
    explore.get_by_label("regex").check()
    pattern = r"task \d of code$"
    search(explore, pattern)
    shown(explore, "#rows .pager", f"{asked(app, search=pattern, regex=True).total} rows")
    search(explore, "task (")
    shown(explore, ".toast-body", re.compile("pattern"), timeout=15_000)
    assert "Traceback" not in explore.locator(".toast-body").first.inner_text()
    search(explore, "task 1 of")
    shown(explore, "#rows .pager span", re.compile("^1 row$"))


def test_the_decision_of_a_row_can_be_asked_for(explore, app):
    decisions = explore.locator("#rows tbody td:first-child")
    choose(explore, "Decision on the rows", "ΔNLL high")
    expect(decisions.first).to_have_text("ΔNLL high")  # 30 rows before as after: the number does not say when
    shown(explore, "#rows .pager", f"{asked(app, show='nll_high').total} rows")
    assert set(decisions.all_inner_texts()) == {"ΔNLL high"}
    rows_button(explore, "Kept 30").click()
    expect(decisions.first).to_have_text("kept")
    shown(explore, "#rows .pager", "30 rows")
    expect(explore.get_by_label("Decision on the rows")).to_have_value("any decision")


# one row -----------------------------------------------------------------------------------------------------------


def test_a_row_says_why_and_leads_to_its_neighbours(explore, app):
    first = asked(app, show="kept").rows.iloc[0]
    explore.locator("#rows tbody tr").first.click()
    shown(explore, "#row .row-title", first["example_id"])
    shown(explore, "#row .why", re.compile(r"^Kept: ΔH rank 1 of \d+ after the filter, 0\.\d+ nats inside the cut-off"))
    shown(explore, "#row", f"Answer {first['example_id'].removeprefix('row-')}.")
    shown(explore, "#row .metrics tr", "ΔH")
    assert explore.locator("#row .metrics .place").count() >= 5
    shown(explore, "#row .tokens", "a file that has no values per token, and there is no calibrated model")
    assert explore.locator("#row .tokens button").count() == 0, "there is nothing to compute with"

    explore.locator("#row tr[data-event=row]").nth(1).click()
    expect(explore.locator("#row .row-title b")).not_to_have_text(first["example_id"])
    rows_button(explore, "Dropped 270").click()
    explore.locator("#rows tbody tr").last.click()
    shown(explore, "#row .why", "Dropped")


# by hand -----------------------------------------------------------------------------------------------------------


def test_rows_are_kept_and_dropped_by_hand(page, console, app, own_run):
    open_explore(page, f"{app.server.url}?run={own_run}")
    first = page.locator("#rows tbody tr").first.get_attribute("data-key")
    page.locator("#rows .hand-drop").first.click()
    expect(live(page, "kept")).to_have_text("30")  # the next one moves up
    shown(page, "#kpis", "1 by hand")
    assert rule(page, own_run).excluded == (first,)

    rows_button(page, re.compile("^Dropped")).click()
    shown(page, "#rows .pager", "270 rows")
    last = page.locator("#rows tbody tr").last
    other = last.get_attribute("data-key")
    last.locator(".hand-keep").click()
    shown(page, "#kpis", "2 by hand")
    assert rule(page, own_run).pinned == (other,)

    search(page, "task 1 of")
    shown(page, "#rows .pager span", re.compile("^1 row$"))
    page.get_by_role("button", name="drop all").click()
    shown(page, "#kpis", "3 by hand")
    assert len(rule(page, own_run).excluded) == 2
    page.locator("#undo").click()
    shown(page, "#kpis", "2 by hand")
    page.locator("#save").click()
    shown(page, "#kpis", "saved")
    saved = read_json(Path(api.status(own_run).path) / "spec.json")
    assert (saved["pinned"], saved["excluded"]) == ([other], [first])
    chosen = read_json(Path(api.status(own_run).path) / "selection.json")["ids"]
    assert other in chosen and first not in chosen
    assert console.errors == []


# hostile text ------------------------------------------------------------------------------------------------------


def test_text_that_looks_like_markup_is_only_text(explore):
    rows_button(explore, "All 300").click()
    shown(explore, "#rows .pager", "300 rows")
    search(explore, "onerror")
    shown(explore, "#rows .pager", "2 rows")
    shown(explore, "#rows .chip", "contains onerror")
    explore.locator("#rows tbody tr", has_text="seven").click()
    shown(explore, "#row pre", HOSTILE)
    search(explore, "a very long one")
    shown(explore, "#rows .pager span", re.compile("^1 row$"))
    explore.locator("#rows tbody tr").first.click()
    shown(explore, "#row pre", "more characters")
    assert len(explore.locator("#row").inner_text()) < 50_000, "a text of 1 MB is cut"
    search(explore, HOSTILE[:40])
    shown(explore, "#rows .chip", HOSTILE[:20])
    for place in ("#domain-table", "#ratios", "#gammas", "#kpis"):
        assert HOSTILE_DOMAIN in explore.locator(place).text_content(), place
    shown(explore, "#runs", "<i>hostile</i> ${1+1}")
    drag(explore, "entropy-chart", f"beta:{HOSTILE_DOMAIN}", dx=30)
    expect(box(explore, "ratio:math")).not_to_have_value("10")
    for words in ("Kinds of rows", "Kept and dropped"):
        panel(explore, words)
    shown(explore, "#contrast-table", "Kept")
    assert explore.evaluate("window.hit") is None
    assert explore.locator("#main img, #rows b, #row i:not([style], [class]), #runs i:not([class])").count() == 0


# taking rows along -------------------------------------------------------------------------------------------------


def exported(page) -> Path:
    page.locator("#export").click()
    with page.expect_download() as download:
        page.locator("#exported a").first.click(timeout=LONG)
    return Path(download.value.path())


def test_the_kept_rows_are_exported_as_a_file(explore, app):
    lines = exported(explore).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert {row["example_id"] for row in rows} == set(asked(app, show="kept", page_size=100).rows["example_id"])
    assert {"instruction", "output", "quality", "delta_entropy"} <= set(rows[0])


def test_a_file_goes_when_the_rule_changes_and_comes_again_when_asked_for(explore):
    exported(explore)
    fill(explore, "ratio:", "20")
    expect(live(explore, "kept:math")).to_have_text("20")
    expect(explore.locator("#exported")).to_be_hidden()
    assert len(exported(explore).read_text(encoding="utf-8").splitlines()) == kept(explore)


def test_the_kept_rows_are_exported_as_a_package(explore, app):
    choose(explore, "Export the kept rows as", "Alpaca: instruction, input, output")
    explore.get_by_label("zip with original columns").check()
    with zipfile.ZipFile(exported(explore)) as package:
        assert {"README.md", "rows.parquet", "selection.json"} < set(package.namelist())
        data = json.loads(package.read("data.json"))
        record = json.loads(package.read("selection.json"))
    assert len(data) == kept(explore) == 30
    assert {row["instruction"] for row in data} == set(asked(app, show="kept", page_size=100).rows["instruction"])
    assert record["spec"]["ratio"] == 0.1 and record["run"]["id"] == app.run
