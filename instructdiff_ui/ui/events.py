"""How the page's events behave, and how bad input is told.

An event that bypasses the queue cannot show an error, so whatever takes a person's input goes through it.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr

from ..api import UserError

Quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
Quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8}
Latest: dict[str, Any] = Quick | {"trigger_mode": "always_last"}  # of many changes in a row the last one counts
# changes of the rule wait for each other, so that each starts from what the one before made
Step: dict[str, Any] = Quick | {"trigger_mode": "multiple", "concurrency_id": "rule", "concurrency_limit": 1}
StepLatest: dict[str, Any] = Step | {"trigger_mode": "always_last"}
Busy: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}


def told(function: Callable) -> Callable:
    """`function`, with bad input shown as a message on the page. The text is escaped: it may quote a dataset."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            raise gr.Error(html.escape(error.message), print_exception=False) from None

    return wrapped
