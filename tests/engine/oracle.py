"""The formulas of the method, written down as they stand: float64, full logits, one example at a time."""

from __future__ import annotations

import copy

import numpy as np
import torch

from instructdiff_ui.data.examples import TokenizedExample


def naive_tokens(model, example: TokenizedExample, *, eos_id: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """NLL and entropy of every response token, from a float64 copy of the model."""
    oracle = copy.deepcopy(model).double()
    target = [*example.response_ids, *([] if eos_id is None or example.truncated else [eos_id])]
    ids = [*example.prompt_ids, *target]
    with torch.no_grad():
        logits = oracle(torch.tensor([ids])).logits[0].numpy()
    nll, entropy = [], []
    for t in range(len(example.prompt_ids), len(ids)):
        z = logits[t - 1]
        lse = np.log(np.exp(z - z.max()).sum()) + z.max()
        nll.append(lse - z[ids[t]])
        entropy.append(lse - (np.exp(z - lse) * z).sum())
    return np.array(nll), np.array(entropy)
