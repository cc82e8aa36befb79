"""Who is being served: on a public server each visitor has runs and uploads of their own, which no other sees.

The visitor of a request is set where the request comes in, and read where runs are looked up. Without one it is the
owner of the machine, who may do everything. Knows nothing of requests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from .. import hosting


@dataclass(frozen=True)
class Visitor:
    """Someone from outside; neither key nor token is ever shown or written down."""

    key: str = field(repr=False)  # unguessable, or made of the Hub's id of a user; empty: nobody in particular
    name: str | None = None  # of the Hub account, if signed in
    token: str | None = field(default=None, repr=False)  # to use the Hub with, for as long as the request lasts

    @property
    def folder(self) -> str:
        """The name of their folder: whoever reads it does not know the key."""
        return hashlib.sha256(f"visitor {self.key}".encode()).hexdigest()[:32]

    @property
    def is_owner(self) -> bool:
        """Whether this is the account that the server belongs to."""
        return self.name is not None and self.name == hosting.owner()


NOBODY = Visitor("")  # may look at what is shown to everyone, and change nothing
_current: ContextVar[Visitor | None] = ContextVar("visitor")
_default: Visitor | None = None


def current() -> Visitor | None:
    """The visitor being served; None is the owner of the machine."""
    return _current.get(_default)


@contextmanager
def acting_as(visitor: Visitor | None) -> Iterator[None]:
    """Serve this visitor inside the block."""
    token = _current.set(visitor)
    try:
        yield
    finally:
        _current.reset(token)


def serve_strangers() -> None:
    """From now on this process takes whoever is not known for nobody: for servers that strangers reach."""
    global _default
    _default = NOBODY
