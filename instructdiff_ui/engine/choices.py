"""Which of several options a model finds likeliest as the response to a prompt.

Knows nothing of templates and datasets: prompt ids and texts in, the place of an option out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.examples import TokenizedExample
from .scoring import score


@dataclass(frozen=True)
class Question:
    """A prompt and the responses that it could have."""

    example_id: str
    prompt_ids: tuple[int, ...]
    options: tuple[str, ...]


def likeliest_options(
    model: Any,
    tokenizer: Any,
    questions: Sequence[Question],
    *,
    max_length: int,
    batch_tokens: int | None,
    logits_mb: int,
    on_batch: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[int]:
    """The place of each question's likeliest option: the largest log π(option | prompt) ÷ bytes of the option's text.

    That is what lm-eval calls `acc_bytes`, and `acc_norm` where all is ASCII. The sum alone (its `acc`) prefers short
    options, and here they are whole responses of many lengths; for single letters the two agree. Bytes, not tokens, so
    that models with other tokenizers compare. A prompt that leaves no room for an option within `max_length` tokens
    loses its beginning. Ties go to the first. Raises as `engine.scoring.score`.
    """
    rows = [row for question in questions for row in _rows(question, tokenizer, max_length)]
    scores = score(
        model, rows, batch_tokens=batch_tokens, logits_mb=logits_mb, on_batch=on_batch, should_stop=should_stop
    )
    totals = iter([-float(found.token_nll.sum(dtype=np.float64)) for found in scores])
    return [_best([next(totals) for _ in question.options], question.options) for question in questions]


def _best(totals: Sequence[float], options: Sequence[str]) -> int:
    return int(np.argmax([total / len(option.encode()) for total, option in zip(totals, options, strict=True)]))


def _rows(question: Question, tokenizer: Any, max_length: int) -> list[TokenizedExample]:
    """A row for each option, its ids made as those of responses are: none added, and "<|im_end|>" is plain text."""
    ids = tokenizer(list(question.options), add_special_tokens=False, split_special_tokens=True)["input_ids"]
    rows = []
    for number, option in enumerate(ids):
        response = tuple(option[: max_length - 1])
        prompt = question.prompt_ids[-(max_length - len(response)) :]
        rows.append(TokenizedExample(f"{question.example_id} option {number}", prompt, response))
    return rows
