"""The demo pack, and ready-made runs of real models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..config import RunConfig, SelectionSpec
from ..demo import shipped
from ..errors import ConfigError
from ..runs import home
from ..runs.estimate import machine_rate
from ..runs.hardware import hardware
from ..selection.overlap import Overlap
from ..starters import StarterView, starter, views
from .jobs import start
from .runs import create_run


def has_demo() -> bool:
    """Whether the demo pack is there to be opened."""
    return shipped.available()


def open_demo() -> str:
    """Open the finished run of the demo pack, a copy in the app's home; returns its id."""
    return shipped.open_shipped().run_id


def rerun_demo() -> str:
    """Do the demo's run again on this machine, up to its selection; returns the new run's id."""
    run = create_run(shipped.rerun_config())
    start(run, "selection")
    return run


def is_demo(run: str) -> bool:
    """Whether this is the demo's finished run as it was shipped."""
    return shipped.is_shipped(home.open_store(run))


def demo_record() -> dict[str, Any]:
    """What the build noted down about the demo pack: sizes, hashes, times."""
    return shipped.record()


def demo_overlap(run: str, spec: SelectionSpec) -> Overlap | None:
    """How many rows a rerun of the demo and the shipped run both select under `spec`; None for any other run."""
    return shipped.overlap(home.open_store(run), spec)


def build_demo(
    into: str | Path, *, work: str | Path, until: str = "run", say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Build the demo pack anew: its `pool`, then its `model`, then its `run`; returns the record of it."""
    from ..demo.build import PARTS, build

    if until not in PARTS:
        raise ConfigError(f"There is no part {until!r}; the parts are {', '.join(PARTS)}.")
    return build(Path(into), work=Path(work), until=until, say=say)


def starters() -> list[StarterView]:
    """Ready-made runs of real models on datasets of the Hub, with their rows and time on this machine."""
    return views(rate=machine_rate(hardware()))


def starter_config(key: str) -> RunConfig:
    """The settings of such a run, as large as this machine does in minutes; `ConfigError` for an unknown key."""
    one = starter(key)
    return one.config(one.rows(rate=machine_rate(hardware())))


def create_starter(key: str) -> str:
    """Make such a run and load its data, from the Hub; returns the run's id."""
    run = create_run(starter_config(key))
    start(run, "data")
    return run
