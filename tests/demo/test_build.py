"""A whole demo pack, built small: complete, resumable, the same every time, and opened as a run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from packs import ROOT, loaded_by_opening, naming, sha256
from tiny_pack import ARMS, HANDWRITTEN, HELDOUT, RECIPE, ROWS, SEEDS, build_pack

from instructdiff_ui import api
from instructdiff_ui.demo.corpus import DOMAINS
from instructdiff_ui.engine.pretraining import CHECKPOINT
from instructdiff_ui.errors import ConfigError, RunError, Stopped
from instructdiff_ui.files import read_json, read_jsonl
from instructdiff_ui.runs.store import RunStore

MODEL_FILES = {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}


@pytest.fixture
def run(pack) -> str:
    """The opened run."""
    return api.open_demo()


def files(folder: Path) -> dict[str, str]:
    """By name: the content's hash of every file; events say when they happened, so they are left out."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: sha256(path) for name, path in found.items() if name != "run/events.jsonl"}


def times(folder: Path) -> dict[Path, int]:
    artifacts = [*folder.glob("model-*/**/*"), *folder.glob("run-*/artifacts/**/*")]
    return {path: path.stat().st_mtime_ns for path in artifacts if path.is_file()}


def same_but_for_time(one: dict, other: dict) -> bool:
    def timeless(record):
        return {part: {k: v for k, v in facts.items() if k != "seconds"} for part, facts in record.items()}

    return timeless(one) == timeless(other)


# building ----------------------------------------------------------------------------------------------------------


def test_the_pack_has_every_part(tiny_pack):
    assert {path.name for path in tiny_pack.iterdir()} == {
        "demo.json",
        "heldout.jsonl",
        "model",
        "pool.jsonl",
        "run",
    }
    assert {path.name for path in (tiny_pack / "model").iterdir()} == MODEL_FILES
    record = read_json(tiny_pack / "demo.json")
    pool, heldout = read_jsonl(tiny_pack / "pool.jsonl"), read_jsonl(tiny_pack / "heldout.jsonl")
    assert record["pool"]["rows"] == len(pool) == ROWS * len(DOMAINS)
    assert record["pool"]["heldout"] == len(heldout) == HELDOUT * len(DOMAINS)
    assert record["pool"]["handwritten"] == HANDWRITTEN * len(DOMAINS)
    assert sum(record["pool"]["quality"].values()) == len(pool)
    assert record["model"]["files"] == {name: sha256(tiny_pack / "model" / name) for name in MODEL_FILES}
    assert record["model"]["tokens"] == RECIPE.tokens
    assert set(record["model"]["unseen_loss"]) == set(DOMAINS)
    assert (record["run"]["seeds"], record["run"]["arms"]) == (list(SEEDS), list(ARMS))


def test_built_again_nothing_is_done_twice(tiny_pack, tmp_path):
    before, said = times(tiny_pack.parent / "work"), []
    record = build_pack(tmp_path / "again", work=tiny_pack.parent / "work", say=said.append)
    assert record == read_json(tiny_pack / "demo.json")
    assert times(tiny_pack.parent / "work") == before
    assert not [line for line in said if line.startswith(("tokenizer", "corpus", "step"))]
    assert files(tmp_path / "again") == files(tiny_pack)


def test_a_build_that_was_stopped_goes_on(tiny_pack, tmp_path):
    """Stopped in the middle of the pre-training, and once more while rows are scored."""
    into, work = tmp_path / "pack", tmp_path / "work"
    steps = iter(range(RECIPE.steps))
    with pytest.raises(Stopped):
        build_pack(into, work=work, should_stop=lambda: next(steps) == RECIPE.steps // 2)
    assert list(work.glob(f"model-*/{CHECKPOINT}"))
    assert not list(work.glob("model-*/facts.json"))
    assert not (into / "model").exists()

    def scoring() -> bool:
        return any(work.glob("run-*/artifacts/score-base-*/shards/*.parquet"))

    with pytest.raises(RunError, match=r"^The demo's run stopped at instructdiff, seed 0: see .*events\.jsonl\.$"):
        build_pack(into, work=work, should_stop=scoring)
    assert not list(work.glob("run-*/artifacts/score-base-*/manifest.json"))
    assert not (into / "run").exists()

    before = times(work)
    record = build_pack(into, work=work)
    assert {path for path, time in times(work).items() if before.get(path, time) != time} == set()
    assert same_but_for_time(record, read_json(tiny_pack / "demo.json"))
    one, other = (read_json(pack / "run" / "selection.json") for pack in (into, tiny_pack))
    assert one["ids"] == other["ids"]
    one, other = (pd.read_parquet(pack / "run" / "deltas.parquet") for pack in (into, tiny_pack))
    pd.testing.assert_frame_equal(one, other)


def test_from_nothing_the_same_pool_tokenizer_and_weights_come_out(tiny_pack, tmp_path):
    record = build_pack(tmp_path / "pack", work=tmp_path / "work", until="model")
    assert not (tmp_path / "pack" / "run").exists()
    assert files(tmp_path / "pack" / "model") == files(tiny_pack / "model")
    for name in ("pool.jsonl", "heldout.jsonl"):
        assert sha256(tmp_path / "pack" / name) == sha256(tiny_pack / name)
    expected = read_json(tiny_pack / "demo.json")
    assert same_but_for_time(record, {part: expected[part] for part in ("pool", "model")})


def test_the_pool_comes_alone_and_other_parts_are_refused(tmp_path):
    build_pack(tmp_path / "pack", work=tmp_path / "work", until="pool")
    assert {path.name for path in (tmp_path / "pack").iterdir()} == {"demo.json", "heldout.jsonl", "pool.jsonl"}
    with pytest.raises(ConfigError, match="no part 'models'; the parts are pool, model, run"):
        api.build_demo(tmp_path / "pack", work=tmp_path / "work", until="models")


def test_building_leaves_the_environment_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", "elsewhere")
    with pytest.raises(RunError):
        build_pack(tmp_path / "pack", work=tmp_path / "work", should_stop=lambda: (tmp_path / "pack/model").exists())
    assert os.environ["INSTRUCTDIFF_DEMO"] == "elsewhere"


def test_no_file_names_a_place_on_this_machine(tiny_pack):
    assert naming(tiny_pack, tiny_pack.parent, ROOT, Path.home()) == []
    assert RunStore(tiny_pack / "run").config().model.path == "demo:model"


# opening -----------------------------------------------------------------------------------------------------------


def test_the_opened_run_is_done_and_shows_everything(run, home):
    now = api.status(run)
    assert (now.state, Path(now.path).parent, now.name) == ("done", home / "runs", "Demo")
    assert all(stage.status == "done" for stage in now.stages)
    assert api.is_demo(run)
    assert [summary.run_id for summary in api.list_runs()] == [run]
    assert api.data_report(run)["domains"].keys() == set(DOMAINS)
    assert api.evaluation(run)
    assert api.finetuned_path(run).is_dir()
    assert api.losses(run).keys() == {"Calibrate", "Fine-tune"}


def test_the_opened_run_compares_every_arm_over_both_seeds(run):
    arms = {arm.name: arm for arm in api.comparison(run)}
    assert list(arms) == ["base", "calibrated", "instructdiff", "random", "full data"]
    assert [arm.seeds for arm in arms.values()] == [1, 2, 2, 2, 2]
    metrics = {(metric, domain) for metric in ("nll", "exact_match") for domain in (*DOMAINS, "all")}
    for name, arm in arms.items():
        assert {("nll", "all"), ("exact_match", "all")} <= set(arm.measured) <= metrics
        if name != "base":
            assert len(set(arm.measured["nll", "all"].values)) == 2, f"{name} must hang on the seed"
    assert arms["full data"].rows > arms["random"].rows == arms["instructdiff"].rows


def test_the_opened_run_knows_the_other_seed(run):
    spec = api.spec(run)
    ((seed, overlap),) = api.other_seeds(run, spec).items()
    assert seed == 1
    assert overlap.here == overlap.there == api.preview(run, spec).selection.total.selected
    assert 0 < overlap.shared < overlap.here, "random models agree in part"
    everything = spec.model_copy(update={"ratio": 1.0, "gamma": 0.0})
    assert api.other_seeds(run, everything)[1].jaccard == 1


def test_every_strategy_says_what_it_keeps_of_each_kind(run):
    spec = api.spec(run)
    assert "quality" in api.categories(run)
    counts = api.kept_by_strategy(run, spec, "quality")
    assert tuple(counts) == api.STRATEGIES
    qualities = pd.Series([example.extra["quality"] for example in api.explore_run(run).examples.values()])
    table = api.explore_run(run).table
    assert counts["random"]["rows"].sum() == len(table) <= len(qualities)
    for name, kinds in counts.items():
        assert (
            kinds["kept"].sum() == api.preview(run, spec.model_copy(update={"strategy": name})).selection.total.selected
        )
    assert counts["instructdiff"].equals(api.kept_by(run, spec, "quality"))


def test_opened_twice_it_is_the_same_copy(run):
    spec = api.spec(run).model_copy(update={"ratio": 0.3})
    api.select(run, spec)
    assert api.open_demo() == run
    assert api.spec(run) == spec, "what a person did in it stays"
    assert len(api.list_runs()) == 1


def test_deleted_it_can_be_opened_anew(run, pack):
    api.select(run, api.spec(run).model_copy(update={"ratio": 0.3}))
    api.delete_run(run)
    assert api.list_runs() == []
    assert api.open_demo() == run
    assert api.spec(run).ratio == 0.1
    assert api.status(run).state == "done"


def test_the_pack_itself_is_never_written_to(pack):
    before = {path: path.stat().st_mtime_ns for path in pack.rglob("*")}
    run = api.open_demo()
    api.select(run, api.spec(run).model_copy(update={"strategy": "random"}))
    api.update_run(run, {"name": "Mine"})
    assert {path: path.stat().st_mtime_ns for path in pack.rglob("*")} == before


def test_it_opens_without_torch(pack, home):
    assert {"torch", "transformers", "peft"} & loaded_by_opening(pack, home=home) == set()


def test_another_pack_makes_another_run(run, pack, tmp_path, monkeypatch):
    other = shutil.copytree(pack, tmp_path / "other")
    table = pd.read_parquet(other / "run" / "deltas.parquet")
    table.assign(delta_entropy=-table["delta_entropy"]).to_parquet(other / "run" / "deltas.parquet")
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(other))
    assert api.open_demo() != run
    assert not api.is_demo(run)


def test_without_a_pack_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tmp_path / "nowhere"))
    assert not api.has_demo()
    assert api.demo_record() == {}
    with pytest.raises(RunError) as error:
        api.open_demo()
    assert error.value.message == (
        f"The demo pack is not in {tmp_path / 'nowhere'}: build it with `python -m instructdiff_ui demo build`."
    )
    with pytest.raises(RunError):
        api.rerun_demo()
    assert api.list_runs() == []
