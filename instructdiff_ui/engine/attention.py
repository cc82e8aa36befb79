"""Causal attention on a CPU, in tiles of queries, for rows that are padded on the right or not at all.

PyTorch's own kernel for the CPU takes a third of a forward pass over short rows. Two batched products and a softmax
per tile of queries take half of that: they leave out what lies beyond the tile's last key, share the keys of a group of
query heads, and sum in float32. Knows nothing of models but what `transformers` hands to an attention function.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

NAME = "causal_tiles"
TILE = 64  # queries; smaller tiles waste less beyond the diagonal, larger ones make larger products


@contextmanager
def causal_tiles(model: Any) -> Iterator[None]:
    """Have `model`, a transformers model on a CPU, attend in tiles; models that need another attention keep theirs."""
    if model.device.type != "cpu" or model.config.get_text_config()._attn_implementation != "sdpa":
        yield
        return
    _register()
    model.set_attn_implementation(NAME)
    try:
        yield
    finally:
        model.set_attn_implementation("sdpa")


def attend(query: Tensor, key: Tensor, value: Tensor, *, scale: float, tile: int = TILE) -> Tensor:
    """softmax(scale · q kᵀ) v over the keys up to each query; (B, T, H, D) in the dtype of `query`.

    `query` (B, H, T, D), `key` and `value` (B, G, S, D) with S ≥ T, where the last T keys are those of the queries; G
    divides H, and a group of H / G query heads shares a key head. Sums in float32, or float64 for float64.
    """
    b, heads, t, d = query.shape
    groups, s = key.shape[1:3]
    share = heads // groups
    dtype = torch.promote_types(query.dtype, torch.float32)
    q = query.to(dtype).reshape(b * groups, share, t, d) * scale
    k = key.to(dtype).reshape(b * groups, s, d).transpose(1, 2)
    v = value.to(dtype).reshape(b * groups, s, -1)
    beyond = torch.full((tile, tile), float("-inf"), dtype=dtype).triu(1)
    out = torch.empty(b, t, heads, v.shape[-1], dtype=query.dtype)
    for start in range(0, t, tile):
        n = min(tile, t - start)
        keys = s - t + start + n  # those up to the tile's last query
        z = torch.bmm(q[:, :, start : start + n].reshape(b * groups, share * n, d), k[:, :, :keys])
        z = z.view(b * groups, share, n, keys)
        z[..., keys - n :] += beyond[:n, :n]
        p = torch.softmax(z, dim=-1).view(b * groups, share * n, keys)
        out[:, start : start + n] = torch.bmm(p, v[:, :keys]).view(b, heads, n, -1).transpose(1, 2)
    return out


def _register() -> None:
    from transformers import AttentionInterface, AttentionMaskInterface

    AttentionInterface.register(NAME, _attention)
    AttentionMaskInterface.register(NAME, _mask)


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    is_causal: bool | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """The attention function of `transformers`: ours where attention is causal and no more than that."""
    causal = getattr(module, "is_causal", True) if is_causal is None else is_causal
    unusual = any(others.get(name) is not None for name in ("softcap", "s_aux", "position_bias"))
    if attention_mask is not None or dropout or unusual or not causal or query.requires_grad:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        return sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout, scaling, is_causal=is_causal, **others
        )
    return attend(query, key, value, scale=query.shape[-1] ** -0.5 if scaling is None else scaling), None


def _mask(
    *,
    q_length: int,
    kv_length: int,
    q_offset: Any = 0,
    attention_mask: Tensor | None = None,
    local_size: int | None = None,
    allow_is_causal_skip: bool = True,
    **how: Any,
) -> Tensor | None:
    """No mask where attention is merely causal, behind a prefix too; else that of `sdpa`."""
    from transformers.masking_utils import sdpa_mask

    within = local_size is None or kv_length < local_size
    last = isinstance(q_offset, int) and q_offset + q_length == kv_length
    if attention_mask is None and allow_is_causal_skip and within and last:
        return None
    how |= {"attention_mask": attention_mask, "local_size": local_size, "allow_is_causal_skip": False}
    return sdpa_mask(q_length=q_length, kv_length=kv_length, q_offset=q_offset, **how)
