"""What several panels are made of."""

from __future__ import annotations

from collections.abc import Sequence

from ..view import Node, div, h

TEXT_LIMIT = 12_000  # characters of one text that are sent to the page


def kpi(label: str, value: Node, note: Node = "") -> Node:
    return div("kpi", div("lbl", label), div("value", value), div("note", note) if note else None)


def bar(share: float, *, label: str) -> Node:
    value = f"{100 * min(1.0, max(0.0, share)):.1f}"
    attributes = {
        "class": "bar",
        "role": "progressbar",
        "aria-valuenow": value,
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-label": label,
    }
    return h("div", attributes, h("i", {"style": f"width:{value}%"}))


def head(names: Sequence[str], *, left: int) -> Node:
    cells = [h("th", {"scope": "col", "class": "" if k < left else "num"}, name) for k, name in enumerate(names)]
    return h("thead", {}, h("tr", {}, *cells))


def text_block(label: str, text: str) -> Node:
    cut = f"\n… {len(text) - TEXT_LIMIT:,} more characters" if len(text) > TEXT_LIMIT else ""
    return div("", div("lbl", label), h("pre", {"class": "text", "data-scroll": label}, text[:TEXT_LIMIT] + cut))


def segmented(
    event: str, choices: Sequence[tuple[str, str]], current: str, *, label: str, trigger: str | None = None
) -> Node:
    """Buttons of which one is on; `choices` are (key, words)."""
    buttons = [
        h(
            "button",
            {
                "class": "on" if key == current else "",
                "data-event": event,
                "data-key": key,
                "data-trigger": trigger,
                "aria-pressed": str(key == current).lower(),
            },
            words,
        )
        for key, words in choices
    ]
    return h("div", {"class": "segmented", "role": "group", "aria-label": label}, *buttons)
