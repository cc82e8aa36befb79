"""What a run and its experiment took: time, tokens and floating-point operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import nan

from ..experiments.cost import training_flops
from ..experiments.results import ArmResult
from . import numbers as n
from .answer import arm_name
from .blocks import Block, Table, Text
from .facts import Facts, Manifest

_COUNTED = (
    "Operations are the fewest that the work takes: 2 per parameter and token, prompt and response, to score, 6 to "
    "train; what models write to answer is not counted. Seconds are as the stages noted them, with all their waiting."
)
_READING = ("score-base", "score-calibrated", "evaluate")  # names of stages begin so


def cost(run: Facts) -> list[Block]:
    if not run.manifests:
        return [Text("No stage of this run is done under the settings that it has now.", "note")]
    stages = list(_stages(run))
    whole = ("all", n.duration(sum(s for _, s, *_ in stages)), "", "", n.power(sum(f for *_, f in stages if f == f)))
    rows = [(name, n.duration(s), n.count(r), n.count(t), n.power(f)) for name, s, r, t, f in stages]
    heads = ("stage", "time", "rows", "tokens", "FLOPs")
    blocks: list[Block] = [Table(heads, (*rows, whole), "The stages of the run; tokens are those of responses")]
    if run.experiment is not None and run.experiment.done:
        blocks.append(_arms(run.experiment.arms))
    return [*blocks, Text(_COUNTED, "note")]


def _stages(run: Facts) -> Iterator[tuple[str, float, float, float, float]]:
    """Label, seconds, rows, response tokens and operations of each stage that is done; nan for what it has not."""
    for name, manifest in run.manifests.items():
        said = manifest["facts"]
        rows, tokens = (float(said.get(key, nan)) for key in ("rows", "tokens"))
        yield run.labels[name], manifest["seconds"], rows, tokens, flops(run, manifest)


def flops(run: Facts, manifest: Manifest) -> float:
    """nan where no model had a part, or where its size is not known."""
    stage, said = manifest["stage"], manifest["facts"]
    if "steps" in said:
        return training_flops(run.store, manifest) or nan
    if stage.startswith(_READING) and run.parameters and run.tokens_per_row:
        rows = said["rows"] - said.get("reused_rows", 0)  # what another run had scored was read from there
        return 2.0 * run.parameters * run.tokens_per_row * rows
    return nan


def _arms(arms: Sequence[ArmResult]) -> Table:
    heads = ("arm", "models", "time of each", "tokens of each", "FLOPs of each", "time of all", "FLOPs of all")
    rows = []
    for arm in arms:
        if arm.done:
            each = [arm.mean(what) for what in ("seconds", "trained_tokens", "flops")]
            whole = [sum(getattr(trial, what) for trial in arm.done) for what in ("seconds", "flops")]
            shown = (n.duration(each[0]), n.count(each[1]), n.power(each[2]), n.duration(whole[0]), n.power(whole[1]))
            rows.append((arm_name(arm), str(len(arm.done)), *shown))
    return Table(heads, tuple(rows), "Training of the arms; tokens are those of responses over all steps")
