"""A scored file of any size, and the run that is made of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from instructdiff_ui import api

_TASKS = ("Explain", "Summarise", "Describe in your own words", "Give three reasons for", "Write a short story about")
_THINGS = ("photosynthesis", "the water cycle", "a lighthouse", "prime numbers", "sorting a list", "the human heart")
_FILLER = (
    "It begins with what is known and ends with what follows from it.",
    "First the parts are named, then the way in which they act on each other.",
    "An example makes this plain, and a counterexample shows where it ends.",
    "In practice one looks for the simplest case and goes on from there.",
    "The result is then compared with what was expected.",
)


def scored_file(path: Path, rows: int, domains: int) -> None:
    """A Parquet file with this app's columns: texts of some 350 bytes, scores with a scale of their own per domain."""
    rng = np.random.default_rng(0)
    scale = 0.03 + 0.4 * np.arange(domains) / domains
    writer = None
    for start in range(0, rows, 50_000):
        n = min(50_000, rows - start)
        domain = rng.integers(0, domains, n)
        base_nll, base_entropy = rng.gamma(4, 0.4, n), rng.gamma(4, 0.3, n)
        table = pa.table(
            {
                "example_id": [f"{x:012x}" for x in rng.integers(0, 2**47, n)],
                "instruction": [_instruction(start + k, rng) for k in range(n)],
                "output": [_response(start + k, rng) for k in range(n)],
                "domain": np.array([f"domain {d:02d}" for d in range(domains)])[domain],
                "quality": np.where(rng.random(n) < 0.2, "bad", "good"),
                "n_tokens": np.minimum(600, 2 + rng.gamma(2, 60, n).astype(int)),
                "base_nll": base_nll,
                "base_entropy": base_entropy,
                "calibrated_nll": base_nll + rng.normal(-0.2, 0.3, n),
                "calibrated_entropy": base_entropy - rng.normal(0.3, 1.0, n) * scale[domain],
                "in_calibration": rng.random(n) < 0.1,
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _instruction(k: int, rng: np.random.Generator) -> str:
    task, thing = _TASKS[k % len(_TASKS)], _THINGS[k // 7 % len(_THINGS)]
    return f"{task} {thing}, and use the number {rng.integers(1, 100_000)} where one is needed."


def _response(k: int, rng: np.random.Generator) -> str:
    sentences = " ".join(_FILLER[i] for i in rng.integers(0, len(_FILLER), 1 + k % 7))
    return f"About {_THINGS[k % len(_THINGS)]}: {sentences} The sum of {k} and {k % 997} is {k + k % 997}."


def run_directory(folder: Path, rows: int, domains: int) -> str:
    """The run of such a file, made once by importing it."""
    run = folder / f"run-{rows}-{domains}"
    if not (run / "deltas.parquet").exists():
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"scored-{rows}-{domains}.parquet"
        scored_file(file, rows, domains)
        print(json.dumps({"scored file, MB": file.stat().st_size >> 20}))
        api.import_scores(file, run_dir=run)
    return str(run)
