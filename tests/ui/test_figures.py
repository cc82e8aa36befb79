import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.selection.summary import histogram
from instructdiff_ui.ui.figures import (
    arm_dots,
    delta_histogram,
    heldout_bars,
    length_histogram,
    loss_curve,
    released,
)
from instructdiff_ui.ui.palette import OKABE_ITO, domain_colours
from instructdiff_ui.ui.pieces import number, text


def make_table(domains, n=300):
    rng = np.random.default_rng(1)
    size = n * len(domains)
    return pd.DataFrame(
        {
            "example_id": [f"r{i}" for i in range(size)],
            "domain": list(domains) * n,
            "n_tokens": rng.integers(1, 90, size),
            "delta_nll": rng.normal(-0.2, 0.3, size),
            "delta_entropy": rng.normal(0.1, 0.2, size),
            "in_calibration": False,
        }
    )


def draw(column="delta_entropy", domains=("math", "code"), spec=None, **options):
    table = make_table(domains)
    selection = apply(table, spec or SelectionSpec())
    hist = histogram(table, column, selection)
    return delta_histogram(hist, selection.cutoffs, **options), hist, selection


def valid(figure):
    """Plotly accepts the figure, once the colour tokens are colours; and it is plain JSON."""
    plain = json.loads(json.dumps(figure))

    def coloured(item, key=""):
        if isinstance(item, dict):
            return {k: coloured(v, k) for k, v in item.items()}
        if isinstance(item, list):
            return [coloured(v) for v in item]
        return "#123456" if key.endswith("color") and str(item).startswith(("var(", "ink(")) else item

    return go.Figure(coloured(plain))


def bars(figure, part=None):
    drawn = [t for t in figure["data"] if t["type"] == "bar" and not t["meta"].get("aside")]
    return [t for t in drawn if part is None or t["name"] == part]


def lines(figure):
    return {s["name"]: s["x0"] for s in figure["layout"]["shapes"] if "name" in s}


@pytest.mark.parametrize("layout", ["side by side", "overlaid"])
@pytest.mark.parametrize("column", ["delta_entropy", "delta_nll"])
def test_plotly_accepts_the_histograms(column, layout):
    figure, _, _ = draw(column, layout=layout)
    valid(figure)


def test_bars_hold_every_row():
    figure, _, selection = draw()
    assert sum(sum(t["y"]) for t in bars(figure)) == 600
    assert sum(sum(t["y"]) for t in bars(figure, "kept")) == selection.total.selected


@pytest.mark.parametrize("layout", ["side by side", "overlaid"])
def test_cut_offs_are_where_the_rule_cut(layout):
    figure, _, selection = draw(layout=layout)
    assert lines(figure) == {f"beta:{d}": selection.cutoffs[d].delta_entropy for d in ("code", "math")}
    assert set(figure["layout"]["meta"]["handles"]) == set(lines(figure))


def test_the_other_sign_mirrors_the_filter():
    figure, hist, selection = draw("delta_nll", sign="base-calibrated")
    cutoff = selection.cutoffs["math"]
    assert lines(figure)["gamma_low:math"] == -cutoff.nll_low
    assert released({"name": "gamma_low:math", "value": -cutoff.nll_low}, sign="base-calibrated") == (
        "gamma_low",
        "math",
        cutoff.nll_low,
    )
    kept = bars(figure, "kept")[0]
    assert kept["y"] == hist.counts["code"]["selected"][::-1]
    assert kept["x0"] == pytest.approx(-(hist.edges[-1] + hist.edges[-2]) / 2)
    assert "base − NLL calibrated" in figure["layout"]["xaxis"]["title"]["text"]


def test_a_pool_ranked_as_one_has_one_cut_in_every_panel():
    figure, _, selection = draw(spec=SelectionSpec(scope="global"))
    shapes = [s for s in figure["layout"]["shapes"] if s.get("name") == "beta:all"]
    assert [s["x0"] for s in shapes] == [selection.cutoffs["all"].delta_entropy] * 2
    assert figure["layout"]["meta"]["handles"] == {"beta:all": "ΔH cut-off of the pool"}


def test_names_may_hold_colons():
    assert released({"name": "beta:hub:math", "value": 0.25}) == ("beta", "hub:math", 0.25)


def test_twenty_domains_get_room():
    figure, _, _ = draw(domains=[f"domain {i:02d}" for i in range(20)])
    valid(figure)
    panels = [v["domain"] for k, v in figure["layout"].items() if k.startswith("yaxis")]
    heights = [(high - low) * figure["layout"]["height"] for low, high in panels]
    assert len(panels) == 20 and min(heights) > 30


def test_clipped_rows_are_counted_and_said():
    table = make_table(["math"])
    table.loc[0, "delta_entropy"] = 9.0
    hist = histogram(table, "delta_entropy", apply(table, SelectionSpec()), limits=(-1, 1))
    figure = delta_histogram(hist, {})
    assert sum(sum(t["y"]) for t in bars(figure)) == 300
    assert "1 of them further right" in json.dumps(figure)
    assert lines(figure) == {}


def test_names_from_a_dataset_stay_text():
    figure, _, _ = draw(domains=["<b>%{x}</b>"])
    shown = [{k: v for k, v in trace.items() if k != "meta"} for trace in figure["data"]]
    assert "<b>%{x}" not in json.dumps(shown) + json.dumps(figure["layout"]["annotations"])
    assert text("a<b & %{y}") == "a&lt;b &amp; %&#123;y}"


def test_bars_say_what_they_count_and_helpers_stand_aside():
    figure, hist, _ = draw()
    assert [t["meta"] for t in bars(figure, "kept")] == [
        {"domain": d, "part": "selected", "column": "delta_entropy"} for d in hist.domains
    ]
    flipped, _, _ = draw("delta_nll", sign="base-calibrated")
    assert all(t["meta"]["flip"] for t in bars(flipped))
    assert all(t["meta"].get("aside") or t["type"] == "bar" for t in figure["data"])


@pytest.mark.parametrize("layout", ["side by side", "overlaid"])
def test_the_zoom_outlives_another_rule(layout):
    before, _, _ = draw(layout=layout)
    after, _, _ = draw(layout=layout, spec=SelectionSpec(ratio=0.4))
    assert before["layout"]["uirevision"] == after["layout"]["uirevision"]
    assert before["layout"]["uirevision"] != draw("delta_nll", layout=layout)[0]["layout"]["uirevision"]


def test_the_table_holds_every_row():
    figure, _, selection = draw("delta_nll", sign="base-calibrated")
    table = figure["layout"]["meta"]["table"]
    assert table["columns"][:4] == ["domain", "from", "to", "kept"]
    assert sum(sum(row[3:]) for row in table["rows"]) == 600
    assert sum(row[3] for row in table["rows"]) == selection.total.selected
    assert all(row[1] < row[2] for row in table["rows"])


def test_overlaid_histograms_fill_what_is_kept():
    figure, hist, _ = draw(layout="overlaid")
    filled = [t for t in figure["data"] if t.get("fill") == "tozeroy"]
    step = hist.edges[1] - hist.edges[0]
    rows = [sum(t["y"]) * step * 300 for t in filled]
    assert rows == pytest.approx([sum(hist.counts[d]["selected"]) for d in hist.domains], abs=0.1)


@pytest.mark.parametrize(("bins", "most"), [(60, 150_000), (120, 280_000)])
def test_twenty_domains_are_small_enough_to_send(bins, most):
    table = make_table([f"domain {i:02d}" for i in range(20)], n=5000)
    selection = apply(table, SelectionSpec())
    for column in ("delta_entropy", "delta_nll"):
        figure = delta_histogram(histogram(table, column, selection, bins=bins), selection.cutoffs)
        assert len(json.dumps(figure, ensure_ascii=False, separators=(",", ":")).encode()) < most


def test_loss_curve():
    figure = loss_curve({"calibration": [{"step": i, "loss": 3 - i / 10, "learning_rate": 1e-4} for i in range(1, 9)]})
    valid(figure)
    assert figure["data"][0]["y"][0] == 2.9
    assert figure["layout"]["meta"]["summary"] == "Training loss: calibration from 2.900 to 2.200 in 8 steps."
    assert loss_curve({"calibration": []})["data"] == []


def test_length_histogram():
    summary = {"median": 3.0, "p95": 9.0, "max": 11, "counts": [2, 5, 1]}
    found = {"edges": [0, 4, 8, 12], "domains": {"math": summary}}
    figure = length_histogram({"prompt": found, "response": None})
    valid(figure)
    assert [n for _, n in figure["data"][0]["customdata"]] == [2, 5, 1, 0]
    assert figure["data"][0]["customdata"][0][0] == "0 to 3"
    assert length_histogram(None)["data"] == []


def test_heldout_bars():
    results = [
        {"model": model, "domain": domain, "value": value, "stderr": 0.1 if domain == "math" else float("nan"), "n": 5}
        for model, value in (("base", 2.0), ("fine-tuned", 1.5))
        for domain in ("all", "math")
    ]
    figure = heldout_bars(results)
    valid(figure)
    base, tuned = figure["data"]
    assert base["x"] == ["math", "all"] and tuned["y"] == [1.5, 1.5]
    assert base["error_y"]["array"] == [0.1, 0.0]
    assert heldout_bars([])["data"] == []


def test_colours_follow_sorted_names():
    assert domain_colours(["math", "code"]) == {"code": OKABE_ITO[0], "math": OKABE_ITO[1]}


@pytest.mark.parametrize(
    ("value", "step", "shown"), [(-0.5, 0.02, "−0.50"), (0.075, 0.025, "0.075"), (1200, 5, "1,200"), (-0.0, 0.1, "0")]
)
def test_numbers(value, step, shown):
    assert number(value, step) == shown


def arm(name, mean, half=0.1, *, tuned=True):
    return {"name": name, "mean": mean, "half": half, "tuned": tuned}


def test_arms_are_dots_in_two_groups_with_their_intervals():
    arms = [arm("base model", 3.0, float("nan"), tuned=False), arm("Random", 2.0, 0.25), arm("Full data", 1.5, 0.5)]
    figure = arm_dots(arms, metric="nll")
    valid(figure)
    before, tuned = figure["data"]
    assert [trace["name"] for trace in (before, tuned)] == ["not fine-tuned on a selection", "fine-tuned"]
    assert (before["x"], before["y"]) == ([3.0], ["base model"])
    assert (tuned["x"], tuned["y"]) == ([2.0, 1.5], ["Random", "Full data"])
    assert tuned["error_x"]["array"] == [0.25, 0.5]
    assert tuned["customdata"] == [" ± 0.2500", " ± 0.5000"]
    assert before["marker"]["symbol"] != tuned["marker"]["symbol"], "not by colour alone"
    assert figure["layout"]["yaxis"]["categoryarray"] == ["base model", "Random", "Full data"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low > high, "the first is on top"
    assert figure["layout"]["meta"]["summary"] == (
        "Held-out loss (nats per token), by model: base model 3.000; Random 2.000; Full data 1.500."
    )


def test_a_single_seed_has_no_interval_and_claims_none():
    trace = arm_dots([arm("Random", 2.0, float("nan"))], metric="nll")["data"][1]
    assert trace["error_x"]["array"] == [0.0]
    assert trace["customdata"] == [""]


def test_exact_answers_are_percentages():
    figure = arm_dots([arm("Random", 0.25, 0.015)], metric="exact_match")
    assert figure["layout"]["xaxis"]["title"]["text"] == "Exact answers (%)"
    (trace,) = [t for t in figure["data"] if t["x"]]
    assert trace["x"] == [25.0]
    assert trace["error_x"]["array"] == pytest.approx([1.5])
    assert trace["customdata"] == [" ± 1.5"]


def test_names_of_arms_are_text():
    hostile = "<img src=x onerror=alert(1)> %{x}"
    figure = arm_dots([arm(hostile, 1.0), arm("a & b", 2.0)], metric="nll")
    valid(figure)
    drawn = json.dumps([figure["data"], figure["layout"]["yaxis"]])
    assert "<img" not in drawn and "onerror=alert(1)&gt;" in drawn
    assert figure["data"][1]["y"] == figure["layout"]["yaxis"]["categoryarray"] == [text(hostile), "a &amp; b"]
    assert "%{" not in text(hostile)


def test_no_arms_make_an_empty_chart():
    valid(arm_dots([], metric="nll"))
