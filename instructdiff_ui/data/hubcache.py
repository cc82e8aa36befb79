"""What was downloaded from the Hub, which all visitors of a public server share: what may go, and what still fits.

Knows nothing of runs: whether somebody is at work on a repository is the caller's to say.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import hosting
from ..errors import DataError

RECENT = 3600.0  # seconds: what was read or written since then may be somebody's who is not seen to be at work
RESERVE = 2_000_000_000  # bytes of the disk that no download may take
_REPOSITORY = re.compile(r"(?:models|datasets|spaces)--(.+)")  # a folder of the library's cache


@dataclass(frozen=True)
class Cached:
    """Something in the cache that can go by itself."""

    repo_id: str
    key: str  # tells it from all others
    used: float  # when it was last read or written, seconds since the epoch
    remove: Callable[[], Any]


def tidy(most: int, *, in_use: Callable[[str], bool], now: float | None = None) -> list[str]:
    """Remove what was not used for longest until the cache takes at most so many bytes; the repositories it was of.

    What was used within the last hour stays, and so does whatever repository `in_use` says.
    """
    latest = (now or time.time()) - RECENT
    gone: dict[str, str] = {}
    while size() > most:
        unused = [one for one in cached() if one.used < latest and one.key not in gone]
        unused.sort(key=lambda one: one.used)
        oldest = next((one for one in unused if not in_use(one.repo_id)), None)
        if oldest is None:
            break
        oldest.remove()
        gone[oldest.key] = oldest.repo_id
    return list(gone.values())


def size() -> int:
    """Bytes that the cache takes on the disk."""
    return sum(file.st_size for folder in (_hub(), _built()) for file in _files(folder))


def cached() -> list[Cached]:
    """Revisions of repositories, downloads that broke off, and tables that `datasets` made."""
    from huggingface_hub import scan_cache_dir

    hub, found, whole = _hub(), [], set()
    if hub.is_dir():
        info = scan_cache_dir(hub)
        for repo in info.repos:
            whole |= {repo.repo_path.name} if repo.revisions else set()
            found += [_revision(info, repo, revision) for revision in repo.revisions]
        found += [_part(file.file_path) for file in info.incomplete_files if file.file_path.exists()]
        others = (path for path in hub.iterdir() if path.name not in whole and _REPOSITORY.fullmatch(path.name))
        found += [_folder(path, _repo_id(path)) for path in others]
    made = (path for path in _built().iterdir() if path.is_dir()) if _built().is_dir() else ()
    return found + [_folder(path, path.name.replace("___", "/")) for path in made]


def check_room(repo_id: str, kind: str, revision: str, sizes: Mapping[str, int]) -> None:
    """On a public server: refuse a "model" or "dataset" that would fill the disk, of which nothing may be here yet.

    `sizes` are bytes by file. Raises `DataError` that names what is missing of it here.
    """
    if not hosting.is_public():
        return
    from huggingface_hub import try_to_load_from_cache

    def is_here(name: str) -> bool:
        found = try_to_load_from_cache(repo_id, name, cache_dir=_hub(), revision=revision, repo_type=kind)
        return isinstance(found, str)

    missing = sum(size for name, size in sizes.items() if not is_here(name))
    if missing and shutil.disk_usage(_existing(_hub())).free - missing < RESERVE:
        raise DataError(
            f"The {kind} {repo_id!r} is {missing / 1e6:,.0f} MB to download, and this server's disk has no room for it "
            "now: take a smaller one, or try again later."
        )


def discard(repo_id: str, revision: str, names: Iterable[str], built: Path | None = None) -> None:
    """Remove files of a dataset at a commit, and the folder with the tables that were made of them."""
    from huggingface_hub import scan_cache_dir

    wanted = set(names)
    if _hub().is_dir():
        info = scan_cache_dir(_hub())
        files = [
            file
            for repo in info.repos
            if (repo.repo_id, repo.repo_type) == (repo_id, "dataset")
            for version in repo.revisions
            if version.commit_hash == revision
            for file in version.files
            if file.file_path.relative_to(version.snapshot_path).as_posix() in wanted
        ]
        info.delete_files(*files).execute()
    if built is not None and built.is_relative_to(_built()):
        shutil.rmtree(built, ignore_errors=True)


def _hub() -> Path:
    """Where `huggingface_hub` keeps repositories."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).expanduser().resolve()


def _built() -> Path:
    """Where `datasets` keeps the tables that it makes; it is not asked, for importing it takes memory."""
    from huggingface_hub import constants

    return Path(os.environ.get("HF_DATASETS_CACHE") or Path(constants.HF_HOME) / "datasets").expanduser().resolve()


def _revision(info: Any, repo: Any, revision: Any) -> Cached:
    used = max((max(file.blob_last_accessed, file.blob_last_modified) for file in revision.files), default=0.0)
    alone = replace(info, repos=frozenset({repo}))  # repositories that were duplicated have commits of one name
    key = f"{repo.repo_path}@{revision.commit_hash}"
    return Cached(repo.repo_id, key, used, lambda: alone.delete_revisions(revision.commit_hash).execute())


def _part(path: Path) -> Cached:
    """A file that is being downloaded, or was."""
    return Cached(_repo_id(path.parents[1]), str(path), path.stat().st_mtime, lambda: path.unlink(missing_ok=True))


def _folder(path: Path, repo_id: str) -> Cached:
    used = max((max(file.st_atime, file.st_mtime) for file in _files(path)), default=path.stat().st_mtime)
    return Cached(repo_id, str(path), used, lambda: shutil.rmtree(path, ignore_errors=True))


def _repo_id(folder: Path) -> str:
    named = _REPOSITORY.fullmatch(folder.name)
    return (named[1] if named else folder.name).replace("--", "/")


def _files(folder: Path) -> Iterator[os.stat_result]:
    """What the disk says of each file below; links count as links, and one that vanishes meanwhile not at all."""
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                yield (Path(place) / name).lstat()


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
