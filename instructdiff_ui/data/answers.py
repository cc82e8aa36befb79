"""Short answers: where a response states its final answer, and when two answers are the same. Knows no model."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_MARK = re.compile(r"(?:answer is:?|answer:|####)\s*", re.IGNORECASE)
_AROUND = re.compile(r"^(?:[\"'`*,;:!?()\[\] ]|\.(?!\d))+|[\"'`*.,;:!?()\[\] ]+$")  # the point of .5 is no punctuation
_END = re.compile(r"\n|[.!?](?=\s|$)")  # a full stop inside a number does not end a sentence


def final_answer(response: str) -> str:
    """The final answer of a response: what follows its last "answer is", "Answer:" or "####", else all of it."""
    text = response.strip()
    marks = list(_MARK.finditer(text))
    if not marks:
        return text
    rest = text[marks[-1].end() :].lstrip()
    end = _END.search(rest)
    return (rest[: end.start()] if end else rest).strip()


def same_answer(one: str, other: str) -> bool:
    """Whether two short answers say the same, case, spacing, closing punctuation and number format aside."""
    one, other = _plain(one), _plain(other)
    if one == other:
        return bool(one)
    numbers = _number(one), _number(other)
    return numbers[0] is not None and numbers[0] == numbers[1]


def _plain(text: str) -> str:
    return _AROUND.sub("", " ".join(text.casefold().split()))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace("$", "", 1).removesuffix("%").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
