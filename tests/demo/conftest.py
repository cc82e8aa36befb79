"""A demo pack that the app finds."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def pack(tiny_pack, monkeypatch) -> Path:
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    return tiny_pack
