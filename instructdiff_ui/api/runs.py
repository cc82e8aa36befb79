"""Runs: making, opening, listing, changing and deleting them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import RunConfig, updated
from ..errors import ConfigError, DataError, RunError, UserError
from ..files import expanded
from ..runs import home, quotas, uploads, visitors
from ..runs.status import status as _status
from ..runs.store import RunStore, new_run_id
from .permission import allowed


@dataclass(frozen=True)
class RunSummary:
    run_id: str
    name: str
    path: str
    state: str
    rows: int | None
    created: float  # seconds since the epoch
    shared: bool = False  # shown to every visitor of this server, and changed by none


def parse_source(text: str) -> dict[str, Any]:
    """A dataset as one writes it in a line: `PATH`, or `DOMAIN=PATH` to label all its rows."""
    labelled = re.fullmatch(r"([\w .&+-]{1,40})=(.+)", text.strip())
    if labelled and not expanded(text.strip()).exists():
        return {"path": labelled[2].strip(), "domain": labelled[1].strip()}
    return {"path": text.strip()}


def create_run(config: RunConfig, *, run_dir: str | Path | None = None) -> str:
    """Make a run directory, in the home unless `run_dir` names one; returns the run's id or path."""
    if run_dir is not None and visitors.current() is not None:
        raise RunError("Runs of visitors are kept by this server: leave the folder out.")
    quotas.check_room(runs=1)
    config = allowed(config)
    _check_inputs(config)
    store = RunStore(run_dir) if run_dir is not None else _fresh_store(config)
    store.create(config)
    home.register(store)
    return str(store.path) if run_dir is not None else store.run_id


def _check_inputs(config: RunConfig) -> None:
    """Refuse what cannot work before a run is made of it."""
    from ..data.sources import local_path
    from ..engine.describe import check_folder, local_folder

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


def copy_run(run: str) -> str:
    """A copy of a finished run in the home, to go on from; returns its id."""
    store = home.open_store(run)
    if _status(store).active:
        raise RunError(f"Run {store.run_id} is at work: copy it when that has ended.")
    quotas.check_room(runs=1)
    return home.install(store.path, new_run_id(store.config().title)).run_id


def share_run(run: str) -> str:
    """Show a finished run to every visitor of this server, as it is now; returns the id of what is shown.

    A copy that was shared before makes way for it. `RunError` for whoever is not the owner of the server, and for a
    run that has nothing to show.
    """
    _check_owner()
    store = home.open_store(run)
    if _status(store).active or not (store.path / "deltas.parquet").is_file():
        raise RunError(f"Run {store.run_id} has no scores yet, or is at work: share it when that has ended.")
    if home.is_shared(store):
        return store.run_id
    return home.install(store.path, _shared_name(store), shared=True, replace=True).run_id


def _shared_name(store: RunStore) -> str:
    """Runs that lie elsewhere can have the same name: their place tells them apart."""
    if home.owns(store):
        return store.run_id
    return f"{store.run_id}-{hashlib.sha256(str(store.path).encode()).hexdigest()[:8]}"


def unshare_run(run: str) -> bool:
    """Take a run out of what everyone sees; the run that it is a copy of stays.

    Returns whether it comes back when the server starts, because `INSTRUCTDIFF_GALLERY` names it.
    """
    _check_owner()
    return home.remove_shared(run)


def is_shared(run: str) -> bool:
    """Whether every visitor of this server is shown the run, or a copy of it."""
    store = home.open_store(run)
    return home.is_shared(store) or RunStore(home.gallery_dir() / _shared_name(store)).exists()


def _check_owner() -> None:
    visitor = visitors.current()
    if visitor is not None and not visitor.is_owner:
        raise RunError("Only the owner of this server decides what everyone sees.")


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
    key = store.run_id if home.owns(store) or home.is_shared(store) else str(store.path)
    return RunSummary(
        key, now.name, "" if visitors.current() else now.path, now.state, rows, created, home.is_shared(store)
    )


def delete_run(run: str) -> None:
    """Delete a run with all it made, and the uploads that no other run names.

    One outside the app's home is only taken off the list, its files stay. Refused while a worker is on it.
    """
    store = home.own_store(run)
    if _status(store).active:
        raise RunError(f"Run {store.run_id} is at work: stop it before deleting it.")
    home.forget(store)
    if home.owns(store):
        named = uploads.named_by(store)
        home.remove(store)
        uploads.remove_unnamed(named, home.home())


def discard_failed(run: str) -> None:
    """Delete a run of the app's home that failed before its data was ready: a slip that the next run mends."""
    store = home.own_store(run)
    now = _status(store)
    if home.owns(store) and now.state == "failed" and not (now.done("tokens") or now.done("import_scores")):
        delete_run(run)


def config(run: str) -> RunConfig:
    return home.open_store(run).config()


def update_run(run: str, changes: Mapping[str, Any]) -> RunConfig:
    """Change settings of a run; stages that depend on them are done again, all others stay."""
    store = home.own_store(run)
    if _status(store).active:
        raise RunError(f"Run {store.run_id} is at work: stop it before changing its settings.")
    before = store.config()
    asked = updated(before, changes)
    changed = allowed(asked)
    if asked.data == before.data:  # a limit of rows that nobody asked for would have all stages done again
        changed = changed.model_copy(update={"data": before.data})
    store.write_config(changed)
    if changed.selection != before.selection:
        store.write_spec(changed.selection)  # the rule set last is in force, wherever it was set
    return changed
