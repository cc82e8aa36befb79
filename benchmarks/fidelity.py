"""How far scores, and the selection made of them, depend on the precision they are computed in and on whose code it is.

A model is calibrated on a tenth of a pool as `official` writes its rows. A sample of the pool is then scored with
float64, float32 and bfloat16 weights by this project, and with float32 and bfloat16 weights by a plain restatement of
the method's released code (benchmarks/released.py), which computes its softmax in the precision of the weights.

    python -m benchmarks.fidelity [--model FOLDER] [--data FILE] [--domain-column NAME] [--rows 600]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from benchmarks import released
from instructdiff_ui.config import DataConfig, ModelConfig, SelectionSpec, TrainingConfig, parse_config
from instructdiff_ui.data.examples import Example, TokenizedExample
from instructdiff_ui.data.pool import load_pool
from instructdiff_ui.data.templates import Renderer
from instructdiff_ui.data.tokens import tokenise
from instructdiff_ui.engine.models import Models, load_tokenizer
from instructdiff_ui.engine.precision import reference_tokens
from instructdiff_ui.engine.scoring import score
from instructdiff_ui.engine.training import train
from instructdiff_ui.files import ASSETS
from instructdiff_ui.runs.stages.training import draw
from instructdiff_ui.selection.rules import apply

EXACT = 64  # rows that are scored in float64
LONGEST = 1024  # tokens of a row
TRAINING = TrainingConfig(learning_rate=2e-3, num_train_epochs=2, per_device_train_batch_size=16)
RULE = SelectionSpec(budget="tokens", filter="rank")  # of `official`
COLUMNS = ["base_nll", "base_entropy", "nll", "entropy"]


@dataclass(frozen=True)
class Pool:
    """A sample of the rows, as text and as token ids, in one order."""

    examples: list[Example]
    rows: list[TokenizedExample]
    calibration: list[TokenizedExample]
    tokenizer: Any

    @property
    def domains(self) -> np.ndarray:
        return np.array([example.domain for example in self.examples], dtype=object)


def load(model: ModelConfig, data: DataConfig, *, count: int) -> Pool:
    """`count` rows of the pool and the tenth that calibration trains on, both drawn by id."""
    tokenizer = load_tokenizer(model)
    renderer = Renderer(data.template, None, data.separator, data.use_input, tokenizer)
    examples = load_pool(data).examples
    limit = min(LONGEST, tokenizer.model_max_length - 1)
    made = tokenise(examples, renderer, tokenizer, max_length=limit, overlong="drop")
    rows = {row.example_id: row for row in made.examples}
    sample = draw(list(rows), ratio=min(1.0, count / len(rows)), seed=0)
    chosen = [example for example in examples if example.example_id in sample]
    calibration = draw(list(rows), ratio=0.1, seed=1)
    return Pool(chosen, [rows[e.example_id] for e in chosen], [rows[i] for i in sorted(calibration)], tokenizer)


def calibrate(model: ModelConfig, pool: Pool, folder: Path) -> Path:
    eos_id = pool.tokenizer.eos_token_id
    models = Models(model, dtype=torch.float32)
    train(models, pool.calibration, config=TRAINING, output_dir=folder, eos_id=eos_id, pad_id=eos_id)
    return folder / "adapter"


@contextmanager
def both(model: ModelConfig, adapter: Path, dtype: torch.dtype) -> Iterator[list[Any]]:
    """Ways into the base and the calibrated model, one after the other on the same weights."""
    models = Models(model, dtype=dtype)
    try:
        yield [models.base, lambda: models.tuned(adapter)]
    finally:
        models.close()


@dataclass(frozen=True)
class Scored:
    """Somebody's scores of every row, and the ids of the rows selected by them, in each domain for itself."""

    name: str
    table: pd.DataFrame  # COLUMNS, delta_nll, delta_entropy, by example id in the order of the pool
    kept: frozenset[str]


def ours(model: ModelConfig, adapter: Path, pool: Pool, dtype: torch.dtype) -> Scored:
    """This project's scorer and rule."""
    parts = []
    with both(model, adapter, dtype) as ways:
        for way in ways:
            with way() as loaded:
                scores = score(loaded, pool.rows, batch_tokens=8192, logits_mb=256)
                parts += [(one.nll, one.entropy) for one in scores]
    table = _table(parts, pool)
    kept = apply(_rule_table(table, pool), RULE).ids
    return Scored(f"this scorer, {_name(dtype)}", table, frozenset(kept))


def theirs(model: ModelConfig, adapter: Path, pool: Pool, dtype: torch.dtype) -> Scored:
    """The released code's scorer and rule."""
    ids = [
        released.token_ids({"instruction": e.instruction, "output": e.response}, pool.tokenizer) for e in pool.examples
    ]
    parts = []
    with both(model, adapter, dtype) as ways:
        for way in ways:
            with way() as loaded:
                parts += [released.score(loaded, *one) for one in ids]
    table = _table(parts, pool)
    lines = table.assign(diff_nll=-table.delta_nll, diff_entropy=table.delta_entropy, n_tokens=[n for _, n in ids])
    kept: set[str] = set()
    for domain in np.unique(pool.domains):  # it takes one file of rows of one kind
        file = lines[pool.domains == domain]
        kept.update(file.index[released.select(file.to_dict("records"), gamma=RULE.gamma, ratio=RULE.ratio)])
    return Scored(f"released code, {_name(dtype)}", table, frozenset(kept))


def _rule_table(table: pd.DataFrame, pool: Pool) -> pd.DataFrame:
    columns = {"example_id": table.index, "domain": pool.domains, "in_calibration": False}
    tokens = [len(row.response_ids) for row in pool.rows]
    return table[["delta_nll", "delta_entropy"]].assign(n_tokens=tokens, **columns).reset_index(drop=True)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def exact(model: ModelConfig, adapter: Path, pool: Pool, places: Sequence[int]) -> pd.DataFrame:
    """The scores of some rows with float64 weights, from the model's own logits."""
    parts = []
    with both(model, adapter, torch.float64) as ways:
        for way in ways:
            with way() as loaded:
                loaded.double()  # the adapter's weights too
                for place in places:
                    nll, entropy = reference_tokens(loaded, pool.rows[place])
                    parts.append((nll.mean().item(), entropy.mean().item()))
    return _table(parts, pool, places)


def _table(parts: list[tuple[float, float]], pool: Pool, places: Sequence[int] | None = None) -> pd.DataFrame:
    ids = [pool.rows[place].example_id for place in (range(len(pool.rows)) if places is None else places)]
    halves = np.array(parts).reshape(2, len(ids), 2)
    table = pd.DataFrame(np.hstack(halves), columns=COLUMNS, index=ids)
    return table.assign(delta_nll=table.nll - table.base_nll, delta_entropy=table.base_entropy - table.entropy)


# what is printed ---------------------------------------------------------------------------------------------------


def errors(title: str, table: pd.DataFrame, reference: pd.DataFrame) -> None:
    """Median, 95th percentile and maximum of |error| over rows, nats."""
    away = (table.loc[reference.index] - reference).abs()
    print(f"\n{title}, {len(away)} rows: |error| of a row, nats\n")
    print("| | median | p95 | max |\n|---|---|---|---|")
    names = {"base_nll": "NLL base", "base_entropy": "H base", "nll": "NLL calibrated", "entropy": "H calibrated"}
    for column, name in (names | {"delta_nll": "ΔNLL", "delta_entropy": "ΔH"}).items():
        values = away[column]
        print(f"| {name} | {values.median():.1e} | {values.quantile(0.95):.1e} | {values.max():.1e} |")


def agreement(one: Scored, other: Scored, pool: Pool) -> None:
    """By domain: how far the ΔH of two scorers is apart, and what that does to ranks and to the selected set."""
    print(f"\n{one.name}, against {other.name}\n")
    print("| domain | rows | IQR of ΔH | sd of difference | ratio | Spearman of ΔH | selected | Jaccard |")
    print("|---|---|---|---|---|---|---|---|")
    for domain in np.unique(pool.domains):
        here = pool.domains == domain
        ids = set(other.table.index[here])
        a, b = (scored.table.delta_entropy.to_numpy()[here] for scored in (one, other))
        spread, apart = np.subtract(*np.quantile(b, [0.75, 0.25])), np.std(a - b, ddof=1)
        rho = pd.Series(a).rank().corr(pd.Series(b).rank())
        cells = [domain, len(a), f"{spread:.4f}", f"{apart:.1e}", f"{spread / apart:,.1f}", f"{rho:.4f}"]
        print(f"| {' | '.join(map(str, cells))} | {len(other.kept & ids)} | {_jaccard(one, other, ids):.3f} |")
    print(f"| all | {len(pool.rows)} | | | | | {len(other.kept)} | {_jaccard(one, other):.3f} |", flush=True)


def _jaccard(one: Scored, other: Scored, ids: set[str] | None = None) -> float:
    a, b = (scored.kept if ids is None else scored.kept & ids for scored in (one, other))
    return len(a & b) / len(a | b) if a | b else 1.0


def same_tokens(pool: Pool) -> int:
    """Rows whose ids are those of the whole text tokenised at once, as the released code does it."""
    texts = [{"instruction": e.instruction, "output": e.response} for e in pool.examples]
    return sum(
        released.token_ids(text, pool.tokenizer) == ([*row.prompt_ids, *row.response_ids], len(row.response_ids))
        for text, row in zip(texts, pool.rows, strict=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=ASSETS / "demo" / "model", help="default: the demo's")
    parser.add_argument("--data", type=Path, default=ASSETS / "demo" / "pool.jsonl", help="default: the demo's")
    parser.add_argument("--domain-column", default="domain")
    parser.add_argument("--rows", type=int, default=600)
    arguments = parser.parse_args()
    data = {"sources": [{"path": str(arguments.data)}], "domain_column": arguments.domain_column, "heldout_ratio": 0}
    config = parse_config({"model": {"path": str(arguments.model)}, "data": data}, preset="official")
    assert config.model is not None
    with tempfile.TemporaryDirectory() as folder:
        compare(config.model, config.data, Path(folder), rows=arguments.rows)


def compare(model: ModelConfig, data: DataConfig, folder: Path, *, rows: int) -> None:
    began = time.perf_counter()
    pool = load(model, data, count=rows)
    adapter = calibrate(model, pool, folder)
    print(f"{len(pool.rows)} rows, calibrated on {len(pool.calibration)}", end="; ")
    print(f"token ids as the released code has them in {same_tokens(pool)} rows", flush=True)
    full, half = torch.float32, torch.bfloat16
    mine, coarse = (ours(model, adapter, pool, dtype) for dtype in (full, half))
    places = np.linspace(0, len(pool.rows) - 1, min(EXACT, len(pool.rows))).astype(int)
    errors("float32 against float64", mine.table, exact(model, adapter, pool, places))
    errors("bfloat16 against float32", coarse.table, mine.table)
    agreement(coarse, mine, pool)
    other, rough = (theirs(model, adapter, pool, dtype) for dtype in (full, half))
    errors("Released code in bfloat16 against float32", rough.table, other.table)
    for pair in ((mine, other), (rough, other), (mine, rough), (coarse, rough)):
        agreement(*pair, pool)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
