"""May this model or dataset be downloaded here? Asked of the Hub before the first byte of it is.

Sizes are those that the Hub names for the files that would be loaded. Knows nothing of runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from ..data import hubfiles, hubmodels
from ..data.hub import check_access, check_repo_id
from ..errors import HubError
from .client import api_of, speaking


@dataclass(frozen=True)
class Checked:
    """A repository that may be downloaded, pinned to what was looked at."""

    repo_id: str
    revision: str  # the commit
    size: int  # bytes of the files that would be loaded
    licence: str | None = None


def check_model(repo_id: str, revision: str | None, token: str | None, limit_bytes: int | None) -> Checked:
    """Look at a model before it is downloaded: its id, whether it may be read, its safetensors and their size.

    Raises `HubError` with a sentence that names the size and the limit.
    """
    info = _readable(repo_id, "model", revision, token)
    sizes = _sizes(info)
    if not hubmodels.weights_of(sizes):
        raise HubError(f"The model {repo_id!r} has no weights as safetensors, and no others are loaded here.")
    files = {name: sizes[name] for name in hubmodels.files_of(sizes)}
    return _within(repo_id, "model", info, files, limit_bytes)


def check_dataset(
    repo_id: str, revision: str | None, token: str | None, limit_bytes: int | None, *, subset: str | None = None
) -> Checked:
    """Look at a dataset before it is downloaded: its id, whether it may be read, and the size of its data files.

    Of a subset whose files the card names only those count, for only they are loaded. Raises `HubError` with a sentence
    that names the size and the limit.
    """
    info = _readable(repo_id, "dataset", revision, token)
    files = {name: size for name, size in _sizes(info).items() if hubfiles.READ.fullmatch(name)}
    if not files:
        raise HubError(f"The dataset {repo_id!r} holds no data files that can be read.")
    patterns = _patterns(info, subset) if subset else []
    own = {name: size for name, size in files.items() if any(fnmatch(name, pattern) for pattern in patterns)}
    return _within(repo_id, "dataset", info, own or files, limit_bytes)


def _patterns(info: Any, subset: str) -> list[str]:
    """Which files a subset has, as the card says; none where it does not."""
    configs = getattr(info.card_data, "configs", None) if info.card_data else None
    for config in configs if isinstance(configs, list) else ():
        if isinstance(config, dict) and config.get("config_name") == subset:
            folder = config.get("data_dir")
            return list(_texts(config.get("data_files"))) or ([f"{folder}/*"] if isinstance(folder, str) else [])
    return []


def _texts(value: Any) -> Iterator[str]:
    """The paths in whichever of its forms `data_files` has: a text, a list, or by splits."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from () if name == "split" else _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def look(repo_id: str, kind: str, revision: str | None, token: str | None) -> Any:
    """The Hub's info of a repository with the size of every file; kind is "model" or "dataset"."""
    check_repo_id(repo_id, kind)
    with speaking(repo_id):
        return api_of(token).repo_info(repo_id, repo_type=kind, revision=revision, files_metadata=True, timeout=30)


def licence_of(info: Any) -> str | None:
    """The licence that the card of a repository names, as the Hub writes it; None where it names none."""
    said = getattr(info.card_data, "license", None) if info.card_data else None
    said = said[0] if isinstance(said, list) and len(said) == 1 else said
    return said if isinstance(said, str) and re.fullmatch(r"[a-z0-9][a-z0-9.+-]{0,40}", said) else None


def megabytes(size: int) -> str:
    """1.2 MB for a person; small ones with a digit more than large ones."""
    value = size / 1e6
    return f"{value:,.0f} MB" if value >= 10 else f"{value:.2g} MB"


def _readable(repo_id: str, kind: str, revision: str | None, token: str | None) -> Any:
    """As `look`, of a repository whose files the token may read."""
    check_repo_id(repo_id, kind)
    with speaking(repo_id):
        check_access(repo_id, kind, token or False)
    return look(repo_id, kind, revision, token)


def _sizes(info: Any) -> dict[str, int | None]:
    """Of every file; the Hub may not know a size."""
    return {file.rfilename: file.size for file in info.siblings or ()}


def _within(repo_id: str, kind: str, info: Any, files: dict[str, int | None], limit: int | None) -> Checked:
    if limit is not None and any(size is None for size in files.values()):
        raise HubError(f"The Hub does not say how large the {kind} {repo_id!r} is, so it is not downloaded here.")
    size = sum(size or 0 for size in files.values())
    if limit is not None and size > limit:
        raise HubError(
            f"The {kind} {repo_id!r} is {megabytes(size)} to download, and at most {megabytes(limit)} are allowed here."
        )
    return Checked(repo_id, info.sha, size, licence_of(info))
