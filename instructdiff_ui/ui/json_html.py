"""`gr.HTML` for values that are data: they go to the page as one JSON text.

Gradio's page clones the value of a component whenever anything about it changes, its progress for one. A text costs
nothing there, while the numbers of a chart, each wrapped for reactivity, took a tenth of a second a time.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
import orjson

from . import without_stubs

# what the scripts of such components begin with
VALUE_OF = (
    "const valueOf = () => (typeof props.value === 'string' ? JSON.parse(props.value || 'null') : props.value);\n"
)

with without_stubs():

    class JsonHTML(gr.HTML):
        """A component whose script reads `valueOf()`; the value may be None, numbers that are not finite are null."""

        def postprocess(self, value: Any) -> str | None:
            return None if value is None else orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
