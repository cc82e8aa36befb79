"""Python code tasks: writing, predicting, repairing and explaining small programs, and prose about them."""

from __future__ import annotations

from ..task import Family
from .asking import writing
from .class_families import CLASS_FAMILIES
from .knowing import KNOWING
from .predicting import PREDICTING
from .prose import document
from .recipes import GROUPS
from .repairs import REPAIRS
from .reshaping import RESHAPING
from .values import evaluate

FAMILIES: dict[str, Family] = {
    **{name: writing(name, recipes) for name, recipes in GROUPS.items()},
    **CLASS_FAMILIES,
    **PREDICTING,
    "evaluate": evaluate,
    **KNOWING,
    **REPAIRS,
    **RESHAPING,
}

__all__ = ["FAMILIES", "document"]
