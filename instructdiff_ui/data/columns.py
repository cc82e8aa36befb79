"""From a dataset's columns to examples.

Knows the common names and shapes of instruction data; knows nothing of files, domains of the pool or tokens. A row that
cannot be used becomes `Quarantined`, with a reason; a table that cannot be used is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from ..config import ColumnMap
from ..errors import DataError
from .examples import Example, Message, Quarantined, transcript
from .sources import preview

CHATS = ("messages", "conversations")
PROMPTS = ("prompt", "question", "query", "problem", "input")
# The worked solution before the bare answer, for datasets that have both.
RESPONSES = ("completion", "response", "output", "solution", "answer")
ALPACA_RESPONSES = ("output", "response")

_ROLES = {
    "user": ("user", "human", "prompter"),
    "assistant": ("assistant", "gpt", "model", "bot", "chatgpt"),
    "system": ("system", "developer"),
    "tool": ("tool", "function", "function_response", "observation", "ipython"),
}
ROLES = {alias: role for role, aliases in _ROLES.items() for alias in aliases}
_LOOK_AT = 100  # rows that tell a column's shape


@dataclass(frozen=True)
class Layout:
    """Which column of a source plays which part."""

    shape: Literal["text", "chat", "conversational"]  # conversational: prompt and completion are lists of turns
    columns: dict[str, str]  # every column in order → instruction | input | response | messages | extra
    instruction: str | None = None
    input: str | None = None
    response: str | None = None
    messages: str | None = None


class _Unusable(Exception):
    """Why a row cannot be used."""


def recognise(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], mapping: ColumnMap, *, source: str = "the dataset"
) -> Layout:
    """The layout of a table: what `mapping` says, and for the rest what the column names and first rows say.

    Raises `DataError` when a mapped column is missing or nothing is recognised.
    """
    first = list(islice(rows, _LOOK_AT))
    mapped = {part: name for part, name in mapping.model_dump().items() if name}
    for part, name in mapped.items():
        if name not in columns:
            raise DataError(
                f"{source} has no column {name!r}, which is mapped to {part}; its columns are {_listed(columns)}."
            )
    if repeated := [name for name in mapped.values() if list(mapped.values()).count(name) > 1]:
        raise DataError(f"The column {repeated[0]!r} of {source} is mapped to more than one part.")
    parts = mapped if "messages" in mapped else _parts(columns, first, mapped)
    if not parts:
        raise DataError(
            f"The columns of {source} are not recognised: {_listed(columns)}. Known are instruction + output or "
            "response (+ input), prompt, question, query or problem + completion, response, output, solution or "
            "answer, and messages or conversations; other columns can be mapped."
        )
    if "messages" in parts:
        parts = {"messages": parts["messages"]}
    roles = {name: part for part, name in parts.items()}
    every = {name: roles.get(name, "extra") for name in columns}
    if "messages" in parts:
        return Layout("chat", every, **parts)
    turns = any(_is_turns(row.get(parts["instruction"])) for row in first)
    return Layout("conversational" if turns else "text", every, **parts)


def to_example(
    row: Mapping[str, Any], layout: Layout, *, source: str, number: int, domain: str
) -> Example | Quarantined:
    """The example in a row, with its content hash as id, or why there is none."""
    try:
        if layout.shape == "text":
            instruction, extra_input, response = _text_parts(row, layout)
            messages: tuple[Message, ...] = ()
        else:
            messages, response = _split_chat(_turns_of(row, layout))
            instruction, extra_input = transcript(messages), ""
        if not instruction.strip():
            raise _Unusable(f"no instruction: {layout.instruction or layout.messages!r} is empty")
        if not response.strip():
            raise _Unusable(f"no response: {layout.response or layout.messages!r} is empty")
        return Example(
            example_id=content_id(instruction, extra_input, response, messages),
            domain=domain,
            instruction=instruction,
            input=extra_input,
            response=response,
            messages=messages,
            source=source,
            extra=_extra(row, layout),
            row=number,
            columns=layout.columns,
        )
    except UnicodeEncodeError:
        reason = "broken text: half of a surrogate pair, which is no character"
        return Quarantined(source, number, reason, preview(row))
    except _Unusable as unusable:
        return Quarantined(source, number, str(unusable), preview(row))


def content_id(instruction: str, extra_input: str, response: str, messages: Sequence[Message] = ()) -> str:
    """12 hex digits of what the model will see, whatever its domain, source or place."""
    parts = [instruction, extra_input, response, *(text for m in messages for text in (m.role, m.content))]
    # The lengths keep ("ab", "c") and ("a", "bc") apart.
    whole = hashlib.sha256(repr([len(part) for part in parts]).encode())
    whole.update("".join(parts).encode())
    return whole.hexdigest()[:12]


def json_safe(value: Any) -> Any:
    """`value` with everything that JSON has no word for as text: dates, bytes; not-a-number as null."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [json_safe(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _parts(columns: Sequence[str], rows: list[Mapping[str, Any]], mapped: dict[str, str]) -> dict[str, str]:
    """Part → column for a table of texts or chats; empty when it is not recognised."""
    # A column that is mapped by hand plays no second part.
    named = {name.lower(): name for name in reversed(columns) if name not in mapped.values()}

    def pick(part: str, names: Sequence[str]) -> str | None:
        return mapped.get(part) or next((named[name] for name in names if name in named), None)

    chat = next((named[name] for name in CHATS if name in named and _any_turns(rows, named[name])), None)
    instruction, response = pick("instruction", ["instruction"]), pick("response", ALPACA_RESPONSES)
    if instruction and (response := response or pick("response", RESPONSES)):
        return _present(instruction=instruction, input=pick("input", ["input"]), response=response)
    if chat and not mapped:
        return {"messages": chat}
    instruction, response = pick("instruction", PROMPTS), pick("response", RESPONSES)
    if instruction and response:
        return _present(instruction=instruction, input=mapped.get("input"), response=response)
    return {}


def _present(**parts: str | None) -> dict[str, str]:
    return {part: name for part, name in parts.items() if name}


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in columns) or "none"


def _text_parts(row: Mapping[str, Any], layout: Layout) -> tuple[str, str, str]:
    return _text(row, layout.instruction), _text(row, layout.input), _text(row, layout.response)


def _text(row: Mapping[str, Any], column: str | None) -> str:
    value = row.get(column) if column else None
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (Mapping, list, tuple, bytes)):
        raise _Unusable(f"not text: {column!r} holds a {type(value).__name__}")
    return "" if isinstance(value, float) and math.isnan(value) else str(value)


def _extra(row: Mapping[str, Any], layout: Layout) -> dict[str, Any]:
    """The columns that the example's texts cannot give back: other columns, chats, numbers, nulls."""
    extra = {}
    for name, part in layout.columns.items():
        value = row.get(name)
        if part == "extra":
            if name in row:
                extra[name] = json_safe(value)
        elif layout.shape != "text" or not isinstance(value, str):
            extra[name] = json_safe(value)
    return extra


# --- chats


def _is_turns(value: Any) -> bool:
    if isinstance(value, Mapping):
        named = {"role", "content"} <= value.keys() or {"from", "value"} <= value.keys()
        return named and all(isinstance(items, (list, tuple)) for items in value.values())
    return isinstance(value, (list, tuple)) and any(isinstance(turn, Mapping) for turn in value)


def _any_turns(rows: list[Mapping[str, Any]], column: str) -> bool:
    return any(_is_turns(_parsed(row.get(column))) for row in rows)


def _parsed(value: Any) -> Any:
    """A chat that a CSV file holds as JSON text, read; anything else as it is."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _turns_of(row: Mapping[str, Any], layout: Layout) -> list[Message]:
    if layout.messages:
        return _turns(row.get(layout.messages), layout.messages)
    prompt = _turns(row.get(str(layout.instruction)), str(layout.instruction))
    completion = row.get(str(layout.response))
    if isinstance(completion, str):
        return [*prompt, Message("assistant", completion)]
    return [*prompt, *_turns(completion, str(layout.response))]


def _turns(value: Any, column: str) -> list[Message]:
    value = _parsed(value)
    if isinstance(value, Mapping) and _is_turns(value):  # one list per field, as `datasets` stores some sequences
        value = [dict(zip(value, items, strict=False)) for items in zip(*value.values(), strict=False)]
    if not isinstance(value, (list, tuple)):
        raise _Unusable(f"not a chat: {column!r} holds {'nothing' if value is None else type(value).__name__}")
    return [_turn(turn, n) for n, turn in enumerate(value, 1)]


def _turn(turn: Any, number: int) -> Message:
    if not isinstance(turn, Mapping):
        raise _Unusable(f"not a chat: turn {number} is no object with role and content")
    name = turn.get("role") or turn.get("from")
    role = ROLES.get(str(name).lower())
    if role is None:
        raise _Unusable(f"unknown role: turn {number} is by {name!r}")
    return Message(role, _content(turn["content"] if "content" in turn else turn.get("value"), number))


def _content(content: Any, number: int) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, (list, tuple)) and content:
        parts = [part.get("text") if isinstance(part, Mapping) else part for part in content]
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) == len(parts):
            return "".join(texts)
    raise _Unusable(f"not text: turn {number} of the chat holds {'nothing' if not content else 'more than text'}")


def _split_chat(turns: list[Message]) -> tuple[tuple[Message, ...], str]:
    """The turns before the last assistant turn, and that turn's text; later turns have no response and are dropped."""
    last = max((n for n, turn in enumerate(turns) if turn.role == "assistant"), default=None)
    if last is None:
        raise _Unusable("no assistant turn: the chat has no response")
    before = tuple(turns[:last])
    if not any(turn.role == "user" and turn.content.strip() for turn in before):
        raise _Unusable("no instruction: the chat has no user turn before the response")
    return before, turns[last].content
