"""What stays in memory of the runs that were looked at."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from instructdiff_ui.runs.held import ALWAYS, IDLE, ROWS, hold


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture()
def clock():
    return Clock()


@pytest.fixture()
def opened(clock):
    """A function that opens a run of so many rows, and the runs that it had to make, in order."""
    made = []

    def run(name: str, rows: int) -> range:
        made.append(name)
        return range(rows)

    return hold(run, clock=clock), made


def test_what_is_looked_at_again_is_there_still(opened):
    run, made = opened
    assert run("a", 400) is run("a", 400)
    assert made == ["a"]


def test_a_run_without_rows_is_held_like_any_other(opened):
    run, made = opened
    assert run("empty", 0) is run("empty", 0)
    assert made == ["empty"]


def test_many_visitors_look_at_small_runs_of_their_own(opened):
    run, made = opened
    names = [f"run {k}" for k in range(40)]
    for name in names * 3:
        run(name, 20_000)
    assert made == names


def test_two_runs_of_any_size_can_be_compared(opened):
    run, made = opened
    for name in ("large", "larger") * 3:
        run(name, 3 * ROWS)
    assert made == ["large", "larger"]


def test_a_large_run_takes_the_place_of_what_was_not_looked_at_for_longest(opened):
    run, made = opened
    for name, rows in [("first", 400), ("second", 400), ("first", 400), ("large", ROWS - 400)]:
        run(name, rows)
    for name, rows in [("first", 400), ("large", ROWS - 400), ("second", 400)]:
        run(name, rows)
    assert made == ["first", "second", "large", "second"]


def test_what_nobody_looks_at_is_let_go_except_the_last_two(opened, clock):
    run, made = opened
    for name in "abc":
        run(name, 400)
    clock.now += IDLE / 2
    run("a", 400)
    clock.now += IDLE / 2 + 1
    run("a", 400)  # b is let go; c stays, as one of the last two
    run("c", 400)
    run("b", 400)
    assert ALWAYS == 2 and made == ["a", "b", "c", "b"]


def test_what_is_let_go_is_gone_even_if_it_holds_itself():
    class Run:
        def __init__(self) -> None:
            self.values, self.itself = np.zeros(1000), self

        def __len__(self) -> int:
            return ROWS

    run = hold(lambda name: Run())
    gc.disable()  # as if no collection were due
    try:
        first = weakref.ref(run("first"))
        run("second"), run("third")
        assert first() is None
    finally:
        gc.enable()
