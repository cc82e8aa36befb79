"""The scoring stage: units and their writer, scores taken from other runs, and several processes side by side."""

import errno
import os
import signal
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from tiny_models import random_examples, save_tiny_model

from instructdiff_ui import api
from instructdiff_ui.config import ModelConfig, parse_config
from instructdiff_ui.data.tokens import write_tokens
from instructdiff_ui.engine import scoring as engine
from instructdiff_ui.errors import RunError, Stopped
from instructdiff_ui.files import read_json, write_json
from instructdiff_ui.runs import executor, reuse, scoringwork, sidebyside
from instructdiff_ui.runs.plan import plan
from instructdiff_ui.runs.scoringwork import Task, opened
from instructdiff_ui.runs.shards import reused_rows
from instructdiff_ui.runs.store import RunStore

MODEL = ModelConfig(path="m", dtype="float32", device="cpu")
WHO = reuse.scorer(MODEL, revision="r1", dtype="float32", device="cpu", score_eos=False)


def task(run: Path, rows, *, who=WHO, eos_id=None) -> Task:
    """The scoring of these rows in a run directory of its own, its scorer noted down."""
    write_tokens(run / "tokens.parquet", rows)
    artifact = run / "artifacts" / "score-base-0"
    reuse.note(artifact, who)
    return Task(str(run / "tokens.parquet"), str(artifact), 4, 256, eos_id, who)


@pytest.fixture
def calls(monkeypatch) -> list[list[str]]:
    """The ids that each call of the engine was given; it scores by the length of the response."""
    made: list[list[str]] = []

    def score(_model, examples, *, on_batch, should_stop, eos_id, **_):
        if should_stop():
            raise Stopped
        made.append([e.example_id for e in examples])
        out = []
        for e in examples:
            values = np.arange(len(e.response_ids) + (eos_id is not None and not e.truncated), dtype=np.float32)
            on_batch(1, len(values))
            out.append(engine.Score(e.example_id, float(values.mean()), 0.5, len(values), values, values / 2))
        return out

    monkeypatch.setattr(engine, "score", score)
    return made


def done(one: Task, *, reused: bool = True, batch_tokens: int = 16, should_stop=lambda: False):
    work = opened(one)
    if reused:
        work = work.knowing(reuse.find(Path(one.artifact), one.who, work.table, work.contents))
        work.copy(should_stop=should_stop)
    units = work.units(batch_tokens=batch_tokens)
    work.score(None, units, batch_tokens=batch_tokens, on_tokens=lambda _: None, should_stop=should_stop)
    return work


def frame(one: Task) -> pd.DataFrame:
    paths = sorted(Path(one.artifact).glob("shards/*.parquet"))
    return pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)


# units ---------------------------------------------------------------------------------------------------------------


def test_shards_hold_the_longest_rows_first_under_the_names_they_always_had(tmp_path, calls):
    rows = random_examples(30)
    one = task(tmp_path / "a", rows)
    done(one)
    expected = [r.example_id for r in sorted(rows, key=lambda r: (-r.length, r.example_id))]
    assert frame(one).example_id.tolist() == expected
    names = [path.name for path in sorted(Path(one.artifact).glob("shards/*"))]
    assert names == [f"{n:05d}.parquet" for n in range(8)]
    assert [i for call in calls for i in call] == expected


@pytest.mark.parametrize("batch_tokens", [1, 16, 40, 10_000])
def test_a_unit_is_a_shard_or_as_many_as_eight_batches_hold(tmp_path, batch_tokens):
    work = opened(task(tmp_path / "a", random_examples(100)))
    (work.shards.folder).mkdir()
    work.shards.path(3).touch()
    units = work.units(batch_tokens=batch_tokens)
    tokens = work.shards.sums(work.table.lengths)
    assert [n for unit in units for n in unit] == [n for n in range(25) if n != 3]
    limit = 8 * batch_tokens
    assert all(len(unit) == 1 or tokens[unit].sum() <= limit for unit in units)
    assert all(tokens[[*unit, after[0]]].sum() > limit for unit, after in pairwise(units))


def test_stop_keeps_the_units_that_were_finished(tmp_path, calls):
    one = task(tmp_path / "a", random_examples(40))
    with pytest.raises(Stopped):
        done(one, batch_tokens=1, should_stop=lambda: len(calls) >= 3)
    assert frame(one).example_id.tolist() == [i for call in calls for i in call]
    assert len(calls) == 3
    done(one, batch_tokens=1)
    assert len(calls) == 10


def test_a_full_disk_behind_the_scoring_is_one_error_and_ends_it(tmp_path, calls, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("instructdiff_ui.runs.shards.pq.write_table", full)
    with pytest.raises(RunError, match=r"The disk is full: could not write .*00000\.parquet"):
        done(task(tmp_path / "a", random_examples(40)), batch_tokens=1)
    assert len(calls) <= 2, "it scored on with nowhere to write to"


def test_a_failure_to_write_the_last_unit_is_not_lost(tmp_path, calls, monkeypatch):
    monkeypatch.setattr(scoringwork, "write_shard", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        done(task(tmp_path / "a", random_examples(4)))


def test_the_next_unit_is_scored_while_one_is_written(tmp_path, calls, monkeypatch):
    """The write of the first unit waits for the second to have been scored, which it never is if one waits for both."""
    write, second = scoringwork.write_shard, threading.Event()

    def slow(path, *arguments, **named):
        if path.name == "00000.parquet":
            assert second.wait(20)
        write(path, *arguments, **named)

    monkeypatch.setattr(scoringwork, "write_shard", slow)
    score = engine.score
    monkeypatch.setattr(engine, "score", lambda *a, **k: (score(*a, **k), len(calls) == 2 and second.set())[0])
    one = task(tmp_path / "a", random_examples(12))
    done(one, batch_tokens=1)
    assert len(frame(one)) == 12


# reuse ---------------------------------------------------------------------------------------------------------------


def test_a_second_run_scores_nothing_and_says_where_its_numbers_are_from(tmp_path, calls):
    rows = random_examples(30)
    first, second = task(tmp_path / "a", rows), task(tmp_path / "b", rows)
    done(first)
    calls.clear()
    done(second)
    assert calls == []
    pd.testing.assert_frame_equal(frame(first), frame(second))
    given = [pair for path in Path(second.artifact).glob("shards/*") for pair in reused_rows(path).items()]
    assert {run for run, _ in given} == {"a"}
    assert sum(rows for _, rows in given) == 30


def test_new_rows_are_scored_and_only_they_whatever_the_ids_are(tmp_path, calls):
    rows = random_examples(70)
    done(task(tmp_path / "a", rows[:40]))
    renamed = [type(r)(f"other-{r.example_id}", r.prompt_ids, r.response_ids, r.truncated) for r in rows]
    more = task(tmp_path / "b", renamed)
    calls.clear()
    done(more)
    assert sorted(i for call in calls for i in call) == sorted(r.example_id for r in renamed[40:])
    alone = task(tmp_path / "elsewhere" / "c", renamed)
    done(alone)
    pd.testing.assert_frame_equal(frame(more).drop(columns="content"), frame(alone).drop(columns="content"))


def test_an_interrupted_run_is_of_use_too(tmp_path, calls):
    rows = random_examples(40)
    with pytest.raises(Stopped):
        done(task(tmp_path / "a", rows), batch_tokens=1, should_stop=lambda: len(calls) >= 4)
    calls.clear()
    done(task(tmp_path / "b", rows))
    assert sum(len(call) for call in calls) == 40 - 16


@pytest.mark.parametrize(
    "other",
    [
        {"revision": "r2"},
        {"dtype": "bfloat16"},
        {"device": "cuda"},
        {"score_eos": True},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_scorer_gives_nothing(tmp_path, calls, other):
    rows = random_examples(10)
    done(task(tmp_path / "a", rows))
    calls.clear()
    same = {"revision": "r1", "dtype": "float32", "device": "cpu", "score_eos": False}
    who = reuse.scorer(MODEL, **same | other)
    done(task(tmp_path / "b", rows, who=who, eos_id=0 if "score_eos" in other else None))
    assert sum(len(call) for call in calls) == 10


def test_a_scorer_written_over_another_does_not_pass_its_rows_off_as_its_own(tmp_path, calls):
    """A run that was interrupted and gone on with under another torch: what lies there from before is not known."""
    rows = random_examples(10)
    older = WHO | {"torch": "1.0"}
    first = task(tmp_path / "a", rows, who=older)
    done(first)
    reuse.note(Path(first.artifact), WHO)
    calls.clear()
    done(task(tmp_path / "b", rows))
    assert sum(len(call) for call in calls) == 10


def test_a_changed_token_a_moved_boundary_or_a_cut_end_is_another_row(tmp_path, calls):
    rows = random_examples(5)
    one = rows[0]
    kind = type(one)
    changed = [
        kind("changed", one.prompt_ids, (*one.response_ids[:-1], one.response_ids[-1] ^ 1)),
        kind("moved", (*one.prompt_ids, one.response_ids[0]), one.response_ids[1:] or (3,)),
        kind("cut", one.prompt_ids, one.response_ids, truncated=not one.truncated),
    ]
    done(task(tmp_path / "a", rows, eos_id=0))
    calls.clear()
    done(task(tmp_path / "b", [*rows, *changed], eos_id=0))
    assert sorted(i for call in calls for i in call) == ["changed", "cut", "moved"]


def foreign(path):
    frame = pd.read_parquet(path)
    frame.assign(token_nll="words").to_parquet(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"PAR1 and no more"),
        lambda path: path.unlink(),
        lambda path: pd.read_parquet(path).drop(columns="content").to_parquet(path),
        foreign,
    ],
    ids=["cut short", "gone", "older", "foreign"],
)
@pytest.mark.parametrize("meanwhile", [False, True], ids=["before", "meanwhile"])
def test_shards_of_another_run_that_cannot_be_read_are_scored(tmp_path, calls, damage, meanwhile):
    rows = random_examples(12)
    first, second = task(tmp_path / "a", rows), task(tmp_path / "b", rows)
    done(first)
    calls.clear()
    spoilt = Path(first.artifact) / "shards" / "00001.parquet"
    ids = pd.read_parquet(spoilt).example_id.tolist()
    if not meanwhile:
        damage(spoilt)
    work = opened(second)
    work = work.knowing(reuse.find(Path(second.artifact), WHO, work.table, work.contents))
    if meanwhile:
        damage(spoilt)
    work.copy(should_stop=lambda: False)
    units = work.units(batch_tokens=16)
    work.score(None, units, batch_tokens=16, on_tokens=lambda _: None, should_stop=lambda: False)
    assert [i for call in calls for i in call] == ids
    assert len(frame(second)) == 12


def test_what_is_known_can_be_handed_to_another_process(tmp_path, calls):
    rows = random_examples(12)
    done(task(tmp_path / "a", rows))
    second = task(tmp_path / "b", rows)
    work = opened(second)
    known = reuse.find(Path(second.artifact), WHO, work.table, work.contents)
    known.save(tmp_path / "known.npz")
    again = reuse.Known.load(tmp_path / "known.npz")
    assert again.files == known.files
    assert (again.file == known.file).all()
    assert (again.row == known.row).all()
    assert known.rows.all()


def test_a_run_takes_the_base_scores_of_the_run_beside_it(settings, tmp_path, pool_file, model_folder):
    def base(name, **changes):
        run = api.create_run(parse_config(settings | changes), run_dir=tmp_path / "runs" / name)
        assert api.run_here(run, "selection") == "done", api.status(run).message
        return {stage.name: stage for stage in api.status(run).stages}["score-base"].facts

    assert base("first")["reused_rows"] == 0
    seeded = settings["calibration"] | {"seed": 3}
    again = base("second", calibration=seeded)
    assert (again["reused_rows"], again["reused_from"]) == (54, ["first"])
    assert again["scorer"]["dtype"] == "float32"
    assert base("third", scoring=settings["scoring"] | {"reuse": False})["reused_rows"] == 0


def test_settings_that_change_no_score_change_no_fingerprint(settings):
    def prints(**scoring):
        config = parse_config(settings | {"scoring": settings["scoring"] | scoring})
        return [stage.fingerprint for stage in plan(config, config.selection)]

    assert prints() == prints(reuse=False, processes=2)


# several processes ---------------------------------------------------------------------------------------------------


@pytest.fixture
def one_thread(monkeypatch):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield
    torch.set_num_threads(before)


@pytest.fixture
def real(tmp_path):
    """A task with a real model: (task, model settings, arguments of `score_side_by_side`)."""
    model = MODEL.model_copy(update={"path": str(save_tiny_model(tmp_path / "model"))})
    how = {"tuned": None, "batch_tokens": 64, "processes": 2, "devices": 0, "log": tmp_path / "worker.log"}
    return task(tmp_path / "side", random_examples(40)), model, how


def test_two_processes_give_what_one_gives(real, tmp_path, one_thread):
    from instructdiff_ui.engine.models import Models

    one, model, how = real
    alone = task(tmp_path / "alone", random_examples(40))
    work = opened(alone)
    with Models(model).base() as weights:
        units = work.units(batch_tokens=64)
        work.score(weights, units, batch_tokens=64, on_tokens=lambda _: None, should_stop=lambda: False)
    assert len(units) > 3

    tokens = []
    sidebyside.score_side_by_side(opened(one), one, model, **how, on_tokens=tokens.append, should_stop=lambda: False)
    assert sum(tokens) == sum(len(row.response_ids) for row in random_examples(40))
    pd.testing.assert_frame_equal(frame(one), frame(alone), check_exact=True)
    assert not (Path(one.artifact) / "known.npz").exists()


def test_a_process_that_is_killed_or_stopped_leaves_what_it_finished(real, tmp_path):
    one, model, how = real
    how = how | {"batch_tokens": 1}  # a shard a unit
    started, begun = sidebyside._Child, []

    def child(*arguments):
        begun.append(started(*arguments))
        return begun[-1]

    def kill(_tokens):
        begun[0].process.kill()

    sidebyside._Child = child
    try:
        with pytest.raises(RunError, match="Scoring process 1 of 2 was killed by signal 9; its output is in the log"):
            sidebyside.score_side_by_side(opened(one), one, model, **how, on_tokens=kill, should_stop=lambda: False)
    finally:
        sidebyside._Child = started
    assert all(child.process.poll() is not None for child in begun)
    left = {path: path.stat().st_mtime_ns for path in Path(one.artifact).glob("shards/*.parquet")}
    assert len(opened(one).shards.missing()) == 10 - len(left)
    sidebyside.score_side_by_side(opened(one), one, model, **how, on_tokens=lambda _: None, should_stop=lambda: False)
    assert len(frame(one)) == 40
    assert all(path.stat().st_mtime_ns == time for path, time in left.items())


def test_stop_reaches_the_processes_and_keeps_their_units(real):
    one, model, how = real
    told = []  # rows of one batch each, so that at nine of them one process is past its first unit of four
    with pytest.raises(Stopped):
        sidebyside.score_side_by_side(
            opened(one),
            one,
            model,
            **how | {"batch_tokens": 1},
            on_tokens=told.append,
            should_stop=lambda: len(told) >= 9,
        )
    assert len(opened(one).shards.missing()) < 10


def test_what_a_process_fails_of_is_said(real, tmp_path):
    one, model, how = real
    missing = model.model_copy(update={"path": str(tmp_path / "nowhere")})
    with pytest.raises(Exception, match="There is no folder") as raised:
        sidebyside.score_side_by_side(
            opened(one), one, missing, **how, on_tokens=lambda _: None, should_stop=lambda: False
        )
    assert len(str(raised.value).splitlines()) == 1


def test_processes_end_with_the_worker_that_started_them(settings, tmp_path):
    scoring = {"shard_rows": 1, "batch_tokens": 16, "processes": 2, "reuse": False}
    run = api.create_run(parse_config(settings | {"scoring": scoring}), run_dir=tmp_path / "run")
    api.start(run, "selection")
    wait_until(lambda: len(list(tmp_path.glob("run/artifacts/score-*/shards/*.parquet"))) >= 3)
    children = scoreworkers(tmp_path / "run")
    assert len(children) == 2
    os.kill(executor.job(RunStore(tmp_path / "run"))["pid"], signal.SIGKILL)
    wait_until(lambda: not scoreworkers(tmp_path / "run"))
    api.resume(run)
    wait_until(lambda: not api.status(run).active)
    assert api.status(run).state == "done", api.log_tail(run)
    facts = {stage.name: stage.facts for stage in api.status(run).stages}
    assert facts["score-base"]["device"] == "2 × cpu"
    assert read_json(tmp_path / "run" / "selection.json")["ids"]


def scoreworkers(run: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "instructdiff_ui.runs.scoreworker" in words and any(word.startswith(str(run)) for word in words):
            found.append(int(path.parent.name))
    return found


def wait_until(condition, seconds=300.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"it did not come about in {seconds} s")


def test_every_process_sees_one_device_and_has_its_share_of_the_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def seen(devices):
        made = [sidebyside._environment(number, 3, devices) for number in range(3)]
        assert {env["OMP_NUM_THREADS"] for env in made} == {"2"}
        return [env.get("CUDA_VISIBLE_DEVICES") for env in made]

    assert seen(0) == [None, None, None]
    assert seen(3) == ["0", "1", "2"]
    assert seen(2) == ["0", "1", "0"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5, 7")
    assert seen(2) == ["5", "7", "5"]


def test_a_damaged_note_of_the_scorer_is_passed_over(tmp_path, calls):
    rows = random_examples(8)
    done(task(tmp_path / "a", rows))
    (tmp_path / "a" / "artifacts" / "score-base-0" / reuse.FILE).write_text("{")
    write_json(tmp_path / "c" / "artifacts" / "score-base-1" / reuse.FILE, WHO)  # no shards yet
    calls.clear()
    done(task(tmp_path / "b", rows))
    assert sum(len(call) for call in calls) == 8
