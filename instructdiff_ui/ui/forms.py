"""From the fields of the page to nested settings, and back. Pure: what a setting may be is for `config` to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api import RunConfig, parse_source

TRAINING = ("method", "num_train_epochs", "learning_rate", "batch_size", "lora_r", "seed")
CALIBRATION = ("ratio", "rounds", "seed", "seeds")


def new_run(form: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a run from the fields of the Data tab; an empty field is left to the preset."""
    hub = {key: form[key] for key in ("subset", "split", "revision")}
    columns = {part: form[f"{part}_column"] for part in ("instruction", "input", "response", "messages")}
    lines = [line.strip() for line in (form["datasets"] or "").splitlines() if line.strip()]
    sources = [parse_source(line) | {"columns": columns} | _present(hub) for line in [*lines, *(form["uploads"] or [])]]
    model = _present({"path": form["model"], "revision": form["model_revision"]})
    values = {
        "name": form["name"],
        "model": model | {key: form[key] for key in ("dtype", "device", "quantization")} if model else None,
        "data": {
            "sources": [_present(source) for source in sources],
            "domain_column": form["domain_column"] if form["domains"] == "column" else None,
            "discover_domains": form["discover"] if form["domains"] == "discover" else None,
            "limit": form["limit"] or None,
            "template": None if form["template"] == "preset" else form["template"],
            "custom_template": form["custom_template"] if form["template"] == "custom" else None,
            "max_length": form["max_length"] or None,
            "overlong": form["overlong"],
            "heldout_ratio": form["heldout_ratio"],
            "seed": form["seed"],
        },
    }
    return _present(values)


def training(values: Mapping[str, Any]) -> dict[str, Any]:
    return _present({key: values[key] for key in TRAINING})


def training_fields(config: RunConfig, section: str) -> list[Any]:
    """The values of the training fields, in the order of `TRAINING`."""
    found = config.calibration.training if section == "calibration" else config.finetune
    return [getattr(found, key) for key in TRAINING]


def calibration_fields(config: RunConfig) -> list[Any]:
    return [getattr(config.calibration, key) for key in CALIBRATION]


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without empty fields, however deep; whole numbers as such, which number fields give as floats."""
    out: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            value = _present(value)
        elif isinstance(value, str):
            value = value.strip() if key != "custom_template" else value
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        if value not in (None, "", {}, []):
            out[key] = value
    return out
