"""Rows written out again."""

import csv
import json

import pyarrow.parquet as pq
import pytest

from instructdiff_ui.config import ColumnMap
from instructdiff_ui.data.columns import recognise, to_example
from instructdiff_ui.data.export import FORMATS, export_rows, merged_rows, original_row
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
    examples = convert([{"instruction": "i", "output": "o", "nll": "mine", "instructdiff_nll": "too"}])
    scores = {examples[0].example_id: {"nll": 1.5, "entropy": 2.5}, "another": {"nll": 9.0}}
    assert merged_rows(examples, scores) == [
        {"instruction": "i", "output": "o", "nll": "mine", "instructdiff_nll": "too"}
        | {"instructdiff_instructdiff_nll": 1.5, "entropy": 2.5}
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


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_rows(tmp_path, fmt):
    export_rows(tmp_path / "empty", [], fmt)
    assert (tmp_path / "empty").exists()


def test_a_format_that_is_none(tmp_path):
    with pytest.raises(DataError, match="no export format 'xlsx'; the formats are jsonl, parquet, csv, json"):
        export_rows(tmp_path / "a.xlsx", ROWS, "xlsx")
    assert not list(tmp_path.iterdir())
