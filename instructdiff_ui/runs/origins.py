"""Where copies of published runs came from, as each copy notes, so that one is found again and none is left over.

Knows nothing of the Hub: repositories and commits are texts.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..files import read_json, write_json
from . import home
from .store import RunStore

Named = tuple[str, str | None]  # repository, and the revision that was asked for


@dataclass(frozen=True)
class Origin:
    repo_id: str
    revision: str | None  # as it was asked for
    commit: str

    def note(self, store: RunStore) -> None:
        write_json(store.path / home.ORIGIN, asdict(self))


def origin_of(store: RunStore) -> Origin | None:
    """None for a run that was made here, copied, or shared by hand."""
    noted = None
    with suppress(ValueError, TypeError, OSError):
        noted = Origin(**read_json(store.path / home.ORIGIN))
    return noted


def copies_of(repo_id: str) -> list[tuple[RunStore, Origin]]:
    """The copies of a published run that whoever is being served has, the one that was opened last first."""
    return [(store, origin) for store, origin in _opened(home.runs_dir()) if origin.repo_id == repo_id]


def tidy_gallery(named: Collection[Named]) -> list[str]:
    """Take out the copies that settings put there and name no more, and older ones of those they do name; their ids.

    What the owner shared by hand stays, and so does the demo: neither notes an origin.
    """
    kept: set[Named] = set()
    removed = []
    for store, origin in _opened(home.gallery_dir()):
        name = origin.repo_id, origin.revision
        if name in named and name not in kept:
            kept.add(name)
        else:
            home.remove(store)
            removed.append(store.run_id)
    return removed


def _opened(folder: Path) -> list[tuple[RunStore, Origin]]:
    found = [(store, origin) for store in home.in_folder(folder) if (origin := origin_of(store)) is not None]
    return sorted(found, key=lambda one: (one[0].path / home.ORIGIN).stat().st_mtime_ns, reverse=True)
