"""The colours of the charts: one per domain, and tones for what happened to a row.

Domains take the Okabe–Ito colours, which colour-blind readers can tell apart. Everything that depends on the theme is
a token that the page resolves when it draws (`assets/chart.js`): `var(--name)` is a colour of the theme, and
`ink(colour)` is a colour moved towards the text colour until it can be read as text.
"""

from __future__ import annotations

from collections.abc import Iterable

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#B3A200")
DASHES = ("solid", "dash", "dot", "dashdot")  # tell lines apart where the colours come round again

TEXT = "var(--body-text-color)"
MUTED = "ink(var(--body-text-color-subdued))"
LINE = "var(--border-color-primary)"
PANEL = "var(--block-background-fill)"

DROPPED_OPACITY = 0.32  # of the domain's colour; kept rows have all of it
FILTERED = {"shape": "/", "size": 5, "solidity": 0.3, "fgcolor": MUTED, "bgcolor": "rgba(128,128,128,0.2)"}  # a hatch


def domain_colours(domains: Iterable[str]) -> dict[str, str]:
    """A colour per domain, by sorted name, so that a domain keeps its colour from chart to chart."""
    return {name: OKABE_ITO[k % len(OKABE_ITO)] for k, name in enumerate(sorted(set(domains)))}


def domain_dashes(domains: Iterable[str]) -> dict[str, str]:
    names = sorted(set(domains))
    return {name: DASHES[k // len(OKABE_ITO) % len(DASHES)] for k, name in enumerate(names)}


def readable(colour: str) -> str:
    """The token for `colour` as text or as a thin line."""
    return f"ink({colour})"
