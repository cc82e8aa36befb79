"""Which rows share a forward pass: length-sorted batches within a budget of tokens, and how large that budget is.

Knows nothing of what the tokens mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

CPU_TOKENS = 1024  # larger batches fall out of the CPU's cache, smaller ones make small products
MOST_CPU_TOKENS = 2048
MPS_TOKENS = 4096
CUDA_TOKENS = 32_768  # enough to keep a GPU busy with small models; more only costs memory
FEWEST_TOKENS = 1024
SHARE = 0.3  # of the free memory of a GPU, for the activations of a batch; the rest is for logits and fragmentation


def batches(lengths: Sequence[int] | np.ndarray, *, batch_tokens: int) -> list[np.ndarray]:
    """Row indices in batches of similar length, the longest rows first.

    `lengths` (N,) in tokens. A batch of R rows costs R × its longest row, padding included, which is at most
    `batch_tokens` unless a single row alone is longer. The same lengths give the same batches.
    """
    lengths = np.asarray(lengths, dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")  # longest first: what does not fit in memory fails at once
    out = []
    start = 0
    while start < len(order):
        rows = max(1, batch_tokens // max(1, int(lengths[order[start]])))
        out.append(order[start : start + rows])
        start += rows
    return out


def batch_tokens_for(model: Any, setting: int | None) -> int:
    """Tokens of one forward pass, padding included: the setting, or what suits the device that `model` is on.

    On a CPU the setting is held to 2,048: beyond that more tokens only take longer and more memory.

    On CUDA that is what fits in its free memory, so it is the same for the same model on the same device when nothing
    else is there. A batch that does not fit after all is halved by whoever scores it.
    """
    device = next(model.parameters()).device
    if setting is not None:
        return min(setting, MOST_CPU_TOKENS) if device.type == "cpu" else setting
    if device.type != "cuda":
        return CPU_TOKENS if device.type == "cpu" else MPS_TOKENS
    free, _ = torch.cuda.mem_get_info(device)
    fits = int(SHARE * free) // _activation_bytes(model)
    return max(FEWEST_TOKENS, min(CUDA_TOKENS, fits // 1024 * 1024))


def _activation_bytes(model: Any) -> int:
    """Bytes per token that a forward pass holds at its widest: the hidden states, in float32 too, and the MLP."""
    config = model.config.get_text_config()
    hidden = config.hidden_size
    inner = getattr(config, "intermediate_size", None) or 4 * hidden
    return next(model.parameters()).dtype.itemsize * (10 * hidden + 4 * inner)
