"""Jobs in slices, as on a ZeroGPU Space: the same selection, whatever ends a slice; and what ends a job is told."""

import json
import os
import subprocess
import time
from pickle import PicklingError

import gradio as gr
import pandas as pd
import pytest
from tiny_rows import instruction_rows
from zerogpu_standin import ChildStarted, ZeroGpu

import instructdiff_ui.engine.sft  # noqa: F401  (as in a Space's server: forked processes need not import it)
from instructdiff_ui import api
from instructdiff_ui.config import parse_config
from instructdiff_ui.errors import ConfigError, RunError
from instructdiff_ui.files import read_json
from instructdiff_ui.runs import executor, inline, parts, visitors, zerogpu
from instructdiff_ui.runs.stages import WORK
from instructdiff_ui.runs.store import RunStore
from instructdiff_ui.runs.zerogpu import SliceLimits, refusal

LIMITS = SliceLimits(probe=20, most=40)
QUOTA = "Your GPU time on this Space is spent for today: the run is paused and goes on when you press Resume."  # whole


class Ticks:
    """A clock that moves on by a second whenever it is asked: slices end at the same unit on every machine."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture(scope="module")
def small(model_folder, tmp_path_factory):
    """Scoring one row a unit, each run for itself, and trainings of more steps than a slice has."""
    pool = tmp_path_factory.mktemp("pool") / "pool.jsonl"
    pool.write_text("".join(json.dumps(row) + "\n" for row in instruction_rows(40)), encoding="utf-8")
    training = {
        **{"num_train_epochs": 16, "batch_size": 2, "per_device_train_batch_size": 2, "lora_r": 2},
        **{"save_steps": 1, "learning_rate": 1e-2},
    }
    return {
        "name": "tiny",
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {"sources": [{"path": str(pool)}], "domain_column": "domain", "heldout_ratio": 0.1},
        "calibration": {"ratio": 0.2, "training": training},
        "scoring": {"shard_rows": 1, "batch_tokens": 16, "reuse": False, "processes": 2},
        "selection": {"ratio": 0.25},
        "finetune": training,
    }


@pytest.fixture(scope="module")
def reference(small, tmp_path_factory):
    """The selection of the ordinary executor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("OMP_NUM_THREADS", "1")
        run = make(small, tmp_path_factory.mktemp("run") / "reference")
        api.start(run, "selection")
        assert api.wait_for(run, 600)
        assert api.status(run).state == "done", api.log_tail(run)
    return run


@pytest.fixture
def platform(monkeypatch):
    """The stand-in, with the app's function decorated as `spaces` would."""
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv(zerogpu.MOST, str(LIMITS.most))
    monkeypatch.setenv(zerogpu.PROBE, str(LIMITS.probe))
    monkeypatch.setattr(parts, "time", Ticks())
    platform = ZeroGpu()
    platform.hide_cuda(monkeypatch)
    lend(monkeypatch, platform, parts.on_gpu)
    return platform


def lend(monkeypatch, platform, function):
    seconds = lambda what, run_dir, seconds, hub, request: seconds  # noqa: E731  (as `parts` has it)
    monkeypatch.setattr(parts, "on_gpu", platform.GPU(duration=seconds)(function))


def make(settings, path):
    return api.create_run(parse_config(settings), run_dir=path)


def work(run):
    """What the page's event does; the state of the run after every slice."""
    return [now.state for now in api.work_inline(run)]


def shards(run):
    return {path: path.stat().st_mtime_ns for path in RunStore(run).path.glob("artifacts/score-*/shards/*.parquet")}


def assert_same(one, other):
    tables = [pd.read_parquet(RunStore(run).path / "deltas.parquet") for run in (one, other)]
    pd.testing.assert_frame_equal(*tables, check_exact=False, atol=1e-6)
    ids = [read_json(RunStore(run).path / "selection.json")["ids"] for run in (one, other)]
    assert ids[0] == ids[1]


# whole jobs --------------------------------------------------------------------------------------------------------


def test_in_slices_a_run_selects_the_same_rows(platform, small, reference, tmp_path):
    run = make(small, tmp_path / "run")
    api.start(run, "selection")
    assert api.status(run).state == "starting", "it waits for the page's event"
    states = work(run)
    assert states[-1] == "done", api.log_tail(run)
    assert set(states) == {"running", "done"}
    assert platform.asked[0] == LIMITS.probe
    assert len(platform.asked) >= 4, "slices did not end by the clock"
    assert max(platform.asked) <= LIMITS.most
    assert platform.killed == 0
    assert_same(reference, run)
    steps = [step["step"] for step in api.losses(run)["Calibrate"]]
    assert steps == list(range(1, len(steps) + 1))
    assert work(run) == ["done"], "there was nothing left to do"


def test_a_killed_slice_loses_nothing_that_was_finished(platform, small, reference, tmp_path):
    run = make(small, tmp_path / "run")
    seen = []

    def in_the_middle() -> bool:
        trained, scored = len(api.losses(run).get("Calibrate", [])), shards(run)
        reached = trained >= 6 if not seen else len(scored) >= 5 if len(seen) == 1 else False
        if reached:
            seen.append(scored)
        return reached

    platform.kill_when = in_the_middle
    api.start(run, "selection")
    assert work(run)[-1] == "done", api.log_tail(run)
    assert platform.killed == 2
    assert len(seen[1]) < 2 * len(pd.read_parquet(RunStore(run).path / "deltas.parquet")), "nothing was left to score"
    after = shards(run)
    assert all(after[path] == written for path, written in seen[1].items()), "a finished shard was scored again"
    assert_same(reference, run)


def test_a_spent_quota_pauses_the_run_wherever_it_is(platform, small, tmp_path):
    run = make(small, tmp_path / "run")
    platform.quota = 50
    api.start(run, "model")
    work(run)
    paused = []
    while api.status(run).state == "stopped" and len(paused) < 12:
        status = api.status(run)
        assert status.message == QUOTA
        paused.append(next(stage.work for stage in status.stages if stage.status != "done"))
        assert sum(platform.asked) <= platform.quota * len(paused)
        platform.used.clear()  # the next day
        api.resume(run)
        work(run)
    assert api.status(run).state == "done", api.status(run).message
    assert {"calibrate", "finetune"} < set(paused)
    assert {"score_base", "score_calibrated"} & set(paused)

    # what is not a job needs the GPU too
    with pytest.raises(RunError, match=r"was not done\. Your GPU time on this Space is spent for today"):
        api.generate(run, "Add 1 and 2.")
    platform.used.clear()
    answers = api.generate(run, "Add 1 and 2.", max_new_tokens=4)
    assert set(answers) == {"base", "fine-tuned"}


def test_a_call_that_is_too_long_for_the_platform_is_asked_for_shorter(platform, small, tmp_path):
    platform.longest = 24
    run = make(small | {"scoring": {"shard_rows": 8, "batch_tokens": 512}}, tmp_path / "run")
    api.start(run, "selection")
    assert work(run)[-1] == "done", api.status(run).message
    assert platform.asked[0] == LIMITS.probe
    assert set(platform.asked[1:]) == {LIMITS.most // 2}, "40 s were refused"


def test_in_an_experiment_what_failed_once_is_not_tried_in_every_slice(platform, small, tmp_path, monkeypatch):
    run = make(small, tmp_path / "run")
    api.start(run, "data")
    assert work(run) == ["running", "done"]
    assert platform.asked == [], "GPU time was spent on reading data"

    tried, finetune = tmp_path / "tried", WORK["finetune"]

    def first_fails(context):
        before = tried.read_text().split() if tried.exists() else []
        tried.write_text(" ".join([*before, context.stage.fingerprint]))
        if not before:
            raise RunError("The loss is not finite.")
        return finetune(context)

    monkeypatch.setitem(WORK, "finetune", first_fails)
    arms = [{"name": "random again", "selection": {"strategy": "random", "seed": 7}}]
    settings = api.experiment_settings({"name": "one", "arms": arms, "seeds": 1, "ratios": [0.25]})
    api.start_experiment(run, api.create_experiment(run, settings))
    assert work(run)[-1] == "failed"
    assert api.status(run).message == "1 stage failed, all else is done. The first: The loss is not finite."
    first, *others = tried.read_text().split()
    assert len(others) >= 2, "the other training was done in one slice"
    assert first not in others


# what ends a job ---------------------------------------------------------------------------------------------------


@pytest.fixture
def run(platform, small, tmp_path):
    made = make(small, tmp_path / "run")
    api.start(made, "selection")
    return made


def test_stop_ends_a_slice_at_its_next_unit_and_resume_goes_on(platform, run):
    platform.kill_when = lambda: api.stop(run) if len(shards(run)) >= 2 else False
    assert work(run)[-1] == "stopped"
    status = api.status(run)
    assert (status.state, status.message) == ("stopped", "Stopped; what is done is kept.")
    assert platform.killed == 0
    kept = shards(run)
    assert 2 <= len(kept) < 36
    platform.kill_when = lambda: False
    api.resume(run)
    assert work(run)[-1] == "done"
    assert kept.items() <= shards(run).items()


def test_stop_before_the_event_came(platform, run):
    api.stop(run)
    assert work(run)[-1] == "stopped"
    assert platform.asked == []


def test_a_closed_page_pauses_the_run(run):
    event = api.work_inline(run)
    assert next(event).state == "running"
    with pytest.raises(RunError, match="at work already"):
        api.start(run, "selection")
    event.close()
    status = api.status(run)
    assert status.state == "stopped"
    assert status.message == "The page was closed: the run is paused and goes on when you press Resume."
    assert not RunStore(run).is_busy()


def test_slices_in_vain_end_the_job(platform, run, monkeypatch):
    monkeypatch.setattr(parts, "margin", lambda seconds: seconds + 1)  # it is over before it begins
    assert work(run)[-1] == "failed"
    message = api.status(run).message
    assert message.startswith("Two slices in a row, the last of 40 s, finished nothing of “Calibrate” on the GPU:")
    assert zerogpu.MOST in message
    assert platform.asked == [LIMITS.probe, LIMITS.most]


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (RunError("The loss is not finite."), "The loss is not finite."),
        (ValueError("bad"), "Unexpected ValueError: bad"),
    ],
)
def test_a_stage_that_fails_ends_the_job_in_one_sentence(run, monkeypatch, raised, told):
    def fail(context):
        raise raised

    monkeypatch.setitem(WORK, "calibrate", fail)
    assert work(run)[-1] == "failed"
    status = api.status(run)
    assert status.message == told
    assert [stage.status for stage in status.stages if stage.work == "calibrate"] == ["failed"]


def test_a_stage_without_gpu_that_fails_ends_the_job_too(platform, small, tmp_path):
    pool = tmp_path / "gone.jsonl"
    pool.write_text('{"instruction": "a", "output": "b"}\n')
    run = make(small | {"data": small["data"] | {"sources": [{"path": str(pool)}]}}, tmp_path / "run")
    pool.unlink()
    api.start(run, "selection")
    assert work(run)[-1] == "failed"
    assert "gone.jsonl" in api.status(run).message
    assert platform.asked == []


def test_a_setting_of_the_space_that_is_wrong_ends_the_job(platform, run, monkeypatch):
    monkeypatch.setenv(zerogpu.MOST, "soon")
    assert work(run) == ["failed"]
    assert api.status(run).message == f"{zerogpu.MOST} is 'soon'; it is a whole number of seconds, at least 15."


def test_nothing_on_the_gpu_may_start_a_process(run, monkeypatch):
    monkeypatch.setitem(WORK, "calibrate", lambda context: subprocess.run(["true"]))
    assert work(run)[-1] == "failed"
    assert api.status(run).message == f"Unexpected {ChildStarted.__name__}: "


def test_a_result_that_cannot_be_pickled_ends_the_job(platform, run, monkeypatch):
    lend(monkeypatch, platform, lambda *_: lambda: 0)
    assert work(run)[-1] == "failed"
    assert api.status(run).message.startswith("The call on the GPU failed (")


def test_a_request_that_cannot_be_pickled_is_refused(platform, run):
    with pytest.raises(RunError, match="cannot be handed to the GPU's process"):
        inline.ask("instructdiff_ui.runs.generation", RunStore(run), {"instruction": lambda: 0}, what="Generation")


def test_a_lent_call_uses_the_hub_as_its_visitor_and_forgets_it(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_TOKEN", "hf_owner")
    seen = []
    monkeypatch.setattr(
        parts, "_slice_here", lambda *_, **__: seen.append((os.environ["HF_TOKEN"], visitors.current()))
    )
    with visitors.acting_as(visitors.Visitor("another", token="hf_another")):
        for token in ("hf_visitor", ""):
            parts.on_gpu("slice", str(tmp_path), 30, {"HF_TOKEN": token}, {})
    assert seen == [("hf_visitor", None), ("", None)]
    assert os.environ["HF_TOKEN"] == "hf_owner"


def test_elsewhere_a_worker_does_the_job(small, tmp_path):
    run = make(small, tmp_path / "run")
    api.start(run, "data")
    assert len(work(run)) == 1
    assert api.wait_for(run, 300)
    assert api.status(run).state == "done"
    assert "inline" not in executor.job(RunStore(run))


# the stand-in itself -----------------------------------------------------------------------------------------------


def test_the_stand_in_kills_a_call_at_its_limit():
    platform = ZeroGpu(stretch=1.0)
    asleep = platform.GPU(duration=lambda seconds: 1)(time.sleep)
    with pytest.raises(gr.Error) as caught:
        asleep(60)
    assert refusal(caught.value).kind == "lost"
    assert platform.killed == 1


def test_the_stand_in_refuses_as_the_platform_does():
    platform = ZeroGpu(quota=10, longest=20)
    add = platform.GPU(duration=lambda a, b: a)(int.__add__)
    assert add(4, 5) == 9
    for asked, kind, left in ((8, "quota", 0.75), (30, "long", None)):
        with pytest.raises(gr.Error) as caught:
            add(asked, 1)
        assert (refusal(caught.value).kind, refusal(caught.value).left) == (kind, left)
    platform.visitor = "another"
    assert add(8, 1) == 9


# small questions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "how", "seconds"),
    [
        (0, {"left": None, "more": False, "in_vain": False}, 30),  # a probe
        (0, {"left": 5.0, "more": True, "in_vain": False}, 30),
        (30, {"left": None, "more": False, "in_vain": False}, 90),  # no rate is known
        (30, {"left": 5.0, "more": True, "in_vain": False}, 90),  # other stages follow
        (30, {"left": 5.0, "more": False, "in_vain": True}, 90),
        (30, {"left": 0.0, "more": False, "in_vain": False}, 22),  # loading, and the margin at the end
        (30, {"left": 20.0, "more": False, "in_vain": False}, 47),
        (30, {"left": 1e6, "more": False, "in_vain": False}, 90),
    ],
)
def test_how_long_the_gpu_is_asked_for(last, how, seconds):
    assert inline.next_seconds(last, **how, limits=SliceLimits(probe=30, most=90)) == seconds


@pytest.mark.parametrize("left", [0.0, 1.0, 20.0, 500.0])
@pytest.mark.parametrize("most", [15, 16, 60, 120])
def test_it_is_never_asked_for_longer_than_allowed(left, most):
    asked = inline.next_seconds(9, left=left, more=False, in_vain=False, limits=SliceLimits(probe=15, most=most))
    assert 15 <= asked <= most
    assert parts.margin(asked) < asked / 2


def test_limits_come_from_the_environment(monkeypatch):
    assert zerogpu.slice_limits() == SliceLimits(probe=30, most=90)
    monkeypatch.setenv(zerogpu.MOST, "20")
    assert zerogpu.slice_limits() == SliceLimits(probe=20, most=20)
    for wrong in ("14", "-30", "1e3", "soon", "٣٠"):
        monkeypatch.setenv(zerogpu.MOST, wrong)
        with pytest.raises(ConfigError, match=f"{zerogpu.MOST} is '{wrong}'; it is a whole number of seconds"):
            zerogpu.slice_limits()


class Refused(Exception):
    def __init__(self, title, message):
        self.title, self.message = title, message


@pytest.mark.parametrize(
    ("title", "message", "kind", "left"),
    [
        ("ZeroGPU quota exceeded", "… quota (90s requested vs. 45s left). Try again in 1:00:00. ", "quota", 0.5),
        ("ZeroGPU quota exceeded", "… quota (90s requested vs. -3s left). ", "quota", 0.0),
        ("ZeroGPU quota exceeded", "You have exceeded your ZeroGPU runs limit. ", "quota", None),
        ("ZeroGPU quota exceeded", "Space app has reached its GPU limit. ", "quota", None),
        ("ZeroGPU quota exceeded", "No GPU was available after 60s. Try", "busy", None),
        ("ZeroGPU queue timeout", "No GPU was available after 60s", "busy", None),
        ("ZeroGPU pending credits exceeded", "You have too many ZeroGPU credits allocated", "busy", None),
        ("ZeroGPU client error", "No GPU was available", "busy", None),
        ("ZeroGPU client error", "Expired ZeroGPU proxy token", "expired", None),
        ("ZeroGPU illegal duration", "The requested GPU duration (900s) is larger", "long", None),
        ("ZeroGPU worker error", "GPU task aborted", "lost", None),
        ("ZeroGPU worker error", "OutOfMemoryError", "broken", None),
    ],
)
def test_refusals_are_told_in_plain_words(title, message, kind, left):
    found = refusal(Refused(title, message))
    assert (found.kind, found.left) == (kind, left)
    assert not found.why.endswith(".")


def test_other_failures_of_a_call():
    assert refusal(RuntimeError("Connection closed by visitor while queueing")).kind == "gone"
    assert refusal(PicklingError("no <lambda>")).kind == "broken"
    assert "<lambda>" not in refusal(PicklingError("no <lambda>")).why
