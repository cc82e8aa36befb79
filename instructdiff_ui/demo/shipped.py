"""The demo pack as it is shipped: opening its finished run, doing it again, and holding the two against each other."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from ..config import RunConfig, SelectionSpec, updated
from ..errors import RunError
from ..files import demo_pack, read_json
from ..runs import home, visitors
from ..runs.exploration import explore
from ..runs.plan import plan
from ..runs.store import RunStore
from ..selection.overlap import Overlap
from ..selection.overlap import overlap as compared


def available() -> bool:
    return _run_folder().is_dir()


def record() -> dict[str, Any]:
    """What the build noted down about the pack: sizes, hashes, versions, times."""
    return read_json(demo_pack() / "demo.json", {})


def open_shipped() -> RunStore:
    """The finished run, copied into the home so that one can go on from it; all visitors look at one copy."""
    if not available():
        raise RunError(f"The demo pack is not in {demo_pack()}: build it with `python -m instructdiff_ui demo build`.")
    return home.install(_run_folder(), _name(), shared=visitors.current() is not None)


def rerun_config() -> RunConfig:
    """The settings of the shipped run, for doing it again: all of it, the base scores too."""
    changes = {"name": f"Demo, live {time.strftime('%H:%M')}", "scoring": {"reuse": False}}
    return updated(RunStore(_run_folder()).config(), changes)


def is_shipped(store: RunStore) -> bool:
    """Whether this is the finished run that was shipped, as it was opened."""
    return available() and store.path in _open_paths()


def overlap(store: RunStore, spec: SelectionSpec) -> Overlap | None:
    """How far a rerun of the demo selects the rows that the shipped run does; None for any other run.

    A rerun is known by its fingerprint: the same data, model and settings, up to the scores.
    """
    if not available() or store.path in _open_paths() or not _scored_as(store) or _is_copy(store):
        return None
    return compared(explore(store).select(spec), explore(RunStore(_run_folder())).select(spec))


def _open_paths() -> list[Path]:
    """Where the finished run lies once it was opened."""
    return [RunStore(folder / _name()).path for folder in (home.runs_dir(), home.gallery_dir())]


def _scored_as(store: RunStore) -> bool:
    shipped = read_json(_run_folder() / "published.json", {})
    deltas = next((s for s in plan(store.config(), store.spec()) if s.work == "deltas"), None)
    return deltas is not None and deltas.fingerprint == shipped.get("deltas") and deltas.done(store)


def _is_copy(store: RunStore) -> bool:
    """Whether the scores are the shipped ones themselves."""
    names = [f"artifacts/{path.parent.name}/manifest.json" for path in _run_folder().glob("artifacts/deltas-*/*.json")]
    own, shipped = ([read_json(folder / name, {}) for name in names] for folder in (store.path, _run_folder()))
    return own == shipped


def _run_folder() -> Path:
    return demo_pack() / "run"


def _name() -> str:
    return f"demo-{_hash(_run_folder() / 'deltas.parquet')[:6]}"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
