"""The files of an artifact of scores: which rows lie in which shard, and what is in one.

The longest rows come first, those of one length by id, so the artifacts of one pool have the same rows in the same
shards. A shard is written whole or not at all. Knows nothing of models, or of where scores come from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..files import replacing

CONTENT_BYTES = 16
_VALUES = pa.list_(pa.float32())
SCHEMA = pa.schema(
    {
        "example_id": pa.string(),
        "nll": pa.float64(),
        "entropy": pa.float64(),
        "n_tokens": pa.int64(),
        "token_nll": _VALUES,
        "token_entropy": _VALUES,
        "content": pa.binary(CONTENT_BYTES),  # what the numbers of the row depend on (`reuse.content`)
    }
)
_JOINED = ["example_id", "nll", "entropy", "n_tokens", "token_entropy"]  # what the differences are made of


class Scored(Protocol):
    """The scores of one row: means over its tokens in nats, and the (n_tokens,) float32 that they are the means of."""

    @property
    def example_id(self) -> str: ...
    @property
    def nll(self) -> float: ...
    @property
    def entropy(self) -> float: ...
    @property
    def n_tokens(self) -> int: ...
    @property
    def token_nll(self) -> np.ndarray: ...
    @property
    def token_entropy(self) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Shards:
    """The shards of one artifact; `order` (N,) says which row of the pool stands where, shard after shard."""

    folder: Path
    order: np.ndarray
    rows_each: int

    def __len__(self) -> int:
        return -(-len(self.order) // self.rows_each)

    def path(self, number: int) -> Path:
        return self.folder / f"{number:05d}.parquet"

    def rows(self, number: int) -> np.ndarray:
        """The rows of the pool that a shard holds."""
        return self.order[number * self.rows_each : (number + 1) * self.rows_each]

    def missing(self) -> np.ndarray:
        """The numbers of the shards that are not there yet, ascending."""
        there = {path.name for path in self.folder.glob("*.parquet")}
        return np.array([n for n in range(len(self)) if self.path(n).name not in there], np.int64)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """(len(self),) the sum over each shard of something that every row of the pool has, (N,)."""
        starts = np.arange(0, len(self.order), self.rows_each)
        return np.add.reduceat(values[self.order], starts, dtype=np.int64) if len(starts) else np.zeros(0, np.int64)


def write_shard(path: Path, scores: Sequence[Scored], contents: Sequence[bytes], *, reused: dict[str, int]) -> None:
    """One shard; `reused` tells how many of its rows each other run has given, by run id."""
    columns = {name: [getattr(score, name) for score in scores] for name in SCHEMA.names if name != "content"}
    schema = SCHEMA.with_metadata({b"reused": json.dumps(reused).encode()})
    with replacing(path) as temporary:
        pq.write_table(pa.table(columns | {"content": contents}, schema=schema), temporary, compression="zstd")


def reused_rows(path: Path) -> dict[str, int]:
    """How many rows of a shard each other run has given, by run id."""
    return json.loads((pq.read_schema(path).metadata or {}).get(b"reused", b"{}"))


def read_scores(folder: Path) -> pd.DataFrame:
    """All rows of a finished artifact, as `selection.deltas` joins them."""
    paths = sorted((folder / "shards").glob("*.parquet"))
    return pd.concat([pd.read_parquet(path, columns=_JOINED) for path in paths], ignore_index=True)
