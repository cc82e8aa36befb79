"""How training went: loss and learning rate by optimiser step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..palette import domain_colours
from ..pieces import axis, described, hover, layout_of, text
from .names import Figure


def loss_curve(series: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Training loss by optimiser step, and the learning rate below it; one line per name."""
    colours = domain_colours(series)
    traces: list[dict[str, Any]] = []
    for name, points in series.items():
        line = {"color": colours[name], "width": 2}
        shown = {"type": "scatter", "name": text(name), "x": [p["step"] for p in points], "line": line}
        traces += [
            shown
            | {"y": [p.get("loss") for p in points], "mode": "lines+markers" if len(points) < 40 else "lines"}
            | {"hovertemplate": hover("step %{x}: loss %{y:.4f}")},
            shown
            | {"y": [p.get("learning_rate") for p in points], "mode": "lines", "yaxis": "y2", "showlegend": False}
            | {"hovertemplate": hover("step %{x}: learning rate %{y:.2e}")},
        ]
    out = layout_of(height=320, left=64)
    out |= {
        "showlegend": len(series) > 1,
        "xaxis": axis("Optimiser step") | {"anchor": "y2"},
        "yaxis": axis("Loss (nats per token)") | {"domain": [0.34, 1.0], "nticks": 5},
        "yaxis2": axis("Learning rate")
        | {"domain": [0.0, 0.22], "nticks": 3, "tickformat": ".0e", "rangemode": "tozero"},
        "uirevision": "loss",
        "meta": described(summary=_loss_summary(series), title="Training loss", name="training-loss"),
    }
    return {"data": traces if any(series.values()) else [], "layout": out}


def _loss_summary(series: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    parts = [
        f"{name} from {points[0]['loss']:.3f} to {points[-1]['loss']:.3f} in {points[-1]['step']} steps"
        for name, points in series.items()
        if points
    ]
    return "Training loss: " + ("; ".join(parts) or "no steps yet") + "."
