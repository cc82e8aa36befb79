"""How to do a run again: commands, settings, versions, revisions and fingerprints."""

from __future__ import annotations

import shlex

import yaml

from ... import __version__
from .. import specs
from . import numbers as n
from .answer import arm_name
from .blocks import Block, Code, Heading, Table, Text
from .facts import Facts

CONFIG, EXPERIMENT = "config.yaml", "experiment.yaml"  # what the commands call the files that are printed below them
_PROGRAM = ["python", "-m", "instructdiff_ui"]


def reproducing(run: Facts) -> list[Block]:
    files = [CONFIG, *([EXPERIMENT] if run.experiment else []), *([specs.SPEC_FILE] if _needs_file(run) else [])]
    about = f"With InstructDiff UI {__version__}. Save what is printed below as {' and '.join(files)}, then:"
    blocks: list[Block] = [Text(about), Code("\n".join(_commands(run)), "sh"), Text(_pinning(run), "note")]
    blocks.append(Code(run.config.to_yaml(), "yaml", CONFIG))
    if _needs_file(run):
        blocks.append(Code(specs.to_yaml(run.spec), "yaml", specs.SPEC_FILE))
    if run.experiment is not None:
        settings = run.experiment.settings.model_dump(mode="json")
        blocks.append(Code(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "yaml", EXPERIMENT))
    return [*blocks, Heading("Fingerprints"), *_fingerprints(run)]


def _name(run: Facts) -> str:
    return f"runs/{run.store.run_id}"


def _commands(run: Facts) -> list[str]:
    """The run up to its selection, the rule in force, and then whatever else was done."""
    begin = ["run", "--config", CONFIG, "--run-dir", _name(run), "--until", "selection"]
    lines = [shlex.join([*_PROGRAM, *begin])]
    if run.spec != run.config.selection:
        lines.append(specs.command(_name(run), run.spec))
    if run.manifest("finetune"):
        lines.append(shlex.join([*_PROGRAM, "train", _name(run)]))
    if run.experiment is not None:
        lines.append(shlex.join([*_PROGRAM, "experiment", "run", _name(run), "--file", EXPERIMENT]))
    return [*lines, shlex.join([*_PROGRAM, "report", _name(run), "--out", "report.html"])]


def _needs_file(run: Facts) -> bool:
    return run.spec != run.config.selection and f"--spec {specs.SPEC_FILE}" in specs.command(_name(run), run.spec)


def _pinning(run: Facts) -> str:
    """What the settings leave open."""
    config, parts = run.config, []
    used = (run.facts("tokens").get("model") or {}).get("revision")
    if config.model is not None and config.model.revision is None and used:
        parts.append(f"the model (it was {used})")
    if any(source.revision is None for source in config.data.sources):
        parts.append("every dataset (the revisions that were read are under Setup)")
    said = (
        f"The settings name no revision of {' and of '.join(parts)}: whether yours are the same, compare. "
        if parts
        else ""
    )
    return (
        f"{said}The same versions on the same kind of processor give the same rows; elsewhere rows at the cut-off may "
        "change places."
    )


def _fingerprints(run: Facts) -> list[Block]:
    """A fingerprint covers the settings of a stage and everything before it."""
    rows = [
        (run.labels[name], f"{name}-{manifest['fingerprint']}", n.moment(manifest["finished"]))
        for name, manifest in run.manifests.items()
    ]
    blocks: list[Block] = [Table(("stage", "artifact", "finished"), tuple(rows), "The stages of the run", "lll")]
    if run.experiment is not None:
        trials = tuple(
            (arm_name(arm), str(trial.seed), trial.select, trial.finetune, trial.evaluate)
            for arm in run.experiment.arms
            for trial in arm.done
        )
        heads = ("arm", "seed", "selection", "training", "measurement")
        blocks.append(Table(heads, trials, "The models of the experiment", "lrlll"))
    return [*blocks, Text(f"Rule {run.spec.hash}.", "note")]
