"""Rows written out again."""

import csv
import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import datasets
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from instructdiff_ui.config import ColumnMap
from instructdiff_ui.data.columns import recognise, to_example
from instructdiff_ui.data.examples import Message
from instructdiff_ui.data.export import export_rows, merged_rows, original_row, write_format
from instructdiff_ui.errors import DataError


def convert(rows):
    layout = recognise(list(dict.fromkeys(name for row in rows for name in row)), rows, ColumnMap())
    return [to_example(row, layout, source="s", number=n, domain="d") for n, row in enumerate(rows, 1)]


@pytest.mark.parametrize(
    "row",
    [
        {"id": 3, "output": "o", "meta": {"a": [1]}, "instruction": "i", "input": ""},
        {"question": "q", "answer": 7, "level": None},
        {"instruction": "i", "input": None, "response": "r"},
        {"conversations": [{"from": who, "value": "x"} for who in ("human", "gpt", "human")]},
        {"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]},
    ],
)
def test_the_original_row_comes_back(row):
    (example,) = convert([row])
    assert original_row(example) == row
    assert list(original_row(example)) == list(row)


def test_a_column_that_a_row_lacks(example):
    full, short = convert(
        [{"instruction": "i", "input": "x", "output": "o", "n": 1}, {"instruction": "j", "output": "p"}]
    )
    assert original_row(full) == {"instruction": "i", "input": "x", "output": "o", "n": 1}
    assert original_row(short) == {"instruction": "j", "input": None, "output": "p"}
    assert original_row(example("a", "b")) == {"instruction": "a", "input": "", "response": "b"}


def test_scores_never_overwrite_a_column():
    (example,) = convert([{"instruction": "i", "output": "o", "nll": "mine", "instructdiff_nll": "too"}])
    assert list(merged_rows([(example, {"nll": 1.5, "entropy": 2.5})])) == [
        {"instruction": "i", "output": "o", "nll": "mine", "instructdiff_nll": "too"}
        | {"instructdiff_instructdiff_nll": 1.5, "entropy": 2.5}
    ]


def test_a_column_that_only_a_later_row_has_is_not_overwritten_either():
    first, second = convert([{"instruction": "i", "output": "o"}, {"instruction": "j", "output": "p", "nll": "mine"}])
    rows = list(merged_rows([(first, {"nll": 1.5}), (second, {"nll": 2.5})]))
    assert [row["instructdiff_nll"] for row in rows] == [1.5, 2.5]
    assert [row.get("nll") for row in rows] == [None, "mine"]


def test_two_columns_beside_never_take_the_same_name():
    (example,) = convert([{"instruction": "i", "output": "o", "nll": "mine"}])
    assert list(merged_rows([(example, {"instructdiff_nll": 1, "nll": 2})])) == [
        {"instruction": "i", "output": "o", "nll": "mine", "instructdiff_nll": 1, "instructdiff_instructdiff_nll": 2}
    ]


ROWS = [
    {"instruction": 'a,"b"\nc', "n": 1, "tags": ["x"], "mixed": 1, "empty": {}},
    {"instruction": "é😀", "n": None, "tags": [], "mixed": "two", "late": 2.5},
]


def test_jsonl_and_json(tmp_path):
    export_rows(tmp_path / "a.jsonl", ROWS, "jsonl")
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()] == ROWS
    export_rows(tmp_path / "a.json", ROWS, "json")
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == ROWS


def test_csv(tmp_path):
    export_rows(tmp_path / "a.csv", ROWS, "csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first == {
        "instruction": 'a,"b"\nc', "n": "1", "tags": '["x"]', "mixed": "1", "empty": "{}", "late": ""
    }  # fmt: skip
    assert (second["instruction"], second["n"], second["late"]) == ("é😀", "", "2.5")


def test_parquet(tmp_path):
    export_rows(tmp_path / "a.parquet", ROWS, "parquet")
    first, second = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert first == ROWS[0] | {"mixed": "1", "empty": "{}", "late": None}
    assert second == ROWS[1] | {"empty": None}


def test_columns_of_one_kind_keep_it_over_many_rows(tmp_path):
    """Rows become columns a batch at a time; what the batches make of a column must agree."""
    n = 20_001  # three batches
    late = [None] * 20_000 + [{"b": 1}]
    numbers = [1] * 10_000 + [2.5] * 10_001
    kinds = [1] * 10_000 + ["two"] * 10_001
    rows = [{"late": late[i], "number": numbers[i], "kind": kinds[i]} for i in range(n)]
    export_rows(tmp_path / "a.parquet", rows, "parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    assert table["late"].to_pylist() == late
    assert table["number"].to_pylist() == numbers
    assert table["kind"].to_pylist() == [str(kind) for kind in kinds]


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_no_rows(tmp_path, kind):
    export_rows(tmp_path / "empty", [], kind)
    assert (tmp_path / "empty").exists()


def test_a_format_that_is_none(tmp_path, example):
    with pytest.raises(DataError, match="no export format 'xlsx'; the formats are jsonl, json, csv, parquet, datasets"):
        write_format(tmp_path / "a.xlsx", [(example(), {})], "xlsx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("fmt", "path", "sentence"),
    [
        ("jsonl", "folder", "is a folder; jsonl is one file"),
        ("jsonl", "rows.zip", "jsonl is one file, not a .zip: name a .jsonl file"),
        ("llama-factory", "folder", "is not empty: name a new folder, or a .zip"),
        ("llama-factory", "file", "is a file; this export is a folder"),
        ("axolotl", "folder.zip", "is a folder; name a .zip file that is none"),
    ],
)
def test_nothing_that_is_there_is_written_over(tmp_path, example, fmt, path, sentence):
    for folder in ("folder", "folder.zip"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=sentence):
        write_format(tmp_path / path, [(example(), {})], fmt)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("target", ["out", "out.zip", "out.json"])
def test_a_row_that_cannot_be_written_leaves_nothing(tmp_path, example, target):
    chat = example("", messages=(Message("system", "s"), Message("user", "u")))
    fmt = "alpaca" if target.endswith("json") else "llama-factory"
    refused = replace(chat, messages=(Message("user", "a"), Message("user", "b")))
    with pytest.raises(DataError, match="Row e1 "):
        write_format(tmp_path / target, [(chat, {}), (refused, {})], fmt)
    assert not list(tmp_path.iterdir())


def test_a_zip_holds_what_the_folder_does(tmp_path, example):
    (tmp_path / "folder").mkdir()  # an empty one may be filled
    for target in ("folder", "packed.zip"):
        write_format(tmp_path / target, [(example(), {"example_id": "e1"})], "llama-factory", name="mine")
    with zipfile.ZipFile(tmp_path / "packed.zip") as packed:
        assert sorted(packed.namelist()) == ["dataset_info.json", "mine.json"]
        for name in packed.namelist():
            assert packed.read(name) == (tmp_path / "folder" / name).read_bytes()
    write_format(tmp_path / "packed.zip", [(example(), {})], "axolotl")  # a file is replaced, as other formats do
    with zipfile.ZipFile(tmp_path / "packed.zip") as packed:
        assert sorted(packed.namelist()) == ["axolotl.yaml", "selected.jsonl"]


# --- any rows at all

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
SOME = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), min_size=1, max_size=20).filter(str.strip)
CELL = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SOME, inner, max_size=3),
    max_leaves=6,
)
ANY_ROWS = st.lists(
    st.fixed_dictionaries({"instruction": SOME, "input": TEXT, "output": SOME}, optional={"x": CELL, "y": CELL}),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ANY_ROWS)
@example([{"instruction": "a\rb", "input": "\u2028\n", "output": "=1+1", "x": {}}])
def test_any_rows_survive(tmp_path, rows):
    pairs = [(example, {"base_nll": 0.5}) for example in convert(rows)]
    expected = [row | {"base_nll": 0.5} for row in rows]
    for fmt in ("jsonl", "json", "csv", "parquet"):
        write_format(tmp_path / f"a.{fmt}", pairs, fmt)
    saved = Path(tempfile.mkdtemp(dir=tmp_path)) / "saved"
    write_format(saved, pairs, "datasets")

    lines = (tmp_path / "a.jsonl").read_text("utf-8").split("\n")
    assert [json.loads(line) for line in lines if line] == expected
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == expected
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    frame = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False, lineterminator=None)
    for row, text, parsed in zip(expected, cells, frame.to_dict("records"), strict=True):
        assert all(text[name] == as_cell(value) for name, value in row.items())
        assert parsed["instruction"].replace("\r\n", "\n") == row["instruction"].replace("\r\n", "\n")
    for columns in (pq.read_table(tmp_path / "a.parquet"), datasets.load_from_disk(str(saved)).with_format("arrow")[:]):
        for row, found in zip(expected, columns.to_pylist(), strict=True):
            assert all(same(row.get(name), value) for name, value in found.items())


def as_cell(value):
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def same(value, found):
    """Equal, or its JSON text, or with nulls for the keys and items that another row's value has."""
    if isinstance(found, str) and not isinstance(value, str):
        return json.loads(found) == value
    if isinstance(value, dict) and isinstance(found, dict):
        return all(same(value.get(key), item) for key, item in found.items()) and value.keys() <= found.keys()
    if isinstance(value, list) and isinstance(found, list):
        return len(value) == len(found) and all(map(same, value, found))
    return value == found
