"""The likelihood and the entropy of responses under a model.

Knows nothing of templates, pools or selection: token ids in, nats out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..data.examples import TokenizedExample
from ..errors import ModelError, Stopped
from .batching import batches
from .head import OutputHead
from .models import check_ids, free_memory

CPU_BATCH_TOKENS = 2048  # larger batches fall out of the CPU's cache and are slower


@dataclass(frozen=True)
class Score:
    """Means over the response tokens of one example, in nats, and the values they are the means of."""

    example_id: str
    nll: float
    entropy: float
    n_tokens: int
    token_nll: np.ndarray  # (n_tokens,) float32
    token_entropy: np.ndarray  # (n_tokens,) float32


def score(
    model: Any,
    examples: Sequence[TokenizedExample],
    *,
    batch_tokens: int,
    logits_mb: int,
    eos_id: int | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[Score]:
    """The per-token NLL and entropy of each response, in the order of `examples`.

    From the logits z at position t−1, which predict token t: NLL_t = lse(z) − z_t and
    H_t = lse(z) − Σ_v softmax(z)_v · z_v, both in nats and in float32 or better. Only those positions go through the
    output head, in chunks of at most `logits_mb` MiB. With `eos_id` the end-of-sequence token counts as the last token
    of every response that was not truncated. A batch that does not fit in memory is halved and tried again.

    `on_batch(rows, tokens)` is called after each batch with what it has scored; `should_stop()` is asked before each,
    and raises `Stopped`. Raises `ModelError` for logits that are not finite, a token that the model does not know, or a
    row that does not fit in memory.
    """
    targets = [_targets(example, eos_id) for example in examples]
    lengths = [len(example.prompt_ids) + len(target) - 1 for example, target in zip(examples, targets, strict=True)]
    check_ids(
        model, (ids for example, target in zip(examples, targets, strict=True) for ids in (example.prompt_ids, target))
    )
    head = OutputHead(model, logits_mb=logits_mb)
    if head.device.type == "cpu":
        batch_tokens = min(batch_tokens, CPU_BATCH_TOKENS)
    queue = batches(lengths, batch_tokens=batch_tokens)[::-1]
    limit = batch_tokens  # tokens of a batch; falls when memory runs out
    scores: dict[int, Score] = {}
    while queue:
        if should_stop is not None and should_stop():
            raise Stopped
        indices = queue.pop()
        cost = max(lengths[i] for i in indices) * len(indices)
        if cost > limit and len(indices) > 1:
            queue += _halves(indices)
            continue
        batch = [(examples[i], targets[i]) for i in indices]
        done = _score_batch(head, batch)
        if done is None:  # out of memory
            if len(indices) == 1:
                raise ModelError(
                    f"Example {examples[indices[0]].example_id} ({cost} tokens) does not fit in memory; lower "
                    "data.max_length or scoring.logits_mb, or use a smaller model."
                )
            limit = cost // 2
            free_memory()
            queue.append(indices)
            continue
        scores.update(zip(indices, done, strict=True))
        if on_batch is not None:
            on_batch(len(indices), sum(len(target) for _, target in batch))
    return [scores[i] for i in range(len(examples))]


def _halves(indices: np.ndarray) -> list[np.ndarray]:
    middle = len(indices) // 2
    return [indices[middle:], indices[:middle]]


def _targets(example: TokenizedExample, eos_id: int | None) -> list[int]:
    """The tokens that are scored: the response, and its end where it has one."""
    if not example.prompt_ids or not example.response_ids:
        empty = "prompt" if not example.prompt_ids else "response"
        raise ModelError(f"Example {example.example_id} has an empty {empty}; its first token has nothing to score.")
    end = [] if eos_id is None or example.truncated else [eos_id]
    return [*example.response_ids, *end]


def _score_batch(head: OutputHead, batch: list[tuple[TokenizedExample, list[int]]]) -> list[Score] | None:
    """The scores of the rows of one batch, or None when it does not fit in memory."""
    try:
        nll, entropy = head.score([([*e.prompt_ids, *target[:-1]], target) for e, target in batch])
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return None
    ends = np.cumsum([len(target) for _, target in batch])[:-1]
    rows = zip(batch, np.split(nll, ends), np.split(entropy, ends), strict=True)
    return [_score(example.example_id, row_nll, row_entropy) for (example, _), row_nll, row_entropy in rows]


def _score(example_id: str, nll: np.ndarray, entropy: np.ndarray) -> Score:
    if not (np.isfinite(nll).all() and np.isfinite(entropy).all()):
        raise ModelError(
            f"The model gave logits that are not finite for example {example_id}; set model.dtype to float32, "
            "and if that does not help the weights are damaged."
        )
    return Score(
        example_id=example_id,
        nll=float(nll.mean(dtype=np.float64)),
        entropy=float(entropy.mean(dtype=np.float64)),
        n_tokens=len(nll),
        token_nll=nll.astype(np.float32),
        token_entropy=entropy.astype(np.float32),
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that memory ran out, on an accelerator or on the CPU."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error).lower()
    return "can't allocate memory" in text or "not enough memory" in text or "mps backend out of memory" in text
