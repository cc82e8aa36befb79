"""What the demo is, what its shipped run measured, and how far a rerun agrees with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ... import api
from ...api import Arm, Overlap
from .. import format as fmt
from ..view import Node, div, h
from .arms import arm_title, gap_text

GOOD = "good"


def shipped_note(record: Mapping[str, Any], arms: Sequence[Arm], kept: pd.DataFrame) -> Node:
    """`kept` has `rows, kept` by quality, under the rule that is shown."""
    size = record.get("model", {}).get("parameters", 0)
    what = (
        f"A finished run to learn the tool on: a language model of {fmt.short(size)} parameters, made for this demo, "
        f"and {fmt.count(kept['rows'].sum())} synthetic rows, some bad on purpose. It is no evidence about real LLMs."
    )
    return div("", h("b", {}, "Demo. "), what, div("muted small", _bad_rows(kept), " ", *_measured(arms)))


def _bad_rows(kept: pd.DataFrame) -> str:
    bad = kept.drop(index=GOOD, errors="ignore").sum()
    pool, selected = bad["rows"] / max(1, kept["rows"].sum()), bad["kept"] / max(1, kept["kept"].sum())
    return (
        f"Bad rows: {fmt.percent(round(pool, 3))} of the pool, {fmt.percent(round(selected, 3))} of what is kept now."
    )


def _measured(arms: Sequence[Arm]) -> list[Node]:
    """How the lowest ΔH fared against random, and who fared best, in the words that the intervals allow."""
    ours = next((i for i, arm in enumerate(arms) if arm.name == "instructdiff"), None)
    said: list[Node] = []
    for metric, word in (("nll", "Held-out loss"), ("exact_match", "Exact answers")):
        if ours is None or (gap := api.against_random(arms, metric)[ours]) is None:
            continue
        same_size = [arm for arm in arms if arm.spec is not None and arm.spec.ratio < 1]
        best = (min if metric == "nll" else max)(same_size, key=lambda arm: arm.measured[metric, "all"].mean)
        most = max(arm.measured[metric, "all"].mean for arm in arms)
        limit = f" (no model gives more than {100 * most:.1f} %)" if metric == "exact_match" else ""
        words = f"lowest ΔH minus random: {gap_text(gap, metric)}; best of that size: {arm_title(best)}. "
        said.append(f"{word}{limit}, {words}")
    return said


def rerun_note(overlap: Overlap) -> Node:
    """How close a rerun came."""
    if overlap.jaccard == 1:
        agreed = f"It selects the same {fmt.count(overlap.here)} rows as the shipped run (Jaccard 1)."
    else:
        agreed = (
            f"{fmt.count(overlap.shared)} of its {fmt.count(overlap.here)} selected rows are those of the shipped run "
            f"(Jaccard {overlap.jaccard:.3f}); rows at the cut-off change places because another processor or number "
            "of threads adds floating-point numbers in another order."
        )
    return div("", h("b", {}, "Demo, run on this machine. "), agreed)
