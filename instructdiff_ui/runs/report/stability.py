"""How firmly a selection stands: other calibration seeds, other thresholds, rows near the cut-off, numerical noise."""

from __future__ import annotations

from ...errors import UserError
from ..crossing import seed_masks
from ..noise import noise
from ..seeds import other_seeds
from ..sensitivity import sensitivity
from . import numbers as n
from .blocks import Block, Table, Text
from .facts import Facts
from .selection import unknown


def stability(run: Facts) -> list[Block]:
    if run.preview is None or run.exploration is None:
        return unknown(run)
    blocks: list[Block] = [Text(sentence, "warning") for sentence in _noise(run)]
    return [*blocks, *_seeds(run), *_borderline(run), *_changes(run)]


def _noise(run: Facts) -> list[str]:
    found = noise(run.store)
    return found.warnings if found else []


def _seeds(run: Facts) -> list[Block]:
    assert run.preview is not None
    others = other_seeds(run.store, run.spec)
    blocks: list[Block] = []
    if run.preview.agreement is not None:
        agreed = run.preview.agreement
        blocks.append(
            Text(
                f"{agreed.seeds} calibration seeds are ranked by their mean. Alone they agree by Φ = "
                f"{n.agreement(agreed.stability)} (Nogueira; 1: the same rows, 0: as random ones) and a mean pairwise "
                f"Jaccard of {n.agreement(agreed.jaccard)}."
            )
        )
    if not others:
        return [
            *blocks,
            Text("One calibration seed was scored, so nothing is known of how another would choose.", "note"),
        ]
    rows = tuple(
        (
            str(seed),
            n.count(found.there),
            n.count(found.shared),
            n.agreement(found.jaccard),
            n.agreement(found.expected_jaccard),
            n.agreement(found.chance_corrected),
        )
        for seed, found in sorted(others.items())
    )
    heads = ("calibration seed", "rows it keeps", "shared", "Jaccard", "of random sets", "beyond chance")
    return [*blocks, Table(heads, rows, "What other calibration seeds keep by the same rule")]


def _borderline(run: Facts) -> list[Block]:
    assert run.exploration is not None and run.preview is not None
    near = run.exploration.borderline(run.spec)
    kept = run.preview.selection.selected
    return [
        Text(
            f"{n.count(int(near.sum()))} rows are borderline, {n.count(int((near & kept).sum()))} of them "
            "kept: they lie so near the cut-off that noise may have decided (within one standard error of ΔH, or, "
            "where none is known, within 5 % of the ranks kept)."
        )
    ]


def _changes(run: Facts) -> list[Block]:
    assert run.exploration is not None
    try:
        found = sensitivity(run.exploration, run.spec, seeds=seed_masks(run.store, run.spec))
    except UserError as error:
        return [Text(f"How other thresholds would choose is not known: {error.message}", "note")]
    names = {"gamma": "γ", "ratio": "β"}
    rows = tuple(
        (
            f"{names[change.what]} {n.exact(change.value)}{' (as it is)' if change.current else ''}",
            n.count(change.overlap.there),
            n.count(change.overlap.shared),
            n.percent(change.overlap.recall_here),
            n.agreement(change.overlap.jaccard),
        )
        for change in found.changes
        if change.what in names
    )
    heads = ("threshold", "rows it keeps", "shared", "of those kept now", "Jaccard")
    return [Table(heads, rows, "What other thresholds would keep, one changed at a time")] if rows else []
