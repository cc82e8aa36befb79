"""One row token by token: the stored values, the same computed anew, and what is said where there are none."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from tiny_models import tiny_tokenizer

from instructdiff_ui import api
from instructdiff_ui.api.tokens import token_view
from instructdiff_ui.config import ModelConfig, parse_config, updated
from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.data.tokens import token_strings, write_tokens
from instructdiff_ui.engine.describe import load_tokenizer
from instructdiff_ui.errors import DataError, ModelError, RunError
from instructdiff_ui.runs import queue
from instructdiff_ui.runs.decoding import Decoder, decoder
from instructdiff_ui.runs.home import open_store
from instructdiff_ui.runs.tokenvalues import read_row, read_values

ROOT = Path(__file__).parents[2]
VALUES = ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")
MULTIBYTE = "naïve 日本 🙂"


@pytest.fixture(scope="module")
def finished(model_folder, tmp_path_factory) -> Path:
    """A scored run with one response of characters that take several tokens each; every test gets a copy."""
    folder = tmp_path_factory.mktemp("finished")
    rows = [
        {"instruction": f"Say {i}.", "output": f"It is {'so ' * (i % 4)}{i}.", "domain": "ab"[i % 2]} for i in range(23)
    ]
    rows.append({"instruction": "Say it all.", "output": MULTIBYTE, "domain": "a"})
    (folder / "pool.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    training = {"num_train_epochs": 1, "batch_size": 4, "per_device_train_batch_size": 4, "lora_r": 2}
    settings = {
        "name": "tokens",
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {"sources": [{"path": str(folder / "pool.jsonl")}], "domain_column": "domain", "heldout_ratio": 0},
        "calibration": {"ratio": 0.25, "training": training | {"learning_rate": 1e-2}},
        "scoring": {"shard_rows": 8, "batch_tokens": 512},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        scored(settings, folder / "run")
    return folder / "run"


@pytest.fixture
def run(finished, tmp_path) -> str:
    return str(shutil.copytree(finished, tmp_path / "run"))


def scored(settings: dict, folder: Path) -> str:
    run = api.create_run(parse_config(settings), run_dir=folder)
    assert api.run_here(run, "selection") == "done"
    return run


def table(run: str) -> pd.DataFrame:
    return pd.read_parquet(open_store(run).path / "deltas.parquet").set_index("example_id")


def artifact(run: str, name: str) -> Path:
    return next((open_store(run).path / "artifacts").glob(f"{name}-*"))


def without_values(run: str, example_id: str) -> None:
    """Take the shard of the calibrated scores away that holds a row."""
    shards = (artifact(run, "score-calibrated") / "shards").glob("*.parquet")
    next(path for path in shards if example_id in set(pd.read_parquet(path).example_id)).unlink()


# stored ------------------------------------------------------------------------------------------------------------


def test_the_means_over_the_tokens_are_the_scores_of_the_row(run):
    for example_id, row in table(run).iterrows():
        view = token_view(run, str(example_id))
        assert view is not None and view.source == "stored"
        assert len(view.tokens) == row.n_tokens
        assert view.delta_entropy.mean(dtype=np.float64) == pytest.approx(row.delta_entropy, abs=1e-5)
        assert view.delta_nll.mean(dtype=np.float64) == pytest.approx(row.delta_nll, abs=1e-5)
        for name in VALUES:
            values = getattr(view, name)
            assert values.dtype == np.float32 and values.shape == (row.n_tokens,)
            assert values.mean(dtype=np.float64) == pytest.approx(row[name], abs=1e-5)


def test_the_tokens_are_the_response(run):
    texts = api.explore_run(run).examples
    for example_id, example in texts.items():
        view = token_view(run, example_id)
        assert view is not None and "".join(view.tokens) == example.response
        assert not view.ended and not view.truncated


def test_a_character_of_several_tokens_stands_with_the_last(run):
    example_id = next(i for i, example in api.explore_run(run).examples.items() if example.response == MULTIBYTE)
    view = token_view(run, example_id)
    assert view is not None and len(view.tokens) == len(MULTIBYTE.encode())
    assert view.tokens[2:4] == ("", "ï") and view.tokens[-4:] == ("", "", "", "🙂")
    assert np.isfinite(view.base_entropy).all()


def test_a_row_that_is_not_there(run):
    with pytest.raises(DataError, match="no row 'nobody'"):
        token_view(run, "nobody")


def test_stored_values_are_read_without_torch_or_transformers(run):
    example_id = table(run).index[0]
    code = (
        "import sys; from instructdiff_ui.runs.store import RunStore; from instructdiff_ui.runs import tokenview\n"
        f"assert tokenview.token_view(RunStore({str(open_store(run).path)!r}), {example_id!r}).source == 'stored'\n"
        "print({'torch', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# computed ----------------------------------------------------------------------------------------------------------


def test_computed_values_equal_the_stored_ones(run):
    example_id = str(table(run).index[3])
    stored = token_view(run, example_id)
    without_values(run, example_id)

    assert token_view(run, example_id) is None
    computed = token_view(run, example_id, compute=True)

    assert stored is not None and computed is not None and computed.source == "computed"
    assert computed.tokens == stored.tokens
    for name in VALUES:
        np.testing.assert_allclose(getattr(computed, name), getattr(stored, name), atol=1e-5)
    assert token_view(run, example_id) is computed  # kept, so that another metric costs nothing


def test_the_end_of_the_sequence_is_scored_where_the_response_was_not_cut(settings, tmp_path):
    settings["data"] |= {"template": "custom", "custom_template": "{instruction}\n", "max_length": 46}
    settings["scoring"] |= {"score_eos": True}
    run = scored(settings, tmp_path / "run")
    views = {str(i): token_view(run, str(i)) for i in table(run).index}
    assert {view.truncated for view in views.values()} == {True, False}
    texts = api.explore_run(run).examples
    for example_id, view in views.items():
        assert view.ended == (not view.truncated)
        assert (view.tokens[-1] == "<|endoftext|>") == view.ended
        assert len(view.tokens) == table(run).n_tokens[example_id]
        said = "".join(view.tokens[:-1] if view.ended else view.tokens)
        assert texts[example_id].response.startswith(said)

    whole = next(example_id for example_id, view in views.items() if view.ended)
    without_values(run, whole)
    again = token_view(run, whole, compute=True)
    for name in VALUES:
        np.testing.assert_allclose(getattr(again, name), getattr(views[whole], name), atol=1e-5)


def test_a_busy_accelerator_is_said(run):
    example_id = str(table(run).index[0])
    without_values(run, example_id)
    with queue.turn("another"), pytest.raises(RunError, match="busy with another"):
        token_view(run, example_id, compute=True)


# nothing to show ---------------------------------------------------------------------------------------------------


def test_missing_or_damaged_shards_are_not_stored_values(run):
    first, *others = table(run).index
    base = artifact(run, "score-base") / "shards"
    path = next(path for path in sorted(base.glob("*.parquet")) if first in set(pd.read_parquet(path).example_id))
    inside = set(pd.read_parquet(path).example_id)
    path.write_bytes(b"not parquet")
    assert token_view(run, first) is None
    outside = next(i for i in others if i not in inside)
    assert token_view(run, outside).source == "stored"
    shutil.rmtree(base)
    assert token_view(run, outside) is None


def test_without_values_and_without_the_calibrated_model(run):
    example_id = str(table(run).index[0])
    shutil.rmtree(artifact(run, "score-calibrated") / "shards")
    shutil.rmtree(artifact(run, "calibrate") / "adapter")
    for compute in (False, True):
        with pytest.raises(RunError, match="neither values per token nor the calibrated model"):
            token_view(run, example_id, compute=compute)


def test_a_run_from_a_scored_file_says_why_there_are_no_tokens(run, tmp_path):
    frame = table(run).reset_index()
    frame = frame.assign(instruction="Say it.", input="", output=[f"It {i}." for i in range(len(frame))])
    frame.drop(columns=["delta_nll", "delta_entropy", "delta_entropy_se"]).to_parquet(tmp_path / "scores.parquet")
    imported = api.import_scores(tmp_path / "scores.parquet")
    example_id = next(iter(api.explore_run(imported).examples))
    with pytest.raises(RunError, match="come from a file that has no values per token"):
        token_view(imported, example_id, compute=True)


def test_scores_of_other_settings_are_not_taken_for_those_shown(run):
    store = open_store(run)
    store.write_config(updated(store.config(), {"calibration": {"seed": 1}}))
    with pytest.raises(RunError, match="settings have changed"):
        token_view(run, str(table(run).index[0]))


def test_a_run_without_scores(settings, tmp_path):
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    with pytest.raises(RunError, match="no scores yet"):
        token_view(run, "any")


def test_values_of_another_length_than_the_tokens_are_refused(run):
    example_id = str(table(run).index[0])
    for name in ("score-base", "score-calibrated"):
        for path in (artifact(run, name) / "shards").glob("*.parquet"):
            frame = pd.read_parquet(path)
            frame.assign(**{c: [v[1:] for v in frame[c]] for c in ("token_nll", "token_entropy")}).to_parquet(path)
    with pytest.raises(RunError, match="do not belong together"):
        token_view(run, example_id)


# files and tokenizers ----------------------------------------------------------------------------------------------


def test_a_row_is_found_in_its_row_group(tmp_path):
    rng = np.random.default_rng(0)
    rows = [
        TokenizedExample(f"row-{i}", (i, 1), tuple(range(int(rng.integers(1, 5)))), truncated=i % 3 == 0)
        for i in rng.permutation(20_001)
    ]
    write_tokens(tmp_path / "tokens.parquet", rows)
    assert pq.ParquetFile(tmp_path / "tokens.parquet").num_row_groups == 3
    for k in (0, 1, 9_999, 10_000, 10_001, 19_999, 20_000):
        assert read_row(tmp_path / "tokens.parquet", rows[k].example_id) == rows[k]
    assert read_row(tmp_path / "tokens.parquet", "row-x") is None


def test_values_are_found_in_whichever_shard_holds_the_row(tmp_path):
    for name in ("base", "calibrated"):
        (tmp_path / name / "shards").mkdir(parents=True)
        for shard, ids in enumerate([["a", "b", "c"], ["d"], ["e", "f"]]):
            values = [[float(ord(i)), float(len(name))] for i in ids]
            frame = pd.DataFrame({"example_id": ids, "token_nll": values, "token_entropy": values})
            frame.to_parquet(tmp_path / name / "shards" / f"{shard:05d}.parquet")
    folders = (tmp_path / "base", tmp_path / "calibrated")
    for i in "abcdef":
        found = read_values(folders, i)
        assert found is not None
        assert [one.nll.tolist() for one in found] == [[ord(i), 4], [ord(i), 10]]
    assert read_values(folders, "g") is None
    assert read_values((tmp_path / "nowhere",), "a") is None


def test_the_light_decoder_says_what_the_tokenizer_says(model_folder):
    ids = [int(i) for i in np.random.default_rng(1).integers(0, 258, size=200)]
    light = decoder(str(model_folder), None)
    assert isinstance(light, Decoder)
    whole = load_tokenizer(ModelConfig(path=str(model_folder)))
    assert token_strings(light, ids) == token_strings(whole, ids) == token_strings(tiny_tokenizer(), ids)


def test_a_model_without_a_tokenizer_is_said(tmp_path):
    with pytest.raises(ModelError, match="has no tokenizer"):
        decoder(str(tmp_path), None)
