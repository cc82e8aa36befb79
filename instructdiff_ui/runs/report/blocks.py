"""What a report is made of: sections of blocks, as plain values.

Every text in a block is plain text, from wherever it came; what writes a block escapes it. Knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Text:
    kind: ClassVar[str] = "text"
    text: str
    tone: str = ""  # "", "note" for what is aside, "warning" for what a reader must not miss


@dataclass(frozen=True)
class Points:
    """A list; each item has a word in front, or none."""

    kind: ClassVar[str] = "points"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """`align` has a letter per column: l for words, r for numbers, w for sentences, which may wrap."""

    kind: ClassVar[str] = "table"
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    align: str = ""
    facts: bool = False  # names and values: the first column names its row, and there are no heads

    @property
    def columns(self) -> str:
        """`align`, by default words and then numbers."""
        return self.align or "l" + "r" * (len(self.heads) - 1)


@dataclass(frozen=True)
class Code:
    kind: ClassVar[str] = "code"
    text: str
    language: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure; `alt` says in words what it shows."""

    svg: Markup
    alt: str
    title: str = ""
    tone: int | None = None  # the colour of its domain


@dataclass(frozen=True)
class Figure:
    """Drawings that are read together; a table with the same numbers comes after it."""

    kind: ClassVar[str] = "figure"
    panels: tuple[Panel, ...]
    caption: str
    parts: tuple[tuple[str, str], ...] = ()  # legend: a class of the drawing, and what it stands for
    wide: bool = False  # one drawing over the whole width


@dataclass(frozen=True)
class Sample:
    """One row of the data, clipped."""

    kind: ClassVar[str] = "sample"
    title: str
    kept: bool
    scores: str
    instruction: str
    response: str


Block = Heading | Text | Points | Table | Code | Figure | Sample


@dataclass(frozen=True)
class Section:
    key: str  # its anchor
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    made_by: str


def section(key: str, title: str, blocks: Sequence[Block]) -> Section:
    return Section(key, title, tuple(blocks))


def facts(pairs: Sequence[tuple[str, str]], caption: str = "") -> Table:
    """Names and values; pairs without a value are left out."""
    rows = tuple((name, value) for name, value in pairs if value)
    return Table(("", ""), rows, caption, align="lw", facts=True)
