"""From scores to the table of differences, and from that to a selection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ...config import SelectionSpec, validated
from ...files import read_json, replacing, write_json
from ..plan import COLUMNS_FILE
from .context import Context, examples_folder
from .noise import delta_noise
from .scoring import read_scores


def deltas(ctx: Context) -> dict[str, Any]:
    """Join base and calibrated scores by example id into the table that everything else looks at."""
    from ...data.pool import read_examples
    from ...data.tokens import read_tokens
    from ...selection.deltas import make_deltas
    from ..seeds import seed_facts

    scored = {row.example_id for row in read_tokens(ctx.upstream("tokens") / "tokens.parquet")}
    calibration = set(read_json(ctx.upstream("calibrate") / "ids.json"))
    rows = pd.DataFrame(
        [
            (example.example_id, example.domain, example.example_id in calibration)
            for example in read_examples(ctx.upstream("pool") / "examples.parquet")
            if example.example_id in scored
        ],
        columns=["example_id", "domain", "in_calibration"],
    )
    base, calibrated = read_scores(ctx.upstream("score_base")), read_scores(ctx.upstream("score_calibrated"))
    table = make_deltas(base, calibrated, rows)
    _write_deltas(ctx, table)
    return {"rows": len(table), **seed_facts(ctx.stage), **delta_noise(ctx)}


def combine(ctx: Context) -> dict[str, Any]:
    """Make one table of the deltas of several calibration seeds: their mean, and how far they lie apart."""
    from ...selection.seeds import combine as combined
    from ..seeds import combined_facts

    tables = {
        stage["calibrate"].settings["seed"]: pd.read_parquet(stage.folder(ctx.store) / "deltas.parquet")
        for stage in ctx.stage.upstream
    }
    table = combined(tables)
    _write_deltas(ctx, table)
    return {"rows": len(table), **combined_facts(ctx.stage)}


def import_scores(ctx: Context) -> dict[str, Any]:
    """Make the deltas from a file that holds scores already."""
    from ...data.pool import write_examples, write_quarantined
    from ...data.scored import read_scored
    from ...selection.deltas import make_deltas

    assert ctx.config.scores is not None
    scored = read_scored(Path(ctx.config.scores), ctx.config.data)
    table = make_deltas(scored.base, scored.calibrated, scored.rows)
    _write_deltas(ctx, table)
    write_examples(ctx.folder / "examples.parquet", scored.examples)
    write_examples(ctx.folder / "heldout.parquet", scored.heldout)
    write_quarantined(ctx.folder / "quarantined.parquet", scored.quarantined)
    return {
        "rows": len(table),
        "quarantined": len(scored.quarantined),
        "sources": [{"name": scored.name, "revision": scored.revision}],
    }


def _write_deltas(ctx: Context, table: pd.DataFrame) -> None:
    with replacing(ctx.folder / "deltas.parquet") as temporary:
        table.to_parquet(temporary, index=False)


def select(ctx: Context) -> dict[str, Any]:
    """Apply the round's rule to its deltas, and to the columns that its strategy needs besides."""
    from ...data.pool import read_examples
    from ...selection.rules import SelectionTable
    from ...selection.strategies import with_columns
    from ..results import export_selected, selection_record, with_votes

    spec = validated(SelectionSpec, ctx.stage.settings)
    scored, *extras = (stage.folder(ctx.store) for stage in ctx.stage.upstream)
    columns = [pd.read_parquet(folder / COLUMNS_FILE) for folder in extras]
    table = with_columns(pd.read_parquet(scored / "deltas.parquet"), columns)
    sorted_table = SelectionTable(table)
    chosen = sorted_table.select(spec)
    record = selection_record(chosen)
    write_json(ctx.folder / "selection.json", record)
    examples = read_examples(examples_folder(ctx.stage, ctx.store) / "examples.parquet", ids=chosen.ids)
    by_id = {example.example_id: example for example in examples}
    export_selected(ctx.folder / "selected.jsonl", by_id, with_votes(table, sorted_table, spec), chosen)
    return {"rows": len(chosen.ids), "spec": spec.hash}
