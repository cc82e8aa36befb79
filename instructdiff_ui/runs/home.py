"""Where this user's runs are: the home directory of the app, and run directories elsewhere that were made known to it.

`INSTRUCTDIFF_HOME` moves it. A run outside the home is known by a `<name>.link` file that holds its path.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import RunError
from ..files import replacing, write_text
from .store import RunStore


def home() -> Path:
    return Path(os.environ.get("INSTRUCTDIFF_HOME") or Path.home() / ".instructdiff").expanduser()


def runs_dir() -> Path:
    return home() / "runs"


def owns(store: RunStore) -> bool:
    """Whether the run lies in the app's home, and so is the app's to delete."""
    return store.path.parent == runs_dir().resolve()


def register(store: RunStore) -> None:
    """Make a run outside the home known, so that the page lists it."""
    if owns(store) or any(other.path == store.path for other in stores()):
        return
    link = runs_dir() / f"{store.run_id}.link"
    number = 2
    while link.exists():
        link = runs_dir() / f"{store.run_id}-{number}.link"
        number += 1
    write_text(link, str(store.path))


def forget(store: RunStore) -> None:
    """Take a run that lies elsewhere off the list; the run itself stays."""
    for link in runs_dir().glob("*.link"):
        if Path(link.read_text(encoding="utf-8").strip()) == store.path:
            link.unlink()


def stores() -> list[RunStore]:
    """All runs that exist, newest first."""
    found = []
    for entry in runs_dir().glob("[!.]*") if runs_dir().is_dir() else []:
        store = RunStore(entry.read_text(encoding="utf-8").strip() if entry.suffix == ".link" else entry)
        if store.exists():
            found.append(store)
    return sorted(found, key=lambda store: (store.path / "config.yaml").stat().st_ctime, reverse=True)


def open_store(run: str | Path) -> RunStore:
    """The run with this id or at this path; `RunError` where there is none."""
    at_home = RunStore(runs_dir() / str(run))
    store = at_home if at_home.exists() else RunStore(run)
    if not store.exists():
        raise RunError(f"There is no run {str(run)!r}: give a run directory, or the id of a run in {runs_dir()}.")
    return store


def keep(path: Path) -> Path:
    """A copy of a file in the app's home that outlives the server's temporary folder."""
    content = _sha256(path)[:12]
    kept = home() / "uploads" / content / path.name
    if not kept.exists():
        with replacing(kept) as temporary:
            shutil.copyfile(path, temporary)
    return kept


def install(folder: Path, name: str) -> RunStore:
    """A copy of a finished run in the app's home, as `name`; the copy that is there already, if there is one."""
    store = RunStore(runs_dir() / name)
    if not store.exists():
        runs_dir().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=runs_dir(), prefix=".installing-") as temporary:
            copy = Path(shutil.copytree(folder, Path(temporary) / name))
            with suppress(OSError):  # another process was faster
                copy.rename(store.path)
    return store


def _sha256(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()
