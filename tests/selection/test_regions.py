"""Points in boxes and lassos, against the even-odd rule point by point."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.config import validated
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.selection.regions import Region, in_box, in_lasso


def naive_in_lasso(x, y, lasso):
    """Whether a ray from (x, y) to the right crosses an odd number of edges."""
    inside = False
    for (xa, ya), (xb, yb) in zip(lasso, [*lasso[1:], lasso[0]], strict=True):
        if (ya > y) != (yb > y) and x < (xb - xa) * (y - ya) / (yb - ya) + xa:
            inside = not inside
    return inside


def agrees(points, lasso):
    x, y = np.array(points, np.float64).reshape(-1, 2).T
    assert in_lasso(x, y, lasso).tolist() == [naive_in_lasso(*point, lasso) for point in zip(x, y, strict=True)]


coarse = st.integers(-4, 4).map(float)  # many points on corners and edges
fine = st.floats(-3, 3).map(lambda v: round(v, 4))
coordinate = coarse | fine
point = st.tuples(coordinate, coordinate)


@given(st.lists(point, min_size=1, max_size=60), st.lists(point, min_size=3, max_size=12).map(tuple))
@settings(deadline=None)
def test_agrees_with_the_even_odd_rule(points, lasso):
    agrees(points, lasso)


@given(st.integers(0, 10_000), st.sampled_from([1e-6, 1.0, 1e6]), st.sampled_from([0.0, 1000.0]))
@settings(deadline=None, max_examples=40)
def test_agrees_near_the_edges_of_a_long_lasso(seed, scale, offset):
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * math.pi, 60))
    radius = rng.uniform(0.5, 1.0, 60)
    lasso = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    on_edges = lasso + rng.uniform(0, 1, (60, 1)) * (np.roll(lasso, -1, axis=0) - lasso)
    near = on_edges[rng.integers(0, 60, 300)] + rng.normal(0, 0.003, (300, 2))
    points = np.concatenate([lasso, on_edges, near, rng.uniform(-1.1, 1.1, (300, 2))])
    agrees(points * scale + offset * scale, tuple(map(tuple, (lasso * scale + offset * scale).tolist())))


def test_a_lasso_that_crosses_itself_has_a_hole():
    star = tuple((math.sin(4 * math.pi * k / 5), math.cos(4 * math.pi * k / 5)) for k in range(5))
    assert in_lasso(np.array([0.0, 0.0]), np.array([0.0, 0.8]), star).tolist() == [False, True]


def test_missing_values_lie_nowhere():
    x, y = np.array([np.nan, 0.5, 0.5]), np.array([0.5, np.nan, 0.5])
    assert in_lasso(x, y, ((0, 0), (1, 0), (1, 1), (0, 1))).tolist() == [False, False, True]
    assert in_box(x, y, (0, 1, 0, 1)).tolist() == [False, False, True]


def test_a_box_has_its_borders_and_any_order():
    x, y = np.array([0.0, 1.0, 2.0, 2.1]), np.array([5.0, 4.0, 3.0, 3.5])
    assert Region(x="a", y="b", box=(2, 0, 3, 5)).holds(x, y).tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({}, "either a box or a lasso"),
        ({"box": (0, 1, 0, 1), "lasso": ((0, 0), (1, 0), (1, 1))}, "either a box or a lasso"),
        ({"lasso": ((0, 0), (1, 0))}, "a lasso has 3 to 200 points, not 2"),
        ({"lasso": ((0, 0),) * 201}, "a lasso has 3 to 200 points, not 201"),
        ({"box": (0, math.inf, 0, 1)}, "finite numbers"),
        ({"lasso": ((0, 0), (1, math.nan), (1, 1))}, "finite numbers"),
    ],
)
def test_shapes_that_are_none_are_refused(shape, message):
    with pytest.raises(ConfigError, match=message):
        validated(Region, {"x": "a", "y": "b"} | shape)
