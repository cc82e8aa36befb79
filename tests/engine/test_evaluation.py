from __future__ import annotations

import math

import numpy as np
import pytest

from instructdiff_ui.engine.evaluation import exact_match, heldout_loss
from instructdiff_ui.engine.scoring import Score


def scored(nll: float) -> Score:
    return Score("id", nll=nll, entropy=1.0, n_tokens=3, token_nll=np.zeros(3), token_entropy=np.zeros(3))


def test_the_loss_is_the_mean_over_examples_per_domain_and_of_all():
    results = heldout_loss([scored(1.0), scored(3.0), scored(2.0)], ["math", "math", "code"])
    assert [(r.domain, r.metric, r.value, r.n) for r in results] == [
        ("code", "nll", 2.0, 1),
        ("math", "nll", 2.0, 2),
        ("all", "nll", 2.0, 3),
    ]
    code, math_, everything = results
    assert math.isnan(code.stderr)
    assert math_.stderr == pytest.approx(1.0)  # sd √2 over √2
    assert everything.stderr == pytest.approx(1 / math.sqrt(3))
    assert code.ppl == pytest.approx(math.exp(2))


def test_no_scores_no_results():
    assert heldout_loss([], []) == []


def test_exact_match_is_the_share_of_right_answers():
    results = exact_match([True, False, True, True, False], ["math", "code", "math", "code", "code"])
    assert [(r.domain, r.metric, r.n) for r in results] == [
        ("code", "exact_match", 3),
        ("math", "exact_match", 2),
        ("all", "exact_match", 5),
    ]
    code, math_, everything = results
    assert (code.value, math_.value, everything.value) == (pytest.approx(1 / 3), 1.0, pytest.approx(0.6))
    assert math_.stderr == 0
    assert everything.stderr == pytest.approx(math.sqrt(5 / 4 * 0.6 * 0.4 / 5))  # of a share, with n − 1
    assert math.isnan(exact_match([True], ["math"])[0].stderr)


def test_no_answers_no_results():
    assert exact_match([], []) == []


@pytest.mark.parametrize("summary", [heldout_loss, exact_match])
def test_every_value_needs_its_domain(summary):
    with pytest.raises(ValueError, match="1 values do not match 2 domains"):
        summary([scored(1.0)] if summary is heldout_loss else [True], ["math", "code"])
