"""How much a source may come to once it is read, on a server that strangers use: a few kB can stand for gigabytes.

Looked at before anything is decoded. The owner of a machine may read what fits in it. Knows nothing of what rows mean.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from pathlib import Path
from typing import Any

from .. import hosting
from ..errors import DataError

MAX_VALUES = 10_000_000  # in all rows and columns: about 2 GB as objects of Python
EXPANSION = 3  # times the size of the largest upload
_BLOCK = 1 << 20


def check_text(path: Path) -> None:
    """Refuse a JSON, JSONL or CSV file of too many values: there is no value without one of four characters."""
    if not hosting.is_public():
        return
    with path.open("rb") as file:
        found = sum(sum(map(block.count, (b",", b"[", b"{", b"\n"))) for block in iter(lambda: file.read(_BLOCK), b""))
    check_values(path.name, found)


def check_values(name: str, values: int) -> None:
    if hosting.is_public() and values > MAX_VALUES:
        raise DataError(f"{name} has more than {MAX_VALUES:,} values, and this server reads no more: take fewer rows.")


def weight(value: Any) -> int:
    """Bytes of the texts in a value, however it was stored; zero on the owner's machine, where nobody counts."""
    if not hosting.is_public():
        return 0
    left, found = [value], 0
    while left:
        one = left.pop()
        if isinstance(one, (str, bytes)):
            found += len(one)
        elif isinstance(one, (dict, list, tuple)):
            left.extend(one.values() if isinstance(one, dict) else one)
    return found


def check_size(name: str, size: int) -> None:
    """Refuse what takes too many bytes in memory."""
    if hosting.is_public() and size > most_unpacked():
        most = most_unpacked() / 1e6
        raise DataError(f"{name} takes more than {most:,.0f} MB once it is unpacked: take fewer rows.")


def check_download(what: str, size: int) -> None:
    """Refuse to fetch too many bytes."""
    most = hosting.limits().download_mb
    if hosting.is_public() and size > most * 1_000_000:
        raise DataError(f"{what} is {size / 1e6:,.0f} MB to download, and at most {most:,} MB are allowed here.")


def unpacked_size(name: str, path: Path, most: int) -> int | None:
    """How many bytes a compressed file unpacks to, counted to just above `most`; None for one that is not compressed.

    What a file is counts, not what it is called, as it does for `datasets`, which unpacks it. Raises `DataError` for a
    kind of archive that is not read.
    """
    from datasets.utils.extract import Extractor

    kind = Extractor.infer_extractor_format(path)
    if kind is None:
        return None
    try:
        if kind == "zip":
            with zipfile.ZipFile(path) as file:
                return sum(one.file_size for one in file.infolist())
        if kind in _OPENERS or kind == "zstd":
            return _counted(kind, path, most)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, lzma.LZMAError):
        raise DataError(f"{name} cannot be unpacked: it is cut short or damaged.") from None
    raise DataError(f"{name} is an archive ({kind}), and this server reads tables and text alone.")


_OPENERS: dict[str, Any] = {"gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}


def _counted(kind: str, path: Path, most: int) -> int:
    import pyarrow as pa

    found = 0
    with _OPENERS[kind](path) if kind in _OPENERS else pa.input_stream(str(path), compression=kind) as file:
        while found <= most and (block := file.read(_BLOCK)):
            found += len(block)
    return found


def rows_at_once(name: str, metadata: Any) -> int:
    """How many rows of a Parquet file can be read together; `DataError` for one that comes to too much.

    One value may be as large as its column's chunk, and repeated in each row at no cost in the file.
    """
    if not hosting.is_public():
        return 65_536
    groups = [metadata.row_group(k) for k in range(metadata.num_row_groups)]
    columns = [group.column(k) for group in groups for k in range(group.num_columns)]
    check_values(name, sum(column.num_values for column in columns))
    check_size(name, sum(column.total_uncompressed_size for column in columns))
    largest = max((column.total_uncompressed_size for column in columns), default=1)
    return max(1, min(65_536, most_unpacked() // max(largest, 1)))


def fits(file: Any) -> bool:
    """Whether what a Parquet file of numbers and plain texts says fits in the memory that a source may take.

    Read through batch by batch: a text may be as large as its column's chunk, and repeated in each row at no cost in
    the file. Lists of texts, each of which may be repeated, are not taken.
    """
    meta, schema, most = file.metadata, file.schema, most_unpacked()
    lists = [k for k in range(len(schema)) if schema.column(k).max_repetition_level]
    columns = [meta.row_group(g).column(k) for g in range(meta.num_row_groups) for k in range(len(schema))]
    if sum(column.num_values for column in columns) * 8 > most:
        return False
    if any("BYTE_ARRAY" in schema.column(k).physical_type for k in lists):
        return False
    largest = max((column.total_uncompressed_size for column in columns), default=1)
    size = 0
    for batch in file.iter_batches(max(1, min(65_536, most // max(largest, 1)))):
        size += batch.nbytes
        if size > most:
            return False
    return True


def most_unpacked() -> int:
    """Bytes that a source may take in memory."""
    return hosting.limits().upload_mb * 1_000_000 * EXPANSION
