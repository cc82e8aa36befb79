"""Jobs: a worker brings a run up to a target, and everyone may look at how far it is."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ConfigError
from ..runs import executor, home, inline
from ..runs.jobs import tasks
from ..runs.plan import TARGETS
from ..runs.status import RunStatus
from ..runs.status import stamp as _stamp
from ..runs.status import status as _status
from ..runs.worker import perform
from .permission import check_job


def start(run: str, target: str = "selection") -> None:
    """Let a worker bring the run up to `target`: `data` (tokenised), `selection` (scored) or `model` (evaluated)."""
    store = home.own_store(run)
    check_job(store, tasks(store, last_stage(target)))  # refuses a target that the run cannot reach
    executor.start(store, until=last_stage(target))


def resume(run: str) -> None:
    """Go on with the job that was stopped, failed or interrupted; what is done stays done."""
    store = home.own_store(run)
    until = (executor.job(store) or {}).get("until") or TARGETS["selection"]
    check_job(store, tasks(store, until))
    executor.start(store, until=until)


def work_inline(run: str) -> Iterator[RunStatus]:
    """Do the job that was asked for last in the caller's own event, and tell how it stands after every slice.

    For Spaces that lend a GPU call by call: there `start`, `resume` and whatever else starts a job only ask for it.
    Everywhere else a worker is at it, and this tells how it stands once. A caller that stops iterating pauses the run.
    """
    store = home.own_store(run)
    if (until := inline.asked_for(store)) is not None:
        for _ in inline.slices(store, until=until):
            yield _status(store)
    yield _status(store)


def run_here(run: str, target: str = "selection") -> str:
    """As `start`, but in this process; returns `done`, `stopped` or `failed`."""
    store = home.own_store(run)
    check_job(store, tasks(store, last_stage(target)))
    store.clear_stop()
    return perform(store, until=last_stage(target))


def last_stage(target: str) -> str:
    """The work that reaches `target`; `ConfigError` for a target that does not exist."""
    if target not in TARGETS:
        raise ConfigError(f"There is no target {target!r}; the targets are {', '.join(TARGETS)}.")
    return TARGETS[target]


def stop(run: str) -> None:
    """Ask the worker to stop; what is done is kept, and `start` goes on from there."""
    executor.stop(home.own_store(run))


def status(run: str) -> RunStatus:
    return _status(home.open_store(run))


def stamp(run: str) -> str:
    """Changes when anything of the run is written that `status` tells; asking costs next to nothing."""
    return _stamp(home.open_store(run))


def wait_for(run: str, seconds: float) -> bool:
    """Wait until no worker is on the run, at most so long; returns whether that came about."""
    return executor.ended_within(home.open_store(run), seconds)


def log_tail(run: str, *, lines: int = 200) -> str:
    """The end of the worker's log."""
    path = home.open_store(run).log
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
