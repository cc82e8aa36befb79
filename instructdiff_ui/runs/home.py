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
from contextlib import suppress
from pathlib import Path

from ..errors import RunError
from ..files import replacing, write_text
from . import visitors
from .store import RunStore

VISITORS = "visitors"
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
    """All runs of whoever is being served, newest first; for a visitor, those that everyone sees come after."""
    own = _newest_first(_in(runs_dir()))
    return own if visitors.current() is None else own + _newest_first(_in(gallery_dir()))


def _in(folder: Path) -> list[RunStore]:
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
    """A copy of a file in the app's home that outlives the server's temporary folder."""
    content = _sha256(path)[:12]
    kept = uploads_dir() / content / path.name
    if not kept.exists():
        with replacing(kept) as temporary:
            shutil.copyfile(path, temporary)
    return kept


def install(folder: Path, name: str, *, shared: bool = False) -> RunStore:
    """A copy of a finished run in the home, or in the gallery, as `name`; the copy that is there already, if any."""
    target = gallery_dir() if shared else runs_dir()
    store = RunStore(target / name)
    if not store.exists():
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target, prefix=".installing-") as temporary:
            copy = Path(shutil.copytree(folder, Path(temporary) / name))
            with suppress(OSError):  # another process was faster
                copy.rename(store.path)
    return store


def remove_shared(name: str) -> None:
    """Take a run out of the gallery; `RunError` where it is not in it."""
    store = RunStore(gallery_dir() / name)
    if not _ID.fullmatch(name) or not store.exists():
        raise RunError(f"There is no run {name[:80]!r} among those that everyone sees.")
    shutil.rmtree(store.path)


def _sha256(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()
