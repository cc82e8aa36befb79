"""Visitors' jobs on one machine: so many at work, each for some minutes at a time; the others wait and weigh little."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from instructdiff_ui.config import parse_config
from instructdiff_ui.errors import Stopped
from instructdiff_ui.files import write_json
from instructdiff_ui.hosting import limits
from instructdiff_ui.runs import admission, executor, home, queue, quotas
from instructdiff_ui.runs.admission import Admission
from instructdiff_ui.runs.events import events
from instructdiff_ui.runs.status import status
from instructdiff_ui.runs.store import RunStore
from instructdiff_ui.runs.visitors import Visitor, acting_as
from instructdiff_ui.runs.worker import Job, perform

ANNE = Visitor("key:" + "a" * 43)


@pytest.fixture
def make(settings):
    """A run of Anne's, or of the machine's owner; scored one row a unit, and nothing taken from other runs."""

    def made(name: str, *, visitors: bool = True, **more) -> RunStore:
        with acting_as(ANNE if visitors else None):
            store = RunStore(home.runs_dir() / name)
        slow = {"scoring": {"shard_rows": 1, "batch_tokens": 16, "reuse": False, **more}}
        store.create(parse_config(settings | slow))
        return store

    return made


def wait_until(condition, what, seconds=90.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def shards(store: RunStore) -> int:
    return len(list(store.path.glob("artifacts/score-*/shards/*.parquet")))


# places ------------------------------------------------------------------------------------------------------------


def test_so_many_are_at_work_at_once_and_the_rest_in_order():
    at_work, most, begun, ahead = [], [], [], {}
    leave = threading.Event()

    def job(name):
        with queue.place(name, places=2, on_wait=lambda n: ahead.setdefault(name, n), poll=0.02):
            at_work.append(name)
            begun.append(name)
            most.append(len(at_work))
            leave.wait(30)
            at_work.remove(name)

    threads = [threading.Thread(target=job, args=(name,)) for name in "abcd"]
    for number, thread in enumerate(threads):
        thread.start()
        wait_until(lambda number=number: len(begun) + len(ahead) == number + 1, "each takes its ticket")
    assert begun == ["a", "b"] and ahead == {"c": 2, "d": 3}
    leave.set()
    for thread in threads:
        thread.join()
    assert sorted(begun) == ["a", "b", "c", "d"] and max(most) == 2


def test_places_and_the_accelerator_are_waited_for_apart():
    with queue.place("a", places=1), queue.turn("a"), queue.place("b", places=2):
        assert queue._alive_tickets(queue._folder())[0].name.endswith("-a.ticket")


def test_a_killed_job_leaves_its_place(tmp_path):
    code = (
        "import sys, time\nfrom instructdiff_ui.runs import queue\n"
        "with queue.place('killed', places=1): print('in', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=executor.environment()) as other:
        assert other.stdout is not None and other.stdout.readline() == "in\n"
        with pytest.raises(Stopped), queue.place("next", places=1, should_stop=lambda: True):
            pytest.fail("two at once")
        other.send_signal(signal.SIGKILL)
        other.wait()
        with queue.place("next", places=1, poll=0.02):
            pass


def memory(pid: int) -> int:
    """Bytes that a process holds."""
    said = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]
    return int(said) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads what Linux tells of processes")
def test_a_visitors_job_waits_before_it_takes_memory(make, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_WORKERS", "1")
    run, owners = make("hers"), make("owners", visitors=False)
    with queue.place("another", places=1):
        with acting_as(ANNE):
            executor.start(run, until="tokens")
        executor.start(owners, until="tokens")
        wait_until(lambda: status(run).state == "queued", "it waits")
        now, pid = status(run), (executor.job(run) or {})["pid"]
        assert now.message == "Waiting for a place on this server: 1 job is ahead."
        assert executor.at_work(run), "it counts as a job of hers"
        assert memory(pid) < 60_000_000
        wait_until(lambda: not status(owners).active, "the owner's does not wait")
        assert status(owners).state == "done" and status(run).state == "queued"
    wait_until(lambda: not status(run).active, "its turn")
    assert status(run).state == "done"


def test_a_waiting_job_can_be_stopped_and_survives_its_server(make, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_WORKERS", "1")
    run = make("hers")
    with queue.place("another", places=1):
        with acting_as(ANNE):
            executor.start(run, until="tokens")
        wait_until(lambda: status(run).state == "queued", "it waits")
        pid = (executor.job(run) or {})["pid"]
        assert os.getsid(pid) != os.getsid(0), "the end of the server's session is not its own"
        executor.stop(run, grace=30)
        assert executor.ended_within(run, 30)
    assert (status(run).state, status(run).message) == ("stopped", "Stopped; what is done is kept.")


# minutes -----------------------------------------------------------------------------------------------------------


def test_a_visitors_job_has_so_many_minutes_and_goes_on_when_it_is_resumed(make, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_MAX_MINUTES", "45")
    run, owners = make("hers"), make("owners", visitors=False)
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + (46 * 60 if shards(run) >= 3 else 0))
    monkeypatch.setattr(admission, "time", later)
    assert perform(run, until="select") == "stopped"
    said = "This server gives a job 45 minutes at a time; press Resume to go on."
    assert (status(run).state, status(run).message) == ("stopped", said)
    kept = shards(run)
    assert 3 <= kept < 20
    with queue.turn_now("another"), queue.place("another", places=1):
        pass  # what it held is free

    assert perform(owners, until="select") == "done", "the owner's has all the time there is"
    monkeypatch.setattr(admission, "time", time)
    assert perform(run, until="select") == "done" and shards(run) > kept


def test_waiting_is_not_counted(make, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(admission, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    one = Admission(make("hers"), lambda: False, alone=True)
    one.take_place("delta")
    clock[0] += 59 * 60
    assert not one.should_stop()
    one.take_turn("calibrate")
    clock[0] += 59 * 60
    one.take_turn("score-base")  # it has it
    assert not one.should_stop() and one.out_of_time() == ""
    clock[0] += 60
    assert one.should_stop() and "60 minutes at a time" in one.out_of_time()
    one.close()


def test_who_asked_to_stop_is_told_that(make, monkeypatch):
    monkeypatch.setattr(admission, "time", SimpleNamespace(monotonic=iter(range(0, 10**9, 4000)).__next__))
    one = Admission(make("hers"), lambda: True, alone=True)
    assert one.should_stop() and one.out_of_time() == ""


def test_a_visitor_starts_no_more_processes_than_the_server_would(make):
    for visitors, processes in ((True, None), (False, 64)):
        store = make(f"run-{visitors}", visitors=visitors, processes=64)
        assert Job(store, lambda: False)._settings(store.config()).scoring.processes == processes


# what is said --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turns", "ahead", "said"),
    [
        ([], 1, "Waiting for the accelerator: 1 job is ahead."),
        ([140.0, 150.0, 900.0], 2, "Waiting for the accelerator: 2 jobs are ahead, about 5 min by the turns before."),
        ([12.0], 1, "Waiting for the accelerator: 1 job is ahead, about 1 min by the turns before."),
    ],
)
def test_who_waits_is_told_the_place_and_how_long_that_took_others(turns, ahead, said):
    if turns:
        write_json(home.root() / "queue" / queue.TURNS, turns)
    assert queue.sentence("the accelerator", ahead) == said


def test_a_job_in_the_queue_says_so_in_its_events(make):
    run = make("hers")
    write_json(home.root() / "queue" / queue.TURNS, [150.0])
    with queue.turn("first"):
        assert perform(run, until="select", should_stop=lambda: events(run)[-1].status == "queued") == "stopped"
    (waited,) = [one for one in events(run) if one.status == "queued"]
    assert waited.message == "Waiting for the accelerator: 1 job is ahead, about 2 min by the turns before."
    assert waited.metrics == {"ahead": 1}


# the cache of the Hub ------------------------------------------------------------------------------------------------


def test_the_sweep_of_a_public_server_keeps_what_runs_at_work_name(make, monkeypatch):
    from instructdiff_ui.data import hubcache

    run, told = make("hers"), []
    (run.path / "experiments").mkdir()
    (run.path / "experiments" / "one.json").write_text('{"settings": {"model": {"path": "org/rater"}}}')
    small = run.config().baselines.small_model.path if run.config().baselines.small_model else None

    def tidy(most, *, in_use):
        asked = {name: in_use(name) for name in filter(None, ("org/rater", "org/rat", "org/none", small))}
        told.append((most, asked))
        return []

    monkeypatch.setattr(hubcache, "tidy", tidy)
    assert quotas.sweep() == [] and told == [], "the cache of an owner is the owner's"
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    quotas.sweep()
    with run.lock():
        quotas.sweep()
    (_, before), (most, meanwhile) = told
    assert most == 20_000_000_000 == limits().cache_gb * 10**9
    assert not any(before.values())
    assert meanwhile.pop("org/rater") and not meanwhile.pop("org/rat") and not meanwhile.pop("org/none")
    assert all(meanwhile.values())
