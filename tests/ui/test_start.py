"""`python app.py` with settings of the environment that cannot be meant."""

from __future__ import annotations

import sys

import pytest

import app


def test_a_limit_that_is_no_number_is_named_and_nothing_starts(monkeypatch, capsys):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    monkeypatch.setenv("INSTRUCTDIFF_MAX_ROWS", "many")
    monkeypatch.setattr(sys, "argv", ["app.py"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "INSTRUCTDIFF_MAX_ROWS is 'many'; it is a whole number above 0.\n"
