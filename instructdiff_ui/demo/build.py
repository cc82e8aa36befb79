"""Building the demo pack from this repository alone: pool, base model, finished run, and a record of what they are."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..engine.pretraining import Recipe
from ..files import ASSETS, read_json, write_json
from . import pool as pools
from .model import build_model
from .run import build_run

PARTS = ("pool", "model", "run")
HANDWRITTEN = ASSETS / "demo" / "handwritten"
RECORD = "demo.json"
RECIPE = Recipe()


def build(
    into: Path,
    *,
    work: Path,
    until: str = "run",
    recipe: Recipe = RECIPE,
    say: Callable[[str], None] = lambda line: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Write the pack into `into`, part by part, keeping in `work` what a second attempt goes on with.

    Returns the record that `demo.json` holds. The same code gives the same pool, tokenizer and corpus, to the byte;
    weights and scores agree as far as floating point on another processor does.
    """
    record: dict[str, Any] = read_json(into / RECORD, {})
    parts = PARTS[: PARTS.index(until) + 1]
    if "pool" in parts:
        say("pool and held-out rows")
        record["pool"] = _build_pool(into)
    if "model" in parts:
        facts = build_model(into / "model", work=work, recipe=recipe, say=say, should_stop=should_stop)
        record["model"] = facts | {"files": _hashes(into / "model")}
    if "run" in parts:
        work_run = work / f"run-{_hash_of([*_hashes(into / 'model').values(), record['pool']['sha256']])[:12]}"
        with _pack_in(into):
            record["run"] = build_run(into / "run", work=work_run, say=say, should_stop=should_stop)
    write_json(into / RECORD, record)
    return record


def _build_pool(into: Path) -> dict[str, Any]:
    rows, heldout = pools.build(HANDWRITTEN)
    pools.write_rows(into / "pool.jsonl", rows)
    pools.write_rows(into / "heldout.jsonl", heldout)
    return {
        "rows": len(rows),
        "heldout": len(heldout),
        "handwritten": sum(row.family == "handwritten" and row.quality == pools.GOOD for row in (*rows, *heldout)),
        "families": len({(row.domain, row.family) for row in rows} - {(d, "handwritten") for d in pools.DOMAINS}),
        "quality": dict(sorted(Counter(row.quality for row in rows).items())),
        "sha256": _hash_of([(into / name).read_text("utf-8") for name in ("pool.jsonl", "heldout.jsonl")]),
    }


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _hash_of(texts: list[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


@contextmanager
def _pack_in(folder: Path) -> Iterator[None]:
    """Let `demo:` paths mean the pack that is being built."""
    before = os.environ.get("INSTRUCTDIFF_DEMO")
    os.environ["INSTRUCTDIFF_DEMO"] = str(folder.resolve())
    try:
        yield
    finally:
        os.environ.pop("INSTRUCTDIFF_DEMO")
        if before is not None:
            os.environ["INSTRUCTDIFF_DEMO"] = before
