"""The verbs that help to choose a rule: what can rank the rows, and which thresholds the data suggest."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from .. import api
from .following import follow_job

RunDir = Annotated[str, typer.Argument(help="A run directory, or the id of a run in the app's home")]


def strategies(
    run: RunDir,
    compute: Annotated[str | None, typer.Option(help="Compute what this strategy ranks by, such as ifd")] = None,
) -> None:
    """List what can rank the rows of a scored run and what the rest would take, or compute one of the rest."""
    if compute is not None:
        api.compute_strategy(run, compute)
        follow_job(run)
        return
    for name in api.strategies(run):
        typer.echo(f"{name:24} ready")
    for name, takes in api.missing_strategies(run).items():
        typer.echo(f"{name:24} {takes}")


def suggest(run: RunDir) -> None:
    """Suggest γ and β for the rule in force, each with its reason and beside the default."""
    for one in api.suggest(run):
        value = "stay with the default" if one.value is None else f"{100 * one.value:g} %"
        sign = {"gamma": "γ", "ratio": "β"}[one.threshold]
        typer.echo(f"{sign}: {value} (default {100 * one.default:g} %). {one.reason}")
        for tried in one.tried:
            typer.echo(f"  {100 * tried.value:5g} %  {_came_to(tried)}")


def _came_to(tried: api.Tried) -> str:
    """Φ of a γ; of a β the difference of held-out loss to random, with its interval and verdict."""
    if not tried.note:
        return f"Φ {tried.measure:.3f}"
    interval = "" if math.isnan(tried.low) else f" ({tried.low:+.3f} to {tried.high:+.3f})"
    return f"loss − random {tried.measure:+.3f}{interval}  {tried.note}; loss {tried.loss:.3f}"
