"""Columns of held-out rows, and the sentence for one that is not there."""

import pytest

from instructdiff_ui.data.examples import Example
from instructdiff_ui.data.heldout import column_values
from instructdiff_ui.errors import DataError

COLUMNS = {"question": "instruction", "output": "response", "answer": "extra"}


def row(name: str, **extra) -> Example:
    return Example(name, "d", "Why?", "", "Because.", extra=extra, columns=COLUMNS)


def test_what_rows_have_in_a_column():
    rows = [row("a", answer=0), row("b", answer=None), row("c")]
    assert column_values(rows, "answer", setting="s") == {"a": 0, "b": None, "c": None}


def test_a_column_that_plays_a_part_is_there_too():
    assert column_values([row("a")], "output", setting="s") == {"a": "Because."}


def test_a_mistyped_column_is_one_sentence_with_the_columns_there_are():
    with pytest.raises(DataError) as error:
        column_values([row("a", answer=1), row("b", more=2)], "anwser", setting="evaluation.answer_column")
    assert error.value.message == (
        "evaluation.answer_column is 'anwser', but no held-out row has that column; their columns are "
        "'question', 'output', 'answer', 'more'."
    )


def test_without_held_out_rows_no_column_is_missing():
    assert column_values([], "answer", setting="s") == {}
