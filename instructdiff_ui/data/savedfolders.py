"""A folder that `datasets` saved holds everything that is read of it: its records may name files, and links, elsewhere.

Knows nothing of what rows mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import DataError

_FILES = ("_data_files", "_indices_data_files")  # in state.json


def check_inside(folder: Path) -> None:
    """Refuse a saved dataset whose records or links lead out of its folder, or cannot be read."""
    whole = folder.resolve()
    named = [folder / name for name in _splits(folder)] or [folder]
    every = [path for place in named for path in (place, *(place / name for name in _arrow_files(place)))]
    if out := next((path for path in every if not path.resolve().is_relative_to(whole)), None):
        said = json.dumps(str(out)[-100:])
        raise DataError(f"The folder {folder} is not read: it names {said}, which is outside of it.")


def _splits(folder: Path) -> list[str]:
    return [str(name) for name in _listed(_record(folder / "dataset_dict.json").get("splits"))]


def _arrow_files(folder: Path) -> Iterator[str]:
    """The files that would be read of one split, its records among them."""
    yield from ("state.json", "dataset_info.json")
    state = _record(folder / "state.json")
    for key in _FILES:
        yield from (str(one.get("filename")) for one in _listed(state.get(key)) if isinstance(one, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _record(path: Path) -> dict[str, Any]:
    """A JSON object; an empty one where there is none, which the library complains about itself."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
