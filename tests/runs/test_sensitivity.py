"""What a change of a rule does to the kept rows, against doing it by hand."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from instructdiff_ui.config import DomainRule, SelectionSpec
from instructdiff_ui.runs.exploration import Exploration
from instructdiff_ui.runs.sensitivity import compare, sensitivity
from instructdiff_ui.selection.rules import apply
from instructdiff_ui.selection.stability import stability


def scores(n: int = 400, seed: int = 0, unscored: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "example_id": [f"r{i:04}" for i in range(n)],
            "domain": ["math" if i % 2 else "code" for i in range(n)],
            "n_tokens": random.integers(1, 50, n),
            "delta_nll": random.normal(size=n),
            "delta_entropy": random.normal(size=n),
            "in_calibration": False,
        }
    )
    table.loc[: unscored - 1, ["delta_nll", "delta_entropy"]] = math.nan
    return table


@pytest.fixture
def exploration() -> Exploration:
    return Exploration(scores(), Path("none"))


def of(found, what: str) -> list:
    return [change for change in found.changes if change.what == what]


def test_a_ladder_of_gammas_and_ratios(exploration):
    found = sensitivity(exploration, SelectionSpec())
    assert [c.value for c in of(found, "gamma")] == [0, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3]
    assert [c.value for c in of(found, "ratio")] == [0.05, 0.08, 0.09, 0.1, 0.11, 0.125, 0.2]
    assert [(c.what, c.value) for c in found.changes if c.current] == [("gamma", 0.1), ("ratio", 0.1)]
    assert all(c.overlap.jaccard == 1 for c in found.changes if c.current)
    assert (of(found, "seed"), found.seeds) == ([], 1)
    assert math.isnan(found.stability)


@pytest.mark.parametrize("spec", [SelectionSpec(), SelectionSpec(scope="global", budget="tokens", filter="rank")])
def test_every_rung_is_what_selecting_anew_gives(exploration, spec):
    here = set(exploration.select(spec).ids)
    for change in sensitivity(exploration, spec).changes:
        other = spec.model_copy(update={change.what: change.value})
        there = set(apply(exploration.table, other).ids)
        found = change.overlap
        assert (found.shared, found.here, found.there) == (len(here & there), len(here), len(there))
        assert found.here_tokens == exploration.select(spec).total.selected_tokens


@pytest.mark.parametrize(
    ("gamma", "rungs"),
    [
        (0.0, [0, 0.025, 0.05, 0.1, 0.15, 0.2]),
        (0.4, [0.2, 0.25, 0.3, 0.35, 0.375, 0.4, 0.425, 0.45]),
        (0.48, [0.28, 0.33, 0.38, 0.43, 0.455, 0.48]),
    ],
)
def test_gamma_stays_within_its_bounds(exploration, gamma, rungs):
    found = of(sensitivity(exploration, SelectionSpec(gamma=gamma)), "gamma")
    assert [change.value for change in found] == rungs
    assert [change.value for change in found if change.current] == [gamma]


@pytest.mark.parametrize(
    ("ratio", "rungs"), [(1.0, [0.5, 0.8, 0.9, 1]), (0.6, [0.3, 0.48, 0.54, 0.6, 0.66, 0.75, 1]), (1e-9, None)]
)
def test_beta_stays_within_its_bounds(exploration, ratio, rungs):
    found = of(sensitivity(exploration, SelectionSpec(ratio=ratio)), "ratio")
    values = [change.value for change in found]
    assert values == (rungs or [pytest.approx(ratio * f) for f in (0.5, 0.8, 0.9, 1, 1.1, 1.25, 2)])


def test_the_upper_end_and_the_domains_move_along(exploration):
    spec = SelectionSpec(gamma=0.1, gamma_high=0.3, domains={"math": DomainRule(gamma=0.02, ratio=0.4)})
    by_value = {(c.what, c.value): c.overlap for c in sensitivity(exploration, spec).changes}

    def there(**changes) -> int:
        return apply(exploration.table, SelectionSpec(**changes)).total.selected

    shifted = {"gamma": 0.05, "gamma_high": 0.25, "domains": {"math": DomainRule(gamma=0, ratio=0.4)}}
    other = set(apply(exploration.table, SelectionSpec(**shifted)).ids)
    assert by_value["gamma", 0.05].shared == len(other & set(exploration.select(spec).ids))
    doubled = {"gamma": 0.1, "gamma_high": 0.3, "ratio": 0.2, "domains": {"math": DomainRule(gamma=0.02, ratio=0.8)}}
    assert by_value["ratio", 0.2].there == there(**doubled)
    assert by_value["ratio", 0.2].there != there(**doubled | {"domains": spec.domains})


def test_a_strategy_without_a_filter_has_no_gamma(exploration):
    found = sensitivity(exploration, SelectionSpec(strategy="random"))
    assert of(found, "gamma") == []
    assert len(of(found, "ratio")) == 7


def test_other_seeds_and_the_stability_over_all():
    exploration = Exploration(scores(unscored=40), Path("none"))
    spec = SelectionSpec(ratio=0.25)
    others = {seed: apply(scores(seed=seed, unscored=40), spec).selected for seed in (7, 2)}
    found = sensitivity(exploration, spec, seeds=others)
    here = exploration.select(spec).selected
    assert [change.value for change in of(found, "seed")] == [2, 7]
    assert of(found, "seed")[1].overlap.shared == (here & others[7]).sum()
    assert of(found, "seed")[1].overlap.rows == 360, "rows without scores could not be kept"
    assert found.seeds == 3
    assert found.stability == pytest.approx(stability(np.stack([here, *others.values()])[:, 40:]))
    assert abs(found.stability) < 0.2, "the scores of these seeds have nothing in common"


def test_points_for_a_figure(exploration):
    points = sensitivity(exploration, SelectionSpec()).points
    assert set(points[0]) == {
        "what",
        "value",
        "jaccard",
        "chance_corrected",
        "expected_jaccard",
        "shared",
        "kept",
        "current",
    }
    now = [point for point in points if point["current"]]
    assert all((point["jaccard"], point["chance_corrected"], point["shared"]) == (1, 1, 40) for point in now)


def test_two_rules_compared(exploration):
    a, b = SelectionSpec(gamma=0), SelectionSpec(gamma=0, ratio=0.2, domains={"code": DomainRule(ratio=0.05)})
    found = compare(exploration, a, b)
    assert found.per_domain.to_dict("index") == {
        "code": {"rows": 200, "a": 20, "b": 10, "shared": 10},
        "math": {"rows": 200, "a": 20, "b": 40, "shared": 20},
    }
    assert (found.overlap.shared, found.only_a, found.only_b, found.overlap.rows) == (30, 10, 20, 400)
    assert found.overlap.here_tokens == exploration.select(a).total.selected_tokens
    assert [one.setting for one in found.differences] == ["β", "β of code"]
