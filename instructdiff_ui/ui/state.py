"""What a browser tab remembers, and how it changes: plain dataclasses, no gradio."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..api import SelectionSpec
from ..config import validated


@dataclass(frozen=True)
class Seen:
    """What of a run the page shows already, so that only changes are sent."""

    results: str = ""  # see `shell.signature`
    steps: int = 0  # training steps in the loss curves
    settled: bool = False  # whether the job was shown once more after it had ended


@dataclass(frozen=True)
class TableState:
    """Which part of the rows is shown."""

    page: int = 1
    sort_by: str = "delta_entropy"
    descending: bool = False
    search: str = ""
    domain: str | None = None
    decision: str = ""
    current: str | None = None  # the row that is open

    def sorted_by(self, column: str) -> TableState:
        """A click on a column's head: sort by it, or turn its order round."""
        turned = not self.descending if column == self.sort_by else False
        return replace(self, sort_by=column, descending=turned, page=1)

    def filtered(self, *, search: str, domain: str | None, decision: str) -> TableState:
        return replace(self, search=search or "", domain=domain or None, decision=decision or "", page=1)

    def query(self) -> dict[str, Any]:
        """The keyword arguments of `api.rows`."""
        return {
            "page": self.page,
            "sort_by": self.sort_by,
            "descending": self.descending,
            "search": self.search,
            "domain": self.domain,
            "decision": self.decision,
        }


def changed_spec(spec: SelectionSpec, **changes: Any) -> SelectionSpec:
    """`spec` with other thresholds; ranking the pool as one drops the rules of single domains, which it cannot have."""
    if changes.get("scope", spec.scope) == "global":
        changes["domains"] = {}
    return validated(SelectionSpec, spec.model_dump(mode="json") | changes)


def with_rule(spec: SelectionSpec, domain: str, part: str, value: float | None) -> SelectionSpec:
    """`spec` with γ (`gamma`) or β (`ratio`) of one domain; None goes back to the value of all."""
    domains = spec.model_dump(mode="json")["domains"]
    rule = domains.get(domain, {}) | {part: value}
    domains[domain] = rule
    kept = {name: r for name, r in domains.items() if any(v is not None for v in r.values())}
    return changed_spec(spec, domains=kept)
