"""How this copy of the app is hosted, as its environment says: for its owner alone, or for the public within limits.

Knows nothing of visitors and runs.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, fields

from .errors import ConfigError

PREFIX = "INSTRUCTDIFF_"
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Limits:
    """What visitors of a public server may use; each is set by `INSTRUCTDIFF_MAX_<NAME>` (`MAX_ROWS`, …)."""

    rows: int = 20_000  # of a run's pool
    tokens: int = 5_000_000  # of the responses of a run's pool
    runs: int = 20
    jobs: int = 2  # at work or waiting at once
    upload_mb: int = 200  # of one file
    download_mb: int = 8_000  # of one model or dataset of the Hub
    disk_mb: int = 4_000  # of all runs and uploads
    keep_days: int = 14  # after which runs that nobody looked at are removed
    workers: int = 4  # jobs of all visitors at work at once; the others wait
    minutes: int = 60  # that a job has at a time
    cache_gb: int = 20  # of models and datasets of the Hub, of all visitors together


ON_CPU = {"rows": 5_000, "download_mb": 4_000}  # limits of a server without a GPU: small models, some minutes each


def is_public() -> bool:
    """Whether strangers use this server: on a Space, unless `INSTRUCTDIFF_PUBLIC` says otherwise."""
    said = os.environ.get(f"{PREFIX}PUBLIC", "").strip().lower()
    if said and said not in _YES + _NO:
        raise ConfigError(f"{PREFIX}PUBLIC is {said!r}; it is 1 or 0.")
    return said in _YES if said else on_space()


def on_space() -> bool:
    return bool(os.environ.get("SPACE_ID"))


def on_zero_gpu() -> bool:
    """Whether a GPU is there only for the length of a call (ZeroGPU)."""
    return os.environ.get("SPACES_ZERO_GPU", "").strip().lower() in _YES


def has_gpu() -> bool:
    """Whether there is a GPU to score on, told without loading torch."""
    return on_zero_gpu() or shutil.which("nvidia-smi") is not None


def owner() -> str | None:
    """The Hub account that may publish runs to everyone here; None: nobody."""
    return os.environ.get(f"{PREFIX}OWNER") or os.environ.get("SPACE_AUTHOR_NAME") or None


def gallery() -> tuple[str, ...]:
    """Published runs (ids of Hub datasets) that every visitor finds here."""
    return tuple(os.environ.get(f"{PREFIX}GALLERY", "").replace(",", " ").split())


def limits() -> Limits:
    """The limits of this server; `ConfigError` that names a variable which is no number above 0."""
    defaults = {one.name: one.default for one in fields(Limits)} | ({} if has_gpu() else ON_CPU)
    return Limits(**{name: _number(f"{PREFIX}MAX_{name.upper()}", value) for name, value in defaults.items()})


def _number(name: str, default: object) -> int:
    text = os.environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ConfigError(f"{name} is {text!r}; it is a whole number above 0.")
    return int(text)
