"""Reading from the Hub, against a stub of it on the loopback interface."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import huggingface_hub.errors
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_stub import Repo, hub_stub

import instructdiff_ui
from instructdiff_ui.data.hub import check_repo_id, hub_error
from instructdiff_ui.errors import HubError

ROWS = [{"instruction": f"q{i}", "output": f"a{i}"} for i in range(3)]
CONFIGS = b"""---
configs:
- config_name: easy
  data_files: easy/*.parquet
- config_name: hard
  data_files: hard/*.parquet
---
"""
# The Hub's address is read when huggingface_hub is imported, so every reading happens in another process.
READ = """
import json, sys
from instructdiff_ui.config import SourceConfig
from instructdiff_ui.data.sources import read_source
answers = {}
for name, (settings, token) in json.loads(sys.argv[1]).items():
    try:
        table = read_source(SourceConfig(**settings), token=token)
        answers[name] = {"name": table.name, "revision": table.revision, "rows": table.rows}
    except Exception as error:
        answers[name] = [type(error).__name__, str(error)]
print(json.dumps(answers))
"""
CASES = {
    "train": ({"path": "org/plain"}, None),
    "test": ({"path": "org/plain", "split": "test"}, None),
    "no split": ({"path": "org/plain", "split": "valid"}, None),
    "no revision": ({"path": "org/plain", "revision": "v9"}, None),
    "subset": ({"path": "org/multi", "subset": "hard"}, None),
    "several subsets": ({"path": "org/multi"}, None),
    "no subset": ({"path": "org/multi", "subset": "odd"}, None),
    "no repository": ({"path": "org/nothing"}, None),
    "gated": ({"path": "org/gated"}, None),
    "gated, wrong token": ({"path": "org/gated"}, "hf_wrong"),
    "gated, token": ({"path": "org/gated"}, "hf_right"),
    "forbidden": ({"path": "org/forbidden"}, "hf_wrong"),
    "rate": ({"path": "org/busy"}, "hf_wrong"),
    "broken": ({"path": "org/broken"}, "hf_wrong"),
    "no data": ({"path": "org/empty"}, None),
    "script": ({"path": "org/script"}, None),
}


def parquet(rows) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def read_all(url: str, home: Path, cases: dict) -> dict:
    root = str(Path(instructdiff_ui.__file__).parents[1])
    env = os.environ | {
        "HF_ENDPOINT": url,
        "HF_HOME": str(home),
        "PYTHONPATH": root,
        "NO_PROXY": "127.0.0.1",
        "HF_HUB_OFFLINE": "0",
    }
    env.pop("HF_TOKEN", None)
    command = [sys.executable, "-c", READ, json.dumps(cases)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    one, two = "data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"
    repos = {
        "org/plain": Repo({one: parquet(ROWS), two: parquet(ROWS[:1]), "README.md": b"---\nlicense: mit\n---\n"}),
        "org/multi": Repo({"easy/0.parquet": parquet(ROWS), "hard/0.parquet": parquet(ROWS[2:]), "README.md": CONFIGS}),
        "org/gated": Repo({one: parquet(ROWS)}, token="hf_right"),
        "org/forbidden": Repo(status=403),
        "org/busy": Repo(status=429),
        "org/broken": Repo(status=500),
        "org/empty": Repo({"README.md": b"nothing"}),
        "org/script": Repo({"script.py": b"raise SystemExit('never run')"}),
    }
    with hub_stub(repos) as stub:
        return read_all(stub.url, tmp_path_factory.mktemp("hub"), CASES)


def test_a_dataset_is_read_and_pinned_to_its_commit(answers):
    assert answers["train"] == {"name": "org/plain", "revision": Repo().commit, "rows": ROWS}
    assert answers["test"]["rows"] == ROWS[:1]
    assert answers["subset"] == {"name": "org/multi:hard", "revision": Repo().commit, "rows": ROWS[2:]}
    assert answers["gated, token"]["rows"] == ROWS


@pytest.mark.parametrize(
    ("case", "kind", "sentence"),
    [
        ("no split", "DataError", "The dataset 'org/plain' has no split 'valid'; its splits are train, test."),
        ("no revision", "HubError", "The Hub's 'org/plain' has no such revision"),
        ("several subsets", "DataError", "The dataset 'org/multi' has several subsets; choose one of easy, hard."),
        ("no subset", "DataError", "The dataset 'org/multi' has no subset 'odd'; its subsets are easy, hard."),
        ("no repository", "HubError", "The Hub has no repository 'org/nothing', or it is private"),
        ("gated", "HubError", "'org/gated' is gated: accept its terms on its page at huggingface.co, and set HF_TOKEN"),
        ("gated, wrong token", "HubError", "'org/gated' is gated: accept its terms"),
        ("forbidden", "HubError", "The Hub refuses access to 'org/forbidden' (HTTP 403): accept its terms"),
        ("rate", "HubError", "The Hub limits the rate of requests (HTTP 429) for 'org/busy'"),
        ("broken", "HubError", "The Hub failed for 'org/broken' (HTTP 500): try again later."),
        ("no data", "DataError", "The dataset 'org/empty' holds no data files that can be read"),
        ("script", "DataError", "The dataset 'org/script' needs code from its repository, which is never run"),
    ],
)
def test_refusals(answers, case, kind, sentence):
    assert answers[case][0] == kind
    assert sentence in answers[case][1]


def test_no_message_holds_a_token(answers):
    assert "hf_" not in json.dumps(answers)


def test_no_network(tmp_path):
    with hub_stub({}) as stub:
        closed = stub.url  # nothing listens there any more
    answer = read_all(closed, tmp_path, {"case": ({"path": "org/plain"}, None)})["case"]
    assert answer == ["HubError", "The Hub cannot be reached for 'org/plain': check the network, or give a local path."]


def test_an_error_is_found_behind_the_ones_that_wrap_it():
    try:
        try:
            raise huggingface_hub.errors.OfflineModeIsEnabled("offline")
        except ConnectionError as inner:
            raise OSError("cannot load the model") from inner
    except OSError as outer:
        assert "HF_HUB_OFFLINE" in hub_error(outer, "org/model").message
    assert hub_error(ValueError("anything else"), "org/model") is None


@pytest.mark.parametrize("repo_id", ["gpt2", "org/name", "Org-1/a.b_c"])
def test_ids_that_pass(repo_id):
    assert check_repo_id(repo_id, "model") == repo_id


@pytest.mark.parametrize("repo_id", ["", "a/b/c", "-a", "a..b", "a.git", "ä", "org/name\n", "../x"])
def test_ids_that_do_not(repo_id):
    with pytest.raises(HubError, match="Hub model id"):
        check_repo_id(repo_id, "model")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (huggingface_hub.errors.HfHubHTTPError, "The Hub has nothing at 'org/model' (HTTP 404), or it is private"),
        (huggingface_hub.errors.RemoteEntryNotFoundError, None),  # a missing file: whoever asked for it knows more
    ],
)
def test_what_is_not_found_without_saying_what(kind, sentence):
    request = httpx.Request("GET", "https://huggingface.co/org/model")
    found = hub_error(kind("not found", response=httpx.Response(404, request=request)), "org/model")
    assert (found and found.message.partition(":")[0]) == sentence
