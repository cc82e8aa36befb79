"""The domain of general instructions: its task families and its pre-training prose."""

from __future__ import annotations

from ..task import Family
from . import (
    composing,
    creative,
    editing,
    facts,
    household,
    letters,
    lists,
    puzzles,
    reading,
    reasoning,
    spelling_forms,
    vocabulary,
)
from .prose import document

_MODULES = (
    facts,
    vocabulary,
    spelling_forms,
    reading,
    editing,
    lists,
    reasoning,
    puzzles,
    letters,
    household,
    creative,
    composing,
)
FAMILIES: dict[str, Family] = {name: family for module in _MODULES for name, family in module.FAMILIES.items()}

__all__ = ["FAMILIES", "document"]
