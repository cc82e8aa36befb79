"""What a visitor of a public server may ask for: checked before anything is made, and before models are loaded.

The owner of the machine has no limits. Messages name the limit, so that nobody has to guess.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..config import ModelConfig, RunConfig, SourceConfig
from ..errors import ConfigError, DataError, RunError, UserError
from ..files import DEMO, LOCAL, demo_pack, expanded, read_json
from ..hosting import Limits, is_public, limits
from . import executor, home, uploads, visitors
from .store import RunStore

RETRY = "Delete what you no longer need."
_NOWHERE = re.compile(rf"{LOCAL}\w[\w.-]*")
SEEN = "seen"  # a file in a visitor's folder, as old as their last visit


def check_settings(config: RunConfig) -> RunConfig:
    """`config` as a visitor may have it: no paths of this machine, no generated code, no more rows than allowed.

    Without a limit of rows it gets the server's, the demo's rows aside. `ConfigError` or `DataError` for the rest.
    """
    if visitors.current() is None:
        return config
    allowed = limits()
    for named in _named(config):
        _check_place(named.path, "model" if isinstance(named, ModelConfig) else "dataset")
    if config.scores:
        _check_place(config.scores, "dataset")
    if config.evaluation.run_generated_code:
        raise ConfigError("This server does not run generated code: leave evaluation.run_generated_code off.")
    if config.evaluation.lm_eval_tasks:
        raise ConfigError("This server does not run benchmarks: leave evaluation.lm_eval_tasks empty.")
    if config.data.limit is None and any(not one.path.startswith(DEMO) for one in config.data.sources):
        return config.model_copy(update={"data": config.data.model_copy(update={"limit": allowed.rows})})
    if (config.data.limit or 0) > allowed.rows:
        raise ConfigError(f"This server takes at most {allowed.rows:,} rows a run, not {config.data.limit:,}.")
    return config


def repositories(*settings: Any) -> list[SourceConfig | ModelConfig]:
    """Every repository of the Hub that settings name, once; whatever is an upload, of the demo or of this machine is
    none."""
    found: dict[tuple[Any, ...], SourceConfig | ModelConfig] = {}
    for named in _named(settings):
        if not (named.path.startswith((DEMO, LOCAL)) or expanded(named.path).exists()):
            found.setdefault((type(named), named.path, named.revision, getattr(named, "subset", None)), named)
    return list(found.values())


def _named(settings: Any) -> Iterator[SourceConfig | ModelConfig]:
    """Every model and dataset that settings name, however deep."""
    if isinstance(settings, (SourceConfig, ModelConfig)):
        yield settings
    elif isinstance(settings, BaseModel):
        for name in type(settings).model_fields:
            yield from _named(getattr(settings, name))
    elif isinstance(settings, (tuple, list)):
        for one in settings:
            yield from _named(one)


def _check_place(path: str, kind: str) -> None:
    """Only the visitor's own uploads, the demo pack, and repositories of the Hub under their owner's name.

    What a published run calls its maker's own files may stay in it: it leads nowhere.
    """
    from ..data.hub import check_repo_id

    if path.startswith(DEMO) and _inside(demo_pack() / path.removeprefix(DEMO), demo_pack()):
        return
    if Path(path).is_absolute() and _inside(Path(path), home.uploads_dir()):
        return
    if _NOWHERE.fullmatch(path) and not Path(path).exists():
        return
    if path.startswith(("/", ".", "~", DEMO)) or "\\" in path or ":" in path or Path(path).exists():
        raise DataError(f"This server reads no paths or addresses: upload the {kind}, or name one of the Hub.")
    if check_repo_id(path, kind).count("/") != 1:
        raise DataError(f"{path!r} is no Hub {kind} id with its owner's name, such as org/name.")


def _inside(path: Path, folder: Path) -> bool:
    """Whether it is there, and there for real: neither `..` nor a link leads out."""
    return path.exists() and path.resolve().is_relative_to(folder.resolve())


def check_room(*, runs: int = 0) -> None:
    """Refuse a visitor who has no room for more files, or for `runs` more runs; nobody in particular has none."""
    visitor = visitors.current()
    if visitor is None:
        return
    check_known()
    allowed = limits()
    if runs and (own := len(_own_runs())) + runs > allowed.runs:
        raise RunError(f"You have {own} run{'s' * (own != 1)} here, and this server keeps {allowed.runs}. {RETRY}")
    if (used := disk_used(home.home())) >= allowed.disk_mb * 1_000_000:
        raise RunError(
            f"Your runs and uploads take {used / 1e6:,.0f} MB here, and this server keeps {allowed.disk_mb:,}. {RETRY}"
        )


def check_known() -> None:
    """Refuse whoever cannot be told from others: their runs would be everybody's."""
    if visitors.current() == visitors.NOBODY:
        raise RunError(
            "This server has to know you from others: allow its cookie or sign in; scripts send their key in the "
            "header x-instructdiff-key."
        )


def check_upload(path: Path) -> None:
    if visitors.current() is None:
        return
    check_room()
    allowed, size = limits().upload_mb, path.stat().st_size
    if size > allowed * 1_000_000:
        raise DataError(f"{path.name[:80]} has {size / 1e6:,.0f} MB; this server takes files of up to {allowed} MB.")


def check_job(store: RunStore) -> None:
    """Refuse one job too many, or one on a pool with too many tokens."""
    if visitors.current() is None:
        return
    check_room()
    allowed = limits()
    at_work = [other for other in _own_runs() if other.path != store.path and executor.at_work(other)]
    if len(at_work) >= allowed.jobs:
        have = "1 job" if len(at_work) == 1 else f"{len(at_work)} jobs"
        raise RunError(f"You have {have} here, and this server does {allowed.jobs} at a time for one person.")
    check_pool(store, allowed)


def check_pool(store: RunStore, allowed: Limits | None = None) -> None:
    """Refuse a pool of too many rows or tokens, whoever asks, if the run is a visitor's: known once it is tokenised.

    The demo's is as large as it is.
    """
    from .results import artifact_of  # pandas, which a job that only waits is not to load

    if not belongs_to_visitor(store):
        return
    sources = store.config().data.sources
    if sources and all(one.path.startswith(DEMO) for one in sources):
        return
    if (folder := artifact_of(store, "tokens")) is None:
        return
    facts, allowed = read_json(folder / "manifest.json")["facts"], allowed or limits()
    has = {"rows": (facts["rows"], allowed.rows), "response tokens": (facts["response_tokens"], allowed.tokens)}
    for what, (there, most) in has.items():
        if there > most:
            raise DataError(
                f"The pool has {there:,} {what}, and this server takes {most:,}: set a lower limit of rows."
            )


def too_many_rows(facts: dict[str, Any]) -> str:
    """What is to be said of a scored file with more rows than a visitor may have; empty for all others."""
    rows, most = facts["rows"], limits().rows
    if visitors.current() is None or rows <= most:
        return ""
    return f"The file has {rows:,} rows, and this server takes {most:,} a run."


def belongs_to_visitor(store: RunStore) -> bool:
    return store.path.is_relative_to((home.root() / home.VISITORS).resolve())


def _own_runs() -> list[RunStore]:
    return [store for store in home.stores() if home.owns(store)]


def disk_used(folder: Path) -> int:
    """Bytes of all files below; one that vanishes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except OSError:
                continue
    return total


def sweep(*, now: float | None = None) -> list[str]:
    """Remove the folders of visitors who have not been here for as long as this server keeps things; their names."""
    oldest = (now or time.time()) - limits().keep_days * 86_400
    removed = []
    folder = home.root() / home.VISITORS
    for place in folder.iterdir() if folder.is_dir() else []:
        runs = [RunStore(path) for path in (place / "runs").glob("*")]
        if _last_seen(place) < oldest and not any(executor.at_work(store) for store in runs if store.exists()):
            shutil.rmtree(place, ignore_errors=True)
            removed.append(place.name)
        uploads.sweep(place, now=now)
    if is_public():
        tidy_cache()
    return removed


def seen() -> None:
    """Note that the visitor is here, so that what is theirs is kept."""
    place = home.home()
    if visitors.current() not in (None, visitors.NOBODY) and place.is_dir() and time.time() - _last_seen(place) > 3600:
        (place / SEEN).touch()


def _last_seen(place: Path) -> float:
    """Seconds since the epoch."""
    mark = place / SEEN
    return (mark if mark.exists() else place).stat().st_mtime


def tidy_cache() -> list[str]:
    """Remove what came from the Hub and was not used for longest, as far as it is beyond the limit; the ids of it.

    A repository that is named in the settings of a run at work, or in those of its experiments, stays.
    """
    from ..data import hubcache

    def in_use(repo_id: str) -> bool:
        return any(f'"{repo_id}"' in text for text in _settings_at_work())

    return hubcache.tidy(limits().cache_gb * 1_000_000_000, in_use=in_use)


def _settings_at_work() -> Iterator[str]:
    """As JSON, of all runs of this server that somebody works on."""
    folders = [*home.root().glob("runs/[!.]*"), *home.root().glob(f"{home.VISITORS}/*/runs/[!.]*")]
    for store in map(RunStore, folders):
        if store.exists() and executor.at_work(store):
            with suppress(UserError):
                yield store.config().model_dump_json()
            for experiment in store.path.glob("experiments/*.json"):
                yield experiment.read_text(encoding="utf-8")
