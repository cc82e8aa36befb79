"""The text that the demo model is pre-trained on: documents of four domains, unformatted, as many as one asks for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import count
from random import Random
from types import ModuleType

DOMAINS = ("math", "general", "medical", "code")


def domain_module(domain: str) -> ModuleType:
    """The package of one domain: its task `FAMILIES` and its `document`."""
    return import_module(f".{domain}", __package__)


def documents(*, start: int = 0) -> Iterator[str]:
    """Documents without end, the domains in turn; the same ones every time."""
    writers = {domain: domain_module(domain).document for domain in DOMAINS}
    for number in count(start):
        domain = DOMAINS[number % len(DOMAINS)]
        yield writers[domain](Random(f"document {domain} {number}"))
