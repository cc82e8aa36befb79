"""A public server looks after itself for weeks: whatever goes wrong once is told and tried again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from instructdiff_ui import api
from instructdiff_ui.errors import HubError
from instructdiff_ui.ui import launch


class Over(BaseException):
    """Ends the loop, which has no other end."""


def test_a_mishap_does_not_end_the_housekeeping(monkeypatch, capsys):
    shown, swept = [], []

    def published(run, *, shared):
        shown.append(run)
        if run == "org/odd":
            raise KeyError("config")
        if run == "org/none":
            raise HubError("The Hub has no repository 'org/none'.")

    def sweep():
        swept.append(len(swept))
        raise ValueError("a cache that nobody has seen before")

    def sleep(seconds):
        if len(swept) == 3:
            raise Over

    monkeypatch.setenv("INSTRUCTDIFF_GALLERY", "org/odd org/none org/fine")
    monkeypatch.setattr(api, "open_published", published)
    monkeypatch.setattr(api, "sweep", sweep)
    monkeypatch.setattr(launch, "time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(launch, "TIDY", launch.SWEEP)
    with pytest.raises(Over):
        launch._keep_house()
    assert shown == ["org/odd", "org/none", "org/fine"]
    assert swept == [0, 1, 2]
    told = capsys.readouterr().err
    assert "KeyError: 'config'" in told and told.count("Traceback") == 4
    assert "The run org/none could not be shown to everyone: The Hub has no repository 'org/none'." in told
