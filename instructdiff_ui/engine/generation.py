"""Text that a model writes after a prompt.

Knows nothing of templates: the prompt comes as token ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ..errors import Stopped


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


@torch.inference_mode()
def generate_many(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    batch: int = 64,
    on_batch: Callable[[int], None] = lambda done: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[str]:
    """The likeliest text after each of `prompts` (N lists of ids), in their order.

    Prompts of like length share a batch, padded on the left; `on_batch` gets how many are done. Raises `Stopped`.
    """
    texts = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda place: (-len(prompts[place]), place))
    for start in range(0, len(order), batch):
        if should_stop():
            raise Stopped
        places = order[start : start + batch]
        for place, text in zip(
            places, _greedy(model, tokenizer, [prompts[p] for p in places], max_new_tokens), strict=True
        ):
            texts[place] = text
        on_batch(start + len(places))
    return texts


def _greedy(model: Any, tokenizer: Any, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[str]:
    device = next(model.parameters()).device
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    longest = max(map(len, prompts))
    ids = torch.tensor([[pad] * (longest - len(row)) + list(row) for row in prompts], device=device)  # (B, T)
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in prompts], device=device)
    out = model.generate(
        ids,
        attention_mask=mask,
        max_new_tokens=max_new_tokens,
        do_sample=False,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=pad,
    )
    return tokenizer.batch_decode(out[:, longest:], skip_special_tokens=True)
