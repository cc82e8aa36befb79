"""Logits that come in tiles of the vocabulary, against log-softmax in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.engine.kernels import Reduction, _launch, fused


def as_written(z: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    log_p = z.double().log_softmax(-1)
    terms = torch.where(log_p.isneginf(), 0.0, log_p.exp() * log_p)
    return -log_p.gather(1, targets[:, None])[:, 0], -terms.sum(-1)


def reduced(z: torch.Tensor, targets: torch.Tensor, *, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    reduction = Reduction(targets, dtype=z.dtype)
    for first in range(0, z.shape[1], width):
        reduction.add(z[:, first : first + width].clone(), first)
    return reduction.result()


@settings(max_examples=60, deadline=None)
@given(
    positions=st.integers(1, 5),
    vocabulary=st.integers(1, 40),
    width=st.integers(1, 50),
    scale=st.sampled_from([0.0, 0.1, 3.0, 40.0, 1000.0]),
    shift=st.sampled_from([0.0, 60.0, -300.0]),
    seed=st.integers(0, 9),
)
def test_tiles_add_up_to_the_whole_vocabulary(positions, vocabulary, width, scale, shift, seed):
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(positions, vocabulary, generator=generator) * scale + shift
    targets = torch.randint(vocabulary, (positions,), generator=generator)
    for got, expected in zip(reduced(z, targets, width=width), as_written(z, targets), strict=True):
        torch.testing.assert_close(got.double(), expected, atol=1e-5, rtol=1e-6)


@pytest.mark.parametrize("width", [10, 1000])
def test_an_id_whose_logit_is_minus_infinity_adds_nothing(width):
    z = torch.randn(4, 100)
    z[:, 20:45] = float("-inf")  # with a width of 10 whole tiles are masked
    targets = torch.tensor([0, 19, 45, 99])
    for got, expected in zip(reduced(z, targets, width=width), as_written(z, targets), strict=True):
        torch.testing.assert_close(got.double(), expected, atol=1e-5, rtol=1e-6)


def test_a_logit_that_is_not_a_number_is_not_hidden():
    z = torch.randn(2, 100)
    z[1, 30] = torch.nan
    nll, entropy = reduced(z, torch.tensor([0, 0]), width=20)
    assert nll.isnan().tolist() == entropy.isnan().tolist() == [False, True]


def test_entropy_of_a_certain_prediction_is_zero_and_of_equal_logits_the_logarithm_of_their_number():
    certain = torch.zeros(1, 1000)
    certain[0, 7] = 500
    assert float(reduced(certain, torch.tensor([7]), width=64)[1]) == 0
    assert float(reduced(torch.full((1, 1000), 3.0), torch.tensor([7]), width=64)[1]) == pytest.approx(np.log(1000))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device, and this machine has none")
@pytest.mark.parametrize(("positions", "vocabulary", "width"), [(1, 5, 5), (33, 1025, 1025), (700, 151_936, 8192)])
def test_the_kernel_gives_what_pytorch_gives(positions, vocabulary, width):
    assert fused() is not None
    z = torch.randn(positions, vocabulary, device="cuda") * 6
    z[:, ::97] = float("-inf")
    targets = torch.randint(1, vocabulary, (positions,), device="cuda") // 97 * 97 + 1
    targets = targets.clamp(max=vocabulary - 1)
    for got, expected in zip(reduced(z, targets, width=width), as_written(z, targets), strict=True):
        torch.testing.assert_close(got.double(), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.skipif(torch.cuda.is_available(), reason="the kernel itself is tested on CUDA")
def test_the_kernel_under_tritons_interpreter(monkeypatch):
    """What the kernel computes, without a GPU; needs the package triton, which only CUDA builds of PyTorch bring."""
    pytest.importorskip("triton")
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    fused.cache_clear()
    z = torch.randn(5, 2500) * 6
    z[:, 100:1300] = float("-inf")
    targets = torch.tensor([0, 99, 1300, 2000, 2499])
    reduction = Reduction(targets, dtype=torch.float32)
    for first in range(0, 2500, 1100):
        _launch(fused(), reduction, z[:, first : first + 1100].contiguous(), first)
    fused.cache_clear()
    for got, expected in zip(reduction.result(), as_written(z, targets), strict=True):
        torch.testing.assert_close(got.double(), expected, atol=1e-5, rtol=1e-5)
