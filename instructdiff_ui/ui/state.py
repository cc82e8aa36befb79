"""What a browser tab remembers, and how it changes: plain dataclasses, no gradio."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from ..api import RowQuery, SelectionSpec
from ..config import validated

MAX_STEPS = 200  # that can be undone


@dataclass(frozen=True)
class Seen:
    """What of a run the page shows already, so that only changes are sent.

    The page itself holds it, as text, and gets it in the same answer as what it tells of. Were it kept on the server,
    an answer that comes late would put back an older state, and the server would believe the newer one to be shown.
    """

    run: str = ""
    results: str = ""  # see `shell.signature`
    steps: int = 0  # training steps in the loss curves
    trials: str = ""  # see `shell.trials_of`
    settled: bool = False  # whether the job was shown once more after it had ended
    stamp: str = ""  # of the run's files when it was settled
    waited: int = 0  # ticks since the page was asked for another run

    @property
    def text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Seen:
        return cls(**json.loads(text)) if text else cls()


@dataclass(frozen=True)
class Steps:
    """The selection rule that is being explored, with what it was before and what was undone."""

    present: SelectionSpec
    past: tuple[SelectionSpec, ...] = ()
    future: tuple[SelectionSpec, ...] = ()
    run: str = ""  # whose rule this is

    def to(self, spec: SelectionSpec) -> Steps:
        """One step on; a rule that did not change is no step."""
        if spec == self.present:
            return self
        return Steps(_sharing(spec, self.present), (*self.past, self.present)[-MAX_STEPS:], run=self.run)

    def undone(self) -> Steps:
        if not self.past:
            return self
        return Steps(self.past[-1], self.past[:-1], (self.present, *self.future), self.run)

    def redone(self) -> Steps:
        if not self.future:
            return self
        return Steps(self.future[0], (*self.past, self.present), self.future[1:], self.run)


def _sharing(spec: SelectionSpec, before: SelectionSpec) -> SelectionSpec:
    """`spec`, with the same objects where it is as `before`: rows by hand can be thousands, and steps hundreds."""
    domains = {name: rule if rule != (old := before.domains.get(name)) else old for name, rule in spec.domains.items()}
    same = {name: getattr(before, name) for name, value in spec if value == getattr(before, name)}
    return spec.model_copy(update={"domains": domains} | same)


KEPT = RowQuery(show="kept")  # what a page shows first


@dataclass(frozen=True)
class TableState:
    """Which rows the table shows, and the row that is open."""

    query: RowQuery = KEPT
    current: str | None = None
    metric: str = "delta_entropy"  # what colours its tokens
    extra: str = ""  # one more column of the table

    def asked(self, **changes: Any) -> TableState:
        """Another query, from its first page unless a page is asked for."""
        values = self.query.model_dump(mode="json") | {"page": 1} | changes
        return replace(self, query=validated(RowQuery, values))

    def sorted_by(self, column: str) -> TableState:
        """A click on a column's head: sort by it, or turn its order round."""
        turned = not self.query.descending if column == self.query.sort_by else False
        return self.asked(sort_by=column, descending=turned)

    def opened(self, example_id: str) -> TableState:
        return replace(self, current=example_id)


@dataclass(frozen=True)
class Drawing:
    """How a selection is drawn: the values of the page's controls, in their order."""

    linked: bool = True  # a line that is dragged moves those of all domains
    ends: bool = True  # … and the other end of ΔNLL
    kind: str = "histogram"
    layout: str = "side by side"
    bins: int = 60
    beside: str = "map"  # the second chart
    map_domain: str = ""  # empty: all
    panel: str = "domains"  # of the analysis
    column: str = "delta_entropy"  # of the table of domains
    contrast: str = "n_tokens"  # column that is compared between kept and dropped rows
    correlation: str = "spearman"
    correlation_domain: str = ""
    length: str = "n_tokens"
    score: str = "delta_entropy"
    category: str = ""  # column of kinds; empty: the first

    def for_another_run(self) -> Drawing:
        """Without what names a domain or a column of one run."""
        return replace(
            self, map_domain="", contrast="n_tokens", correlation_domain="", score="delta_entropy", category=""
        )

    def changed(self, values: Mapping[str, Any]) -> Drawing:
        """With the values that a link brought, as far as they are of the right kind."""
        known = {f.name: type(getattr(self, f.name)) for f in fields(self)}
        taken: dict[str, Any] = {name: v for name, v in values.items() if isinstance(v, known.get(name, ()))}
        return replace(self, **taken)


def view_of(table: TableState, drawing: Drawing) -> dict[str, Any]:
    """What a link holds beside the rule: whatever is not as on a page that was just opened."""
    usual = TableState().query.model_dump(mode="json")
    query = {name: value for name, value in table.query.model_dump(mode="json").items() if value != usual[name]}
    drawn = {name: value for name, value in asdict(drawing).items() if value != getattr(Drawing(), name)}
    return {
        name: value
        for name, value in {
            "rows": query,
            "row": table.current,
            "metric": table.metric if table.metric != TableState.metric else "",
            "extra": table.extra,
            "drawing": drawn,
        }.items()
        if value
    }


def seen_in(view: Mapping[str, Any]) -> tuple[TableState, Drawing]:
    """The table and the drawing that a link describes."""
    asked, drawn = view.get("rows"), view.get("drawing")
    usual = TableState().query.model_dump(mode="json")
    query = validated(RowQuery, usual | dict(asked)) if isinstance(asked, Mapping) else TableState().query
    table = TableState(
        query=query,
        current=_text(view.get("row")) or None,
        metric=_text(view.get("metric")) or TableState.metric,
        extra=_text(view.get("extra")),
    )
    return table, Drawing().changed(drawn if isinstance(drawn, Mapping) else {})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def changed_spec(spec: SelectionSpec, **changes: Any) -> SelectionSpec:
    """`spec` with other thresholds; ranking the pool as one drops the rules of single domains, which it cannot have."""
    if changes.get("scope", spec.scope) == "global":
        changes["domains"] = {}
    return validated(SelectionSpec, spec.model_dump(mode="json") | changes)


def with_rule(spec: SelectionSpec, domain: str, part: str, value: float | None, *, ends: bool = True) -> SelectionSpec:
    """`spec` with γ (`gamma`, `gamma_high`) or β (`ratio`) of one domain, or of all that have none of their own.

    With `ends` a γ holds for both ends. None lets a domain follow the others again.
    """
    changes: dict[str, Any] = {part: value}
    if part != "ratio":
        low, high = spec.gammas_of(domain or None)
        ends_apart = not ends and value is not None and value != (high if part == "gamma" else low)
        changes = {"gamma": value, "gamma_high": None}
        if ends_apart:  # the other end stays where it is
            changes = (
                {"gamma": low, "gamma_high": value} if part == "gamma_high" else {"gamma": value, "gamma_high": high}
            )
    if not domain:
        return changed_spec(spec, **changes)
    domains = spec.model_dump(mode="json")["domains"]
    domains[domain] = domains.get(domain, {}) | changes
    kept = {name: rule for name, rule in domains.items() if any(v is not None for v in rule.values())}
    return changed_spec(spec, domains=kept)


def with_hand(spec: SelectionSpec, ids: Iterable[str], hand: str) -> SelectionSpec:
    """`spec` with rows kept (`keep`) or dropped (`drop`) by hand, or left to the rule again (`rule`)."""
    chosen = list(dict.fromkeys(ids))
    there = set(chosen)
    pinned = [i for i in spec.pinned if i not in there] + (chosen if hand == "keep" else [])
    excluded = [i for i in spec.excluded if i not in there] + (chosen if hand == "drop" else [])
    return changed_spec(spec, pinned=pinned, excluded=excluded)
