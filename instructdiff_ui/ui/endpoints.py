"""The functions of `api.remote` as endpoints of the page's server, for HTTP clients and as tools for MCP clients.

Arguments come from anywhere and are checked here against the functions' types; bad input is told in one sentence.
"""

from __future__ import annotations

import inspect
import json
import shutil
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import LocalContext
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder
from pydantic import BaseModel, ConfigDict, create_model

from ..api import UserError, remote
from ..config import validated
from ..errors import DataError

MAX_SENTENCE = 1_000  # characters: a sentence may quote what was sent
FAILED = "Something went wrong here that is not your input's fault; the log of the server tells what."


def publish() -> None:
    """Publish every function of `remote.PUBLISHED` on the page that is being built; look-ups run side by side.

    Comes before the events of the page: names are taken in order, and one that is taken gets a number.
    """
    for function in remote.PUBLISHED:
        name = function.__name__
        many = not (name in remote.CHANGES or name in remote.SLOW)
        gr.api(
            endpoint(function),
            api_name=name,
            concurrency_limit=8 if many else 2,
            concurrency_id="api-reads" if many else f"api-{name}",
        )


def keep_private(page: gr.Blocks) -> None:
    """Take the page's own events out of the description of its API, once it is built: gradio adds some by itself."""
    published = {function.__name__ for function in remote.PUBLISHED}
    for one in page.fns.values():
        if one.api_name not in published:
            one.api_visibility = "private"


def endpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with checked arguments, files handed on, and bad input as one plain sentence.

    The text of the sentence is not escaped, as no page shows it. An MCP client gets results as JSON text.
    """
    signature = inspect.signature(function, eval_str=True)
    arguments = _arguments(function.__name__, signature)
    files = {name for name, parameter in signature.parameters.items() if parameter.annotation is Path}

    @wraps(function)
    def answered(*values: Any) -> Any:
        try:
            named = dict(zip(signature.parameters, values, strict=False))
            given = validated(
                arguments, {name: named[name] if name not in files else _uploaded(named[name]) for name in named}
            )
            result = function(**{name: getattr(given, name) for name in signature.parameters})
        except UserError as error:
            raise gr.Error(_clipped(error.message), print_exception=False) from None
        except gr.Error:
            raise
        except Exception as error:
            raise gr.Error(FAILED) from error
        if isinstance(result, Path):
            return _handed_on(result)
        return json.dumps(result, ensure_ascii=False) if _for_mcp() else result

    shown = signature.replace(
        parameters=[one.replace(annotation=_shown(one.annotation)) for one in signature.parameters.values()],
        return_annotation=_shown(signature.return_annotation),
    )
    hints = {name: parameter.annotation for name, parameter in shown.parameters.items()}
    answered.__annotations__ = hints | {"return": shown.return_annotation}
    answered.__signature__ = shown  # type: ignore[attr-defined]  # gradio reads types from it
    return answered


def _shown(annotation: Any) -> Any:
    """What a client sends or gets for a type of Python."""
    return gr.FileData if annotation is Path else annotation


def _arguments(name: str, signature: inspect.Signature) -> type[BaseModel]:
    """A model of a function's arguments, to check values that may be anything."""
    fields: dict[str, Any] = {
        parameter.name: (parameter.annotation, ... if parameter.default is parameter.empty else parameter.default)
        for parameter in signature.parameters.values()
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def _uploaded(value: Any) -> Path:
    """The file that a client uploaded; `DataError` for anything else, such as a path of this machine."""
    place = value.get("path") if isinstance(value, dict) else None
    folder = Path(get_upload_folder()).resolve()
    if not isinstance(place, str) or not Path(place).resolve().is_relative_to(folder) or not Path(place).is_file():
        raise DataError("No file was uploaded: send one with handle_file of gradio_client, or through /upload.")
    return Path(place)


def _handed_on(path: Path) -> dict[str, Any]:
    """A file in the server's cache, which serves it and removes it when it is old; its own folder goes."""
    cached = save_file_to_cache(path, cache_dir=get_upload_folder())
    shutil.rmtree(path.parent, ignore_errors=True)
    return gr.FileData(path=cached, orig_name=path.name).model_dump()


def _for_mcp() -> bool:
    """Whether the server's own MCP side asks, which writes results down with `str`."""
    request = LocalContext.request.get(None)
    return request is not None and request.headers.get("x-gradio-user") == "mcp"


def _clipped(sentence: str) -> str:
    return sentence if len(sentence) <= MAX_SENTENCE else f"{sentence[: MAX_SENTENCE - 1]}…"
