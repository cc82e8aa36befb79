"""How much of a score is arithmetic: a sample of the pool's rows once more in float32, after scoring in half precision.

A check beside the scores: whatever goes wrong in it is noted and fails no stage. What the figures mean for a run's
domains is `runs/noise.py`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from ...data.examples import TokenizedExample
from ...errors import Stopped
from ...files import read_json, write_json
from .context import Context, examples_folder

ROWS = 32  # of the sample, spread over the domains
LEAST = 4  # of a domain: fewer say little about a standard deviation
MOST = 128  # however many domains there are
LONGEST = 512  # tokens of a row; a longer one is cut, the same way under every model
RESPONSE = 384  # at most so many of them from the response
FILE = "noise.json"


def measure(ctx: Context, tuned: Path | None) -> dict[str, Any]:
    """Write `noise.json`: score minus float32 reference of sampled rows; returns the facts for the stage's manifest.

    Of the base model, or of the one in the folder `tuned`. Does nothing, and loads nothing, where the weights are
    float32 or float64. When the check cannot be made, such as for want of memory, the file and the facts say why.
    Raises only `Stopped`.
    """
    from ...engine.models import free_memory

    models = ctx.models()
    if models.dtype.itemsize > 2:
        return {}
    try:
        with models.base() if tuned is None else models.tuned(tuned) as model:
            found = _errors(ctx, model)
    except Stopped:
        raise
    except Exception as error:  # of whatever kind: the scores are there, and this is about them
        free_memory()
        note = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        write_json(ctx.folder / FILE, {"rows": [], "note": note})
        return {"noise_rows": 0, "noise_note": note}
    write_json(ctx.folder / FILE, {"rows": found, "note": ""})
    return {"noise_rows": len(found)}


def _errors(ctx: Context, model: Any) -> list[dict[str, Any]]:
    """`example_id, nll, entropy, domain` of the sampled rows, score minus reference."""
    from ...engine.precision import numerical_noise

    scoring, tokens = ctx.config.scoring, ctx.upstream("tokens") / "tokens.parquet"
    chosen = sample(tokens, examples_folder(ctx.stage, ctx.store) / "examples.parquet")
    errors = numerical_noise(
        model,
        [_cut(row) for row in _rows(tokens, list(chosen))],
        batch_tokens=scoring.batch_tokens,
        logits_mb=scoring.logits_mb,
        eos_id=ctx.facts("tokens")["eos_id"] if scoring.score_eos else None,
        should_stop=ctx.should_stop,
    )
    return [asdict(error) | {"domain": chosen[error.example_id]} for error in errors]


def sample(tokens: Path, examples: Path) -> dict[str, str]:
    """About `ROWS` ids with their domains, equally many of each: the same ones in whatever order the rows stand.

    With more domains than can have `LEAST` rows each, those with the most rows have them.
    """
    scored = pd.read_parquet(tokens, columns=["example_id"])
    rows = pd.read_parquet(examples, columns=["example_id", "domain"]).merge(scored, on="example_id")
    sizes = rows["domain"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    largest = sizes.index[: MOST // LEAST]
    each = max(LEAST, ROWS // max(1, len(largest)))
    lots = pd.util.hash_array(rows["example_id"].to_numpy(dtype=object), categorize=False)
    drawn = rows.assign(lot=lots).sort_values(["domain", "lot", "example_id"])
    drawn = drawn[drawn["domain"].isin(largest)].groupby("domain", sort=False).head(each)
    return dict(zip(drawn["example_id"], drawn["domain"], strict=True))


def _rows(tokens: Path, ids: Sequence[str]) -> list[TokenizedExample]:
    """These rows of a pool, in this order, without reading the rest into memory."""
    found = {row["example_id"]: row for row in pq.read_table(tokens, filters=[("example_id", "in", ids)]).to_pylist()}
    rows = (found[name] for name in ids)
    return [
        TokenizedExample(r["example_id"], tuple(r["prompt_ids"]), tuple(r["response_ids"]), r["truncated"])
        for r in rows
    ]


def _cut(row: TokenizedExample) -> TokenizedExample:
    """The row within `LONGEST` tokens: the start of its response, the first token and the end of its prompt."""
    if row.length <= LONGEST:
        return row
    response = row.response_ids[:RESPONSE]
    room = LONGEST - len(response)
    prompt = row.prompt_ids if len(row.prompt_ids) <= room else (row.prompt_ids[0], *row.prompt_ids[1 - room :])
    response = row.response_ids[: LONGEST - len(prompt)]
    return TokenizedExample(row.example_id, prompt, response, truncated=row.truncated or response != row.response_ids)


def delta_noise(ctx: Context) -> dict[str, Any]:
    """For the manifest of a ΔH stage: by domain, how much arithmetic alone moves ΔH; nothing where it was not measured.

    `{"noise": {dtype, note, domains: {name: {rows, sd}}}}`, the standard deviation (nats, ddof=1) over the sampled
    rows of (error of H base − error of H calibrated).
    """
    base, calibrated = (read_json(ctx.upstream(work) / FILE) for work in ("score_base", "score_calibrated"))
    if base is None or calibrated is None:
        return {}
    note = base["note"] or calibrated["note"]
    return {"noise": {"dtype": ctx.facts("score_base")["dtype"], "note": note, "domains": _spread(base, calibrated)}}


def _spread(base: Mapping[str, Any], calibrated: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    columns = ["example_id", "domain", "entropy"]
    both = pd.DataFrame(base["rows"], columns=columns).merge(
        pd.DataFrame(calibrated["rows"], columns=columns),
        on=["example_id", "domain"],
        suffixes=("_base", "_calibrated"),
    )
    errors = (both["entropy_base"] - both["entropy_calibrated"]).groupby(both["domain"])
    return {
        str(name): {"rows": len(values), "sd": float(values.std())} for name, values in errors if len(values) >= LEAST
    }
