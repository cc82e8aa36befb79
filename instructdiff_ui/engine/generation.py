"""Text that a model writes after a prompt.

Knows nothing of templates: the prompt comes as token ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


@torch.inference_mode()
def generate(
    model: Any,
    tokenizer: Any,
    prompt_ids: Sequence[int],
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    seed: int = 0,
) -> str:
    """The text after `prompt_ids`, up to the end-of-sequence token or `max_new_tokens` tokens.

    `temperature` 0 takes the likeliest token each time; above 0 tokens are drawn, the same ones for the same `seed`.
    """
    device = next(model.parameters()).device
    ids = torch.tensor([list(prompt_ids)], device=device)  # (1, T)
    sampling = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature > 0 else {}
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):  # the draw must not disturb the generators of a training
        torch.manual_seed(seed)
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=max_new_tokens,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id,
            **({"do_sample": False} | sampling),
        )
    return tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
