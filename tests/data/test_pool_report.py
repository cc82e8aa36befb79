"""The report on a pool."""

import json

from instructdiff_ui.data.examples import Quarantined, TokenizedExample
from instructdiff_ui.data.pool import Pool, SourceInfo
from instructdiff_ui.data.report import pool_report
from instructdiff_ui.data.tokens import Tokenised


def make_pool(example):
    rows = [example(example_id=f"e{i}", instruction=f"q{i}", domain="a" if i < 3 else "b") for i in range(4)]
    aside = [Quarantined("s", 1, "no response: 'output' is empty", ""), Quarantined("s", 2, "no response: x", "")]
    source = SourceInfo("s.jsonl", "s.jsonl", "abc", 7, {"q": "instruction", "a": "response"})
    return Pool(
        [*rows, example(example_id="e1-2", instruction="q1", domain="a")], [example(example_id="h")], aside, [source]
    )


def test_before_tokenisation(example):
    report = pool_report(make_pool(example))
    assert json.loads(json.dumps(report)) == report
    assert (report["rows"], report["heldout_rows"], report["duplicates"]) == (5, 1, 1)
    assert report["domains"] == {"a": 4, "b": 1}
    assert report["quarantined"] == {"rows": 2, "reasons": {"no response": 2}}
    assert report["sources"] == [{"path": "s.jsonl", "name": "s.jsonl", "revision": "abc", "rows": 7}]
    assert report["lengths"] is None


def test_lengths(example):
    tokens = [TokenizedExample(f"e{i}", (1,) * 10, (1,) * (i + 1), i == 2) for i in range(4)]
    tokens.append(TokenizedExample("h", (1,) * 999, (1,)))  # held out: not in the lengths of the pool
    tokenised = Tokenised(tokens, [Quarantined("s", 3, "too long: 99 tokens, max_length is 9", "")], 1)
    report = pool_report(make_pool(example), tokenised, previews=[{"prompt": "p"}])
    assert json.loads(json.dumps(report)) == report
    assert report["truncated"] == 1
    assert report["quarantined"]["reasons"] == {"no response": 2, "too long": 1}
    response = report["lengths"]["response"]
    assert {name: response["all"][name] for name in ("rows", "min", "mean", "median", "max")} == {
        "rows": 4, "min": 1, "mean": 2.5, "median": 2.5, "max": 4
    }  # fmt: skip
    assert response["domains"]["b"]["min"] == 4
    assert sum(response["all"]["counts"]) == 4
    assert len(response["edges"]) == len(response["all"]["counts"]) + 1
    assert report["lengths"]["prompt"]["all"]["max"] == 10
    assert report["previews"] == [{"prompt": "p"}]


def test_nothing_tokenised(example):
    report = pool_report(make_pool(example), Tokenised([], [], 0))
    assert report["lengths"] == {"prompt": None, "response": None}
