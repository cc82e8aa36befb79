"""Which files of the Hub a dataset is read from, and whether they may be: its card is a stranger's word.

`datasets` follows a card wherever it points: to other addresses, and to files of this machine. Here a dataset is read
from its own repository at one commit alone; on a server that strangers use its size is looked at first, too. Knows
nothing of what rows mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .. import hosting
from ..errors import DataError
from . import bounds, hubcache
from .hub import hub_error

READ = re.compile(r".+\.(?:parquet|jsonl|ndjson|json|csv|tsv|txt|arrow)(?:\.(?:gz|zst|bz2|xz|zip))?", re.I)
_CARDS = ("README.md", ".huggingface.yaml")  # where the library looks for `configs`


@dataclass(frozen=True)
class Repository:
    """A dataset repository at one commit."""

    repo_id: str
    revision: str
    sizes: Mapping[str, int | None]  # bytes by file, as the Hub says; empty where nobody looks at them
    token: str | None

    def download(self, name: str) -> Path:
        """A file of it in the cache, from which `datasets` reads it too."""
        from huggingface_hub import hf_hub_download

        where: dict[str, Any] = {"repo_type": "dataset", "revision": self.revision, "token": self.token}
        return Path(hf_hub_download(self.repo_id, name, **where))


def check_cards(repo: Repository) -> None:
    """Refuse a dataset whose card names anything but files of its own repository."""
    for values in _cards(repo):
        for path in _paths(values.get("configs")):
            _check_inside(repo.repo_id, path)


def files_of(repo: Repository, data_files: Mapping[Any, Iterable[str]]) -> dict[str, list[str]]:
    """By split, the files in the repository that `datasets` found for it; `DataError` for any that lie elsewhere."""
    return {str(split): [_name(repo, str(url)) for url in urls] for split, urls in data_files.items()}


def check_files(repo: Repository, names: list[str]) -> None:
    """On a public server: refuse, before the first byte, files of another kind than is read or of too many bytes."""
    if not hosting.is_public():
        return
    if odd := next((name for name in names if not READ.fullmatch(name)), None):
        raise DataError(f"The dataset {repo.repo_id!r} is in {odd[:100]!r}: this server reads tables and text alone.")
    sizes = {name: size for name in names if (size := repo.sizes.get(name)) is not None}
    if len(sizes) < len(set(names)):
        raise DataError(f"The Hub does not say how large the dataset {repo.repo_id!r} is, so it is not read here.")
    bounds.check_download(f"The dataset {repo.repo_id!r}", sum(sizes.values()))
    hubcache.check_room(repo.repo_id, "dataset", repo.revision, sizes)


@contextmanager
def discarding(repo: Repository, names: list[str], built: str | None = None) -> Iterator[None]:
    """On a public server: remove from the cache what cannot be read inside, unless it is the Hub that failed."""
    try:
        yield
    except Exception as error:
        if hosting.is_public() and hub_error(error, repo.repo_id) is None:
            hubcache.discard(repo.repo_id, repo.revision, names, Path(built) if built else None)
        raise


def check_contents(repo: Repository, names: list[str]) -> None:
    """On a public server: refuse what unpacks to too much, before anything of it is unpacked."""
    if not hosting.is_public():
        return
    left = bounds.most_unpacked()
    for name in names:
        path = repo.download(name)
        unpacked = bounds.unpacked_size(name, path, left)
        if unpacked is None:
            if not name.lower().endswith(".arrow"):
                bounds.check_text(path)
            continue
        left -= unpacked
        if left < 0:
            bounds.check_size(name, bounds.most_unpacked() - left)


def _cards(repo: Repository) -> Iterator[dict[str, Any]]:
    """What the library would take for the settings of the dataset, as it reads them."""
    import yaml
    from huggingface_hub import DatasetCard
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    for name in _CARDS:
        try:
            path = repo.download(name)
        except LocalEntryNotFoundError:  # the Hub could not be asked, so nobody knows
            raise
        except EntryNotFoundError:
            continue
        if name.endswith(".md"):
            yield DatasetCard.load(path).data.to_dict()
        elif isinstance(values := yaml.safe_load(path.read_text("utf-8")), dict):
            yield values


def _paths(value: Any, *, inside: bool = False) -> Iterator[str]:
    """Every text under `data_files` or `data_dir`, however deep; the names of splits too, which are no paths."""
    if isinstance(value, str):
        yield from [value] if inside else []
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _paths(inner, inside=inside or key in ("data_files", "data_dir"))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _paths(inner, inside=inside)


def _check_inside(repo_id: str, path: str) -> None:
    written = path.replace("\\", "/")
    outside = written.startswith(("/", "~")) or ".." in written.split("/") or "::" in path or "://" in path
    if outside or urlsplit(path).scheme:
        said = json.dumps(path[:100], ensure_ascii=True)
        raise DataError(f"The card of {repo_id!r} names data outside of its repository ({said}), which is never read.")


def _name(repo: Repository, url: str) -> str:
    """The path in the repository of a file as `datasets` writes it."""
    place, _, name = url.partition(f"@{repo.revision}/")
    if not place.startswith("hf://datasets/") or not name:
        _check_inside(repo.repo_id, url)
        raise DataError(f"The dataset {repo.repo_id!r} has no files of its own at {repo.revision}.")
    _check_inside(repo.repo_id, name)
    return name
