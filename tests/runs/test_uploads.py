"""Uploads belong to the runs that name them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from instructdiff_ui import api
from instructdiff_ui.runs import home as homes
from instructdiff_ui.runs import quotas, uploads
from instructdiff_ui.runs.visitors import Visitor, acting_as

ANNE = Visitor("key:" + "a" * 43)


@pytest.fixture(params=["the owner of the machine", "a visitor"])
def someone(request, monkeypatch):
    monkeypatch.setattr(quotas, "check_settings", lambda config: config)  # their model is one of this machine
    with acting_as(ANNE if request.param == "a visitor" else None):
        yield


def kept(file: Path) -> Path:
    return Path(api.keep_upload(file))


def run_of(settings, *files: Path, **changes) -> str:
    sources = [{"path": str(file)} for file in files]
    return api.create_run(api.parse_config(settings | {"data": settings["data"] | {"sources": sources}} | changes))


def test_an_upload_goes_with_the_last_run_that_names_it(someone, settings, pool_file):
    upload = kept(pool_file)
    first, second = run_of(settings, upload), run_of(settings, upload)
    api.delete_run(first)
    assert upload.exists()
    api.delete_run(second)
    assert not upload.parent.exists()
    assert pool_file.exists()


def test_deleting_a_run_makes_room(settings, pool_file, monkeypatch):
    big = pool_file.with_name("ünïcode name with spaces and more of them, so long that YAML breaks the line.jsonl")
    big.write_bytes(pool_file.read_bytes() + b" " * 1_500_000)
    monkeypatch.setattr(quotas, "check_settings", lambda config: config)
    monkeypatch.setenv("INSTRUCTDIFF_MAX_DISK_MB", "1")
    with acting_as(ANNE):
        run = run_of(settings, kept(pool_file))
        homes.open_store(run).write_config(api.config(run).model_copy(update={"scores": str(kept(big))}))
        with pytest.raises(api.UserError, match="Delete what you no longer need"):
            api.keep_upload(pool_file)
        api.delete_run(run)
        assert api.keep_upload(pool_file)


def test_only_what_the_run_named_goes(someone, settings, pool_file, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(pool_file.read_text() + "\n")
    named, waiting = kept(pool_file), kept(other)
    api.delete_run(run_of(settings, named))
    assert waiting.exists() and not named.exists()


def test_a_run_that_cannot_be_read_still_names_its_uploads(settings, pool_file):
    upload = kept(pool_file)
    broken, run = homes.open_store(run_of(settings, upload)), run_of(settings, upload)
    config = broken.path / "config.yaml"
    config.write_text(config.read_text() + "\nof_another_version: true\n")
    api.delete_run(run)
    assert upload.exists()


def test_a_run_elsewhere_keeps_its_uploads(settings, pool_file, tmp_path):
    upload = kept(pool_file)
    values = settings | {"data": settings["data"] | {"sources": [{"path": str(upload)}]}}
    away = api.create_run(api.parse_config(values), run_dir=tmp_path / "away")
    api.delete_run(run_of(settings, upload))
    assert upload.exists(), "it is on the list"
    api.delete_run(away)
    assert upload.exists() and (tmp_path / "away").exists()


def test_a_run_that_everyone_sees_keeps_its_uploads(settings, pool_file):
    upload = kept(pool_file)
    run = run_of(settings, upload)
    homes.install(homes.open_store(run).path, "shown", shared=True)
    api.delete_run(run)
    assert upload.exists()


def test_the_second_try_after_a_slip_keeps_the_upload(settings, pool_file):
    upload = kept(pool_file)
    slip = run_of(settings, upload, name="slip")
    with homes.open_store(slip).lock():
        pass
    (homes.open_store(slip).path / "events.jsonl").write_text("")
    again = run_of(settings, upload)
    api.delete_run(slip)
    assert api.config(again).data.sources[0].path == str(upload) and upload.exists()


def test_what_no_run_came_to_name_is_swept_after_a_day(settings, pool_file, tmp_path, monkeypatch):
    monkeypatch.setattr(quotas, "check_settings", lambda config: config)
    other = tmp_path / "other.jsonl"
    other.write_text(pool_file.read_text() + "\n")
    tomorrow = time.time() + uploads.KEPT + 60
    with acting_as(ANNE):
        waiting, named = kept(pool_file), kept(other)
        run = run_of(settings, named)
        place = homes.home()
    uploads.sweep(place)
    assert waiting.exists()
    uploads.sweep(place, now=tomorrow)
    assert named.exists() and not waiting.parent.exists()
    with acting_as(ANNE):
        assert api.config(run)


def test_uploading_again_starts_the_day_anew(pool_file):
    upload = kept(pool_file)
    os.utime(upload.parent, (0, 0))
    assert kept(pool_file) == upload
    uploads.sweep(homes.home())
    assert upload.exists()


def test_the_hourly_sweep_does_it_for_all_visitors(pool_file):
    with acting_as(ANNE):
        upload = kept(pool_file)
    assert quotas.sweep() == [] and upload.exists()
    assert quotas.sweep(now=time.time() + uploads.KEPT + 60) == []
    assert not upload.exists()
