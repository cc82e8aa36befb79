"""Held-out rows that are in the pool, found as a comparison of every pair finds them."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.data.examples import Example
from instructdiff_ui.data.leakage import THRESHOLD, Leak, find_leaks, leak_counts

TWENTY = " ".join(f"word{i}" for i in range(20))


def row(name: str, instruction: str, response: str = "", extra_input: str = "", domain: str = "d") -> Example:
    return Example(name, domain, instruction, extra_input, response)


def kinds(heldout: Example, *pool: Example) -> list[tuple[str, str]]:
    return [(leak.pool_id, leak.kind) for leak in find_leaks([heldout], pool)]


def test_the_same_row_whatever_its_case_and_spacing():
    held = row("h", "Add 1 and 2.", "It is 3.")
    assert find_leaks([held], [row("p", " add  1\nand 2. ", "IT IS 3.")]) == [Leak("h", "p", "exact", 1.0)]


def test_the_same_prompt_with_another_response():
    held = row("h", f"Go through {TWENTY}.", "This one.")
    (leak,) = find_leaks([held], [row("p", f"Go through {TWENTY}.", "Something else altogether, and at length.")])
    assert (leak.pool_id, leak.kind) == ("p", "same_prompt")
    assert 0 < leak.similarity < 1


def test_instruction_and_input_are_one_prompt_and_the_response_is_not():
    held = row("h", "Add these:", "3", extra_input="1 and 2")
    assert kinds(held, row("p", "Add these:\n1 and 2", "3")) == [("p", "exact")]
    assert kinds(held, row("p", "Add these:", "3", extra_input="1 and 3")) == []


@pytest.mark.parametrize("changed", [1, 2, 3, 5, 10])
def test_near_duplicates_have_most_of_their_five_word_sequences_in_common(changed):
    """Of 20 + 60 words and `changed` others in front, 76 sequences of 76 + `changed` stay."""
    text = " ".join(f"word{i}" for i in range(80))
    held, other = row("h", text), row("p", " ".join([*(f"new{i}" for i in range(changed * 4)), text]))
    share = 76 / (76 + 4 * changed)
    expected = [Leak("h", "p", "near_duplicate", share)] if share >= THRESHOLD else []
    assert find_leaks([held], [other]) == expected


def test_short_rows_are_compared_as_a_whole():
    assert kinds(row("h", "1 + 1", "2"), row("p", "1 - 1", "2"), row("q", "1 + 1 2")) == [("q", "near_duplicate")]
    assert kinds(row("h", "Hi"), row("p", "Hi, and a good many other words")) == []


def test_the_closest_row_counts_and_of_equals_the_first():
    held = row("h", TWENTY, "one two three")
    near = row("near", f"{TWENTY} one two", "three")
    same = row("same", TWENTY, "something quite different")
    closer = row("closer", TWENTY, "one two four")
    exact = row("exact", TWENTY, "One two three")
    assert kinds(held, near) == [("near", "near_duplicate")]
    assert kinds(held, near, same) == [("same", "same_prompt")]
    assert kinds(held, same, near, closer) == [("closer", "same_prompt")]
    assert kinds(held, closer, exact, near, row("again", TWENTY, "one two three")) == [("exact", "exact")]


def test_a_beginning_that_all_rows_share_is_no_leak():
    intro = "Below is an instruction that describes a task; write a response that completes it well."
    rng = random.Random(0)
    rows = [row(f"r{i}", intro, " ".join(str(rng.random()) for _ in range(40))) for i in range(60)]
    assert {leak.kind for leak in find_leaks(rows[:20], rows[20:])} == {"same_prompt"}
    rows = [row(f"r{i}", f"{intro} {rng.random()}", " ".join(str(rng.random()) for _ in range(40))) for i in range(60)]
    assert find_leaks(rows[:20], rows[20:]) == []


def test_text_without_spaces_has_words_too():
    text = "".join(chr(0x4E00 + i) for i in range(60))
    assert kinds(row("h", text), row("p", text[1:])) == [("p", "near_duplicate")]
    assert kinds(row("h", text), row("p", text[30:])) == []


def test_nothing_to_compare():
    assert find_leaks([], [row("p", "a")]) == []
    assert find_leaks([row("h", "a")], []) == []
    assert leak_counts([], []) == {kind: {"all": 0} for kind in ("exact", "same_prompt", "near_duplicate")}


def test_counts_by_kind_and_domain():
    held = [row("a", "1", domain="math"), row("b", "2", domain="code"), row("c", "3", "x", domain="math")]
    leaks = find_leaks(held, [row("p", "1"), row("q", "2"), row("r", "3", "y")])
    assert leak_counts(leaks, held) == {
        "exact": {"code": 1, "math": 1, "all": 2},
        "same_prompt": {"math": 1, "all": 1},
        "near_duplicate": {"all": 0},
    }


def test_a_row_of_megabytes_is_compared_by_its_beginning():
    huge = "<img onerror=x> ${1+1} " * 60_000
    assert kinds(row("h", huge), row("p", huge + "end")) == [("p", "near_duplicate")]


# the same as comparing every pair ----------------------------------------------------------------------------------


def naive(heldout: list[Example], pool: list[Example]) -> list[Leak]:
    found = []
    for held in heldout:
        near = [(closeness(held, other), -i, other.example_id) for i, other in enumerate(pool)]
        best = max(((*c, i, name) for c, i, name in near if c is not None), default=None)
        if best is not None:
            found.append(Leak(held.example_id, best[3], ("near_duplicate", "same_prompt", "exact")[best[0]], best[1]))
    return found


def closeness(held: Example, other: Example) -> tuple[int, float] | None:
    one, two = shingles(held), shingles(other)
    similarity = len(one & two) / len(one | two)
    if plain(held.instruction, held.input) == plain(other.instruction, other.input):
        return (2 if plain(held.response) == plain(other.response) else 1), similarity
    return (0, similarity) if similarity >= THRESHOLD else None


def plain(*texts: str) -> list[str]:
    return " ".join(texts).casefold().split()


def shingles(example: Example) -> set[tuple[str, ...]]:
    text = f"{example.instruction} {example.input} {example.response}".casefold()
    words = re.findall(r"\w+", text)
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)} or {("short", *text.split())}


words = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=14).map(" ".join)
texts = st.lists(st.tuples(words, words), min_size=1, max_size=6)


@given(texts, texts)
def test_as_every_pair_compared(heldout, pool):
    held = [row(f"h{i}", *parts) for i, parts in enumerate(heldout)]
    others = [row(f"p{i}", *parts) for i, parts in enumerate(pool)]
    assert find_leaks(held, others) == naive(held, others)
