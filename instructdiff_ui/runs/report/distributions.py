"""How ΔH and ΔNLL are distributed in every domain, and where the rule cuts them."""

from __future__ import annotations

from ...selection.outcome import Cutoff
from ...selection.summary import PARTS, Histogram
from ..exploration import Preview
from . import numbers as n
from . import svg
from .blocks import Block, Figure, Heading, Panel, Table, Text
from .facts import Facts
from .selection import unknown

_LEGEND = (
    ("kept", "kept"),
    ("dropped", "dropped by rank"),
    ("filtered", "outside the γ filter"),
    ("excluded", "dropped by hand"),
)
_LINES = {
    "delta_entropy": ("beta", "ΔH of the last row kept"),
    "delta_nll": ("gamma", "γ: rows outside are dropped"),
}


def distributions(run: Facts) -> list[Block]:
    if run.preview is None:
        return unknown(run)
    blocks: list[Block] = []
    if run.scores_are_old:
        blocks.append(Text("The settings have changed since these scores were made; they are the old ones.", "warning"))
    flip = run.config.delta_nll_sign == "base-calibrated"
    nll = "ΔNLL = NLL base − NLL calibrated" if flip else "ΔNLL = NLL calibrated − NLL base"
    return [
        *blocks,
        *_column(run.preview, "delta_entropy", "ΔH = H base − H calibrated"),
        *_column(run.preview, "delta_nll", nll, flip=flip),
    ]


def _column(preview: Preview, column: str, title: str, *, flip: bool = False) -> list[Block]:
    hist = preview.histograms[column]
    cuts = {domain: _cuts(preview.selection.cutoff_of(domain), column, flip=flip) for domain in hist.domains}
    panels = tuple(_panel(hist, domain, tone, cuts[domain], flip=flip) for tone, domain in enumerate(hist.domains))
    used = {part for domain in hist.domains for part in PARTS if any(hist.counts[domain][part])}
    legend = [(key, name) for key, name in _LEGEND if key in {svg.PART_CLASSES[part] for part in used}]
    lines = [_LINES[column]] if any(cuts.values()) else []
    about = f"{title}, nats per response token; rows per bin, at the top those of the fullest."
    caption = f"{about} {_beyond(hist)}".strip()
    statistics = _statistics(preview, column, cuts, flip=flip)
    return [Heading(title), Figure(panels, caption, (*legend, *lines)), statistics]


def _cuts(cutoff: Cutoff, column: str, *, flip: bool) -> list[tuple[str, float]]:
    if column == "delta_entropy":
        return [] if cutoff.delta_entropy is None else [("beta", cutoff.delta_entropy)]
    ends = [end for end in (cutoff.nll_low, cutoff.nll_high) if end is not None]
    return [("gamma", end) for end in (sorted(-end for end in ends) if flip else ends)]


def _panel(hist: Histogram, domain: str, tone: int, cuts: list[tuple[str, float]], *, flip: bool) -> Panel:
    edges = [-edge for edge in reversed(hist.edges)] if flip else hist.edges
    counts = {part: cells[::-1] if flip else cells for part, cells in hist.counts[domain].items()}
    rows = {part: sum(cells) for part, cells in counts.items()}
    alt = f"{domain}: {n.count(rows['selected'])} of {n.count(sum(rows.values()))} rows kept"
    return Panel(svg.histogram(edges, counts, cuts, tone=tone, alt=alt), alt, domain, tone)


def _beyond(hist: Histogram) -> str:
    """Rows that lie outside what is drawn are in the outer bins."""
    rows = sum(hist.below.values()) + sum(hist.above.values())
    return f"{n.count(rows)} rows lie beyond the ends and are counted in the outer bins." if rows else ""


def _statistics(preview: Preview, column: str, cuts: dict[str, list[tuple[str, float]]], *, flip: bool) -> Table:
    heads = ("domain", "rows", "mean", "median", "sd", "min", "max", "below 0")
    cut_heads = ("cut-off",) if column == "delta_entropy" else ("lower γ", "upper γ")
    rows = []
    for domain, line in preview.statistics[column].iterrows():
        values = {name: float(line[name]) for name in ("mean", "median", "min", "max")}
        share = float(line["share_below_zero"])
        if flip:
            values = {
                "mean": -values["mean"],
                "median": -values["median"],
                "min": -values["max"],
                "max": -values["min"],
            }
            share = float(line["share_above_zero"])
        places = [n.fixed(place) for _, place in cuts[str(domain)]]
        places += [n.NONE] * (len(cut_heads) - len(places))
        numbers = [values["mean"], values["median"], float(line["sd"]), values["min"], values["max"]]
        rows.append((str(domain), n.count(line["n"]), *map(n.fixed, numbers), n.percent(share), *places))
    return Table((*heads, *cut_heads), tuple(rows), "The same in numbers, nats per response token")
