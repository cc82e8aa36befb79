"""The demo pack as it is shipped: made of this repository alone, whole, small, and opened in an instant."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from packs import ROOT, loaded_by_opening, naming, sha256

from instructdiff_ui import api
from instructdiff_ui.config import ModelConfig
from instructdiff_ui.demo import pool
from instructdiff_ui.demo.build import HANDWRITTEN, RECIPE, RECORD
from instructdiff_ui.demo.corpus import DOMAINS, documents
from instructdiff_ui.demo.model import TOKENIZER_DOCUMENTS
from instructdiff_ui.engine.describe import load_tokenizer
from instructdiff_ui.engine.pretraining import train_tokenizer, write_corpus
from instructdiff_ui.files import ASSETS, read_json, read_jsonl

SHIPPED = ASSETS / "demo"
MB = 1_000_000

pytestmark = pytest.mark.skipif(
    not (SHIPPED / RECORD).exists(), reason=f"assets/demo/{RECORD} is not there: the demo pack was not built yet"
)


@pytest.fixture
def shipped(monkeypatch) -> Path:
    monkeypatch.delenv("INSTRUCTDIFF_DEMO")
    return SHIPPED


@pytest.fixture(scope="module")
def record() -> dict:
    return read_json(SHIPPED / RECORD)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


# what it is made of ------------------------------------------------------------------------------------------------


def test_the_rows_are_those_that_this_code_makes(tmp_path, record):
    for name, rows in zip(("pool.jsonl", "heldout.jsonl"), pool.build(HANDWRITTEN), strict=True):
        pool.write_rows(tmp_path / name, rows)
        assert (SHIPPED / name).read_bytes() == (tmp_path / name).read_bytes(), name
    assert len(read_jsonl(SHIPPED / "pool.jsonl")) == record["pool"]["rows"] == 4000
    assert len(read_jsonl(SHIPPED / "heldout.jsonl")) == record["pool"]["heldout"] == 400


def test_the_record_counts_what_is_there(record):
    rows, heldout = (read_jsonl(SHIPPED / name) for name in ("pool.jsonl", "heldout.jsonl"))
    by_hand = [row for row in (*rows, *heldout) if row["family"] == "handwritten" and row["quality"] == "good"]
    assert record["pool"]["handwritten"] == len(by_hand)
    assert sum(record["pool"]["quality"].values()) == len(rows)
    assert record["pool"]["quality"]["good"] == sum(row["quality"] == "good" for row in rows)


def test_the_tokenizer_is_the_one_that_the_documents_give(tmp_path):
    texts = islice(documents(), TOKENIZER_DOCUMENTS)
    train_tokenizer(texts, vocab_size=RECIPE.vocab_size, folder=tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (SHIPPED / "model" / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_corpus_begins_alike_in_every_process(tmp_path):
    tokens = 50_000
    tokenizer = load_tokenizer(ModelConfig(path=str(SHIPPED / "model")))
    write_corpus(tmp_path / "here.bin", documents(), tokenizer, tokens=tokens)
    again = (
        "from pathlib import Path\n"
        "from instructdiff_ui.config import ModelConfig\n"
        "from instructdiff_ui.demo.corpus import documents\n"
        "from instructdiff_ui.engine.describe import load_tokenizer\n"
        "from instructdiff_ui.engine.pretraining import write_corpus\n"
        f"tokenizer = load_tokenizer(ModelConfig(path={str(SHIPPED / 'model')!r}))\n"
        f"write_corpus(Path({str(tmp_path / 'there.bin')!r}), documents(), tokenizer, tokens={tokens})\n"
    )
    subprocess.run([sys.executable, "-c", again], cwd=ROOT, check=True, timeout=300)
    assert sha256(tmp_path / "here.bin") == sha256(tmp_path / "there.bin")
    ids = np.fromfile(tmp_path / "here.bin", dtype=np.uint16)
    assert len(ids) == tokens and ids.max() < RECIPE.vocab_size


def test_the_hashes_of_the_record_hold(record):
    folder = SHIPPED / "model"
    assert record["model"]["files"] == {path.name: sha256(path) for path in folder.iterdir()}
    rows = b"\0".join((SHIPPED / name).read_bytes() for name in ("pool.jsonl", "heldout.jsonl"))
    assert record["pool"]["sha256"] == hashlib.sha256(rows).hexdigest()


def test_the_model_is_the_recipes(record):
    assert record["model"]["recipe"] == vars(RECIPE)
    assert record["model"]["tokens"] == RECIPE.tokens
    assert set(record["model"]["unseen_loss"]) == set(DOMAINS)
    assert max(record["model"]["unseen_loss"].values()) < np.log(RECIPE.vocab_size) / 2, "it has learnt something"


def test_it_is_small():
    assert size_of(SHIPPED / "model") <= 10 * MB
    assert size_of(ASSETS) <= 25 * MB


def test_no_file_names_a_place_on_some_machine():
    assert naming(SHIPPED, ROOT, Path.home(), Path("/home/"), Path("/Users/")) == []


# opened ------------------------------------------------------------------------------------------------------------


def test_it_opens_without_torch(shipped, home):
    assert {"torch", "transformers", "peft"} & loaded_by_opening(shipped, home=home) == set()


def test_the_opened_run_is_done(shipped):
    run = api.open_demo()
    now = api.status(run)
    assert now.state == "done"
    assert all(stage.status == "done" for stage in now.stages)
    assert api.is_demo(run)
    spec = api.spec(run)
    assert set(api.other_seeds(run, spec)) == {1, 2}
    kept = api.kept_by_strategy(run, spec, "quality")
    assert tuple(kept) == api.STRATEGIES
    assert kept["random"]["rows"].sum() >= 0.99 * 4000, "next to no row is set aside"


def test_the_opened_run_compares_every_arm_over_three_seeds(shipped, record):
    arms = {arm.name: arm for arm in api.comparison(api.open_demo())}
    assert {"base", "calibrated", "instructdiff", "random", "full data"} <= set(arms)
    assert len(arms) == 2 + len(record["run"]["arms"])
    for name, arm in arms.items():
        assert arm.seeds == (1 if name == "base" else 3), name
        assert {("nll", "all"), ("exact_match", "all")} <= set(arm.measured), name
        assert {("nll", domain) for domain in DOMAINS} <= set(arm.measured), name
    assert record["run"]["seeds"] == [0, 1, 2]
