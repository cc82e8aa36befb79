"""The likelihood and the entropy of responses under a model.

Knows nothing of templates, pools or selection: token ids in, nats out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..data.examples import TokenizedExample
from ..errors import ModelError, Stopped
from .attention import causal_tiles
from .batching import batch_tokens_for, batches
from .head import OutputHead
from .models import check_ids, free_memory
from .prefix import Prefix, shared_prefix


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
    batch_tokens: int | None,
    logits_mb: int,
    eos_id: int | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[Score]:
    """The per-token NLL and entropy of each response, in the order of `examples`.

    From the logits z at position t−1, which predict token t: NLL_t = lse(z) − z_t and
    H_t = lse(z) − Σ_v softmax(z)_v · z_v, both in nats and in float32 or better. Only those positions go through the
    output head, in tiles of at most `logits_mb` MiB. With `eos_id` the end-of-sequence token counts as the last token
    of every response that was not truncated. No `batch_tokens`: as many as suit the device. A batch that does not fit
    in memory is halved and tried again.

    `on_batch(rows, tokens)` is called after each batch with what it has scored; `should_stop()` is asked before each,
    and raises `Stopped`. Raises `ModelError` for logits that are not finite, a token that the model does not know, or a
    row that does not fit in memory.
    """
    targets = [_targets(example, eos_id) for example in examples]
    check_ids(
        model, (ids for example, target in zip(examples, targets, strict=True) for ids in (example.prompt_ids, target))
    )
    with causal_tiles(model):
        head = OutputHead(model, logits_mb=logits_mb)
        prefix = shared_prefix(model, head.decoder, [example.prompt_ids for example in examples])
        rows = _Rows(head, prefix, list(zip(examples, targets, strict=True)))
        scores: dict[int, Score] = {}
        for indices, tensors in _started(rows, batch_tokens_for(model, batch_tokens), should_stop):
            scores.update(zip(indices, rows.scores(indices, *tensors), strict=True))
            if on_batch is not None:
                on_batch(len(indices), sum(len(targets[i]) for i in indices))
    return [scores[i] for i in range(len(examples))]


def _started(
    rows: _Rows, batch_tokens: int, should_stop: Callable[[], bool] | None
) -> Iterator[tuple[np.ndarray, tuple[Tensor, Tensor]]]:
    """The batches and their values, each handed out once the next has been started.

    An accelerator works on while the values of the batch before are fetched from it.
    """
    queue = batches(rows.lengths, batch_tokens=batch_tokens)[::-1]
    limit = batch_tokens  # falls when memory runs out
    before = None
    while queue:
        if should_stop is not None and should_stop():
            raise Stopped
        indices = queue.pop()
        cost = rows.cost(indices)
        if cost > limit and len(indices) > 1:
            queue += _halves(indices)
            continue
        tensors = rows.start(indices)
        if before is not None:
            yield before
            before = None
        if tensors is not None:
            before = indices, tensors
        elif len(indices) > 1:
            limit = cost // 2
            free_memory()
            queue.append(indices)
        else:
            raise ModelError(
                f"Example {rows.name(indices[0])} ({cost} tokens) does not fit in memory; lower "
                "data.max_length or scoring.logits_mb, or use a smaller model."
            )
    if before is not None:
        yield before


class _Rows:
    """The rows to be scored, and the head that scores them."""

    def __init__(self, head: OutputHead, prefix: Prefix | None, rows: list[tuple[TokenizedExample, list[int]]]):
        self.head, self.prefix, self.rows = head, prefix, rows
        lengths = [len(example.prompt_ids) + len(target) - 1 for example, target in rows]
        self.lengths = np.array(lengths, dtype=np.int64) - (prefix.length if prefix else 0)

    def name(self, index: int) -> str:
        return self.rows[index][0].example_id

    def cost(self, indices: np.ndarray) -> int:
        """Tokens of one forward pass, padding included."""
        return int(self.lengths[indices].max()) * len(indices)

    def start(self, indices: np.ndarray) -> tuple[Tensor, Tensor] | None:
        """NLL and entropy of the targets of these rows, on the device; None when they do not fit in memory."""
        batch = (self.rows[i] for i in indices)
        try:
            ids = [([*example.prompt_ids, *target[:-1]], target) for example, target in batch]
            return self.head.score(ids, self.prefix)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None

    def scores(self, indices: np.ndarray, nll: Tensor, entropy: Tensor) -> list[Score]:
        ends = np.cumsum([len(self.rows[i][1]) for i in indices])[:-1]
        parts = zip(indices, *(np.split(values.cpu().numpy(), ends) for values in (nll, entropy)), strict=True)
        return [_score(self.name(i), row_nll, row_entropy) for i, row_nll, row_entropy in parts]


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
