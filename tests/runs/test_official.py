"""The `official` preset against the released code: the same text, token ids, scores, signs and selected rows."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks import released
from instructdiff_ui import api
from instructdiff_ui.config import parse_config
from instructdiff_ui.data.pool import read_examples
from instructdiff_ui.data.tokens import read_tokens
from instructdiff_ui.files import read_json, read_jsonl

GAMMA, RATIO = 0.1, 0.25


@pytest.fixture
def pool_file(tmp_path) -> Path:
    """Two domains; every third row has an input, which the released code does not render."""
    rows = []
    for i in range(46):
        words = " ".join(f"w{(i * 7 + k * k) % 31}" for k in range(1 + (i * 5) % 9))
        further = f"Given {i}." if i % 3 == 0 else ""
        domain = "code" if i % 2 else "math"
        rows.append({"instruction": f"Say {i} {domain}.", "input": further, "output": words, "domain": domain})
    path = tmp_path / "pool.jsonl"
    released.write_jsonl(path, rows)
    return path


@pytest.fixture
def official(settings, tmp_path) -> Path:
    """The folder of a finished `official` run whose calibration trains every parameter, as the preset has it."""
    settings["data"]["heldout_ratio"] = 0.0
    settings["calibration"]["training"] |= {"method": "full", "learning_rate": 1e-3}
    settings["selection"] = {"gamma": GAMMA, "ratio": RATIO}
    run = api.create_run(parse_config(settings, preset="official"), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done", api.status(run).message
    return tmp_path / "run"


def artifact(folder: Path, name: str) -> Path:
    (found,) = folder.glob(f"artifacts/{name}-*")
    return found


@pytest.fixture
def theirs(official, pool_file, model_folder) -> dict[str, dict]:
    """The rows as the released code scores them under the run's two models, by the run's ids."""
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    base = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    calibrated = artifact(official, "calibrate") / "model"
    instruct = AutoModelForCausalLM.from_pretrained(calibrated, dtype=torch.float32)
    examples = {e.row: e.example_id for e in read_examples(artifact(official, "pool") / "examples.parquet")}
    rows = read_jsonl(pool_file)
    found = released.scored(rows, tokenizer, base, instruct)
    return {examples[n]: one | {"domain": rows[n - 1]["domain"]} for n, one in enumerate(found, 1)}


def test_the_text_and_its_tokens_are_the_released_codes(official, theirs, pool_file, model_folder):
    for preview in read_json(artifact(official, "tokens") / "report.json")["previews"]:
        row = theirs[preview["example_id"]]
        assert preview["prompt"] + preview["response"] == row["prompt"] + "\n" + row["response"]
        assert "Given" not in preview["prompt"]
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    mine = {row.example_id: row for row in read_tokens(artifact(official, "tokens") / "tokens.parquet")}
    assert mine.keys() == theirs.keys()
    for example_id, row in theirs.items():
        ids, n = released.token_ids({"instruction": row["instruction"], "output": row["response"]}, tokenizer)
        assert [*mine[example_id].prompt_ids, *mine[example_id].response_ids] == ids
        assert len(mine[example_id].response_ids) == n == row["n_tokens"]


def test_the_scores_are_the_released_codes_and_the_differences_have_the_signs_that_are_said(official, theirs):
    mine = pd.read_parquet(official / "deltas.parquet").set_index("example_id")
    other = pd.DataFrame(theirs).T.loc[mine.index]
    for ours, name in (
        ("base_nll", "base_nll"),
        ("base_entropy", "base_avg_entropy"),
        ("calibrated_nll", "instruct_nll"),
        ("calibrated_entropy", "instruct_avg_entropy"),
        ("delta_entropy", "diff_entropy"),
    ):
        assert mine[ours].tolist() == pytest.approx(other[name].tolist(), abs=1e-5)
    assert mine.delta_nll.tolist() == pytest.approx((-other.diff_nll).tolist(), abs=1e-5)
    assert mine.delta_nll.abs().min() > 1e-5  # so that a sign would show
    assert api.config(str(official)).delta_nll_sign == "base-calibrated"  # shown as the released code has it


def test_the_same_rows_are_selected_in_each_domain(official, theirs):
    kept = set(read_json(official / "selection.json")["ids"])
    for domain in ("code", "math"):
        ids = [i for i, row in theirs.items() if row["domain"] == domain]
        chosen = released.select([theirs[i] for i in ids], gamma=GAMMA, ratio=RATIO)
        assert kept & set(ids) == {ids[i] for i in chosen}
        assert 0 < len(chosen) < len(ids)


def test_a_pool_of_one_domain_is_the_released_codes_one_file(official, theirs):
    """`scope=global` ranks the pool as the released code ranks its file."""
    record = api.select(str(official), api.spec(str(official)).model_copy(update={"scope": "global"}))
    ids = list(theirs)
    chosen = released.select([theirs[i] for i in ids], gamma=GAMMA, ratio=RATIO)
    assert set(record["ids"]) == {ids[i] for i in chosen}


def test_the_released_codes_file_opens_with_the_same_differences_and_selection(official, theirs, tmp_path):
    path = tmp_path / "released.jsonl"
    rows = [{name: row[name] for name in released.FIELDS} for row in theirs.values()]
    released.write_jsonl(path, rows)
    assert list(json.loads(path.read_text(encoding="utf-8").splitlines()[0])) == released.FIELDS
    rule = {"selection": {"gamma": GAMMA, "ratio": RATIO, "budget": "tokens", "filter": "rank"}}
    run = api.import_scores(path, run_dir=tmp_path / "imported", settings=rule)
    table = pd.read_parquet(tmp_path / "imported" / "deltas.parquet")
    texts = {e.example_id: e.response for e in api.explore_run(run).examples.values()}
    assert [texts[i] for i in table.example_id] == [row["response"] for row in rows]
    assert table.delta_nll.tolist() == pytest.approx([-row["diff_nll"] for row in rows], abs=1e-12)
    assert table.delta_entropy.tolist() == pytest.approx([row["diff_entropy"] for row in rows], abs=1e-12)
    kept = set(read_json(tmp_path / "imported" / "selection.json")["ids"])
    chosen = released.select(rows, gamma=GAMMA, ratio=RATIO)
    assert kept == {table.example_id[i] for i in chosen}
