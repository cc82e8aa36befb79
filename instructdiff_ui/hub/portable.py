"""What a run says about itself, without where it lay: paths of a machine become names before anything is uploaded.

A local path `/home/me/pool.jsonl` becomes `local:pool.jsonl`, which exists nowhere and says what it was. Fingerprints
cover paths, so those change with them. Knows nothing of the Hub.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import RunConfig, validated
from ..data.sources import SUFFIXES
from ..files import DEMO, LOCAL, expanded
from ..runs import home
from ..runs.plan import Stage, plan
from ..runs.report.markdown import inline
from ..runs.store import RunStore

_HUB_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*", re.ASCII)


def on_hub(path: str) -> bool:
    """Whether a path in the settings is an id of the Hub, as reading it would take it."""
    return _portable(path) == path and not path.startswith((DEMO, LOCAL)) and _HUB_ID.fullmatch(path) is not None


def _portable(path: str) -> str:
    if path.startswith((DEMO, LOCAL)):
        return path
    written = path.replace("\\", "/")
    is_local = (
        written.startswith(("/", ".", "~")) or written != path or Path(path).suffix.lower() in SUFFIXES or _exists(path)
    )
    name = re.sub(r"[^\w.-]", "_", written.rstrip("/").rpartition("/")[2]) or "unnamed"
    return f"{LOCAL}{name}" if is_local else path


def _exists(path: str) -> bool:
    try:
        return expanded(path).exists()
    except (OSError, RuntimeError, ValueError):
        return False


@dataclass(frozen=True)
class Portable:
    """The settings of a run without paths, and what its texts and fingerprints become with them."""

    config: RunConfig
    texts: tuple[tuple[str, str], ...]  # what is replaced by what, the longest first
    fingerprints: tuple[tuple[str, str], ...]  # old → new, of the stages of the plan
    stages: tuple[tuple[Stage, Stage], ...]  # the stages of the plan as they are, and as they become

    def text(self, text: str) -> str:
        """A text of the app's own without paths and with the new fingerprints; not for rows of a dataset."""
        for old, new in (*self.texts, *self.fingerprints):
            text = text.replace(old, new)
        return text

    def value(self, value: Any) -> Any:
        """The same for every text, and every key, in a JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(inner) for key, inner in value.items()}
        return [self.value(inner) for inner in value] if isinstance(value, list) else value


def portable(store: RunStore) -> Portable:
    """What is to be replaced in a run so that nothing in it names this machine."""
    config, spec = store.config(), store.spec()
    renamed = {path: _portable(path) for path in _paths(config)}
    changed = validated(RunConfig, _with_paths(config.model_dump(mode="json"), renamed))
    pairs = tuple(zip(plan(config, spec), plan(changed, spec), strict=True))
    prints = {old.fingerprint: new.fingerprint for old, new in pairs if old.fingerprint != new.fingerprint}
    places = {str(store.path): store.run_id, str(home.root()): "home", str(Path.home()): "~"}
    places |= {str(home.root().resolve()): "home", tempfile.gettempdir(): "tmp"}
    texts = {spelt: new for old, new in renamed.items() if old != new for spelt in _spellings(old)}
    known = {old: new for old, new in (places | texts).items() if len(old) > 1}
    known |= {inline(old): inline(new) for old, new in known.items()}  # as cards write them
    longest = sorted(known.items(), key=lambda pair: -len(pair[0]))
    return Portable(changed, tuple(longest), tuple(prints.items()), pairs)


def _spellings(path: str) -> set[str]:
    """How a local path may have been written down; a bare name says nothing of the machine."""
    found = {path} if len(Path(path).parts) > 1 else set()
    try:
        return found | {str(expanded(path)), str(expanded(path).resolve())} - {Path(path).name}
    except (OSError, RuntimeError, ValueError):
        return found


def _paths(config: RunConfig) -> Iterator[str]:
    sources = (*config.data.sources, *config.data.heldout_sources)
    models = (config.model, config.baselines.small_model, *config.baselines.selectit_models)
    yield from (source.path for source in sources)
    yield from (model.path for model in models if model is not None)
    if config.scores:
        yield config.scores


def _with_paths(value: Any, renamed: dict[str, str]) -> Any:
    """The settings with other values of `path` and `scores`, which alone hold paths."""
    if isinstance(value, list):
        return [_with_paths(inner, renamed) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: renamed.get(inner, inner)
        if key in ("path", "scores") and isinstance(inner, str)
        else _with_paths(inner, renamed)
        for key, inner in value.items()
    }
