"""What a run holds for other strategies to rank by, besides its scores, and what it would take to have the rest.

Every such column is the artifact of a stage; what counts are those of the run's settings as they are. Starts nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import get_args

import pandas as pd

from ..config import RunConfig, SelectionSpec, Strategy
from ..errors import ConfigError
from ..files import read_json
from ..selection.consensus import CONSENSUS
from ..selection.strategies import EXTRA_COLUMNS, RANKINGS
from .plan import COLUMNS_FILE, Stage, extra_stages, farther_zips, lacking
from .store import RunStore

MADE_BY = tuple(dict.fromkeys(EXTRA_COLUMNS.values()))  # a strategy for each kind of column
_STAGES = ("score-bare-", "score-small-", "selectit-", "zip-", "lengths-")  # their artifacts begin so


def there(store: RunStore) -> tuple[str, ...]:
    """The artifacts with columns that this run holds for its rows: names of folders, one for each kind of column."""
    artifacts = store.path / "artifacts"
    try:
        with os.scandir(artifacts) as entries:
            names = {entry.name for entry in entries if entry.name.startswith(_STAGES)}
    except FileNotFoundError:
        return ()
    if not names:
        return ()
    rows, kinds = _known(store.config().model_dump_json())
    if read_json(store.path / "published.json", {}).get("examples") != rows:
        return ()  # the scores that are shown are of other rows than the settings ask for
    found = (next((one for one in kind if one in names and _whole(artifacts / one)), None) for kind in kinds)
    return tuple(name for name in found if name)


def _whole(folder: Path) -> bool:
    return (folder / "manifest.json").is_file() and (folder / COLUMNS_FILE).is_file()


@lru_cache(maxsize=32)
def _known(config: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The folder of the rows, and for each kind of column those that may hold it, the one to be taken first."""
    settings = RunConfig.model_validate_json(config)
    stages: list[list[Stage]] = []
    for strategy in MADE_BY:
        if strategy == "zip":
            stages += [_zips(settings, scope) for scope in ("domain", "global")]
        else:
            stages.append(extra_stages(settings, SelectionSpec(strategy=strategy))[-1:])
    rows = extra_stages(settings, SelectionSpec(strategy="zip"))[0]
    return _folder(rows), tuple(tuple(map(_folder, kind)) for kind in stages)


def _folder(stage: Stage) -> str:
    return f"{stage.name}-{stage.fingerprint}"


def _zips(config: RunConfig, scope: str) -> list[Stage]:
    """The ZIP orders of one scope, those that go farthest first."""
    both = [
        farther_zips(extra_stages(config, SelectionSpec(strategy="zip", scope=scope, budget=budget))[-1])
        for budget in ("tokens", "rows")
    ]
    return sorted((stage for kind in both for stage in kind), key=lambda stage: -stage.settings["percent"])


def read(store: RunStore, names: Sequence[str]) -> list[pd.DataFrame]:
    """The columns in these artifacts, each with `example_id`."""
    return [pd.read_parquet(store.path / "artifacts" / name / COLUMNS_FILE) for name in names]


def at_hand(store: RunStore, stages: Sequence[Stage]) -> bool:
    """Whether nothing need be computed for what a rule ranks by; a ZIP order may be the beginning of a longer one."""
    if not stages:
        return True
    last = stages[-1]
    return any(one.done(store) for one in (farther_zips(last) if last.work == "order_zip" else [last]))


def cost(config: RunConfig, strategy: str) -> str:
    """What it takes to have what a strategy ranks by, in a sentence: computing, or a setting first."""
    if strategy == CONSENSUS:
        return "Several calibration seeds: set calibration.seeds to 2 or more and score again."
    if missing := lacking(config, strategy):
        return missing
    if strategy == "ifd":
        return "One more pass of the base model over the pool, without the instructions."
    if strategy == "superfiltering":
        return "Two passes of the small model over the pool."
    if strategy == "selectit":
        more = len(config.baselines.selectit_models)
        return f"Five questions about every row to the base model{f' and {more} more' if more else ''}."
    if strategy == "zip":
        return "Compressing the rows many times over, on the processor; no model."
    return "Counting the tokens of the instructions; no model."


def check(config: RunConfig, strategy: str) -> None:
    """Refuse a strategy for which nothing can be computed: unknown, by the scores alone, or with a setting missing."""
    if strategy not in get_args(Strategy):
        raise ConfigError(f"There is no strategy {strategy!r}; the strategies are {', '.join(get_args(Strategy))}.")
    if RANKINGS[strategy].column not in EXTRA_COLUMNS:
        raise ConfigError(
            f"The strategy {strategy} ranks by the scores of the run: there is nothing to compute for it."
        )
    if missing := lacking(config, strategy):
        raise ConfigError(f"The strategy {strategy} cannot be computed. {missing}")
