"""The page in a real browser: the whole path, reload and kills in the middle, bad input, hostile text."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
from driving import LONG, choose, finished, shown, tab
from exploring import fill

from instructdiff_ui import api
from instructdiff_ui.config import parse_config
from instructdiff_ui.files import read_json
from instructdiff_ui.runs import executor
from instructdiff_ui.runs.store import RunStore

pytestmark = pytest.mark.browser


def fill_form(page, model, data):
    page.get_by_label("Model", exact=True).fill(str(model))
    page.get_by_label("Datasets, one per line").fill(str(data))
    choose(page, "Domains", "from a column")


def the_run():
    return api.list_runs()[0].run_id


def test_the_whole_path(server, page, console, model_folder, pool_file, tmp_path):
    page.goto(server.url)
    shown(page, "#data-summary", "Name a model and a dataset above")

    # 1. data: what the model will see, before it runs
    fill_form(page, model_folder, pool_file)
    page.get_by_role("button", name="Lengths, held-out rows, precision").click()
    page.get_by_label("Held-out share").fill("0.1")
    page.locator("#load").click()
    shown(page, "#data-summary", "54")
    shown(page, "#domain-counts", "math")
    shown(page, "#previews", "### Response:")
    assert page.locator("#previews mark.token").count() > 0
    shown(page, "#quarantine", "No row was set aside")

    # 2. calibrate and score
    tab(page, "Calibrate & score")
    page.get_by_label("α, share of pool").fill("0.2")
    page.locator("#score").click()
    finished(page, "Calibrate & score")
    shown(page, "#stages .stage-done", "Select")
    assert page.locator("#stages .stage-done").count() >= 6
    beyond = "table => table.getBoundingClientRect().right - table.closest('.box').getBoundingClientRect().right"
    assert page.locator("#stages table").evaluate(beyond) < 0
    page.locator("#calibration-loss .js-plotly-plot").wait_for()

    # 3. explore: a threshold changes everything at once, and nothing is saved until one says so
    tab(page, "Explore")
    shown(page, "#kpis .value", re.compile("^4"))  # ⌊0.1 · 27⌋ of each domain
    shown(page, "#kpis", "saved")
    fill(page, "ratio:", "50")
    shown(page, "#kpis .value", re.compile("^26"))
    shown(page, "#kpis", "preview")
    page.locator("#entropy-chart .js-plotly-plot").wait_for()
    fill(page, "ratio:math", "20")
    shown(page, "#kpis .value", re.compile("^18"))

    # 4. the table is sorted and searched on the server, and a row opens whole
    page.locator("#rows button.sort", has_text="ΔH").click()
    page.locator("#rows th[aria-sort=descending]").wait_for()
    page.locator("#rows").get_by_role("button", name="All 54").click()
    shown(page, "#rows .pager", "54 rows")
    choose(page, "Domain of the rows", "math")
    shown(page, "#rows .pager", "27 rows")
    wanted = re.match(r"Add \d+ and \d+\.", page.locator("#rows td.clip").first.inner_text()).group()
    page.get_by_placeholder("search text").fill(wanted)
    shown(page, "#rows .pager span", re.compile("^1 row$"))
    page.locator("#rows tbody tr").first.click()
    shown(page, "#row", f"The sum is {sum(map(int, re.findall('[0-9]+', wanted)))}.")
    shown(page, "#row .why", re.compile("Kept|Dropped"))
    page.get_by_placeholder("search text").fill("")

    # 5. save and export
    page.locator("#save").click()
    shown(page, "#kpis", "saved")
    run = the_run()
    assert len(read_json(RunStore(api.status(run).path).path / "selection.json")["ids"]) == 18
    page.locator("#export").click()
    with page.expect_download() as download:
        page.locator("#exported a").first.click(timeout=LONG)
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 18
    assert "delta_entropy" in json.loads(lines[0])

    # 6. fine-tune, held-out loss, side by side
    tab(page, "Fine-tune")
    page.get_by_role("button", name="Fine-tune on 18 rows").click()
    shown(page, "#heldout-table", "fine-tuned")
    shown(page, "#heldout-table", "all")
    page.get_by_label("Instruction", exact=True).fill("Add 1 and 2.")
    page.get_by_label("New tokens").fill("8")
    page.locator("#generate").click()
    page.locator("#answers .card").nth(1).wait_for(timeout=LONG)
    assert page.locator("#answers .lbl").all_inner_texts() == ["base", "fine-tuned"]
    finished(page, "Fine-tune")
    assert console.errors == []


def test_a_run_without_scores_opens_without_a_complaint(server, page, console, settings):
    """Nobody asked for a chart yet, so it is no error that there is none."""
    run = api.create_run(parse_config(settings))
    page.goto(f"{server.url}?run={run}")
    shown(page, "#runs", "tiny")
    tab(page, "Calibrate & score")
    shown(page, "#stages", "waiting")
    page.wait_for_timeout(3_000)  # for what comes by itself
    assert page.locator(".toast-body").all_inner_texts() == []
    assert console.errors == []


@pytest.fixture
def scoring_run(settings, pool_file):
    """A run that the page can be caught scoring: one row a shard, and more rows than other tests have."""
    rows = pool_file.read_text(encoding="utf-8").splitlines()
    more = [line.replace('"n":', f'"copy": {copy}, "n":') for copy in range(6) for line in rows]
    pool_file.write_text("\n".join(more) + "\n", encoding="utf-8")
    config = settings | {"scoring": {"shard_rows": 1, "batch_tokens": 16, "reuse": False}}
    run = api.create_run(api.parse_config(config))
    assert api.run_here(run, "data") == "done"
    return run


def shards(run):
    return sorted(Path(api.status(run).path).glob("artifacts/score-*/shards/*.parquet"))


def wait_for_shards(run, count):
    for _ in range(1200):
        if len(shards(run)) >= count:
            return
        time.sleep(0.05)
    raise AssertionError(api.log_tail(run))


def opened_at_scoring(page):
    tab(page, "Calibrate & score")
    shown(page, "#stages .stage-done", "Tokenise")


def test_reload_and_kills_in_the_middle_of_scoring(server, page, console, scoring_run):
    run = scoring_run
    page.goto(f"{server.url}?run={run}")
    opened_at_scoring(page)
    second = page.context.browser.new_page()
    second.goto(f"{server.url}?run={run}")
    opened_at_scoring(second)
    page.locator("#score").click()
    wait_for_shards(run, 3)

    # a second tab and a reload show the job that goes on
    shown(second, "#job", "running")
    second.close()
    console.reload(page)
    shown(page, "#job", "Score")
    page.locator("#job [role=progressbar]").wait_for()

    # the server is killed: the worker goes on, and a new server shows it
    server.kill()
    before = len(shards(run))
    wait_for_shards(run, before + 1)
    server.start()
    page.goto(f"{server.url}?run={run}")
    shown(page, "#job", re.compile("running|done"))

    # the worker is killed: the page says so, Resume goes on
    if api.status(run).active:
        os.kill(executor.job(RunStore(api.status(run).path))["pid"], signal.SIGKILL)
        shown(page, "#job", "interrupted")
        kept = {path: path.stat().st_mtime_ns for path in shards(run)}
        page.locator("#resume").click()
        finished(page, "Calibrate & score")
        assert all(path.stat().st_mtime_ns == kept[path] for path in kept)
    finished(page, "Calibrate & score")
    tab(page, "Explore")
    shown(page, "#kpis", re.compile(r"of 3\d\d"))


def test_stop_and_resume(server, page, scoring_run):
    page.goto(f"{server.url}?run={scoring_run}")
    opened_at_scoring(page)
    page.locator("#score").click()
    wait_for_shards(scoring_run, 2)
    page.locator("#stop").click()
    shown(page, "#job", "stopped")
    page.locator("#resume").click()
    finished(page, "Calibrate & score")


def test_bad_input_is_said_and_the_form_stays(server, page, model_folder, pool_file):
    page.goto(server.url)
    page.locator("#load").click()
    shown(page, ".toast-body", "The run has no model", timeout=15_000)
    fill_form(page, model_folder, "nowhere.jsonl")
    page.locator("#load").click()
    shown(page, ".toast-body", "No such file: nowhere.jsonl", timeout=15_000)
    assert api.list_runs() == [], "a slip leaves no run behind"

    # what only shows while loading is a failed stage, with its cause and the log a click away
    bad = pool_file.with_name("bad.jsonl")
    bad.write_text('{"instruction": "a", "output": "b"}\n{"instruction": \n')
    page.get_by_label("Datasets, one per line").fill(str(bad))
    page.locator("#load").click()
    shown(page, "#job", "line 2")
    page.get_by_role("button", name="Show the log").click()
    page.wait_for_function("document.querySelector('#log textarea')?.value.includes('line 2')")
    assert page.get_by_label("Model", exact=True).input_value() == str(model_folder)
    page.get_by_label("Datasets, one per line").fill(str(pool_file))
    page.locator("#load").click()
    shown(page, "#data-summary", "58")
    assert len(api.list_runs()) == 1, "the failed attempt has made room"


HOSTILE = [
    "<img src=x onerror=\"window.hit='img'\"> and <script>window.hit='script'</script>",
    "${window.hit='dollar'} {{window.hit}} ${1+1} {{1+1}}",
    "=cmd|' /C calc'!A0 [x](javascript:window.hit='link')",
    "long " * 200_000,  # 1 MB
]


def test_text_of_a_dataset_stays_text(server, page, console, model_folder, tmp_path):
    rows = [
        {"instruction": f"{text[:3000]} {i}", "output": text, "domain": f"<b>{i % 2}</b>", "note": text[:100]}
        for i in range(6)
        for text in HOSTILE
    ]
    scored = [
        row
        | {"n_tokens": 3, "base_nll": 2, "base_entropy": 2, "calibrated_nll": 1 + i / 99, "calibrated_entropy": i / 9}
        for i, row in enumerate(rows)
    ]
    path = tmp_path / "hostile.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in scored))
    run = api.import_scores(path, settings={"name": "<i>hostile</i> ${1+1}"})
    page.goto(f"{server.url}?run={run}")
    page.locator("#rows").get_by_role("button", name="All 24").click()
    shown(page, "#rows .pager", "24 rows")
    shown(page, "#rows", "<img src=x")
    for needle in ("onerror", "{{1+1}}", "javascript", "long long"):
        page.get_by_placeholder("search text").fill(needle)
        page.locator("#rows tbody tr td.clip", has_text=needle).first.click()
        shown(page, "#row pre", needle)
    shown(page, "#domain-table", "<b>1</b>")
    shown(page, "#runs", "<i>hostile</i> ${1+1}")
    assert page.evaluate("window.hit") is None
    assert page.locator("#row img, #rows img, #rows b, #runs i").count() == 0
    assert console.errors == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_the_page(server, page, width, theme, tmp_path):
    rows = [
        {
            "instruction": f"Task {i}",
            "output": "x " * (i + 1),
            "domain": "abc"[i % 3],
            "n_tokens": i + 1,
            "base_nll": 2.0,
            "base_entropy": 2.0,
            "calibrated_nll": 1.5 + (i % 7) / 9,
            "calibrated_entropy": 1.8 + (i % 11) / 20,
        }
        for i in range(90)
    ]
    path = tmp_path / "scored.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = api.import_scores(path)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server.url}?run={run}&__theme={theme}")
    shown(page, "#kpis", "of 90")
    page.locator("#entropy-chart .js-plotly-plot").wait_for()
    for name in ("Data", "Calibrate", "Explore", "Fine-tune"):
        if page.get_by_role("tab", name=name).is_visible():
            tab(page, name)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide at {width} px"
