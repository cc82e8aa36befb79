"""The token ids of a whole pool, left on disk: only the lengths of its rows are held, and rows are read when wanted.

`tokens.parquet` cannot give single rows. Of a large pool an uncompressed Arrow copy is made beside it once, and mapped.
Knows nothing of models, or of what the rows are wanted for.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import RunError
from ..files import replacing
from .examples import TokenizedExample

FILE = "tokens.arrow"
KEPT_ROWS = 20_000  # pools up to here are held in memory: 1 KB a row, and no second file
_VERSION = "1"
_BATCH = 10_000  # rows


class _Lists:
    """Lists of int32, one after the other: where each begins, and their values, in memory or in a mapped file."""

    def __init__(self, array: pa.ListArray, file: _Mapped | None):
        self.offsets = array.offsets.to_numpy().copy()
        self.values = array.values.to_numpy()
        values = array.values
        self._at = 0 if file is None else values.buffers()[1].address + 4 * values.offset - file.address
        self._file = file

    def __getitem__(self, row: int) -> np.ndarray:
        start, end = self.offsets[row : row + 2].tolist()
        if self._file is None:
            return self.values[start:end]
        return np.frombuffer(os.pread(self._file.number, 4 * (end - start), self._at + 4 * start), np.int32)


class _Part:
    """Some rows, one after the other."""

    def __init__(self, batch: pa.RecordBatch, file: _Mapped | None):
        self.ids = pa.array(batch.column("example_id").to_pylist(), pa.string())
        self.prompts, self.responses = (_Lists(batch.column(name), file) for name in ("prompt_ids", "response_ids"))
        self.truncated = batch.column("truncated").to_numpy(False).copy()


class _Mapped:
    """A file that is mapped, to be read in single places without its pages staying in memory."""

    def __init__(self, path: Path):
        self._file = path.open("rb")
        self.number = self._file.fileno()
        self._memory = mmap.mmap(self.number, 0, access=mmap.ACCESS_READ)
        self.buffer = pa.py_buffer(self._memory)
        self.address = self.buffer.address

    def release(self) -> None:
        """Let the system have back the pages that were read; a read of single places would map their neighbours."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._memory.madvise(mmap.MADV_DONTNEED)


class TokenTable:
    """The rows of one `tokens.parquet`, by their position in it; 17 bytes of memory a row, and its id."""

    def __init__(self, path: Path, *, kept_rows: int = KEPT_ROWS):
        self._file, batches = _opened(path, kept_rows)
        self._parts: list[_Part] = []
        for batch in batches:
            self._parts.append(_Part(batch, self._file))
            self._release()
        self._starts = np.cumsum([0, *(len(part.truncated) for part in self._parts)])
        nothing = np.zeros(0, np.int32)
        self.prompt_tokens = np.concatenate([nothing, *(np.diff(part.prompts.offsets) for part in self._parts)])
        self.response_tokens = np.concatenate([nothing, *(np.diff(part.responses.offsets) for part in self._parts)])
        self.truncated = np.concatenate([nothing.astype(bool), *(part.truncated for part in self._parts)])

    def __len__(self) -> int:
        return len(self.truncated)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int32: tokens of prompt and response together."""
        return self.prompt_tokens + self.response_tokens

    def longest_first(self) -> np.ndarray:
        """(N,) int32: the rows by falling length, those of one length by id."""
        ids = pa.chunked_array([part.ids for part in self._parts], pa.string())
        table = pa.table({"length": self.lengths, "id": ids})
        order = pc.sort_indices(table, sort_keys=[("length", "descending"), ("id", "ascending")])
        return order.to_numpy().astype(np.int32)

    def take(self, rows: Sequence[int] | np.ndarray) -> list[TokenizedExample]:
        """The rows at these positions, in this order."""
        out = []
        for row in rows:
            number = int(np.searchsorted(self._starts, row, side="right")) - 1
            part, at = self._parts[number], int(row) - int(self._starts[number])
            ids = tuple(part.prompts[at].tolist()), tuple(part.responses[at].tolist())
            out.append(TokenizedExample(part.ids[at].as_py(), *ids, bool(self.truncated[row])))
        return out

    def token_ids(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The ids of prompt and response of every row in turn, int32; valid until the next is asked for."""
        for part in self._parts:
            cuts = [lists.offsets.tolist() for lists in (part.prompts, part.responses)]
            prompts, responses = part.prompts.values, part.responses.values
            for (start, end), (begin, stop) in zip(pairwise(cuts[0]), pairwise(cuts[1]), strict=True):
                yield prompts[start:end], responses[begin:stop]
            self._release()

    def _release(self) -> None:
        if self._file is not None:
            self._file.release()


def _opened(path: Path, kept_rows: int) -> tuple[_Mapped | None, list[pa.RecordBatch]]:
    """The rows, mapped from the copy of a large file, which is made first where it is missing or stale."""
    rows = pq.read_metadata(path).num_rows
    if rows > kept_rows:
        copy, mark = path.with_name(FILE), f"{_VERSION} {path.stat().st_size} {rows}".encode()
        if there := _mapped(copy, mark):
            return there
        try:
            with replacing(copy) as temporary:
                _write(temporary, path, mark)
        except (OSError, RunError):  # a folder that is not ours to write in, or a full disk
            pass
        else:
            if there := _mapped(copy, mark):
                return there
    return None, list(_batches(path))


def _mapped(copy: Path, mark: bytes) -> tuple[_Mapped, list[pa.RecordBatch]] | None:
    """The copy's rows, not yet read into memory; None where it is missing, damaged or of other rows."""
    try:
        file = _Mapped(copy)
        reader = pa.ipc.open_file(pa.BufferReader(file.buffer))
        batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
    except (OSError, ValueError, pa.ArrowException):  # ValueError: an empty file cannot be mapped
        return None
    return (file, batches) if (reader.schema.metadata or {}).get(b"mark") == mark else None


def _write(copy: Path, path: Path, mark: bytes) -> None:
    schema = pq.read_schema(path).with_metadata({b"mark": mark})
    with pa.ipc.new_file(str(copy), schema) as writer:
        for batch in _batches(path):
            writer.write_batch(pa.record_batch(batch.columns, schema=schema))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group, use_threads=False).to_batches(_BATCH)
            pa.default_memory_pool().release_unused()  # it would keep what every group took
