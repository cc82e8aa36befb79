"""One accelerator, one job, and on a public server so many jobs at once: whoever wants in takes a ticket and waits.

Tickets are files in the app's home, each locked by its owner, so a killed job's ticket is known to be dead without
asking for process ids. The tickets give the order and the place; locks of their own make sure that only so many get in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from filelock import FileLock, Timeout

from ..errors import RunError, Stopped
from ..files import read_json, write_json
from . import visitors
from .home import root

TURNS, KEPT, SHORT = "turns.json", 20, 10.0  # the last turns that took longer than so many seconds


@contextmanager
def turn(
    name: str,
    *,
    on_wait: Callable[[int], None] = lambda ahead: None,
    should_stop: Callable[[], bool] = lambda: False,
    poll: float = 0.5,
) -> Iterator[None]:
    """Hold the accelerator; until then `on_wait(ahead)` is told how many jobs are ahead, whenever that changes."""
    with _admitted(_folder(), name, 1, on_wait, should_stop, poll):
        began = time.monotonic()
        yield
        _note(time.monotonic() - began)


@contextmanager
def place(
    name: str,
    *,
    places: int,
    on_wait: Callable[[int], None] = lambda ahead: None,
    should_stop: Callable[[], bool] = lambda: False,
    poll: float = 2.0,  # many may wait, and each looks at the tickets of all
) -> Iterator[None]:
    """Be one of the `places` jobs that are at work at once; until then as `turn`."""
    with _admitted(root() / "places", name, places, on_wait, should_stop, poll):
        yield


@contextmanager
def turn_now(name: str) -> Iterator[None]:
    """Hold the accelerator if nobody has it; `RunError` that says who has it otherwise, to the machine's owner."""
    if ahead := _alive_tickets(_folder()):
        owner = ahead[0].name.partition("-")[2].removesuffix(".ticket")
        who = owner if visitors.current() is None else "another job"
        raise RunError(f"The accelerator is busy with {who}: try again when that job has ended.")
    with turn(name):
        yield


def expected_wait(ahead: int) -> float | None:
    """Seconds that so many jobs take, as the median of the last turns was; None before any was long."""
    turns = read_json(_folder() / TURNS, [])
    return ahead * median(turns) if turns else None


def sentence(what: str, ahead: int) -> str:
    """The sentence for whoever waits: the place in the queue, and how long that took others lately."""
    jobs = "1 job is" if ahead == 1 else f"{ahead} jobs are"
    seconds = expected_wait(ahead)
    about = "" if seconds is None else f", about {max(1, round(seconds / 60))} min by the turns before"
    return f"Waiting for {what}: {jobs} ahead{about}."


def _note(seconds: float) -> None:
    """Remember how long a turn was; looks at a single row are no measure of a job."""
    if seconds > SHORT:
        write_json(_folder() / TURNS, [*read_json(_folder() / TURNS, []), round(seconds, 1)][-KEPT:])


def _folder() -> Path:
    folder = root() / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _admitted(folder: Path, name: str, places: int, on_wait, should_stop, poll: float) -> Iterator[None]:
    """Be one of the first so many that hold a ticket."""
    folder.mkdir(parents=True, exist_ok=True)
    ticket = FileLock(folder / f"{time.time_ns():020d}-{name}.ticket")
    ticket.acquire()
    entrances = [FileLock(folder / f"running{number or ''}.lock") for number in range(places)]
    try:
        _wait(Path(ticket.lock_file), entrances, on_wait, should_stop, poll)
        yield
    finally:
        for entrance in entrances:
            entrance.release()
        ticket.release()
        Path(ticket.lock_file).unlink(missing_ok=True)


def _wait(ticket: Path, entrances: list[FileLock], on_wait, should_stop, poll: float) -> None:
    told = None
    while True:
        ahead = sum(other.name < ticket.name for other in _alive_tickets(ticket.parent))
        if ahead < len(entrances):
            if any(_taken(entrance) for entrance in entrances):
                return
            ahead = len(entrances)  # a job that just lost its ticket file still runs
        if should_stop():
            raise Stopped
        if ahead != told:
            on_wait(ahead)
            told = ahead
        time.sleep(poll)


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


def _alive_tickets(folder: Path) -> list[Path]:
    """Tickets whose owner lives, in order; those of killed owners are cleared away."""
    alive = []
    for path in sorted(folder.glob("*.ticket")):
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            alive.append(path)
            continue
        lock.release()
        if time.time() - int(path.name[:20]) / 1e9 > 5:  # younger ones may be between their making and their locking
            path.unlink(missing_ok=True)
    return alive
