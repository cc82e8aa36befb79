"""Reading datasets as they are: files, saved folders and the Hub.

Knows nothing of what the columns mean. A file that is broken is refused; a row that cannot be read is set aside.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import hosting
from ..config import SourceConfig
from ..errors import DataError
from ..files import DEMO, expanded
from . import bounds, hubfiles, savedfolders
from .examples import Quarantined
from .hub import check_repo_id, hub_error

SUFFIXES = (".jsonl", ".json", ".csv", ".parquet")
_PREVIEW = 200  # characters of a row that is set aside


@dataclass
class RawTable:
    """The rows of one source, as written; a row may lack some of the columns."""

    columns: list[str]
    rows: list[dict[str, Any]]
    name: str  # the file's or folder's name, or the Hub id
    revision: str  # the Hub's commit, or the sha256 of the content
    quarantined: list[Quarantined] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # 1-based positions of `rows`, where some were set aside

    def numbered(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every row with its 1-based position in the source."""
        return zip(self.numbers, self.rows, strict=True) if self.numbers else enumerate(self.rows, 1)


def read_source(source: SourceConfig, *, token: str | None = None) -> RawTable:
    """All rows of one source; raises `DataError` or `HubError` with one sentence.

    A path that exists is local. Something that looks like a path and does not exist is refused; anything else is a Hub
    id, whose revision is pinned to a commit before anything is loaded. Code from a repository is never run.
    """
    if local := local_path(source.path):
        return _checked(_read_folder(local, source) if local.is_dir() else _read_file(local, source), source)
    return _checked(_read_hub(source, token), source)


def local_path(path: str) -> Path | None:
    """The file or folder that `path` names, or None when it is a Hub id; `DataError` for a path that does not exist."""
    if there := _existing(Path(path)):
        return there
    if path.startswith(("/", ".", "~", DEMO)) or "\\" in path or Path(path).suffix.lower() in SUFFIXES:
        raise DataError(f"No such file: {path}")
    return None


def _existing(path: Path) -> Path | None:
    try:
        path = expanded(path)
        return path if path.exists() else None
    except (OSError, RuntimeError, ValueError):  # a name too long, an unknown ~user: no path of this machine
        return None


def preview(row: Any) -> str:
    """The start of a row, to recognise it by."""
    try:
        text = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False, default=str)
    except (TypeError, ValueError):  # keys that JSON has no word for
        text = str(row)
    return text[:_PREVIEW].encode("utf-8", "replace").decode()


def _checked(table: RawTable, source: SourceConfig) -> RawTable:
    if table.rows:
        return table
    aside = "".join(f" but {len(table.quarantined)} that cannot be read: {row.reason}" for row in table.quarantined[:1])
    raise DataError(f"{source.path} has no rows{aside}.")


# --- files


def _read_file(path: Path, source: SourceConfig) -> RawTable:
    readers = {".jsonl": _read_jsonl, ".json": _read_json, ".csv": _read_csv, ".parquet": _read_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path} is of an unknown kind {path.suffix!r}; the kinds are {', '.join(SUFFIXES)}.")
    if source.split or source.subset:
        raise DataError(f"{path} is a file, which has no split or subset; leave both unset.")
    try:
        if path.stat().st_size == 0:
            raise DataError(f"{path} is empty.")
        if reader is not _read_parquet:
            bounds.check_text(path)
        table = reader(path)
        table.revision = _sha256([path])
        return table
    except UnicodeDecodeError:
        raise DataError(_not_utf8(path)) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None


def _read_jsonl(path: Path) -> RawTable:
    with path.open("rb") as file:  # bytes: a line ends at \n alone, and a bad byte has a line number
        values = [(n, _parse(line, path, n)) for n, line in enumerate(file, 1) if line.strip(b" \t\r\n\xef\xbb\xbf")]
    return _objects(values, path)


def _parse(line: bytes, path: Path, number: int) -> Any:
    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {number}: not valid JSON ({error.msg} at character {error.colno}).") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}, line {number}: JSON that cannot be read ({error}).") from None


def _read_json(path: Path) -> RawTable:
    text = path.read_bytes().decode("utf-8-sig")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        if _is_object(text.strip().partition("\n")[0]):
            return _read_jsonl(path)  # named .json, written as JSON lines
        raise DataError(
            f"{path}, line {error.lineno}: not valid JSON ({error.msg} at character {error.colno})."
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: JSON that cannot be read ({error}).") from None
    if isinstance(value, dict):
        value = value.get("data")
    if not isinstance(value, list):
        raise DataError(f"{path} must hold a list of objects, or an object with such a list under 'data'.")
    return _objects(list(enumerate(value, 1)), path)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _objects(values: list[tuple[int, Any]], path: Path) -> RawTable:
    """The JSON objects among numbered values; everything else is set aside."""
    aside = [
        Quarantined(path.name, n, f"not an object: {_json_kind(value)} where a row was expected", preview(value))
        for n, value in values
        if not isinstance(value, dict)
    ]
    kept = [(n, value) for n, value in values if isinstance(value, dict)]
    rows = [value for _, value in kept]
    return RawTable(_columns(rows), rows, path.name, "", aside, [n for n, _ in kept])


def _json_kind(value: Any) -> str:
    kinds = {list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")


def _columns(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Every key, in the order in which the rows first show it."""
    seen: dict[str, None] = {}
    for row in rows:
        if not row.keys() <= seen.keys():
            seen.update(dict.fromkeys(row))
    return list(seen)


def _read_csv(path: Path) -> RawTable:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # the default refuses texts beyond 128 KiB
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)  # a stray quote is an error, not half the file in one cell
        try:
            header = next(reader, [])
            lines = [line for line in reader if line]
        except csv.Error as error:
            raise DataError(f"{path}, line {reader.line_num}: not valid CSV ({error}).") from None
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise DataError(f"{path} has more than one column named {repeated[0]!r}.")
    kept = [(n, dict(zip(header, line, strict=True))) for n, line in enumerate(lines, 1) if len(line) == len(header)]
    aside = [
        Quarantined(path.name, n, f"ragged row: {len(line)} fields, the header has {len(header)}", preview(line))
        for n, line in enumerate(lines, 1)
        if len(line) != len(header)
    ]
    return RawTable(header, [row for _, row in kept], path.name, "", aside, [n for n, _ in kept])


def _read_parquet(path: Path) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    size = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(bounds.rows_at_once(path.name, file.metadata)):
                found = batch.to_pylist()
                size += bounds.weight(found)
                bounds.check_size(path.name, size)
                rows += found
            return RawTable(file.schema_arrow.names, rows, path.name, "")
    except pa.ArrowException as error:
        raise DataError(f"{path} is not a readable Parquet file ({str(error).splitlines()[0]}).") from None


def _not_utf8(path: Path) -> str:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                byte = f"byte {error.start + 1} is 0x{line[error.start]:02x}"
                return f"{path}, line {number}: not UTF-8 ({byte}); save the file as UTF-8."
    return f"{path} is not UTF-8; save the file as UTF-8."


def _sha256(paths: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
    return whole.hexdigest()


# --- saved folders


def _read_folder(path: Path, source: SourceConfig) -> RawTable:
    try:
        names = sorted(child.name for child in path.iterdir())
    except OSError as error:
        raise DataError(f"The folder {path} cannot be read: {error.strerror}.") from None
    if not names:
        raise DataError(f"The folder {path} is empty.")
    if not {"dataset_dict.json", "state.json"} & set(names):
        files = [name for name in names if name.lower().endswith(SUFFIXES)]
        hint = f"; name a file in it: {', '.join(files[:5])}" if files else ""
        raise DataError(f"The folder {path} was not saved by datasets' save_to_disk{hint}.")
    savedfolders.check_inside(path)
    import datasets

    try:
        saved = datasets.load_from_disk(str(path))
    except Exception as error:  # whatever a damaged folder makes the library raise
        raise DataError(f"The folder {path} cannot be opened as a saved dataset ({error}).") from None
    splits = saved if isinstance(saved, datasets.DatasetDict) else {str(saved.split or "train"): saved}
    chosen = splits[_choose_split(list(splits), source.split, str(path))]
    return _from_dataset(chosen, path.name, _sha256(sorted(child for child in path.rglob("*") if child.is_file())))


def _choose_split(there: list[str], wanted: str | None, where: str) -> str:
    """The wanted split, else train, else the only one."""
    if wanted is not None and wanted not in there:
        raise DataError(f"{where} has no split {wanted!r}; its splits are {', '.join(there)}.")
    if wanted is None and "train" not in there and len(there) != 1:
        raise DataError(f"{where} has no split 'train'; choose one of {', '.join(there)}.")
    return wanted or ("train" if "train" in there else there[0])


def _from_dataset(dataset, name: str, revision: str) -> RawTable:
    bounds.check_values(name, dataset.num_rows * len(dataset.column_names))
    bounds.check_size(name, dataset.data.nbytes)
    table = dataset.with_format("arrow")[:]
    return RawTable(list(table.column_names), table.to_pylist(), name, revision)


# --- the Hub


def _read_hub(source: SourceConfig, token: str | None) -> RawTable:
    repo_id = check_repo_id(source.path, "dataset")
    import datasets

    datasets.disable_progress_bars()  # progress is the caller's
    repo = _pinned(repo_id, source.revision, token)
    name = f"{repo_id}:{source.subset}" if source.subset else repo_id
    access: dict[str, Any] = {"revision": repo.revision, "token": token}
    try:
        hubfiles.check_cards(repo)
        subset = _choose_subset(repo_id, source.subset, access)
        builder = datasets.load_dataset_builder(repo_id, subset, **access)
        files = hubfiles.files_of(repo, builder.config.data_files or {})
        split = _choose_split(list(files), source.split, f"The dataset {repo_id!r}")
        if hosting.is_public() and all(path.endswith(".parquet") for path in files[split]):
            hubfiles.check_files(repo, files[split])
            with hubfiles.discarding(repo, files[split]):
                return _own_tables(repo, files[split], name)
        every = [path for paths in files.values() for path in paths]  # the library loads them all
        hubfiles.check_files(repo, every)
        with hubfiles.discarding(repo, every, builder.cache_dir):
            hubfiles.check_contents(repo, every)
            dataset = datasets.load_dataset(repo_id, subset, split=split, **access)
            return _from_dataset(dataset, name, repo.revision)
    except DataError:
        raise
    except Exception as error:
        raise hub_error(error, repo_id) or DataError(_unusable(repo_id, error)) from None


def _own_tables(repo: hubfiles.Repository, names: list[str], name: str) -> RawTable:
    """The Parquet files of a split, one after the other, within the bounds of all together."""
    rows: list[dict[str, Any]] = []
    size = 0
    for path in names:
        local = repo.download(path)
        try:
            found = _read_parquet(local).rows
        except DataError as error:  # where it lies here is nobody's concern
            raise DataError(error.message.replace(str(local), path)) from None
        size += bounds.weight(found)
        bounds.check_size(name, size)
        rows += found
        bounds.check_values(name, sum(map(len, rows)))
    return RawTable(_columns(rows), rows, name, repo.revision)


def _pinned(repo_id: str, revision: str | None, token: str | None) -> hubfiles.Repository:
    """The commit that a branch, a tag or nothing stands for now."""
    from huggingface_hub import HfApi

    sized = hosting.is_public()
    try:
        info = HfApi().dataset_info(repo_id, revision=revision, token=token, timeout=30, files_metadata=sized)
    except Exception as error:
        if sentence := hub_error(error, repo_id):
            raise sentence from None
        raise
    sizes = {file.rfilename: file.size for file in info.siblings or ()} if sized else {}
    return hubfiles.Repository(repo_id, info.sha or revision or "main", sizes, token)


def _choose_subset(repo_id: str, wanted: str | None, access: dict[str, Any]) -> str | None:
    """The wanted subset, else the default one (None), else the only one."""
    import datasets

    there = datasets.get_dataset_config_names(repo_id, **access)
    if wanted is not None and wanted not in there:
        raise DataError(f"The dataset {repo_id!r} has no subset {wanted!r}; its subsets are {', '.join(there)}.")
    if wanted is None and len(there) > 1 and datasets.get_dataset_default_config_name(repo_id, **access) is None:
        raise DataError(f"The dataset {repo_id!r} has several subsets; choose one of {', '.join(there)}.")
    return wanted or (there[0] if len(there) == 1 else None)


def _unusable(repo_id: str, error: Exception) -> str:
    if "scripts are no longer supported" in str(error):
        return (
            f"The dataset {repo_id!r} needs code from its repository, which is never run; use a Parquet version of it."
        )
    return f"The dataset {repo_id!r} holds no data files that can be read ({type(error).__name__})."
