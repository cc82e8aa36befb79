"""What stays in memory of the runs that were looked at."""

from __future__ import annotations

import pytest

from instructdiff_ui.runs.held import LEAST, ROWS, hold


@pytest.fixture()
def opened():
    """A function that opens a run of so many rows, and the runs that it had to make, in order."""
    made = []

    @hold
    def run(name: str, rows: int) -> range:
        made.append(name)
        return range(rows)

    return run, made


def test_what_is_looked_at_again_is_there_still(opened):
    run, made = opened
    assert run("a", 400) is run("a", 400)
    assert made == ["a"]


def test_many_visitors_look_at_small_runs_of_their_own(opened):
    run, made = opened
    names = [f"run {k}" for k in range(ROWS // LEAST)]
    for name in names * 3:
        run(name, 400)
    assert made == names


def test_two_runs_of_any_size_can_be_compared(opened):
    run, made = opened
    for name in ("large", "larger") * 3:
        run(name, 3 * ROWS)
    assert made == ["large", "larger"]


def test_a_large_run_takes_the_place_of_what_was_not_looked_at_for_longest(opened):
    run, made = opened
    run("first", 400), run("second", 400)
    run("large", ROWS), run("first", 400), run("larger", ROWS // 2 - LEAST)
    run("first", 400), run("large", ROWS), run("second", 400)
    assert made == ["first", "second", "large", "larger", "second"]
