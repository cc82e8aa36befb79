"""What code confirms about the demo's tasks."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.demo.checks import arithmetic, code_of, failing, problems, wrong_equations
from instructdiff_ui.demo.task import Task

SUM = Task("sum", "Add 2 and 3.", "2 + 3 = 5.\nThe answer is 5.", answer="5", check="2 + 3")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("7 // 2 + 7 % 2", 4),
        ("1 / 3 + 1 / 6", Fraction(1, 2)),
        ("0.1 + 0.2", Fraction(3, 10)),  # as written, not as floats have it
        ("-3 - -4", 1),
        ("2 ** 10", 1024),
        (" 8 / 2 ", 4),
    ],
)
def test_arithmetic_is_exact(expression, value):
    assert arithmetic(expression) == value


@pytest.mark.parametrize("text", ["", "2 +", "two", "1 / 0", "__import__('os')", "abs(1)", "1 < 2", "True", "[1]"])
def test_anything_else_is_no_arithmetic(text):
    with pytest.raises(ValueError, match=r"no arithmetic|Invalid"):
        arithmetic(text)


@given(st.integers(0, 999), st.integers(1, 999), st.sampled_from("+-*/×÷"), st.integers(-3, 3))
def test_an_equation_is_wrong_when_its_sides_differ(a, b, sign, off):
    value = arithmetic(f"{a} {sign.replace('×', '*').replace('÷', '/')} {b}")
    if value.denominator == 1:
        text = f"First, {a} {sign} {b} = {value + off}, and so on."
        assert bool(wrong_equations(text)) == bool(off)


@pytest.mark.parametrize(
    "text",
    [
        "2 + 2 = 4.",
        "$3.50 + $1 = $4.50",
        "1,200 + 300 = 1,500, which is much",
        "10 / 4 = 2.5 metres",
        "2 * (3 + 4) = 14",
        "4 × 5 = 20, then 20 ÷ 2 = 10",
        # not checked: another unit, a fraction, letters
        "7 / 2 = 350%",
        "7 / 20 = 3.5%",
        "5 * 1,000 = 5,000%",
        "25 / 100 = 1/4",
        "2x + 3 = 7",
        "20 * 3 = 60km",
        "no numbers at all",
    ],
)
def test_nothing_is_wrong_here(text):
    assert wrong_equations(text) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2 + 2 = 5.", ["2 + 2 = 5"]),
        ("3 × 4 = 13 and 1 + 1 = 2", ["3 × 4 = 13"]),
        ("$3.50 + $1 = $4.05", ["$3.50 + $1 = $4.05"]),
        ("1,200 + 300 = 1,400", ["1,200 + 300 = 1,400"]),
        ("1 + 1 = 3\n2 - 5 = 3", ["1 + 1 = 3", "2 - 5 = 3"]),
        ("10 / 3 = 3.33", ["10 / 3 = 3.33"]),
    ],
)
def test_what_does_not_hold_is_named(text, wrong):
    assert wrong_equations(text) == wrong


def test_the_code_of_a_response_is_what_is_fenced():
    assert code_of("Here:\n```python\nx = 1\n```\nand\n```\ny = 2\n```\n") == "x = 1\n\ny = 2\n"
    assert code_of("x = 1") == "x = 1"


def test_code_is_run_against_its_check():
    def task(output, check):
        return Task("code", "Write it.", output, check=check)

    double = "```python\ndef double(x):\n    return 2 * x\n```"
    tasks = [
        task(double, "assert double(3) == 6"),
        task(double, "assert double(3) == 7"),
        task("def double(x) return", ""),  # does not parse
        task("raise SystemExit", ""),
        task("print('[0, 1]')\nimport math", "assert math.pi > 3"),  # what it prints is not the verdict
        task("x = 1", "assert double(3) == 6"),  # sees nothing of the tasks before
        task("", ""),
    ]
    assert failing(tasks) == [1, 2, 3, 5]
    assert failing([]) == []


def test_a_right_task_has_no_problem():
    assert problems(SUM, "math") == []
    assert problems(Task("talk", "Say hello.", "Hello!"), "general") == []


@pytest.mark.parametrize(
    ("changes", "domain", "problem"),
    [
        ({"instruction": " "}, "math", "instruction or output is empty"),
        ({"output": "", "answer": ""}, "general", "instruction or output is empty"),
        ({"output": "2 + 3 = 5.\nThe answer is 6."}, "math", "the output ends in '6', not in the answer '5'"),
        ({"output": "2 + 3 = 6.\nThe answer is 5."}, "math", "2 + 3 = 6 does not hold"),
        ({"check": "2 + 4"}, "math", "2 + 4 is not 5"),
    ],
)
def test_problems_are_said(changes, domain, problem):
    assert problem in problems(replace(SUM, **changes), domain)


def test_equations_are_looked_at_in_mathematics_alone():
    assert problems(replace(SUM, output="2 + 3 = 6.\nThe answer is 5."), "general") == []


def test_an_answer_with_its_sign_is_held_against_the_check():
    task = Task("price", "?", "It costs $1,200.\nThe answer is $1,200.", answer="$1,200", check="400 * 3")
    assert problems(task, "math") == []
