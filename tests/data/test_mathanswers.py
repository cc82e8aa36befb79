"""Answers that are equal as mathematics, whatever a model wrote."""

import threading
import time

import pytest

from instructdiff_ui.data.mathanswers import equal_expressions, right_answers
from instructdiff_ui.errors import Stopped

EQUAL = [
    ("1/2", r"so it is \boxed{\frac{1}{2}}."),
    ("1/2", "The answer is 0.5."),
    (r"$\frac{3}{4}$", "The answer is 3/4"),
    ("x^2 + 2x + 1", "The answer is $(x+1)^2$."),
    ("12", r"The answer is \sqrt{144}"),
    (r"\{1, 2\}", r"We get \(\{2, 1\}\)"),
    ("3", "The answer is $x = 3$."),
    ("1,200", r"\boxed{1200}"),
    ("7", "7."),  # plain text, as ever
    ("Paris", "The answer is paris"),
]
DIFFERENT = [
    ("5", "The answer is [1, 5]"),
    ("7", "I have 7 apples and 3 pears."),
    ("vitamin B12", "The answer is vitamin C12"),
    ("1/3", "The answer is 0.33"),
    ("Paris", "The answer is Lyon"),
    ("(1, 5)", r"\boxed{[1, 5]}"),
    ("2", ""),
    ("2", "x" * 2_000_000),
    ("2", "\\boxed{" * 300_000),
    ("2", "<img src=x onerror=alert(1)> ${1+1} __import__('os')"),
]


def test_equal_and_different_answers():
    pairs = EQUAL + DIFFERENT
    found = right_answers([text for _, text in pairs], [reference for reference, _ in pairs])
    assert dict(zip(pairs, found, strict=True)) == dict.fromkeys(EQUAL, True) | dict.fromkeys(DIFFERENT, False)


def test_what_takes_for_ever_to_work_out_is_not_equal_and_the_rest_is_still_judged():
    pairs = [("$2$", "$9^{9^{9^{9}}}$"), ("$2$", "$" + "(" * 400), ("$1/2$", "$0.5$")]
    assert equal_expressions(pairs) == [False, False, True]


def test_a_process_that_gives_no_verdict_in_time_is_replaced():
    pairs = [("$2$", "$9^{9^{9^{9}}}$"), ("$1/2$", "$0.5$")]
    started = time.monotonic()
    assert equal_expressions(pairs[:1], seconds=0.0) == [False]
    assert equal_expressions([pairs[0], pairs[0]], seconds=0.01) == [False, False]
    assert time.monotonic() - started < 100, "it was waited for"
    assert equal_expressions(pairs[1:]) == [True]


def test_answers_are_judged_in_any_thread():
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.extend(right_answers([r"\boxed{0.5}"], ["1/2"])))
    thread.start()
    thread.join()
    assert found == [True]


def test_plain_text_needs_no_process(monkeypatch):
    monkeypatch.setattr("instructdiff_ui.data.mathanswers._Judge", lambda: pytest.fail("started"))
    assert right_answers(["The answer is Paris", "London"], ["Paris", "Rome"]) == [True, False]
    assert right_answers([], []) == []


def test_a_stop_is_heard_between_answers():
    with pytest.raises(Stopped):
        right_answers([r"\boxed{0.5}"], ["1/2"], should_stop=lambda: True)
