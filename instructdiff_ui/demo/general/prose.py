"""Pre-training prose: draws one document among many kinds."""

from __future__ import annotations

from random import Random

from . import prose_facts, prose_life
from .lang import pick

_KINDS = (*prose_facts.DOCUMENTS, *prose_life.DOCUMENTS)
_MOST, _FEWEST = 1200, 300


def document(rng: Random) -> str:
    """One pre-training document."""
    text = pick(rng, _KINDS)(rng)
    while len(text) < _FEWEST:
        text += "\n\n" + pick(rng, _KINDS)(rng)
    return text if len(text) <= _MOST else text[: text.rindex(" ", 0, _MOST)].rstrip()
