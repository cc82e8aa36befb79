"""One thing that was looked at, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    about: str  # a word or two
    text: str  # a sentence
    state: Literal["ok", "failed", "skipped"] = "ok"

    def __str__(self) -> str:
        return f"{self.state:<8}{self.about}: {self.text}"


def judged(about: str, holds: bool, *, well: str, ill: str) -> Finding:
    """A finding that says `well` where it holds, else `ill`."""
    return Finding(about, well) if holds else Finding(about, ill, "failed")


def complaints(about: str, found: list[str], *, well: str) -> list[Finding]:
    """A failed finding for every complaint; one that says `well` where there is none."""
    return [Finding(about, text, "failed") for text in found] or [Finding(about, well)]
