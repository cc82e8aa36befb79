"""The beginning that all prompts share, as a template gives it to them, passed through the model once.

Only for plain causal attention in tiles (`attention.py`), which can look back on a prefix without a mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .attention import NAME

FEWEST_TOKENS = 8  # a shorter one does not pay for the copies of its keys and values


class Prefix:
    """Keys and values of the first tokens of every row, for batches of any number of rows."""

    def __init__(self, length: int, layers: list[tuple[Tensor, Tensor]]):
        self.length = length  # tokens
        self._layers = layers  # keys and values, (1, heads, length, D) each

    def cache(self, rows: int) -> Any:
        """A cache of `transformers` that holds the prefix for so many rows, to be written on."""
        from transformers import DynamicCache

        return DynamicCache([tuple(states.expand(rows, -1, -1, -1) for states in layer) for layer in self._layers])


@torch.inference_mode()
def shared_prefix(model: Any, decoder: Any, prompts: Sequence[Sequence[int]]) -> Prefix | None:
    """What the prompts have in common at their beginning; None where that is too little, or the model cannot use it."""
    from transformers.cache_utils import DynamicLayer

    length = shared_length(prompts)
    if length < FEWEST_TOKENS or model.config.get_text_config()._attn_implementation != NAME:
        return None
    ids = torch.tensor([list(prompts[0][:length])], device=model.device)
    cache = getattr(decoder(input_ids=ids, use_cache=True), "past_key_values", None)
    layers = getattr(cache, "layers", [])
    if not layers or any(type(layer) is not DynamicLayer for layer in layers):  # a window, or a state of its own kind
        return None
    return Prefix(length, [(layer.keys, layer.values) for layer in layers])


def shared_length(prompts: Sequence[Sequence[int]]) -> int:
    """The number of tokens that all prompts begin with, and that leave each one of its own; 0 for one prompt."""
    if len(prompts) < 2:
        return 0
    most = min(map(len, prompts)) - 1
    first = np.array(prompts[0][:most])
    differs = np.zeros(most, bool)
    for prompt in prompts[1:]:
        differs |= first != np.array(prompt[:most])
    return int(differs.argmax()) if differs.any() else most
