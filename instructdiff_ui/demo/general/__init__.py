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
from .voices import voiced

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
_KINDS = {facts: "facts", vocabulary: "words", spelling_forms: "words", editing: "words"}
_PUZZLING = ("count_letters", "first_letter", "analogy", "odd_one_out", "category")
FAMILIES: dict[str, Family] = {
    name: voiced(family, "logic" if name in _PUZZLING else _KINDS.get(module, "logic"))
    for module in _MODULES
    for name, family in module.FAMILIES.items()
}

__all__ = ["FAMILIES", "document"]
