"""What the charts need to recount while a cut-off line is dragged: a hidden component that hands the page a cube.

Its value is `selection.cube.Cube.payload()`, or None where nothing can be recounted; `assets/live.js` unpacks it to
`window.instructdiff.cube`, where every chart of the page finds it. Shows nothing and reports nothing.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr

ASSETS = Path(__file__).parents[2] / "assets"

_STORE = """
const page = (window.instructdiff ??= {});
const store = () => { page.cube = props.value?.domains ? unpackCube(props.value) : null; };
watch('value', store);
store();
"""


def live(elem_id: str) -> gr.HTML:
    """The component; one per page, anywhere on it."""
    return gr.HTML(
        value=None,
        html_template="<span></span>",
        js_on_load=(ASSETS / "live.js").read_text(encoding="utf-8") + _STORE,
        apply_default_css=False,
        elem_id=elem_id,
        visible="hidden",
    )
