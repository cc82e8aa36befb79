"""Who one is here, how long things are kept, and what one may use."""

from __future__ import annotations

from ...api import Visitor
from ...hosting import Limits
from .. import format as fmt
from ..view import Node, div, h


def account_card(visitor: Visitor, limits: Limits, *, signs_in: bool, expired: bool = False) -> Node:
    """`signs_in`: whether one can sign in here; `expired`: whether one did, too long ago."""
    if visitor.name is not None:
        who, seen = visitor.name, "Your runs are seen by you alone, wherever you sign in."
    elif visitor.key:
        who, seen = "Guest", "Your runs are seen by this browser alone."
        if expired:
            seen += " Your sign-in has ended: sign in again to see those of your account."
        elif signs_in:
            seen += " Signed in, you have others."
    else:
        who, seen = (
            "Guest without a key",
            "You can look at what is shown to everyone. Allow this page's cookie to do more.",
        )
    kept = f"They are removed {limits.keep_days} days after your last visit."
    room = (
        f"{limits.runs} runs · {fmt.count(limits.rows)} rows and {fmt.short(limits.tokens)} tokens each · "
        f"files to {limits.upload_mb} MB · {limits.jobs} jobs at a time"
    )
    return div(
        "card", div("lbl", "You here"), h("b", {}, who), div("muted small", f"{seen} {kept}"), div("muted small", room)
    )
