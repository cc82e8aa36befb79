"""Token ids that stay on disk: the same rows as in memory, in a file of their own where there are many."""

import tracemalloc

import numpy as np
import pytest

from instructdiff_ui.data import tokentable
from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.data.tokens import write_tokens
from instructdiff_ui.data.tokentable import TokenTable


def examples(n, *, tokens=12, seed=0):
    rng = np.random.default_rng(seed)

    def ids():
        return tuple(rng.integers(0, 50_000, rng.integers(1, tokens)).tolist())

    return [TokenizedExample(f"é{rng.integers(1 << 40):x}", ids(), ids(), bool(rng.integers(2))) for _ in range(n)]


@pytest.fixture
def rows():
    return examples(300)


@pytest.fixture(params=[0, 1_000], ids=["mapped", "in memory"])
def table(rows, tmp_path, request, monkeypatch):
    monkeypatch.setattr(tokentable, "_BATCH", 70)  # several parts
    write_tokens(tmp_path / "tokens.parquet", rows)
    made = TokenTable(tmp_path / "tokens.parquet", kept_rows=request.param)
    assert (tmp_path / tokentable.FILE).exists() == (request.param == 0)
    return made


def test_rows_come_back_whole_and_in_the_order_asked_for(table, rows):
    at = np.random.default_rng(1).permutation(len(rows))[:50]
    assert table.take(at) == [rows[i] for i in at]
    assert len(table) == 300
    assert table.truncated.tolist() == [row.truncated for row in rows]
    assert table.response_tokens.tolist() == [len(row.response_ids) for row in rows]
    assert [(tuple(p), tuple(r)) for p, r in table.token_ids()] == [(row.prompt_ids, row.response_ids) for row in rows]


def test_the_longest_rows_come_first_and_equal_ones_by_id(table, rows):
    expected = sorted(range(len(rows)), key=lambda i: (-rows[i].length, rows[i].example_id))
    assert table.longest_first().tolist() == expected


def test_a_pool_without_rows(tmp_path):
    write_tokens(tmp_path / "tokens.parquet", [])
    table = TokenTable(tmp_path / "tokens.parquet")
    assert (len(table), table.take([]), table.longest_first().tolist()) == (0, [], [])


@pytest.mark.parametrize("damage", [b"", b"ARROW1 and no more", None], ids=["empty", "foreign", "of other rows"])
def test_a_copy_that_is_not_of_these_rows_is_made_anew(rows, tmp_path, damage):
    path, copy = tmp_path / "tokens.parquet", tmp_path / tokentable.FILE
    write_tokens(path, examples(300, seed=1))
    TokenTable(path, kept_rows=0)
    if damage is not None:
        copy.write_bytes(damage)
    write_tokens(path, rows)
    assert TokenTable(path, kept_rows=0).take([7]) == [rows[7]]


def test_a_copy_that_cannot_be_written_is_done_without(rows, tmp_path, monkeypatch):
    write_tokens(tmp_path / "tokens.parquet", rows)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tokentable, "_write", full)
    assert TokenTable(tmp_path / "tokens.parquet", kept_rows=0).take([7]) == [rows[7]]
    assert [path.name for path in tmp_path.iterdir() if "tokens" in path.name] == ["tokens.parquet"]


def test_memory_does_not_grow_with_the_tokens(tmp_path):
    """What is held of a row is its lengths: ten times the tokens take no more."""
    held = []
    for tokens in (20, 200):
        folder = tmp_path / str(tokens)
        write_tokens(folder / "tokens.parquet", examples(2_000, tokens=tokens))
        TokenTable(folder / "tokens.parquet", kept_rows=0)  # the copy is made
        tracemalloc.start()
        table = TokenTable(folder / "tokens.parquet", kept_rows=0)
        order = table.longest_first()
        for start in range(0, len(order), 64):
            table.take(order[start : start + 64])
        held.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
    assert held[1] < held[0] + 20_000
    assert held[1] < 100 * 2_000
