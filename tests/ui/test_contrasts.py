import json

import numpy as np
import pytest
from test_figures import valid

from instructdiff_ui.selection.contrast import contrast, contrast_kinds
from instructdiff_ui.ui.figures import contrast_figure, kinds_figure, sensitivity_figure

HOSTILE = "<b>%{x}</b>"


def test_both_sides_add_up_to_all():
    rng = np.random.default_rng(0)
    figure = contrast_figure(contrast(rng.normal(size=400), rng.random(400) < 0.3, name="base_nll"))
    valid(figure)
    rest, kept = figure["data"]
    assert sum(rest["y"]) == pytest.approx(100, abs=0.1) == sum(kept["y"])
    assert figure["layout"]["xaxis"]["title"]["text"] == "NLL base (nats per token)"
    assert "Standardised mean difference" in figure["layout"]["meta"]["summary"]


def test_nothing_kept_draws_the_rest_alone():
    figure = contrast_figure(contrast(np.arange(9.0), np.zeros(9, bool), name=HOSTILE))
    valid(figure)
    assert len(figure["data"]) == 1
    assert HOSTILE not in json.dumps([figure["data"], figure["layout"]["xaxis"]])
    assert "NaN" not in json.dumps(figure)


def test_kinds_stand_by_lift():
    codes = np.array([0] * 6 + [1] * 4)
    kinds = contrast_kinds(codes, [HOSTILE, "good"], np.arange(10) >= 5)
    figure = kinds_figure(kinds, label="quality")
    valid(figure)
    pool, kept, lifts = figure["data"]
    assert figure["layout"]["yaxis"]["ticktext"][0] == "good"
    assert (pool["x"], kept["x"]) == ([40, 60], [80, 20])
    assert [t.strip() for t in lifts["text"]] == ["× 2.00", "× 0.33"]
    assert HOSTILE not in json.dumps([figure["data"], figure["layout"]["yaxis"]])
    assert kinds_figure([], label="quality")["data"] == []


def test_many_kinds_show_the_largest():
    codes = np.repeat(np.arange(50), np.arange(1, 51))
    figure = kinds_figure(contrast_kinds(codes, [f"k{i}" for i in range(50)], codes % 2 == 0), label="source", most=10)
    assert len(figure["data"][0]["y"]) == 10
    assert "The 10 largest of 50 kinds are shown." in figure["layout"]["meta"]["summary"]


def point(what, value, jaccard, current=False):
    return {"what": what, "value": value, "jaccard": jaccard, "chance_corrected": jaccard - 0.1, "current": current}


def test_sensitivity_has_a_panel_each():
    points = [point("β", 0.1, 1.0, True), point("β", 0.05, 0.5), point("γ", 0.1, 1.0, True), point("γ", 0.2, 0.8)]
    figure = sensitivity_figure(points)
    valid(figure)
    jaccard = [t for t in figure["data"] if t["name"] == "Jaccard"]
    assert [(t["x"], t["y"], t["xaxis"]) for t in jaccard] == [([10, 20], [1, 0.8], "x"), ([5, 10], [0.5, 1], "x2")]
    assert [(s["x0"], s["xref"]) for s in figure["layout"]["shapes"]] == [(10, "x"), (10, "x2")]
    assert "the least is 0.50, at β = 5 %" in figure["layout"]["meta"]["summary"]


def test_sensitivity_of_one_threshold_or_none():
    valid(sensitivity_figure([point("γ", 0.1, 1.0, True)]))
    assert sensitivity_figure([])["data"] == []
