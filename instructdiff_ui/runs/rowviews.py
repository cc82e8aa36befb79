"""One row of a run with everything known about it, and its place among the rows of its domain."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ..data.examples import Example
from ..selection.consensus import Votes
from ..selection.outcome import DECISIONS, Selection
from ..selection.rows import RowTable
from ..selection.rules import SelectionTable
from .texts import Texts

NEIGHBOURS = 5
_CLIP = 120  # characters of a neighbour's instruction


@dataclass(frozen=True)
class Neighbour:
    """A row of the same domain whose ΔH and ΔNLL are much alike."""

    example_id: str
    delta_entropy: float
    delta_nll: float
    n_tokens: int
    decision: str
    instruction: str  # its beginning


@dataclass(frozen=True)
class SeedView:
    """The row under one calibration seed alone."""

    seed: int
    delta_entropy: float
    kept: bool  # by the same rule; of a consensus, by plain InstructDiff


@dataclass(frozen=True)
class RowView:
    """One row with everything known about it."""

    example: Example
    decision: str
    scores: dict[str, float]  # every metric
    rank: int  # by the strategy among those of its group that passed the filter; 0: none
    ranked: int  # how many have a rank there
    cutoff: dict[str, float | None]  # of its group
    strategy: str  # what ranked it
    percentiles: dict[str, float]  # by metric, 0…100: the share of its domain's finite values below it, ties by half
    neighbours: tuple[Neighbour, ...]  # the nearest first
    borderline: bool
    by_hand: str  # "kept", "dropped" or ""
    seeds: tuple[SeedView, ...] = ()  # where the mean of several calibration seeds is ranked


def row_view(
    position: int,
    *,
    frame: pd.DataFrame,
    table: SelectionTable,
    rows: RowTable,
    texts: Texts,
    selection: Selection,
    borderline: np.ndarray,
    votes: Votes | None = None,
) -> RowView:
    """Everything about the row at `position` of the delta table `frame`; `borderline` is (N,) bool."""
    record = frame.iloc[position]
    group = table.group_codes(selection.spec)
    there = np.flatnonzero(table.codes == table.codes[position])  # the rows of its domain
    near = nearest(frame, there, position)
    return RowView(
        example=texts.example(position),
        decision=_decision(selection, position),
        scores={name: float(values[position]) for name, values in rows.metrics.items()},
        rank=int(selection.rank[position]),
        ranked=int(np.count_nonzero(selection.rank[group == group[position]])),
        cutoff=asdict(selection.cutoff_of(record["domain"])),
        strategy=selection.spec.strategy,
        percentiles=percentiles(rows.metrics, there, position),
        neighbours=_neighbours(near, frame, table, texts, selection),
        borderline=bool(borderline[position]),
        by_hand=by_hand(selection, [table.ids.at(np.array([position]))[0]])[0],
        seeds=() if votes is None else _by_seed(position, table, votes),
    )


def _by_seed(position: int, table: SelectionTable, votes: Votes) -> tuple[SeedView, ...]:
    tables = table.by_seed
    return tuple(
        SeedView(seed, float(tables[seed].entropy[position]), bool(kept[position]))
        for seed, kept in zip(votes.seeds, votes.kept, strict=True)
    )


def by_hand(selection: Selection, ids: list[str]) -> list[str]:
    """Whether each row was "kept" or "dropped" by hand; "" for the others."""
    kept, dropped = set(selection.spec.pinned), set(selection.spec.excluded)
    return ["kept" if i in kept else "dropped" if i in dropped else "" for i in ids]


def percentiles(metrics: dict[str, np.ndarray], there: np.ndarray, position: int) -> dict[str, float]:
    """By metric: the share, in percent, of the finite values at `there` that lie below; equal ones count half."""
    found = {}
    for name, values in metrics.items():
        value, among = values[position], values[there]
        n = np.count_nonzero(np.isfinite(among))
        if np.isfinite(value):
            among = among[np.isfinite(among)]
            found[name] = float(100 * (np.count_nonzero(among < value) + np.count_nonzero(among == value) / 2) / n)
    return found


def nearest(frame: pd.DataFrame, there: np.ndarray, position: int) -> np.ndarray:
    """Positions of the rows at `there` nearest in (ΔH, ΔNLL), each divided by its standard deviation; never itself."""
    squares = np.zeros(len(there))
    for column in ("delta_entropy", "delta_nll"):
        values = frame[column].to_numpy(np.float64)
        among = values[there]
        among_finite = among[np.isfinite(among)]
        spread = float(among_finite.std()) if len(among_finite) else 0.0
        squares += ((among - values[position]) / (spread or 1.0)) ** 2
    squares[(there == position) | ~np.isfinite(squares)] = np.inf
    take = min(NEIGHBOURS, len(there) - 1)
    if take <= 0 or not np.isfinite(squares).any():
        return there[:0]
    limit = np.partition(squares, take - 1)[take - 1]
    close = np.flatnonzero((squares <= limit) & np.isfinite(squares))
    ids = frame["example_id"].iloc[there[close]].tolist() if len(close) <= 1000 else close.tolist()
    order = sorted(range(len(close)), key=lambda k: (squares[close[k]], ids[k]))
    return there[close[order[:take]]]


def _neighbours(
    near: np.ndarray, frame: pd.DataFrame, table: SelectionTable, texts: Texts, selection: Selection
) -> tuple[Neighbour, ...]:
    clipped = texts.take(near, _CLIP)
    records = frame[["delta_entropy", "delta_nll", "n_tokens"]].iloc[near]
    return tuple(
        Neighbour(example_id, float(entropy), float(nll), int(tokens), _decision(selection, int(position)), instruction)
        for position, example_id, (entropy, nll, tokens), instruction in zip(
            near, table.ids.at(near), records.itertuples(index=False), clipped.instruction, strict=True
        )
    )


def _decision(selection: Selection, position: int) -> str:
    return DECISIONS[selection.decision.codes[position]]
