"""Where runs are: the home directory of the app, and run directories elsewhere that were made known to it.

`INSTRUCTDIFF_HOME` moves it. A run outside the home is known by a `<name>.link` file that holds its path. On a public
server each visitor has a home of their own inside (`visitors/<hash of their key>`), knows runs by their ids alone, and
finds the runs of `gallery/` too, which are shown to everyone and changed by nobody.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import RunError
from ..files import replacing, write_json, write_text
from . import visitors
from .store import RunStore

VISITORS = "visitors"
ORIGIN = "origin.json"  # in a copy: where it came from
A_DAY = 86_400  # seconds
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,120}", re.ASCII)


def root() -> Path:
    """The app's home: what all share lies here (the queue, what was measured of the machine)."""
    return Path(os.environ.get("INSTRUCTDIFF_HOME") or Path.home() / ".instructdiff").expanduser()


def home() -> Path:
    """The home of whoever is being served."""
    visitor = visitors.current()
    return root() if visitor is None else root() / VISITORS / visitor.folder


def runs_dir() -> Path:
    return home() / "runs"


def uploads_dir() -> Path:
    return home() / "uploads"


def gallery_dir() -> Path:
    return root() / "gallery"


def owns(store: RunStore) -> bool:
    """Whether the run lies in the home, and so is the app's to delete."""
    return store.path.parent == runs_dir().resolve()


def is_shared(store: RunStore) -> bool:
    """Whether the run is shown to every visitor, and changed by none."""
    return store.path.parent == gallery_dir().resolve()


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
    """All runs of whoever is being served, newest first; for a visitor, those that everyone sees come after.

    The run that an owner shared stands for the copy of it, as it does when it is opened.
    """
    own = _newest_first(in_folder(runs_dir()))
    if visitors.current() is None:
        return own
    names = {store.run_id for store in own}
    return own + [store for store in _newest_first(in_folder(gallery_dir())) if store.run_id not in names]


def in_folder(folder: Path) -> list[RunStore]:
    """The runs of a home's `runs`, or of the gallery."""
    found = []
    for entry in folder.glob("[!.]*") if folder.is_dir() else []:
        store = RunStore(entry.read_text(encoding="utf-8").strip() if entry.suffix == ".link" else entry)
        if store.exists():
            found.append(store)
    return found


def _newest_first(found: list[RunStore]) -> list[RunStore]:
    return sorted(found, key=lambda store: (store.path / "config.yaml").stat().st_ctime, reverse=True)


def open_store(run: str | Path) -> RunStore:
    """The run with this id or at this path; `RunError` where there is none. Visitors name runs by their ids."""
    if visitors.current() is not None:
        return _visible(str(run))
    at_home = RunStore(runs_dir() / str(run))
    store = at_home if at_home.exists() else RunStore(run)
    if not store.exists():
        raise RunError(f"There is no run {str(run)!r}: give a run directory, or the id of a run in {runs_dir()}.")
    return store


def _visible(run: str) -> RunStore:
    """A visitor's own run, or one that everyone sees. Nothing tells whether another visitor has one of this id."""
    for folder in (runs_dir(), gallery_dir()) if _ID.fullmatch(run) else ():
        if not (folder / run).is_symlink() and (store := RunStore(folder / run)).exists():
            return store
    raise RunError(f"There is no run {run[:80]!r} here.")


def may_change(store: RunStore) -> bool:
    return visitors.current() is None or owns(store)


def own_store(run: str | Path) -> RunStore:
    """As `open_store`, of a run that is to be changed: `RunError` for one that is everyone's."""
    store = open_store(run)
    if not may_change(store):
        raise RunError("This run is shown to everyone and stays as it is: make a copy of it first.")
    return store


def keep(path: Path) -> Path:
    """A copy of a file in the app's home that outlives the server's temporary folder; see `uploads`."""
    content = _sha256(path)[:12]
    kept = uploads_dir() / content / path.name
    if not kept.exists():
        with replacing(kept) as temporary:
            shutil.copyfile(path, temporary)
    os.utime(kept.parent)  # as old as its last upload
    return kept


def install(
    folder: Path, name: str, *, shared: bool = False, replace: bool = False, origin: dict[str, Any] | None = None
) -> RunStore:
    """A copy of a finished run in the home, or in the gallery, as `name`; the copy that is there already, if any.

    With `replace` the new copy takes the place of the one that is there, whole, while others may be reading that.
    `origin` is noted in the copy; what `folder` itself came from is not.
    """
    target = gallery_dir() if shared else runs_dir()
    store = RunStore(target / name)
    if replace or not store.exists():
        target.mkdir(parents=True, exist_ok=True)
        with _aside(target, ".installing-") as aside:
            copy = Path(shutil.copytree(folder, aside / name))
            (copy / ORIGIN).unlink(missing_ok=True)
            if origin is not None:
                write_json(copy / ORIGIN, origin)
            if replace:
                _move(store.path, aside / ".before")
            with suppress(OSError):  # another process was faster
                copy.rename(store.path)
    return store


def remove(store: RunStore) -> None:
    """Delete a run's folder with all that is in it; for whoever looks it is there or gone, and never half of it."""
    with _aside(store.path.parent, ".removing-") as aside:
        _move(store.path, aside / store.run_id)


def remove_shared(name: str) -> bool:
    """Take a run out of the gallery; `RunError` where it is not in it. Returns whether it came from elsewhere."""
    store = RunStore(gallery_dir() / name)
    if not _ID.fullmatch(name) or not store.exists():
        raise RunError(f"There is no run {name[:80]!r} among those that everyone sees.")
    noted = (store.path / ORIGIN).exists()
    remove(store)
    return noted


@contextmanager
def _aside(folder: Path, prefix: str) -> Iterator[Path]:
    """A hidden folder on the same disk, for as long as the block lasts; those of killed processes are removed."""
    for left in folder.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):  # another process was faster
            if time.time() - left.stat().st_mtime > A_DAY:
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _move(path: Path, to: Path) -> None:
    with suppress(FileNotFoundError):
        path.rename(to)


def _sha256(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()
