"""The options of a multiple-choice row, and which of them is right, however the dataset wrote them down.

Knows nothing of models or tokens.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import DataError
from .examples import Example
from .heldout import column_values


@dataclass(frozen=True)
class Options:
    """The texts that a model chooses from, and the place of the right one."""

    texts: tuple[str, ...]
    right: int


def options_of(heldout: list[Example], *, choices_column: str, answer_column: str) -> dict[str, Options]:
    """The options by example id, of the rows that have any.

    A row's options are a list of texts, an object of label → text, or `{"label": […], "text": […]}`; each also as JSON
    text. The right one is named by its label, its text, a letter from A, or its place from 0, in this order. Raises
    `DataError` for a row whose options or answer are something else.
    """
    choices = column_values(heldout, choices_column, setting="evaluation.choices_column")
    answers = column_values(heldout, answer_column, setting="evaluation.choice_answer_column")
    found = {}
    for row in heldout:
        value = choices[row.example_id]
        if value is None or value == "":
            continue
        labels, texts = _labelled(value, row, choices_column)
        right = _place(answers[row.example_id], labels, texts)
        if right is None:
            raise DataError(
                f"Row {row.row} of {row.source}: {answer_column!r} is {str(answers[row.example_id])[:80]!r}, which is "
                f"none of its {len(texts)} options; name one by label, text, letter from A, or place from 0."
            )
        found[row.example_id] = Options(texts, right)
    return found


def _labelled(value: Any, row: Example, column: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels, if there are any, and texts."""
    labels, texts = _split(_parsed(value))
    if len(texts) < 2 or not all(texts) or (labels and len(labels) != len(texts)):
        raise DataError(
            f"Row {row.row} of {row.source}: {column!r} holds {str(value)[:80]!r}, not options: a list of two "
            'texts or more, an object of label → text, or {"label": […], "text": […]}.'
        )
    return labels, texts


def _split(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(value, Mapping) and isinstance(value.get("text"), list):
        return _texts(value.get("label") or ()), _texts(value["text"])
    if isinstance(value, Mapping):
        return _texts(value.keys()), _texts(value.values())
    return (), _texts(value if isinstance(value, list) else ())


def _texts(values: Any) -> tuple[str, ...]:
    """The values as text; what is no text or number is empty, and so refused."""
    plain = (value if isinstance(value, (str, int, float)) else "" for value in values)
    return tuple(str(value).strip() for value in plain)


def _parsed(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value


def _place(answer: Any, labels: tuple[str, ...], texts: tuple[str, ...]) -> int | None:
    """Where the right option stands; None where the answer names none of them, or more than one."""
    if answer is None:
        return None
    if isinstance(answer, float) and answer.is_integer():  # a column of places in which some are missing
        answer = int(answer)
    said = str(answer).strip()
    for names in (labels, () if isinstance(answer, int) else texts):
        if names.count(said) == 1:
            return names.index(said)
    letter = string.ascii_uppercase.find(said.upper()) if len(said) == 1 else -1
    place = letter if letter >= 0 else int(said) if said.isascii() and said.isdigit() and len(said) < 4 else -1
    return place if 0 <= place < len(texts) else None
