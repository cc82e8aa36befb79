"""The histogram of ΔH as a drawing that stands by itself: one panel per domain, colours and all.

Draws with the report's panels; knows nothing of runs or of where the file is put.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ..runs.report.svg import HEIGHT, PART_CLASSES, WIDTH, histogram
from ..selection.outcome import Cutoff
from ..selection.summary import Histogram

MOST = 12  # domains that are drawn, the largest
_COLUMNS, _GAP, _TITLE, _LEGEND = 3, 16, 20, 26
_TONES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#b3a200")
_STYLE = """
svg { font: 11px system-ui, sans-serif; fill: #1c2430; overflow: visible }
.bar { stroke: none } .kept { fill: var(--tone) } .dropped { fill: var(--tone); opacity: .35 }
.filtered { fill: #b9c0ca } .excluded { fill: #7b8494 }
.axis, .zero { stroke: #9aa3af; stroke-width: 1 } .zero { stroke-dasharray: 2 3 }
.beta { stroke: #1c2430; stroke-width: 1.5 } .tick { text-anchor: middle; fill: #5b6675; font-size: 10px }
.top { fill: #5b6675; font-size: 10px } .title { font-weight: 600; font-size: 12px }
"""
_WORDS = (("kept", "kept"), ("dropped", "dropped by rank"), ("filtered", "outside the γ filter"))


def drawing(hist: Histogram, cutoffs: Mapping[str, Cutoff]) -> str:
    """An SVG file with ΔH in bins of the largest domains, and the cut-off of each where there is one."""
    sizes = {domain: sum(sum(cells) for cells in hist.counts[domain].values()) for domain in hist.domains}
    domains = sorted(hist.domains, key=lambda domain: -sizes[domain])[:MOST]
    columns = min(_COLUMNS, len(domains))
    panels = [_panel(hist, domain, tone, cutoffs[domain], columns) for tone, domain in enumerate(domains)]
    width = columns * (WIDTH + _GAP) + _GAP
    height = -(-len(domains) // columns) * (HEIGHT + _TITLE + _GAP) + _LEGEND + _GAP
    style = _STYLE + "".join(f".tone{i} {{ --tone: {tone} }} " for i, tone in enumerate(_TONES))
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img">'
            '<style>{style}</style><rect width="{w}" height="{h}" fill="#fff"/>{panels}{legend}</svg>\n'
        ).format(
            w=width, h=height, style=Markup(style), panels=Markup("").join(panels), legend=_legend(height - _LEGEND)
        )
    )


def _panel(hist: Histogram, domain: str, tone: int, cutoff: Cutoff, columns: int) -> Markup:
    cuts = [] if cutoff.delta_entropy is None else [("beta", cutoff.delta_entropy)]
    name = "".join(letter if letter.isprintable() else " " for letter in domain)[:60]
    counts: dict[str, Sequence[int]] = {part: hist.counts[domain][part] for part in PART_CLASSES}
    panel = histogram(hist.edges, counts, cuts, tone=tone, alt=f"ΔH of {name}")
    x, y = _GAP + tone % columns * (WIDTH + _GAP), _GAP + tone // columns * (HEIGHT + _TITLE + _GAP)
    placed = Markup(str(panel).replace("<svg ", f'<svg x="0" y="{_TITLE}" width="{WIDTH}" height="{HEIGHT}" ', 1))
    return Markup('<g transform="translate({},{})"><text class="title" x="4" y="14">{}</text>{}</g>').format(
        x, y, name, placed
    )


def _legend(y: int) -> Markup:
    parts = [
        Markup('<rect class="bar {}" x="{}" y="{}" width="11" height="11"/><text x="{}" y="{}">{}</text>').format(
            kind, _GAP + 150 * k, y, _GAP + 150 * k + 16, y + 10, word
        )
        for k, (kind, word) in enumerate(_WORDS)
    ]
    return Markup('<g class="tone0">{}</g>').format(Markup("").join(parts))
