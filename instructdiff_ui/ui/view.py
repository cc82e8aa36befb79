"""A piece of page made of plain elements, on `gr.HTML`: cards, tables, previews.

The value is a tree of `[tag, attributes, *children]` that assets/view.js turns into elements; text becomes text nodes
and nothing is ever parsed as markup, so a dataset's text can hold anything. Elements with a `data-event` report clicks
and edits as one Gradio event. Knows nothing of runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from .json_html import VALUE_OF, JsonHTML

ASSETS = Path(__file__).resolve().parents[2] / "assets"

Node = list | str


def h(tag: str, attributes: dict[str, Any] | None = None, *children: Node | None) -> Node:
    """One element; a child that is None is left out. `class`, `title`, `data-event`, … as in HTML."""
    return [tag, attributes or {}, *(child for child in children if child is not None)]


def div(name: str, *children: Node | None) -> Node:
    return h("div", {"class": name}, *children)


def span(name: str, *children: Node | None) -> Node:
    return h("span", {"class": name}, *children)


def view(value: Node | Callable[[], Node] | None = None, *, elem_id: str, label: str) -> gr.HTML:
    """The component; a function as `value` is asked anew by every page that is loaded.

    Its `select` event carries `{event, key, value}` of the element that was clicked or edited; elements whose
    `data-trigger` is `submit` or `clear` give that event instead, for what fills other parts of the page.
    """
    return JsonHTML(
        value=value if value is not None else [],
        html_template="<div class='view'></div>",  # constant: see the module's docstring
        js_on_load=f"const label = {json.dumps(label)};\n{VALUE_OF}{_script()}",
        elem_id=elem_id,
        elem_classes="view-host",
        apply_default_css=False,
    )


@cache
def _script() -> str:
    return (ASSETS / "view.js").read_text(encoding="utf-8")
