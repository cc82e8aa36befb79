"""What the page calls the strategies and the columns they rank by, and how it says that one does not rank a row."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from instructdiff_ui.api import RowView
from instructdiff_ui.config import Strategy
from instructdiff_ui.data.examples import Example
from instructdiff_ui.selection.strategies import EXTRA_COLUMNS
from instructdiff_ui.ui import format as fmt
from instructdiff_ui.ui.figures.names import column_name
from instructdiff_ui.ui.panels import rowviews

VIEW = RowView(
    example=Example("r1", "code", "Do.", "", "Done."),
    decision="rank",
    scores={"delta_entropy": 0.5, "ifd": 1.25, "superfilter_ifd": 1.0, "zip_rank": float("nan")},
    rank=0,
    ranked=40,
    cutoff={"nll_low": None, "nll_high": None, "delta_entropy": None},
    strategy="ifd",
    percentiles={},
    neighbours=(),
    borderline=False,
    by_hand="",
)


def test_every_strategy_and_every_column_has_a_name_of_its_own():
    names = [fmt.STRATEGIES[name] for name in get_args(Strategy)]
    columns = [fmt.METRICS[name] for name in EXTRA_COLUMNS]
    assert len(set(names)) == len(names) and len(set(columns)) == len(columns)
    assert [column_name(name) for name in EXTRA_COLUMNS] == columns
    assert set(EXTRA_COLUMNS) <= set(rowviews.METRICS)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ("ifd", "Dropped: Highest IFD up to 1 does not rank it: its IFD 1.25 is above 1."),
        ("superfiltering", "Dropped: Superfiltering does not rank it: its IFD of the small model 1 is not below 1."),
        ("zip", "Dropped: ZIP does not rank it."),
    ],
)
def test_a_row_that_is_not_ranked_says_why(strategy, words):
    assert rowviews.why(replace(VIEW, strategy=strategy), sign=1) == words


def test_a_row_that_is_ranked_says_its_rank():
    assert rowviews.why(replace(VIEW, rank=7), sign=1) == "Dropped: rank 7 of 40 by highest IFD up to 1."
    assert fmt.strategy("selectit") == "SelectIT" and fmt.strategy("ppl_max") == "highest perplexity"
