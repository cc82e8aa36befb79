"""The pool: domains, ids, limits, held-out rows, files."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.config import DataConfig
from instructdiff_ui.data.columns import content_id
from instructdiff_ui.data.examples import Example, Message, Quarantined
from instructdiff_ui.data.pool import (
    load_pool,
    read_examples,
    read_quarantined,
    split_heldout,
    with_unique_ids,
    write_examples,
    write_quarantined,
)
from instructdiff_ui.errors import DataError


def rows(n, start=0, **extra):
    return [{"instruction": f"q{i}", "output": f"a{i}", **extra} for i in range(start, start + n)]


def load(*paths, **values):
    sources = [path if isinstance(path, dict) else {"path": path} for path in paths]
    return load_pool(DataConfig.model_validate({"sources": sources, "heldout_ratio": 0} | values))


def refusal(*paths, **values) -> str:
    with pytest.raises(DataError) as caught:
        load(*paths, **values)
    return caught.value.message


def make(texts, domain="all"):
    return [Example(content_id(text, "", "r"), domain, text, "", "r") for text in texts]


def test_rows_in_order_with_their_place_and_source(write_jsonl):
    path = write_jsonl([*rows(2), {"instruction": "x", "output": ""}, *rows(1, 9)])
    pool = load(path)
    assert [row.row for row in pool.examples] == [1, 2, 4]
    assert {row.source for row in pool.examples} == {"rows.jsonl"}
    assert [(row.row, row.reason) for row in pool.quarantined] == [(3, "no response: 'output' is empty")]
    (source,) = pool.sources
    assert (source.path, source.rows) == (path, 4)
    assert source.columns == {"instruction": "instruction", "output": "response"}


def test_domains_of_one_source_and_of_several(write_jsonl):
    a, b = write_jsonl(rows(1), "math.jsonl"), write_jsonl(rows(1, 5), "code.jsonl")
    assert [row.domain for row in load(a).examples] == ["all"]
    assert [row.domain for row in load(a, b).examples] == ["math", "code"]
    assert [row.domain for row in load({"path": a, "domain": "M"}, b).examples] == ["M", "code"]


def test_files_of_one_name_are_told_apart_by_folder(write_jsonl):
    a, b = write_jsonl(rows(1), "math/train.jsonl"), write_jsonl(rows(1, 5), "code/train.jsonl")
    assert [row.domain for row in load(a, b).examples] == ["math/train", "code/train"]


def test_domain_column(write_jsonl):
    path = write_jsonl([rows(1, 0, topic="a")[0], rows(1, 1, topic=" ")[0], rows(1, 2)[0], rows(1, 3, topic=7)[0]])
    assert [row.domain for row in load(path, domain_column="topic").examples] == ["a", "unlabelled", "unlabelled", "7"]
    assert refusal(path, domain_column="kind") == (
        "rows.jsonl has no domain column 'kind'; its columns are 'instruction', 'output', 'topic'."
    )
    labelled = load({"path": path, "domain": "x"}, domain_column="kind")  # a label needs no column
    assert {row.domain for row in labelled.examples} == {"x"}


def test_limit_draws_rows_with_the_seed_and_keeps_their_order(write_jsonl):
    path = write_jsonl(rows(50))
    drawn = [row.row for row in load(path, limit=10).examples]
    assert drawn == sorted(drawn)
    assert len(drawn) == 10
    assert drawn != list(range(1, 11))
    assert drawn == [row.row for row in load(path, limit=10).examples]
    assert drawn != [row.row for row in load(path, limit=10, seed=1).examples]
    assert len(load(path, limit=99).examples) == 50


def test_each_source_may_have_a_limit_of_its_own(write_jsonl):
    a = {"path": write_jsonl([*rows(40), {"instruction": "x", "output": ""}], "a.jsonl"), "limit": 10}
    b = {"path": write_jsonl(rows(40, 100), "b.jsonl"), "limit": 10}
    every = write_jsonl(rows(7, 200), "c.jsonl")
    pool = load(a, b, every)
    assert Counter(row.domain for row in pool.examples) == {"a": 10, "b": 10, "c": 7}
    drawn = {domain: [row.row for row in pool.examples if row.domain == domain] for domain in "abc"}
    assert all(places == sorted(places) for places in drawn.values())
    assert drawn["a"] != drawn["b"], "each source has a draw of its own"
    assert drawn["a"] != list(range(1, 11))
    assert pool.examples == load(a, b, every).examples
    assert pool.examples != load(a, b, every, seed=1).examples
    # what is drawn from a source does not depend on the limits of the others
    alone = load(a, b | {"limit": None}, every)
    assert [row.row for row in alone.examples if row.domain == "a"] == drawn["a"]
    assert load(a | {"limit": 99}).examples == load(a | {"limit": None}).examples


def test_a_limit_counts_usable_rows_and_comes_before_that_of_the_pool(write_jsonl):
    empty = {"instruction": "x", "output": ""}
    path = write_jsonl([row for i in range(20) for row in (empty, *rows(1, i))])
    pool = load({"path": path, "limit": 15})
    assert (len(pool.examples), len(pool.quarantined)) == (15, 20)
    fewer = load({"path": path, "limit": 15}, limit=5)
    assert len(fewer.examples) == 5
    assert {row.row for row in fewer.examples} <= {row.row for row in pool.examples}


def test_held_out_sources_have_limits_and_draws_of_their_own(write_jsonl):
    source = {"path": write_jsonl(rows(40)), "limit": 20}
    pool = load(source, heldout_sources=[source])
    assert len(pool.heldout) == 20
    assert 0 < len(pool.examples) < 20, "one draw for both would leave nothing to train on"


def test_repeated_contents_get_numbered_ids(write_jsonl):
    pool = load(write_jsonl([*rows(1), *rows(1), *rows(1)]))
    first = pool.examples[0].example_id
    assert [row.example_id for row in pool.examples] == [first, f"{first}-2", f"{first}-3"]


def test_heldout_share_is_drawn_per_domain(write_jsonl):
    a, b = write_jsonl(rows(100), "a.jsonl"), write_jsonl(rows(39, 100), "b.jsonl")
    pool = load(a, b, heldout_ratio=0.1)
    assert Counter(row.domain for row in pool.heldout) == {"a": 10, "b": 3}
    assert len(pool.examples) == 126


def test_heldout_share_is_at_most_a_thousand_rows():
    pool, heldout = split_heldout(
        make((f"a{i}" for i in range(9000)), "a") + make((f"b{i}" for i in range(3000)), "b"), ratio=0.5, seed=0
    )
    assert Counter(row.domain for row in heldout) == {"a": 750, "b": 250}
    assert len(pool) == 11_000


def test_heldout_sources_win_over_the_share_and_leave_the_pool(write_jsonl):
    a, b = write_jsonl(rows(20), "pool.jsonl"), write_jsonl(rows(5, 17), "eval.jsonl")
    pool = load(a, heldout_sources=[{"path": b}], heldout_ratio=0.5)
    assert len(pool.heldout) == 5
    assert [row.row for row in pool.examples] == list(range(1, 18))
    assert {row.reason for row in pool.quarantined} == {"held out: the same row is in a held-out source"}
    assert [source.name for source in pool.sources] == ["pool.jsonl", "eval.jsonl"]
    assert refusal(a, heldout_sources=[{"path": a}]) == "The pool is empty: every row of it is also held out."


def test_domains_are_discovered(write_jsonl):
    cooking = [{"instruction": f"bake bread oven flour {i}", "output": "knead dough"} for i in range(20)]
    coding = [{"instruction": f"python function list loop {i}", "output": "return code"} for i in range(20)]
    pool = load(write_jsonl([*cooking, *coding]), discover_domains=2, heldout_ratio=0.1)
    assert sorted(Counter(row.domain for row in [*pool.examples, *pool.heldout]).values()) == [20, 20]
    assert sorted(Counter(row.domain for row in pool.heldout).values()) == [2, 2]


def test_an_empty_pool_is_refused(write_jsonl):
    path = write_jsonl([{"instruction": "a", "output": ""}] * 3)
    assert refusal() == "The pool has no source: name at least one dataset."
    assert refusal(path) == (
        "The pool is empty: none of 3 rows can be used; most often (3×): no response: 'output' is empty."
    )


texts = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30)


@given(texts, st.randoms())
def test_ids_are_unique_and_do_not_depend_on_the_order(contents, shuffler):
    examples = make(contents)
    ids = [row.example_id for row in with_unique_ids(examples)]
    assert len(set(ids)) == len(ids)
    shuffler.shuffle(examples)
    assert {row.example_id for row in with_unique_ids(examples)} == set(ids)


@settings(deadline=None)
@given(texts, st.floats(0, 0.99), st.integers(0, 3))
def test_the_split_shares_no_content_and_loses_nothing(contents, ratio, seed):
    examples = make(contents, "a")
    pool, heldout = split_heldout(examples, ratio=ratio, seed=seed)
    assert not {row.instruction for row in pool} & {row.instruction for row in heldout}
    assert Counter(row.instruction for row in [*pool, *heldout]) == Counter(contents)
    assert len(heldout) <= ratio * len(contents) + 1e-6
    assert pool
    assert split_heldout(examples, ratio=ratio, seed=seed) == (pool, heldout)


def test_examples_survive_a_file(tmp_path):
    columns = {"messages": "messages", "n": "extra"}
    chat = Example("c", "d", "i", "", "é😀\0", (Message("user", "i"),), "s", {"n": [1, {"x": None}]}, 3, columns)
    examples = [chat, *make(random.Random(0).sample("abcdef", 4))]
    write_examples(tmp_path / "new" / "pool.parquet", examples)
    assert read_examples(tmp_path / "new" / "pool.parquet") == examples
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["pool.parquet"]
    aside = [Quarantined("s", 4, "too long: 9 tokens", "text")]
    write_quarantined(tmp_path / "aside.parquet", aside)
    assert read_quarantined(tmp_path / "aside.parquet") == aside
    write_quarantined(tmp_path / "aside.parquet", [])
    assert read_quarantined(tmp_path / "aside.parquet") == []


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "pool.parquet"
    write_examples(path, make("ab"))

    def failing():
        yield make("c")[0]
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_examples(path, failing())
    assert len(read_examples(path)) == 2
    assert [child.name for child in tmp_path.iterdir()] == ["pool.parquet"]
