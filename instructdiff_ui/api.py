"""Everything one can do with InstructDiff: the functions that the page, the CLI, HTTP and MCP all call.

A run is named by its id or its directory. Functions either read a run directory or ask a worker to fill it; none loads
a model here. Bad input raises `UserError`: one sentence for a person.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from .config import PRESETS, RunConfig, SelectionSpec, Strategy, parse_config, reference, updated
from .data.examples import Quarantined
from .data.export import FORMATS as EXPORT_FORMATS
from .demo import shipped
from .errors import ConfigError, DataError, RunError, UserError
from .files import expanded, read_json, read_jsonl
from .runs import executor, home
from .runs.comparison import Arm, Measured, compare, difference
from .runs.estimate import machine_rate
from .runs.exploration import Exploration, Preview, RowView, explore
from .runs.hardware import Hardware, hardware
from .runs.plan import TARGETS, plan
from .runs.results import SCORES, export_selected
from .runs.seeds import other_seeds as _other_seeds
from .runs.stages.context import trained_path
from .runs.status import RunStatus
from .runs.status import status as _status
from .runs.store import RunStore, new_run_id
from .runs.worker import needed, perform
from .selection.overlap import Overlap
from .selection.rows import Page
from .starters import StarterView, starter, views

__all__ = [
    "EXPORT_FORMATS",
    "PRESETS",
    "SCORES",
    "STRATEGIES",
    "TARGETS",
    "Arm",
    "Exploration",
    "Hardware",
    "Measured",
    "Overlap",
    "Page",
    "Preview",
    "RowView",
    "RunConfig",
    "RunStatus",
    "RunSummary",
    "SelectionSpec",
    "StarterView",
    "UserError",
    "build_demo",
    "categories",
    "comparison",
    "config",
    "create_run",
    "create_starter",
    "data_report",
    "delete_run",
    "demo_overlap",
    "demo_record",
    "difference",
    "discard_failed",
    "evaluation",
    "explore_run",
    "export",
    "finetuned_path",
    "generate",
    "hardware",
    "has_demo",
    "import_scores",
    "is_demo",
    "keep_upload",
    "kept_by",
    "kept_by_strategy",
    "last_stage",
    "list_runs",
    "log_tail",
    "losses",
    "move_cutoff",
    "open_demo",
    "open_run",
    "other_seeds",
    "parse_config",
    "parse_source",
    "preview",
    "quarantined",
    "reference",
    "rerun_demo",
    "resume",
    "row",
    "rows",
    "run_here",
    "select",
    "spec",
    "start",
    "starter_config",
    "starters",
    "status",
    "stop",
    "update_run",
    "wait_for",
]


STRATEGIES: tuple[str, ...] = get_args(Strategy)


@dataclass(frozen=True)
class RunSummary:
    run_id: str
    name: str
    path: str
    state: str
    rows: int | None
    created: float  # seconds since the epoch


def parse_source(text: str) -> dict[str, Any]:
    """A dataset as one writes it in a line: `PATH`, or `DOMAIN=PATH` to label all its rows."""
    labelled = re.fullmatch(r"([\w .&+-]{1,40})=(.+)", text.strip())
    if labelled and not expanded(text.strip()).exists():
        return {"path": labelled[2].strip(), "domain": labelled[1].strip()}
    return {"path": text.strip()}


# runs --------------------------------------------------------------------------------------------------------------


def create_run(config: RunConfig, *, run_dir: str | Path | None = None) -> str:
    """Make a run directory, in the app's home unless `run_dir` names one; returns the run's id or path."""
    _check_inputs(config)
    store = RunStore(run_dir) if run_dir is not None else _fresh_store(config)
    store.create(config)
    home.register(store)
    return str(store.path) if run_dir is not None else store.run_id


def _check_inputs(config: RunConfig) -> None:
    """Refuse what cannot work before a run is made of it."""
    from .data.sources import local_path
    from .engine.describe import check_folder, local_folder

    if config.scores:
        if not expanded(config.scores).is_file():
            raise DataError(f"No such file: {config.scores}")
        return
    if config.model is None:
        raise ConfigError("The run has no model: name a folder or a Hub id.")
    if not config.data.sources:
        raise ConfigError("The run has no dataset: name at least one.")
    for source in (*config.data.sources, *config.data.heldout_sources):
        local_path(source.path)
    if folder := local_folder(config.model.path):
        check_folder(folder)


def _fresh_store(config: RunConfig) -> RunStore:
    first = config.data.sources[0].path if config.data.sources else config.scores or "run"
    base = new_run_id(config.name or Path(first).stem)
    store, number = RunStore(home.runs_dir() / base), 2
    while store.path.exists():
        store, number = RunStore(home.runs_dir() / f"{base}-{number}"), number + 1
    return store


def open_run(path: str | Path) -> str:
    """Make a run directory that lies elsewhere known to the app; returns its id."""
    store = home.open_store(path)
    home.register(store)
    return store.run_id if home.owns(store) else str(store.path)


def list_runs() -> list[RunSummary]:
    """All runs of this user, newest first."""
    return [_summary(store) for store in home.stores()]


def _summary(store: RunStore) -> RunSummary:
    try:
        now = _status(store)
    except UserError as error:  # a run made by another version must not hide the others
        return RunSummary(store.run_id, store.run_id, str(store.path), f"unreadable: {error.message}", None, 0.0)
    rows = next((now.facts(work).get("rows") for work in ("tokens", "import_scores") if now.facts(work)), None)
    created = (store.path / "config.yaml").stat().st_mtime
    return RunSummary(
        store.run_id if home.owns(store) else str(store.path), now.name, now.path, now.state, rows, created
    )


def delete_run(run: str) -> None:
    """Delete a run with all it made; one outside the app's home is only taken off the list, its files stay.

    Refused while a worker is on it.
    """
    store = home.open_store(run)
    if _status(store).active:
        raise RunError(f"Run {store.run_id} is at work: stop it before deleting it.")
    home.forget(store)
    if home.owns(store):
        shutil.rmtree(store.path)


def discard_failed(run: str) -> None:
    """Delete a run of the app's home that failed before its data was ready: a slip that the next run mends."""
    store = home.open_store(run)
    now = _status(store)
    if home.owns(store) and now.state == "failed" and not (now.done("tokens") or now.done("import_scores")):
        delete_run(run)


def config(run: str) -> RunConfig:
    return home.open_store(run).config()


def update_run(run: str, changes: Mapping[str, Any]) -> RunConfig:
    """Change settings of a run; stages that depend on them are done again, all others stay."""
    store = home.open_store(run)
    if _status(store).active:
        raise RunError(f"Run {store.run_id} is at work: stop it before changing its settings.")
    before = store.config()
    changed = updated(before, changes)
    store.write_config(changed)
    if changed.selection != before.selection:
        store.write_spec(changed.selection)  # the rule set last is in force, wherever it was set
    return changed


# the demo pack -----------------------------------------------------------------------------------------------------


def has_demo() -> bool:
    """Whether the demo pack is there to be opened."""
    return shipped.available()


def open_demo() -> str:
    """Open the finished run of the demo pack, a copy in the app's home; returns its id."""
    return shipped.open_shipped().run_id


def rerun_demo() -> str:
    """Do the demo's run again on this machine, up to its selection; returns the new run's id."""
    run = create_run(shipped.rerun_config())
    start(run, "selection")
    return run


def is_demo(run: str) -> bool:
    """Whether this is the demo's finished run as it was shipped."""
    return shipped.is_shipped(home.open_store(run))


def demo_record() -> dict[str, Any]:
    """What the build noted down about the demo pack: sizes, hashes, times."""
    return shipped.record()


def demo_overlap(run: str, spec: SelectionSpec) -> Overlap | None:
    """How many rows a rerun of the demo and the shipped run both select under `spec`; None for any other run."""
    return shipped.overlap(home.open_store(run), spec)


def build_demo(
    into: str | Path, *, work: str | Path, until: str = "run", say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Build the demo pack anew: its `pool`, then its `model`, then its `run`; returns the record of it."""
    from .demo.build import PARTS, build

    if until not in PARTS:
        raise ConfigError(f"There is no part {until!r}; the parts are {', '.join(PARTS)}.")
    return build(Path(into), work=Path(work), until=until, say=say)


# starters ----------------------------------------------------------------------------------------------------------


def starters() -> list[StarterView]:
    """Ready-made runs of real models on datasets of the Hub, with their rows and time on this machine."""
    return views(rate=machine_rate(hardware()))


def starter_config(key: str) -> RunConfig:
    """The settings of such a run, as large as this machine does in minutes; `ConfigError` for an unknown key."""
    one = starter(key)
    return one.config(one.rows(rate=machine_rate(hardware())))


def create_starter(key: str) -> str:
    """Make such a run and load its data, from the Hub; returns the run's id."""
    run = create_run(starter_config(key))
    start(run, "data")
    return run


# jobs --------------------------------------------------------------------------------------------------------------


def start(run: str, target: str = "selection") -> None:
    """Let a worker bring the run up to `target`: `data` (tokenised), `selection` (scored) or `model` (evaluated)."""
    store = home.open_store(run)
    needed(plan(store.config(), store.spec()), last_stage(target))  # refuses a target that the run cannot reach
    executor.start(store, until=last_stage(target))


def resume(run: str) -> None:
    """Go on with the job that was stopped, failed or interrupted; what is done stays done."""
    store = home.open_store(run)
    executor.start(store, until=(executor.job(store) or {}).get("until") or TARGETS["selection"])


def run_here(run: str, target: str = "selection") -> str:
    """As `start`, but in this process; returns `done`, `stopped` or `failed`."""
    store = home.open_store(run)
    store.clear_stop()
    return perform(store, until=last_stage(target))


def last_stage(target: str) -> str:
    """The work that reaches `target`; `ConfigError` for a target that does not exist."""
    if target not in TARGETS:
        raise ConfigError(f"There is no target {target!r}; the targets are {', '.join(TARGETS)}.")
    return TARGETS[target]


def stop(run: str) -> None:
    """Ask the worker to stop; what is done is kept, and `start` goes on from there."""
    executor.stop(home.open_store(run))


def status(run: str) -> RunStatus:
    return _status(home.open_store(run))


def wait_for(run: str, seconds: float) -> bool:
    """Wait until no worker is on the run, at most so long; returns whether that came about."""
    return executor.ended_within(home.open_store(run), seconds)


def log_tail(run: str, *, lines: int = 200) -> str:
    """The end of the worker's log."""
    path = home.open_store(run).log
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


# data --------------------------------------------------------------------------------------------------------------


def data_report(run: str) -> dict[str, Any] | None:
    """Rows, domains, token lengths and rendered previews of the pool; None before it is tokenised."""
    folder = _folder(home.open_store(run), "tokens")
    return read_json(folder / "report.json") if folder else None


def keep_upload(path: str | Path) -> str:
    """Copy an uploaded file into the app's home, under a name that tells its content; returns the copy's path."""
    return str(home.keep(Path(path)))


def quarantined(run: str) -> list[Quarantined]:
    """Every row that was put aside, and why."""
    from .data.pool import read_quarantined

    store = home.open_store(run)
    folder = _folder(store, "tokens") or _folder(store, "pool") or _folder(store, "import_scores")
    path = folder / "quarantined.parquet" if folder else None
    return read_quarantined(path) if path and path.exists() else []


def _folder(store: RunStore, work: str) -> Path | None:
    """The artifact of the (last) stage that does this work, once it is done."""
    stages = [stage for stage in plan(store.config(), store.spec()) if stage.work == work]
    return stages[-1].folder(store) if stages and stages[-1].done(store) else None


def import_scores(
    file: str | Path, *, run_dir: str | Path | None = None, settings: Mapping[str, Any] | None = None
) -> str:
    """Make a run from a scored file (the released code's JSONL, or one with this app's columns); returns its id."""
    values = {"scores": str(expanded(file).resolve()), **(settings or {})}
    values.setdefault("name", Path(file).stem)
    run = create_run(parse_config(values), run_dir=run_dir)
    if run_here(run, "selection") != "done":
        message = status(run).message
        home.forget(home.open_store(run))
        shutil.rmtree(home.open_store(run).path)
        raise DataError(message)
    return run


# explore and select ------------------------------------------------------------------------------------------------


def explore_run(run: str) -> Exploration:
    return explore(home.open_store(run))


def spec(run: str) -> SelectionSpec:
    """The selection rule in force."""
    return home.open_store(run).spec()


def move_cutoff(
    run: str, spec: SelectionSpec, *, line: str, group: str, value: float, linked: bool = True
) -> SelectionSpec:
    """`spec` after a cut-off line was moved: `beta` to a ΔH, `gamma_low` or `gamma_high` to a ΔNLL, in nats.

    `group` is the domain the line belongs to. Linked, the new γ or β holds for all domains; else for that one.
    """
    return explore_run(run).move_cutoff(spec, line=line, group=group, value=value, linked=linked)


def preview(run: str, spec: SelectionSpec, *, bins: int = 60) -> Preview:
    """What `spec` would select: counts, cut-offs, histograms, statistics. Changes nothing."""
    return explore_run(run).preview(spec, bins=bins)


def rows(
    run: str,
    spec: SelectionSpec,
    *,
    page: int = 1,
    page_size: int = 25,
    sort_by: str = "delta_entropy",
    descending: bool = False,
    search: str = "",
    domain: str | None = None,
    decision: str | Collection[str] = (),
) -> Page:
    """One page of the run's rows with scores and decision, sorted and searched here."""
    return explore_run(run).rows(
        spec,
        page=page,
        page_size=page_size,
        sort_by=sort_by,
        descending=descending,
        search=search,
        domain=domain,
        decision=decision,
    )


def other_seeds(run: str, spec: SelectionSpec) -> dict[int, Overlap]:
    """By calibration seed that this run holds besides its own: how far `spec` keeps the same rows."""
    return _other_seeds(home.open_store(run), spec)


def categories(run: str) -> list[str]:
    """The dataset's own columns that sort its rows into kinds, 2 to 20 of them."""
    return list(explore_run(run).categories)


def kept_by(run: str, spec: SelectionSpec, column: str) -> pd.DataFrame:
    """How many rows of each kind in `column` there are, and how many `spec` keeps: `rows, kept`, by kind."""
    return explore_run(run).kept_by(spec, column)


def kept_by_strategy(run: str, spec: SelectionSpec, column: str) -> dict[str, pd.DataFrame]:
    """`kept_by` for every strategy in the place of the one of `spec`: the same budget, chosen another way."""
    every = {name: spec.model_copy(update={"strategy": name}) for name in STRATEGIES}
    return {name: explore_run(run).kept_by(other, column) for name, other in every.items()}


def row(run: str, spec: SelectionSpec, example_id: str) -> RowView:
    """One row with its full text, scores, decision and margin."""
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


def export(
    run: str, path: str | Path, *, fmt: str = "jsonl", spec: SelectionSpec | None = None, scores: bool = True
) -> int:
    """Write the selected rows to `path` with their original columns, and their scores if wanted; returns how many."""
    store = home.open_store(run)
    exploration = explore(store)
    chosen = exploration.select(spec or store.spec())
    return export_selected(Path(path), exploration.examples, exploration.table, chosen, fmt=fmt, scores=scores)


# training ----------------------------------------------------------------------------------------------------------


def losses(run: str) -> dict[str, list[dict[str, Any]]]:
    """Training steps so far of every calibration and of the fine-tuning, by stage label."""
    store = home.open_store(run)
    trained = [s for s in plan(store.config(), store.spec()) if s.work in ("calibrate", "finetune")]
    found = {stage.label: read_jsonl(stage.folder(store) / "losses.jsonl") for stage in trained}
    return {label: steps for label, steps in found.items() if steps}


def evaluation(run: str) -> list[dict[str, Any]] | None:
    """Held-out loss per model and domain, once the fine-tuned model was evaluated."""
    folder = _folder(home.open_store(run), "evaluate")
    return read_json(folder / "evaluation.json") if folder else None


def comparison(run: str) -> list[Arm]:
    """Base, calibrated and every fine-tuned model that was evaluated in this run, arm by arm, over their seeds."""
    return compare(home.open_store(run))


def finetuned_path(run: str) -> Path | None:
    """The fine-tuned adapter or model, once there is one."""
    folder = _folder(home.open_store(run), "finetune")
    return trained_path(folder) if folder else None


def generate(
    run: str, instruction: str, *, input: str = "", max_new_tokens: int = 200, temperature: float = 0.0, seed: int = 0
) -> dict[str, str]:
    """Answers to one instruction from the base and from the fine-tuned model, by model name."""
    from .runs.generation import side_by_side

    if not instruction.strip():
        raise DataError("Write an instruction to generate from.")
    request = {
        "instruction": instruction,
        "input": input,
        "max_new_tokens": max_new_tokens,
        "temperature": temperature,
        "seed": seed,
    }
    return side_by_side(home.open_store(run), request)
