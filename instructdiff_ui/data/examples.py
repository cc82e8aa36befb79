"""The rows that flow through a run, before and after tokenisation.

Knows nothing of files, templates or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    role: str  # "system" | "user" | "assistant" | "tool"
    content: str


@dataclass(frozen=True)
class Example:
    """One prompt and its response, however the dataset wrote them down."""

    example_id: str
    domain: str
    instruction: str
    input: str
    response: str
    messages: tuple[Message, ...] = ()  # the turns before the response, where the dataset is a chat
    source: str = ""
    extra: dict[str, Any] = field(default_factory=dict)  # every column that the parts above cannot give back verbatim
    row: int = 0  # 1-based position in the source
    columns: dict[str, str] = field(default_factory=dict)  # the source's columns in order → part; shared by its rows


def transcript(messages: Sequence[Message]) -> str:
    """The turns as plain text: a lone user turn as it is, anything longer with the speaker before each turn."""
    if len(messages) == 1 and messages[0].role == "user":
        return messages[0].content
    return "\n\n".join(f"{message.role.capitalize()}: {message.content}" for message in messages)


@dataclass(frozen=True)
class Quarantined:
    """A row that cannot be used, where it stands, and why."""

    source: str
    row: int  # 1-based position in the source
    reason: str  # "kind" or "kind: detail"; reports count by kind
    text: str  # the start of the row, to recognise it by


@dataclass(frozen=True)
class TokenizedExample:
    """The token ids of one example; the same ids go to scoring and to training."""

    example_id: str
    prompt_ids: tuple[int, ...]
    response_ids: tuple[int, ...]  # without the end-of-sequence token
    truncated: bool = False

    @property
    def length(self) -> int:
        return len(self.prompt_ids) + len(self.response_ids)
