"""A headless run whose model and dataset are on the Hub, served by the stand-in, and how the Hub refuses."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_stub import Repo, hub_stub

ROOT = Path(__file__).parents[2]
MODEL_COMMIT, DATA_COMMIT = "a" * 40, "d" * 40
CARD = b"""---
configs:
- config_name: easy
  data_files: easy/*.parquet
- config_name: hard
  data_files:
  - split: train
    path: hard/train.parquet
  - split: test
    path: hard/test.parquet
---
"""
QUICK = ["calibration.ratio=0.2", "calibration.training.batch_size=4", "selection.ratio=0.25"]
MODEL, DATA = ["--model", "org/tiny"], ["--data", "org/pool", "--subset", "hard", "--split", "test"]
ROWS = [
    {"instruction": f"Say {i} {what}.", "output": f"{i} " * (2 + i % 3), "domain": what}
    for i in range(30)
    for what in ("aloud", "twice")
]
REFUSED = {
    "no such model": (["--model", "org/nothing", *DATA], "The Hub has no repository 'org/nothing'"),
    "no such dataset": ([*MODEL, "--data", "org/nothing"], "The Hub has no repository 'org/nothing'"),
    "a gated model": (["--model", "org/gated", *DATA], "'org/gated' is gated: accept its terms"),
    "a forbidden model": (["--model", "org/forbidden", *DATA], "The Hub refuses access to 'org/forbidden' (HTTP 403)"),
    "a gated dataset": ([*MODEL, "--data", "org/gated-pool"], "'org/gated-pool' is gated: accept its terms"),
    "no network": (["--model", "org/tiny", *DATA], "The Hub cannot be reached for 'org/pool': check the network"),
    "no network for a model": (["--model", "org/tiny", "--data", "{file}"], "The Hub cannot be reached for 'org/tiny'"),
}


def parquet(rows: list[dict]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def start(arguments: list[str], *, hub: str, folder: Path) -> subprocess.Popen:
    """The command line with this Hub, an empty cache and no token."""
    env = os.environ | {
        "HF_ENDPOINT": hub,
        "HF_HOME": str(folder / "cache"),
        "HF_HUB_OFFLINE": "0",
        "INSTRUCTDIFF_HOME": str(folder / "home"),
        "NO_PROXY": "*",
    }
    env.pop("HF_TOKEN", None)
    command = [sys.executable, "-m", "instructdiff_ui", "run", "--run-dir", str(folder / "run"), *arguments]
    return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen) -> tuple[int, str]:
    errors = process.communicate(timeout=180)[1]
    return process.returncode, errors


@pytest.fixture(scope="module")
def hub(model_folder: Path):
    files = {file.name: file.read_bytes() for file in model_folder.iterdir()}
    data = {
        "README.md": CARD,
        "easy/train.parquet": parquet(ROWS[:2]),
        "hard/train.parquet": parquet(ROWS[:3]),
        "hard/test.parquet": parquet(ROWS),
    }
    repos = {
        "org/tiny": Repo(files, kind="models", commit=MODEL_COMMIT),
        "org/gated": Repo(files, kind="models", token="hf_right"),
        "org/forbidden": Repo(kind="models", status=403),
        "org/pool": Repo(data, commit=DATA_COMMIT, branches=("main", "v1")),
        "org/gated-pool": Repo(data, token="hf_right"),
    }
    with hub_stub(repos) as stub:
        yield stub


def manifest(run: Path, stage: str) -> dict:
    return json.loads(next(run.glob(f"artifacts/{stage}-*/manifest.json")).read_text())


def test_a_run_from_the_hub_is_pinned_to_its_commits(hub, tmp_path):
    quick = [argument for setting in [*QUICK, "model.device=cpu"] for argument in ("--set", setting)]
    arguments = [*MODEL, *DATA, "--revision", "v1", "--domain-column", "domain", "--until", "selection", *quick]
    code, errors = ended(start(arguments, hub=hub.url, folder=tmp_path))
    assert code == 0, errors
    run = tmp_path / "run"
    loaded, tokens = manifest(run, "pool"), manifest(run, "tokens")
    assert loaded["facts"]["sources"][0]["revision"] == DATA_COMMIT
    asked = loaded["settings"]["sources"][0]
    assert (asked["subset"], asked["split"], asked["revision"]) == ("hard", "test", "v1")
    assert tokens["facts"]["model"]["revision"] == MODEL_COMMIT
    assert len(pd.read_parquet(run / "deltas.parquet")) == loaded["facts"]["rows"] == 58
    # Whatever the branches are called tomorrow: each file was asked for by commit.
    weights = [request for request in hub.requests if "safetensors" in request and "org/tiny" in request]
    assert weights
    assert all(MODEL_COMMIT in request for request in weights)


@pytest.fixture(scope="module")
def refusals(hub, tmp_path_factory) -> dict[str, tuple[int, str]]:
    """Exit code and stderr of every refused run; they run side by side, since starting is what takes the time."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"  # once it is closed
    file = tmp_path_factory.mktemp("data") / "pool.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    started = {}
    for case, (arguments, _) in REFUSED.items():
        url = nobody if case.startswith("no network") else hub.url
        given = [argument.format(file=file) for argument in arguments]
        started[case] = start([*given, "--until", "data"], hub=url, folder=tmp_path_factory.mktemp("refused"))
    return {case: ended(process) for case, process in started.items()}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_hub_refuses_is_one_sentence_and_exit_code_2(case, refusals):
    code, errors = refusals[case]
    assert code == 2, errors
    assert REFUSED[case][1] in errors
    assert len(errors.strip().splitlines()) == 1
