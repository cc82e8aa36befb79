"""Opening a run that somebody published: downloaded, looked through as something from a stranger, and installed.

Names and sizes are checked before any file is asked for, every file before the run is installed. Code is never run.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from filelock import FileLock

from ..config import RunConfig, SelectionSpec, from_yaml, updated, validated
from ..data import bounds
from ..data.hub import check_repo_id
from ..errors import HubError, UserError
from ..files import DEMO, LOCAL, read_json
from ..runs import home
from ..runs.comparison import trials
from ..runs.exploration import Exploration
from ..runs.origins import Origin, copies_of, origin_of
from ..runs.status import status
from ..runs.store import RunStore
from ..selection.deltas import COLUMNS
from .access import look, megabytes
from .client import api_of, speaking
from .portable import on_hub
from .publishing import ALLOWED, ARTIFACT, NEEDED

MOST_FILES = 50_000
MOST_ROWS = 5_000_000  # of any table
_MOST_UNPACKED = 8_000_000_000  # bytes of a table: a small file can stand for a very large one
_MOST_TEXT = 50_000_000  # bytes of a JSON, YAML or Markdown file
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REVISION = re.compile(r"[A-Za-z0-9][\w./-]{0,100}", re.ASCII)
_NAME = re.compile(rf"(?:{DEMO}|{LOCAL})\w[\w.-]*")


@dataclass(frozen=True)
class Link:
    """A published run that a link names."""

    repo_id: str
    revision: str | None = None


def parse_link(text: str) -> Link | None:
    """The run in `?open=org/name`, `?open=org/name@revision`, a page of the Hub or a bare id; None for a text without.

    Raises `HubError` for one that names something else.
    """
    split = urlsplit(text.strip())
    if split.query or text.strip().startswith("?"):
        wanted = parse_qs(split.query).get("open", [""])[0].strip()
        return parse_link(wanted) if wanted and "?" not in wanted else None
    path = unquote(split.path).strip("/")
    if split.scheme:
        found = re.fullmatch(r"datasets/([^/]+/[^/]+)(?:/tree/([^/]+))?", path)
        if split.hostname not in ("huggingface.co", "hf.co") or not found:
            raise HubError(f"{text[:100]!r} is no dataset of the Hub: give org/name, or its page at huggingface.co.")
        path, revision = found[1], found[2]
    else:
        path, _, revision = path.partition("@")
    if not path:
        return None
    if "/" not in check_repo_id(path, "dataset"):
        raise HubError(f"{path!r} names no published run: its id is org/name.")
    if revision and (".." in revision or not _REVISION.fullmatch(revision)):
        raise HubError(f"{revision[:100]!r} is no revision: give a branch, a tag or a commit.")
    return Link(path, revision or None)


def open_published(
    repo_id: str,
    revision: str | None = None,
    token: str | None = None,
    *,
    limit_bytes: int | None = None,
    limit_rows: int | None = None,
    shared: bool = False,
) -> Path:
    """The folder of a copy of a published run in the home, or for `shared` in the gallery; made where there is none.

    Pinned to the commit that the revision stands for. Files that came before a cut are not asked for again. Raises
    `HubError` with a sentence for a repository that holds anything but a run, more than `limit_bytes`, or a table of
    more than `limit_rows`; with the latter no table may take more memory than an upload may.
    """
    info = look(repo_id, "dataset", revision, token)
    sizes = _checked_names(repo_id, info, limit_bytes)
    name = f"{re.sub(r'[^A-Za-z0-9]+', '-', repo_id).strip('-')[:80]}-{info.sha[:8]}"
    origin = Origin(repo_id, revision, info.sha)
    target = home.gallery_dir() if shared else home.runs_dir()
    target.mkdir(parents=True, exist_ok=True)
    with FileLock(target / f".opening-{name}.lock"):  # who opens it twice waits for the first
        if not RunStore(target / name).exists():
            folder = _downloaded(repo_id, info.sha, token, into=target / f".opening-{name}")
            try:
                _check_files(repo_id, folder, sizes, limit_rows)
                _check_run(repo_id, folder)
                home.install(folder, name, shared=shared, origin=asdict(origin))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        elif origin_of(RunStore(target / name)) is not None:  # not one that the owner has shared by hand since
            origin.note(RunStore(target / name))
    return RunStore(target / name).path


def copy_here(repo_id: str, revision: str | None, token: str | None) -> Path | None:
    """The copy of a published run that was opened before, of the commit that the revision stands for; None without.

    Where the Hub does not say which commit that is, it is the copy that was opened last for the same words.
    """
    copies = copies_of(repo_id)
    as_asked = [store.path for store, origin in copies if revision in (origin.revision, origin.commit)]
    if as_asked and _COMMIT.fullmatch(revision or ""):
        return as_asked[0]
    try:
        commit = look(repo_id, "dataset", revision, token).sha if copies else None
    except HubError:
        if not as_asked:
            raise
        return as_asked[0]
    return next((store.path for store, origin in copies if origin.commit == commit), None)


def _checked_names(repo_id: str, info: Any, limit: int | None) -> dict[str, int]:
    """The files of the repository and their sizes, once all of them may be there."""
    sizes = {file.rfilename: file.size for file in info.siblings or ()}
    if not _COMMIT.fullmatch(info.sha or ""):
        raise HubError(f"The Hub names no commit for {repo_id!r}, so it is not opened.")
    if missing := [name for name in NEEDED if name not in sizes]:
        raise HubError(f"{repo_id!r} is no published run: {missing[0]} is not in it.")
    if odd := next((name for name in sizes if not ALLOWED.fullmatch(name) or ".." in name), None):
        raise HubError(f"{repo_id!r} is not opened: {odd[:100]!r} is no file of a run.")
    if len(sizes) > MOST_FILES:
        raise HubError(f"{repo_id!r} has {len(sizes):,} files, and at most {MOST_FILES:,} are opened.")
    if any(size is None for size in sizes.values()):
        raise HubError(f"The Hub does not say how large {repo_id!r} is, so it is not opened.")
    if limit is not None and (size := sum(sizes.values())) > limit:
        raise HubError(
            f"The run {repo_id!r} is {megabytes(size)} to download, and at most {megabytes(limit)} are allowed here."
        )
    return sizes


def _downloaded(repo_id: str, commit: str, token: str | None, *, into: Path) -> Path:
    """The files in a folder of their own; what an earlier attempt got is there still."""
    with speaking(repo_id):
        api_of(token).snapshot_download(repo_id, repo_type="dataset", revision=commit, local_dir=into, max_workers=4)
    shutil.rmtree(into / ".cache", ignore_errors=True)
    (into / ".gitattributes").unlink(missing_ok=True)
    return into


# files -------------------------------------------------------------------------------------------------------------


def _check_files(repo_id: str, folder: Path, sizes: dict[str, int], limit_rows: int | None) -> None:
    """Every file is a plain one, as long as was said, and what its name says."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise _odd(repo_id, name, "no plain file")
        if path.is_dir():
            continue
        if name not in sizes or path.stat().st_size != sizes[name]:
            raise _odd(repo_id, name, "not what the Hub announced")
        if (wrong := _wrong(path, limit_rows)) is not None:
            raise _odd(repo_id, name, wrong)


def _odd(repo_id: str, name: str, what: str) -> HubError:
    return HubError(f"{repo_id!r} is not opened: {name[:100]!r} is {what}.")


def _wrong(path: Path, limit_rows: int | None) -> str | None:
    """Why a file is not of the kind that its name says; None where it is."""
    if path.suffix == ".safetensors":
        return None if _is_safetensors(path) else "no safetensors file"
    if path.suffix == ".parquet":
        return _wrong_parquet(path, limit_rows)
    if path.suffix in (".json", ".yaml", ".md"):
        if path.stat().st_size > _MOST_TEXT:
            return "too large"
        try:
            text = path.read_text("utf-8")
            _ = json.loads(text) if path.suffix == ".json" else None
        except (ValueError, RecursionError):
            return "not JSON in UTF-8" if path.suffix == ".json" else "not text in UTF-8"
    return None


def _is_safetensors(path: Path) -> bool:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return bool(list(file.keys()))
    except (SafetensorError, OSError, ValueError):
        return False


def _wrong_parquet(path: Path, limit_rows: int | None) -> str | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            meta = file.metadata
            if limit_rows is not None and meta.num_rows > limit_rows:
                return f"of {meta.num_rows:,} rows, and this server takes {limit_rows:,} a run"
            unpacked = sum(meta.row_group(number).total_byte_size for number in range(meta.num_row_groups))
            large = meta.num_rows > MOST_ROWS or unpacked > _MOST_UNPACKED
            large = large or (limit_rows is not None and not bounds.fits(file))
            return "too large once it is unpacked" if large else None
    except (pa.ArrowException, OSError):
        return "no Parquet file"


# the run -----------------------------------------------------------------------------------------------------------


def _check_run(repo_id: str, folder: Path) -> None:
    """The settings are valid and name no file of this machine, and the scores are scores of rows that are there."""
    store = RunStore(folder)
    try:
        config = from_yaml((folder / "config.yaml").read_text("utf-8"))
        spec = read_json(folder / "spec.json")
        _ = validated(SelectionSpec, spec) if isinstance(spec, dict) else config.selection
    except UserError as error:
        raise HubError(f"{repo_id!r} is not opened: {error.message[:300]}") from None
    if path := next((path for path in _paths(config.model_dump(mode="json")) if not _harmless(path)), None):
        raise HubError(f"{repo_id!r} is not opened: its settings name {path[:100]!r}, which is no id of the Hub.")
    _check_scores(repo_id, folder)
    if (safe := _without_code(config)) != config:
        store.write_config(safe)
    _try_out(repo_id, store)


def _try_out(repo_id: str, store: RunStore) -> None:
    """Do what the page does with a run, so that one which cannot be read fails here and not on the page."""
    import pandas as pd

    rows = store.path / "artifacts" / read_json(store.path / "published.json")["examples"] / "examples.parquet"
    try:
        status(store)
        trials(store)
        exploration = Exploration(pd.read_parquet(store.path / "deltas.parquet"), rows)
        exploration.preview(SelectionSpec())
        exploration.texts.take([0], 1)
    except Exception as error:  # whatever a file that a stranger made up leads to
        raise HubError(f"{repo_id!r} is not opened: it cannot be read as a run ({type(error).__name__}).") from None


def _paths(value: Any) -> list[str]:
    """Whatever the settings would have read."""
    if isinstance(value, list):
        return [path for inner in value for path in _paths(inner)]
    if not isinstance(value, dict):
        return []
    own = [inner for key, inner in value.items() if key in ("path", "scores") and isinstance(inner, str)]
    return own + [path for inner in value.values() for path in _paths(inner)]


def _harmless(path: str) -> bool:
    """An id of the Hub, a file of the demo pack, or the name of what lay on the machine that the run was made on."""
    return on_hub(path) or _NAME.fullmatch(path) is not None


def _without_code(config: RunConfig) -> RunConfig:
    """A run of somebody else does not switch on that code which models write is run on this machine."""
    if not config.evaluation.run_generated_code:
        return config
    return updated(config, {"evaluation": {"run_generated_code": False, "tests_column": None}})


def _check_scores(repo_id: str, folder: Path) -> None:
    import pyarrow.parquet as pq

    published = read_json(folder / "published.json")
    examples = published.get("examples") if isinstance(published, dict) else None
    if not isinstance(examples, str) or not re.fullmatch(ARTIFACT, examples):
        raise _odd(repo_id, "published.json", "not what a run holds")
    if not (folder / "artifacts" / examples / "examples.parquet").is_file():
        raise HubError(f"{repo_id!r} is no published run: the rows of its scores are not in it.")
    columns = set(pq.read_schema(folder / "deltas.parquet").names)
    if missing := [name for name in COLUMNS if name not in columns and name != "delta_entropy_se"]:
        raise HubError(f"{repo_id!r} is not opened: deltas.parquet has no column {missing[0]!r}.")
