"""Kept rows against the others, in numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from trees import HOSTILE, cells, heads, said, tags

from instructdiff_ui.selection.contrast import contrast, contrast_kinds
from instructdiff_ui.ui.panels.contrasts import contrast_table

KEPT = np.arange(10) < 4


def test_both_sides_in_numbers():
    tree = contrast_table(contrast(np.arange(10), KEPT, name="n_tokens"))
    assert heads(tree) == ["Response tokens", "Rows", "Mean", "SD", "Lower quartile", "Median", "Upper quartile"]
    assert cells(tree) == [
        ["kept", "4", "1.5", "1.291", "0.75", "1.5", "2.25"],
        ["not kept", "6", "6.5", "1.871", "5.25", "6.5", "7.75"],
    ]
    spread = np.sqrt((3 * np.var(np.arange(4), ddof=1) + 5 * np.var(np.arange(6), ddof=1)) / 8)
    assert f"mean difference −{5 / spread:.2f}, largest gap between the cumulative shares (KS) 1.00." in said(tree)


@pytest.mark.parametrize("kept", [np.zeros(10, bool), np.ones(10, bool)], ids=["none kept", "all kept"])
def test_a_side_without_rows_has_dashes(kept):
    tree = contrast_table(contrast(np.arange(10) / 7, kept, name="base_nll"))
    empty = cells(tree)[0 if not kept.any() else 1]
    assert empty[1:] == ["0", "–", "–", "–", "–", "–"]
    assert "nan" not in json.dumps(tree, allow_nan=False)


def test_kinds_with_how_often_they_are_kept():
    codes = np.array([0, 0, 0, 1, 1, 1, 1, 1, 2, 2])
    tree = contrast_table(contrast_kinds(codes, ["good", HOSTILE, ""], KEPT))
    assert heads(tree)[0] == "Kind"
    assert cells(tree) == [
        ["good", "3", "3", "30 %", "75 %", "2.50×"],
        [HOSTILE, "5", "1", "50 %", "25 %", "0.50×"],
        ["–", "2", "0", "20 %", "0 %", "0.00×"],
    ]
    assert tags(tree) <= {"div", "table", "thead", "tbody", "tr", "th", "td"}


def test_a_column_of_the_dataset_keeps_its_name():
    assert heads(contrast_table(contrast(np.arange(10), KEPT, name="data:rank")))[0] == "rank"
    assert cells(contrast_table([])) == []
