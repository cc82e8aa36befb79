"""Getting the weights that a job needs onto this disk, before time on a lent GPU is spent.

Knows the files of a model repository by their names alone; what is in them is checked where they are loaded.
"""

from __future__ import annotations

from ..config import ModelConfig
from ..errors import Stopped
from .jobs import Task, tasks
from .store import RunStore

FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.jinja", "*.model"]
OTHERS = ["*/*", "consolidated*"]  # other formats of the same weights


def fetch_weights(store: RunStore, until: str) -> None:
    """Download the Hub models of the stages to be done on the accelerator; what is here already is not asked for again.

    Raises what the Hub refuses as `UserError`, and `Stopped` between two models.
    """
    wanted = {}
    for task in tasks(store, until):
        if task.stage.accelerator and not task.stage.done(store) and (model := _pinned(store, task)) is not None:
            wanted[model.path, model.revision] = model
    for model in wanted.values():
        if store.stop_requested():
            raise Stopped
        _fetch(model)


def _pinned(store: RunStore, task: Task) -> ModelConfig | None:
    """The model of a stage at the revision that the rows were tokenised for; None for none, or for a folder."""
    from ..engine.describe import local_folder

    model = task.config.model
    if model is None or local_folder(model.path) is not None:
        return None
    tokens = task.stage["tokens"]
    manifest = store.manifest(tokens.name, tokens.fingerprint)
    return model if manifest is None else model.model_copy(update={"revision": manifest["facts"]["model"]["revision"]})


def _fetch(model: ModelConfig) -> None:
    from huggingface_hub import snapshot_download

    from ..data.hubmodels import check_model
    from ..engine.describe import quiet, told

    quiet()
    try:
        wanted = check_model(model.path, model.revision) or FILES
        snapshot_download(model.path, revision=model.revision, allow_patterns=wanted, ignore_patterns=OTHERS)
    except Exception as error:
        raise told(error, model.path, "the weights") from error
