"""The disk is everybody's: what it has no room for is not downloaded, and what is refused does not stay on it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from data.test_data_hub import parquet, read_all
from hub_stub import Repo, hub_stub

from instructdiff_ui.runs.executor import environment

ROWS = [{"instruction": f"q{k}", "output": f"a{k}"} for k in range(3)]
JSONL = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
LARGE = [{"instruction": "x" * 1_000, "output": "y"}] * 8_000
TABLES = {f"data/train-{k}.parquet": parquet(LARGE) for k in range(2)}
REFUSED = {
    "tables": (TABLES, "unpacked"),
    "packed": ({"data.jsonl.gz": gzip.compress(JSONL + b" " * 7_000_000)}, "unpacked"),
    "damaged": ({"data.parquet": b"PAR1" + b"x" * 5_000}, "not a readable Parquet file"),
    "no rows": ({"data.jsonl": b'{"a": ' * 500}, "no data files that can be read"),
}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_UPLOAD_MB", "2")  # so 6 MB once unpacked


def read(tmp_path: Path, files: dict[str, bytes], **more):
    with hub_stub({"org/data": Repo(files, **more)}) as hub:
        answer = read_all(hub.url, tmp_path / "hf", {"case": ({"path": "org/data"}, None)})["case"]
    return answer, [path for path in (tmp_path / "hf").rglob("*") if path.is_file()]


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_does_not_stay(tmp_path, case):
    files, why = REFUSED[case]
    answer, kept = read(tmp_path, files)
    assert isinstance(answer, list) and why in answer[1], answer
    assert [path for path in kept if path.name in files or path.suffix == ".arrow"] == []
    assert sum(path.stat().st_size for path in kept) < 4_000


@pytest.mark.parametrize("hosted", ["1", "0"])
def test_what_is_read_stays(tmp_path, hosted, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", hosted)
    answer, kept = read(tmp_path, {"data.jsonl": JSONL})
    assert answer["rows"] == ROWS
    assert any(path.name == "data.jsonl" for path in kept) and any(path.suffix == ".arrow" for path in kept)


def test_an_owner_keeps_what_could_not_be_read(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "0")
    _, kept = read(tmp_path, {"data.parquet": b"PAR1" + b"x" * 5_000})
    assert any(path.name == "data.parquet" for path in kept)


def test_a_dataset_for_which_the_disk_has_no_room_is_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_DOWNLOAD_MB", "100000000")
    files = {"data.parquet": parquet(ROWS)}
    answer, kept = read(tmp_path, files, sizes={"data.parquet": 90 * 10**12})
    assert "is 90,000,000 MB to download, and this server's disk has no room for it now" in answer[1]
    assert not any(path.name in files for path in kept)


def test_a_model_for_which_the_disk_has_no_room_is_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_DOWNLOAD_MB", "100000000")
    code = (
        "from instructdiff_ui.config import ModelConfig\nfrom instructdiff_ui.engine.describe import describe\n"
        "from instructdiff_ui.errors import UserError\n"
        "try: describe(ModelConfig(path='org/model'))\nexcept UserError as error: print(error.message)"
    )
    repo = Repo({"config.json": b"{}", "model.safetensors": b""}, kind="models")
    repo.sizes = {"model.safetensors": 90 * 10**12}
    with hub_stub({"org/model": repo}) as hub:
        there = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "0", "NO_PROXY": "*"}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment() | there, capture_output=True, text=True, check=True
        )
    assert "'org/model' is 90,000,000 MB to download, and this server's disk has no room for it now" in done.stdout
    assert not any("/resolve/" in request for request in hub.requests)
