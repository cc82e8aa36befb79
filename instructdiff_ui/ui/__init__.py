"""The page. Imports gradio, and nothing else of the package does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without_stubs() -> Iterator[None]:
    """Spare gradio what it does for editors alone, a good part of the time of its import.

    It parses the source of every component and writes type stubs beside it, except where a class has no file. Without
    effect should gradio stop asking.
    """
    getfile = inspect.getfile

    def asked(thing: Any) -> str:
        if inspect.isclass(thing) and thing.__module__.startswith(("gradio.", __name__)):
            raise OSError("no stubs are wanted")
        return getfile(thing)

    inspect.getfile = asked  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = getfile


with without_stubs():
    import gradio as gradio  # here first, so that every module of the page finds it loaded
