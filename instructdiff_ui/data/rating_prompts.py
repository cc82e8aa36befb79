"""The questions that ask a model how good a response is, from 1 to 5 (SelectIT, METHOD.md §5), as token ids.

Knows nothing of models. A question stands in plain text, without a chat template, around the instruction and its
response, and ends where the digit would be written next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ModelError
from .examples import Example
from .tokens import start_ids

DIGITS = "12345"
# What stands before the pair and what stands after it. The five ask for the same in different words: how far their
# answers differ tells how unsure the model is.
RATING_PROMPTS = (
    (
        "Below is a task with a solution somebody handed in. Read both and grade the solution.",
        "The best grade is 5 (right and complete), the worst is 1 (wrong or useless).\nGrade:",
    ),
    (
        "A teacher marks how well answers fit what was asked.",
        "1 means that the answer misses the point, 5 that nothing could be better.\nMark from 1 to 5:",
    ),
    (
        "Here are a request and the reply it got.",
        "How helpful and how correct is this reply? 1 is not at all, 2 a little, 3 fairly, 4 very, 5 perfectly.\n"
        "Number:",
    ),
    (
        "Some examples are good to learn from and some are not. This is one of them.",
        "Is the response above a good example of how to do what the instruction says? Poor examples get 1, average "
        "ones 3, excellent ones 5.\nQuality:",
    ),
    (
        "Check the following response against its instruction, for mistakes and for anything left out.",
        "Counting every mistake and omission, the verdict in stars, out of 5, is\nStars:",
    ),
)


@dataclass(frozen=True)
class RatingFrame:
    """One of the questions in the ids of a tokenizer."""

    opening: tuple[int, ...]
    closing: tuple[int, ...]  # up to the token that would be the digit
    digit_ids: tuple[int, ...]  # of 1 … 5, as they follow this closing

    def around(self, pair: Sequence[int], *, limit: int | None) -> list[int]:
        """The question around a pair that is cut on the right, so that all is at most `limit` tokens long.

        Raises `ModelError` where the question alone is longer.
        """
        frame = len(self.opening) + len(self.closing)
        if limit is not None and frame >= limit:
            raise ModelError(
                f"A rating question takes {frame} tokens and leaves no room for a response within {limit} tokens; "
                "raise data.max_length or choose a model with a longer context."
            )
        return [*self.opening, *(pair if limit is None else pair[: limit - frame]), *self.closing]


def rating_frames(tokenizer: Any) -> list[RatingFrame]:
    """The five questions in ids, and those of the digits that follow each; raises `ModelError` where there are none."""
    start = start_ids(tokenizer)
    return [_frame(tokenizer, start, opening, closing) for opening, closing in RATING_PROMPTS]


def pair_ids(tokenizer: Any, examples: Sequence[Example]) -> list[list[int]]:
    """What stands between opening and closing, for each example: instruction, input and response under headings.

    The response comes last and is tokenised on its own, as for scoring; special tokens in the data are plain text.
    """
    tasks = _ids(tokenizer, [_task(example) for example in examples])
    responses = _ids(tokenizer, [example.response for example in examples])
    return [task + response for task, response in zip(tasks, responses, strict=True)]


def _task(example: Example) -> str:
    further = f"\n\n### Input:\n{example.input}" if example.input.strip() else ""
    return f"### Instruction:\n{example.instruction}{further}\n\n### Response:\n"


def _frame(tokenizer: Any, start: tuple[int, ...], opening: str, closing: str) -> RatingFrame:
    # Each digit is written behind the closing, after a space. The last token is the digit and those before it are the
    # closing: whether the space belongs to the digit, as in GPT-2, or is a token before it is up to the tokenizer.
    asked = _ids(tokenizer, [f"\n\n{closing} {digit}" for digit in DIGITS])
    before = {tuple(ids[:-1]) for ids in asked}
    digits = tuple(ids[-1] for ids in asked)
    if len(before) > 1 or any(tokenizer.decode([i]).strip() != d for i, d in zip(digits, DIGITS, strict=True)):
        raise ModelError(
            f"The tokenizer does not write each of the digits 1 to 5 as one token of its own behind {closing[-12:]!r}, "
            "so this model cannot rate examples."
        )
    return RatingFrame(start + tuple(_ids(tokenizer, [f"{opening}\n\n"])[0]), before.pop(), digits)


def _ids(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    """Ids without added tokens; a special token in a text is not taken for one."""
    if not texts:
        return []  # which the tokenizer refuses
    return tokenizer(
        texts,
        add_special_tokens=False,
        split_special_tokens=True,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )["input_ids"]
