"""Markdown tables on standard output."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer

from ..errors import steady


def table(heads: list[str], rows: Iterable[list[Any]]) -> None:
    typer.echo(f"{_cells(heads)}\n|{'---|' * len(heads)}")
    for row in rows:
        typer.echo(_cells(row))


def _cells(row: Iterable[Any]) -> str:
    """A line of a Markdown table; a bar in a text would end its cell, and some characters would steer a terminal."""
    words = (f"{cell:,.0f}" if isinstance(cell, (int, float)) else str(cell) for cell in row)
    return f"| {' | '.join(steady(' '.join(word.split())).replace('|', chr(92) + '|') for word in words)} |"
