"""What the charts need to recount while a cut-off line is dragged: a hidden component that hands the page a cube.

Its value is `selection.cube.Cube.payload()`, or None where nothing can be recounted; `assets/live.js` unpacks it to
`window.instructdiff.cube`, where every chart of the page finds it. Shows nothing and reports nothing.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from .json_html import VALUE_OF, JsonHTML

ASSETS = Path(__file__).parents[2] / "assets"

_STORE = """
const page = (window.instructdiff ??= {});
const store = () => { const value = valueOf(); page.cube = value?.domains ? unpackCube(value) : null; };
watch('value', store);
store();
"""


def live(elem_id: str) -> gr.HTML:
    """The component; one per page, anywhere on it."""
    return JsonHTML(
        value=None,
        html_template="<span></span>",
        js_on_load=VALUE_OF + (ASSETS / "live.js").read_text(encoding="utf-8") + _STORE,
        apply_default_css=False,
        elem_id=elem_id,
        visible="hidden",
    )
