"""Where a response states its answer, and which answers are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.data.answers import LONGEST_EXPRESSION, expression, final_answer, same_answer, stated_expression


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


# mathematics -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("1/2", "$1/2$"),
        (" -3.5. ", "$-3.5$"),
        ("x^2 + 1", "$x^2 + 1$"),
        ("sqrt(2)", "$sqrt(2)$"),
        (r"\frac{1}{2}", r"$\frac{1}{2}$"),
        ("x", "$x$"),
        (r"\boxed{7}", r"\boxed{7}"),
        ("about $x = 3$ then", "about $x = 3$ then"),  # LaTeX is looked for in words
        (r"it is \(2\)", r"it is \(2\)"),
        ("7 apples", None),  # no number is picked out of a sentence
        ("vitamin B12", None),
        ("Paris", None),
        ("$5", None),  # a price
        ("...", None),
        ("", None),
        ("\u4e03", None),
        ("\u4e03\u4e2a 7", None),
    ],
)
def test_what_is_an_expression(answer, found):
    assert expression(answer) == found


@pytest.mark.parametrize(
    ("response", "found"),
    [
        ("So 3 + 4 = 7.\nThe answer is 7.", "$7$"),
        (r"Thus \boxed{7}. The answer is seven.", r"\boxed{7}. The answer is seven."),
        (r"First \boxed{6}, no: \boxed{7}, that is all", r"First \boxed{6}, no: \boxed{7}, that is all"),
        ("It is seven.", None),
    ],
)
def test_the_expression_that_a_response_states(response, found):
    assert stated_expression(response) == found


def test_of_a_text_without_end_a_piece_is_looked_at():
    assert len(stated_expression("\\boxed{" * 500_000) or "") <= LONGEST_EXPRESSION
    assert len(stated_expression("\\boxed{7}" + " and on" * 500_000) or "") <= LONGEST_EXPRESSION


@given(st.text(alphabet="$\\()[]{}boxed 1/x.", max_size=60))
def test_any_text_is_an_expression_or_none(text):
    for found in (expression(text), stated_expression(text)):
        assert found is None or len(found) <= LONGEST_EXPRESSION + 2
