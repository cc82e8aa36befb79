"""What a repository is made of is asked before anything of it is downloaded."""

from __future__ import annotations

import pytest
from hub_stub import OTHER, TOKEN, Repo

from instructdiff_ui.errors import HubError
from instructdiff_ui.hub.access import check_dataset, check_model

GB = 1_000_000_000
SHARDS = {f"model-0000{i}-of-00002.safetensors": b"" for i in (1, 2)}


def test_a_model_within_the_limit_is_pinned_to_its_commit(hub):
    hub.repos["org/model"] = Repo({"config.json": b"{}", **SHARDS}, kind="models", commit="c" * 40)
    hub.repos["org/model"].sizes = dict.fromkeys(SHARDS, 3 * GB)
    checked = check_model("org/model", None, None, 7 * GB)
    assert (checked.revision, checked.size) == ("c" * 40, 6 * GB + 2)
    with pytest.raises(HubError, match=r"'org/model' is 6,000 MB to download, and at most 5,000 MB are allowed here"):
        check_model("org/model", None, None, 5 * GB)
    assert all("/resolve/" not in request for request in hub.requests)


def test_only_what_is_loaded_counts(hub):
    files = {
        "model.safetensors": b"",
        "pytorch_model.bin": b"",
        "consolidated.safetensors": b"",
        "onnx/model.onnx": b"",
    }
    hub.repos["org/model"] = Repo(files, kind="models", sizes=dict.fromkeys(files, GB))
    assert check_model("org/model", "main", None, None).size == GB


def test_a_model_without_safetensors_is_refused(hub):
    hub.repos["org/pickled"] = Repo({"config.json": b"{}", "pytorch_model.bin": b"x"}, kind="models")
    with pytest.raises(HubError, match="has no weights as safetensors"):
        check_model("org/pickled", None, None, GB)


CONFIGS = b"""---
license: mit
configs:
- config_name: easy
  data_files: easy/*.parquet
- config_name: hard
  data_files:
  - split: train
    path: [hard/a.parquet, big/b.parquet]
---
"""


def test_of_a_subset_only_its_files_count_and_they_are_those_of_the_card(hub):
    files = {"README.md": CONFIGS, "easy/a.parquet": b"", "hard/a.parquet": b"", "big/b.parquet": b"", "x.png": b""}
    sizes = {"easy/a.parquet": 1_000_000, "hard/a.parquet": 2_000_000, "big/b.parquet": 3 * GB, "x.png": 9 * GB}
    hub.repos["org/pool"] = Repo(files, sizes=sizes)
    assert check_dataset("org/pool", None, None, GB, subset="easy").size == 1_000_000
    assert check_dataset("org/pool", None, None, None).size == 3 * GB + 3_000_000
    assert check_dataset("org/pool", None, None, None).licence == "mit"
    with pytest.raises(HubError, match="is 3,002 MB to download"):
        check_dataset("org/pool", None, None, GB, subset="hard")
    with pytest.raises(HubError, match="is 3,003 MB to download"):
        check_dataset("org/pool", None, None, GB, subset="none such")


def test_a_size_that_is_not_said_is_not_taken_for_none(hub):
    hub.repos["org/pool"] = Repo({"a.parquet": b"x"}, sizes={"a.parquet": None})
    with pytest.raises(HubError, match="does not say how large"):
        check_dataset("org/pool", None, None, GB)


REFUSED = {
    "no such model": ("org/none", None, "has no repository 'org/none'"),
    "gated, nobody": ("org/gated", None, "'org/gated' is gated"),
    "gated, another": ("org/gated", OTHER, "'org/gated' is gated"),
    "too many requests": ("org/busy", TOKEN, r"limits the rate of requests \(HTTP 429\)"),
    "a failing Hub": ("org/failing", TOKEN, r"The Hub failed for 'org/failing' \(HTTP 500\)"),
    "a path": ("/etc/passwd", None, "neither a path that exists nor a Hub"),
    "an address": ("http://127.0.0.1/x", None, "neither a path that exists nor a Hub"),
    "a way up": ("../../x", None, "neither a path that exists nor a Hub"),
}


@pytest.mark.parametrize("check", [check_model, check_dataset])
@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case, check, hub):
    kind = "models" if check is check_model else "datasets"
    hub.repos |= {
        "org/gated": Repo(token=TOKEN, kind=kind),
        "org/busy": Repo(status=429, retry_after=2, kind=kind),
        "org/failing": Repo(status=500, kind=kind),
    }
    repo_id, token, sentence = REFUSED[case]
    with pytest.raises(HubError, match=sentence) as caught:
        check(repo_id, None, token, GB)
    assert "hf_" not in repr(caught.value)


def test_no_token_of_the_environment_is_used(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.repos["org/gated"] = Repo({"model.safetensors": b""}, token=TOKEN, kind="models")
    with pytest.raises(HubError, match="is gated"):
        check_model("org/gated", None, None, GB)
    assert check_model("org/gated", None, TOKEN, GB).size == 0
