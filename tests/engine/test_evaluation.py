from __future__ import annotations

import math

import numpy as np
import pytest

from instructdiff_ui.engine.evaluation import heldout_loss
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
