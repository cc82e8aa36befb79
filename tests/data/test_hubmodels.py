"""What a model is loaded from, where strangers use the server: its own files, at one commit, and not too many bytes."""

from __future__ import annotations

import json

import pytest
from hub_stub import TOKEN, Repo, hub_stub, talking_to

from instructdiff_ui.config import ModelConfig
from instructdiff_ui.data.hubmodels import check_model, files_of, weights_of
from instructdiff_ui.engine.describe import describe, load_tokenizer
from instructdiff_ui.engine.models import Models
from instructdiff_ui.errors import DataError, ModelError, UserError
from instructdiff_ui.runs.fetching import _fetch

MB = 1_000_000
SHARDS = {f"model-0000{k}-of-00002.safetensors": b"" for k in (1, 2)}


@pytest.fixture
def hub(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_DOWNLOAD_MB", "10")
    with hub_stub({}) as stub, talking_to(stub.url, tmp_path / "cache"):
        yield stub


def index(*names: str) -> bytes:
    return json.dumps({"metadata": {}, "weight_map": {f"w{k}": name for k, name in enumerate(names)}}).encode()


def put(hub, files: dict[str, bytes], **sizes: int) -> None:
    hub.repos["org/model"] = Repo({"config.json": b"{}", **files}, kind="models", sizes=sizes)


@pytest.mark.parametrize(
    ("names", "weights"),
    [
        (["model.safetensors", "other.safetensors"], ["model.safetensors"]),
        ([*SHARDS, "consolidated.safetensors"], [*SHARDS]),
        (["a.safetensors", "x/model.safetensors", "model.bin"], ["a.safetensors"]),
        (["config.json"], []),
    ],
)
def test_the_weights_by_their_names(names, weights):
    assert weights_of(names) == weights


def test_what_lies_beside_them_counts():
    names = ["model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja", "README.md", "onnx/x.json"]
    assert files_of(names) == names[:4]


def test_a_model_within_the_limit_gives_its_files(hub):
    put(hub, {"model.safetensors.index.json": index(*SHARDS), **SHARDS, "consolidated.safetensors": b"x" * 20})
    wanted = {*SHARDS, "config.json", "model.safetensors.index.json"}
    assert set(check_model("org/model", None)) == wanted


LARGE = {
    "whole": {"model.safetensors": 11 * MB},
    "in shards": dict.fromkeys(SHARDS, 6 * MB),
    "a tokenizer": {"model.safetensors": 1, "tokenizer.json": 11 * MB},
    "a template": {"model.safetensors": 1, "additional_chat_templates/x.jinja": 11 * MB},
}


@pytest.mark.parametrize("case", LARGE)
def test_one_that_is_too_large_is_refused_before_the_first_byte(hub, case):
    put(hub, dict.fromkeys(LARGE[case], b"{}"), **LARGE[case])
    with pytest.raises(DataError, match=r"'org/model' is 1\d MB to download, and at most 10 MB are allowed here"):
        check_model("org/model", None)
    assert all("/resolve/" not in request for request in hub.requests)


OTHERS = {
    "in another folder": {"model.safetensors.index.json": index("x/huge.safetensors"), **SHARDS},
    "of another model here": {
        "model.safetensors.index.json": index("../../../models--me--gated/snapshots/1/model.safetensors"),
        **SHARDS,
    },
    "of another name": {"model.safetensors.index.json": index(*SHARDS, "huge.safetensors"), **SHARDS},
    "in the settings": {"config.json": b'{"transformers_weights": "huge.safetensors"}', "model.safetensors": b""},
    "by an adapter": {"adapter_config.json": b'{"base_model_name_or_path": "me/gated"}', "model.safetensors": b""},
}


@pytest.mark.parametrize("case", OTHERS)
def test_one_that_leads_to_other_weights_is_refused(hub, case):
    put(hub, {**OTHERS[case], "x/huge.safetensors": b"", "huge.safetensors": b""})
    with pytest.raises(ModelError, match=r"names weights that are not loaded here|is an adapter of another model"):
        check_model("org/model", None)


def test_odd_settings_are_not_this_functions_matter(hub):
    put(hub, {"config.json": b"[" * 100_000, "model.safetensors.index.json": b'{"weight_map": 1}', **SHARDS})
    assert check_model("org/model", None)


def test_a_size_that_is_not_said_is_not_taken_for_none(hub):
    put(hub, {"model.safetensors": b""}, **{"model.safetensors": None})
    with pytest.raises(ModelError, match="does not say how large"):
        check_model("org/model", None)


def test_at_home_nobody_asks(hub, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "0")
    assert check_model("org/none", None) == [] and not hub.requests


LOADS = {
    "describing": describe,
    "the tokenizer": load_tokenizer,
    "the weights": lambda model: Models(model)._load(model.path, dtype=None),
    "fetching": _fetch,
}


@pytest.mark.parametrize("what", LOADS)
def test_whatever_loads_a_model_looks_first(hub, what):
    put(hub, {"model.safetensors": b"", "tokenizer.json": b"{}"}, **{"model.safetensors": 11 * MB})
    with pytest.raises(UserError, match="at most 10 MB are allowed here"):
        LOADS[what](ModelConfig(path="org/model", device="cpu", dtype="float32"))
    assert all("/resolve/" not in request for request in hub.requests)


def test_a_gated_one_is_refused_in_a_sentence(hub):
    put(hub, {"model.safetensors": b""})
    hub.repos["org/model"].token = TOKEN
    with pytest.raises(UserError, match="is gated"):
        describe(ModelConfig(path="org/model"))
