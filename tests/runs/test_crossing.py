"""Runs over the same pool against each other: which can be compared, and what comes out against doing it by hand."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from instructdiff_ui import api
from instructdiff_ui.api.crossing import comparable_runs, cross_runs
from instructdiff_ui.api.specs import sensitivity
from instructdiff_ui.config import DomainRule, SelectionSpec, updated
from instructdiff_ui.errors import DataError, RunError
from instructdiff_ui.files import write_json
from instructdiff_ui.runs import home
from instructdiff_ui.runs.crossing import Pair, ranks_in_domain, seed_masks
from instructdiff_ui.selection.rules import apply

N = 60


def rows(start: int = 0, stop: int = N, *, seed: int = 0, domain=None) -> list[dict]:
    """Scored rows; the same number is the same text, so the same row in every run."""
    random = np.random.default_rng(seed)
    scores = random.normal(2, 0.3, (10 * N, 4))
    return [
        {
            "instruction": f"Task {i}",
            "output": f"Answer {i}",
            "domain": domain or ("math" if i % 3 else "code"),
            "n_tokens": 5 + i,
            "base_nll": scores[i, 0],
            "base_entropy": scores[i, 1],
            "calibrated_nll": scores[i, 2],
            "calibrated_entropy": scores[i, 3],
        }
        for i in range(start, stop)
    ]


@pytest.fixture
def scored(tmp_path):
    """Makes a run of scored rows and gives its id."""

    def make(rows: list[dict], name: str) -> str:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return api.import_scores(path, settings={"data": {"domain_column": "domain"}})

    return make


def table(run: str) -> pd.DataFrame:
    return pd.read_parquet(home.open_store(run).path / "deltas.parquet").set_index("example_id", drop=False)


def only(run: str, other: str, spec: SelectionSpec) -> Pair:
    (pair,) = cross_runs(run, [other], spec).pairs
    return pair


def kept(frame: pd.DataFrame, spec: SelectionSpec) -> set[str]:
    return set(apply(frame.reset_index(drop=True), spec).ids)


# which runs --------------------------------------------------------------------------------------------------------


def test_runs_over_the_same_rows_can_be_compared(scored):
    here = scored(rows(), "here")
    whole, part, few, none = (
        scored(rows(*span, seed=1), name)
        for span, name in (((0, N), "whole"), ((30, 90), "part"), ((57, 117), "few"), ((200, 260), "none"))
    )
    found = {one.key: one for one in comparable_runs(here)}
    assert list(found)[:2] == [whole, part], "those that share most rows come first"
    assert set(found) == {whole, part, few, none}
    assert [found[key].shared_rows for key in (whole, part, few, none)] == [60, 30, 3, 0]
    assert [bool(found[key].why_not) for key in (whole, part, few, none)] == [False, False, True, True]
    assert found[few].why_not == "It shares 3 of 60 rows; a tenth of the smaller pool is needed."
    assert found[whole].title == api.config(whole).title


def test_a_tenth_of_the_smaller_pool_is_enough(scored):
    small = scored(rows(0, 10, seed=1), "small")
    large = scored(rows(9, 109, seed=2), "large")
    assert [(one.shared_rows, one.why_not) for one in comparable_runs(large)] == [(1, "")]
    assert [one.key for one in comparable_runs(small)] == [large]


def test_runs_without_scores_and_damaged_ones_are_left_out(scored, settings):
    here = scored(rows(), "here")
    new = api.create_run(api.parse_config(settings))
    broken = scored(rows(), "broken")
    (home.open_store(broken).path / "config.yaml").write_text("beta: 1")
    assert comparable_runs(here) == []
    assert comparable_runs(new) == []


# one against others ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [SelectionSpec(ratio=0.3), SelectionSpec(scope="global", budget="tokens", ratio=0.4, gamma=0.2, filter="rank")],
)
def test_the_same_rule_on_both_sides_of_the_common_rows(scored, spec):
    here, there = scored(rows(), "here"), scored(list(reversed(rows(20, 90, seed=1))), "there")
    mine, theirs = table(here), table(there)
    common = [i for i in mine.index if i in theirs.index]
    one, two = kept(mine.loc[common], spec), kept(theirs.loc[common], spec)
    pair = only(here, there, spec)
    assert pair.overlap.rows == len(common) == 40
    assert (pair.overlap.shared, pair.overlap.here, pair.overlap.there) == (len(one & two), len(one), len(two))
    assert pair.overlap.here_tokens == mine.loc[list(one)].n_tokens.sum()
    assert pair.overlap.recall_here == len(one & two) / len(one)


def test_correlations_ranks_and_statistics(scored):
    here, there = scored(rows(), "here"), scored(list(reversed(rows(seed=1))), "there")
    mine, theirs = table(here), table(there).loc[table(here).index]
    pair = only(here, there, SelectionSpec())
    found = {(one.domain, one.column): one for one in pair.correlations}
    assert set(found) == {(d, c) for d in (None, "code", "math") for c in ("delta_entropy", "delta_nll")}
    assert (pair.correlations[0].domain, pair.correlations[0].column) == (None, "delta_entropy")
    for (domain, column), one in found.items():
        rows_of = mine.domain == domain if domain else mine.domain.notna()
        x, y = mine[column][rows_of], theirs[column][rows_of]
        assert one.rows == rows_of.sum()
        assert one.pearson == pytest.approx(x.corr(y))
        assert one.spearman == pytest.approx(x.rank().corr(y.rank()))
    math_rows = (mine.domain == "math").to_numpy()
    order = theirs.delta_entropy[math_rows].rank().to_numpy()
    ranks = [ranks_in_domain(side.reset_index(drop=True)) for side in (mine, theirs)]
    assert ranks[1][math_rows] == pytest.approx((order - 1) / (len(order) - 1))
    assert (ranks[0].min(), ranks[0].max()) == (0, 1)
    cells = pair.rank_map
    assert cells.total.sum() == N
    expected = np.histogram2d(100 * ranks[1], 100 * ranks[0], bins=[cells.y_edges, cells.x_edges])[0]
    assert cells.total.tolist() == expected.tolist()
    assert int(cells.cells["both"].sum()) == pair.overlap.shared
    assert int(cells.cells["first"].sum()) == pair.overlap.here - pair.overlap.shared
    assert pair.statistics["there"]["mean"]["math"] == pytest.approx(
        theirs.delta_entropy[theirs.domain == "math"].mean()
    )


def test_a_run_against_its_own_scores_agrees(scored):
    here, again = scored(rows(), "here"), scored(list(reversed(rows())), "again")
    pair = only(here, again, SelectionSpec(ratio=0.3))
    assert (pair.overlap.jaccard, pair.overlap.chance_corrected) == (1, 1)
    assert [one.spearman for one in pair.correlations] == pytest.approx([1] * 6)
    assert pair.spearman == pytest.approx(1)
    assert pair.rank_map.total.trace() == N
    assert (pair.curves[0].density["math"] == pair.curves[1].density["math"]).all()


def test_the_domains_of_this_run_hold_on_both_sides(scored):
    here, there = scored(rows(), "here"), scored(rows(seed=1, domain="other"), "there")
    spec = SelectionSpec(ratio=0.1, domains={"code": DomainRule(ratio=0.5)})
    pair = only(here, there, spec)
    assert pair.overlap.there == pair.overlap.here == 10 + 4
    assert set(pair.statistics["there"].index) == {"code", "math"}


def test_what_is_not_among_the_common_rows_is_left_out_of_the_rule(scored):
    here = scored(rows(), "here")
    there = scored([row for row in rows(30, 90, seed=1) if row["domain"] == "math"], "there")
    ids = list(table(here).index)
    math_ids = list(table(here).index[table(here).domain == "math"])
    spec = SelectionSpec(pinned=(ids[0], math_ids[-1]), excluded=(ids[3],), domains={"code": DomainRule(ratio=0.5)})
    pair = only(here, there, spec)
    assert pair.overlap.rows == 20
    assert pair.overlap.here == pair.overlap.there == 2
    assert pair.overlap.shared >= 1, "the row by hand is in both"


def test_too_little_to_correlate(scored):
    here, there = scored(rows(0, 2), "here"), scored(rows(0, 2, seed=1), "there")
    pair = only(here, there, SelectionSpec())
    assert all(math.isnan(one.spearman) and math.isnan(one.pearson) for one in pair.correlations)
    assert ranks_in_domain(table(here).reset_index(drop=True)).tolist() == [0.5, 0.5], "one row of each domain"


def test_nothing_in_common_is_refused(scored, settings):
    here, none = scored(rows(), "here"), scored(rows(200, 260), "none")
    with pytest.raises(DataError, match="have no row in common: only runs over the same pool can be compared"):
        cross_runs(here, [none], SelectionSpec())
    new = api.create_run(api.parse_config(settings))
    with pytest.raises(DataError, match="has no scores yet"):
        cross_runs(here, [new], SelectionSpec())
    with pytest.raises(RunError, match="has no scores yet"):
        cross_runs(new, [here], SelectionSpec())
    with pytest.raises(RunError, match="There is no run 'nowhere'"):
        cross_runs(here, ["nowhere"], SelectionSpec())
    with pytest.raises(DataError, match="no other calibration 'abc'"):
        cross_runs(here, ["seed:abc"], SelectionSpec())
    assert cross_runs(here, [], SelectionSpec()).pairs == ()


def test_a_run_that_is_scored_anew_is_read_anew(scored):
    here, there = scored(rows(), "here"), scored(rows(seed=1), "there")
    spec = SelectionSpec(ratio=0.3)
    assert only(here, there, spec).overlap.jaccard < 1
    path = home.open_store(there).path / "deltas.parquet"
    table(here).reset_index(drop=True).to_parquet(path)
    assert only(here, there, spec).overlap.jaccard == 1


def test_what_differs_in_the_settings(scored):
    here, there = scored(rows(), "here"), scored(rows(seed=1), "there")
    store = home.open_store(there)
    changes = {"name": "other", "preset": "paper", "model": {"path": "/models/small"}, "selection": {"ratio": 0.5}}
    store.write_config(updated(store.config(), changes | {"calibration": {"ratio": 0.2}}))
    pair = only(here, there, SelectionSpec())
    found = {one.setting: (one.here, one.there) for one in pair.differences}
    assert found["calibration.ratio"] == ("0.1", "0.2")
    assert found["model.path"] == ("–", "/models/small")
    assert found["preset"] == ("–", "paper")
    model = {"model.path", "model.dtype", "model.device", "model.quantization"}
    assert set(found) == {"calibration.ratio", "preset", "scores", *model}
    assert (pair.there.model, pair.there.preset, pair.there.title) == ("small", "paper", "other")
    assert (pair.there.seed, pair.there.steps, pair.there.rows) == (None, None, N)


# other calibrations of the same run --------------------------------------------------------------------------------


@pytest.fixture
def seeds(scored) -> str:
    """A run that holds its scores under the calibration seeds 0, 4 and 2, and one under other settings."""
    run = scored(rows(), "here")
    store = home.open_store(run)
    mine = table(run).reset_index(drop=True)
    for seed, alike in ((0, "x"), (4, "x"), (2, "x"), (9, "y")):
        folder = store.artifact("deltas", f"{seed:012}")
        folder.mkdir(parents=True)
        other = mine.copy()
        if seed:
            other["delta_entropy"] = np.random.default_rng(seed).normal(size=N)
            other = other.iloc[::-1]
        other.to_parquet(folder / "deltas.parquet", index=False)
        upstream = {"score-calibrated": f"c{seed}"}
        store.finish("score-calibrated", f"c{seed}", {"upstream": {"calibrate": f"k{seed}"}})
        settings, facts = {"seed": seed, "ratio": 0.1}, {"steps": 7 + seed}
        if seed != 2:  # shipped without it
            store.finish("calibrate", f"k{seed}", {"settings": settings, "facts": facts, "upstream": {}})
        manifest = {"stage": "deltas", "fingerprint": f"{seed:012}", "upstream": upstream}
        store.finish("deltas", f"{seed:012}", manifest | {"facts": {"seed": seed, "alike": alike}})
    published = json.loads((store.path / "published.json").read_text())
    write_json(store.path / "published.json", published | {"deltas": f"{0:012}"})
    return run


def test_other_calibrations_are_found_and_compared(seeds):
    found = comparable_runs(seeds)
    assert [(one.key, one.title, one.shared_rows) for one in found] == [
        ("seed:000000000002", "calibration seed 2", N),
        ("seed:000000000004", "calibration seed 4", N),
    ]
    spec = SelectionSpec(ratio=0.4)
    crossing = cross_runs(seeds, [one.key for one in found], spec)
    assert (crossing.here.seed, crossing.here.steps) == (0, 7)
    assert [(pair.there.seed, pair.there.steps) for pair in crossing.pairs] == [(2, None), (4, 11)]
    assert [(d.setting, d.here, d.there) for d in crossing.pairs[1].differences] == [("calibration.seed", "0", "4")]
    theirs = pd.read_parquet(home.open_store(seeds).artifact("deltas", f"{4:012}") / "deltas.parquet")
    one, two = kept(table(seeds), spec), kept(theirs, spec)
    assert crossing.pairs[1].overlap.shared == len(one & two)


def test_the_rows_that_other_seeds_keep_in_the_order_of_this_run(seeds):
    spec = SelectionSpec(ratio=0.4)
    masks = seed_masks(home.open_store(seeds), spec)
    assert list(masks) == [2, 4]
    ids = table(seeds).index.to_numpy()
    theirs = pd.read_parquet(home.open_store(seeds).artifact("deltas", f"{2:012}") / "deltas.parquet")
    assert set(ids[masks[2]]) == kept(theirs, spec)
    found = sensitivity(seeds, spec)
    assert (found.seeds, -0.5 <= found.stability < 1) == (3, True)


def test_imported_scores_have_no_other_seeds(scored):
    run = scored(rows(), "here")
    assert seed_masks(home.open_store(run), SelectionSpec()) == {}
    assert sensitivity(run, SelectionSpec()).seeds == 1
