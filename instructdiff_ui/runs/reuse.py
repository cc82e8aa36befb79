"""Base scores that have been computed already, by another run beside this one or by this one with other data.

There is no store of them: every shard says of each row what its numbers depend on (`content`), and every artifact from
its start who scores (`scorer.json`). Rows of equal content were read by the same weights in the same numerics, whatever
run, seed or round they belong to. Knows nothing of stages, or of how scores are made.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..config import ModelConfig
from ..data.tokentable import TokenTable
from ..files import read_json, write_json
from .shards import CONTENT_BYTES, SCHEMA

NUMERICS = 1  # raised when the engine computes other numbers from the same weights and tokens
FILE = "scorer.json"
_COLUMNS = ["content", "nll", "entropy", "n_tokens", "token_nll", "token_entropy"]
_DAMAGED = (OSError, ValueError, KeyError, pa.ArrowException)  # of a file that is gone, cut short, older or foreign


@dataclass(frozen=True, eq=False)
class KnownScore:
    """The scores of one row as another artifact holds them (see `shards.Scored`)."""

    example_id: str
    nll: float
    entropy: float
    n_tokens: int
    token_nll: np.ndarray
    token_entropy: np.ndarray
    run_id: str  # the run that gave them


# --- what numbers depend on


def scorer(model: ModelConfig, *, revision: str, dtype: str, device: str, score_eos: bool) -> dict[str, Any]:
    """Who scores: all that the scores of given token ids depend on. `device` is its type, `dtype` the resolved one."""
    others = model.model_dump(mode="json", exclude={"path", "revision", "dtype", "device"}, exclude_none=True)
    torch = ".".join(version("torch").split(".")[:2])
    known = {"model": revision, "dtype": dtype, "device": device, "score_eos": score_eos, "torch": torch}
    return others | known | {"numerics": NUMERICS}


def note(artifact: Path, who: dict[str, Any]) -> None:
    """Write down who scores, before any scores are there: those of a run that is interrupted can be used as well."""
    if read_json(artifact / FILE) != who:
        write_json(artifact / FILE, who)


class Contents:
    """What the numbers of single rows depend on, as hashes of 16 bytes."""

    def __init__(self, who: dict[str, Any], *, eos_id: int | None):
        self._key = hashlib.blake2b(json.dumps(who, sort_keys=True).encode()).digest()
        self._eos_id = eos_id

    def of(self, prompt_ids: Sequence[int] | np.ndarray, response_ids: Sequence[int] | np.ndarray, cut: bool) -> bytes:
        """The hash of one row; of a row that was `cut` no end is scored."""
        prompt, response = (np.ascontiguousarray(ids, dtype="<i4") for ids in (prompt_ids, response_ids))
        end = -1 if self._eos_id is None or cut else self._eos_id
        whole = hashlib.blake2b(struct.pack("<qqq", len(prompt), len(response), end), digest_size=16, key=self._key)
        whole.update(prompt.data)
        whole.update(response.data)
        return whole.digest()

    def starts(self, table: TokenTable) -> np.ndarray:
        """(N,) uint64: the first half of each row's hash, enough to look rows up by."""
        rows = zip(table.token_ids(), table.truncated, strict=True)
        halves = (int.from_bytes(self.of(*ids, bool(cut))[:8], "little") for ids, cut in rows)
        return np.fromiter(halves, np.uint64, len(table))


# --- where they are


@dataclass(frozen=True, eq=False)
class Known:
    """Where scores of the pool's rows are said to lie; a row is taken only if its content is really there."""

    files: list[Path]
    file: np.ndarray  # (N,) int32: which of the files has the row, −1 for none
    row: np.ndarray  # (N,) int32: its place in that file

    @property
    def rows(self) -> np.ndarray:
        """(N,) bool: the rows that need not be scored."""
        return self.file >= 0

    def take(self, rows: np.ndarray, ids: Sequence[str], contents: Sequence[bytes]) -> dict[int, KnownScore]:
        """The scores of those of these rows that are there, by their place in `rows`; a few files are read."""
        wanted: dict[int, list[int]] = defaultdict(list)
        for at, row in enumerate(rows):
            if self.file[row] >= 0:
                wanted[int(self.file[row])].append(at)
        found: dict[int, KnownScore] = {}
        for number, places in wanted.items():
            read = _read(self.files[number], self.row[rows[places]])
            for at, values in zip(places, read, strict=False):
                if _sound(values, contents[at]):
                    found[at] = _score(ids[at], values, run_id=_run_id(self.files[number]))
        return found

    def save(self, path: Path) -> None:
        names = np.array([str(file) for file in self.files], np.str_)
        with path.open("wb") as out:
            np.savez(out, files=names, places=np.stack([self.file, self.row]))

    @staticmethod
    def load(path: Path) -> Known:
        with np.load(path) as saved:
            return Known([Path(name) for name in saved["files"].tolist()], *saved["places"])


def nothing_known(rows: int) -> Known:
    return Known([], np.full(rows, -1, np.int32), np.zeros(rows, np.int32))


def find(artifact: Path, who: dict[str, Any], table: TokenTable, contents: Contents) -> Known:
    """Where the artifacts of the same scorer in the runs beside this one have rows of `table`.

    Of a pool of 1,000,000 rows the hashes take seconds, and so does each such artifact; all is left out where there is
    none.
    """
    known = nothing_known(len(table))
    starts = None
    for folder in _artifacts(artifact, who):
        if starts is None:
            starts = contents.starts(table)
        if known.rows.all():
            break
        _look_up(folder / "shards", starts, known)
    return known


def _artifacts(artifact: Path, who: dict[str, Any]) -> list[Path]:
    """The artifacts of base scores beside this one whose scorer is the same, the latest first."""
    kind = artifact.name.rpartition("-")[0] + "-"
    found = []
    for folder in (inside for run in _inside(artifact.parents[2]) for inside in _inside(run / "artifacts")):
        try:
            if folder.name.startswith(kind) and folder != artifact and read_json(folder / FILE) == who:
                found.append(((folder / FILE).stat().st_mtime, folder))
        except _DAMAGED:
            continue
    return [folder for _, folder in sorted(found, reverse=True)]


def _inside(folder: Path) -> list[Path]:
    """What is in a folder; nothing where there is none, or none any more."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _look_up(shards: Path, wanted: np.ndarray, known: Known) -> None:
    """Enter into `known` what the shards of one artifact have of the rows that are still wanted."""
    paths = sorted(path for path in _inside(shards) if path.suffix == ".parquet")
    with ThreadPoolExecutor(4) as pool:  # most of the time goes into opening files
        parts = list(pool.map(_starts, paths))
    there = np.concatenate([np.zeros(0, np.uint64), *parts])
    if not len(there):
        return
    order = np.argsort(there, kind="stable")
    missing = np.flatnonzero(~known.rows)
    at = np.minimum(np.searchsorted(there, wanted[missing], sorter=order), len(there) - 1)
    at = order[at]
    hit = there[at] == wanted[missing]
    missing, at = missing[hit], at[hit]
    ends = np.cumsum([len(part) for part in parts])
    used, number = np.unique(np.searchsorted(ends, at, side="right"), return_inverse=True)
    known.file[missing] = number + len(known.files)
    known.row[missing] = at - (ends[used] - [len(parts[part]) for part in used])[number]
    known.files.extend(paths[part] for part in used)


def _starts(path: Path) -> np.ndarray:
    """The first halves of the hashes in one shard; nothing of a shard that is damaged, foreign or older than these."""
    try:
        with pq.ParquetFile(path) as file:
            table = file.read(columns=["content"], use_threads=False)
        return _hashes(table)[:, 0].copy()
    except _DAMAGED:
        return np.zeros(0, np.uint64)


def _hashes(table: pa.Table) -> np.ndarray:
    """(n, 2) uint64: the contents of a shard; `ValueError` if they are anything else than hashes."""
    column = table.column("content").combine_chunks()
    if column.type != pa.binary(CONTENT_BYTES) or column.null_count:
        raise ValueError("the contents are no hashes")
    flat = np.frombuffer(column.buffers()[1], "<u8", 2 * len(column), column.offset * CONTENT_BYTES)
    return flat.reshape(-1, 2)


# --- their values


def _read(path: Path, rows: np.ndarray) -> Iterator[dict[str, Any]]:
    """These rows of a shard as dicts; none of a shard that is gone or damaged."""
    try:
        with pq.ParquetFile(path) as file:
            table = file.read(columns=_COLUMNS, use_threads=False)
        if rows.max() >= table.num_rows or any(table.schema.field(n).type != SCHEMA.field(n).type for n in _COLUMNS):
            return
        columns = {name: table.column(name).combine_chunks() for name in _COLUMNS}
    except _DAMAGED:
        return
    for row in rows.tolist():
        yield {name: column[row] for name, column in columns.items()}


def _sound(values: dict[str, Any], content: bytes) -> bool:
    """Whether these are whole scores of just this content."""
    if values["content"].as_py() != content or not all(value.is_valid for value in values.values()):
        return False
    lists = [values[name].values.to_numpy(zero_copy_only=False) for name in ("token_nll", "token_entropy")]
    sizes = {len(one) for one in lists} | {values["n_tokens"].as_py()}
    return len(sizes) == 1 and all(np.isfinite(one).all() for one in lists)


def _score(example_id: str, values: dict[str, Any], *, run_id: str) -> KnownScore:
    nll, entropy, n_tokens = (values[name].as_py() for name in ("nll", "entropy", "n_tokens"))
    nlls, entropies = (values[name].values.to_numpy(zero_copy_only=False) for name in ("token_nll", "token_entropy"))
    return KnownScore(example_id, nll, entropy, n_tokens, nlls, entropies, run_id)


def _run_id(shard: Path) -> str:
    """The run of `<run>/artifacts/<artifact>/shards/<shard>`."""
    return shard.parents[3].name
