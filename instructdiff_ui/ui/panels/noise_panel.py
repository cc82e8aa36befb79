"""A note above the charts where the ΔH of a domain is not well above the noise of its arithmetic."""

from __future__ import annotations

from ...api import Noise
from ..view import Node, div, h

MOST = 4  # sentences at once


def noise_note(noise: Noise | None) -> Node:
    """One sentence per domain that is close to its noise; nothing where none is, or nothing was measured."""
    if noise is None or not (said := noise.warnings):
        return []
    more = len(said) - MOST
    lines = [*said[:MOST], *([f"So it is with {more} further domain{'s' * (more > 1)}."] if more > 0 else [])]
    attributes = {"class": "small", "role": "note", "style": "border-left:3px solid var(--warn);padding-left:8px"}
    return h("div", attributes, *(div("", line) for line in lines))
