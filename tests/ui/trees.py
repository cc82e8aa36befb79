"""Reading the trees that panels make: their text, their elements, the cells of their tables."""

from __future__ import annotations

HOSTILE = "<img src=x onerror=alert(1)> ${1+1} {{x}}"


def said(node) -> str:
    """The text of a tree."""
    return node if isinstance(node, str) else " ".join(said(child) for child in node[2:]).strip()


def elements(node, tag: str, name: str | None = None) -> list:
    """The elements of a tree with this tag, and with this class if one is named."""
    if isinstance(node, str) or not node:
        return []
    here = [node] if node[0] == tag and (name is None or name in node[1].get("class", "").split()) else []
    return here + [found for child in node[2:] for found in elements(child, tag, name)]


def cells(table) -> list[list[str]]:
    body = elements(table, "tbody")[0]
    return [[said(cell) for cell in elements(line, "td")] for line in elements(body, "tr")]


def heads(table) -> list[str]:
    return [said(cell) for cell in elements(elements(table, "thead")[0], "th")]


def tags(node) -> set[str]:
    """The tags of a tree: an empty list is no element, and shows nothing."""
    if isinstance(node, str) or not node:
        return set()
    return {node[0]}.union(*(tags(child) for child in node[2:]))


def events(node) -> list[tuple[str, str | None]]:
    """What clicks and edits in a tree report: (event, key), in order."""
    if isinstance(node, str) or not node:
        return []
    here = [(node[1]["data-event"], node[1].get("data-key"))] if "data-event" in node[1] else []
    return here + [found for child in node[2:] for found in events(child)]


def followers(node) -> dict[str, str]:
    """The text of every element that follows a dragged line, by its name; the value where it is a box."""
    if isinstance(node, str) or not node:
        return {}
    here = {node[1]["data-live"]: node[1].get("value", said(node))} if "data-live" in node[1] else {}
    return here | {name: text for child in node[2:] for name, text in followers(child).items()}
