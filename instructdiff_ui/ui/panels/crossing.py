"""Runs over the same pool side by side: what one rule keeps in each, how their scores agree, how they were made."""

from __future__ import annotations

from collections.abc import Sequence

from ...api.crossing import Candidate, Crossing, Pair, Side
from .. import format as fmt
from ..view import Node, div, h
from .specs import text_table


def no_runs(candidates: Sequence[Candidate] = ()) -> Node:
    """What to do where nothing can be compared, and why each other run cannot be."""
    hint = (
        "No other run has scores for these rows. Score the same dataset with another model, preset or calibration "
        "seed, and it is compared here."
    )
    return div("empty", div("", hint), *_refused(candidates))


def _refused(candidates: Sequence[Candidate]) -> list[Node]:
    return [div("small", f"{one.title}: {one.why_not}") for one in candidates if one.why_not]


def crossing_table(crossing: Crossing) -> Node:
    """One line per other run: what the rule keeps on either side of the common rows, and how far that is the same."""
    if not crossing.pairs:
        return no_runs()
    names = ["Run", "Rows in common", "Kept here", "Kept there", "In both", "Of those here", "Of those there"]
    names += ["Jaccard", "Chance-corrected", "Spearman ΔH"]
    note = f"Here: {crossing.here.title}{_made(crossing.here)}. The same rule on either side, over the rows in common."
    return div("", div("muted small", note), text_table(names, [_line(pair) for pair in crossing.pairs], left=1))


def _line(pair: Pair) -> list[str]:
    both = pair.overlap
    counts = [both.rows or 0, both.here, both.there, both.shared]
    shares = [both.jaccard, both.chance_corrected, pair.spearman]
    return [
        f"{pair.there.title}{_made(pair.there)}",
        *(fmt.count(n) for n in counts),
        fmt.percent(both.recall_here),
        fmt.percent(both.recall_there),
        *(fmt.agreement(share) for share in shares),
    ]


def _made(side: Side) -> str:
    """How a side was scored, as far as the run says so."""
    seed = "" if side.seed is None else f"calibration seed {side.seed}"
    if side.seeds:
        seed = f"mean of calibration seeds {', '.join(map(str, side.seeds))}"
    parts = [
        side.model,
        side.preset,
        "" if side.title.endswith(seed) else seed,
        f"{fmt.count(side.steps)} calibration steps" if side.steps is not None else "",
    ]
    words = ", ".join(part for part in parts if part)
    return f" ({words})" if words else ""


def settings_table(crossing: Crossing) -> Node:
    """The settings that scores hang on and that differ, per other run."""
    found = [div("", _title(pair), _settings(pair)) for pair in crossing.pairs]
    return div("crossed", *found) if found else []


def _settings(pair: Pair) -> Node:
    if not pair.differences:
        return div("muted small", "Made with the same settings.")
    rows = [(one.setting, fmt.clipped(one.here, 200), fmt.clipped(one.there, 200)) for one in pair.differences]
    return text_table(["Setting", "Here", "There"], rows, left=3)


def domain_table(crossing: Crossing) -> Node:
    """Per other run and domain: ΔH on either side, and how ΔH and ΔNLL go together."""
    found = [div("", _title(pair), _domains(pair)) for pair in crossing.pairs]
    return div("crossed", *found) if found else []


def _domains(pair: Pair) -> Node:
    names = ["Domain", "N", "Mean ΔH here", "there", "SD here", "there", "Spearman ΔH", "Pearson ΔH"]
    names += ["Spearman ΔNLL", "Pearson ΔNLL"]
    by_domain = {(one.domain, one.column): one for one in pair.correlations}
    rows = []
    for domain in dict.fromkeys(one.domain for one in pair.correlations):
        entropy, nll = by_domain[domain, "delta_entropy"], by_domain[domain, "delta_nll"]
        agreed = [fmt.agreement(value) for one in (entropy, nll) for value in (one.spearman, one.pearson)]
        rows.append([domain or "all rows", fmt.count(entropy.rows), *_statistics(pair, domain), *agreed])
    return text_table(names, rows, left=1)


def _statistics(pair: Pair, domain: str | None) -> list[str]:
    """Mean and SD of ΔH, here and there, of a domain."""
    if domain is None:
        return ["–"] * 4
    return [fmt.nats(pair.statistics[side][name][domain]) for name in ("mean", "sd") for side in ("here", "there")]


def _title(pair: Pair) -> Node:
    return h("b", {}, pair.there.title)
