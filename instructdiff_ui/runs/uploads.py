"""Uploaded files in a home: they belong to the runs that name them, and go with the last one.

Each lies in a folder that is named by its content, and settings hold its path: so a run names an upload whose folder's
name is found in the run's settings as they are written. Knows nothing of what is in the files.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from . import home
from .store import RunStore

KEPT = 86_400  # seconds that an upload waits for a run to name it


def named_by(store: RunStore) -> list[Path]:
    """The folders of uploads that a run of whoever is being served names."""
    written = _settings_of(store)
    return [folder for folder in _folders(home.home()) if folder.name in written]


def remove_unnamed(folders: Iterable[Path], place: Path) -> None:
    """Remove those of the folders that no run of the home `place` names, nor one that everyone sees."""
    if not (found := list(folders)):
        return
    stores = [*home.in_folder(place / "runs"), *home.in_folder(home.gallery_dir())]
    written = [_settings_of(store) for store in stores]
    for folder in found:
        if not any(folder.name in text for text in written):
            shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path, *, now: float | None = None) -> None:
    """Remove uploads to the home `place` that are older than a day and that no run names."""
    oldest = (now or time.time()) - KEPT
    remove_unnamed([folder for folder in _folders(place) if folder.stat().st_mtime < oldest], place)


def _folders(place: Path) -> list[Path]:
    uploads = place / "uploads"
    return [folder for folder in uploads.iterdir() if folder.is_dir()] if uploads.is_dir() else []


def _settings_of(store: RunStore) -> str:
    """The run's settings and those of its experiments; empty where it is being deleted."""
    paths = [store.path / "config.yaml", *store.path.glob("experiments/*.json")]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file())
