"""What was pushed to the Hub, and how a job there stands."""

from __future__ import annotations

from ...api import JobState, Pushed
from ..view import Node, div, h


def at_it(words: str) -> Node:
    return div("muted small", words)


def pushed(done: Pushed) -> Node:
    kept = "private" if done.private else "public"
    return div("small", "Pushed: ", _link(done.url, done.repo_id), f" ({kept}, commit {done.commit[:8]})")


def job(state: JobState) -> Node:
    said = " · ".join(filter(None, ["", state.stage, state.message]))
    return div("small", "Submitted: ", _link(state.url, state.id), said)


def _link(url: str, text: str) -> Node:
    return h("a", {"href": url, "target": "_blank", "rel": "noopener"}, text)
