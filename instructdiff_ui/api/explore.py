"""Exploring a scored run and selecting from it, from cached scores; no model is touched."""

from __future__ import annotations

import json
from typing import Any, get_args

import pandas as pd

from ..config import SelectionSpec, Strategy
from ..errors import ConfigError, RunError
from ..runs import executor, home, measures
from ..runs.exploration import MAX_MATCHING, Exploration, Preview, explore
from ..runs.jobs import STRATEGY, tasks
from ..runs.plan import TARGETS, extra_stages, lacking, plan
from ..runs.rowviews import RowView
from ..runs.seeds import other_seeds as _other_seeds
from ..runs.status import status as _status
from ..runs.worker import perform
from ..selection.consensus import CONSENSUS
from ..selection.overlap import Overlap
from ..selection.rows import Page, RowQuery
from ..selection.strategies import EXTRA_COLUMNS, RANKINGS, can_rank
from .permission import check_job

STRATEGIES: tuple[str, ...] = tuple(  # of every scored run
    name for name in get_args(Strategy) if name != CONSENSUS and RANKINGS[name].column not in EXTRA_COLUMNS
)
_FIRST_PAGE = RowQuery()


def explore_run(run: str) -> Exploration:
    return explore(home.open_store(run))


def strategies(run: str) -> tuple[str, ...]:
    """What can rank the rows of this run now: by its scores, its calibration seeds, and whatever else was computed."""
    exploration = explore_run(run)
    names = (name for name in get_args(Strategy) if can_rank(exploration.table, name))
    return tuple(name for name in names if name != CONSENSUS or exploration.seeds)


def missing_strategies(run: str) -> dict[str, str]:
    """The strategies that cannot rank the rows of this run yet, each with what it takes, in a sentence."""
    there, config = strategies(run), home.open_store(run).config()
    return {name: measures.cost(config, name) for name in get_args(Strategy) if name not in there}


def computable(run: str) -> tuple[str, ...]:
    """Those of `missing_strategies` that lack no setting: `compute_strategy` can be asked for them."""
    config = home.open_store(run).config()
    return tuple(name for name in missing_strategies(run) if name != CONSENSUS and not lacking(config, name))


def compute_strategy(run: str, strategy: str) -> None:
    """Have a worker compute what `strategy` ranks by; of ZIP as far as the rule in force goes.

    Raises `ConfigError` for a strategy that needs nothing, or a setting first, and `RunError` for a run without scores.
    """
    store = home.own_store(run)
    explore(store)
    measures.check(store.config(), strategy)
    until = f"{STRATEGY}{strategy}"
    check_job(store, tasks(store, until))
    executor.start(store, until=until)


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
    """`kept_by` for every strategy in the place of the one of `spec`: the same budget, chosen another way.

    One whose order does not go as far as the budget is left out.
    """
    found, exploration = {}, explore_run(run)
    for name in strategies(run):
        try:
            found[name] = exploration.kept_by(spec.model_copy(update={"strategy": name}), column)
        except ConfigError:
            if name == spec.strategy or not RANKINGS[name].partial:
                raise
    return found


def row(run: str, spec: SelectionSpec, example_id: str) -> RowView:
    """One row with its full text, scores, decision and margin, its percentiles and its nearest neighbours."""
    return explore_run(run).row(spec, example_id)


def select(run: str, spec: SelectionSpec) -> dict[str, Any]:
    """Make `spec` the run's selection and write `selection.json` and `selected.jsonl`; returns the record."""
    store = home.own_store(run)
    if _status(store).active:
        raise RunError(f"Run {store.run_id} is at work: the selection can be changed when it has ended.")
    chosen = next(stage for stage in reversed(plan(store.config(), spec)) if stage.work == "select")
    if not chosen.upstream[0].done(store):
        raise RunError("The settings have changed since these scores were made: score again before selecting.")
    if not measures.at_hand(store, extra_stages(store.config(), spec)):  # a server loads no model
        raise RunError(f"What the strategy {spec.strategy} ranks by is not there yet: compute the strategy first.")
    explore(store).select(spec)  # a spec that does not fit the run must not be written
    store.write_spec(spec)
    if perform(store, until=TARGETS["selection"]) != "done":
        raise RunError(_status(store).message)
    return json.loads((store.path / "selection.json").read_text(encoding="utf-8"))
