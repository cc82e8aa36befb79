"""The demo's pool and corpus: their sizes, the stated shares of bad rows, and that they come out alike every time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import islice

import pytest
from packs import ROOT

from instructdiff_ui.demo import pool
from instructdiff_ui.demo.build import HANDWRITTEN
from instructdiff_ui.demo.corpus import DOMAINS, documents
from instructdiff_ui.demo.defects import DEFECTS, GOOD

_GENERATE = """
import hashlib
from itertools import islice
from instructdiff_ui.demo import pool
from instructdiff_ui.demo.build import HANDWRITTEN
from instructdiff_ui.demo.corpus import documents
rows, heldout = pool.build(HANDWRITTEN)
for texts in (map(repr, (*rows, *heldout)), islice(documents(), 400)):
    print(hashlib.sha256("\\0".join(texts).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def built() -> tuple[list[pool.Row], list[pool.Row]]:
    """The pool and the held-out rows."""
    return pool.build(HANDWRITTEN)


def asked(row: pool.Row) -> str:
    return " ".join(f"{row.instruction} {row.input}".casefold().split())


def test_every_domain_has_its_rows(built):
    rows, heldout = built
    assert (len(rows), len(heldout)) == (4000, 400)
    assert Counter(row.domain for row in rows) == dict.fromkeys(DOMAINS, 1000)
    assert Counter(row.domain for row in heldout) == dict.fromkeys(DOMAINS, 100)


def test_the_shares_of_bad_rows_are_those_that_are_stated(built):
    rows, heldout = built
    assert {row.quality for row in heldout} == {GOOD}
    stated = {kind: round(1000 * share) for kind, (_, share) in DEFECTS.items()}
    for domain in DOMAINS:
        found = Counter(row.quality for row in rows if row.domain == domain)
        assert found == stated | {GOOD: 1000 - sum(stated.values())}


def test_several_hundred_rows_are_written_by_hand(built):
    rows, heldout = built
    by_hand = [row for row in (*rows, *heldout) if row.family == "handwritten" and row.quality == GOOD]
    written = sum(len(pool.read_handwritten(HANDWRITTEN / f"{domain}.jsonl")) for domain in DOMAINS)
    assert len(by_hand) == written >= 400
    assert Counter(row.domain for row in heldout if row.family == "handwritten") == dict.fromkeys(DOMAINS, 25)


def test_no_task_is_asked_twice_and_none_of_the_pool_is_held_out(built):
    rows, heldout = built
    assert {(r.instruction, r.input) for r in rows}.isdisjoint((r.instruction, r.input) for r in heldout)
    assert {asked(row) for row in rows}.isdisjoint(map(asked, heldout))
    alone = [asked(row) for row in (*rows, *heldout) if row.quality != "near_duplicate"]
    assert len(set(alone)) == len(alone)


def test_rows_are_mixed(built):
    for rows in built:
        assert len({row.domain for row in rows[:40]}) == len(DOMAINS)


def test_the_same_rows_and_documents_come_out_of_any_process():
    """The order of sets hangs on the hash seed; nothing here may."""
    printed = []
    for seed in ("1", "2"):
        env = os.environ | {"PYTHONHASHSEED": seed}
        printed.append(subprocess.Popen([sys.executable, "-c", _GENERATE], env=env, cwd=ROOT, stdout=subprocess.PIPE))
    one, other = (process.communicate(timeout=300)[0] for process in printed)
    assert one and one == other


def test_documents_take_the_domains_in_turn_and_go_on_where_one_asks():
    first = list(islice(documents(), 12))
    assert list(islice(documents(start=5), 7)) == first[5:]
    assert len(set(first)) == 12
    assert all(text.strip() for text in first)
