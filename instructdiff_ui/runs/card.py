"""The model card of a fine-tuned model: how its data was chosen, how it was trained, what was measured.

Every number comes from the run's own artifacts. Knows nothing of where the card is put.
"""

from __future__ import annotations

from typing import Any

import yaml

from .. import __version__
from ..config import RunConfig
from ..selection.consensus import CONSENSUS
from ..selection.strategies import RANKINGS
from .report.markdown import code, inline


def model_card(
    config: RunConfig,
    *,
    model: dict[str, Any],
    selection: dict[str, Any],
    training: dict[str, Any],
    results: list[dict[str, Any]],
) -> str:
    """Markdown with front matter, as the Hub reads it."""
    lora = training["method"] == "lora"
    header: dict[str, Any] = {
        "base_model": config.model.path if config.model else None,
        "library_name": "peft" if lora else "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["instructdiff", "data-selection", *(["lora"] if lora else [])],
    }
    parts = [
        f"---\n{yaml.safe_dump(header, sort_keys=False).strip()}\n---",
        f"# {inline(config.title)}",
        _data(config, selection),
        _training(model, training),
        _results(results),
        f"Made with InstructDiff UI {__version__}.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _data(config: RunConfig, selection: dict[str, Any]) -> str:
    spec, total = selection["spec"], selection["total"]
    sources = ", ".join(code(source.path) for source in config.data.sources) or code(str(config.scores))
    scope = "within each domain" if spec["scope"] == "domain" else "over the pool as one"
    lines = [
        "## How the data was chosen",
        f"{total['selected']:,} of {total['rows']:,} rows ({total['selected_tokens']:,} of {total['tokens']:,} "
        f"response tokens) of {sources}, {_rule(spec)}, {scope}, up to β = {spec['ratio']:g} of the {spec['budget']}.",
        _calibration(config),
        "| domain | rows | selected | response tokens selected | ΔH cut-off (nats) |\n|---|---|---|---|---|\n"
        + "\n".join(_domain_row(name, counts, selection) for name, counts in selection["counts"].items()),
        f"Spec `{selection['spec_hash']}`, rows `{selection['ids_hash']}`.",
    ]
    return "\n\n".join(line for line in lines if line)


def _rule(spec: dict[str, Any]) -> str:
    """How the rows were ranked, and what was dropped before."""
    ranking = RANKINGS[spec["strategy"]]
    if ranking.column is None:
        return f"drawn at random (seed {spec['seed']})"
    if spec["strategy"] == CONSENSUS:
        return (
            "by differential entropy (InstructDiff, arXiv 2601.23006) under several calibration seeds: those that most "
            f"seeds select with γ = {spec['gamma']:g} and the same budget, ties by mean ΔH = H base − H calibrated"
        )
    which = {"min": "lowest", "mid": "middle", "max": "highest"}[ranking.end]
    if not ranking.filtered:
        bound = "" if ranking.most is None else " that is not above 1" if ranking.most == 1 else " below 1"
        return f"those with the {which} {ranking.column_of(spec['scope'])}{bound} (strategy `{spec['strategy']}`)"
    return (
        "by differential entropy (InstructDiff, arXiv 2601.23006): the rows whose ΔNLL lies beyond "
        f"γ = {spec['gamma']:g} at either end were dropped, the rest ranked by ΔH = H base − H calibrated, and the "
        f"{which} kept"
    )


def _calibration(config: RunConfig) -> str:
    if config.scores:
        return f"The scores were imported from {code(config.scores)}."
    calibration = config.calibration
    training = calibration.training
    seeds = f"seed{'s' * (calibration.seeds > 1)} {', '.join(map(str, calibration.every_seed))}"
    mean = "; ΔH and ΔNLL are means over them" if calibration.seeds > 1 else ""
    return (
        f"Calibration: α = {calibration.ratio:g} of the pool at random ({seeds}{mean}), {training.method}, "
        f"learning rate {training.learning_rate:g}, {training.num_train_epochs:g} epoch(s), "
        f"{calibration.rounds} round(s)."
    )


def _domain_row(name: str, counts: dict[str, Any], selection: dict[str, Any]) -> str:
    cutoffs = selection["cutoffs"]
    cut = (cutoffs.get(name) or cutoffs.get("all") or {}).get("delta_entropy")
    shown = "–" if cut is None else f"{cut:.4f}"
    return f"| {inline(name)} | {counts['rows']:,} | {counts['selected']:,} | {counts['selected_tokens']:,} | {shown} |"


def _training(model: dict[str, Any], training: dict[str, Any]) -> str:
    return (
        "## Training\n\n"
        f"From {code(model['path'])} (revision {code(str(model['revision']))}), {training['method']}, "
        f"{training['steps']:,} optimiser steps on {training['rows']:,} rows, "
        f"peak learning rate {training['peak_learning_rate']:g}, last loss {training['final_loss']:.4f}."
    )


_METRICS = {
    "nll": ("Held-out loss", "Mean NLL per response token in nats, ± standard error over examples."),
    "exact_match": ("Exact answers", "Share of held-out rows answered exactly, ± standard error over examples."),
    "choice": ("Multiple choice", "Share of held-out rows whose right option is the likeliest, ± standard error."),
    "code_tests": ("Code", "Share of held-out rows whose generated code passes its tests, ± standard error."),
    "benchmark": ("Benchmarks", "Share of right answers by task of lm-eval, and their mean, ± standard error."),
}


def _results(results: list[dict[str, Any]]) -> str:
    parts = []
    for metric, (title, about) in _METRICS.items():
        if found := [result for result in results if result["metric"] == metric]:
            parts.append(f"## {title}\n\n{about}\n\n{_result_table(found)}")
    return "\n\n".join(parts)


def _result_table(results: list[dict[str, Any]]) -> str:
    models = list(dict.fromkeys(result["model"] for result in results))
    domains = list(dict.fromkeys(result["domain"] for result in results))
    cell = {(r["domain"], r["model"]): f"{r['value']:.4f} ± {r['stderr']:.4f}" for r in results}
    n = {r["domain"]: r["n"] for r in results}
    head = f"| domain | n | {' | '.join(map(inline, models))} |\n|---|---|{'---|' * len(models)}\n"
    return head + "\n".join(
        f"| {inline(d)} | {n[d]:,} | {' | '.join(cell.get((d, m), '–') for m in models)} |" for d in domains
    )
