"""What a stage is given, and where it finds what came before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...config import RunConfig
from ...data.examples import TokenizedExample
from ...errors import RunError
from ...files import expanded
from ..machine import settled
from ..plan import Stage
from ..store import RunStore

if TYPE_CHECKING:
    from ...engine.models import Models


@dataclass
class Context:
    """What a stage may use."""

    store: RunStore
    config: RunConfig
    stage: Stage
    meter: Callable[..., None]  # (step, total, unit, **metrics)
    should_stop: Callable[[], bool]
    models: Callable[[], Models]  # the weights, loaded at the first call and kept for later stages

    @property
    def folder(self) -> Path:
        return self.stage.folder(self.store)

    def upstream(self, work: str) -> Path:
        return self.stage[work].folder(self.store)

    def facts(self, work: str) -> dict[str, Any]:
        stage = self.stage[work]
        manifest = self.store.manifest(stage.name, stage.fingerprint)
        assert manifest is not None, f"{stage.name} runs before {self.stage.name}"
        return manifest["facts"]


def examples_folder(stage: Stage, store: RunStore) -> Path:
    """Where the rows of the pool are: the folder of the stage that loaded or imported them."""
    for work in ("pool", "import_scores"):
        try:
            return stage[work].folder(store)
        except KeyError:
            continue
    raise AssertionError(f"no stage before {stage.name} holds the rows")


def trained_path(folder: Path) -> Path:
    """The adapter or the full model that a training stage left in its folder."""
    return next(folder / name for name in ("adapter", "model") if (folder / name).is_dir())


def model_of(config: RunConfig):
    if config.model is None:
        raise RunError("This run has no model: name one to tokenise, train or score.")
    return config.model


def pinned_config(config: RunConfig, facts: dict[str, Any]) -> RunConfig:
    """The settings with the model's revision as it was when the rows were tokenised, and the dtype that `auto` means.

    Raises `RunError` for a folder that has changed since.
    """
    from ...engine.describe import describe

    model = model_of(config)
    known = facts["model"]["revision"]
    if not expanded(model.path).exists():
        model = model.model_copy(update={"revision": known})
    elif describe(model).revision != known:
        raise RunError(f"The model in {model.path} has changed since this run was prepared: make a new run for it.")
    return config.model_copy(update={"model": settled(model)})


def response_tokens(rows: list[TokenizedExample]) -> int:
    return sum(len(row.response_ids) for row in rows)
