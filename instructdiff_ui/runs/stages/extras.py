"""What the stages behind the other strategies have in common: the rows they look at, and the columns they leave.

A column holds one number per row, joined by example id when rows are selected or explored. Knows no strategy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...data.examples import Example
from ...files import replacing
from ..plan import COLUMNS_FILE
from .context import Context, examples_folder


def scored_examples(ctx: Context) -> list[Example]:
    """The rows that the models see, in the order of their tokens; all rows of imported scores that have no model."""
    from ...data.pool import read_examples

    path = examples_folder(ctx.stage, ctx.store) / "examples.parquet"
    if ctx.config.model is None:
        return read_examples(path)
    ids = token_ids(ctx)
    by_id = {example.example_id: example for example in read_examples(path, ids=ids)}
    return [by_id[example_id] for example_id in ids]


def token_ids(ctx: Context) -> list[str]:
    """The ids of the tokenised rows, in their order."""
    path = ctx.upstream("tokens") / "tokens.parquet"
    return pq.read_table(path, columns=["example_id"])["example_id"].to_pylist()


def write_columns(ctx: Context, ids: Sequence[str], **columns: Any) -> None:
    """Leave columns, each (N,) numbers in the order of `ids`, in the folder of the stage."""
    with replacing(ctx.folder / COLUMNS_FILE) as temporary:
        pq.write_table(pa.table({"example_id": list(ids), **columns}), temporary, compression="zstd")
