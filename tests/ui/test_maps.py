import json

import numpy as np
import pytest
from test_figures import lines, make_table, valid

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.association import correlations
from instructdiff_ui.selection.grids import AGREEMENT, Grid, agreement
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.ui.figures import correlation_map, density_map, length_map, rank_scatter

HOSTILE = "<b>%{x}</b>"


def draw(spec=None, n=300, **options):
    table = make_table(["math", "code"], n=n)
    selection = apply(table, spec or SelectionSpec())
    counts = Grid(table["delta_nll"], table["delta_entropy"]).count(selection)
    return density_map(counts, selection.cutoffs, **options), selection, counts


def marks(figure):
    return next(t for t in figure["data"] if t.get("meta", {}).get("pick"))


def test_marks_count_every_row_on_the_map():
    figure, _, counts = draw()
    valid(figure)
    assert np.sum(marks(figure)["customdata"]) == counts.total.sum()
    assert marks(figure)["meta"] == {"pick": True, "aside": True}
    layers = [t for t in figure["data"] if t["type"] == "heatmap"]
    assert [t["meta"]["part"] for t in layers] == ["rank", "filter", "selected"], "what is kept lies on top"
    assert np.count_nonzero(layers[-1]["z"]) == np.count_nonzero(counts.cells["selected"])
    assert len(layers[-1]["x"]) == len(layers[-1]["z"][0]) + 1


def test_lines_where_one_groups_cut_offs_hold():
    figure, selection, _ = draw(SelectionSpec(scope="global"))
    cutoff = selection.cutoffs["all"]
    assert lines(figure) == {"gamma_low:all": cutoff.nll_low, "gamma_high:all": cutoff.nll_high, "beta:all": 0}
    beta = next(s for s in figure["layout"]["shapes"] if s["name"] == "beta:all")
    assert beta["y0"] == beta["y1"] == cutoff.delta_entropy
    assert set(figure["layout"]["meta"]["handles"]) == set(lines(figure))
    assert lines(draw()[0]) == {}, "two domains, two sets of lines"
    assert set(lines(draw(group="math")[0])) == {"gamma_low:math", "gamma_high:math", "beta:math"}


def test_the_other_sign_mirrors_the_map():
    figure, selection, counts = draw(group="math", sign="base-calibrated", region={"x": [0, 1]})
    assert lines(figure)["gamma_low:math"] == -selection.cutoffs["math"].nll_low
    assert figure["layout"]["xaxis"]["range"] == pytest.approx(-counts.x_edges[[-1, 0]], rel=1e-4)
    assert figure["layout"]["meta"]["region"] == {"x": [0, 1]}
    assert sorted(marks(figure)["x"]) == pytest.approx(sorted(-x for x in marks(draw()[0])["x"]))


def test_a_full_map_is_small_enough_to_send():
    rng = np.random.default_rng(0)
    grid = Grid(rng.uniform(-1, 1, 200_000), rng.uniform(-1, 1, 200_000), nx=72, ny=54)
    figure = density_map(grid.count(), {})
    assert len(json.dumps(figure, ensure_ascii=False, separators=(",", ":")).encode()) < 150_000


def test_an_empty_map_is_empty():
    figure = density_map(Grid(np.empty(0), np.empty(0)).count(), {})
    assert figure["data"] == []
    valid(figure)


def test_length_map_has_medians():
    table = make_table(["math"], n=600)
    selection = apply(table, SelectionSpec(ratio=0.5))
    grid = Grid(table["n_tokens"], table["delta_entropy"], log_x=True)
    figure = length_map(grid.count(selection), grid.quartiles(), grid.quartiles(selection.selected))
    valid(figure)
    names = [t["name"] for t in figure["data"] if t.get("mode") == "lines" and t.get("showlegend", True)]
    assert names == ["median, quartiles", "median of kept"]
    assert figure["layout"]["xaxis"]["type"] == "log"
    assert figure["layout"]["xaxis"]["ticktext"][:3] == ["2", "5", "10"]
    assert "NaN" not in json.dumps(figure)


def test_ranks_of_two_runs():
    rng = np.random.default_rng(0)
    a, b = 100 * rng.random(500), 100 * rng.random(500)
    counts = Grid(a, b, x_limits=(0, 100), y_limits=(0, 100)).tally(agreement(a < 10, b < 20), AGREEMENT)
    figure = rank_scatter(counts, names=("one", HOSTILE), cuts=(0.1, 0.2))
    valid(figure)
    shapes = {s["name"]: s for s in figure["layout"]["shapes"] if "name" in s}
    assert shapes["cut:first"]["x0"] == 10 and shapes["cut:second"]["y0"] == 20
    drawn = {k: v for k, v in figure["layout"].items() if k != "meta"}
    assert HOSTILE not in json.dumps([figure["data"], drawn])
    assert figure["layout"]["meta"]["summary"].count("only") == 2


def test_correlations_are_symmetric_without_a_diagonal():
    rng = np.random.default_rng(0)
    found = correlations({"delta_entropy": rng.normal(size=50), HOSTILE: rng.normal(size=50), "flat": np.ones(50)})
    figure = correlation_map(found, "spearman")
    valid(figure)
    (trace,) = figure["data"]
    z = trace["z"]
    assert z[0][1] == z[1][0] == round(found.spearman[0, 1], 3)
    assert z[0][0] is None and z[0][2] is None, "no diagonal, and nothing for a constant"
    assert trace["customdata"][1][0] == ["delta_entropy", HOSTILE], "x, then y"
    assert HOSTILE not in json.dumps([trace["hovertext"], figure["layout"]["xaxis"]])
    assert figure["layout"]["xaxis"]["ticktext"][0] == "ΔH"
