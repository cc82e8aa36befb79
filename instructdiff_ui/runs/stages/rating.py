"""What SelectIT ranks by: every model's rating of the rows, in shards, and their mean over the models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ...config import ModelConfig, validated
from ...data.tokentable import TokenTable
from ...errors import Stopped
from ...files import replacing
from ..machine import settled
from ..shards import Shards
from .context import Context
from .extras import scored_examples, token_ids, write_columns
from .measuring import pinned
from .scoring import dtype_of


def rate(ctx: Context) -> dict[str, Any]:
    """Have one model rate the rows by five questions about each; a shard that is there is not rated again."""
    own = ctx.stage.settings.get("model")
    if own is None:
        return _rate(ctx, ctx.models(), ctx.facts("tokens")["model"]["n_parameters"])
    from ...engine.describe import describe
    from ...engine.models import Models

    ctx.models().close()  # there may not be room for both
    model = validated(ModelConfig, own)
    info = describe(model)
    models = Models(settled(pinned(model, info)))
    try:
        return _rate(ctx, models, info.n_parameters)
    finally:
        models.close()


def selectit(ctx: Context) -> dict[str, Any]:
    """Combine the ratings of all models: their mean, weighted by how many parameters each has."""
    from ...engine.rating import combine

    ratings, parameters = [], []
    for stage in ctx.stage.upstream:
        manifest = ctx.store.manifest(stage.name, stage.fingerprint)
        assert manifest is not None, f"{stage.name} runs before {ctx.stage.name}"
        parameters.append(manifest["facts"]["n_parameters"])
        ratings.append(_ratings(stage.folder(ctx.store) / "shards"))
    scores, ids = combine(ratings, parameters=parameters), token_ids(ctx)
    write_columns(ctx, ids, selectit=[scores[example_id] for example_id in ids])
    cut = {one.example_id for rated in ratings for one in rated if one.truncated}
    return {"rows": len(ids), "models": len(ratings), "truncated": len(cut)}


def _rate(ctx: Context, models: Any, n_parameters: int | None) -> dict[str, Any]:
    """Rate what is missing, the longest rows first; `n_parameters` is what is known without the weights."""
    from ...engine.rating import rate as rated

    order = TokenTable(ctx.upstream("tokens") / "tokens.parquet").longest_first()
    shards = Shards(ctx.folder / "shards", order, ctx.config.scoring.shard_rows)
    shards.folder.mkdir(exist_ok=True)
    examples, tokenizer, missing = scored_examples(ctx), models.tokenizer(), shards.missing().tolist()
    done = len(order) - sum(len(shards.rows(number)) for number in missing)
    with models.base() as model:
        n_parameters = n_parameters or sum(weights.numel() for weights in model.parameters())
        for number in missing:
            part = [examples[row] for row in shards.rows(number)]
            ctx.meter(done, len(order), "rows")
            found = rated(
                model,
                tokenizer,
                part,
                batch_tokens=ctx.config.scoring.batch_tokens,
                max_length=ctx.config.data.max_length,
                should_stop=ctx.should_stop,
            )
            _write(shards, number, found)
            done += len(part)
    ctx.meter(done, len(order), "rows")
    if ctx.should_stop():  # asked for when the last batch was done
        raise Stopped
    device = {"device": str(models.device), "dtype": dtype_of(models)}
    return {"rows": len(order), "n_parameters": n_parameters} | device


def _write(shards: Shards, number: int, ratings: list[Any]) -> None:
    columns = {
        "example_id": [one.example_id for one in ratings],
        "score": [one.score for one in ratings],
        "probabilities": [one.probabilities.ravel().tolist() for one in ratings],  # 5 questions × 5 digits
        "truncated": [one.truncated for one in ratings],
    }
    with replacing(shards.path(number)) as temporary:
        pq.write_table(pa.table(columns), temporary, compression="zstd")


def _ratings(folder: Any) -> list[Any]:
    from ...engine.rating import Rating

    return [
        Rating(row["example_id"], row["score"], np.array(row["probabilities"]).reshape(-1, 5), row["truncated"])
        for path in sorted(folder.glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
