"""One pre-training document: paragraphs of one topic or of two, with a title at times."""

from __future__ import annotations

from random import Random

from . import prose_lessons, prose_measures, prose_more, prose_numbers, prose_stories
from .texts import singular, upper_first

_TOPICS = (prose_stories.KINDS, prose_numbers.KINDS, prose_lessons.KINDS, prose_measures.KINDS, prose_more.KINDS)
_TITLES = (
    "Numbers at home", "A page of sums", "Notes", "Counting things", "Work with numbers", "Lesson", "Small problems",
    "Practice", "How to do it", "Everyday numbers", "From a maths book", "Workbook", "At the market", "Revision",
)  # fmt: skip
_LONGEST = 1200


def document(rng: Random) -> str:
    """Paragraphs until the text is long enough, mostly of one topic."""
    topic = rng.choice(_TOPICS)
    parts = [rng.choice(_TITLES)] if rng.random() < 0.2 else []
    length = sum(map(len, parts))
    target = rng.randint(320, 900)
    last = None
    while length < target:
        kinds = topic if rng.random() < 0.85 else rng.choice(_TOPICS)
        kind = rng.choice(kinds)
        if kind is last:
            continue
        part = singular(upper_first(kind(rng)))
        if length + len(part) + 2 > _LONGEST:
            continue
        last = kind
        parts.append(part)
        length += len(part) + 2
    return rng.choice(("\n\n", "\n\n", "\n")).join(parts)
