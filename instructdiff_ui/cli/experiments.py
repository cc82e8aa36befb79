"""The verbs of experiments: list, run, show, delete."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import api
from ..errors import ConfigError, steady
from .following import follow_job
from .reading import settings_in
from .tables import table

experiment_app = typer.Typer(help="Experiments: does a selection beat random rows?", no_args_is_help=True)

RunDir = Annotated[str, typer.Argument(help="A run directory, or the id of a run in the app's home")]
Experiment = Annotated[str | None, typer.Argument(help="Its id or its name; default: the newest")]


@experiment_app.command("list")
def listed(run: RunDir) -> None:
    """List the ready-made studies of a run and the experiments that were made of it."""
    for study in api.studies(run):
        typer.echo(f"{study.key:12} {study.title}. {study.about}{f' Needs {study.missing}.' if study.missing else ''}")
    for one in api.experiments(run):
        state = "finished" if one.finished else f"{one.done} of {one.total} stages{', queued' if one.queued else ''}"
        typer.echo(steady(f"{one.id}  {one.name}: {state}"))


@experiment_app.command("run")
def run_one(
    run: RunDir,
    study: Annotated[str | None, typer.Argument(help="A ready-made study; `experiment list` names them")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Settings as YAML: arms, ratios, seeds, …")] = None,
    model: Annotated[list[str], typer.Option("--model", help="Another model that scores; may be repeated")] = [],  # noqa: B006
    ratio: Annotated[list[float], typer.Option("--ratio", help="A budget β; may be repeated")] = [],  # noqa: B006
    seeds: Annotated[int | None, typer.Option(help="Trainings of every arm; default 3")] = None,
    steps: Annotated[str | None, typer.Option(help="matched or epochs")] = None,
    anew: Annotated[bool, typer.Option("--calibrate-anew", help="Calibrate and score once per seed")] = False,
    name: Annotated[str | None, typer.Option(help="What the page calls it")] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and do nothing")] = False,
) -> None:
    """Train and measure every arm of a study, or of a file of settings; goes on where an earlier attempt stopped."""
    if (study is None) == (file is None):
        raise ConfigError("Name a study or a --file of settings: one of the two.")
    given = {"ratios": ratio or None, "seeds": seeds, "steps": steps, "calibrate_anew": anew or None, "name": name}
    changes = {key: value for key, value in given.items() if value is not None}
    if study is not None:
        settings = api.study_settings(run, study, models=model, changes=changes)
    else:
        settings = api.experiment_settings(settings_in(file) | changes)
    cost = api.experiment_cost(run, settings)
    minutes = cost.seconds / 60
    typer.echo(f"{cost.trials} models, {cost.stages} stages to do, {cost.done} done already: about {minutes:,.1f} min")
    if dry:
        return
    same = (one for one in api.experiments(run) if one.record.parsed == settings)
    made = next((one.id for one in same), None) or api.create_experiment(run, settings)
    api.start_experiment(run, made)
    follow_job(run)
    _show(api.experiment(run, made))


@experiment_app.command("show")
def show(run: RunDir, experiment: Experiment = None) -> None:
    """Print what an experiment came to, as Markdown tables."""
    _show(api.experiment(run, experiment or _newest(run)))


@experiment_app.command("delete")
def delete(run: RunDir, experiment: Annotated[str, typer.Argument(help="Its id or its name")]) -> None:
    """Forget an experiment; the models that it trained stay in the run."""
    api.delete_experiment(run, experiment)


def _newest(run: str) -> str:
    known = api.experiments(run)
    if not known:
        raise ConfigError("This run has no experiment yet: make one with `experiment run`.")
    return known[0].id


def _show(result: api.ExperimentResult) -> None:
    for metric in result.metrics:
        typer.echo(f"\n{api.METRIC_NAMES[metric]}, {result.examples:,} held-out rows\n")
        domains = [domain for name, domain in result.measures if name == metric]
        heads = ["arm", "budget", "seeds", "rows", "tokens", "steps", *domains, "against random"]
        table(heads, _lines(result, metric, domains))
    for arm in result.arms:
        for trial in arm.trials:
            if trial.state == "failed":
                typer.echo(steady(f"\n{arm.name}, seed {trial.seed}: {trial.reason}"))


def _lines(result: api.ExperimentResult, metric: str, domains: list[str]) -> Iterator[list[Any]]:
    for arm in (*result.models, *result.arms):
        budget = f"{100 * arm.ratio:g} %" if arm.ratio is not None else ""
        sizes = [arm.mean("rows"), arm.mean("tokens"), arm.mean("steps")] if arm.done else ["", "", ""]
        verdict = arm.verdicts.get((metric, "all"))
        yield [
            arm.name,
            budget,
            len(arm.done) or "",
            *sizes,
            *(_value(arm, metric, domain) for domain in domains),
            verdict.sentence if verdict else "",
        ]


def _value(arm: api.ArmResult, metric: str, domain: str) -> str:
    value = arm.measured.get((metric, domain))
    if value is None:
        return ""
    scale, digits = (1.0, 3) if metric == "nll" else (100.0, 1)
    half = "" if math.isnan(value.half) else f" ± {scale * value.half:.{digits}f}"
    return f"{scale * value.mean:.{digits}f}{half}{'' if metric == 'nll' else ' %'}"
