"""A report as Markdown (GitHub's): tables instead of drawings, and the data's texts in fences that they cannot close.

Knows blocks, and nothing of runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...errors import steady
from .blocks import Block, Code, Document, Figure, Heading, Points, Sample, Section, Table, Text

_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
# what makes a heading, a quotation, a list or a rule of a line
_AT_START = re.compile(r"^(?=#{1,6}(?:\s|$)|>|[+-](?:\s|$)|[=-]+\s*$)|^(\d+)(?=[.)](?:\s|$))")
_MARKS = {"l": "---", "w": "---", "r": "---:"}


def markdown(document: Document) -> str:
    parts = [f"# {inline(document.title)}", inline(document.subtitle)]
    for one in document.sections:
        parts += _section(one)
    return "\n\n".join([*parts, inline(document.made_by)]) + "\n"


def _section(one: Section) -> Iterable[str]:
    yield f"## {inline(one.title)}"
    for block in one.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterable[str]:
    match block:
        case Heading(text):
            yield f"### {inline(text)}"
        case Text(text, tone):
            yield f"**Note:** {inline(text)}" if tone == "warning" else inline(text)
        case Points(items):
            yield "\n".join(f"- {f'**{inline(word)}:** ' if word else ''}{inline(text)}" for word, text in items)
        case Table():
            yield from _table(block)
        case Code(text, language, caption):
            yield from [code(caption)] if caption else []
            yield fenced(text, language)
        case Figure():  # the table after it has its numbers
            return
        case Sample():
            yield f"**{inline(block.title)}** ({inline(block.scores)})"
            yield from (fenced(block.instruction), fenced(block.response))


def _table(table: Table) -> Iterable[str]:
    if table.caption:
        yield f"*{inline(table.caption)}*"
    if table.facts:
        yield "\n".join(f"- {inline(name)}: {inline(value)}" for name, value in table.rows)
        return
    lines = [table.heads, [_MARKS[letter] for letter in table.columns]]
    texts = [_cells(map(inline, lines[0])), _cells(lines[1]), *(_cells(map(inline, row)) for row in table.rows)]
    yield "\n".join(texts)


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def inline(text: str) -> str:
    """Text that Markdown and the HTML in it read as nothing but text, on one line."""
    flat = steady(" ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;")
    escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", flat)
    return _AT_START.sub(lambda found: f"{found[1]}\\" if found[1] else "\\", escaped, count=1)


def code(text: str) -> str:
    """A code span on one line whose marks are more than any run of backticks in it."""
    flat = steady(" ".join(text.split()))
    marks = "`" * (_longest_run(flat) + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{marks}{space}{flat}{space}{marks}"


def fenced(text: str, language: str = "") -> str:
    """A block of code whose fence is longer than any run of backticks in it."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)
