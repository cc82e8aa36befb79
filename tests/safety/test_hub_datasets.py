"""Datasets of the Hub that point out of their repository, are too large, or unpack to too much: one sentence each."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data.test_data_hub import parquet, read_all
from hub_stub import Repo, hub_stub

ROWS = [{"instruction": f"q{k}", "output": f"a{k}"} for k in range(3)]
JSONL = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
SECRET = "WORDS-OF-THE-SERVER"


@pytest.fixture(autouse=True)
def small_limits(monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_UPLOAD_MB", "2")  # so 6 MB once unpacked
    monkeypatch.setenv("INSTRUCTDIFF_MAX_DOWNLOAD_MB", "20")


def card(data_files: object) -> bytes:
    return f"---\nconfigs:\n- config_name: default\n  data_files: {json.dumps(data_files)}\n---\n".encode()


def read(tmp_path, repos: dict[str, Repo], **settings) -> tuple[dict, list[str]]:
    """What reading `org/data` comes to, and what the Hub was asked for."""
    with hub_stub(repos) as hub:
        answer = read_all(hub.url, tmp_path / "hf", {"case": ({"path": "org/data", **settings}, None)})
        return answer["case"], hub.requests


def refused(answer) -> str:
    assert isinstance(answer, list) and answer[0] == "DataError", answer
    assert answer[1].endswith(".") and "\n" not in answer[1] and SECRET not in answer[1]
    return answer[1]


# files of the server and addresses -----------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path):
    (tmp_path / "outside.jsonl").write_text(json.dumps({"instruction": SECRET, "output": "x"}))
    return tmp_path / "outside.jsonl"


def pointing(outside) -> dict[str, Repo]:
    """Repositories whose cards name a file of the server, in every way that the library follows."""
    patterns = [str(outside), f"file://{outside}", f"{outside.parent}/*.jsonl", f"zip://*.jsonl::{outside}",
                f"../../../..{outside}", f"file:{outside}"]  # fmt: skip
    cards = [card([{"split": "train", "path": ["data.jsonl", pattern]}]) for pattern in patterns]
    cards += [card(outside_only) for outside_only in patterns[:2]]
    cards.append(f"---\nconfigs:\n- config_name: default\n  data_dir: {outside.parent}\n---\n".encode())
    repos = {f"org/card{k}": Repo({"data.jsonl": JSONL, "README.md": text}) for k, text in enumerate(cards)}
    other = {"data.jsonl": JSONL, "README.md": b"text", ".huggingface.yaml": card(str(outside)).strip(b"-\n")}
    return repos | {"org/yaml": Repo(other)}


@pytest.mark.parametrize("hosted", ["1", "0"])
def test_a_card_that_names_files_of_the_server(tmp_path, outside, hosted, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", hosted)
    repos = pointing(outside)
    with hub_stub(repos) as hub:
        answers = read_all(hub.url, tmp_path / "hf", {name: ({"path": name}, None) for name in repos})
    for name, answer in answers.items():
        assert "outside of its repository" in refused(answer), name


def test_a_card_that_names_another_address(tmp_path):
    asked = []

    class Inner(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(JSONL)

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Inner)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for k, address in enumerate(
            (f"http://127.0.0.1:{server.server_port}/a.jsonl", "hf://datasets/org/other/a.jsonl")
        ):
            repos = {"org/data": Repo({"README.md": card(address)}), "org/other": Repo({"a.jsonl": JSONL})}
            answer, _ = read(tmp_path / str(k), repos)
            assert "outside of its repository" in refused(answer)
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


@pytest.mark.parametrize("data_files", ["*.jsonl", ["data.jsonl"], [{"split": "train", "path": "d*.jsonl"}]])
def test_a_card_that_names_its_own_files(tmp_path, data_files):
    answer, _ = read(tmp_path, {"org/data": Repo({"README.md": card(data_files), "data.jsonl": JSONL})})
    assert answer["rows"] == ROWS


# sizes -------------------------------------------------------------------------------------------------------------


def test_the_size_is_looked_at_before_the_first_byte(tmp_path):
    files = {f"data/train-{k}.parquet": parquet(ROWS) for k in range(3)}
    repo = Repo(files, sizes=dict.fromkeys(files, 9_000_000))
    answer, requests = read(tmp_path, {"org/data": repo})
    assert "27 MB to download, and at most 20 MB are allowed here" in refused(answer)
    assert not any("/resolve/" in one and one.endswith(".parquet") for one in requests)


def test_only_files_of_the_split_count_and_are_downloaded(tmp_path):
    files = {"data/train-0.parquet": parquet(ROWS), "data/test-0.parquet": parquet(ROWS[:1])}
    repo = Repo(files, sizes={"data/train-0.parquet": 90_000_000})
    answer, requests = read(tmp_path, {"org/data": repo}, split="test")
    assert answer["rows"] == ROWS[:1]
    assert not any("/resolve/" in one and "train" in one for one in requests)


def test_a_file_of_another_kind_than_is_read_is_not_downloaded(tmp_path):
    answer, requests = read(tmp_path, {"org/data": Repo({"train.tar": b"x" * 2_000})})
    assert "train.tar" in refused(answer)
    assert not any(one.startswith("GET") and one.endswith(".tar") for one in requests)


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.jsonl", content)
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with pa.CompressedOutputStream(buffer, "zstd") as file:
        file.write(content)
        file.flush()
        return buffer.getvalue()


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zip": zipped, "zst": zstd}


@pytest.mark.parametrize("kind", list(PACKERS))
@pytest.mark.parametrize("named", [True, False], ids=["named", "dressed up"])
def test_a_small_file_that_unpacks_to_much(tmp_path, kind, named):
    """The library unpacks by what a file is, not by its name."""
    packed = PACKERS[kind](b'{"instruction": "' + b"x" * 7_000_000 + b'", "output": "a"}\n')
    assert len(packed) < 100_000
    name = f"data.jsonl.{kind}" if named else "data.jsonl"
    answer, _ = read(tmp_path, {"org/data": Repo({name: packed})})
    assert "takes more than 6 MB once it is unpacked" in refused(answer)
    unpacked = [path for path in (tmp_path / "hf").rglob("*") if path.is_file() and path.stat().st_size > 5_000_000]
    assert unpacked == []


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zip"])
def test_a_packed_file_within_bounds_is_read(tmp_path, kind):
    answer, _ = read(tmp_path, {"org/data": Repo({f"data.jsonl.{kind}": PACKERS[kind](JSONL)})})
    assert answer["rows"] == ROWS


def test_a_table_that_repeats_one_long_text(tmp_path):
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["x" * 100_000]))
    buffer = io.BytesIO()
    pq.write_table(pa.table({"instruction": column}), buffer, compression="zstd")
    assert len(buffer.getvalue()) < 100_000
    answer, _ = read(tmp_path, {"org/data": Repo({"data.parquet": buffer.getvalue()})})
    assert "takes more than 6 MB once it is unpacked" in refused(answer)


def test_a_table_that_is_none_does_not_say_where_it_lies(tmp_path):
    answer, _ = read(tmp_path, {"org/data": Repo({"data.parquet": b"PAR1" + b"x" * 50})})
    assert "data.parquet is not a readable Parquet file" in refused(answer) and str(tmp_path) not in answer[1]


def test_many_tables_that_are_within_bounds_one_by_one(tmp_path):
    rows = [{"instruction": "x" * 1_000, "output": "y"}] * 2_000
    answer, _ = read(tmp_path, {"org/data": Repo({f"data/train-{k}.parquet": parquet(rows) for k in range(4)})})
    assert "takes more than 6 MB once it is unpacked" in refused(answer)


# folders -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path):
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_list(ROWS).save_to_disk(tmp_path / "saved")
    datasets.Dataset.from_list([{"instruction": SECRET, "output": "x"}] * 3).save_to_disk(tmp_path / "other")
    return tmp_path / "saved"


@pytest.mark.parametrize("how", ["name", "absolute", "indices", "link", "linked folder", "split"])
def test_a_saved_folder_that_leads_out_of_itself(tmp_path, saved, how):
    from instructdiff_ui.config import SourceConfig
    from instructdiff_ui.data.sources import read_source
    from instructdiff_ui.errors import DataError

    (data,) = saved.glob("*.arrow")
    other = next((tmp_path / "other").glob("*.arrow"))
    state = json.loads((saved / "state.json").read_text())
    if how in ("name", "absolute"):
        state["_data_files"] = [{"filename": str(other) if how == "absolute" else f"../other/{other.name}"}]
    elif how == "indices":
        state["_indices_data_files"] = [{"filename": f"../other/{other.name}"}]
    elif how == "link":
        data.unlink()
        data.symlink_to(other)
    elif how == "linked folder":
        (saved / "more").symlink_to(tmp_path / "other")
        state["_data_files"] = [{"filename": f"more/{other.name}"}]
    (saved / "state.json").write_text(json.dumps(state))
    if how == "split":
        (tmp_path / "dict").mkdir()
        (tmp_path / "dict" / "dataset_dict.json").write_text('{"splits": ["../other"]}')
        saved = tmp_path / "dict"
    with pytest.raises(DataError, match="outside of it") as told:
        read_source(SourceConfig(path=str(saved)))
    assert SECRET not in told.value.message


def test_a_saved_folder_is_read(saved, tmp_path):
    """Else the tests above could not fail; a link to the folder itself is the owner's own."""
    from instructdiff_ui.config import SourceConfig
    from instructdiff_ui.data.sources import read_source

    (tmp_path / "link").symlink_to(saved)
    for path in (saved, tmp_path / "link"):
        assert read_source(SourceConfig(path=str(path))).rows == ROWS


def test_no_upload_is_an_archive():
    """So nothing is unpacked, and no link in one can lead anywhere."""
    from instructdiff_ui.data.sources import SUFFIXES

    assert set(SUFFIXES) == {".jsonl", ".json", ".csv", ".parquet"}
