"""A model's own rating of examples, and how sure it is of it (SelectIT, METHOD.md §5).

Knows nothing of pools or selection; the wording of the questions is in `data/rating_prompts.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..data.examples import Example
from ..data.rating_prompts import DIGITS, RatingFrame, pair_ids, rating_frames
from ..errors import DataError, ModelError, Stopped
from .attention import causal_tiles
from .batching import batch_tokens_for, batches
from .describe import context_length
from .head import OutputHead
from .models import check_ids, free_memory
from .scoring import is_out_of_memory

SPREAD_WEIGHT = 0.2  # of the standard deviation over the questions


@dataclass(frozen=True)
class Rating:
    """How good a model finds an example: `score` is 0 where it is at a loss, 4 where it is sure of a 5."""

    example_id: str
    score: float  # the sentence score
    probabilities: np.ndarray  # (questions, 5) float64; each row sums to 1
    truncated: bool  # whether a question was asked about less than the whole response


def rate(
    model: Any,
    tokenizer: Any,
    examples: Sequence[Example],
    *,
    batch_tokens: int | None,
    max_length: int | None = None,
    on_batch: Callable[[int, int], None] = lambda questions, tokens: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[Rating]:
    """The rating of each example, in their order, from five questions about each.

    p_k is the probability of the digit k as the next token, renormalised over the five; only the last position of a
    question goes through the output head, and of the head only the rows of the digits, in float32 or better. A question
    is at most `max_length` tokens long and no longer than the model reads; the pair in it is cut on the right. The ids
    of all examples are held at a time. No `batch_tokens`: as many as suit the device.

    `on_batch(questions, tokens)` is called after each batch with what has been read in it; `should_stop()` is asked
    before each and raises `Stopped`. Raises `ModelError` for digits that are not tokens of their own, logits that are
    not finite, or a question that does not fit in the model or in memory.
    """
    frames = rating_frames(tokenizer)
    pairs = pair_ids(tokenizer, examples)
    check_ids(model, (ids for ids in [*pairs, *(f.opening + f.closing + f.digit_ids for f in frames)] if ids))
    limit = _limit(model, max_length)
    out = np.empty((len(examples), len(frames), len(DIGITS)))
    budget = batch_tokens_for(model, batch_tokens)
    with causal_tiles(model):
        head = OutputHead(model, logits_mb=1)
        for k, frame in enumerate(frames):
            asked = _Asked(_narrowed(head, frame), frame, pairs, limit)
            for places, logits in asked.logits(budget, should_stop):
                if not np.isfinite(logits).all():
                    raise ModelError(_not_finite(examples, places, logits))
                out[places, k] = _softmax(logits)
                on_batch(len(places), int(asked.lengths[places].sum()))
    scores = sentence_scores(token_scores(out))
    longest = max(len(frame.opening) + len(frame.closing) for frame in frames)
    return [
        Rating(example.example_id, float(score), p, limit is not None and len(pair) + longest > limit)
        for example, score, p, pair in zip(examples, scores, out, pairs, strict=True)
    ]


def token_scores(probabilities: np.ndarray) -> np.ndarray:
    """(…, 5) probabilities of the digits 1 … 5 to (…) token scores: argmax_k p_k · mean over k of (p_max − p_k).

    The mean is over all five digits, the likeliest and its 0 among them, as METHOD.md has it; the released code divides
    by 4. That only scales the token score, by 1.25, and with it the weight of the spread in `sentence_scores`.
    """
    digit = probabilities.argmax(axis=-1) + 1  # the lower one of equals
    lead = probabilities.max(axis=-1, keepdims=True) - probabilities
    return digit * lead.mean(axis=-1)


def sentence_scores(token: np.ndarray) -> np.ndarray:
    """(…, questions) token scores to (…): their mean ÷ (1 + 0.2 · their population standard deviation)."""
    return token.mean(axis=-1) / (1 + SPREAD_WEIGHT * token.std(axis=-1))


def combine(ratings: Sequence[Sequence[Rating]], *, parameters: Sequence[int]) -> dict[str, float]:
    """The score of each example over several models: Σ_m θ_m · score_m / Σ_m θ_m, with θ_m the model's `parameters`.

    One sequence of ratings per model, joined by example id; the order is that of the first. Raises `DataError` where
    the models did not rate the same examples.
    """
    tables = [{rating.example_id: rating.score for rating in rated} for rated in ratings]
    for table in tables[1:]:
        if missing := sorted(tables[0].keys() ^ table.keys()):
            raise DataError(f"Example {missing[0]} was not rated by every model, so its scores cannot be combined.")
    weights = np.asarray(parameters, dtype=np.float64) / sum(parameters)
    return {
        name: float(sum(weight * table[name] for weight, table in zip(weights, tables, strict=True)))
        for name in tables[0]
    }


class _Asked:
    """One question about every pair, and the part of the output head that answers it."""

    def __init__(self, head: OutputHead, frame: RatingFrame, pairs: list[list[int]], limit: int | None):
        self.head, self.frame, self.pairs, self.limit = head, frame, pairs, limit
        self.lengths = np.array([len(frame.around(pair, limit=limit)) for pair in pairs], dtype=np.int64)

    def logits(self, batch_tokens: int, should_stop: Callable[[], bool]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Batches of places and the digits' logits there, (B, 5); one that does not fit in memory is halved."""
        queue = batches(self.lengths, batch_tokens=batch_tokens)[::-1]
        limit = batch_tokens  # falls when memory runs out
        while queue:
            if should_stop():
                raise Stopped
            places = queue.pop()
            cost = int(self.lengths[places].max()) * len(places)
            if cost > limit and len(places) > 1:
                queue += [places[len(places) // 2 :], places[: len(places) // 2]]
            elif (logits := self._read(places)) is not None:
                yield places, logits
            elif len(places) > 1:
                free_memory()
                limit = cost // 2
                queue.append(places)
            else:
                raise ModelError(
                    f"A rating question of {cost} tokens does not fit in memory; lower data.max_length, or use a "
                    "smaller model."
                )

    @torch.inference_mode()
    def _read(self, places: np.ndarray) -> np.ndarray | None:
        """The digits' logits at these places, or None when they do not fit in memory."""
        width = int(self.lengths[places].max())
        # Padded on the right, and attention is causal: the last real position sees no pad, so no mask is needed.
        ids = np.zeros((len(places), width), dtype=np.int64)
        for row, place in zip(ids, places, strict=True):
            row[: self.lengths[place]] = self.frame.around(self.pairs[place], limit=self.limit)
        last = torch.from_numpy(self.lengths[places] - 1).to(self.head.device)
        try:
            sent = torch.from_numpy(ids).to(self.head.device)
            hidden = self.head.decoder(input_ids=sent, use_cache=False).last_hidden_state  # (B, T, D)
            return self.head.logits(hidden[torch.arange(len(places), device=last.device), last]).cpu().numpy()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None


def _narrowed(head: OutputHead, frame: RatingFrame) -> OutputHead:
    """The head with the rows of the digits alone; what it does to logits after them stays."""
    rows = torch.tensor(frame.digit_ids, device=head.device)
    narrow = copy.copy(head)
    narrow.weight = head.weight[rows]
    narrow.bias = None if head.bias is None else head.bias[rows]
    return narrow


def _limit(model: Any, max_length: int | None) -> int | None:
    known = [n for n in (context_length(model.config.get_text_config()), max_length) if n is not None]
    return min(known) if known else None


def _softmax(logits: np.ndarray) -> np.ndarray:
    z = logits.astype(np.float64)
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def _not_finite(examples: Sequence[Example], places: np.ndarray, logits: np.ndarray) -> str:
    first = places[~np.isfinite(logits).all(axis=-1)][0]
    return (
        f"The model gave logits that are not finite for example {examples[first].example_id}; set model.dtype to "
        "float32, and if that does not help the weights are damaged."
    )
