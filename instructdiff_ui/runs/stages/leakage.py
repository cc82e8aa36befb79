"""Leakage: which held-out rows stand in the pool as well, or nearly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...data.examples import Example
from ...errors import Stopped
from ...files import write_json
from .context import Context, examples_folder


def leakage(ctx: Context) -> dict[str, Any]:
    """Look for the held-out rows in the pool, which is read once; leaves the counts and the pairs."""
    from ...data.leakage import find_leaks, leak_counts
    from ...data.pool import read_examples

    folder = examples_folder(ctx.stage, ctx.store)
    heldout = read_examples(folder / "heldout.parquet")
    leaks = find_leaks(heldout, _rows(ctx, folder / "examples.parquet") if heldout else ())
    counts = leak_counts(leaks, heldout)
    found = {"heldout": len(heldout), "counts": counts, "pairs": [asdict(leak) for leak in leaks]}
    write_json(ctx.folder / "leakage.json", found)
    return {"heldout": len(heldout), **{kind: by_domain["all"] for kind, by_domain in counts.items()}}


def _rows(ctx: Context, path: Path) -> Iterator[Example]:
    """The rows of the pool, one batch of the file in memory at a time."""
    import pyarrow.parquet as pq

    from ...data.pool import decode_examples

    with pq.ParquetFile(path) as file:
        total, done = file.metadata.num_rows, 0
        ctx.meter(0, total, "rows")
        for batch in file.iter_batches(batch_size=2_000):
            if ctx.should_stop():
                raise Stopped
            yield from decode_examples([batch])
            done += len(batch)
            ctx.meter(done, total, "rows")
