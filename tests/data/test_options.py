"""Options and the right one, as datasets write them down."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.data.examples import Example
from instructdiff_ui.data.options import Options, options_of
from instructdiff_ui.errors import DataError


def row(choices, answer, number: int = 7) -> Example:
    extra = {"choices": choices, "answer": answer}
    return Example(f"id{number}", "d", "Which?", "", "That.", source="quiz.jsonl", extra=extra, row=number)


def options(choices, answer) -> Options | None:
    return options_of([row(choices, answer)], choices_column="choices", answer_column="answer").get("id7")


@pytest.mark.parametrize(
    ("choices", "answer", "expected"),
    [
        (["red", "blue"], 1, Options(("red", "blue"), 1)),
        (["red", "blue"], "1", Options(("red", "blue"), 1)),
        (["red", "blue"], 1.0, Options(("red", "blue"), 1)),  # as a column with gaps is read
        (["red", "blue"], "B", Options(("red", "blue"), 1)),
        (["red", "blue"], " b ", Options(("red", "blue"), 1)),
        (["red", "blue"], "red", Options(("red", "blue"), 0)),
        ([" red", "blue "], "blue", Options(("red", "blue"), 1)),
        ([3, 2, 1], "1", Options(("3", "2", "1"), 2)),  # a text that is written so comes before a place
        ([3, 2, 1], 1, Options(("3", "2", "1"), 1)),  # and a number is a place
        (["B", "A"], "A", Options(("B", "A"), 1)),
        ({"A": "red", "B": "blue"}, "B", Options(("red", "blue"), 1)),
        ({"x": "red", "y": "blue"}, "y", Options(("red", "blue"), 1)),
        ({"label": ["1", "2"], "text": ["red", "blue"]}, "2", Options(("red", "blue"), 1)),
        ({"label": ["1", "2"], "text": ["red", "blue"]}, 1, Options(("red", "blue"), 0)),  # a label before a place
        ({"text": ["red", "blue"]}, 1, Options(("red", "blue"), 1)),
        (json.dumps(["red", "blue"]), "blue", Options(("red", "blue"), 1)),
        (json.dumps({"A": "red", "B": "blue"}), "A", Options(("red", "blue"), 0)),
        (None, None, None),
        ("", "A", None),
    ],
)
def test_options(choices, answer, expected):
    assert options(choices, answer) == expected


@pytest.mark.parametrize("answer", [2, -1, "C", "E", "green", None, "", True, 0.5, "²", "10000"])
def test_an_answer_that_names_no_option_is_told_with_its_row(answer):
    with pytest.raises(DataError, match=r"^Row 7 of quiz\.jsonl: 'answer' is .*, which is none of its 2 options"):
        options(["red", "blue"], answer)


def test_an_answer_that_names_two_options_names_none():
    with pytest.raises(DataError, match="none of its 2 options"):
        options(["same", "same"], "same")


@pytest.mark.parametrize(
    "choices",
    [
        "A) red B) blue",
        ["red"],
        [],
        {},
        "[1",
        5,
        ["red", ""],
        ["red", None],
        [["red"], "blue"],
        {"label": ["A"], "text": ["red", "blue"]},
        "[" * 100_000,
    ],
)
def test_what_is_no_list_of_options_is_told_with_its_row(choices):
    with pytest.raises(DataError, match=r"^Row 7 of quiz\.jsonl: 'choices' holds .*, not options") as error:
        options(choices, 0)
    assert len(error.value.message) < 400


@given(st.lists(st.text(min_size=2, max_size=9).map(str.strip).filter(lambda t: len(t) > 1), min_size=2, unique=True))
def test_every_option_can_be_named_by_text_letter_and_place(texts):
    for place, text in enumerate(texts[:26]):
        for answer in (place, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place], text):
            assert options(texts, answer) == Options(tuple(texts), place)
