"""NLL and entropy from logits that come in tiles of the vocabulary, each read once.

For a position with logits z, target y and largest logit m: s = Σ exp(z − m) and d = Σ exp(z − m) (z − m) give
NLL = log s + m − z_y and H = log s − d / s. Both are sums over the vocabulary, so tiles can be added one by one; when a
tile holds a larger logit, what was summed before is moved to it. Every term of H has one sign, so nothing cancels.

On CUDA a Triton kernel reads a tile once; elsewhere, and without Triton, PyTorch does the same in a few passes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

BLOCK = 1024  # logits that one program of the kernel reads at a time


class Reduction:
    """What the tiles of logits seen so far came to, for P positions."""

    def __init__(self, targets: Tensor, *, dtype: torch.dtype):
        def filled(value: float) -> Tensor:
            return torch.full(targets.shape, value, dtype=dtype, device=targets.device)

        self.targets = targets  # (P,) vocabulary ids
        self.largest = filled(torch.finfo(dtype).min)  # m
        self.total = filled(0)  # s
        self.weighted = filled(0)  # d
        self.target_logit = filled(0)  # z_y

    def add(self, z: Tensor, first: int) -> None:
        """Take in `z` (P, v), the logits of the ids `first` to `first` + v; `z` is used up."""
        if z.is_cuda and z.dtype == torch.float32 and (kernel := fused()) is not None:
            _launch(kernel, self, z, first)
        else:
            self._add(z, first)

    def _add(self, z: Tensor, first: int) -> None:
        self.target_logit += _target_logits(z, self.targets - first)
        largest = z.amax(dim=-1).clamp_(min=torch.finfo(z.dtype).min)
        z -= largest[:, None]
        p = torch.softmax(z, dim=-1)  # one fused operation; torch.exp takes several times as long on some processors
        total = 1 / p.amax(dim=-1)  # the largest is exp(0) / Σ exp
        weighted = torch.linalg.vecdot(p, z) * total
        if not torch.isfinite(weighted).all():  # −inf · 0 is nan, but the logit of an id that is masked adds nothing
            p = z.exp()
            total, weighted = p.sum(dim=-1), torch.where(p == 0, 0, p * z).sum(dim=-1)
        self._join(largest, total, weighted)

    def _join(self, largest: Tensor, total: Tensor, weighted: Tensor) -> None:
        """Add the sums over a tile, which are relative to its own largest logit."""
        both = torch.maximum(self.largest, largest)
        before, now = self.largest - both, largest - both  # ≤ 0
        self.weighted = (self.weighted + self.total * before) * before.exp() + (weighted + total * now) * now.exp()
        self.total = self.total * before.exp() + total * now.exp()
        self.largest = both

    def result(self) -> tuple[Tensor, Tensor]:
        """NLL and entropy in nats, (P,) each."""
        log_total = self.total.log()
        return log_total + (self.largest - self.target_logit), log_total - self.weighted / self.total


def _target_logits(z: Tensor, places: Tensor) -> Tensor:
    """z at (P,) `places`, 0 where a place lies outside the tile."""
    inside = (places >= 0) & (places < z.shape[1])
    found = z.gather(1, places.clamp(0, z.shape[1] - 1)[:, None])[:, 0]
    return torch.where(inside, found, 0)


@cache
def fused() -> Any:
    """The Triton kernel that adds a tile, one program a position; None where Triton is missing."""
    try:
        import triton
        import triton.language as tl
    except ImportError:
        return None

    @triton.jit
    def add_tile(z, targets, largest, total, weighted, target_logit, first, width, stride, BLOCK: tl.constexpr):
        row = tl.program_id(0).to(tl.int64)
        m = tl.load(largest + row)
        s = tl.load(total + row)
        d = tl.load(weighted + row)
        place = tl.load(targets + row) - first
        if (place >= 0) & (place < width):
            tl.store(target_logit + row, tl.load(z + row * stride + place))
        for start in range(0, width, BLOCK):
            columns = start + tl.arange(0, BLOCK)
            values = tl.load(z + row * stride + columns, mask=columns < width, other=float("-inf"))
            m_new = tl.maximum(m, tl.max(values, axis=0))
            moved = m - m_new
            factor = tl.exp(moved)
            d = (d + s * moved) * factor
            below = values - m_new
            p = tl.exp(below)
            d += tl.sum(tl.where(p > 0, p * below, 0.0), axis=0)
            s = s * factor + tl.sum(p, axis=0)
            m = m_new
        tl.store(largest + row, m)
        tl.store(total + row, s)
        tl.store(weighted + row, d)

    return add_tile


def _launch(kernel: Any, reduction: Reduction, z: Tensor, first: int) -> None:
    state = (reduction.targets, reduction.largest, reduction.total, reduction.weighted, reduction.target_logit)
    kernel[(len(z),)](z, *state, first, z.shape[1], z.stride(0), BLOCK=BLOCK, num_warps=4)
