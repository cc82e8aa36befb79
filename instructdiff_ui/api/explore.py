"""Exploring a scored run and selecting from it, from cached scores; no model is touched."""

from __future__ import annotations

import json
from typing import Any, get_args

import pandas as pd

from ..config import SelectionSpec, Strategy
from ..errors import RunError
from ..runs import home
from ..runs.exploration import MAX_MATCHING, Exploration, Preview, explore
from ..runs.plan import TARGETS, plan
from ..runs.rowviews import RowView
from ..runs.seeds import other_seeds as _other_seeds
from ..runs.status import status as _status
from ..runs.worker import perform
from ..selection.consensus import CONSENSUS
from ..selection.overlap import Overlap
from ..selection.rows import Page, RowQuery

STRATEGIES: tuple[str, ...] = tuple(name for name in get_args(Strategy) if name != CONSENSUS)  # of every scored run
_FIRST_PAGE = RowQuery()


def explore_run(run: str) -> Exploration:
    return explore(home.open_store(run))


def strategies(run: str) -> tuple[str, ...]:
    """What can rank the rows of this run: a consensus too, where it was calibrated under several seeds."""
    return tuple(name for name in get_args(Strategy) if name != CONSENSUS or explore_run(run).seeds)


def spec(run: str) -> SelectionSpec:
    """The selection rule in force."""
    return home.open_store(run).spec()


def move_cutoff(
    run: str, spec: SelectionSpec, *, line: str, group: str, value: float, linked: bool = True, ends: bool = True
) -> SelectionSpec:
    """`spec` after a cut-off line was moved: `beta` to a ΔH, `gamma_low` or `gamma_high` to a ΔNLL, in nats.

    `group` is the domain the line belongs to. Linked, the new γ or β holds for all domains; else for that one. With
    `ends` a γ holds at both ends of ΔNLL; without, the other end stays where it is.
    """
    return explore_run(run).move_cutoff(spec, line=line, group=group, value=value, linked=linked, ends=ends)


def preview(run: str, spec: SelectionSpec, *, bins: int = 60) -> Preview:
    """What `spec` would select: counts, cut-offs, histograms, statistics. Changes nothing."""
    return explore_run(run).preview(spec, bins=bins)


def rows(run: str, spec: SelectionSpec, query: RowQuery = _FIRST_PAGE) -> Page:
    """One page of the run's rows with scores and decision, filtered, searched and sorted here.

    Raises `ConfigError` for a name that the run does not have, and for a pattern that is none.
    """
    return explore_run(run).rows(spec, query)


def matching(run: str, spec: SelectionSpec, query: RowQuery, *, limit: int = MAX_MATCHING) -> tuple[str, ...]:
    """Ids of all rows that match, on whatever page; `ConfigError` when they are more than `limit`."""
    return explore_run(run).matching(spec, query, limit)


def columns(run: str) -> dict[str, list[str]]:
    """By what rows can be filtered and sorted: `metrics` (numbers) and `kinds` (columns of few values)."""
    exploration = explore_run(run)
    return {"metrics": list(exploration.metrics), "kinds": list(exploration.kinds)}


def other_seeds(run: str, spec: SelectionSpec) -> dict[int, Overlap]:
    """By calibration seed that this run holds besides its own: how far `spec` keeps the same rows.

    Where the mean of several seeds is ranked: by each of them.
    """
    return _other_seeds(home.open_store(run), spec)


def categories(run: str) -> list[str]:
    """The dataset's own columns that sort its rows into kinds, 2 to 20 of them."""
    return list(explore_run(run).kinds)


def kept_by(run: str, spec: SelectionSpec, column: str) -> pd.DataFrame:
    """How many rows of each kind in `column` there are, and how many `spec` keeps: `rows, kept`, by kind."""
    return explore_run(run).kept_by(spec, column)


def kept_by_strategy(run: str, spec: SelectionSpec, column: str) -> dict[str, pd.DataFrame]:
    """`kept_by` for every strategy in the place of the one of `spec`: the same budget, chosen another way."""
    every = {name: spec.model_copy(update={"strategy": name}) for name in strategies(run)}
    return {name: explore_run(run).kept_by(other, column) for name, other in every.items()}


def row(run: str, spec: SelectionSpec, example_id: str) -> RowView:
    """One row with its full text, scores, decision and margin, its percentiles and its nearest neighbours."""
    return explore_run(run).row(spec, example_id)


def select(run: str, spec: SelectionSpec) -> dict[str, Any]:
    """Make `spec` the run's selection and write `selection.json` and `selected.jsonl`; returns the record."""
    store = home.open_store(run)
    if _status(store).active:
        raise RunError(f"Run {store.run_id} is at work: the selection can be changed when it has ended.")
    chosen = next(stage for stage in reversed(plan(store.config(), spec)) if stage.work == "select")
    if not chosen.upstream[0].done(store):
        raise RunError("The settings have changed since these scores were made: score again before selecting.")
    explore(store).select(spec)  # a spec that does not fit the run must not be written
    store.write_spec(spec)
    if perform(store, until=TARGETS["selection"]) != "done":
        raise RunError(_status(store).message)
    return json.loads((store.path / "selection.json").read_text(encoding="utf-8"))
