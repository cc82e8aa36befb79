from __future__ import annotations

import math

import pytest

from instructdiff_ui.engine.evaluation import ExampleResult, means


def results(metric: str, values: list[float], domains: list[str]) -> list[ExampleResult]:
    rows = zip(values, domains, strict=True)
    return [ExampleResult(f"row-{i}", domain, metric, float(value)) for i, (value, domain) in enumerate(rows)]


def test_the_loss_is_the_mean_over_examples_per_domain_and_of_all():
    found = means(results("nll", [1.0, 3.0, 2.0], ["math", "math", "code"]))
    assert [(r.domain, r.metric, r.value, r.n) for r in found] == [
        ("code", "nll", 2.0, 1),
        ("math", "nll", 2.0, 2),
        ("all", "nll", 2.0, 3),
    ]
    code, math_, everything = found
    assert math.isnan(code.stderr)
    assert math_.stderr == pytest.approx(1.0)  # sd √2 over √2
    assert everything.stderr == pytest.approx(1 / math.sqrt(3))
    assert code.ppl == pytest.approx(math.exp(2))


def test_nothing_measured_no_results():
    assert means([]) == []


def test_a_share_is_the_mean_of_right_and_wrong():
    found = means(results("exact_match", [1, 0, 1, 1, 0], ["math", "code", "math", "code", "code"]))
    assert [(r.domain, r.metric, r.n) for r in found] == [
        ("code", "exact_match", 3),
        ("math", "exact_match", 2),
        ("all", "exact_match", 5),
    ]
    code, math_, everything = found
    assert (code.value, math_.value, everything.value) == (pytest.approx(1 / 3), 1.0, pytest.approx(0.6))
    assert math_.stderr == 0
    assert everything.stderr == pytest.approx(math.sqrt(5 / 4 * 0.6 * 0.4 / 5))  # of a share, with n − 1


def test_metrics_come_as_they_were_measured_each_over_its_own_rows():
    found = means([*results("nll", [1.0, 2.0], ["a", "b"]), *results("choice", [1], ["b"])])
    assert [(r.metric, r.domain, r.n) for r in found] == [
        ("nll", "a", 1),
        ("nll", "b", 1),
        ("nll", "all", 2),
        ("choice", "b", 1),
        ("choice", "all", 1),
    ]
