"""Every defect really spoils what it is put into, and says so where it cannot."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.data.answers import final_answer, same_answer
from instructdiff_ui.demo.checks import failing, problems
from instructdiff_ui.demo.corpus import DOMAINS, domain_module
from instructdiff_ui.demo.defects import (
    BOILERPLATE,
    DEFECTS,
    GOOD,
    TRIVIAL,
    boilerplate,
    garbled,
    near_duplicate,
    other_question,
    trivial,
    truncated,
    wrong_answer,
)
from instructdiff_ui.demo.task import Task

SUM = Task("sum", "What is 2 + 13?", "Tens first.\n2 + 13 = 15.\nThe answer is 15.", answer="15", check="2 + 13")
CITY = Task("city", "What is the capital of France?", "Paris.", answer="Paris")
OTHER_CITY = Task("city", "What is the capital of Italy?", "Rome.", answer="Rome")
ADVICE = Task(
    "advice",
    "How do I sleep better?",
    "Go to bed at the same time every day, keep the room dark and cool, and put the phone away an hour before.",
)
CODE = Task(
    "code",
    "write a function that doubles a number",
    "```python\ndef double(x):\n    total = 0\n"
    "    for _ in range(2):\n        total = total + x\n    return total\n```",
    check="assert double(3) == 6",
)
EVERY = (SUM, CITY, OTHER_CITY, ADVICE, CODE)
TASKS = st.sampled_from(EVERY)
SEEDS = st.integers(0, 10_000)


@given(SEEDS, TASKS, st.sampled_from(sorted(DEFECTS)))
def test_a_defect_changes_the_row_and_nothing_that_is_known_about_it(seed, task, kind):
    defect, _ = DEFECTS[kind]
    spoiled = defect(Random(seed), task, EVERY)
    assert spoiled == defect(Random(seed), task, EVERY)
    if spoiled is None:
        return
    assert (spoiled.instruction, spoiled.output) != (task.instruction, task.output)
    assert spoiled.output
    assert (spoiled.family, spoiled.input, spoiled.answer, spoiled.check) == (
        task.family,
        task.input,
        task.answer,
        task.check,
    )
    assert spoiled.instruction == task.instruction or kind == "near_duplicate"


@given(SEEDS, st.integers(-50, 500))
def test_a_wrong_answer_is_wrong_and_so_is_the_step_before_it(seed, number):
    task = Task(
        "sum", "?", f"First {number} steps.\n1 * {number} = {number}.\nThe answer is {number}.", answer=f"{number}"
    )
    spoiled = wrong_answer(Random(seed), task, EVERY)
    stated = final_answer(spoiled.output)
    assert not same_answer(stated, task.answer)
    assert spoiled.output.startswith(f"First {number} steps.\n1 * {number} = {stated}.\n")
    assert problems(spoiled, "general")


@given(SEEDS)
def test_a_wrong_answer_in_words_is_one_of_the_same_family(seed):
    assert wrong_answer(Random(seed), CITY, EVERY).output == "Rome."
    assert wrong_answer(Random(seed), CITY, (CITY, SUM)) is None
    upper = Task("sea", "?", "The North Sea.", answer="the North Sea")
    other = Task("sea", "?", "The Baltic Sea.", answer="the Baltic Sea")
    assert wrong_answer(Random(seed), upper, (upper, other)).output == "The Baltic Sea."


def test_an_answer_that_is_not_found_where_it_is_stated_is_not_spoiled():
    task = Task("price", "?", "The answer is $1,200. I am sure.", answer="1200")
    spoiled = wrong_answer(Random(0), task, EVERY)
    assert not same_answer(final_answer(spoiled.output), "1200")
    checked = Task("sum", "?", "The answer is 15.\nCheck: 10 + 5 makes 15 again.", answer="15")
    assert wrong_answer(Random(0), checked, EVERY) is None


def test_wrong_code_differs_in_one_place_and_mostly_fails():
    spoiled = [wrong_answer(Random(seed), CODE, EVERY) for seed in range(20)]
    assert all(task.output != CODE.output for task in spoiled)
    assert len(failing(spoiled)) > 10
    assert failing([CODE]) == []


def test_what_has_no_right_answer_has_no_wrong_one():
    assert wrong_answer(Random(0), ADVICE, EVERY) is None
    assert wrong_answer(Random(0), Task("code", "?", "nothing here", check="assert x"), EVERY) is None


@given(SEEDS, TASKS)
def test_another_question_is_of_another_family_with_another_answer(seed, task):
    spoiled = other_question(Random(seed), task, EVERY)
    if spoiled is not None:
        (other,) = [o for o in EVERY if o.output == spoiled.output]
        assert other.family != task.family


def test_another_question_with_the_same_answer_does_not_count():
    other = Task("age", "How old is she?", "The answer is 15.00.", answer="15")
    assert other_question(Random(0), SUM, [other]) is None
    assert other_question(Random(0), CITY, [OTHER_CITY]) is None


@given(SEEDS)
def test_a_truncated_output_is_a_beginning_that_ends_nothing(seed):
    spoiled = truncated(Random(seed), ADVICE, EVERY)
    assert ADVICE.output.startswith(spoiled.output)
    assert 0.2 < len(spoiled.output.split()) / len(ADVICE.output.split()) <= 0.65
    assert spoiled.output[-1] not in ".!?:\n "
    assert truncated(Random(seed), CITY, EVERY) is None, "too short to be broken off"


@given(SEEDS, TASKS)
def test_boilerplate_is_made_of_sentences_that_say_nothing(seed, task):
    output = boilerplate(Random(seed), task, EVERY).output
    used = [sentence for sentence in BOILERPLATE if sentence in output]
    assert 1 <= len(used) <= 3
    assert sorted(output) == sorted(" ".join(used))


@given(SEEDS, TASKS)
def test_a_near_duplicate_is_asked_otherwise_and_answered_alike(seed, task):
    copy = near_duplicate(Random(seed), task, EVERY)
    assert copy.instruction != task.instruction
    assert copy.output.strip() == task.output.strip()


@given(SEEDS, st.text(alphabet="abcABC 1.?", min_size=1, max_size=100))
def test_a_near_duplicate_is_never_the_very_same_question(seed, instruction):
    task = Task("any", instruction, "So be it.")
    assert near_duplicate(Random(seed), task, EVERY).instruction != instruction


@given(SEEDS, st.text(alphabet="ab 1.\n", max_size=60))
def test_what_is_garbled_has_other_words(seed, output):
    spoiled = garbled(Random(seed), Task("any", "?", output), EVERY)
    assert spoiled is None or spoiled.output.split() != output.split()
    assert len(output) >= 12 or spoiled is None


def test_text_is_damaged_in_many_ways():
    assert len({garbled(Random(seed), ADVICE, EVERY).output for seed in range(50)}) > 30


@given(SEEDS)
def test_a_trivial_answer_is_one_word_and_never_right(seed):
    assert trivial(Random(seed), ADVICE, EVERY).output in TRIVIAL
    spoiled = trivial(Random(seed), Task("yes", "Is it?", "Yes, it is.", answer="yes"), EVERY)
    assert spoiled is None or not same_answer(spoiled.output, "yes")


def test_a_fifth_of_the_pool_is_bad():
    assert sum(share for _, share in DEFECTS.values()) == pytest.approx(0.2)
    assert GOOD not in DEFECTS


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_defects_spoil_what_the_families_draw(domain):
    drawn = [family(Random(f"{name} {n}")) for name, family in domain_module(domain).FAMILIES.items() for n in (0, 1)]
    answers = 0
    for seed, task in enumerate(drawn):
        if task.answer and (spoiled := wrong_answer(Random(seed), task, drawn)):
            assert not same_answer(final_answer(spoiled.output), task.answer), spoiled
            answers += 1
        for defect in (garbled, near_duplicate, truncated, trivial, boilerplate):
            spoiled = defect(Random(seed), task, drawn)
            assert spoiled is None or (spoiled.instruction, spoiled.output) != (task.instruction, task.output)
    assert answers > 0.8 * sum(bool(task.answer) for task in drawn)
