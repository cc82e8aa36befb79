"""The chart component: a plotly figure on `gr.HTML`.

`gr.Plot` is mounted anew with every value, which loses the zoom, and cannot report a dragged line. Here the value is
the figure as plain JSON, and `assets/chart.js` draws it with plotly.py's own plotly.js (offline, of the same version).
A cut-off line that was dragged arrives as a `release` event; a region that was marked, or a point that was clicked, as
a `select` event:

    cuts = chart("cuts", label="ΔH by domain")
    cuts.release(fn)            # fn(event: gr.EventData): event._data == {"name": "beta:math", "value": 0.05}
    cuts.select(fn)             # {"box": [x0, x1, y0, y1]}, {"lasso": [[x, y], …]}, {"clear": True} or {"point": …}

Beside plotly's own, `layout.meta` of a figure says what can be done with it:

    summary   a sentence for screen readers
    handles   shapes that can be dragged: name → label; a line with x0 = x1 moves sideways, with y0 = y1 up and down
    rule      the selection rule, for recounting while a line moves (`assets/live.js`; the page needs `live.live`)
    region    {} or {"box": …} or {"lasso": …}: a region can be marked; this one is
    clicks    True: clicks on points are reported
    title     of a downloaded picture, as plain text
    name      of downloaded files
    table     {"columns": […], "rows": [[…], …]}: what CSV holds; without it, the points of all traces

and `meta` of a trace: `domain`, `part` and `column` of a bar that is recounted, `aside` of a trace that is no data
(left out of CSV), and `pick` of points that are only there to be selected and never seen.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

from .json_html import VALUE_OF, JsonHTML

_ASSETS = Path(__file__).parents[2] / "assets"
_SCRIPTS = ("live.js", "live_page.js", "chart_lines.js", "chart_follow.js", "chart_tools.js", "chart.js")
_JS = "\n".join((_ASSETS / name).read_text(encoding="utf-8") for name in _SCRIPTS)

# Constant: nothing from a dataset may pass through a template, which is rendered as HTML.
_HTML = """
<div class="chart-tools" role="toolbar" aria-label="Chart tools" hidden></div>
<div class="chart-body">
<div class="chart-plot" role="img"></div>
<div class="chart-handles"></div>
</div>
<div class="chart-empty" role="status" hidden></div>
"""

_CSS = """
position: relative; width: 100%; min-width: 0; overflow: hidden; font-variant-numeric: tabular-nums;
.html-container:has(&) { padding: 0; }
[hidden] { display: none; }
.hoverlayer .axistext { display: none; } /* the middle of a bin, which the hover text already names */
.chart-body { position: relative; }
.chart-tools { display: flex; gap: 2px; justify-content: flex-end; align-items: center; min-height: 22px; opacity: .6;
  transition: opacity .15s; }
&:hover .chart-tools, .chart-tools:focus-within { opacity: 1; }
@media (pointer: coarse) { .chart-tools { opacity: 1; min-height: 34px; } .chart-tools button { padding: 7px 9px; } }
.chart-tools button { padding: 2px 7px; border: 0; border-radius: 5px; background: none; cursor: pointer; font: inherit;
  font-size: 11px; line-height: 1.4; color: var(--body-text-color-subdued); }
.chart-tools button:hover, .chart-tools button[aria-pressed="true"] { color: var(--body-text-color);
  background: color-mix(in srgb, var(--body-text-color) 8%, transparent); }
.chart-tools button:focus-visible { outline: 2px solid var(--accent, currentColor); outline-offset: -2px; }
.chart-tools i { width: 1px; height: 12px; margin: 0 4px; background: var(--border-color-primary); }
.chart-empty { padding: 28px 12px; text-align: center; color: var(--body-text-color-subdued); }
.chart-empty.loading { display: flex; align-items: center; justify-content: center; margin-top: 22px;
  border-radius: 8px; background: color-mix(in srgb, var(--body-text-color) 4%, transparent);
  animation: chart-wait 1.6s ease-in-out infinite; }
@keyframes chart-wait { 50% { opacity: .55; } }
@media (prefers-reduced-motion: reduce) { .chart-empty.loading { animation: none; } }
.chart-handle { position: absolute; touch-action: none; outline: none; z-index: 1; }
.chart-handle.along-x { width: 16px; margin-left: -8px; cursor: ew-resize; }
.chart-handle.along-y { height: 16px; margin-top: -8px; cursor: ns-resize; }
.chart-handle::before { content: ""; position: absolute; inset: 0; border-radius: 2px; }
.chart-handle.along-x::before { inset: 0 6px; }
.chart-handle.along-y::before { inset: 6px 0; }
.chart-handle:hover::before, .chart-handle:focus-visible::before, .chart-handle.moved::before {
  background: var(--line); box-shadow: 0 0 0 2px var(--block-background-fill); }
.chart-handle span { position: absolute; padding: 1px 6px; border-radius: 5px; font-size: 11px; white-space: nowrap;
  color: var(--body-text-color); background: var(--block-background-fill);
  border: 1px solid var(--border-color-primary); opacity: 0; pointer-events: none; z-index: 2; }
.chart-handle.along-x span { left: 14px; top: 0; }
.chart-handle.along-y span { right: 4px; bottom: 14px; }
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
    return JsonHTML(
        value=figure,
        label=label,
        html_template=_HTML,
        css_template=_CSS,
        # Constants, not props: a chart that is shown late does not get its props.
        js_on_load=f"const PLOTLY = {json.dumps(str(served_plotly()))}, NOTHING = {json.dumps(placeholder)};\n"
        f"{VALUE_OF}{_JS}",
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
