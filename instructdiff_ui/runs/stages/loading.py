"""Loading: sources become a pool, and the pool token ids. No weights are touched."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ...errors import DataError, ModelError
from ...files import expanded, write_json
from .context import Context, examples_folder, model_of, response_tokens

PREVIEWS = 8  # rows that the page shows as the models will see them


def pool(ctx: Context) -> dict[str, Any]:
    """Read the sources into one pool and put the held-out rows aside, before anything is trained."""
    from ...data.pool import load_pool, write_examples, write_quarantined

    loaded = load_pool(ctx.config.data)
    write_examples(ctx.folder / "examples.parquet", loaded.examples)
    write_examples(ctx.folder / "heldout.parquet", loaded.heldout)
    write_quarantined(ctx.folder / "quarantined.parquet", loaded.quarantined)
    return {
        "rows": len(loaded.examples),
        "heldout": len(loaded.heldout),
        "quarantined": len(loaded.quarantined),
        "sources": [asdict(source) for source in loaded.sources],
    }


def tokens(ctx: Context) -> dict[str, Any]:
    """Render and tokenise the pool once, for scoring and training alike, and describe what came out."""
    from ...data import pool as pools
    from ...data.templates import Renderer
    from ...data.tokens import tokenise, write_tokens
    from ...engine.describe import describe, load_tokenizer

    # 1. what the model is, and the rows
    data, model = ctx.config.data, model_of(ctx.config)
    info = describe(model)
    rows = _pool(ctx)
    # 2. one renderer and one tokenizer, the base model's, for everything
    tokenizer = load_tokenizer(model.model_copy(update={"revision": _pin(model, info)}))
    renderer = Renderer(data.template, data.custom_template, data.separator, data.use_input, tokenizer)
    limits: Any = {"max_length": _max_length(data.max_length, info.context_length), "overlong": data.overlong}
    made = tokenise(rows.examples, renderer, tokenizer, on_progress=ctx.meter, **limits)
    heldout = tokenise(rows.heldout, renderer, tokenizer, **limits)
    if not made.examples:
        raise DataError(
            f"No row of the pool can be used; the first was put aside for this: {made.quarantined[0].reason}."
        )
    # 3. the artifact
    write_tokens(ctx.folder / "tokens.parquet", made.examples)
    write_tokens(ctx.folder / "heldout.parquet", heldout.examples)
    pools.write_quarantined(
        ctx.folder / "quarantined.parquet", [*rows.quarantined, *made.quarantined, *heldout.quarantined]
    )
    write_json(ctx.folder / "report.json", _report(rows, made, renderer, tokenizer))
    return {
        "rows": len(made.examples),
        "heldout": len(heldout.examples),
        "quarantined": len(rows.quarantined) + len(made.quarantined) + len(heldout.quarantined),
        "truncated": made.n_truncated,
        "response_tokens": response_tokens(made.examples),
        "max_length": limits["max_length"],
        "template": renderer.resolved,
        "model": asdict(info),
        "eos_id": _end_id(tokenizer, model.path),
        "pad_id": tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id,
    }


def _pool(ctx: Context):
    from ...data import pool as pools

    folder = examples_folder(ctx.stage, ctx.store)
    examples = pools.read_examples(folder / "examples.parquet")
    data = ctx.config.data
    return pools.Pool(
        pools.drawn(examples, data.pool_rows, f"pool {data.seed}"),
        pools.read_examples(folder / "heldout.parquet"),
        pools.read_quarantined(folder / "quarantined.parquet"),
    )


def _report(rows, made, renderer, tokenizer) -> dict[str, Any]:
    from ...data.report import pool_report
    from ...data.tokens import marked_prompt

    by_id = {example.example_id: example for example in rows.examples}
    first = [marked_prompt(by_id[row.example_id], renderer, tokenizer, row) for row in made.examples[:PREVIEWS]]
    return pool_report(rows, made, previews=first)


def _end_id(tokenizer, path: str) -> int:
    if tokenizer.eos_token_id is None:
        raise ModelError(
            f"The tokenizer of {path} has no end-of-sequence token, so no response could be taught to end."
        )
    return tokenizer.eos_token_id


def _max_length(asked: int | None, context: int | None) -> int:
    """Tokens of prompt and response; one position of the context stays free for the end-of-sequence token."""
    if asked is not None and context is not None and asked > context:
        raise DataError(f"data.max_length is {asked}, but the model reads at most {context} tokens: use that or less.")
    longest = asked or 2048
    return longest if context is None else min(longest, context - 1)


def _pin(model, info) -> str | None:
    """The commit to load from the Hub; a folder has no revisions."""
    return None if expanded(model.path).exists() else info.revision
