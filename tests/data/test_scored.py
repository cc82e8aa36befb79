"""Files that hold scores already."""

import csv

import pytest

from instructdiff_ui.config import DataConfig
from instructdiff_ui.data.pool import Pool
from instructdiff_ui.data.report import pool_report
from instructdiff_ui.data.scored import read_scored
from instructdiff_ui.errors import DataError

SCORES = {"n_tokens": 3, "base_nll": 2.0, "base_entropy": 1.0, "calibrated_nll": 1.5, "calibrated_entropy": 0.5}


def row(n, **columns):
    return {"instruction": f"q{n}", "output": f"a{n}"} | SCORES | columns


@pytest.mark.parametrize("flag", [True, 1, "True", "1"])
@pytest.mark.parametrize("other", [False, 0, None, "False", ""])
def test_calibration_flags_however_the_file_writes_them(write_jsonl, flag, other):
    path = write_jsonl([row(1, in_calibration=flag), row(2, in_calibration=other)])
    assert read_scored(path, DataConfig()).rows.in_calibration.tolist() == [True, False]


def test_a_csv_file(tmp_path):
    path = tmp_path / "scored.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, row(1, in_calibration=False))
        writer.writeheader()
        writer.writerows([row(1, in_calibration=False), row(2, in_calibration=True), row(3, base_nll="nan")])
    scored = read_scored(path, DataConfig())
    assert scored.base.nll.tolist() == [2.0, 2.0]
    assert scored.rows.in_calibration.tolist() == [False, True]
    assert scored.quarantined[0].reason == "no score: 'base_nll' is 'nan'"


def test_the_files_own_ids_are_kept_and_made_unique(write_jsonl):
    path = write_jsonl([row(n, example_id=name) for n, name in enumerate(["a", "a", "a-2", "b"])])
    assert [e.example_id for e in read_scored(path, DataConfig()).examples] == ["a", "a-2", "a-2-2", "b"]


def test_ids_of_the_file_say_nothing_of_duplicates(write_jsonl):
    scored = read_scored(write_jsonl([row(1, example_id="row-1"), row(2, example_id="row-2")]), DataConfig())
    assert pool_report(Pool(scored.examples, [], []))["duplicates"] == 0


def test_domains_come_from_the_column_that_is_named(write_jsonl):
    path = write_jsonl([row(1, topic="law"), row(2)])
    assert read_scored(path, DataConfig(domain_column="topic")).rows.domain.tolist() == ["law", "all"]
    with pytest.raises(DataError, match="no domain column 'subject'; its columns are 'instruction', 'output'"):
        read_scored(path, DataConfig(domain_column="subject"))
