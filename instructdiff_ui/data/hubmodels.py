"""Which files of the Hub a model is loaded from, and whether they may be: a repository is a stranger's word.

`transformers` follows what a repository says: to weights of any name and folder, and to other models. On a server that
strangers use a model is loaded from its own files at one commit alone, and their size is looked at first. Knows nothing
of what is in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import hosting
from ..errors import ModelError
from . import bounds, hubcache

_BESIDE = re.compile(r"(?:additional_chat_templates/)?[\w.-]+\.(?:json|model|txt|jinja|tiktoken|bpe|vocab)")
_WEIGHTS = re.compile(r"[\w.-]+\.safetensors")
_SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")  # beside them may lie others that are not loaded
_WHOLE, _INDEX, _ADAPTER = "model.safetensors", "model.safetensors.index.json", "adapter_config.json"


def weights_of(names: Iterable[str]) -> list[str]:
    """The weights among the files of a repository that are loaded, as far as names tell; none without safetensors."""
    there = [name for name in names if _WEIGHTS.fullmatch(name)]
    if _WHOLE in there:
        return [_WHOLE]
    return [name for name in there if _SHARD.fullmatch(name)] or there


def files_of(names: Iterable[str]) -> list[str]:
    """The weights that are loaded, and whatever lies beside them: settings, index, tokenizer."""
    names = list(names)
    return [*weights_of(names), *(name for name in names if _BESIDE.fullmatch(name))]


def check_model(repo_id: str, revision: str | None, token: str | bool | None = None) -> list[str]:
    """The files of a model that are loaded, where strangers use the server; elsewhere nobody asks, and there are none.

    Raises `DataError` for too many bytes before the first of them, `ModelError` for a model that names weights which
    are not its own, and the library's own error where the Hub refuses.
    """
    if not hosting.is_public():
        return []
    from huggingface_hub import HfApi, hf_hub_download

    info = HfApi(token=token).model_info(repo_id, revision=revision, files_metadata=True, timeout=30)
    sizes = {file.rfilename: file.size for file in info.siblings or ()}
    _check_sizes(repo_id, sizes)
    hubcache.check_room(repo_id, "model", info.sha or "main", {name: sizes[name] or 0 for name in files_of(sizes)})
    if _ADAPTER in sizes:
        raise ModelError(f"{repo_id} is an adapter of another model: name that one.")
    for name in ("config.json", _INDEX):
        if name in sizes:
            path = hf_hub_download(repo_id, name, revision=info.sha, token=token)
            _check_named(repo_id, _mapping(Path(path)), weights_of(sizes))
    return files_of(sizes)


def _check_sizes(repo_id: str, sizes: Mapping[str, int | None]) -> None:
    counted = [sizes[name] for name in files_of(sizes)]
    if None in counted:
        raise ModelError(f"The Hub does not say how large the model {repo_id!r} is, so it is not loaded here.")
    bounds.check_download(f"The model {repo_id!r}", sum(size or 0 for size in counted))


def _check_named(repo_id: str, settings: Mapping[str, Any], weights: list[str]) -> None:
    """Refuse settings or an index that name weights beside those that were counted."""
    named = settings.get("weight_map")
    files = [*(named.values() if isinstance(named, Mapping) else ()), settings.get("transformers_weights")]
    if odd := next((str(file) for file in files if file is not None and file not in weights), None):
        said = json.dumps(odd[:100], ensure_ascii=True)
        raise ModelError(f"{repo_id} names weights that are not loaded here ({said}); a model is model*.safetensors.")


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        return {}  # said where it is read
    return value if isinstance(value, dict) else {}
