"""Paths as people write them, those into the demo pack among them."""

import shutil
from pathlib import Path

import pytest

from instructdiff_ui import api
from instructdiff_ui.config import ModelConfig, SourceConfig, parse_config
from instructdiff_ui.data.sources import local_path, read_source
from instructdiff_ui.engine.describe import describe, local_folder
from instructdiff_ui.errors import DataError, ModelError
from instructdiff_ui.files import ASSETS, demo_pack, expanded


@pytest.fixture
def pack(tmp_path, monkeypatch, model_folder, pool_file) -> Path:
    """A demo pack of a pool and a model."""
    folder = tmp_path / "pack"
    shutil.copytree(model_folder, folder / "model")
    shutil.copy(pool_file, folder / "pool.jsonl")
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(folder))
    return folder


def test_the_pack_lies_in_the_repository_unless_it_is_moved(monkeypatch, tmp_path):
    monkeypatch.delenv("INSTRUCTDIFF_DEMO", raising=False)
    assert demo_pack() == ASSETS / "demo"
    assert (demo_pack() / "handwritten").is_dir()
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tmp_path))
    assert demo_pack() == tmp_path
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", "~/pack")
    assert demo_pack() == Path.home() / "pack"


@pytest.mark.parametrize("kind", [str, Path])
def test_paths_are_expanded(pack, kind):
    assert expanded(kind("demo:model")) == pack / "model"
    assert expanded(kind("demo:run/deltas.parquet")) == pack / "run" / "deltas.parquet"
    assert expanded(kind("~/x")) == Path.home() / "x"
    assert expanded(kind("x/demo:y")) == Path("x/demo:y")
    assert expanded(kind("/x")) == Path("/x")


def test_models_and_datasets_are_found_in_the_pack(pack, pool_file):
    assert local_folder("demo:model") == pack / "model"
    assert describe(ModelConfig(path="demo:model")).revision == describe(ModelConfig(path=str(pack / "model"))).revision
    assert local_path("demo:pool.jsonl") == pack / "pool.jsonl"
    assert read_source(SourceConfig(path="demo:pool.jsonl")).rows == read_source(SourceConfig(path=str(pool_file))).rows
    assert api.parse_source("demo:pool.jsonl") == {"path": "demo:pool.jsonl"}
    assert api.parse_source("math=demo:pool.jsonl") == {"path": "demo:pool.jsonl", "domain": "math"}


def test_a_run_names_the_pack_alike_wherever_it_lies(pack, settings, tmp_path, monkeypatch):
    settings["model"]["path"] = "demo:model"
    settings["data"]["sources"] = [{"path": "demo:pool.jsonl"}]
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "data") == "done", api.status(run).message
    assert "demo:model" in (tmp_path / "run" / "config.yaml").read_text()
    moved = pack.rename(tmp_path / "moved")
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(moved))
    assert api.run_here(run, "selection") == "done", api.status(run).message


@pytest.mark.parametrize(
    ("part", "error", "sentence"),
    [
        ({"model": {"path": "demo:nothing"}}, ModelError, "There is no folder demo:nothing."),
        ({"data": {"sources": [{"path": "demo:nothing"}]}}, DataError, "No such file: demo:nothing"),
        ({"data": {"sources": [{"path": "demo:nothing.jsonl"}]}}, DataError, "No such file: demo:nothing.jsonl"),
        ({"scores": "demo:nothing.jsonl"}, DataError, "No such file: demo:nothing.jsonl"),
    ],
)
def test_what_the_pack_lacks_is_said_in_one_sentence(pack, settings, part, error, sentence):
    with pytest.raises(error) as raised:
        api.create_run(parse_config(settings | part))
    assert raised.value.message == sentence
