"""What a whole run computes, held against other people's code and against the words of the method."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from instructdiff_ui import api
from instructdiff_ui.config import parse_config
from instructdiff_ui.data.pool import read_examples
from instructdiff_ui.data.tokens import read_tokens


def done(settings: dict, folder: Path, *, until: str = "selection", preset: str | None = None) -> pd.DataFrame:
    """The deltas, by id, of a run made in `folder`."""
    run = api.create_run(parse_config(settings, preset=preset), run_dir=folder)
    assert api.run_here(run, until) == "done", api.status(run).message
    return pd.read_parquet(folder / "deltas.parquet").set_index("example_id")


def artifact(folder: Path, name: str) -> Path:
    (found,) = folder.glob(f"artifacts/{name}-" + "[0-9a-f]" * 12)
    return found


def loss(model, row, *, end: tuple[int, ...] = ()) -> float:
    """The mean NLL of a response as transformers computes it."""
    ids = torch.tensor([[*row.prompt_ids, *row.response_ids, *end]])
    labels = ids.clone()
    labels[0, : len(row.prompt_ids)] = -100
    with torch.no_grad():
        return model(input_ids=ids, labels=labels).loss.item()


def test_scores_are_the_losses_of_base_and_calibrated_model(settings, model_folder, tmp_path):
    deltas = done(settings, tmp_path / "run")
    rows = read_tokens(artifact(tmp_path / "run", "tokens") / "tokens.parquet")[::7]
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float64)
    for row in rows:
        assert deltas.base_nll[row.example_id] == pytest.approx(loss(model, row), abs=1e-5)
    model = PeftModel.from_pretrained(model, artifact(tmp_path / "run", "calibrate") / "adapter").double()
    for row in rows:
        assert deltas.calibrated_nll[row.example_id] == pytest.approx(loss(model, row), abs=1e-5)


def test_calibration_rows_stay_in_the_pool_and_heldout_rows_are_nowhere(settings, tmp_path):
    folder = tmp_path / "run"
    deltas = done(settings, folder)
    trained = json.loads((artifact(folder, "calibrate") / "ids.json").read_text())
    assert sorted(deltas.index[deltas.in_calibration]) == trained
    pool = artifact(folder, "pool")
    texts = {(e.instruction, e.response) for e in read_examples(pool / "examples.parquet")}
    heldout = read_examples(pool / "heldout.parquet")
    assert len(heldout) == 6
    assert not any((e.instruction, e.response) in texts or e.example_id in deltas.index for e in heldout)


def test_the_end_is_scored_where_asked_for_and_where_there_is_one(settings, model_folder, tmp_path):
    settings["data"] |= {"template": "plain", "max_length": 50}  # cuts the longest answers
    plain = done(settings, tmp_path / "plain")
    settings["scoring"]["score_eos"] = True
    ended = done(settings, tmp_path / "ended").loc[plain.index]
    rows = {row.example_id: row for row in read_tokens(artifact(tmp_path / "ended", "tokens") / "tokens.parquet")}
    cut = pd.Series({example_id: row.truncated for example_id, row in rows.items()}).loc[plain.index]
    assert 0 < cut.sum() < len(cut)
    assert (ended.n_tokens - plain.n_tokens == ~cut).all()
    assert ended.base_nll[cut].tolist() == pytest.approx(plain.base_nll[cut].tolist(), abs=1e-6)
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float64)
    whole = cut.index[~cut][0]
    end = (model.config.eos_token_id,)
    assert ended.base_nll[whole] == pytest.approx(loss(model, rows[whole], end=end), abs=1e-5)


def test_the_official_preset_spends_tokens_and_filters_by_rank(settings, tmp_path):
    deltas = done(settings, tmp_path / "run", preset="official").reset_index()
    kept = set(json.loads((tmp_path / "run" / "selection.json").read_text())["ids"])
    for _, domain in deltas.groupby("domain"):
        cut = math.floor(0.1 * len(domain))
        middle = domain.sort_values(["delta_nll", "example_id"]).iloc[cut : len(domain) - cut]
        ranked = middle.sort_values(["delta_entropy", "example_id"])
        before = ranked.n_tokens.cumsum() - ranked.n_tokens
        assert kept & set(domain.example_id) == set(ranked.example_id[before < 0.25 * domain.n_tokens.sum()])
    preview = json.loads((artifact(tmp_path / "run", "tokens") / "report.json").read_text())["previews"][0]
    assert preview["prompt"].endswith("### Response:\n")


def test_two_rounds_share_one_scoring_of_the_base(settings, tmp_path):
    settings["calibration"]["rounds"] = 2
    last = done(settings, tmp_path / "run")
    assert len(list(tmp_path.glob("run/artifacts/score-base-*"))) == 1
    first = pd.read_parquet(artifact(tmp_path / "run", "deltas") / "deltas.parquet").set_index("example_id")
    assert (last.base_nll == first.base_nll).all()
    assert (last.calibrated_nll != first.calibrated_nll).any()
    chosen = json.loads((artifact(tmp_path / "run", "select") / "selection.json").read_text())["ids"]
    assert set(last.index[last.in_calibration]) == set(chosen)
