"""Pre-training documents of the medical domain: some pieces of text, one under the other."""

from __future__ import annotations

from random import Random

from . import prose_cases, prose_facts

_LEAST, _MOST = 450, 1150


def document(rng: Random) -> str:
    """Pieces of one or several kinds, until there is enough for a page."""
    wanted = rng.randint(_LEAST, 900)
    text = ""
    while len(text) < wanted:
        kinds = prose_facts.KINDS if rng.random() < 0.6 else prose_cases.KINDS
        piece = rng.choice(kinds)(rng)
        if text and len(text) + len(piece) > _MOST:
            if len(text) >= _LEAST:
                break
            continue
        text = f"{text}\n\n{piece}" if text else piece
    return text
