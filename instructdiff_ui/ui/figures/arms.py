"""What came of fine-tuning: held-out loss per domain, and every model with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..palette import MUTED, OKABE_ITO, TEXT
from ..pieces import axis, described, hover, layout_of, text
from .names import Figure

MODEL_COLOURS = {"base": "#8A93A1", "calibrated": OKABE_ITO[4], "fine-tuned": OKABE_ITO[0]}


def heldout_bars(results: Sequence[Mapping[str, Any]]) -> Figure:
    """Held-out loss per domain, a bar per model with ± 1 standard error.

    `results` are rows of `model, domain, value, stderr, n`; models are drawn in the order they first appear.
    """
    models = list(dict.fromkeys(r["model"] for r in results))
    domains = sorted({r["domain"] for r in results}, key=lambda d: (d == "all", d))
    spare = [c for c in OKABE_ITO if c not in MODEL_COLOURS.values()]
    traces = []
    for k, model in enumerate(models):
        by_domain = {r["domain"]: r for r in results if r["model"] == model}
        rows = [by_domain[d] for d in domains if d in by_domain]
        errors = [r["stderr"] if math.isfinite(r["stderr"]) else 0.0 for r in rows]
        traces.append(
            {
                "type": "bar",
                "name": text(model),
                "x": [text(r["domain"]) for r in rows],
                "y": [r["value"] for r in rows],
                "customdata": [[e, r["n"]] for e, r in zip(errors, rows, strict=True)],
                "marker": {"color": MODEL_COLOURS.get(model, spare[k % len(spare)])},
                "error_y": {"type": "data", "array": errors, "color": TEXT, "thickness": 1.2, "width": 3},
                "hovertemplate": hover("%{y:.4f} ± %{customdata[0]:.4f} nats per token<br>%{customdata[1]:,} rows"),
            }
        )
    best = "; ".join(f"{r['model']} on {r['domain']} {r['value']:.3f}" for r in results if math.isfinite(r["value"]))
    out = layout_of(height=320, left=64) | {
        "barmode": "group",
        "bargap": 0.3,
        "bargroupgap": 0.08,
        "showlegend": True,
        "xaxis": axis("") | {"type": "category", "showgrid": False},
        "yaxis": axis("Held-out loss (nats per token)") | {"rangemode": "tozero"},
        "uirevision": "heldout",
        "meta": described(
            summary=f"Held-out loss in nats per token: {best}.", title="Held-out loss by model", name="held-out-loss"
        ),
    }
    return {"data": traces, "layout": out}


def arm_dots(arms: Sequence[Mapping[str, Any]], *, metric: str) -> Figure:
    """One dot per model with its 95 % interval, the first on top; `arms` are rows of `name, mean, half, tuned`.

    A half-width of nan, a single seed, draws no interval.
    """
    title = "Held-out loss (nats per token)" if metric == "nll" else "Exact answers (%)"
    groups = {"not fine-tuned on a selection": False, "fine-tuned": True}
    traces = [
        _dots(name, [arm for arm in arms if arm["tuned"] == tuned], metric=metric, tuned=tuned)
        for name, tuned in groups.items()
    ]
    scale = 1 if metric == "nll" else 100
    said = "; ".join(f"{arm['name']} {scale * arm['mean']:.3f}" for arm in arms)
    out = layout_of(height=110 + 26 * max(1, len(arms)), left=170) | {
        "showlegend": True,
        "xaxis": axis(title),
        "yaxis": axis("")
        | {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [text(arm["name"]) for arm in arms],
            "range": [len(arms) - 0.4, -0.6],
            "fixedrange": True,
        },
        "uirevision": f"arms {metric}",
        "meta": described(summary=f"{title}, by model: {said}.", title=title, name=f"models-{metric}"),
    }
    return {"data": traces, "layout": out}


def _dots(name: str, arms: Sequence[Mapping[str, Any]], *, metric: str, tuned: bool) -> dict[str, Any]:
    scale, unit, digits = (1, "nats per token", ".4f") if metric == "nll" else (100, "%", ".1f")
    halves = [scale * arm["half"] if math.isfinite(arm["half"]) else 0.0 for arm in arms]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [scale * arm["mean"] for arm in arms],
        "y": [text(arm["name"]) for arm in arms],
        "customdata": [f" ± {scale * arm['half']:{digits}}" if math.isfinite(arm["half"]) else "" for arm in arms],
        "marker": {"size": 10, "color": OKABE_ITO[0] if tuned else MUTED, "symbol": "circle" if tuned else "diamond"},
        "error_x": {"type": "data", "array": halves, "color": TEXT, "thickness": 1.2, "width": 4},
        "hovertemplate": f"<b>%{{y}}</b><br>%{{x:{digits}}}%{{customdata}} {unit}<extra></extra>",
    }
