"""The chart component: a plotly figure on `gr.HTML`.

`gr.Plot` is mounted anew with every value, which loses the zoom, and cannot report a dragged line. Here the value is
the figure as plain JSON, `assets/chart.js` draws it with plotly.py's own plotly.js (offline, of the same version), and
a cut-off line that was dragged arrives as a `release` event:

    cuts = chart("cuts", label="ΔH by domain")
    cuts.release(fn)            # fn(event: gr.EventData): event._data == {"name": "beta:math", "value": 0.05}
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

_JS = (Path(__file__).parents[2] / "assets" / "chart.js").read_text(encoding="utf-8")

# Constant: nothing from a dataset may pass through a template, which is rendered as HTML.
_HTML = """
<div class="chart-plot" role="img"></div>
<div class="chart-handles"></div>
<div class="chart-empty" role="status" hidden></div>
"""

_CSS = """
position: relative; width: 100%; min-width: 0; overflow: hidden; font-variant-numeric: tabular-nums;
.html-container:has(&) { padding: 0; }
[hidden] { display: none; }
.hoverlayer .axistext { display: none; } /* the middle of a bin, which the hover text already names */
.chart-empty { padding: 28px 12px; text-align: center; color: var(--body-text-color-subdued); }
.chart-handle { position: absolute; width: 16px; margin-left: -8px; cursor: ew-resize;
  touch-action: none; outline: none; }
.chart-handle::before { content: ""; position: absolute; inset: 0 7px; border-radius: 2px; }
.chart-handle:hover::before, .chart-handle:focus-visible::before, .chart-handle.moved::before {
  inset: 0 6px; background: var(--line); box-shadow: 0 0 0 2px var(--block-background-fill); }
.chart-handle span { position: absolute; left: 14px; top: 0; padding: 1px 6px; border-radius: 5px; font-size: 11px;
  white-space: nowrap; color: var(--body-text-color); background: var(--block-background-fill);
  border: 1px solid var(--border-color-primary); opacity: 0; pointer-events: none; z-index: 2; }
.chart-handle:hover span, .chart-handle:focus-visible span, .chart-handle.moved span { opacity: 1; }
"""


def chart(
    elem_id: str,
    *,
    label: str,
    figure: dict[str, Any] | None = None,
    placeholder: str = "Nothing to show yet.",
    min_height: int = 120,
    **options: Any,
) -> gr.HTML:
    """A chart whose value is a figure of `figures`, or None for the placeholder.

    `label` names the chart; `options` are those of `gr.HTML` (`visible`, `scale`, …).
    """
    return gr.HTML(
        value=figure,
        label=label,
        html_template=_HTML,
        css_template=_CSS,
        # Constants, not props: a chart that is shown late does not get its props.
        js_on_load=f"const PLOTLY = {json.dumps(str(served_plotly()))}, NOTHING = {json.dumps(placeholder)};\n{_JS}",
        apply_default_css=False,
        elem_id=elem_id,
        min_height=min_height,
        **options,
    )


@cache
def served_plotly() -> Path:
    """plotly.js as plotly.py ships it, allowed to be served; found without importing plotly, which is slow."""
    package = find_spec("plotly")
    assert package is not None and package.origin is not None  # a requirement of this package
    script = Path(package.origin).parent / "package_data" / "plotly.min.js"
    gr.set_static_paths(script)
    return script
