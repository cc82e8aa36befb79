"""The words of a run's rows, and what their dataset says of them in columns of its own.

The words lie in a memory-mapped file beside the examples that they come from, so that a search runs over the system's
cache rather than over objects. Knows nothing of scores or selections.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..data.examples import Example
from ..data.pool import decode_examples
from ..errors import ConfigError, RunError
from ..files import replacing
from .owncolumns import OwnColumns, own_columns

FILE = "texts.arrow"
KEPT_ROWS = 20_000  # runs up to here are read faster than a file is kept
_VERSION = "1"
_CHUNK_ROWS, _CHUNK_BYTES = 65_536, 64 << 20
_NUMBER, _KIND = "number:", "kind:"  # before the names of the dataset's columns in the file


@dataclass(frozen=True, eq=False)
class Clipped:
    """The beginnings of the texts of some rows."""

    instruction: list[str]
    response: list[str]


class Texts:
    """The texts of the rows of a table, in the table's order; `ids` are the table's."""

    def __init__(self, examples: Path, ids: pa.Array, *, kept_rows: int = KEPT_ROWS):
        self._examples = examples
        self._meta = pq.read_metadata(examples)
        self._file = _opened(examples, self._meta, kept_rows=kept_rows)
        self._place = _places(self._file, ids)  # (N,) rows of the file; None where it has the table's order
        self._n = len(ids)
        self._starts = np.cumsum([0, *(batch.num_rows for batch in self._file.to_batches())])
        self._batches = self._file.to_batches()
        self._groups = np.cumsum([0, *(self._meta.row_group(g).num_rows for g in range(self._meta.num_row_groups))])
        self._search = lru_cache(maxsize=8)(self._search_uncached)
        self._group = lru_cache(maxsize=2)(self._group_uncached)

    def __len__(self) -> int:
        return self._n

    def search(self, text: str, *, regex: bool) -> np.ndarray:
        """(N,) bool: rows with `text` in the instruction or the response, whatever the case.

        A pattern is matched by RE2, in time linear in the text; one that RE2 refuses is a `ConfigError`.
        """
        return self._search(text, regex)

    def _search_uncached(self, text: str, regex: bool) -> np.ndarray:
        match = pc.match_substring_regex if regex else pc.match_substring
        try:
            text.encode()
            match(pa.array([""]), text, ignore_case=True)
        except UnicodeEncodeError:
            raise ConfigError("The search holds half of a surrogate pair, which is no character.") from None
        except pa.ArrowInvalid as error:
            said = str(error).removeprefix("Invalid regular expression: ")
            raise ConfigError(f"The pattern {text!r} is no regular expression: {said}.") from None

        def found(batch: pa.RecordBatch) -> np.ndarray:
            either = pc.or_(
                match(batch.column("instruction"), text, ignore_case=True),
                match(batch.column("response"), text, ignore_case=True),
            )
            return either.to_numpy(zero_copy_only=False)

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            parts = list(pool.map(found, self._batches))
        return self._in_order(np.concatenate([*parts, np.zeros(0, bool)]))

    def take(self, positions: Iterable[int], limit: int) -> Clipped:
        """The first `limit` characters of the texts at these positions; nothing longer is ever copied."""
        texts: dict[str, list[str]] = {"instruction": [], "response": []}
        for position in positions:
            batch, row = self._at(position)
            for name, out in texts.items():
                cell = batch.column(name).slice(row, 1)
                out.append(pc.utf8_slice_codeunits(cell, 0, limit)[0].as_py())
        return Clipped(**texts)

    def example(self, position: int) -> Example:
        """The row at a position, as its dataset wrote it."""
        row = self._row(position)
        group = int(np.searchsorted(self._groups, row, side="right")) - 1
        record = self._group(group).slice(row - int(self._groups[group]), 1)
        return next(decode_examples([record]))

    def _group_uncached(self, group: int) -> pa.Table:
        with pq.ParquetFile(self._examples, metadata=self._meta) as file:
            return file.read_row_group(group)

    @cached_property
    def instruction_chars(self) -> np.ndarray:
        """(N,) int32: characters of the instruction, its input included."""
        return self._in_order(self._column("instruction_chars"))

    @cached_property
    def instruction_rank(self) -> np.ndarray:
        """(N,) place of each instruction in code-point order, the same for equal ones; a million take a second."""
        ranks = pc.rank(self._file["instruction"], sort_keys="ascending", tiebreaker="dense")
        return self._in_order(np.asarray(ranks).astype(np.int32))

    @cached_property
    def response_chars(self) -> np.ndarray:
        """(N,) int32: characters of the response."""
        return self._in_order(self._column("response_chars"))

    @cached_property
    def numbers(self) -> dict[str, np.ndarray]:
        """The dataset's own columns of numbers, each (N,) float64, NaN where a row has none."""
        return {name: self._in_order(self._column(_NUMBER + name)) for name in self._own(_NUMBER)}

    @cached_property
    def labels(self) -> dict[str, tuple[np.ndarray, list[str]]]:
        """The dataset's own columns of few values: (N,) int16 codes, −1 for none, and the texts they stand for."""
        names = json.loads((self._file.schema.metadata or {})[b"labels"])
        return {name: (self._in_order(self._column(_KIND + name)), names[name]) for name in self._own(_KIND)}

    def _own(self, prefix: str) -> list[str]:
        return [name.removeprefix(prefix) for name in self._file.column_names if name.startswith(prefix)]

    def _column(self, name: str) -> np.ndarray:
        return self._file.column(name).to_numpy()

    def _in_order(self, values: np.ndarray) -> np.ndarray:
        return values if self._place is None else values[self._place]

    def _row(self, position: int) -> int:
        return int(position) if self._place is None else int(self._place[position])

    def _at(self, position: int) -> tuple[pa.RecordBatch, int]:
        row = self._row(position)
        chunk = int(np.searchsorted(self._starts, row, side="right")) - 1
        return self._batches[chunk], row - int(self._starts[chunk])


def _places(file: pa.Table, ids: pa.Array) -> np.ndarray | None:
    """Where in the file each id stands, (N,) int32; None where the file has just these ids in this order."""
    there = file.column("example_id").cast(ids.type).combine_chunks()
    if there.equals(ids):
        return None
    places = pc.index_in(ids, value_set=there)
    assert places.null_count == 0, "every scored row is one of the examples"
    return places.to_numpy().astype(np.int32)


# --- the file


def _opened(examples: Path, meta: pq.FileMetaData, *, kept_rows: int) -> pa.Table:
    """The texts of all examples: mapped from their file, which is written first where it is missing or stale."""
    path = examples.with_name(FILE)
    mark = {b"version": _VERSION.encode(), b"examples": f"{examples.stat().st_size} {meta.num_rows}".encode()}
    if meta.num_rows > kept_rows:
        if (there := _mapped(path, mark)) is not None:
            return there
        try:
            with replacing(path) as temporary:
                _write(temporary, examples, mark)
        except (OSError, RunError):  # a folder that is not ours to write in, or a full disk
            pass
        else:
            if (there := _mapped(path, mark)) is not None:
                return there
    sink = pa.BufferOutputStream()
    _write(sink, examples, mark)
    return pa.ipc.open_file(sink.getvalue()).read_all()


def _mapped(path: Path, mark: Mapping[bytes, bytes]) -> pa.Table | None:
    """The file's table, not yet read into memory; None where it is missing, damaged or of other examples."""
    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowException):
        return None
    known = table.schema.metadata or {}
    return table if all(known.get(key) == value for key, value in mark.items()) else None


def _write(sink: Any, examples: Path, mark: dict[bytes, bytes]) -> None:
    own = own_columns(_batches(examples, ["extra"]))
    columns: dict[str, pa.DataType] = {"example_id": pa.string(), "instruction": pa.string(), "response": pa.string()}
    columns |= {"instruction_chars": pa.int32(), "response_chars": pa.int32()}
    columns |= {_NUMBER + name: pa.float64() for name in own.numbers}
    columns |= {_KIND + name: pa.int16() for name in own.labels}
    labels = json.dumps({name: names for name, (_, names) in own.labels.items()})
    schema = pa.schema(list(columns.items()), metadata=mark | {b"labels": labels.encode()})
    with pa.ipc.new_file(str(sink) if isinstance(sink, Path) else sink, schema) as writer:
        start = 0
        for batch in _chunked(_batches(examples, ["example_id", "instruction", "input", "response"])):
            writer.write_batch(_with_own(batch, own, start, schema))
            start += batch.num_rows


def _batches(examples: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(examples) as file:
        yield from file.iter_batches(batch_size=10_000, columns=columns)


def _chunked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Fewer and larger batches, within limits of rows and bytes."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        rows = sum(one.num_rows for one in held) + batch.num_rows
        if held and (rows > _CHUNK_ROWS or sum(one.nbytes for one in held) + batch.nbytes > _CHUNK_BYTES):
            yield pa.concat_batches(held)
            held = []
        held.append(batch)
    if held:
        yield pa.concat_batches(held)


def _with_own(batch: pa.RecordBatch, own: OwnColumns, start: int, schema: pa.Schema) -> pa.RecordBatch:
    """The columns of the file for one batch; the instruction as the page shows it, with its input."""
    joined = pc.binary_join_element_wise(batch.column("instruction"), batch.column("input"), "\n")
    instruction = pa.array([text.strip() for text in joined.to_pylist()], pa.string())
    response = batch.column("response")
    here = slice(start, start + batch.num_rows)
    arrays = [batch.column("example_id"), instruction, response]
    arrays += [pc.utf8_length(instruction), pc.utf8_length(response)]
    arrays += [pa.array(values[here]) for values in own.numbers.values()]
    arrays += [pa.array(codes[here]) for codes, _ in own.labels.values()]
    return pa.record_batch(arrays, schema=schema)
