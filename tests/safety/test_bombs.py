"""Small files that stand for much, and rows that are too large, deep or odd: one sentence, within bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from instructdiff_ui import api
from instructdiff_ui.config import SourceConfig
from instructdiff_ui.data import bounds
from instructdiff_ui.data.pool import load_pool
from instructdiff_ui.data.sources import read_source
from instructdiff_ui.errors import DataError, UserError

READ = """
import resource, sys
from instructdiff_ui.config import SourceConfig
from instructdiff_ui.data.sources import read_source
import pyarrow.parquet
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # should the bounds fail, it is this process that ends
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print("read", len(read_source(SourceConfig(path=sys.argv[1])).rows))
except Exception as error:
    print(type(error).__name__, str(error))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture(autouse=True)
def strangers(monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")


def read_apart(path) -> tuple[str, int]:
    """What reading a file in a process of its own comes to, and by how many MB that process grew."""
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=120)
    said, grown = done.stdout.rstrip().rsplit("\n", 1)
    return said, int(grown)


def refused(said: str) -> str:
    kind, _, sentence = said.partition(" ")
    assert kind == "DataError" and "\n" not in sentence and sentence.endswith("."), said
    return sentence


# Parquet -----------------------------------------------------------------------------------------------------------


def test_a_dictionary_that_repeats_one_long_text(tmp_path):
    """100,000 rows of one text of 5 MB, half a terabyte once it is read."""
    indices = pa.array([0] * 100_000, pa.int32())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["x" * 5_000_000]))
    pq.write_table(pa.table({"instruction": column}), tmp_path / "a.parquet", compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    said, grown = read_apart(tmp_path / "a.parquet")
    assert "takes more than 600 MB" in refused(said)
    assert grown < 2_000


def test_a_text_that_compresses_well(tmp_path):
    table = pa.table({"instruction": ["x" * 100_000_000] * 8})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd", use_dictionary=False, write_statistics=False)
    assert (tmp_path / "a.parquet").stat().st_size < 1_000_000
    said, grown = read_apart(tmp_path / "a.parquet")
    assert "takes more than 600 MB" in refused(said) and grown < 100


@pytest.mark.parametrize("kind", [pa.string_view(), pa.list_(pa.string_view())])
def test_texts_that_share_their_bytes(tmp_path, kind):
    view = pa.array(["x" * 20_000_000] * 100, pa.string_view())
    values = view if kind == pa.string_view() else pa.ListArray.from_arrays(pa.array(range(101), pa.int32()), view)
    pq.write_table(pa.table({"instruction": values}), tmp_path / "a.parquet", compression="zstd")
    said, grown = read_apart(tmp_path / "a.parquet")
    assert "takes more than 600 MB" in refused(said) and grown < 2_000


@pytest.mark.parametrize("kind", ["rows", "a list"])
def test_values_that_cost_nothing(tmp_path, kind):
    values = pa.nulls(20_000_000, pa.int8())
    if kind == "a list":
        values = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    pq.write_table(pa.table({"n": values}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    said, grown = read_apart(tmp_path / "a.parquet")
    assert "more than 10,000,000 values" in refused(said) and grown < 100


def test_what_is_within_bounds_is_read_whole_and_in_order(tmp_path, monkeypatch):
    rows = [{"instruction": f"q{k}" * 50, "messages": [{"role": "user", "content": str(k)}]} for k in range(3_000)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=700)
    monkeypatch.setenv("INSTRUCTDIFF_MAX_UPLOAD_MB", "1")
    with pq.ParquetFile(tmp_path / "a.parquet") as file:
        assert bounds.rows_at_once("a", file.metadata) < 65_536
    table = read_source(SourceConfig(path=str(tmp_path / "a.parquet")))
    assert table.rows == rows and table.columns == ["instruction", "messages"]


def test_the_owner_of_a_machine_reads_what_fits_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MAX_VALUES", 10)
    (tmp_path / "a.jsonl").write_text('{"a": [1, 2, 3]}\n' * 10)
    with pytest.raises(DataError, match="more than 10 values"):
        read_source(SourceConfig(path=str(tmp_path / "a.jsonl")))
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "0")
    assert len(read_source(SourceConfig(path=str(tmp_path / "a.jsonl"))).rows) == 10


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"PAR1" + b"\xff" * 100 + b"PAR1", b"PAR1\xff\xff\xff\x7fPAR1"])
def test_a_parquet_file_that_is_none(tmp_path, damage):
    (tmp_path / "a.parquet").write_bytes(damage)
    with pytest.raises(DataError):
        read_source(SourceConfig(path=str(tmp_path / "a.parquet")))


# JSON and CSV ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"[" + b"[]," * 10_000_000 + b"[]]"),
        ("a.jsonl", b"{}\n" * 10_000_001),
        ("a.jsonl", b'{"a":[' + b"0," * 20_000_000 + b"0]}"),
        ("a.csv", b"a,b\n" + b",\n" * 10_000_000),
    ],
)
def test_many_small_values(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    said, grown = read_apart(tmp_path / name)
    assert "more than 10,000,000 values" in refused(said) and grown < 100


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("inner", ["[", '{"a":'])
def test_depth(tmp_path, name, inner):
    closed = {"[": "]", '{"a":': "}"}[inner]
    for deep in (inner * 100_000, f'{{"instruction": "a", "response": {inner * 100_000}1{closed * 100_000}}}'):
        (tmp_path / name).write_text(deep)
        with pytest.raises(DataError):
            read_source(SourceConfig(path=str(tmp_path / name)))


@pytest.mark.parametrize("depth", [200, 700, 900, 960, 980, 990])
def test_a_depth_that_can_just_be_read(tmp_path, depth):
    nested = "[" * depth + "]" * depth
    rows = [f'{{"instruction": "a", "response": {nested}}}', nested, '{"instruction": "a", "response": "b"}']
    (tmp_path / "a.jsonl").write_text("\n".join(rows))
    run = {"data": {"sources": [{"path": str(tmp_path / "a.jsonl")}]}, "model": {"path": "demo:model"}}
    try:
        pool = load_pool(api.parse_config(run).data)
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert len(pool.examples) + len(pool.heldout) == 1 and len(pool.quarantined) == 2


def test_one_long_line_and_one_long_field(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"instruction": "a", "response": "' + b"x" * 150_000_000 + b'"}\n')
    (tmp_path / "a.csv").write_bytes(b'instruction,response\na,"' + b"y" * 100_000_000 + b'"\n')
    for name in ("a.jsonl", "a.csv"):
        said, grown = read_apart(tmp_path / name)
        assert said == "read 1" and grown < 1_500, name


@pytest.mark.parametrize(
    "number", ["1e308", "-1e308", "1e999", "NaN", "Infinity", "9" * 5_000, "1e-320", "true", '"x"']
)
def test_scores_that_are_no_scores(tmp_path, number):
    names = ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")
    good = {"example_id": "b", "instruction": "a", "response": "b", "n_tokens": 3} | dict.fromkeys(names, 1.0)
    lines = [json.dumps(good | {"example_id": str(k)}) for k in range(20)]
    for k, name in enumerate((*names, "n_tokens")):
        bad = json.dumps(good | {"example_id": f"bad{k}", name: "HERE"}).replace('"HERE"', number)
        lines.append(bad)
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    try:
        run = api.import_scores(tmp_path / "a.jsonl")
    except UserError as error:
        assert "\n" not in error.message
        return
    counts = api.preview(run, api.spec(run))
    assert counts is not None and "nan" not in json.dumps(api.status(run).facts("import_scores"))
