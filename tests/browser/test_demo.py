"""The demo in a real browser: an empty home opens on its finished run, which is explored, compared and done again."""

from __future__ import annotations

import re

import pytest
from driving import choose, shown, tab
from exploring import panel
from tiny_pack import RECIPE

from instructdiff_ui import api

pytestmark = pytest.mark.browser
PATIENCE = 300_000  # ms: a live rerun, on a busy machine


@pytest.fixture(autouse=True)
def packed(tiny_pack, monkeypatch):
    """The server that is started next finds the pack."""
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    monkeypatch.setenv("OMP_NUM_THREADS", str(RECIPE.threads))


@pytest.fixture
def opened(packed, server, page):
    """The page as a new person sees it."""
    page.goto(server.url)
    shown(page, "#kpis", "saved")
    return page


def line(page, title: str) -> list[str]:
    """The cells of one strategy in the card of kinds."""
    return page.locator("#kinds tr").filter(has_text=title).first.locator("td").all_inner_texts()


def test_an_empty_home_opens_on_the_finished_run(opened, console):
    page = opened
    page.locator("#entropy-chart .js-plotly-plot").wait_for()
    page.locator("#second-chart .js-plotly-plot").wait_for()
    shown(page, "#demo-note", "It is no evidence about real LLMs.")
    shown(page, "#demo-note", re.compile(r"Bad rows: [\d.]+ % of the pool, [\d.]+ % of what is kept now"))
    shown(page, "#demo-note", "lowest ΔH minus random")
    shown(page, "#kpis", "Other seeds")
    shown(page, "#job", "done")
    shown(page, "#runs", "Demo")
    assert page.locator("#rerun").is_visible()
    (run,) = api.list_runs()
    assert api.is_demo(run.run_id)
    page.wait_for_function("new URL(location).searchParams.get('run')")
    console.reload(page)
    shown(page, "#demo-note", "Demo.")
    assert len(api.list_runs()) == 1
    assert console.errors == []


def test_another_strategy_keeps_other_kinds_and_can_be_saved(opened, console):
    page = opened
    panel(page, "Kinds of rows")
    shown(page, "#kinds", "Lowest ΔH (InstructDiff), shown")
    pool, ours, random = line(page, "the whole pool"), line(page, ", shown"), line(page, "Random")
    choose(page, "Keep by", "Random")
    shown(page, "#kinds", "Random, shown")
    shown(page, "#kpis", "preview")
    assert line(page, "the whole pool") == pool
    now = [cell.split("\n") for cell in line(page, "Random, shown")[1:]]
    assert [cell[0] for cell in now] == random[1:], "what its line had said before"
    (run,) = api.list_runs()
    kept = api.kept_by_strategy(run.run_id, api.spec(run.run_id), "quality")
    assert [int(cell[-1]) for cell in now] == kept["random"]["kept"].to_list()
    assert [int(cell.split("\n")[-1]) for cell in ours[1:]] == kept["instructdiff"]["kept"].to_list()
    assert kept["random"]["kept"].to_list() != kept["instructdiff"]["kept"].to_list()
    page.locator("#save").click()
    shown(page, "#kpis", "saved")
    assert api.spec(run.run_id).strategy == "random"
    assert console.errors == []


def test_every_arm_is_compared_by_both_measures(opened, console):
    page = opened
    tab(page, "Compare")
    page.locator("#arm-chart .js-plotly-plot").wait_for()
    for title in ("base model", "calibrated model", "Lowest ΔH (InstructDiff)", "Random", "Full data"):
        shown(page, "#arm-table tr", title)
    assert page.locator("#arm-table tbody tr").count() == 5
    losses = page.locator("#arm-table tbody").inner_text()
    assert "%" not in losses and "±" in losses
    page.locator("#metric").get_by_label("exact answers").check()
    shown(page, "#arm-table tbody", "%")
    shown(page, "#arm-chart", "Exact answers (%)")
    page.locator("#metric").get_by_label("held-out loss").check()
    shown(page, "#arm-table tbody", re.compile(r"^[^%]*$"))
    assert console.errors == []


def test_a_row_shows_what_calibration_did_to_each_token(opened, console):
    page = opened
    page.locator("#rows tbody tr").first.click()
    shown(page, "#row .tok-means", re.compile(r"mean over \d+ tokens: ΔH"))
    response = page.locator("#row .toks")
    assert response.locator("span[class^=tok-]").count() > 0
    assert "ΔH" in response.locator("span").first.get_attribute("title")
    before = [one.get_attribute("class") for one in response.locator("span").all()]
    page.locator("#row .tokens").get_by_role("button", name="NLL base").click()
    shown(page, "#row .tokens .lbl", "shaded by NLL base")
    assert [one.get_attribute("class") for one in response.locator("span").all()] != before
    shown(page, "#row .tok-most", "Most changed by ΔNLL")
    assert console.errors == []


def test_another_calibration_seed_is_compared_with_the_run(opened, console):
    page = opened
    shown(page, "#kpis .kpi", re.compile("Other seeds.*Jaccard", re.DOTALL))
    panel(page, "Sensitivity")
    shown(page, "#sensitivity-table", "calibration seed")
    tab(page, "Compare")
    page.locator("#others input").click()
    page.get_by_role("option").filter(has_text="calibration seed 1").click()
    shown(page, "#crossing tbody tr", "calibration seed 1")
    assert page.locator("#crossing tbody tr").count() == 1
    for chart in ("#rank-chart", "#ridge-chart"):
        page.locator(f"{chart} .main-svg").first.wait_for()
    shown(page, "#crossing-domains", "all rows")
    shown(page, "#crossing-settings", "seed")
    assert console.errors == []


def test_the_run_is_done_again_live(opened, console):
    page = opened
    page.locator("#rerun").click()
    shown(page, "#runs", "Demo, live")
    page.locator("#demo-note").filter(has_text="no evidence").wait_for(state="hidden")
    shown(page, "#demo-note", "Demo, run on this machine.", timeout=PATIENCE)
    shown(page, "#demo-note", "(Jaccard 1)")
    assert not page.locator("#rerun").is_visible()
    assert len(api.list_runs()) == 2
    page.locator("#runs button").filter(has_not_text="live").first.click()
    shown(page, "#demo-note", "It is no evidence about real LLMs.")
    assert page.locator("#rerun").is_visible()
    assert console.errors == []


def test_a_ready_made_run_without_a_network_ends_in_one_sentence(opened, console):
    page = opened
    tab(page, "Data")
    shown(page, "#starters", re.compile(r"[\d,]+ rows: about \d+ min to the selection"))
    assert page.locator("#starters button").count() == len(api.starters())
    page.get_by_role("button", name="Load SmolLM2-135M, four domains").click()
    shown(page, "#job .message", "'openai/gsm8k' is not in the local cache and HF_HUB_OFFLINE is set", timeout=PATIENCE)
    assert "Traceback" not in page.locator("#job").inner_text()
    assert page.locator("#demo-note").is_hidden()
    assert len(api.list_runs()) == 2
    assert console.errors == []


def test_it_fits_a_telephone(packed, server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}?__theme=dark")
    shown(page, "#demo-note", "It is no evidence about real LLMs.")
    page.locator("#entropy-chart .js-plotly-plot").wait_for()
    tops = [page.locator(part).bounding_box()["y"] for part in ("#runs", "#demo-note", "#tabs", "#hardware")]
    assert tops == sorted(tops), "what is worked on comes before the machine's facts"
    for name in ("Explore", "Data", "Calibrate", "Fine-tune", "Compare"):
        if not page.get_by_role("tab", name=name).is_visible():
            page.locator("#tabs .overflow-menu > button").first.click()
            page.locator("#tabs .overflow-dropdown button").filter(has_text=name).click()
        else:
            tab(page, name)
        if name == "Compare":
            page.locator("#arm-chart .js-plotly-plot").wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"
