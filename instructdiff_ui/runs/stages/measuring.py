"""The columns that IFD, Superfiltering and the length strategies rank by (METHOD.md §5).

The scoring itself, with its shards, processes and resuming, is that of the pool (`scoring`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...config import ModelConfig
from ...data.examples import TokenizedExample
from ...errors import ConfigError, Stopped
from .. import reuse
from ..machine import settled
from ..plan import lacking
from ..scoringwork import Task, opened
from .context import Context
from .extras import scored_examples, token_ids, write_columns
from .scoring import adder, dtype_of, score, score_by_base

if TYPE_CHECKING:
    from ...data.templates import Renderer
    from ...engine.models import ModelInfo, Models

_BATCH = 10_000  # rows read or tokenised at a time
_LONGEST = 2048  # tokens of a row where nothing says otherwise, as for the base model


def score_bare(ctx: Context) -> dict[str, Any]:
    """Score the same responses after the bare response header: IFD = NLL after the prompt ÷ NLL after the header."""
    from ...data.tokens import header_ids

    path = ctx.folder / "tokens.parquet"
    tokenizer = ctx.models().tokenizer()
    header = header_ids(_renderer(ctx, tokenizer), tokenizer)
    if not path.is_file():
        _write(path, (replace(row, prompt_ids=header) for row in _tokens(ctx.upstream("tokens") / "tokens.parquet")))
    facts = score_by_base(ctx, path)
    ids = token_ids(ctx)
    asked, bare = (_nll(folder).loc[ids].to_numpy() for folder in (ctx.upstream("score_base"), ctx.folder))
    write_columns(ctx, ids, bare_nll=bare, ifd=_ratio(asked, bare))
    _drop(path)
    return facts | {"header": tokenizer.decode(list(header))}


def score_small(ctx: Context) -> dict[str, Any]:
    """Score the responses under a small model, after the plain request and after nothing: the ratio of perplexities."""
    from ...engine.describe import describe
    from ...engine.models import Models

    small = ctx.config.baselines.small_model
    if small is None:
        raise ConfigError(f"The strategy superfiltering cannot be computed. {lacking(ctx.config, 'superfiltering')}")
    ctx.models().close()  # there may not be room for both
    info = describe(small)
    models = Models(settled(pinned(small, info)))
    try:
        asked, alone = _score_both(ctx, models, info)
    finally:
        models.close()
    ids = token_ids(ctx)
    with np.errstate(over="ignore"):
        ratio = np.exp((asked - alone).reindex(ids).to_numpy())
    write_columns(ctx, ids, superfilter_ifd=ratio)
    unscored = int(np.isnan(ratio).sum())  # too long for the small model
    return {"rows": len(ids) - unscored, "unscored": unscored, "device": str(models.device), "dtype": dtype_of(models)}


def lengths(ctx: Context) -> dict[str, Any]:
    """Count the tokens of every instruction with its input, without a template, beside those of the response."""
    from ...data.tokens import count_tokens

    tokenizer = ctx.models().tokenizer()
    renderer, examples = _renderer(ctx, tokenizer), scored_examples(ctx)
    counts: list[int] = []
    for start in range(0, len(examples), _BATCH):
        if ctx.should_stop():
            raise Stopped
        counts += count_tokens([renderer.request(row) for row in examples[start : start + _BATCH]], tokenizer)
        ctx.meter(len(counts), len(examples), "rows")
    path = ctx.upstream("tokens") / "tokens.parquet"
    responses = pc.list_value_length(pq.read_table(path, columns=["response_ids"])["response_ids"]).to_numpy()
    instructions = np.array(counts, np.int64)
    write_columns(
        ctx,
        [row.example_id for row in examples],
        instruction_tokens=instructions,
        inst_resp_ratio=instructions / responses,
    )
    return {"rows": len(counts)}


def pinned(model: ModelConfig, info: ModelInfo) -> ModelConfig:
    """The model at the commit that was described; a folder has none."""
    from ...engine.describe import local_folder

    return model if local_folder(model.path) else model.model_copy(update={"revision": info.revision})


# two passes of a small model -----------------------------------------------------------------------------------------


def _score_both(ctx: Context, models: Models, info: ModelInfo) -> tuple[pd.Series, pd.Series]:
    """The NLL of each response by example id, after the request and after nothing."""
    folders = [ctx.folder / "asked", ctx.folder / "alone"]
    _write_both(ctx, models, info, *(folder / "tokens.parquet" for folder in folders))
    who = reuse.scorer(
        models.config, revision=info.revision, dtype=dtype_of(models), device=models.device.type, score_eos=False
    )
    scoring = ctx.config.scoring
    tasks = [
        Task(str(folder / "tokens.parquet"), str(folder), scoring.shard_rows, scoring.logits_mb, None, who)
        for folder in folders
    ]
    works = [opened(task) for task in tasks]
    on_tokens = adder(ctx, sum(work.done() for work in works), sum(int(work.targets.sum()) for work in works))
    for task, work in zip(tasks, works, strict=True):
        score(ctx, models, task, work, on_tokens=on_tokens)
    asked, alone = (_nll(folder) for folder in folders)
    for folder in folders:
        _drop(folder / "tokens.parquet")
    return asked, alone


def _write_both(ctx: Context, models: Models, info: ModelInfo, asked: Path, alone: Path) -> None:
    """Write the tokens of both passes, with the same response tokens in either, unless they are there."""
    from ...data.templates import Renderer
    from ...data.tokens import nothing_ids, tokenise

    if asked.is_file() and alone.is_file():
        return
    data, tokenizer = ctx.config.data, models.tokenizer()
    made = tokenise(
        scored_examples(ctx),
        Renderer("plain", None, "", data.use_input, tokenizer),
        tokenizer,
        max_length=min(data.max_length or _LONGEST, info.context_length or _LONGEST),
        overlong=data.overlong,
    )
    nothing = nothing_ids(tokenizer)
    for path, rows in ((asked, made.examples), (alone, [replace(row, prompt_ids=nothing) for row in made.examples])):
        path.parent.mkdir(exist_ok=True)
        _write(path, rows)


# rows and scores -----------------------------------------------------------------------------------------------------


def _renderer(ctx: Context, tokenizer: Any) -> Renderer:
    from ...data.templates import Renderer

    data = ctx.config.data
    return Renderer(data.template, data.custom_template, data.separator, data.use_input, tokenizer)


def _tokens(path: Path) -> Iterator[TokenizedExample]:
    from ...data.tokentable import TokenTable

    table = TokenTable(path)
    for start in range(0, len(table), _BATCH):
        yield from table.take(range(start, min(start + _BATCH, len(table))))


def _write(path: Path, rows: Iterable[TokenizedExample]) -> None:
    from ...data.tokens import write_tokens

    write_tokens(path, rows)


def _drop(tokens: Path) -> None:
    """Take away token ids that were only for scoring, and their copy: the shards hold what came of them."""
    from ...data.tokentable import FILE

    for path in (tokens, tokens.with_name(FILE)):
        path.unlink(missing_ok=True)


def _nll(folder: Path) -> pd.Series:
    """The NLL of each row by example id, from the shards of a finished artifact."""
    paths = sorted((folder / "shards").glob("*.parquet"))
    frames = [pd.read_parquet(path, columns=["example_id", "nll"]) for path in paths]
    return pd.concat(frames).set_index("example_id")["nll"]


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """(N,) quotients; NaN where there is nothing to divide by."""
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
