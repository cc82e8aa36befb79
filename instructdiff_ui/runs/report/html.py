"""A report as one HTML file that needs nothing else: no script, no font, no picture from anywhere.

Knows blocks, and nothing of runs. `page.html.j2` escapes every text; a policy in the page forbids whatever is left.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from .blocks import Document

_HERE = Path(__file__).parent


def html(document: Document) -> str:
    style = Markup((_HERE / "report.css").read_text(encoding="utf-8"))
    return _template().render(document=document, style=style)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")
