"""Short answers: where a response states its final answer, and when two answers are the same. Knows no model."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

LONGEST_EXPRESSION = 1_000  # characters; no final answer is longer, and a model may write on without end

_MARK = re.compile(r"(?:answer is:?|answer:|####)\s*", re.IGNORECASE)
_AROUND = re.compile(r"^(?:[\"'`*,;:!?()\[\] ]|\.(?!\d))+|[\"'`*.,;:!?()\[\] ]+$")  # the point of .5 is no punctuation
_END = re.compile(r"\n|[.!?](?=\s|$)")  # a full stop inside a number does not end a sentence
_LATEX = re.compile(r"\\boxed\s*\{|\$[^$]+\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
_COMMAND = re.compile(r"\\[a-zA-Z]+|\b(?:sqrt|sin|cos|tan|log|ln|exp|pi|max|min)\b")
_WORD = re.compile(r"[^\W\d_]{2}")
_MATHEMATICAL = re.compile(r"[\d\\]|^[a-zA-Z]$")


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


def expression(answer: str) -> str | None:
    r"""The answer as text with LaTeX in it, where it is mathematics; None where it is words, or nothing.

    Mathematics is what stands in \boxed{…}, $…$, \(…\) or \[…\], of a long text at its end, and else a text without
    words, which comes back between dollars: `1/2` is, `7 apples` is not, so that no number is picked out of a sentence.
    """
    text = answer.strip()[-LONGEST_EXPRESSION:]
    if _LATEX.search(text):
        return text
    text = text.rstrip(".,;:!? ")
    if "$" in text or not _MATHEMATICAL.search(text) or _WORD.search(_COMMAND.sub(" ", text)):
        return None
    return f"${text}$"


def stated_expression(response: str) -> str | None:
    r"""The `expression` of a response's final answer, or its last \boxed{…} where the final answer is words."""
    found = expression(final_answer(response))
    place = response.rfind("\\boxed")
    return expression(response[place : place + LONGEST_EXPRESSION]) if found is None and place >= 0 else found


def _plain(text: str) -> str:
    return _AROUND.sub("", " ".join(text.casefold().split()))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace("$", "", 1).removesuffix("%").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
