"""A folder becomes one commit of a repository that is its own, and of no other.

What was pushed before is known by a mark in the repository (`instructdiff.json`). Knows nothing of what is in the
folder.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..data.export import files_in
from ..errors import HubError
from ..files import write_json
from .client import api_of, full_id, needed, speaking

MARK = "instructdiff.json"
_ALWAYS = {".gitattributes"}  # the Hub's own file
_MOST = 100_000  # bytes of a mark


@dataclass(frozen=True)
class Pushed:
    """Where something lies on the Hub now."""

    url: str
    commit: str
    repo_id: str
    kind: str  # "dataset" or "model"
    private: bool


@dataclass(frozen=True)
class Mark:
    """What a repository holds: the same `kind`, `run` and `origin` may be pushed over each other."""

    kind: str  # "selection", "model" or "run"
    run: str  # its id
    origin: str  # fingerprint of the rows that it began with
    spec_hash: str = ""
    ids_hash: str = ""

    def same(self, other: Mark | None) -> bool:
        return other is not None and (self.kind, self.run, self.origin) == (other.kind, other.run, other.origin)


def push_folder(
    folder: Path, repo_id: str, mark: Mark, *, kind: str, token: str | None, private: bool, replace: bool, message: str
) -> Pushed:
    """Make the repository where there is none, and make one commit so that it holds just what is in the folder.

    Raises `HubError` for a repository of other content, unless `replace`, and for one that everyone can read where it
    is to be private. A push that was cut off has changed nothing and can be repeated.
    """
    repo_id = full_id(repo_id, kind, needed(token))
    write_json(folder / MARK, {"made_by": f"InstructDiff UI {__version__}", **vars(mark)})
    there = _there(repo_id, kind, token)
    if there is not None:
        _check_ours(repo_id, kind, there, mark, token=token, private=private, replace=replace)
    with speaking(repo_id, writing=True):
        api = api_of(token)
        if there is None:
            api.create_repo(repo_id, repo_type=kind, private=private, exist_ok=True)
        commit = api.create_commit(
            repo_id,
            _operations(folder, set(_names(there))),
            commit_message=message,
            repo_type=kind,
            parent_commit=there.sha if there is not None else None,
        )
    url = f"{api.endpoint}/{'datasets/' if kind == 'dataset' else ''}{repo_id}"
    return Pushed(url, commit.oid, repo_id, kind, private if there is None else bool(there.private))


def mark_of(repo_id: str, kind: str, revision: str, token: str | None) -> Mark | None:
    """What was pushed to a repository from here; None where something else, or nothing, was."""
    with tempfile.TemporaryDirectory(prefix="instructdiff-") as temporary, speaking(repo_id):
        path = api_of(token).hf_hub_download(repo_id, MARK, repo_type=kind, revision=revision, local_dir=temporary)
        text = Path(path).read_text("utf-8")
    try:
        values = json.loads(text)
        return Mark(**{name: str(values.get(name, "")) for name in Mark.__dataclass_fields__})
    except (ValueError, AttributeError, RecursionError):
        return None


def _there(repo_id: str, kind: str, token: str | None) -> Any:
    """The repository as it is; None where there is none."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    with speaking(repo_id, writing=True):
        try:
            return api_of(token).repo_info(repo_id, repo_type=kind, files_metadata=True, timeout=30)
        except GatedRepoError:
            raise
        except RepositoryNotFoundError as error:
            if error.response is not None and error.response.status_code == 401:
                raise
            return None


def _names(info: Any) -> list[str]:
    return [file.rfilename for file in info.siblings or ()] if info is not None else []


def _check_ours(
    repo_id: str, kind: str, there: Any, mark: Mark, *, token: str | None, private: bool, replace: bool
) -> None:
    if private and not there.private:
        raise HubError(
            f"{repo_id!r} can be read by everyone, and this is to be private: make it private on its page, choose "
            "another name, or push it as public."
        )
    names = set(_names(there)) - _ALWAYS
    if not names or replace:
        return
    sizes = {file.rfilename: file.size or 0 for file in there.siblings}
    known = mark_of(repo_id, kind, there.sha, token) if MARK in names and sizes[MARK] <= _MOST else None
    if not mark.same(known):
        raise HubError(f"{repo_id!r} holds something else already: choose another name, or say that it is replaced.")


def _operations(folder: Path, there: set[str]) -> list[Any]:
    """Every file of the folder, and the end of whatever else is in the repository."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    names = files_in(folder)
    gone = sorted(there - set(names) - _ALWAYS)
    return [
        *(CommitOperationAdd(path_in_repo=name, path_or_fileobj=str(folder / name)) for name in names),
        *(CommitOperationDelete(path_in_repo=name, is_folder=False) for name in gone),
    ]
