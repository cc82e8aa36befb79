"""What the scores of a run do not depend on: how many shards, which batches, a stop, the order of the pool's rows."""

import json

import pandas as pd
import pytest

from instructdiff_ui import api
from instructdiff_ui.config import parse_config, updated
from instructdiff_ui.files import read_json
from instructdiff_ui.runs.store import RunStore
from instructdiff_ui.runs.worker import perform

SCORES = ["base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy", "delta_nll", "delta_entropy"]


@pytest.fixture
def alone(settings, tmp_path, monkeypatch):
    """Makes runs that know nothing of each other, each in a home of its own."""

    def make(name: str, **changes) -> str:
        monkeypatch.setenv("INSTRUCTDIFF_HOME", str(tmp_path / name / "home"))
        return api.create_run(updated(parse_config(settings), changes), run_dir=tmp_path / name / "run")

    return make


def scored(run: str) -> tuple[pd.DataFrame, list[str]]:
    """The deltas by id, and what was selected."""
    folder = RunStore(run).path
    table = pd.read_parquet(folder / "deltas.parquet").set_index("example_id").sort_index()
    return table, read_json(folder / "selection.json")["ids"]


def assert_alike(one, other, columns=SCORES) -> None:
    pd.testing.assert_frame_equal(one[0][columns], other[0][columns], check_exact=False, rtol=0, atol=1e-6)


def test_neither_shards_nor_batches_change_a_score_or_the_selection(alone):
    found = []
    for rows, tokens in ((1, 512), (7, 2048), (1000, 64)):
        run = alone(f"by-{rows}", scoring={"shard_rows": rows, "batch_tokens": tokens})
        assert api.run_here(run, "selection") == "done"
        found.append(scored(run))
    for other in found[1:]:
        assert_alike(found[0], other)
        assert other[1] == found[0][1]


def test_a_run_that_was_stopped_again_and_again_is_the_run_that_was_not(alone, monkeypatch):
    whole = alone("whole", scoring={"shard_rows": 4, "batch_tokens": 256})
    assert api.run_here(whole, "selection") == "done"
    expected = scored(whole)

    stopped = alone("stopped", scoring={"shard_rows": 4, "batch_tokens": 256})
    store, ends = RunStore(stopped), []
    while not ends or ends[-1] == "stopped":
        asked = iter(range(15 + 5 * len(ends)))  # a stop after so many times of asking
        ends.append(perform(store, until="select", should_stop=lambda asked=asked: next(asked, None) is None))
        assert len(ends) < 60
    assert ends[-1] == "done"
    assert len(ends) >= 3
    assert_alike(expected, scored(stopped))
    assert scored(stopped)[1] == expected[1]


def test_the_order_of_the_pool_changes_no_base_score(alone, pool_file, settings):
    runs = []
    for name in ("as-is", "reversed"):
        run = alone(name, data={"heldout_ratio": 0.0})
        assert api.run_here(run, "selection") == "done"
        runs.append(scored(run))
        lines = pool_file.read_text(encoding="utf-8").splitlines()
        pool_file.write_text("".join(line + "\n" for line in reversed(lines)), encoding="utf-8")
    assert [json.loads(line)["n"] for line in lines][:2] == [59, 58]  # the second run did read it backwards
    assert_alike(*runs, columns=SCORES[:2])
    assert (runs[0][0].in_calibration == runs[1][0].in_calibration).all()  # and the same rows are drawn
