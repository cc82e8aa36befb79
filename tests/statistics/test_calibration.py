"""How often verdicts are wrong, by simulation: arms that are no different from random, and arms that are.

Results come from the crossed model of the method: an effect of each training, of each example (shared by all arms), of
each example under one arm, and what is left. The effect of trainings is set against the error that examples leave.
"""

import numpy as np
import pytest

from instructdiff_ui.statistics import METRICS, compare, verdicts
from instructdiff_ui.statistics.spread import spread

ARMS, LEVEL = 5, 0.05
EFFECTS = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "heavy tails": lambda rng, shape: rng.standard_t(3, shape),
    "skewed": lambda rng, shape: rng.lognormal(0, 1, shape) - np.exp(0.5),
}


def losses(rng, many, seeds, n, *, trainings, by_arm=1.0, kind="normal"):
    """(many, ARMS + 1, seeds, n) losses of arms that differ in nothing; `trainings`: their error ÷ that of examples."""
    draw = EFFECTS[kind]
    sd = trainings * np.sqrt(seeds * (by_arm**2 + 1 / seeds) / n)
    of_trainings = sd * rng.standard_normal((many, ARMS + 1, seeds, 1))
    of_examples = draw(rng, (many, 1, 1, n)) + by_arm * draw(rng, (many, ARMS + 1, 1, n))
    return of_trainings + of_examples + draw(rng, (many, ARMS + 1, seeds, n))


def answers(rng, many, seeds, n, *, right, trainings):
    """As `losses`, but 0 or 1, with effects on the logit."""
    shapes = (many, ARMS + 1, seeds, 1), (many, 1, 1, n), (many, ARMS + 1, 1, n)
    effects = [sd * rng.standard_normal(shape) for sd, shape in zip((trainings, 1.5, 0.7), shapes, strict=True)]
    chance = 1 / (1 + np.exp(-sum(effects) - 1.5 * np.log(right / (1 - right))))
    return (rng.random((many, ARMS + 1, seeds, n)) < chance).astype(float)


def wrongly(results):
    """Share of experiments with any verdict that is wrong, and share of intervals that miss the true difference, 0.

    Where all arms are alike, Holm's correction names any arm exactly when the smallest p is under level ÷ arms.
    """
    arms, reference = results[:, 1:], results[:, :1]
    gaps, found = np.abs(arms.mean((2, 3)) - reference.mean((2, 3))), spread(arms, reference)
    named = (gaps > found.half_width(LEVEL / ARMS)).any(axis=1)
    return named.mean(), (gaps > found.half_width(LEVEL)).mean()


def margin(experiments):
    """Three standard errors of a share of 5 %."""
    return 3 * np.sqrt(LEVEL * (1 - LEVEL) / experiments)


@pytest.mark.parametrize("trainings", [0.3, 1, 2])
@pytest.mark.parametrize(("seeds", "n"), [(2, 50), (3, 50), (3, 200), (5, 50), (5, 200)])
@pytest.mark.parametrize("kind", EFFECTS)
def test_arms_like_random_are_seldom_called_anything_else(kind, seeds, n, trainings):
    rng = np.random.default_rng(0)
    many = 1500 if n == 50 else 500
    family, single = wrongly(losses(rng, many, seeds, n, trainings=trainings, kind=kind))
    assert family <= LEVEL + margin(many) and single <= 0.06


@pytest.mark.parametrize("by_arm", [0, 0.5, 2])
@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_it_does_not_matter_how_much_arms_differ_by_example(seeds, by_arm):
    """The case in which one t for both parts, by Satterthwaite, is wrong about twice as often as it says: two seeds."""
    rng = np.random.default_rng(1)
    family, single = wrongly(losses(rng, 2000, seeds, 50, trainings=2, by_arm=by_arm))
    assert family <= LEVEL + margin(2000) and single <= 0.06


@pytest.mark.parametrize("trainings", [0, 0.6])
@pytest.mark.parametrize("right", [0.02, 0.3, 0.9])
@pytest.mark.parametrize(("seeds", "n"), [(3, 50), (3, 200), (5, 50)])
def test_nor_whether_results_are_right_and_wrong_answers(seeds, n, right, trainings):
    rng = np.random.default_rng(2)
    many = 1000 if n == 50 else 400
    family, single = wrongly(answers(rng, many, seeds, n, right=right, trainings=trainings))
    assert family <= LEVEL + margin(many) and single <= 0.06


@pytest.mark.parametrize("trainings", [0.3, 1, 2])
@pytest.mark.parametrize(("seeds", "n"), [(3, 50), (3, 200), (5, 50), (5, 200)])
def test_a_difference_as_large_as_the_stated_one_is_mostly_found(seeds, n, trainings):
    rng = np.random.default_rng(3)
    results = losses(rng, 500, seeds, n, trainings=trainings)
    arms, reference = results[:, 1:2], results[:, :1]
    found = spread(arms, reference)
    planted = np.median(found.detectable(LEVEL / ARMS))
    gaps = arms.mean((2, 3)) - reference.mean((2, 3)) - planted
    power = (gaps < -found.half_width(LEVEL / ARMS)).mean()
    assert 0.65 <= power <= 0.9


def test_examples_alone_would_call_luck_in_training_a_difference():
    """Why the bootstrap decides nothing: it knows the models as they are, and not that others could have come out."""
    rng = np.random.default_rng(4)
    results = losses(rng, 100, 3, 50, trainings=2)
    found = [compare(one[1], one[0], resamples=500) for one in results]
    assert np.mean([one.examples_low > 0 or one.examples_high < 0 for one in found]) > 0.2
    assert np.mean([one.low > 0 or one.high < 0 for one in found]) <= 0.05 + margin(100)


def test_the_verdicts_are_those_of_the_simulation():
    rng = np.random.default_rng(5)
    results = losses(rng, 12, 3, 50, trainings=1)
    results[:6, 1] -= 3
    for one in results:
        told = verdicts({str(i): (arm, one[0]) for i, arm in enumerate(one[1:])}, metric=METRICS["nll"])
        gaps = np.abs(one[1:].mean((1, 2)) - one[0].mean())
        named = (gaps > spread(one[1:], one[:1]).half_width(LEVEL / ARMS)).any()
        assert named == any(verdict.word in ("better", "worse") for verdict in told.values())
