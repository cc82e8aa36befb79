"""The chart component in a real browser: it draws, redraws without losing the zoom, and its lines can be dragged."""

import csv
import io
import json
from pathlib import Path

import gradio as gr
import numpy as np
import pandas as pd
import pytest
from small_figures import Board, density, scores

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.selection.summary import histogram
from instructdiff_ui.ui.chart import chart
from instructdiff_ui.ui.figures import delta_histogram, released

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"
PLOT = "document.querySelector('#cuts .chart-plot')"


def figure(ratio=0.2):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "example_id": [f"r{i}" for i in range(600)],
            "domain": ["code", "math", HOSTILE] * 200,
            "n_tokens": 10,
            "delta_nll": rng.normal(size=600),
            "delta_entropy": rng.normal(0.2, 0.3, size=600),
            "in_calibration": False,
        }
    )
    selection = apply(table, SelectionSpec(ratio=ratio))
    return delta_histogram(histogram(table, "delta_entropy", selection), selection.cutoffs)


def cells(**meta):
    """A heat map whose cells can be clicked."""
    trace = {"type": "heatmap", "z": [[1, 2], [3, None]], "x": ["a &amp; b", "=1+1"], "y": [HOSTILE, "d"], "name": "r"}
    aside = {
        "type": "scatter",
        "mode": "lines",
        "x": ["a &amp; b"],
        "y": ["d"],
        "name": "aside",
        "meta": {"aside": True},
    }
    layout = {"height": 260, "xaxis": {}, "yaxis": {}, "showlegend": False}
    return {"data": [trace | {"showscale": False}, aside], "layout": layout | {"meta": {"clicks": True} | meta}}


TABLE = {
    "columns": ["domain", "kept, of all"],
    "rows": [[HOSTILE, 12], ['=cmd|"/c calc"', -0.5], ["@sum\nline", None], ["-12.5", "+x"]],
}


def on_release(event: gr.EventData):
    kind, group, value = released(event._data)
    return f"{kind} {group} {value:.4f}"


def point(event: gr.EventData):
    return json.dumps(event._data)


@pytest.fixture(scope="module")
def url():
    with gr.Blocks() as demo:
        said = gr.Textbox(label="said", elem_id="said")
        button = gr.Button("more", elem_id="more")
        clear = gr.Button("clear", elem_id="clear")
        with gr.Tabs():
            with gr.Tab("first"):
                cuts = chart("cuts", label="ΔH by domain", figure=figure())
            with gr.Tab("second"):
                chart("hidden", label="ΔH by domain", figure=figure())
        board = Board(scores(800, ["code", "math"]))
        rule = SelectionSpec(scope="global")
        region = chart("region", label="map", figure=density(board, rule, region={}))
        clicked = chart("cells", label="cells", figure=cells(name="../../etc/pass wd <b>", title=HOSTILE))
        chart("table", label="table", figure=cells(table=TABLE, name="…"))

        def on_select(event: gr.EventData):
            marked = {name: value for name, value in event._data.items() if name != "clear"}
            return density(board, rule, region=marked), json.dumps(event._data)

        region.select(on_select, None, [region, said])
        clicked.select(point, None, said)
        cuts.release(on_release, None, said)
        button.click(lambda: figure(ratio=0.5), None, cuts)
        clear.click(lambda: None, None, cuts)
    demo.launch(prevent_thread_lock=True, quiet=True)
    yield demo.local_url
    demo.close()


@pytest.fixture
def drawn(page, url):
    page.goto(url)
    page.wait_for_selector("#cuts .chart-handle")
    return page


def line_of(page, name="beta:code"):
    return page.evaluate(f"name => {PLOT}._fullLayout.shapes.find(s => s.name === name).x0", name)


def x_range(page):
    return page.evaluate(f"() => {PLOT}._fullLayout.xaxis.range.map(Number)")


def test_draws_bars_with_a_label_and_no_errors(drawn, console):
    assert drawn.locator("#cuts .barlayer .point").count() > 60
    plot = drawn.get_by_role("img", name="Differential entropy by domain")
    assert "code: 40 of 200 rows kept" in plot.get_attribute("aria-label")
    assert drawn.locator("#cuts img").count() == 0  # a domain's name is text, whatever it says
    assert console.errors == []


def test_new_value_redraws_and_keeps_the_zoom(drawn, console):
    before = line_of(drawn)
    plot = drawn.locator("#cuts .nsewdrag").first.bounding_box()
    middle = plot["y"] + plot["height"] / 2
    drawn.mouse.move(plot["x"] + plot["width"] * 0.3, middle)
    drawn.mouse.down()
    drawn.mouse.move(plot["x"] + plot["width"] * 0.8, middle, steps=5)
    drawn.mouse.up()
    drawn.wait_for_timeout(600)  # plotly waits for a second click before it zooms
    zoomed = x_range(drawn)
    drawn.click("#more")
    drawn.wait_for_function(f"x => {PLOT}._fullLayout.shapes.find(s => s.name === 'beta:code').x0 !== x", arg=before)
    assert x_range(drawn) == zoomed
    assert zoomed[1] - zoomed[0] < 0.7 * (figure()["layout"]["xaxis"]["range"][1] - -0.7)
    assert console.errors == []


def test_dragging_a_line_reports_its_new_place(drawn, console):
    handle = drawn.get_by_role("slider", name="ΔH cut-off of code")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drawn.mouse.move(x, y)
    drawn.mouse.down()
    drawn.mouse.move(x + 120, y + 90, steps=8)
    drawn.mouse.up()
    drawn.wait_for_function("document.querySelector('#said textarea, #said input').value !== ''")
    kind, group, value = drawn.locator("#said textarea, #said input").input_value().split()
    assert (kind, group) == ("beta", "code")
    pixels = drawn.evaluate(f"() => {PLOT}._fullLayout.xaxis._length")
    low, high = x_range(drawn)
    assert float(value) == pytest.approx(line_of(drawn), abs=1e-3)
    start = line_in(figure(), "beta:code")
    assert float(value) == pytest.approx(start + 120 * (high - low) / pixels, abs=0.01)
    after = handle.bounding_box()
    assert after["y"] == box["y"]  # sideways only
    assert console.errors == []


def test_hover_counts_a_bin(drawn):
    plot = drawn.locator("#cuts .nsewdrag").nth(1).bounding_box()
    drawn.mouse.move(plot["x"] + plot["width"] / 2, plot["y"] + 10)
    drawn.wait_for_selector("#cuts .hoverlayer .hovertext")
    said = drawn.locator("#cuts .hoverlayer").text_content()
    assert "nats" in said and "dropped by rank" in said


def test_arrow_keys_move_a_line(drawn):
    before = line_of(drawn, "beta:math")
    drawn.get_by_role("slider", name="ΔH cut-off of math").focus()
    drawn.keyboard.press("ArrowRight")
    drawn.keyboard.press("ArrowRight")
    drawn.wait_for_function("document.querySelector('#said textarea, #said input').value.startsWith('beta math')")
    assert line_of(drawn, "beta:math") > before


def test_draws_in_a_tab_when_it_opens(drawn, console):
    drawn.get_by_role("tab", name="second").click()
    drawn.wait_for_selector("#hidden .barlayer .point", state="attached")
    assert drawn.locator("#hidden .chart-plot").bounding_box()["width"] > 400
    assert console.errors == []


def test_colours_follow_the_theme(drawn):
    colour = f"() => {PLOT}._fullLayout.font.color"
    light = drawn.evaluate(colour)
    drawn.evaluate("document.body.classList.toggle('dark')")
    drawn.wait_for_function(f"light => {PLOT}._fullLayout.font.color !== light", arg=light)


def test_fits_the_screen(drawn):
    drawn.set_viewport_size({"width": 390, "height": 800})
    drawn.wait_for_function(f"() => {PLOT}._fullLayout.width < 390")
    assert drawn.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_value_says_so(drawn):
    drawn.click("#clear")
    drawn.get_by_text("Nothing to show yet.").wait_for()
    assert drawn.locator("#cuts .barlayer").count() == 0


# The row of tools: regions and downloads.


def answer(page):
    page.wait_for_function("document.querySelector('#said textarea, #said input').value !== ''")
    said = json.loads(page.locator("#said textarea, #said input").input_value())
    page.evaluate("() => { document.querySelector('#said textarea, #said input').value = '' }")
    return said


def tool(page, chart, name):
    page.locator(f"#{chart}").scroll_into_view_if_needed()
    page.locator(f"#{chart}").hover()
    return page.locator(f"#{chart}").get_by_role("button", name=name)


def area(page, chart="region"):
    page.wait_for_selector(f"#{chart} .nsewdrag", state="attached")
    page.locator(f"#{chart}").scroll_into_view_if_needed()
    return page.locator(f"#{chart} .nsewdrag").first.bounding_box()


def outline(page):
    shape = "s => s.name === 'marked region'"
    return page.evaluate(
        f"() => document.querySelector('#region .chart-plot')._fullLayout.shapes.find({shape}) ?? null"
    )


def draw(page, points):
    (x, y), *rest = points
    page.mouse.move(x, y)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point)
    page.mouse.up()


def test_a_box_is_reported_and_stays_drawn_until_it_is_cleared(drawn, console):
    box = area(drawn)
    tool(drawn, "region", "Mark a box").click()
    corners = [
        (box["x"] + box["width"] * f, box["y"] + box["height"] * g) for f, g in ((0.3, 0.7), (0.5, 0.5), (0.6, 0.2))
    ]
    draw(drawn, corners)
    x0, x1, y0, y1 = answer(drawn)["box"]
    ranges = drawn.evaluate(
        "() => ['xaxis', 'yaxis'].map(a => document.querySelector('#region .chart-plot')._fullLayout[a].range)"
    )
    (left, right), (bottom, top) = ranges
    assert x0 == pytest.approx(left + 0.3 * (right - left), abs=0.02 * (right - left))
    assert x1 == pytest.approx(left + 0.6 * (right - left), abs=0.02 * (right - left))
    assert y0 == pytest.approx(bottom + 0.3 * (top - bottom), abs=0.02 * (top - bottom))
    assert y1 == pytest.approx(bottom + 0.8 * (top - bottom), abs=0.02 * (top - bottom))
    drawn.wait_for_function(
        "() => document.querySelectorAll('#region .select-outline, #region .selectionlayer path').length === 0"
    )
    assert [outline(drawn)[side] for side in ("x0", "x1", "y0", "y1")] == pytest.approx([x0, x1, y0, y1])
    opacities = (
        "() => [...document.querySelectorAll('#region .scatterlayer path.point')].map(p => getComputedStyle(p).opacity)"
    )
    assert set(drawn.evaluate(opacities)) <= {"0"}  # points to pick are never seen
    tool(drawn, "region", "Clear the marked region").click()
    assert answer(drawn) == {"clear": True}
    assert outline(drawn) is None
    assert console.errors == []


def test_a_lasso_is_reported_with_few_points(drawn, console):
    box = area(drawn)
    tool(drawn, "region", "Mark with a lasso").click()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    turns = np.linspace(0, 2 * np.pi, 300)
    draw(drawn, [(x + 200 * np.cos(t), y + (60 + 40 * np.sin(40 * t)) * np.sin(t)) for t in turns])
    lasso = answer(drawn)["lasso"]
    assert 20 < len(lasso) <= 100
    assert all(len(point) == 2 for point in lasso)
    assert outline(drawn)["path"].count("L") == len(lasso) - 1
    assert console.errors == []


def test_a_tool_is_chosen_and_left_again(drawn):
    area(drawn)
    box, zoom = tool(drawn, "region", "Mark a box"), tool(drawn, "region", "Zoom into the chart")
    assert (box.get_attribute("aria-pressed"), zoom.get_attribute("aria-pressed")) == ("false", "true")
    box.focus()
    drawn.keyboard.press("Enter")
    assert (box.get_attribute("aria-pressed"), zoom.get_attribute("aria-pressed")) == ("true", "false")
    drawn.keyboard.press("Enter")
    assert zoom.get_attribute("aria-pressed") == "true"
    assert tool(drawn, "cuts", "Mark a box").count() == 0  # a chart without regions


def test_a_finger_may_mark_a_box(browser, url):
    phone = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    page.goto(url)
    page.wait_for_selector("#region .nsewdrag", state="attached")
    dragmode = "() => document.querySelector('#region .chart-plot')._fullLayout.dragmode"
    assert page.evaluate(dragmode) is False
    button = page.locator("#region").get_by_role("button", name="Mark a box")
    assert button.evaluate("b => getComputedStyle(b.parentNode).opacity") == "1"
    button.tap()
    assert page.evaluate(dragmode) == "select"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()


def test_a_clicked_cell_is_reported(drawn):
    box = area(drawn, "cells")
    drawn.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    assert answer(drawn) == {"point": {"x": "a &amp; b", "y": HOSTILE}}


def downloaded(page, chart, kind):
    area(page, chart)
    with page.expect_download() as waiting:
        tool(page, chart, f"as {kind}").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_pictures_have_a_background_a_title_and_a_safe_name(drawn, console):
    name, png = downloaded(drawn, "cells", "PNG")
    assert name == "etc-pass-wd-b.png"
    assert png.startswith(b"\x89PNG")
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert height == 2 * (260 + 30)  # twice the size, with room for the title
    name, svg = downloaded(drawn, "cells", "SVG")
    assert name == "etc-pass-wd-b.svg"
    assert b"&#60;img src=x" in svg and b"<img" not in svg
    assert b"rgb(255, 255, 255)" in svg
    assert width > 1000
    assert console.errors == []


def test_csv_has_a_line_per_point_and_no_formulas(drawn):
    name, data = downloaded(drawn, "cells", "CSV")
    assert name == "etc-pass-wd-b.csv"
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        ["series", "x", "y", "z"],
        ["r", "a & b", HOSTILE, "1"],
        ["r", "'=1+1", HOSTILE, "2"],
        ["r", "a & b", "d", "3"],
        ["r", "'=1+1", "d", ""],
    ]


def test_csv_of_a_table_is_quoted(drawn):
    name, data = downloaded(drawn, "table", "CSV")
    assert name == "chart.csv"
    assert data.decode("utf-8-sig").split("\r\n") == [
        'domain,"kept, of all"',
        f"{HOSTILE},12",
        '"\'=cmd|""/c calc""",-0.5',
        '"\'@sum\nline",',
        "-12.5,'+x",
        "",
    ]


def test_waits_for_plotly_in_the_place_of_the_chart(page, url):
    held = []
    page.route("**/plotly.min.js", lambda route: held.append(route))
    page.goto(url)
    waiting = page.locator("#cuts .loading")
    waiting.wait_for()
    assert waiting.bounding_box()["height"] == pytest.approx(figure()["layout"]["height"], abs=1)
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    page.wait_for_selector("#cuts .chart-handle")
    assert waiting.count() == 0


def test_says_so_when_it_cannot_draw(page, url):
    page.route("**/plotly.min.js", lambda route: route.abort())
    page.goto(url)
    page.locator("#cuts").get_by_text("The chart could not be drawn.").wait_for()


def line_in(value, name):
    return next(shape["x0"] for shape in value["layout"]["shapes"] if shape.get("name") == name)
