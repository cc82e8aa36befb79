"""How the page's events behave, and how bad input is told.

An event that bypasses the queue cannot show an error, so whatever takes a person's input goes through it.
"""

from __future__ import annotations

import html
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr

from .. import api, hosting
from ..api import UserError

Quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
Quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8}
Latest: dict[str, Any] = Quick | {"trigger_mode": "always_last"}  # of many changes in a row the last one counts
# changes of the rule wait for each other, so that each starts from what the one before made
Step: dict[str, Any] = Quick | {"trigger_mode": "multiple", "concurrency_id": "rule", "concurrency_limit": 1}
StepLatest: dict[str, Any] = Step | {"trigger_mode": "always_last"}
Busy: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}


def done_by_event(started: Any, run: gr.Textbox) -> None:
    """Where a GPU is lent call by call, the event that starts a job also has to do it, slice by slice.

    The timer shows how it goes, as it does of a worker's job.
    """
    if hosting.on_zero_gpu():
        started.success(
            told(_slices), run, None, concurrency_limit=None, show_progress="hidden", api_visibility="private"
        )


def _slices(run: str) -> Iterator[Any]:
    for _ in api.work_inline(run):
        yield gr.skip()


def told(function: Callable) -> Callable:
    """`function`, with bad input shown as a message on the page. The text is escaped: it may quote a dataset."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with _shown():
            return function(*args, **kwargs)

    @wraps(function)
    def stepped(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with _shown():
            yield from function(*args, **kwargs)

    return stepped if inspect.isgeneratorfunction(function) else wrapped


@contextmanager
def _shown() -> Iterator[None]:
    try:
        yield
    except UserError as error:
        raise gr.Error(html.escape(error.message), print_exception=False) from None
    except FileNotFoundError as error:  # its owner shared it anew, or somebody deleted it, while it was being read
        raise gr.Error("The run was changed or removed just now: open it again.") from error
