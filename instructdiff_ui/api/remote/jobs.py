"""Datasets, runs and their jobs, as published: looking at rows, making a run, starting, stopping and following it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ...config import RunConfig, merge, parse_config
from ...data.examples import Example
from ...errors import ConfigError
from ...runs import quotas, visitors
from .. import data, demo, runs
from .. import jobs as _jobs
from ..noise import noise
from .plain import named, plain

SHOWN = 20  # rows set aside that are told one by one
MAX_RUNS = 200

Preset = Literal["quick", "paper", "official"]
Target = Literal["data", "selection", "model"]


def list_runs() -> list[dict[str, Any]]:
    """List your runs, the newest first.

    Returns:
        Per run its id, name, state, rows in its pool, and when it was made (seconds since 1970); 200 at most.
    """
    found = runs.list_runs()[:MAX_RUNS]
    return [
        {"run": one.run_id, "name": one.name, "state": one.state, "rows": one.rows, "created": one.created}
        for one in found
    ]


def upload_dataset(file: Path) -> dict[str, Any]:
    """Keep a dataset file (.jsonl, .json, .csv or .parquet) on the server, to name it in `create_run`.

    Args:
        file: The file, as handle_file of gradio_client sends it.

    Returns:
        What to name it in `datasets`.
    """
    return {"dataset": data.keep_upload(file)}


def describe_dataset(
    datasets: list[str], domain_column: str | None = None, settings: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Read datasets and check their rows, without a model and without making a run.

    Args:
        datasets: Files, saved folders or Hub ids; DOMAIN=PATH labels all rows of one.
        domain_column: The column that holds each row's domain.
        settings: Further settings of a run, of which the section `data` counts, such as {"data": {"limit": 1000}}.

    Returns:
        Rows, held-out rows, duplicates, domains with their lengths in characters, sources, and rows set aside with why.
    """
    from ...data.pool import load_pool
    from ...data.report import pool_report

    config = quotas.check_settings(_config(None, datasets, None, settings, domain_column=domain_column))
    _check_is_here(config)
    pool = load_pool(config.data)
    report = pool_report(pool)
    by_domain: dict[str, list[Example]] = {domain: [] for domain in report["domains"]}
    for example in pool.examples:
        by_domain[example.domain].append(example)
    return _counts(report) | {
        "domains": [{"domain": domain, "rows": len(rows)} | _lengths(rows) for domain, rows in by_domain.items()],
        "set_aside": _set_aside(report, pool.quarantined),
    }


def _check_is_here(config: RunConfig) -> None:
    """Visitors load datasets of the Hub in jobs, where their size is checked before the download."""
    from ...data.sources import local_path

    if visitors.current() is None:
        return
    quotas.check_known()
    for source in (*config.data.sources, *config.data.heldout_sources):
        if local_path(source.path) is None:
            raise ConfigError(
                f"The dataset {source.path!r} is loaded in a job here: make a run of it, start that with target data, "
                "and ask describe_run."
            )


def describe_run(run: str) -> dict[str, Any]:
    """Describe the pool of a run once its data was loaded: what `describe_dataset` tells, with lengths in tokens.

    Args:
        run: The id of a run.

    Returns:
        Rows, domains, lengths in tokens, sources, rows set aside with why, and the settings as YAML.
    """
    report, config = data.data_report(run), runs.config(run)
    described = {"run": run, "name": config.title, "settings": config.to_yaml()}
    if report is None:
        return described | {"rows": None, "set_aside": _set_aside(None, data.quarantined(run))}
    return (
        described
        | _counts(report)
        | {
            "domains": [{"domain": domain, "rows": rows} for domain, rows in report["domains"].items()],
            "truncated": report["truncated"],
            "tokens": {part: _token_lengths(lengths) for part, lengths in (report["lengths"] or {}).items()},
            "set_aside": _set_aside(report, data.quarantined(run)),
        }
    )


def create_run(
    model: str,
    datasets: list[str],
    preset: Preset = "quick",
    domain_column: str | None = None,
    name: str = "",
    settings: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Make a run of a model and datasets. Nothing is computed yet: `start` does that.

    Args:
        model: A Hub id or a model folder (safetensors).
        datasets: Files, saved folders or Hub ids; DOMAIN=PATH labels all rows of one.
        preset: The defaults of all settings: quick (LoRA), paper (every parameter) or official (the released code).
        domain_column: The column that holds each row's domain.
        name: What lists call the run.
        settings: Further settings as a nested object, such as {"selection": {"ratio": 0.2}, "data": {"limit": 1000}}.

    Returns:
        The id of the run, and all its settings as YAML.
    """
    config = _config(model, datasets, preset, settings, domain_column=domain_column, name=name)
    return {"run": runs.create_run(config), "settings": config.to_yaml()}


def update_run(run: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Change settings of a run; the next `start` does again only what depends on them.

    Args:
        run: The id of a run.
        settings: The settings to change as a nested object, such as {"finetune": {"learning_rate": 0.0001}}.

    Returns:
        The id of the run, and all its settings as YAML.
    """
    return {"run": run, "settings": runs.update_run(run, settings).to_yaml()}


def delete_run(run: str) -> dict[str, Any]:
    """Delete a run that is not at work, with everything that it made.

    Args:
        run: The id of a run.

    Returns:
        The id of the run that is no more.
    """
    runs.delete_run(run)
    return {"run": run, "deleted": True}


def start(run: str, target: Target = "selection") -> dict[str, Any]:
    """Start a run's job and return at once; follow it with `status`. What is done already is not done again.

    Args:
        run: The id of a run.
        target: How far: data (loaded and tokenised), selection (calibrated, scored and selected) or model (fine-tuned).

    Returns:
        The status of the run, as `status` gives it.
    """
    _jobs.start(run, target)
    return status(run)


def resume(run: str) -> dict[str, Any]:
    """Go on with a job that was stopped, failed or interrupted.

    Args:
        run: The id of a run.

    Returns:
        The status of the run, as `status` gives it.
    """
    _jobs.resume(run)
    return status(run)


def stop(run: str) -> dict[str, Any]:
    """Ask a run's job to stop; what is done is kept, and `resume` goes on from there.

    Args:
        run: The id of a run.

    Returns:
        The status of the run, as `status` gives it: active until the job has ended.
    """
    _jobs.stop(run)
    return status(run)


def status(run: str) -> dict[str, Any]:
    """Say what a run is doing, how far it is and what went wrong. Ask again every few seconds while it is active.

    Args:
        run: The id of a run.

    Returns:
        The state, whether it is active, a message, the stages of the job, and the progress of the running one.
    """
    now = _jobs.status(run)
    found = noise(run) if now.done("select") else None
    return {
        "run": run,
        "name": now.name,
        "state": now.state,
        "active": now.active,
        "message": now.message,
        "stages": [
            {"stage": stage.label, "status": stage.status, "seconds": plain(stage.seconds)} for stage in now.job
        ],
        "progress": plain(now.progress),
        "warnings": list(found.warnings) if found else [],
    }


def work(run: str) -> dict[str, Any]:
    """Do the job that was started, on a Space that lends its GPU to each request; elsewhere a worker is at it already.

    Args:
        run: The id of a run whose job was started there.

    Returns:
        The status of the run once the job has ended or was paused, as `status` gives it.
    """
    for _ in _jobs.work_inline(run):
        pass
    return status(run)


def open_demo() -> dict[str, Any]:
    """Open the finished run of the demo pack: everything but training can be tried on it at once.

    Returns:
        The status of that run, as `status` gives it; `run` in it is its id.
    """
    return status(demo.open_demo())


def _config(
    model: str | None, datasets: list[str], preset: str | None, settings: dict[str, Any] | None, **given: Any
) -> RunConfig:
    """The settings of a run; what has an argument of its own wins over the same in `settings`."""
    sources = [runs.parse_source(text) for text in datasets]
    domain_column, name = given.pop("domain_column"), given.pop("name", "")
    values: dict[str, Any] = {"data": {"sources": sources} if sources else {}}
    if not sources and not ((settings or {}).get("data") or {}).get("sources"):
        raise ConfigError("There is no dataset: name at least one in datasets.")
    if domain_column:
        values["data"]["domain_column"] = domain_column
    if model is not None:
        values["model"] = {"path": model}
    if name:
        values["name"] = name
    return parse_config(merge(settings or {}, values), preset=preset)


def _counts(report: dict[str, Any]) -> dict[str, Any]:
    sources = [{"dataset": one["path"]} | {key: one[key] for key in one if key != "path"} for one in report["sources"]]
    return {key: report[key] for key in ("rows", "heldout_rows", "duplicates")} | {"sources": sources}


def _lengths(rows: list[Example]) -> dict[str, Any]:
    """Lengths in characters of what is asked and what is answered."""
    asked = [len(row.instruction) + len(row.input) + sum(len(turn.content) for turn in row.messages) for row in rows]
    return {"prompt_characters": _summary(asked), "response_characters": _summary([len(row.response) for row in rows])}


def _summary(lengths: list[int]) -> dict[str, float]:
    low, median, high, most = np.quantile(lengths, [0, 0.5, 0.95, 1])
    return {"min": float(low), "median": float(median), "p95": float(high), "max": float(most)}


def _token_lengths(lengths: dict[str, Any] | None) -> list[dict[str, Any]]:
    """min … max by domain, the pool as `all` first; without the counts of the histogram."""
    if lengths is None:
        return []
    parts = {"all": lengths["all"]} | lengths["domains"]
    return named({name: {key: v for key, v in part.items() if key != "counts"} for name, part in parts.items()})


def _set_aside(report: dict[str, Any] | None, rows: list[Any]) -> dict[str, Any]:
    reasons = report["quarantined"]["reasons"] if report else {}
    return {
        "rows": report["quarantined"]["rows"] if report else len(rows),
        "reasons": [{"reason": reason, "rows": count} for reason, count in reasons.items()],
        "first": [asdict(row) for row in rows[:SHOWN]],
    }
