"""Kinds of rows that the dataset itself names, and how many of each a rule keeps."""

import json

import numpy as np
import pytest

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config
from instructdiff_ui.errors import DataError

ROWS = 60
COLUMNS = {
    "quality": lambda i: "bad" if i % 5 == 0 else "good",
    "checked": lambda i: i % 3 == 0,
    "level": lambda i: i % 4,
    "partial": lambda i: ("a", "b", None)[i % 3],
    "twenty": lambda i: f"kind {i % 20}",
    # no kinds:
    "twenty_one": lambda i: f"kind {i % 21}",
    "in_calibration": lambda i: i % 2 == 0,  # a score, as n_tokens is
    "same": lambda i: "x",
    "each": lambda i: f"row {i}",
    "share": lambda i: i % 2 / 2,
    "tags": lambda i: ["x"] if i % 2 else ["y"],
    "mixed": lambda i: ("a", "b", ["a", "b"])[i % 3],
}


@pytest.fixture
def run(settings, tmp_path):
    """A run from scores, whose rows carry columns of their own."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(ROWS):
        scores = {name: rng.random() for name in ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")}
        text = {"example_id": f"r{i:02}", "instruction": f"Do {i}.", "output": f"Done {i}.", "domain": "ab"[i % 2]}
        own = {name: of(i) for name, of in COLUMNS.items()}
        rows.append(text | scores | {"n_tokens": 1 + i % 7} | own)
    (tmp_path / "scored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return api.import_scores(tmp_path / "scored.jsonl", run_dir=tmp_path / "run")


def test_columns_of_few_values_are_kinds(run):
    assert set(api.categories(run)) == {"quality", "checked", "level", "partial", "twenty"}


def test_what_is_kept_of_each_kind(run):
    spec = SelectionSpec(strategy="response_length_max", ratio=0.25, scope="global")
    kept = [int(i[1:]) for i in api.explore_run(run).select(spec).ids]
    assert len(kept) == 15
    for column in api.categories(run):
        table = api.kept_by(run, spec, column)
        kinds = ["" if (kind := COLUMNS[column](i)) is None else str(kind) for i in range(ROWS)]
        assert table["rows"].to_dict() == {kind: kinds.count(kind) for kind in kinds}
        assert table["kept"].to_dict() == {kind: sum(kinds[i] == kind for i in kept) for kind in kinds}
        assert table["rows"].is_monotonic_decreasing
        assert table["rows"].sum() == ROWS and table["kept"].sum() == 15


def test_a_kind_of_which_nothing_is_kept_counts_zero(run):
    table = api.kept_by(run, SelectionSpec(ratio=0.02, scope="global"), "twenty")
    assert sorted(table["kept"]) == [0] * 19 + [1]
    assert table["kept"].dtype == int


def test_every_strategy_spends_the_same(run):
    spec = SelectionSpec(ratio=0.2, gamma=0.05, seed=3)
    tables = api.kept_by_strategy(run, spec, "quality")
    assert list(tables) == list(api.STRATEGIES)
    assert {int(table["kept"].sum()) for table in tables.values()} == {12}
    assert {tuple(table["rows"].sort_index()) for table in tables.values()} == {(12, 48)}
    for strategy, table in tables.items():
        alone = api.kept_by(run, spec.model_copy(update={"strategy": strategy}), "quality")
        assert table.equals(alone)
    assert len({int(table["kept"]["bad"]) for table in tables.values()}) > 1


def test_a_column_of_no_kinds_is_refused_by_name(run):
    with pytest.raises(DataError, match=r"no column 'each' with 2 to 20 kinds of rows; there is quality, checked"):
        api.kept_by(run, SelectionSpec(), "each")


def test_kinds_of_a_scored_run_are_columns_of_its_dataset(settings, tmp_path):
    pool = tmp_path / "pool.jsonl"
    rows = [json.loads(line) for line in pool.read_text().splitlines()]
    pool.write_text(
        "".join(json.dumps(row | {"quality": "bad" if row["n"] % 4 == 0 else "good"}) + "\n" for row in rows)
    )
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    assert api.categories(run) == ["quality"], "each row's domain is known anyway"
    exploration = api.explore_run(run)
    ids = set(exploration.select(SelectionSpec(ratio=0.5)).ids)
    bad = sum(exploration.examples[i].extra["n"] % 4 == 0 for i in ids)
    assert api.kept_by(run, SelectionSpec(ratio=0.5), "quality")["kept"]["bad"] == bad
