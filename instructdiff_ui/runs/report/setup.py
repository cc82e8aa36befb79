"""The setup of a run: model, data, template, calibration, rule, seeds, hardware and versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...config import SelectionSpec, TrainingConfig
from ..experiments.studies import NAMES
from ..hardware import hardware
from . import numbers as n
from .blocks import Block, Table, Text, facts
from .facts import Facts


def setup(run: Facts) -> list[Block]:
    blocks: list[Block] = [facts(_model(run), "Model"), facts(_data(run), "Data")]
    if sources := _sources(run):
        blocks.append(sources)
    blocks += [facts(_calibration(run), "Calibration"), facts(rule(run.spec), "Rule")]
    if run.manifest("finetune"):
        done = [("training", training(run.config.finetune)), ("came to", _came_to(run.facts("finetune")))]
        blocks.append(facts(done, "Fine-tuning on the selection"))
    return [*blocks, facts(_machine(run), "Machine and versions"), *_missing(run)]


def _model(run: Facts) -> list[tuple[str, str]]:
    model, config = run.facts("tokens").get("model") or {}, run.config.model
    if config is None:
        return [("model", f"none: the scores were imported from {run.config.scores}")]
    scored = run.facts("score_base")
    parts = [
        ("path", config.path),
        ("revision", str(model.get("revision") or config.revision or "not known yet")),
        ("architecture", str(model.get("architecture") or "")),
        ("parameters", n.parameters(run.parameters) if run.parameters else ""),
        ("dtype", f"{scored['dtype']} on {scored['device']}" if scored else f"{config.dtype} (as set)"),
    ]
    return [*parts, ("quantization", config.quantization if config.quantization != "none" else "")]


def _data(run: Facts) -> list[tuple[str, str]]:
    read, report = run.facts("pool") or run.facts("import_scores"), run.pool
    tokens = run.facts("tokens")
    aside = report.get("quarantined") or {"rows": read.get("quarantined", 0), "reasons": {}}
    reasons = "; ".join(f"{reason}: {n.count(rows)}" for reason, rows in aside["reasons"].items())
    return [
        ("rows", n.count(tokens.get("rows", read.get("rows")))),
        ("held-out rows", n.count(tokens.get("heldout", read.get("heldout")))),
        ("set aside", f"{n.count(aside['rows'])} rows{f' ({reasons})' if reasons else ''}"),
        ("truncated", f"{n.count(report['truncated'])} rows" if report.get("truncated") is not None else ""),
        ("repeated", f"{n.count(report['duplicates'])} rows stand in the pool more than once" if report else ""),
        ("leakage", _leakage(run)),
        ("response tokens", n.count(tokens["response_tokens"]) if tokens.get("response_tokens") else ""),
        ("template", _template(run)),
    ]


def _leakage(run: Facts) -> str:
    if run.leakage is None:
        return "not checked: the experiments of a run check it"
    kinds = {kind: rows for kind, rows in run.leakage.items() if kind != "heldout"}
    return leaked(kinds, run.leakage["heldout"])


_KINDS = {"exact": "word for word", "same_prompt": "with the same prompt", "near_duplicate": "nearly word for word"}


def leaked(kinds: Mapping[str, int], heldout: int) -> str:
    """How many held-out rows stand in the pool too, and how closely."""
    if not any(kinds.values()):
        return f"none of {n.count(heldout)} held-out rows stands in the pool too"
    found = ", ".join(f"{n.count(rows)} {_KINDS.get(kind, kind)}" for kind, rows in kinds.items() if rows)
    return f"of {n.count(heldout)} held-out rows these stand in the pool too: {found}"


def _template(run: Facts) -> str:
    data, used = run.config.data, run.facts("tokens")
    name = str(used.get("template") or data.template)
    own = f": {data.custom_template!r}" if name == "custom" and data.custom_template else ""
    limit = f"; at most {n.count(used['max_length'])} tokens" if used.get("max_length") else ""
    return f"{name}{own}{limit}"


def _sources(run: Facts) -> Table | None:
    found: list[dict[str, Any]] = (run.facts("pool") or run.facts("import_scores")).get("sources") or []
    rows = [
        (str(s.get("path") or s.get("name") or n.NONE), str(s.get("revision") or n.NONE), n.count(s.get("rows")))
        for s in found
    ]
    return Table(("source", "revision", "rows"), tuple(rows), "Sources, as they were read", "lwr") if rows else None


def _calibration(run: Facts) -> list[tuple[str, str]]:
    if run.config.scores:
        return [("calibration", f"none here: the scores were imported from {run.config.scores}")]
    calibration, done = run.config.calibration, run.facts("calibrate")
    seeds = ", ".join(map(str, calibration.every_seed))
    return [
        ("share of the pool α", f"{n.exact(calibration.ratio)}, drawn at random"),
        ("seeds", seeds + ("; ΔH and ΔNLL are means over them" if calibration.seeds > 1 else "")),
        ("rounds", str(calibration.rounds)),
        ("training", training(calibration.training)),
        ("came to", _came_to(done) if done else "not done yet"),
    ]


def _came_to(done: dict[str, Any]) -> str:
    return (
        f"{n.count(done['steps'])} steps on {n.count(done['rows'])} rows, peak learning rate "
        f"{done['peak_learning_rate']:g}, last loss {n.fixed(done['final_loss'], 4)}"
    )


def training(settings: TrainingConfig) -> str:
    """The settings of a training that matter for what is learnt."""
    size = f"rank {settings.lora_r}, alpha {settings.lora_alpha}, " if settings.method == "lora" else ""
    length = f"{settings.num_train_epochs:g} epoch(s)" if settings.max_steps is None else f"{settings.max_steps} steps"
    return (
        f"{settings.method}, {size}learning rate {settings.learning_rate:g} ({settings.lr_scheduler_type}, warm-up "
        f"{n.exact(settings.warmup_ratio)}), {length}, {settings.batch_size} rows per step, seed {settings.seed}"
    )


def rule(spec: SelectionSpec) -> list[tuple[str, str]]:
    """A selection rule in words, with its hash."""
    low, high = spec.gammas_of()
    by_hand = [f"{len(ids):,} {what}" for ids, what in ((spec.pinned, "kept"), (spec.excluded, "dropped")) if ids]
    return [
        ("ranked by", strategy_name(spec.strategy)),
        ("filter γ", f"{n.exact(low)} of ΔNLL dropped at the lower end, {n.exact(high)} at the upper ({spec.filter})"),
        ("budget β", f"{n.exact(spec.ratio)} of the {'rows' if spec.budget == 'rows' else 'response tokens'}"),
        ("within", "each domain" if spec.scope == "domain" else "the pool as one"),
        ("domains of their own", "; ".join(_domain(name, spec) for name in sorted(spec.domains))),
        ("by hand", ", ".join(by_hand)),
        ("calibration rows", "left out" if spec.exclude_calibration else ""),
        ("seed", f"{spec.seed} (of the random strategy)"),
        ("hash", spec.hash),
    ]


def _domain(name: str, spec: SelectionSpec) -> str:
    low, high = spec.gammas_of(name)
    return f"{name}: γ {n.exact(low)} and {n.exact(high)}, β {n.exact(spec.ratio_of(name))}"


def strategy_name(strategy: str) -> str:
    return {"random": "random order"}.get(strategy) or NAMES.get(strategy, strategy)


def _machine(run: Facts) -> list[tuple[str, str]]:
    here = hardware()
    memory = f", {here.memory_gb:.0f} GB of memory" if here.memory_gb else ""
    devices = ", ".join(here.accelerators) or "no accelerator"
    scored = {(m["facts"]["device"], m["facts"]["dtype"]) for m in run.manifests.values() if "device" in m["facts"]}
    return [
        ("scored on", "; ".join(f"{device}, {dtype}" for device, dtype in sorted(scored))),
        ("report written on", f"{here.cores} processor cores{memory}; {devices}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions(run).items())),
    ]


def versions(run: Facts) -> dict[str, str]:
    """By library, the versions that the run's stages were done with; several where they differ."""
    found: dict[str, list[str]] = {}
    for manifest in run.manifests.values():
        for name, version in (manifest.get("versions") or {}).items():
            if version not in found.setdefault(name, []):
                found[name].append(version)
    return {name: " and ".join(same) for name, same in found.items()}


def _missing(run: Facts) -> list[Block]:
    missing = [stage.label for stage in run.stages if stage.name not in run.manifests]
    return [Text(f"Not done under the settings that the run has now: {', '.join(missing)}.", "note")] if missing else []
