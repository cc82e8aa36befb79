"""Reading files and saved folders."""

import hashlib
import json
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructdiff_ui.config import SourceConfig
from instructdiff_ui.data.sources import read_source
from instructdiff_ui.errors import DataError, HubError

ROWS = [{"instruction": "Größe?", "output": "1"}, {"instruction": "b", "output": "2"}]


def read(path, **settings):
    return read_source(SourceConfig(path=str(path), **settings))


def refusal(path, **settings) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **settings)
    return caught.value.message


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "\n".join(map(json.dumps, ROWS))),
        ("a.JSONL", "\ufeff" + "\r\n".join(map(json.dumps, ROWS)) + "\r\n\r\n"),
        ("a.json", json.dumps(ROWS, indent=2)),
        ("a.json", "\ufeff" + json.dumps(ROWS)),
        ("a.json", json.dumps({"version": 1, "data": ROWS})),
        ("a.json", "\n".join(map(json.dumps, ROWS))),
        ("a.csv", "instruction,output\nGröße?,1\nb,2\n"),
        ("a.csv", "\ufeffinstruction,output\r\nGröße?,1\r\n\r\nb,2"),
    ],
)
def test_text_files(tmp_path, name, content):
    path = write(tmp_path / name, content)
    table = read(path)
    assert table.rows == ROWS
    assert table.columns == ["instruction", "output"]
    assert table.name == name
    assert table.revision == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [number for number, _ in table.numbered()] in ([1, 2], [1, 3])


def test_parquet_keeps_types_and_nested_values(tmp_path):
    rows = [{"messages": [{"role": "user", "content": "a"}], "n": 1}, {"messages": None, "n": 2}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").rows == rows


def test_csv_keeps_every_cell_as_text(tmp_path):
    table = read(write(tmp_path / "a.csv", 'instruction,output,n\n"a, ""b""\nc",NA,\nb,null,007\n'))
    assert table.rows[0] == {"instruction": 'a, "b"\nc', "output": "NA", "n": ""}
    assert table.rows[1]["n"] == "007"


def test_csv_cell_beyond_the_library_limit(tmp_path):
    table = read(write(tmp_path / "a.csv", f"instruction,output\na,{'x' * 200_000}\n"))
    assert len(table.rows[0]["output"]) == 200_000


def test_columns_are_those_of_all_rows(tmp_path):
    table = read(write(tmp_path / "a.jsonl", '{"a": 1}\n{"b": 2, "a": 1}\n'))
    assert table.columns == ["a", "b"]


def test_rows_that_are_no_objects_are_set_aside_with_their_place(tmp_path):
    table = read(write(tmp_path / "a.jsonl", '{"a": 1}\n[1]\n\n"x"\nnull\n{"a": 2}\n'))
    assert [number for number, _ in table.numbered()] == [1, 6]
    assert [(row.row, row.reason) for row in table.quarantined] == [
        (2, "not an object: a list where a row was expected"),
        (4, "not an object: a string where a row was expected"),
        (5, "not an object: null where a row was expected"),
    ]


def test_ragged_csv_rows_are_set_aside(tmp_path):
    table = read(write(tmp_path / "a.csv", "a,b\n1,2\n1,2,3\n1\n"))
    assert [row.reason for row in table.quarantined] == [
        "ragged row: 3 fields, the header has 2",
        "ragged row: 1 fields, the header has 2",
    ]


def test_saved_folders(tmp_path):
    rows = datasets.Dataset.from_list(ROWS)
    rows.select([1]).save_to_disk(tmp_path / "one")
    assert read(tmp_path / "one").rows == ROWS[1:]
    datasets.DatasetDict(train=rows, test=rows.select([0])).save_to_disk(tmp_path / "two")
    assert read(tmp_path / "two").rows == ROWS
    assert read(tmp_path / "two", split="test").rows == ROWS[:1]
    assert len(read(tmp_path / "two").revision) == 64
    assert refusal(tmp_path / "two", split="valid").endswith("has no split 'valid'; its splits are train, test.")
    datasets.DatasetDict(a=rows, b=rows).save_to_disk(tmp_path / "three")
    assert refusal(tmp_path / "three").endswith("has no split 'train'; choose one of a, b.")
    datasets.DatasetDict(a=rows).save_to_disk(tmp_path / "four")
    assert read(tmp_path / "four").rows == ROWS


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "x", "is of an unknown kind '.txt'; the kinds are .jsonl, .json, .csv, .parquet."),
        ("a.jsonl", "", "is empty."),
        ("a.jsonl", "\n\n", "has no rows."),
        ("a.jsonl", "[1]\n", "has no rows but 1 that cannot be read: not an object: a list where a row was expected."),
        ("a.jsonl", '{"a": 1}\n{"a": }\n', "line 2: not valid JSON (Expecting value at character 7)."),
        ("a.jsonl", '{"a": 1}\n{"a"', "line 2: not valid JSON (Expecting ':' delimiter at character 5)."),
        ("a.jsonl", b'{"a": 1}\n{"a": "\xff"}', "line 2: not UTF-8 (byte 8 is 0xff); save the file as UTF-8."),
        ("a.jsonl", '{"a": ' + "[" * 100_000, "line 1: JSON that cannot be read (maximum recursion depth exceeded"),
        ("a.json", '[{"a": 1},\n{"a": }]', "line 2: not valid JSON (Expecting value at character 7)."),
        ("a.json", '{"rows": []}', "must hold a list of objects, or an object with such a list under 'data'."),
        ("a.json", "[]", "has no rows."),
        ("a.csv", "a,b\n", "has no rows."),
        ("a.csv", "a,a\n1,2\n", "has more than one column named 'a'."),
        ("a.csv", 'a,b\n1,"2\n', "line 2: not valid CSV (unexpected end of data)."),
        ("a.csv", b"a,b\n1,\xe4\n", "line 2: not UTF-8 (byte 3 is 0xe4); save the file as UTF-8."),
        ("a.parquet", "nonsense that is long enough", "is not a readable Parquet file"),
    ],
)
def test_files_that_are_refused(tmp_path, name, content, sentence):
    message = refusal(write(tmp_path / name, content))
    assert message.startswith(str(tmp_path / name))
    assert sentence in message


@pytest.mark.parametrize("path", ["/no/such", "./rows", "../rows", "~/no-such-rows", "rows.jsonl", "C:\\rows"])
def test_what_looks_like_a_path_is_never_looked_up_on_the_hub(path):
    assert refusal(path) == f"No such file: {path}"


@pytest.mark.parametrize("path", ["a b", "a/b/c", "org/", "o--rg/name", "x" * 5000, "https://huggingface.co/x", "a\0b"])
def test_what_is_neither_path_nor_id(path):
    with pytest.raises(HubError, match="neither a path that exists nor a Hub dataset id"):
        read(path)


def test_folders_that_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty") == f"The folder {tmp_path / 'empty'} is empty."
    (tmp_path / "other").mkdir()
    write(tmp_path / "other" / "rows.jsonl", "{}")
    message = refusal(tmp_path / "other")
    assert message.endswith("was not saved by datasets' save_to_disk; name a file in it: rows.jsonl.")
    write(tmp_path / "empty" / "state.json", "{}")
    assert "cannot be opened as a saved dataset" in refusal(tmp_path / "empty")


def test_a_file_has_no_split(tmp_path):
    path = write(tmp_path / "a.jsonl", "{}")
    assert refusal(path, split="train") == f"{path} is a file, which has no split or subset; leave both unset."
