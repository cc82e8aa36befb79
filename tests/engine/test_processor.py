"""What is set on a CPU must not cost precision, whatever the processor."""

from __future__ import annotations

import pytest
import torch

from instructdiff_ui.engine import processor


@pytest.fixture
def precision():
    """The setting of this process, put back afterwards."""
    before, chosen = torch.backends.mkldnn.matmul.fp32_precision, processor._choice
    yield lambda: torch.backends.mkldnn.matmul.fp32_precision
    torch.backends.mkldnn.matmul.fp32_precision, processor._choice = before, chosen


def retuned(monkeypatch, *, exact: bool, faster: bool) -> None:
    times = iter([1.0, 0.5 if faster else 1.0])
    monkeypatch.setattr(processor, "_exact", lambda: exact)
    monkeypatch.setattr(processor, "_seconds", lambda work: next(times))
    monkeypatch.setattr(processor, "_choice", None)
    torch.backends.mkldnn.matmul.fp32_precision = "ieee"
    processor.tune()


def test_products_stay_exact_to_float32(precision):
    processor.tune()
    a, b = torch.randn(300, 700), torch.randn(700, 200)
    exact = a.double() @ b.double()
    assert float(((a @ b) - exact).abs().max() / exact.abs().max()) < 2e-6
    hidden, keys = torch.randn(12, 96, 64), torch.randn(12, 64, 130)
    exact = hidden.double() @ keys.double()
    assert float(((hidden @ keys) - exact).abs().max() / exact.abs().max()) < 2e-6


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this build of PyTorch has no oneDNN")
@pytest.mark.parametrize(
    ("exact", "faster", "expected"), [(True, True, "bf16"), (False, True, "ieee"), (True, False, "ieee")]
)
def test_the_other_library_is_taken_only_where_it_is_exact_and_faster(precision, monkeypatch, exact, faster, expected):
    retuned(monkeypatch, exact=exact, faster=faster)
    assert precision() == expected


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this build of PyTorch has no oneDNN")
def test_a_process_can_take_over_the_choice_of_another(precision, monkeypatch):
    monkeypatch.setattr(processor, "_faster", lambda: "ieee")
    monkeypatch.setattr(processor, "_choice", None)
    assert processor.tune("bf16") == precision() == "bf16"
    assert processor.tune() == "bf16", "and keeps it"


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this build of PyTorch has no oneDNN")
def test_rounding_is_allowed_only_for_as_long_as_it_is_asked_for(precision):
    torch.backends.mkldnn.matmul.fp32_precision = "ieee"
    with processor.rounding_allowed():
        assert precision() == "bf16"
    assert precision() == "ieee"
    with processor.rounding_allowed(False):
        assert precision() == "ieee"


def test_rounding_loses_nothing_where_the_factors_are_bfloat16_values():
    a, b = torch.randn(64, 500).bfloat16().float(), torch.randn(500, 80).bfloat16().float()
    with processor.rounding_allowed():
        got = a @ b
    exact = a.double() @ b.double()
    assert float((got - exact).abs().max() / exact.abs().max()) < 2e-6


def test_the_gain_of_bfloat16_is_nothing_without_instructions_for_it(monkeypatch):
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False)
    processor.bfloat16_gain.cache_clear()
    assert processor.bfloat16_gain(4096) == 0
    processor.bfloat16_gain.cache_clear()
