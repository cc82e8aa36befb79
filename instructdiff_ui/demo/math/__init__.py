"""The mathematics domain of the demo pool: families of tasks, and prose that teaches what they ask for."""

from __future__ import annotations

from ..task import Family
from . import algebra, arithmetic, clock, measure, money, numbers, parts, stories, tables, thinking
from .prose import document

_MODULES = (arithmetic, stories, money, numbers, clock, measure, parts, tables, algebra, thinking)

FAMILIES: dict[str, Family] = {name: family for module in _MODULES for name, family in module.FAMILIES.items()}

__all__ = ["FAMILIES", "document"]
