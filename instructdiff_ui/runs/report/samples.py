"""A few rows of every domain, kept and dropped, chosen by rank and not by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...errors import steady
from ...selection.outcome import DECISIONS, NLL_HIGH, NLL_LOW, RANK, SELECTED
from ..exploration import Exploration, Preview
from . import numbers as n
from .blocks import Block, Heading, Sample, Text
from .facts import Facts
from .selection import unknown

CLIP = 600  # characters of a text
EACH = 3  # rows kept, and as many dropped, of a domain
_ABOUT = (
    "Of each domain the kept rows of the lowest, the middle and the highest rank, and as dropped ones the lowest and "
    f"the highest ΔNLL that the filter took and the last rank. Texts end after {CLIP} characters."
)
_SAID = {
    "selected": "kept",
    "nll_low": "dropped: ΔNLL too low",
    "nll_high": "dropped: ΔNLL too high",
    "rank": "dropped by rank",
}


def samples(run: Facts) -> list[Block]:
    if run.preview is None or run.exploration is None:
        return unknown(run)
    blocks: list[Block] = [Text(_ABOUT, "note")]
    for code, domain in enumerate(run.exploration.domains):
        positions = list(_chosen(run.exploration, run.preview, code))
        blocks += [Heading(domain), *_shown(run.exploration, run.preview, positions)]
    return blocks


def _chosen(exploration: Exploration, preview: Preview, code: int) -> Iterator[int]:
    """Positions of the rows to show of one domain: those kept, then those dropped."""
    selection, table = preview.selection, exploration.selections
    there = np.flatnonzero(table.codes == code)
    decided, rank = np.asarray(selection.decision.codes)[there], selection.rank[there]
    nll = exploration.table["delta_nll"].to_numpy(np.float64)[there]

    def ordered(decision: int, by: np.ndarray) -> np.ndarray:
        among = np.flatnonzero(decided == decision)
        return there[among[np.argsort(by[among], kind="stable")]]

    kept, by_rank = ordered(SELECTED, rank), ordered(RANK, rank)
    low, high = ordered(NLL_LOW, nll), ordered(NLL_HIGH, -nll)
    middle = sorted({0, len(kept) // 2, len(kept) - 1}) if len(kept) else []
    yield from (int(kept[k]) for k in middle)
    dropped = [*low[:1], *high[:1], *by_rank[::-1][:1]]
    others = [*by_rank[::-1][1:EACH], *low[1:EACH], *high[1:EACH]]  # where the filter took none
    yield from map(int, [*dropped, *others][:EACH])


def _shown(exploration: Exploration, preview: Preview, positions: list[int]) -> Iterator[Sample]:
    texts = exploration.texts.take(positions, CLIP + 1)
    ids = exploration.selections.ids.at(np.array(positions, dtype=np.int64))
    scored = exploration.table[["delta_entropy", "delta_nll", "n_tokens"]].iloc[positions]
    codes = np.asarray(preview.selection.decision.codes)[positions]
    for k, (entropy, nll, tokens) in enumerate(scored.itertuples(index=False)):
        decision = DECISIONS[codes[k]]
        rank = int(preview.selection.rank[positions[k]])
        yield Sample(
            title=f"{_SAID[decision]}{f', rank {n.count(rank)}' if rank else ''}",
            kept=decision == "selected",
            scores=f"ΔH {n.fixed(entropy)} · ΔNLL {n.fixed(nll)} (calibrated − base) · {n.count(tokens)} tokens · "
            f"row {clipped(str(ids[k]), 80)}",
            instruction=clipped(texts.instruction[k]),
            response=clipped(texts.response[k]),
        )


def clipped(text: str, limit: int = CLIP) -> str:
    """The beginning of a text; what is no character, or would steer a terminal, is shown as �."""
    plain = steady(text[:limit].replace("\r\n", "\n"))
    return plain if len(text) <= limit else f"{plain}…"
