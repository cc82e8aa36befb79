"""What came of runs, as published: arms, experiments, runs against each other, and the report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Literal

from ...config import merge
from ...errors import ConfigError, DataError
from ...selection.overlap import Overlap
from .. import crossing, explore, reports, training
from ..experiments import (
    ArmResult,
    create_experiment,
    experiment_cost,
    experiments,
    start_experiment,
    studies,
    study_settings,
)
from ..experiments import experiment as result_of
from .plain import measurements, named, plain


def compare(run: str) -> list[dict[str, Any]]:
    """Compare every model that was fine-tuned and measured in a run, beside the base and the calibrated model.

    Args:
        run: The id of a run with a fine-tuned model.

    Returns:
        Per model rows, tokens and steps of its training, and means with 95 % intervals by metric and domain.
    """
    arms = training.comparison(run)
    if not arms:
        raise DataError("No model was fine-tuned and evaluated in this run yet: start it with target model first.")
    return [
        {"name": arm.name, "rows": arm.rows, "tokens": plain(arm.tokens), "steps": plain(arm.steps), "seeds": arm.seeds}
        | {"measured": measurements(arm.measured)}
        for arm in arms
    ]


def comparable_runs(run: str) -> list[dict[str, Any]]:
    """List other runs over the same pool, and other calibration seeds of this run.

    Args:
        run: The id of a scored run.

    Returns:
        Per candidate its key for `compare_runs`, its title, the rows in common, and why it cannot be compared, if so.
    """
    return plain(crossing.comparable_runs(run))


def compare_runs(run: str, others: list[str]) -> dict[str, Any]:
    """Compare what runs over the same pool keep under the rule in force of the first: other models, presets or seeds.

    Args:
        run: The id of a scored run.
        others: Other runs, by the keys that `comparable_runs` gives.

    Returns:
        Per other run the rows that both keep, the overlap beyond chance, rank correlations, and differing settings.
    """
    found = crossing.cross_runs(run, others, explore.spec(run))
    return {"rule": plain(found.spec), "here": plain(found.here)} | {
        "others": [
            {"there": plain(pair.there), "overlap": _overlap(pair.overlap)}
            | {"correlations": plain(pair.correlations), "differences": plain(pair.differences)}
            for pair in found.pairs
        ]
    }


def list_experiments(run: str) -> dict[str, Any]:
    """List the ready-made studies of a run and the experiments that were made of it.

    Args:
        run: The id of a run whose data was loaded.

    Returns:
        Studies by key, with what each asks and what it lacks; experiments by id, with how far they are.
    """
    return {
        "studies": [
            {"study": one.key, "title": one.title, "about": one.about, "missing": one.missing} for one in studies(run)
        ],
        "experiments": [
            {"experiment": one.id, "name": one.name, "done": one.done, "total": one.total}
            | {"finished": one.finished, "queued": one.queued}
            for one in experiments(run)
        ],
    }


def run_experiment(
    run: str,
    study: str,
    ratios: list[float] | None = None,
    seeds: int | None = None,
    settings: dict[str, Any] | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Start an experiment: does a selection beat random rows on this model and data? Follow it with `status`.

    Args:
        run: The id of a run whose data was loaded.
        study: The key of a ready-made study, as `list_experiments` gives it.
        ratios: Budgets β, each a share of the pool; default: as the study says.
        seeds: Trainings of every arm; default 3.
        settings: More settings of the experiment, such as {"steps": "epochs"}.
        dry_run: Whether to say only what it would take, and do nothing.

    Returns:
        The id of the experiment (null for a dry run), and what it takes: models, stages and seconds.
    """
    given = {key: value for key, value in {"ratios": ratios, "seeds": seeds}.items() if value is not None}
    chosen = study_settings(run, study, changes=merge(settings or {}, given))
    cost = plain(experiment_cost(run, chosen))
    if dry_run:
        return {"experiment": None, "cost": cost}
    same = (one.id for one in experiments(run) if one.record.parsed == chosen)
    made = next(same, None) or create_experiment(run, chosen)
    start_experiment(run, made)
    return {"experiment": made, "cost": cost}


def show_experiment(run: str, experiment: str | None = None) -> dict[str, Any]:
    """Show what an experiment came to, finished or not: every arm against random rows, with a verdict.

    Args:
        run: The id of a run.
        experiment: Its id or its name; default: the newest.

    Returns:
        Per arm its budget, seeds, means with 95 % intervals by metric and domain, and verdicts in a sentence.
    """
    known = experiments(run)
    if not known:
        raise ConfigError("This run has no experiment yet: make one with run_experiment.")
    found = result_of(run, experiment or known[0].id)
    return {
        "experiment": found.record.id,
        "name": found.settings.name,
        "done": found.done,
        "total": found.total,
        "heldout_rows": found.examples,
        "arms": [_arm(arm) for arm in (*found.models, *found.arms)],
    }


def report(run: str, format: Literal["html", "markdown"] = "html", experiment: str | None = None) -> Path:
    """Write the report of a run: what was chosen, how sure that is, what came of it, and how to do it again.

    Args:
        run: The id of a run.
        format: A page that needs nothing else, or Markdown.
        experiment: The id or the name of an experiment to tell; default: the newest that has come to something.

    Returns:
        The file.
    """
    made = reports.report(run, experiment=experiment)
    path = Path(tempfile.mkdtemp(prefix="instructdiff-api-")) / ("report.html" if format == "html" else "report.md")
    path.write_text(made.html if format == "html" else made.markdown, encoding="utf-8")
    return path


def _arm(arm: ArmResult) -> dict[str, Any]:
    verdicts = {measure: {"verdict": one.word, "sentence": one.sentence} for measure, one in arm.verdicts.items()}
    return {
        "name": arm.name,
        "ratio": arm.ratio,
        "seeds": len(arm.done),
        "measured": measurements(arm.measured),
        "verdicts": [{"metric": metric, "domain": domain} | said for (metric, domain), said in verdicts.items()],
        "failures": named({str(one.seed): {"reason": one.reason} for one in arm.trials if one.reason}, "seed"),
    }


def _overlap(found: Overlap) -> dict[str, Any]:
    derived = {name: plain(getattr(found, name)) for name in ("jaccard", "expected_jaccard", "chance_corrected")}
    return plain(found) | derived
