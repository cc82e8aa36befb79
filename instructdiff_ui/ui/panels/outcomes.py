"""What fine-tuning brought: held-out loss, and answers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import format as fmt
from ..view import Node, div, h
from .parts import head


def evaluation_table(results: Sequence[Mapping[str, Any]] | None) -> Node:
    """Held-out loss per domain and model, with its standard error over examples."""
    if not results:
        return []
    models = list(dict.fromkeys(result["model"] for result in results))
    cell = {(r["domain"], r["model"]): r for r in results}
    domains = list(dict.fromkeys(result["domain"] for result in results))
    rows = []
    for domain in domains:
        best = min((cell[domain, m]["value"] for m in models if (domain, m) in cell), default=None)
        n = next(cell[domain, m]["n"] for m in models if (domain, m) in cell)
        rows.append(
            h(
                "tr",
                {"class": "total" if domain == "all" else ""},
                h("td", {}, domain),
                h("td", {"class": "num"}, fmt.count(n)),
                *(_loss_cell(cell.get((domain, m)), best) for m in models),
            )
        )
    titles = head(["Domain", "Rows", *models], left=1)
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table"}, titles, h("tbody", {}, *rows)))


def _loss_cell(result: Mapping[str, Any] | None, best: float | None) -> Node:
    if result is None:
        return h("td", {"class": "num"}, "–")
    text = f"{fmt.nats(result['value'])} ± {fmt.nats(result['stderr'])}"
    return h("td", {"class": f"num{' strong' if result['value'] == best else ''}"}, text)


def answers(texts: Mapping[str, str] | None) -> Node:
    if not texts:
        return div("muted", "Write an instruction and press Generate: both models answer it.")
    return div(
        "answers", *(div("card", div("lbl", name), h("pre", {"class": "text"}, text)) for name, text in texts.items())
    )
