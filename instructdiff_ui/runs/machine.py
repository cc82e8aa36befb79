"""What this machine was found to be good for, settled once so that every process of a run takes the same.

The dtype `auto` is measured where it depends on the processor. A measurement can fall either way; what it said first is
kept in `machine.json` in the app's home.
"""

from __future__ import annotations

from ..config import ModelConfig
from ..files import read_json, write_json
from .home import root


def settled(config: ModelConfig) -> ModelConfig:
    """`config` with the dtype that `auto` stands for on this machine."""
    from ..engine.models import Models
    from ..engine.processor import name

    models = Models(config)
    if config.dtype != "auto" or models.device.type != "cpu":
        return config
    path, key = root() / "machine.json", f"{name()}, width {models.hidden_size()}"
    known = read_json(path, {})
    if key not in known:
        known[key] = str(models.dtype).removeprefix("torch.")
        write_json(path, known)
    return config.model_copy(update={"dtype": known[key]})
