"""Workers as processes: kill -9, stop, resume, queueing, and a server that is not there any more."""

import os
import signal
import threading
import time

import pandas as pd
import pytest

from instructdiff_ui import api
from instructdiff_ui.config import parse_config
from instructdiff_ui.errors import RunError, Stopped
from instructdiff_ui.files import read_json, replacing, write_json
from instructdiff_ui.runs import executor, queue
from instructdiff_ui.runs.events import Meter, record
from instructdiff_ui.runs.status import status
from instructdiff_ui.runs.store import RunStore


def wait_until(condition, seconds=60.0, what="condition"):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come about in {seconds} s")


def make(settings, path, **data):
    settings = settings | {"data": settings["data"] | data}
    return api.create_run(parse_config(settings), run_dir=path)


@pytest.fixture
def slow_settings(settings):
    """Scoring one row a unit, each run for itself: slow enough to be caught in the middle."""
    return settings | {"scoring": {"shard_rows": 1, "batch_tokens": 16, "reuse": False}}


def shards(run):
    return sorted(RunStore(run).path.glob("artifacts/score-*/shards/*.parquet"))


def test_a_worker_that_takes_the_lock_just_now_is_at_work(settings, tmp_path, monkeypatch):
    """It says that it started once it holds the lock: whoever looks just then sees one or the other."""
    store = RunStore(make(settings, tmp_path / "run"))
    lock, looked_at = store.lock(), RunStore.is_busy
    write_json(store.path / "job.json", {"until": "selection", "pid": os.getpid(), "requested": time.time() - 0.1})

    def seen_before_it_takes_the_lock(self):
        busy = looked_at(self)
        if not lock.is_locked:
            lock.acquire()
            record(store, "job", "started")
        return busy

    monkeypatch.setattr(RunStore, "is_busy", seen_before_it_takes_the_lock)
    assert executor.at_work(store)
    assert not executor.ended_within(store, 0.3)
    lock.release()


def test_killed_in_the_middle_of_scoring_the_selection_is_the_same(slow_settings, tmp_path):
    whole = make(slow_settings, tmp_path / "whole")
    assert api.run_here(whole, "selection") == "done"

    killed = make(slow_settings, tmp_path / "killed")
    api.start(killed, "selection")
    wait_until(lambda: len(shards(killed)) >= 3, what="three shards")
    os.kill(executor.job(RunStore(killed))["pid"], signal.SIGKILL)
    wait_until(lambda: not api.status(killed).active, what="the worker's end")
    assert api.status(killed).state == "interrupted"
    before = {path: path.stat().st_mtime_ns for path in shards(killed)}
    assert 3 <= len(before) < 108

    api.resume(killed)
    wait_until(lambda: not api.status(killed).active, what="the second worker's end")
    assert api.status(killed).state == "done", api.log_tail(killed)
    after = {path: path.stat().st_mtime_ns for path in shards(killed)}
    assert all(after[path] == time for path, time in before.items()), "a finished shard was scored again"

    tables = [pd.read_parquet(tmp_path / name / "deltas.parquet") for name in ("whole", "killed")]
    pd.testing.assert_frame_equal(*tables, check_exact=False, atol=1e-6)
    ids = [read_json(tmp_path / name / "selection.json")["ids"] for name in ("whole", "killed")]
    assert ids[0] == ids[1]


def test_killed_in_the_middle_of_calibration_training_goes_on(settings, tmp_path):
    whole = make(settings, tmp_path / "whole")
    api.run_here(whole, "selection")

    training = settings["calibration"]["training"] | {"num_train_epochs": 12}
    longer = settings | {"calibration": settings["calibration"] | {"training": training}}
    reference, killed = make(longer, tmp_path / "reference"), make(longer, tmp_path / "killed")
    api.run_here(reference, "selection")
    api.start(killed, "selection")
    wait_until(lambda: len(api.losses(killed).get("Calibrate", [])) >= 8, what="eight steps")
    os.kill(executor.job(RunStore(killed))["pid"], signal.SIGKILL)
    wait_until(lambda: not api.status(killed).active)
    api.resume(killed)
    wait_until(lambda: not api.status(killed).active)
    assert api.status(killed).state == "done", api.log_tail(killed)
    ids = [read_json(tmp_path / name / "selection.json")["ids"] for name in ("reference", "killed")]
    assert ids[0] == ids[1]
    steps = [step["step"] for step in api.losses(killed)["Calibrate"]]
    assert steps == sorted(set(steps)), "a step stands twice in the loss curve"


def test_stop_keeps_what_is_done_and_resume_goes_on(slow_settings, tmp_path):
    run = make(slow_settings, tmp_path / "run")
    api.start(run, "selection")
    wait_until(lambda: len(shards(run)) >= 2)
    asked = time.monotonic()
    api.stop(run)
    assert api.wait_for(run, 15)
    assert time.monotonic() - asked < 10
    assert api.status(run).state == "stopped"
    kept = len(shards(run))
    assert kept >= 2
    api.resume(run)
    wait_until(lambda: not api.status(run).active)
    assert api.status(run).state == "done"


def test_two_jobs_started_at_once_queue(slow_settings, tmp_path):
    runs = [make(slow_settings, tmp_path / name) for name in ("first", "second")]
    for run in runs:
        api.start(run, "selection")
    waiting = set()

    def both_done():
        states = [api.status(run) for run in runs]
        waiting.update(now.message for now in states if now.state == "queued")
        return not any(now.active for now in states)

    wait_until(both_done, seconds=120)
    assert [api.status(run).state for run in runs] == ["done", "done"]
    assert waiting == {"Waiting for the accelerator: 1 job is ahead."}


def test_a_second_worker_on_one_run_is_refused(slow_settings, tmp_path):
    run = make(slow_settings, tmp_path / "run")
    api.start(run, "selection")
    with pytest.raises(RunError, match="at work already"):
        api.start(run, "selection")
    with pytest.raises(RunError, match="stop it"):
        api.update_run(run, {"selection": {"ratio": 0.3}})
    with pytest.raises(RunError, match="stop it"):
        api.delete_run(run)
    api.stop(run)
    assert api.wait_for(run, 20)


def test_a_worker_that_does_not_answer_is_killed(tmp_path, settings, monkeypatch):
    run = make(settings, tmp_path / "run")
    store = RunStore(run)
    code = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "from instructdiff_ui.runs.store import RunStore\n"
        "lock = RunStore(sys.argv[1]).lock(); lock.acquire(); time.sleep(60)"
    )
    monkeypatch.setattr(executor, "WORKER", ["-c", code])
    api.start(run, "selection")
    wait_until(store.is_busy)
    executor.stop(store, grace=0.5)
    assert api.wait_for(run, 15)
    assert api.status(run).state == "stopped"


def test_a_worker_that_dies_at_its_start_is_not_taken_for_running(tmp_path, settings, monkeypatch):
    run = make(settings, tmp_path / "run")
    monkeypatch.setattr(executor, "WORKER", ["-c", "raise SystemExit(1)"])
    api.start(run, "selection")
    wait_until(lambda: api.status(run).state == "interrupted")


# the queue ---------------------------------------------------------------------------------------------------------


def test_turns_go_in_order_and_one_at_a_time():
    log = []

    def job(name):
        with queue.turn(name, poll=0.02):
            log.append(f"{name} in")
            time.sleep(0.15)
            log.append(f"{name} out")

    threads = []
    for name in ("a", "b", "c"):
        threads.append(threading.Thread(target=job, args=(name,)))
        threads[-1].start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert log == ["a in", "a out", "b in", "b out", "c in", "c out"]


def test_waiting_ends_when_one_asks_it_to():
    with queue.turn("first"), pytest.raises(Stopped), queue.turn("second", should_stop=lambda: True, poll=0.02):
        pytest.fail("two jobs at once")


def test_a_busy_accelerator_is_named():
    with queue.turn("run-7"), pytest.raises(RunError, match="busy with run-7"), queue.turn_now("me"):
        pytest.fail("two jobs at once")
    with queue.turn_now("me"):
        pass


def test_the_wait_is_told_by_the_turns_before(monkeypatch):
    assert queue.expected_wait(2) is None
    monkeypatch.setattr(queue, "SHORT", 0.05)
    for seconds in (0.0, 0.1, 0.2, 0.3):  # the first is a look at a single row
        with queue.turn("job"):
            time.sleep(seconds)
    assert queue.expected_wait(2) == pytest.approx(0.4, abs=0.25)
    with pytest.raises(ZeroDivisionError), queue.turn("job"):
        time.sleep(0.1)
        1 / 0  # noqa: B018
    assert queue.expected_wait(2) == pytest.approx(0.4, abs=0.25), "a job that broke off says nothing"


# small files -------------------------------------------------------------------------------------------------------


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half")
        1 / 0  # noqa: B018
    assert read_json(path) == {"old": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_the_meter_tells_rate_and_time_left(settings, tmp_path):
    run = make(settings, tmp_path / "run")
    clock = iter([0.0, 10.0, 20.0])
    meter = Meter(RunStore(run), "score-base", clock=lambda: next(clock))
    meter(100, 500, "tokens")  # taken up where an earlier job stopped
    meter(200, 500, "tokens")
    found = read_json(RunStore(run).path / "progress.json")
    assert (found["rate"], found["eta"]) == (10.0, 30.0)


def test_a_run_killed_without_a_word_is_told(settings, tmp_path):
    run = make(settings, tmp_path / "run")
    store = RunStore(run)
    assert status(store).state == "new"
    record(store, "job", "started")
    record(store, "score-base", "started")
    assert status(store).state == "interrupted"


def test_somebody_who_merely_looks_does_not_keep_a_run_from_starting(slow_settings, tmp_path, monkeypatch):
    run = make(slow_settings, tmp_path / "run")
    looks = iter([True])  # another look at the very same instant
    real = RunStore.is_busy
    monkeypatch.setattr(RunStore, "is_busy", lambda store: next(looks, False) or real(store))
    api.start(run, "data")
    wait_until(lambda: not api.status(run).active)
    assert api.status(run).state == "done"
