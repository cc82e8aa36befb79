"""Sessions of the page that do not grow for as long as it is open.

Gradio makes a component that an answer has changed anew, with another id, and files it under the old one; the next
event that takes it as an input files it under the new one as well. With a timer that is one more at every tick.
"""

from __future__ import annotations

from typing import Any

from gradio.blocks import Block
from gradio.state_holder import SessionState


def keep_ids() -> None:
    """From now on a component that a session replaces keeps its id."""
    if getattr(SessionState.__setitem__, "keeps_ids", False):
        return
    filed = SessionState.__setitem__

    def kept(self: SessionState, key: int, value: Any) -> None:
        if isinstance(value, Block):
            value._id = key
        filed(self, key, value)

    kept.keeps_ids = True  # type: ignore[attr-defined]
    SessionState.__setitem__ = kept  # type: ignore[method-assign]
