import json

import numpy as np
import pytest
from test_figures import lines, make_table, valid

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.curves import Curves
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.selection.summary import histogram
from instructdiff_ui.ui.figures import deltas_figure, runs_ridges

HOSTILE = "<b>%{x}</b>"


def draw(kind, column="delta_entropy", domains=("math", "code"), n=300, **options):
    table = make_table(domains, n=n)
    selection = apply(table, SelectionSpec())
    count = histogram(table, column, selection) if kind == "histogram" else Curves(table, column).count(selection)
    return deltas_figure(count, selection.cutoffs, kind=kind, **options), selection, count


@pytest.mark.parametrize("layout", ["side by side", "overlaid"])
@pytest.mark.parametrize("column", ["delta_entropy", "delta_nll"])
@pytest.mark.parametrize("kind", ["histogram", "density", "cumulative", "ridgeline"])
def test_every_kind_is_a_figure_with_its_cut_offs(kind, column, layout):
    figure, selection, _ = draw(kind, column, layout=layout)
    valid(figure)
    names = ["beta"] if column == "delta_entropy" else ["gamma_low", "gamma_high"]
    assert set(lines(figure)) == {f"{name}:{domain}" for name in names for domain in selection.cutoffs}
    meta = figure["layout"]["meta"]
    assert set(meta["handles"]) == set(lines(figure))
    assert meta["title"] and meta["name"].isascii() and "rows kept" in meta["summary"]
    assert draw(kind, column, layout=layout, draggable=False)[0]["layout"]["meta"]["handles"] == {}


def test_areas_stack_up_to_the_outline():
    figure, _, curve = draw("density")
    *_, top, outline = [t for t in figure["data"] if t.get("yaxis") == "y"]
    assert top["y"] == outline["y"]
    assert sum(outline["y"]) * outline["dx"] == pytest.approx(1, abs=0.01)
    assert outline["x0"] == pytest.approx(curve.x[0])


def test_the_other_sign_mirrors_the_curves():
    figure, selection, curve = draw("cumulative", "delta_nll", sign="base-calibrated", layout="overlaid")
    trace = figure["data"][0]
    assert trace["x0"] == pytest.approx(-curve.edges[-1])
    assert trace["y"] == pytest.approx(100 * (1 - curve.cumulative["code"][::-1]), abs=0.01)
    assert lines(figure)["gamma_low:math"] == -selection.cutoffs["math"].nll_low


def test_ridges_stand_above_one_another():
    figure, selection, _ = draw("ridgeline", domains=["a", "b", "c"])
    shapes = {s["name"]: s for s in figure["layout"]["shapes"] if "name" in s}
    assert [shapes[f"beta:{d}"]["y0"] for d in "abc"] == [2, 1, 0]
    assert all(s["x0"] == s["x1"] == selection.cutoffs[name[5:]].delta_entropy for name, s in shapes.items())
    assert figure["layout"]["yaxis"]["ticktext"] == ["a", "b", "c"]


@pytest.mark.parametrize("kind", ["density", "cumulative", "ridgeline"])
def test_twenty_domains_are_small_enough_to_send(kind):
    domains = [f"domain {i:02d}" for i in range(20)]
    figure, _, _ = draw(kind, "delta_nll", domains, n=500, sign="base-calibrated")
    assert len(json.dumps(figure, ensure_ascii=False, separators=(",", ":")).encode()) < 160_000


@pytest.mark.parametrize("kind", ["density", "cumulative", "ridgeline"])
def test_names_from_a_dataset_stay_text(kind):
    figure, _, _ = draw(kind, domains=[HOSTILE, "code"], layout="overlaid")
    shown = [{k: v for k, v in trace.items() if k != "meta"} for trace in figure["data"]]
    assert HOSTILE not in json.dumps([shown, figure["layout"].get("annotations"), figure["layout"]["yaxis"]])


@pytest.mark.parametrize("kind", ["density", "cumulative", "ridgeline"])
def test_a_domain_without_scores_draws_nothing_wrong(kind):
    table = make_table(["math", "code"], n=40)
    table.loc[table["domain"] == "code", ["delta_entropy", "delta_nll"]] = np.nan
    selection = apply(table, SelectionSpec())
    figure = deltas_figure(Curves(table, "delta_entropy").count(selection), selection.cutoffs, kind=kind)
    valid(figure)
    assert "NaN" not in json.dumps(figure)


def test_runs_are_next_to_each_other_in_each_domain():
    _, _, curve = draw("density")
    figure = runs_ridges({"seed 0": curve, HOSTILE: curve})
    valid(figure)
    names = figure["layout"]["yaxis"]["ticktext"]
    assert names[0] == "code · seed 0" and names[2] == "math · seed 0" and HOSTILE not in "".join(names)
    assert runs_ridges({})["data"] == []
