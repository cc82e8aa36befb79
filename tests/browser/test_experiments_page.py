"""Experiments in a real browser: made, followed, read, reported, and found again after a reload."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from driving import LONG, shown, tab

from instructdiff_ui import api

pytestmark = pytest.mark.browser


@pytest.fixture
def scored(settings, server):
    """A run with scores, whose models nobody has trained."""
    run = api.create_run(api.parse_config(settings))
    assert api.run_here(run, "selection") == "done"
    return run


def opened(page, server, run):
    """The tab of experiments of this run, with its form filled in."""
    page.goto(f"{server.url}?run={run}")
    shown(page, "#kpis .value", re.compile(r"\d"))
    tab(page, "Compare & report")
    page.locator("#experiments-box").wait_for(timeout=LONG)


def test_an_experiment_is_made_followed_read_and_reported(server, scored, page, console, tmp_path):
    opened(page, server, scored)
    shown(page, "#no-experiments", "No experiment yet")
    shown(page, "#estimate", "4 models × 3 seeds: 12 trainings")
    assert page.locator("#study-key:visible, #experiment-id:visible").count() == 0

    # a slip is told, and the form stays
    budgets, seeds = page.get_by_label("Budgets β, % of the pool"), page.get_by_label("Seeds (2–20)")
    budgets.fill("25, many")
    shown(page, "#estimate .message", "not 'many'")
    page.locator("#run-experiment").click()
    shown(page, ".toast-body", "A budget is a percentage")
    assert budgets.input_value() == "25, many"
    assert page.locator("#main .error:visible").count() == 0, "nothing is covered up by what went wrong"

    # one arm at two budgets
    budgets.fill("20, 40")
    seeds.fill("2")
    page.locator("#exp-arms label", has_text="random again").click()
    page.locator("#exp-arms label", has_text="full data").click()
    shown(page, "#estimate", "4 models × 2 seeds: 8 trainings")
    page.get_by_label("Name", exact=True).last.fill("<b>two</b> ${1+1}")
    page.locator("#run-experiment").click()
    shown(page, "#experiments tr.on .name", "<b>two</b> ${1+1}")
    shown(page, "#experiments tr.on", "done")
    shown(page, "#experiment-notes", "held-out rows")

    # verdict, both plots, and the table of the other budget
    assert page.locator("#verdicts li").count() == 1
    page.locator("#forest .js-plotly-plot").wait_for(timeout=LONG)
    page.locator("#by-budget .js-plotly-plot").wait_for(timeout=LONG)
    rows = page.locator("#experiment-table tbody tr", has_text="lowest ΔH").locator("td").nth(5)
    first = rows.inner_text()
    page.locator("#exp-budget label", has_text="40 %").click()
    page.wait_for_function("before => document.querySelector('#experiment-table tbody tr:last-child td:nth-child(6)')"
                           "?.innerText !== before", arg=first, timeout=LONG)  # fmt: skip

    page.locator("#report").click()
    page.locator("#report-files a").first.wait_for(timeout=LONG)
    with page.expect_download() as download:
        page.locator("#report-files a").first.click()
    assert "two" in Path(download.value.path()).read_text(encoding="utf-8")

    # everything is read from the run: a reload shows it again, and deleting it leaves none
    console.reload(page)
    shown(page, "#kpis .value", re.compile(r"\d"))
    tab(page, "Compare & report")
    shown(page, "#experiments tr.on .name", "<b>two</b> ${1+1}")
    page.locator("#experiments button", has_text="Delete").click()
    shown(page, "#no-experiments", "No experiment yet")
    assert console.errors == []


def test_the_open_experiment_stays_open_when_its_page_is_loaded_again(server, scored, page, console):
    proof = api.study_settings(scored, "proof", changes={"name": "older"})
    older = api.create_experiment(scored, proof)
    api.create_experiment(scored, proof.model_copy(update={"name": "newer"}))
    opened(page, server, scored)
    shown(page, "#experiments tr.on .name", "newer")
    page.locator("#experiments button.open", has_text="older").click()
    shown(page, "#experiments tr.on .name", "older")
    shown(page, "#experiment-heading", "0 of 12 models")
    page.wait_for_url(re.compile(f"experiment={older}"))
    console.reload(page)
    shown(page, "#kpis .value", re.compile(r"\d"))
    tab(page, "Compare & report")
    shown(page, "#experiments tr.on .name", "older")
    assert console.errors == []
