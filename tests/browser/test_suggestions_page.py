"""More strategies and suggested thresholds in a real browser."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from driving import LONG, shown
from exploring import box, fill, live, open_explore, rule

from instructdiff_ui import api

pytestmark = pytest.mark.browser
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def opened(app, own_run, page, console):
    """The page on a run whose ΔH has standard errors, so that its stability can be told."""
    table = Path(api.status(own_run).path) / "deltas.parquet"
    pd.read_parquet(table).assign(delta_entropy_se=0.1).to_parquet(table)
    yield open_explore(page, f"{app.server.url}?run={own_run}")
    assert console.errors == []


def test_a_strategy_is_computed_and_can_be_chosen_without_a_reload(opened, own_run):
    page = opened
    page.get_by_role("button", name="More strategies").click()
    missing = page.locator("#missing-strategies li")
    expect(missing.filter(has_text="Highest IFD")).to_contain_text("name it in model.path")
    expect(missing.filter(has_text="Highest IFD").get_by_role("button")).to_have_count(0)
    button = page.get_by_role("button", name="Compute ZIP")
    button.focus()
    page.keyboard.press("Enter")
    shown(page, "#missing-strategies", "The run is at work")
    missing.filter(has_text="ZIP").wait_for(state="detached", timeout=LONG)
    assert "zip" in api.strategies(own_run)
    expect(page.locator("#missing-strategies")).not_to_contain_text("at work")
    page.get_by_label("Keep by", exact=True).first.click()
    page.get_by_role("option", name="ZIP").click()
    shown(page, "#kpis", "preview")
    assert rule(page, own_run).strategy == "zip"


def test_a_small_model_is_named_in_place(opened, own_run):
    page = opened
    page.get_by_role("button", name="More strategies").click()
    page.get_by_role("button", name="Take it").click()
    shown(page, ".toast-body", "Name the small model first")
    page.get_by_label("Small model of Superfiltering").fill("some/small-model")
    page.keyboard.press("Enter")
    item = page.locator("#missing-strategies li").filter(has_text="Superfiltering")
    expect(item).to_contain_text("model.path")  # the base model is missing still
    assert api.config(own_run).baselines.small_model.path == "some/small-model"


def test_a_suggested_threshold_is_used_undone_and_put_away(opened, own_run):
    page = opened
    fill(page, "ratio:", "45")  # so much that the default γ leaves little to choose from
    expect(live(page, "kept")).to_have_text("135")
    assert page.locator("#suggested .suggested").count() == 0, "nothing is computed until it is asked for"
    page.get_by_role("button", name="Suggest thresholds").click()
    shown(page, "#suggested", "fewer than 2 rows pass the filter")
    expect(page.locator("#suggested")).not_to_contain_text("The rule has changed since")
    expect(box(page, "gamma:")).to_have_value("10")

    page.get_by_role("button", name="Use γ = 5 % for all domains").click()
    expect(box(page, "gamma:")).to_have_value("5")
    shown(page, "#suggested", "in the rule")
    shown(page, "#suggested", "The rule has changed since")
    assert rule(page, own_run).gammas_of() == (0.05, 0.05)
    page.locator("#undo").click()
    expect(box(page, "gamma:")).to_have_value("10")
    expect(page.locator("#suggested")).not_to_contain_text("The rule has changed since")
    page.get_by_role("button", name="Close", exact=True).click()
    page.locator("#suggested .suggested").wait_for(state="detached")


def test_it_fits_a_dark_telephone(page, console, app):
    page.set_viewport_size({"width": 390, "height": 844})
    open_explore(page, f"{app.url}&__theme=dark")
    page.get_by_role("button", name="More strategies").click()
    page.get_by_role("button", name="Suggest thresholds").click()
    for part in ("#missing-strategies li", "#suggested .suggested"):
        page.locator(part).first.wait_for()
        place = page.locator(part).first.bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= 390, part
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert console.errors == []
