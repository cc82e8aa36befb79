"""The selected rows of a run, written for wherever people train."""

import json
import re
import zipfile
from pathlib import Path

import datasets
import pandas as pd
import pytest

from instructdiff_ui import __version__, api
from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.data.export import FORMATS, Prompts, load_lines
from instructdiff_ui.errors import DataError
from instructdiff_ui.runs import results
from instructdiff_ui.runs.home import open_store
from instructdiff_ui.runs.package import prompts_of


@pytest.fixture
def imported(tmp_path):
    """A run of twelve scored rows, some of them chats, without any model."""
    rows = []
    for i in range(12):
        turns = [{"role": "user", "content": f"Question {i}?"}, {"role": "assistant", "content": f"Answer {i}."}]
        scores = {
            "base_nll": 2.0 + i % 5,
            "base_entropy": 1.0 + i / 10,
            "calibrated_nll": 1.0,
            "calibrated_entropy": 1.0,
        }
        rows.append({"messages": turns, "id": f"r{i}", "n_tokens": 3} | scores)
    (tmp_path / "scored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return api.import_scores(tmp_path / "scored.jsonl", run_dir=tmp_path / "imported")


HALF = SelectionSpec(gamma=0, ratio=0.5, scope="global")


@pytest.mark.parametrize("fmt", FORMATS)
def test_every_format_holds_what_is_selected_in_the_order_of_the_table(imported, tmp_path, fmt):
    out = tmp_path / f"out{FORMATS[fmt].suffix}"
    assert api.export(imported, out, fmt=fmt, spec=HALF) == 6
    wanted = [f"Answer {i}." for i in range(6)]  # the lowest ΔH
    written = {"llama-factory": "*.json", "axolotl": "*.jsonl", "datasets": "*.arrow"}
    files = [path for path in out.glob(written[fmt]) if path.name != "dataset_info.json"] if out.is_dir() else [out]
    assert len(files) == 1
    found = re.findall(rb"Answer \d+\.", b"" if fmt in ("parquet", "datasets") else files[0].read_bytes())
    if fmt in ("parquet", "datasets"):
        rows = pd.read_parquet(out) if fmt == "parquet" else datasets.load_from_disk(str(out)).to_pandas()
        found = [turns[-1]["content"].encode() for turns in rows["messages"]]
    assert [text.decode() for text in found] == wanted


def test_a_package_explains_itself(imported, tmp_path):
    result = api.export_package(imported, tmp_path / "package", fmt="trl-messages", spec=HALF)
    assert (result.path, result.rows) == (tmp_path / "package", 6)
    assert result.files == ("README.md", "data.jsonl", "rows.parquet", "selection.json")
    assert all((tmp_path / "package" / name).is_file() for name in result.files)

    rows = pd.read_parquet(tmp_path / "package" / "rows.parquet")
    assert list(rows["decision"]) == ["selected"] * 6
    assert list(rows["id"]) == [f"r{i}" for i in range(6)]
    assert {"example_id", "domain", "delta_nll", "delta_entropy", "in_calibration", "messages"} <= set(rows)
    assert (rows["instructdiff_base_nll"] == rows["base_nll"]).all()  # the dataset has a column of that name
    data = [json.loads(line) for line in (tmp_path / "package" / "data.jsonl").read_text("utf-8").splitlines()]
    assert [row["example_id"] for row in data] == list(rows["example_id"])

    record = json.loads((tmp_path / "package" / "selection.json").read_text("utf-8"))
    assert SelectionSpec.model_validate(record["spec"]) == HALF
    assert record["spec_hash"] == HALF.hash
    assert record["ids_hash"] == api.explore_run(imported).select(HALF).ids_hash
    assert record["total"]["selected"] == 6
    assert record["cutoffs"]["all"]["budget"] == 6
    assert record["run"]["id"] == "imported"
    assert (record["format"], record["app_version"]) == ("trl-messages", __version__)
    assert record["model"] == {"path": None, "revision": None}
    assert record["sources"][0]["name"] == "scored.jsonl"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["created"])


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_package_of_any_format_as_a_zip_and_as_a_folder(imported, tmp_path, fmt):
    packed = api.export_package(imported, tmp_path / "a.zip", fmt=fmt, spec=HALF)
    folder = api.export_package(imported, tmp_path / "a", fmt=fmt, spec=HALF)
    with zipfile.ZipFile(packed.path) as file:
        assert file.testzip() is None
        assert tuple(sorted(file.namelist())) == packed.files == folder.files
    assert f"data{FORMATS[fmt].suffix}" in {name.split("/")[0] for name in folder.files}
    readme = (folder.path / "README.md").read_text("utf-8")
    assert f"`{HALF.hash}`" in readme
    assert "6 of 12 rows" in readme


@pytest.mark.parametrize("fmt", ["jsonl", "json", "csv", "parquet", "datasets", "alpaca", "sharegpt"])
def test_the_lines_of_the_readme_load_the_data(imported, tmp_path, monkeypatch, fmt):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = api.export_package(imported, tmp_path / "package", fmt=fmt, spec=HALF).path
    (lines,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(folder)
    found: dict = {}
    exec(lines, found)
    assert len(found["rows"]) == 6


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_docs_have_the_same_lines(fmt):
    docs = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    assert f"| `{fmt}` |" in docs
    assert load_lines(fmt, data=f"data{FORMATS[fmt].suffix}", name="instructdiff_run", model="MODEL") in docs


def test_the_names_in_the_readme_are_those_of_the_config(imported, tmp_path):
    folder = api.export_package(imported, tmp_path / "package", fmt="llama-factory", spec=HALF).path
    (name,) = json.loads((folder / "data" / "dataset_info.json").read_text("utf-8"))
    assert re.fullmatch(r"\w+", name)
    assert f"dataset_dir=data dataset={name}" in (folder / "README.md").read_text("utf-8")


def test_a_folder_that_is_not_empty_is_refused(imported, tmp_path):
    for fmt, path in (("jsonl", "taken"), ("axolotl", "taken")):
        (tmp_path / "taken").mkdir(exist_ok=True)
        (tmp_path / "taken" / "mine").write_text("mine")
        with pytest.raises(DataError, match="is not empty: name a new folder"):
            api.export_package(imported, tmp_path / path, fmt=fmt, spec=HALF)
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["mine"]
    with pytest.raises(DataError, match="no export format 'xlsx'"):
        api.export_package(imported, tmp_path / "new", fmt="xlsx")


@pytest.mark.parametrize("name", ["package", "package.zip"])
def test_a_package_that_fails_leaves_nothing(imported, tmp_path, monkeypatch, name):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("instructdiff_ui.runs.package.write_json", full)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Exception, match="The disk is full"):
        api.export_package(imported, tmp_path / name, spec=HALF)
    assert sorted(tmp_path.iterdir()) == before


def test_rows_are_asked_for_in_batches(imported, tmp_path, monkeypatch):
    monkeypatch.setattr(results, "BATCH", 4)
    exploration = api.explore_run(imported)
    asked, examples_of = [], exploration.examples_of
    monkeypatch.setattr(type(exploration), "examples_of", lambda _, ids: asked.append(len(ids)) or examples_of(ids))
    assert api.export(imported, tmp_path / "out.jsonl", spec=HALF) == 6
    assert set(asked) == {4, 2}
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 6


def test_a_score_that_is_no_number_is_null(imported, tmp_path):
    exploration = api.explore_run(imported)
    table = exploration.table.assign(base_entropy=float("nan"))
    rows = results.selected_rows(exploration.examples_of, table, exploration.select(HALF), columns=["base_entropy"])
    assert [beside for _, beside in rows] == [{"base_entropy": None}] * 6
    assert [beside for _, beside in rows] == [{"base_entropy": None}] * 6  # and once more


def test_what_a_run_publishes_is_its_export(settings, tmp_path):
    """A run with a model: the published rows, the prompts it wrote and the model it scored with."""
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    api.export(run, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "run" / "selected.jsonl").read_bytes()

    assert prompts_of(open_store(run)) == Prompts("alpaca")  # the tiny tokenizer has no chat template
    api.export(run, tmp_path / "trl.jsonl", fmt="trl-prompt-completion", scores=False)
    first = json.loads((tmp_path / "trl.jsonl").read_text("utf-8").splitlines()[0])
    assert first["prompt"].startswith("Below is an instruction")
    assert set(first) == {"prompt", "completion"}

    folder = api.export_package(run, tmp_path / "package").path
    record = json.loads((folder / "selection.json").read_text("utf-8"))
    assert Path(record["model"]["path"]) == Path(settings["model"]["path"])
    assert record["model"]["revision"]
    assert record["seeds"] == {"data": 0, "calibration": 0, "selection": 0}
    assert record["sources"][0]["name"] == "pool.jsonl"


def test_the_lines_of_the_readme_train_with_trl(settings, tmp_path, monkeypatch):
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    folder = api.export_package(run, tmp_path / "package", fmt="trl-prompt-completion").path
    (lines,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    monkeypatch.chdir(folder)
    exec(lines.replace('output_dir="out"', 'output_dir="out", use_cpu=True, bf16=False'), {})  # no GPU here
    assert list((folder / "out").rglob("model.safetensors"))
