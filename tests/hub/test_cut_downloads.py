"""A connection that is cut while weights or rows come down: the download goes on where it was, also on another day."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_stub import Repo, hub_stub, talking_to

from instructdiff_ui.config import ModelConfig
from instructdiff_ui.errors import HubError
from instructdiff_ui.runs.fetching import _fetch

ROOT = Path(__file__).parents[2]
COMMIT = "b" * 40
WEIGHTS = b"".join(hashlib.sha256(bytes([k])).digest() for k in range(256)) * 4  # 32 kB
MODEL = ModelConfig(path="org/tiny", revision=COMMIT)
READ = """
import json
from instructdiff_ui.config import SourceConfig
from instructdiff_ui.data.sources import read_source
from instructdiff_ui.errors import UserError
try:
    print(json.dumps(read_source(SourceConfig(path="org/rows")).rows))
except UserError as error:
    print(json.dumps(error.message))
"""


@pytest.fixture()
def hub(tmp_path):
    files = {"config.json": b"{}", "model.safetensors": WEIGHTS}
    with (
        hub_stub({"org/tiny": Repo(files, kind="models", commit=COMMIT)}) as stub,
        talking_to(stub.url, tmp_path / "cache"),
    ):
        yield stub


def weights(folder: Path) -> bytes:
    (file,) = folder.rglob("model.safetensors")
    return file.read_bytes()


def test_weights_go_on_in_the_middle(hub, tmp_path):
    hub.cut += ["model.safetensors"]
    _fetch(MODEL)
    assert weights(tmp_path / "cache") == WEIGHTS
    (part,) = [asked for path, asked in hub.ranges if path.endswith("model.safetensors")]
    assert 0 < int(part.removeprefix("bytes=").removesuffix("-")) <= len(WEIGHTS) // 2


def test_weights_that_were_given_up_are_fetched_later_and_the_rest_is_not_asked_for_again(hub, tmp_path):
    hub.cut += ["model.safetensors"] * 50
    with pytest.raises(HubError, match=r"^The Hub cannot be reached for 'org/tiny'"):
        _fetch(MODEL)
    assert not list((tmp_path / "cache").rglob("snapshots/*/model.safetensors")), "half a file is no file"
    hub.cut.clear()
    hub.requests.clear()
    _fetch(MODEL)
    assert weights(tmp_path / "cache") == WEIGHTS
    assert not [one for one in hub.requests if one.startswith("GET") and one.endswith("config.json")]


def test_rows_come_whole_or_not_at_all(tmp_path):
    rows = [{"instruction": f"q{k} {hashlib.sha256(bytes([k])).hexdigest()}", "output": f"a{k}"} for k in range(200)]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer, compression="none")
    name = "data/train-00000-of-00001.parquet"
    with hub_stub({"org/rows": Repo({name: buffer.getvalue()})}) as stub:
        env = os.environ | {
            "HF_ENDPOINT": stub.url, "HF_HOME": str(tmp_path / "cache"), "NO_PROXY": "*", "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
        }  # fmt: skip

        def read():
            done = subprocess.run([sys.executable, "-c", READ], env=env, cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout.splitlines()[-1])

        stub.cut += [name] * 50
        assert str(read()).startswith("The Hub cannot be reached for 'org/rows'")
        stub.cut[:] = [name]
        assert read() == rows
