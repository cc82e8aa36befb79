"""ZIP's order against its definition, which compresses everything anew each time it is asked."""

import random
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.errors import ConfigError, Stopped
from instructdiff_ui.selection.ziporder import _Compressed, zip_order


def naive_ratio(rows):
    data = b"".join(rows)
    return len(data) / len(zlib.compress(data, 9))


def naive_zip(rows, *, count, k1, k2, k3):
    """METHOD.md §5 word by word: refresh the K1 lowest against the chosen, shortlist K2 of them, add K3 greedily."""
    ratio = {i: naive_ratio([row]) for i, row in enumerate(rows)}
    chosen = []
    while len(chosen) < min(count, len(rows)):
        left = [i for i in range(len(rows)) if i not in chosen]
        refreshed = sorted(left, key=lambda i: (ratio[i], i))[:k1]
        for i in refreshed:
            ratio[i] = naive_ratio([*(rows[j] for j in chosen), rows[i]])
        shortlist = sorted(refreshed, key=lambda i: (ratio[i], i))[:k2]
        this_round = []
        for _ in range(min(k3, len(shortlist))):
            able = [i for i in shortlist if i not in this_round]
            this_round.append(min(able, key=lambda i: (naive_ratio([rows[j] for j in [*this_round, i]]), i)))
        chosen += this_round
    return chosen[:count]


def texts(n, *, seed=0, words=12):
    """Rows of made-up words; some words are common, so rows share parts, and some rows occur twice."""
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("abcdefghij", k=rng.randint(2, 9))) for _ in range(40)]
    rows = [" ".join(rng.choices(vocabulary, k=rng.randint(1, words))).encode() + b"\n" for _ in range(n)]
    return [rng.choice(rows) if rng.random() < 0.1 else row for row in rows]


def noise(n, seed):
    return random.Random(seed).randbytes(n)


def test_of_two_rows_that_say_the_same_only_one_comes_early():
    same, other, dull = noise(60, 1), noise(60, 2), b"a" * 60
    # alone, 60 random bytes cannot be compressed and 60 equal ones can: the dull row is last in the first round
    assert zip_order([same, same, dull, other], count=4, k1=4, k2=4, k3=4) == [0, 3, 1, 2]


def test_a_round_looks_only_at_its_shortlist():
    rows = [b"a" * 60, noise(60, 1), noise(60, 1), noise(60, 2)]
    assert zip_order(rows, count=2, k1=4, k2=3, k3=2) == [1, 3]
    assert zip_order(rows, count=2, k1=4, k2=2, k3=2) == [1, 2]  # the copy is on it, the other noise is not


def test_what_earlier_rounds_chose_counts_where_the_refresh_reaches():
    rows = [b"a" * 60, noise(60, 1), noise(60, 1), noise(60, 2)]
    assert zip_order(rows, count=2, k1=4, k2=1, k3=1) == [1, 3]
    assert zip_order(rows, count=2, k1=1, k2=1, k3=1) == [1, 2]  # only the copy was measured anew
    # within a round only the rows of that round count: behind nothing, the shortlisted copy is as good as the other
    assert zip_order(rows, count=2, k1=4, k2=3, k3=1) == [1, 2]


def test_what_was_shortlisted_but_not_chosen_stays_in_the_pool():
    rows = texts(6)
    assert sorted(zip_order(rows, count=6, k1=6, k2=6, k3=1)) == list(range(6))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("k1", "k2", "k3"), [(10_000, 200, 100), (5, 3, 2), (4, 4, 4), (3, 5, 9), (1, 1, 1), (8, 4, 1), (30, 2, 2)]
)
def test_the_order_is_that_of_the_definition(k1, k2, k3, seed):
    rows = texts(10, seed=seed)
    for count in (1, 4, 10):
        assert zip_order(rows, count=count, k1=k1, k2=k2, k3=k3) == naive_zip(rows, count=count, k1=k1, k2=k2, k3=k3)


def test_a_pool_of_many_rounds_is_ordered_as_the_definition_has_it():
    rows = texts(150, seed=9, words=60)
    order = zip_order(rows, count=90, k1=60, k2=20, k3=7)
    assert order == naive_zip(rows, count=90, k1=60, k2=20, k3=7)


row = st.one_of(st.binary(max_size=30), st.text("ab \n", max_size=40).map(str.encode))
ks = st.fixed_dictionaries({name: st.integers(1, 14) for name in ("k1", "k2", "k3")})


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(row, max_size=12), k=ks, data=st.data())
def test_every_row_is_taken_once_and_a_larger_count_continues_a_smaller_one(rows, k, data):
    whole = zip_order(rows, count=len(rows), **k)
    assert sorted(whole) == list(range(len(rows)))
    count = data.draw(st.integers(0, len(rows)))
    assert zip_order(rows, count=count, **k) == whole[:count]
    assert zip_order(rows, count=len(rows) + 5, **k) == whole


def test_no_rows_give_no_order():
    assert zip_order([], count=3) == []
    assert zip_order(texts(3), count=0) == []


def test_equal_rows_come_in_their_order():
    assert zip_order([b"same"] * 7, count=7, k1=5, k2=3, k3=2) == list(range(7))


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.binary(max_size=200), max_size=10), row=st.binary(max_size=200))
def test_a_row_behind_others_compresses_as_if_all_were_one_piece(rows, row):
    compressed = _Compressed()
    for one in rows:
        compressed.add(one)
    assert compressed.ratio_with(row) == naive_ratio([*rows, row])


def test_it_does_so_beyond_the_window_and_the_blocks_of_the_compressor():
    rows = texts(6_000, seed=3, words=20)  # some 400 kB: zlib looks back 32 kB and ends a block after 16,383 symbols
    compressed = _Compressed()
    for n, one in enumerate(rows):
        compressed.add(one)
        if n % 500 == 0:
            assert compressed.ratio_with(rows[-1]) == naive_ratio([*rows[: n + 1], rows[-1]])
            assert compressed.ratio_with(rows[-2]) == naive_ratio([*rows[: n + 1], rows[-2]])  # nothing was left behind


def test_progress_counts_compressions_up_to_the_number_it_names():
    seen = []
    zip_order(texts(700), count=40, k1=300, k2=30, k3=8, on_progress=lambda *told: seen.append(told))
    done, totals = zip(*seen, strict=True)
    assert set(totals) == {700 + 4 * 300 + 5 * sum(range(23, 31))}
    assert list(done) == sorted(set(done))
    assert done[-1] == totals[0]
    assert np.diff(done).max() <= 256


def test_a_stop_is_heard_before_more_than_a_few_rows_are_compressed():
    asked = []

    def should_stop():
        asked.append(1)
        return len(asked) > 3

    seen = []
    with pytest.raises(Stopped):
        zip_order(texts(2_000), count=50, should_stop=should_stop, on_progress=lambda done, _: seen.append(done))
    assert seen == [256, 512, 768]


@pytest.mark.parametrize("wrong", [{"k1": 0}, {"k2": 0}, {"k3": -1}])
def test_a_size_below_one_is_told(wrong):
    with pytest.raises(ConfigError, match="must be at least 1"):
        zip_order([b"a"], count=1, **wrong)
