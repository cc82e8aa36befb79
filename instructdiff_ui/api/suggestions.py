"""Thresholds that the data suggest, each with its reason and beside the default."""

from __future__ import annotations

from ..config import SelectionSpec
from ..runs import home, suggestions
from ..runs.suggestions import Suggestion, Tried, with_value

__all__ = ["Suggestion", "Tried", "suggest", "with_value"]


def suggest(run: str, spec: SelectionSpec | None = None) -> tuple[Suggestion, Suggestion]:
    """γ from how stable the kept rows are, β from the run's experiments; changes nothing.

    `spec` is the rule whose other settings hold; default: the one in force.
    """
    store = home.open_store(run)
    return suggestions.suggest(store, spec or store.spec())
