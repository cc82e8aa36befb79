"""The colours of the charts: one per domain, and tones for what happened to a row.

Domains take the Okabe–Ito colours, which colour-blind readers can tell apart. Everything that depends on the theme is
a token that the page resolves when it draws (`assets/chart.js`): `var(--name)` is a colour of the theme, and
`ink(colour)` is a colour moved towards the text colour until it can be read as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#B3A200")
DASHES = ("solid", "dash", "dot", "dashdot")  # tell lines apart where the colours come round again

TEXT = "var(--body-text-color)"
MUTED = "ink(var(--body-text-color-subdued))"
LINE = "var(--border-color-primary)"
PANEL = "var(--block-background-fill)"

DROPPED_OPACITY = 0.32  # of the domain's colour; kept rows have all of it
FILTERED = {"shape": "/", "size": 5, "solidity": 0.3, "fgcolor": MUTED, "bgcolor": "rgba(128,128,128,0.2)"}  # a hatch

# What happened to a row, where a chart is not about domains.
PART_COLOURS = {"selected": "#0072B2", "rank": "#8A93A1", "filter": "#D55E00", "excluded": "#B3A200"}
KEPT, REST, FILTER = (PART_COLOURS[part] for part in ("selected", "rank", "filter"))
AGREEMENT_COLOURS = {"both": "#0072B2", "first": "#E69F00", "second": "#009E73", "neither": "#8A93A1"}
NEGATIVE, POSITIVE = "#7B3294", "#008837"  # purple and green, the ends of a diverging scale


def shade(colour: str, opacity: float) -> str:
    """A colour that lets the panel shine through, so that one scale serves both themes."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def diverging() -> list[list[Any]]:
    """From purple over nothing to green, which readers with any colour vision can tell apart."""
    return [[0, shade(NEGATIVE, 0.72)], [0.5, shade("#808080", 0.0)], [1, shade(POSITIVE, 0.72)]]


def domain_colours(domains: Iterable[str]) -> dict[str, str]:
    """A colour per domain, by sorted name, so that a domain keeps its colour from chart to chart."""
    return {name: OKABE_ITO[k % len(OKABE_ITO)] for k, name in enumerate(sorted(set(domains)))}


def domain_dashes(domains: Iterable[str]) -> dict[str, str]:
    names = sorted(set(domains))
    return {name: DASHES[k // len(OKABE_ITO) % len(DASHES)] for k, name in enumerate(names)}


def readable(colour: str) -> str:
    """The token for `colour` as text or as a thin line."""
    return f"ink({colour})"
