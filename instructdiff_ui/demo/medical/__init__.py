"""The medical domain of the demo pool: textbook questions with explanations, and prose that teaches the same facts."""

from __future__ import annotations

from ..task import Family
from . import bedside, choice, direct, guidance, reading, reasoning, skills
from .prose import document
from .wording import reworded

FAMILIES: dict[str, Family] = {
    name: reworded(family)
    for module in (choice, direct, bedside, skills, reasoning, guidance, reading)
    for name, family in module.FAMILIES.items()
}

__all__ = ["FAMILIES", "document"]
