"""Cut-off lines: where they stand, what they are called, and what a dragged one says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...selection.outcome import POOL, Cutoff
from .names import Sign

FIELDS = {"beta": "delta_entropy", "gamma_low": "nll_low", "gamma_high": "nll_high"}  # kind of line → of `Cutoff`
_KINDS = {"delta_entropy": ("beta",), "delta_nll": ("gamma_low", "gamma_high")}
_KIND_NAMES = {"beta": "ΔH cut-off", "gamma_low": "lower ΔNLL bound", "gamma_high": "upper ΔNLL bound"}


def cut_lines(column: str, domains: Iterable[str], cutoffs: Mapping[str, Cutoff], *, flip: bool) -> list[dict]:
    """The lines of every domain: β on ΔH, both γ on ΔNLL. A pool ranked as one has the same lines in each domain."""
    lines = []
    for domain in domains:
        group = domain if domain in cutoffs else POOL
        for kind in _KINDS.get(column, ()):
            value = getattr(cutoffs[group], FIELDS[kind]) if group in cutoffs else None
            if value is not None:
                place = {"name": f"{kind}:{group}", "kind": kind, "domain": domain, "label": line_label(kind, group)}
                lines.append(place | {"x": -value if flip else value})
    return lines


def line_label(kind: str, group: str) -> str:
    return f"{_KIND_NAMES[kind]} of {'the pool' if group == POOL else group}"


def handles_of(lines: Iterable[Mapping[str, Any]], draggable: bool) -> dict[str, str]:
    return {line["name"]: line["label"] for line in lines} if draggable else {}


def released(data: Mapping[str, Any], *, sign: Sign = "calibrated-base") -> tuple[str, str, float]:
    """What a `release` event says: the kind of line (`beta`, `gamma_low`, `gamma_high`), its group, and ΔH or ΔNLL.

    The value is in the sign of the table (calibrated − base), whichever sign was shown.
    """
    kind, _, group = str(data["name"]).partition(":")
    value = float(data["value"])
    return kind, group, -value if kind != "beta" and sign == "base-calibrated" else value
