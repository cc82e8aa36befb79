"""Files that a person names on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ..errors import ConfigError, DataError


def settings_in(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        values = yaml.safe_load(text_of(path))
    except yaml.YAMLError as error:
        raise DataError(f"{path} is not YAML: {error}.") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path} holds no settings: a mapping such as 'model: {{path: …}}' is needed.")
    return values


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"No such file: {path}.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not text in UTF-8: {error}.") from None
