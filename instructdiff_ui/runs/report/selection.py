"""What the rule keeps and drops, in rows and tokens, by domain and by reason."""

from __future__ import annotations

from typing import Any

from ...files import read_json
from . import numbers as n
from . import svg
from .blocks import Block, Figure, Panel, Table, Text
from .facts import Facts

NO_SCORES = "This run has no scores yet: calibrate and score it first."


def record_of(run: Facts) -> dict[str, Any] | None:
    """Counts, cut-offs and hashes of the selection under the rule in force; None while there is none."""
    if run.preview is not None:
        return run.preview.selection.to_dict()
    return read_json(run.store.path / "selection.json")


def unknown(run: Facts) -> list[Block]:
    """Why nothing can be said of the scores."""
    return [Text(f"The rule does not fit these scores. {run.unfit}" if run.unfit else NO_SCORES, "warning")]


def selection(run: Facts) -> list[Block]:
    record = record_of(run)
    if record is None:
        return unknown(run)
    blocks: list[Block] = [] if run.preview is not None else unknown(run)
    counts, total = record["counts"], record["total"]
    rows = [_counted(name, one, total) for name, one in counts.items()]
    if len(counts) > 1:
        rows.append(_counted("all", total, total))
    heads = ("domain", "rows", "kept", "share", "tokens", "kept tokens", "by rank", "low ΔNLL", "high ΔNLL", "by hand")
    table = Table(
        (*heads, "not scored", "of the pool", "of the kept"),
        tuple(rows),
        "Rows and response tokens by domain: kept, and dropped for which reason; then each domain's share of the rows "
        "of the pool and of the rows kept",
    )
    blocks += [_mix(counts, total), table] if len(counts) > 1 and total["selected"] else [table]
    return [*blocks, Text(f"Kept rows {record['ids_hash']}, by the rule {record['spec_hash']}.", "note")]


def _counted(name: str, one: dict[str, Any], total: dict[str, Any]) -> tuple[str, ...]:
    decided = one["decisions"]
    reasons = ("rank", "nll_low", "nll_high", "excluded", "quarantined")
    return (
        name,
        *map(n.count, (one["rows"], one["selected"])),
        n.percent(_share(one["selected"], one["rows"])),
        *map(n.count, (one["tokens"], one["selected_tokens"])),
        *(n.count(decided[reason]) for reason in reasons),
        n.percent(_share(one["rows"], total["rows"])),
        n.percent(_share(one["selected"], total["selected"])),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _mix(counts: dict[str, Any], total: dict[str, Any]) -> Figure:
    parts = (("pool, by rows", "rows"), ("kept, by rows", "selected"), ("kept, by tokens", "selected_tokens"))
    bars = [(name, [_share(one[of], total[of]) for one in counts.values()]) for name, of in parts]
    said = (", ".join(map(" ".join, zip(counts, map(n.percent, shares), strict=True))) for _, shares in bars)
    alt = "; ".join(f"{name}: {shares}" for (name, _), shares in zip(bars, said, strict=True))
    legend = tuple((f"tone{k % svg.TONES}", name) for k, name in enumerate(counts))
    return Figure((Panel(svg.mix(bars, alt=alt), alt),), "Mix of domains before and after.", legend, wide=True)
