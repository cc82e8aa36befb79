"""The chart component in a real browser: it draws, redraws without losing the zoom, and its lines can be dragged."""

import gradio as gr
import numpy as np
import pandas as pd
import pytest

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


def on_release(event: gr.EventData):
    kind, group, value = released(event._data)
    return f"{kind} {group} {value:.4f}"


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


def line_in(value, name):
    return next(shape["x0"] for shape in value["layout"]["shapes"] if shape.get("name") == name)
