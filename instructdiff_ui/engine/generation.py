"""Text that a model writes after a prompt.

Knows nothing of templates: the prompt comes as token ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ..errors import Stopped
from .describe import context_length


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
    """The text after `prompt_ids`, up to the end-of-sequence token, `max_new_tokens` tokens or the model's context.

    `temperature` 0 takes the likeliest token each time; above 0 tokens are drawn, the same ones for the same `seed`.
    """
    room = _room(model, len(prompt_ids), max_new_tokens)
    if room == 0:
        return ""
    device = next(model.parameters()).device
    ids = torch.tensor([list(prompt_ids)], device=device)  # (1, T)
    sampling = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature > 0 else {}
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):  # the draw must not disturb the generators of a training
        torch.manual_seed(seed)
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=room,
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
    """The likeliest text after each of `prompts` (N lists of ids), in their order; each as `generate` has it.

    Prompts of like length share a batch, padded on the left; `on_batch` gets how many are done. Raises `Stopped`.
    """
    texts = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda place: (-len(prompts[place]), place))
    room = [_room(model, len(prompt), max_new_tokens) for prompt in prompts]
    tight = [place for place in order if room[place] < max_new_tokens]  # each ends elsewhere, so each goes alone
    roomy = order[len(tight) :]
    done = 0
    for places in [[place] for place in tight] + [roomy[i : i + batch] for i in range(0, len(roomy), batch)]:
        if should_stop():
            raise Stopped
        written = _greedy(model, tokenizer, [prompts[place] for place in places], room[places[0]])
        for place, text in zip(places, written, strict=True):
            texts[place] = text
        done += len(places)
        on_batch(done)
    return texts


def _room(model: Any, prompt: int, wanted: int) -> int:
    """How many of the `wanted` tokens fit behind so long a prompt: beyond its context a model may know no place."""
    context = context_length(model.config.get_text_config())
    return max(0, min(wanted, context - prompt)) if context else wanted


def _greedy(model: Any, tokenizer: Any, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[str]:
    if max_new_tokens == 0:
        return [""] * len(prompts)
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
