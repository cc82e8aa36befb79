"""The order in which ZIP takes the rows, within each domain or over the pool, as far as a rule may need it."""

from __future__ import annotations

import math
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from ...data.examples import Example
from ...data.zipbytes import zip_bytes
from ...files import read_json, write_json
from ...selection.ziporder import zip_order
from ..plan import COLUMNS_FILE, farther_zips
from .context import Context
from .extras import scored_examples, write_columns

NAMES = {"domain": "zip_rank", "global": "zip_rank_pool"}  # by scope: the column that holds the places


def order_zip(ctx: Context) -> dict[str, Any]:
    """Order the rows until they reach a share of the rows, or of the response tokens; those beyond have no place.

    An order of this run that goes farther begins with the same rows, and is taken as it is.
    """
    scope = ctx.stage.settings["scope"]
    for other in farther_zips(ctx.stage)[:-1]:
        if other.done(ctx.store):
            shutil.copyfile(other.folder(ctx.store) / COLUMNS_FILE, ctx.folder / COLUMNS_FILE)
            return {"taken_from": other.name}
    examples = sorted(scored_examples(ctx), key=lambda row: row.example_id)  # ties go to the row that stands first
    groups: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(examples):
        groups["" if scope == "global" else row.domain].append(place)
    tokens = _tokens(ctx, examples) if ctx.stage.settings["budget"] == "tokens" else np.ones(len(examples), np.int64)
    ranks, before = np.full(len(examples), np.nan), 0
    for number, name in enumerate(sorted(groups)):
        rows = np.array(groups[name])
        order = _kept(ctx, number, [examples[row] for row in rows], tokens[rows], done=before, total=len(examples))
        ranks[rows[order]] = np.arange(1, len(order) + 1)
        before += len(rows)
    write_columns(ctx, [row.example_id for row in examples], **{NAMES[scope]: ranks})
    return {"rows": int(np.isfinite(ranks).sum())}


def _kept(ctx: Context, number: int, rows: Sequence[Example], costs: np.ndarray, *, done: int, total: int) -> list[int]:
    """The order of one group; that of a group which was finished before the job ended is read, not made again."""
    path = ctx.folder / f"order-{number}.json"
    found = read_json(path)
    if found is None:

        def on_progress(step: int, steps: int) -> None:
            ctx.meter(done + len(rows) * step // max(1, steps), total, "rows")

        found = _order(rows, costs, ctx.stage.settings["percent"], on_progress, ctx.should_stop)
        write_json(path, found)
    return found


def _order(
    rows: Sequence[Example],
    costs: np.ndarray,
    percent: int,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> list[int]:
    """The first rows by ZIP, until their costs reach a share of all; short rows come early, so it may take more."""
    written = [zip_bytes(row) for row in rows]
    wanted = Fraction(percent, 100) * int(costs.sum())
    count = math.ceil(Fraction(percent, 100) * len(rows))
    while True:
        order = zip_order(written, count=count, should_stop=should_stop, on_progress=on_progress)
        if costs[order].sum() >= wanted or len(order) == len(rows):
            return [int(place) for place in order]
        count = min(len(rows), 2 * count)


def _tokens(ctx: Context, examples: Sequence[Example]) -> np.ndarray:
    """(N,) response tokens of the rows, as the budget counts them."""
    if ctx.config.model is None:
        table = pd.read_parquet(ctx.upstream("import_scores") / "deltas.parquet", columns=["example_id", "n_tokens"])
        counts = table.set_index("example_id")["n_tokens"]
    else:
        table = pd.read_parquet(ctx.upstream("tokens") / "tokens.parquet", columns=["example_id", "response_ids"])
        counts = table.set_index("example_id")["response_ids"].map(len)
    return counts.loc[[row.example_id for row in examples]].to_numpy(np.int64)
