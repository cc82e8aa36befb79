"""Where a response states its answer, and which answers are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.data.answers import final_answer, same_answer


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("3 + 4 = 7. The answer is 7.", "7"),
        ("The answer is: 7", "7"),
        ("Step one.\n#### 12\nThat is all.", "12"),
        ("Answer: Paris. It lies on the Seine.", "Paris"),
        ("THE ANSWER IS yes! Really.", "yes"),
        ("The answer is 1. No, the answer is 2.", "2"),  # the last one counts
        ("The answer is $1,200.50.", "$1,200.50"),  # points and commas of a number end nothing
        ("The final answer is\n\n42", "42"),
        ("The answer is New York\nbecause it is large", "New York"),
        ("  Paris \n", "Paris"),  # no mark: all of it
        ("One line.\nAnother.", "One line.\nAnother."),
        ("The answer is", ""),
        ("", ""),
    ],
)
def test_final_answer(response, answer):
    assert final_answer(response) == answer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", " paris. "),
        ("new   york", "New York"),
        ("'yes'", "Yes!"),
        ("(B)", "b"),
        ("**7**", "7"),
        ("1,200", "1200.00"),
        ("$5", "5"),
        ("-$5", "-5"),
        ("5 %", "5%"),
        ("7.", "7"),
        (".5", "0.5"),
        ("0.50", "0.5"),
        ("1e3", "1000"),
        ("-3", "-3.0"),
        ("nan", "NaN"),
    ],
)
def test_the_same(one, other):
    assert same_answer(one, other)
    assert same_answer(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", "Lyon"),
        ("5", "-5"),
        (".5", "5"),
        ("7", "seven"),
        ("7 apples", "7"),
        ("", ""),  # no answer is never right
        ("...", "?"),
        ("", "0"),
        ("snan", "5"),
        ("nan", "5"),
        ("inf", "Infinity"),
        ("yes and no", "yes"),
    ],
)
def test_not_the_same(one, other):
    assert not same_answer(one, other)
    assert not same_answer(other, one)


@given(st.integers(-(10**12), 10**12))
def test_a_number_is_found_and_known_however_it_is_written(number):
    for written in (f"{number}", f"{number:,}", f"{number}.00", f"${number}", f"{number}%"):
        assert same_answer(final_answer(f"So far so good.\nThe answer is {written}."), str(number))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_can_be_compared(one, other):
    assert same_answer(one, other) == same_answer(other, one)
    assert same_answer(one, one) or not any(char.isalnum() for char in one)
    assert isinstance(final_answer(one), str)
