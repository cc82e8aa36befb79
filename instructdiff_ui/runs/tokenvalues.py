"""The token ids of one row, and its scores token by token, out of the files of a run.

Reads the ids of all rows once per artifact, to know where each row lies, and then only the row group or the shard that
holds it. Knows nothing of tokenizers or models.

An index is the ids themselves, back to back in one Arrow array: 1,000,000 rows take 24 MB. Building it reads 0.1 s in
tokens.parquet, and 0.35 ms in each shard; a look-up passes over the ids, 8 ms for 1,000,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..data.examples import TokenizedExample

_NOTHING = pa.array([], pa.large_string())


@dataclass(frozen=True, eq=False)
class TokenValues:
    """NLL and entropy of every response token of one row under one model, in nats, (n,) float32 each."""

    nll: np.ndarray
    entropy: np.ndarray


@dataclass(frozen=True, eq=False)
class _Index:
    """Where rows lie that are spread over parts: the row groups of one file, or files."""

    ids: pa.Array  # (N,) of text, part after part
    starts: np.ndarray  # (parts,) the place in `ids` where each part begins

    def place(self, example_id: str) -> tuple[int, int] | None:
        """The part that holds a row, and the row's number in it; None where no part does."""
        at = pc.index(self.ids, pa.scalar(example_id, self.ids.type)).as_py()
        if at < 0:
            return None
        part = int(np.searchsorted(self.starts, at, side="right")) - 1
        return part, at - int(self.starts[part])


def read_row(path: Path, example_id: str) -> TokenizedExample | None:
    """The token ids of one row of a `tokens.parquet`; None for a row that it does not have."""
    place = _groups(path, path.stat().st_mtime_ns).place(example_id)
    if place is None:
        return None
    group, number = place
    with pq.ParquetFile(path) as file:
        row = file.read_row_group(group).slice(number, 1).to_pylist()[0]
    return TokenizedExample(example_id, tuple(row["prompt_ids"]), tuple(row["response_ids"]), row["truncated"])


def read_values(folders: tuple[Path, ...], example_id: str) -> tuple[TokenValues, ...] | None:
    """The values of one row in each of several artifacts of scores; None if any of them does not hold the row.

    The artifacts are of the same rows in the same shards, so the first tells the shard for all.
    """
    shards = folders[0] / "shards"
    if not shards.is_dir():
        return None
    paths, index = _shards(shards, shards.stat().st_mtime_ns)
    place = index.place(example_id)
    if place is None:
        return None
    found = [_values(folder / "shards" / paths[place[0]].name, example_id) for folder in folders]
    there = tuple(values for values in found if values is not None)
    return there if len(there) == len(found) else None


@lru_cache(maxsize=4)
def _groups(path: Path, _modified: int) -> _Index:
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
        ids = _text(file.read(columns=["example_id"]))
    return _Index(ids, _starts(sizes))


@lru_cache(maxsize=4)
def _shards(folder: Path, _modified: int) -> tuple[list[Path], _Index]:
    tables = {path: _table(path, ["example_id"]) for path in sorted(folder.glob("*.parquet"))}
    ids = {path: _text(table) for path, table in tables.items() if table is not None}
    return list(ids), _Index(pa.concat_arrays([_NOTHING, *ids.values()]), _starts([len(part) for part in ids.values()]))


def _values(shard: Path, example_id: str) -> TokenValues | None:
    table = _table(shard, ["example_id", "token_nll", "token_entropy"])
    if table is None:
        return None
    at = pc.index(_text(table), pa.scalar(example_id, _NOTHING.type)).as_py()
    if at < 0:
        return None
    nll, entropy = (table.column(name)[at].values for name in ("token_nll", "token_entropy"))
    return TokenValues(nll.to_numpy(zero_copy_only=False), entropy.to_numpy(zero_copy_only=False))


def _table(path: Path, columns: list[str]) -> pa.Table | None:
    """These columns of a shard; None where it is gone or damaged."""
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=columns)
    except (FileNotFoundError, pa.ArrowException):
        return None


def _text(table: pa.Table) -> pa.Array:
    """The ids of a table, of one type whoever wrote it."""
    return pa.concat_arrays([_NOTHING, *(chunk.cast(_NOTHING.type) for chunk in table.column("example_id").chunks)])


def _starts(sizes: list[int]) -> np.ndarray:
    return np.cumsum([0, *sizes], dtype=np.int64)[:-1]
