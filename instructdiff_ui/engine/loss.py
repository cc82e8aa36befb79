"""The NLL of response tokens as a loss to train on, with logits for no more than a chunk of positions at a time.

Knows nothing of trainers or examples. The gradient is formed along with the loss, chunk by chunk, so that the product
with the output head is never computed twice and no logits are kept for the way back.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

LOGITS = 128 << 20  # bytes of one chunk; with fewer positions the products get thin and slow


def sum_nll(
    hidden: Tensor,
    targets: Tensor,
    *,
    weight: Tensor,
    bias: Tensor | None = None,
    scale: float = 1.0,
    softcap: float | None = None,
) -> Tensor:
    """Σ −log softmax(z)_y in nats, a float32 (or float64) scalar that can be trained on; z = hidden · weightᵀ + bias.

    `hidden` (P, D) are the states that predict `targets` (P,), `weight` (V, D) and `bias` (V,) the output head, `scale`
    and `softcap` what the model does to its logits afterwards.
    """
    head = _Head(weight, bias, scale=scale, softcap=softcap, like=hidden)
    with torch.autocast(weight.device.type, enabled=False):  # `_Head` knows which products may be rounded
        return _SumNLL.apply(hidden, targets, weight, bias, head)


class _SumNLL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hidden, targets, weight, bias, head) -> Tensor:  # type: ignore[override]
        wants_hidden, _, wants_weight, wants_bias, *_ = ctx.needs_input_grad
        d_hidden = hidden.new_empty(hidden.shape, dtype=head.dtype) if wants_hidden else None
        d_weight = weight.new_zeros(weight.shape, dtype=head.dtype) if wants_weight else None
        d_bias = bias.new_zeros(bias.shape, dtype=head.dtype) if wants_bias else None
        total = hidden.new_zeros((), dtype=head.dtype)
        for start in range(0, len(hidden), head.chunk):
            part = slice(start, start + head.chunk)
            nll, d_logits = head.nll(hidden[part], targets[part], backward=any(ctx.needs_input_grad))
            total += nll
            if d_hidden is not None:
                d_hidden[part] = head.to_hidden(d_logits)
            if d_weight is not None:
                head.add_to_weight(d_weight, d_logits, hidden[part])
            if d_bias is not None:
                d_bias += d_logits.sum(0)
        ctx.save_for_backward(d_hidden, d_weight, d_bias)
        ctx.dtypes = hidden.dtype, weight.dtype
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx, upstream: Tensor) -> tuple[Any, ...]:  # type: ignore[override]
        d_hidden, d_weight, d_bias = ctx.saved_tensors
        hidden_dtype, weight_dtype = ctx.dtypes

        def scaled(gradient: Tensor | None, dtype: torch.dtype) -> Tensor | None:
            return None if gradient is None else (gradient.mul_(upstream)).to(dtype)

        return scaled(d_hidden, hidden_dtype), None, scaled(d_weight, weight_dtype), scaled(d_bias, weight_dtype), None


class _Head:
    """The products with the output head: logits in float32 or better, whatever the weights are."""

    def __init__(self, weight: Tensor, bias: Tensor | None, *, scale: float, softcap: float | None, like: Tensor):
        weight, bias = weight.detach(), None if bias is None else bias.detach()
        kind = weight.device.type
        half = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else like.dtype
        self.dtype = torch.promote_types(weight.dtype, torch.float32)  # of the logits
        self.mixed = kind == "cuda" and half in (torch.bfloat16, torch.float16)  # half products, summed in float32
        self.low = half if half.itemsize == 2 else self.dtype  # of the product that goes back into the layers
        self.weight = weight.to(half if self.mixed else self.dtype)
        self.back = weight.to(self.low)
        self.bias, self.scale, self.softcap = bias, scale, softcap
        self.chunk = max(1, LOGITS // (self.dtype.itemsize * len(weight)))

    def nll(self, hidden: Tensor, targets: Tensor, *, backward: bool) -> tuple[Tensor, Tensor]:
        """The summed NLL of a chunk and its gradient with respect to the product with the weights, (P, V)."""
        z = self._logits(hidden)
        inside = None if self.softcap is None else 1 - (z / self.softcap) ** 2  # the slope of the soft cap
        z -= torch.logsumexp(z, dim=-1, keepdim=True)  # log p
        nll = -z.gather(1, targets[:, None]).sum()
        if backward:
            z.exp_()
            z[torch.arange(len(z), device=z.device), targets] -= 1
            z = z if inside is None else z.mul_(inside)
            z = z if self.scale == 1 else z.mul_(self.scale)
        return nll, z

    def to_hidden(self, d_logits: Tensor) -> Tensor:
        return self._product(d_logits.to(self.low), self.back)

    def add_to_weight(self, total: Tensor, d_logits: Tensor, hidden: Tensor) -> None:
        if self.mixed:
            torch.addmm(total, d_logits.to(self.low).T, hidden.to(self.low), out_dtype=self.dtype, out=total)
        else:
            total.addmm_(d_logits.T, hidden.to(self.dtype))

    def _logits(self, hidden: Tensor) -> Tensor:
        z = self._product(hidden.to(self.weight.dtype), self.weight.T)
        if self.bias is not None:
            z += self.bias.to(self.dtype)
        if self.scale != 1:
            z *= self.scale
        return z if self.softcap is None else z.div_(self.softcap).tanh_().mul_(self.softcap)

    def _product(self, a: Tensor, b: Tensor) -> Tensor:
        if self.mixed:
            return torch.mm(a, b, out_dtype=self.dtype)
        return torch.mm(a, b)
