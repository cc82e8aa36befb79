"""What a visitor of a public server may have done: settings within its limits, and repositories of the Hub that may be
read by them and are not too large.

The Hub is asked whenever settings are given and whenever a job starts, since a cache that all share asks nobody. The
owner of the machine may do everything, and nothing is asked for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..config import ModelConfig, RunConfig
from ..hosting import limits
from ..hub import access
from ..runs import quotas, visitors
from ..runs.jobs import Task
from ..runs.store import RunStore
from .hub import token


def allowed(config: RunConfig) -> RunConfig:
    """`config` as whoever is being served may have it; `ConfigError`, `DataError` or `HubError` for all else."""
    checked = quotas.check_settings(config)
    check_repositories(checked)
    return checked


def check_job(store: RunStore, tasks: Sequence[Task]) -> None:
    """Refuse a visitor's job that is one too many, or whose settings they may not have: a run may be a stranger's."""
    if visitors.current() is None:
        return
    quotas.check_job(store)
    waiting = [task.config for task in tasks if not task.stage.done(store)]
    for config in waiting:
        quotas.check_settings(config)
    check_repositories(*waiting)


def check_repositories(*settings: Any) -> None:
    """Refuse a visitor's models and datasets of the Hub that they may not read, or that are too large, before a byte
    of them is fetched.
    """
    if visitors.current() is None:
        return
    most = limits().download_mb * 1_000_000
    for named in quotas.repositories(*settings):
        if isinstance(named, ModelConfig):
            access.check_model(named.path, named.revision, token(), most)
        else:
            access.check_dataset(named.path, named.revision, token(), most, subset=named.subset)
