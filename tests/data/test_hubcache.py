"""The cache of the Hub: what was not used for longest goes first, and what somebody uses never."""

from __future__ import annotations

import os
import time
from collections import namedtuple
from pathlib import Path

import pytest
from huggingface_hub import constants

from instructdiff_ui.data import hubcache
from instructdiff_ui.errors import DataError

NOW = time.time()
DAY = 86_400


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    monkeypatch.delenv("HF_DATASETS_CACHE", raising=False)
    (tmp_path / "hf" / "hub").mkdir(parents=True)
    return tmp_path / "hf"


def aged(path: Path, days: float) -> Path:
    os.utime(path, (NOW - days * DAY,) * 2, follow_symlinks=False)
    return path


def written(path: Path, size: int, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return aged(path, days)


def revision(cache: Path, repo: str, commit: str, files: dict[str, tuple[str, int]], *, days: float) -> Path:
    """A commit of a repository, such as "models--org--name", with files that are links to blobs of some size."""
    folder = cache / "hub" / repo
    for name, (blob, size) in files.items():
        if not (folder / "blobs" / blob).exists():
            written(folder / "blobs" / blob, size, days)
        link = folder / "snapshots" / commit / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(folder / "blobs" / blob, link.parent))
        aged(link, days)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / commit[:4]).write_text(commit)
    return folder


def commit(letter: str) -> str:
    return letter * 40


def nobody(repo_id: str) -> bool:
    return False


def test_what_was_not_used_for_longest_goes_until_the_rest_fits(cache):
    for days, name in ((3, "old"), (9, "older"), (1, "new")):
        revision(cache, f"models--org--{name}", commit(name[0]), {"model.safetensors": (name, 1_000)}, days=days)
    assert hubcache.tidy(10_000, in_use=nobody) == []
    assert hubcache.tidy(2_500, in_use=nobody) == ["org/older"]
    assert sorted(path.name for path in (cache / "hub").iterdir()) == ["models--org--new", "models--org--old"]
    assert hubcache.tidy(1, in_use=nobody) == ["org/old", "org/new"]
    assert not list((cache / "hub").rglob("*safetensors"))


def test_what_somebody_uses_stays(cache):
    revision(cache, "models--org--mine", commit("a"), {"model.safetensors": ("a", 1_000)}, days=9)
    revision(cache, "datasets--org--fresh", commit("b"), {"data.parquet": ("b", 1_000)}, days=0)
    revision(cache, "models--org--other", commit("c"), {"model.safetensors": ("c", 1_000)}, days=1)
    assert hubcache.tidy(1, in_use=lambda repo_id: repo_id == "org/mine") == ["org/other"]
    assert hubcache.tidy(1, in_use=nobody) == ["org/mine"], "the other was used within the hour"
    assert hubcache.tidy(1, in_use=nobody, now=NOW + DAY) == ["org/fresh"]


def test_reading_counts_as_use(cache):
    folder = revision(cache, "models--org--read", commit("a"), {"model.safetensors": ("a", 1_000)}, days=9)
    os.utime(folder / "blobs" / "a", (NOW, NOW - 9 * DAY))
    assert hubcache.tidy(1, in_use=nobody) == []


def test_a_file_that_another_revision_has_too_stays_with_it(cache):
    both = {"tokenizer.json": ("same", 500)}
    folder = revision(cache, "models--org--m", commit("a"), both | {"model.safetensors": ("a", 1_000)}, days=9)
    revision(cache, "models--org--m", commit("b"), both | {"model.safetensors": ("b", 1_000)}, days=1)
    assert hubcache.tidy(2_000, in_use=nobody) == ["org/m"]
    assert sorted(path.name for path in (folder / "blobs").iterdir()) == ["b", "same"]
    assert (folder / "snapshots" / commit("b") / "tokenizer.json").read_bytes() == b"x" * 500


def test_of_duplicates_with_one_commit_only_the_unused_goes(cache):
    for name, days in (("copy", 9), ("used", 1)):
        revision(cache, f"models--org--{name}", commit("a"), {"model.safetensors": ("a", 1_000)}, days=days)
    assert hubcache.tidy(1, in_use=lambda repo_id: repo_id == "org/used") == ["org/copy"]
    assert [path.name for path in (cache / "hub").iterdir()] == ["models--org--used"]


def test_leftovers_and_made_tables_go_too(cache):
    """What was killed while it was downloaded, a repository that is damaged, and what `datasets` built."""
    revision(cache, "models--org--m", commit("a"), {"config.json": ("a", 10)}, days=0)
    part = written(cache / "hub" / "models--org--m" / "blobs" / "b.incomplete", 1_000, days=3)
    damaged = written(cache / "hub" / "models--org--broken" / "blobs" / "c", 1_000, days=2).parents[1]
    built = written(cache / "datasets" / "org___data" / "default" / "0.0.0" / "x.arrow", 1_000, days=1)
    assert hubcache.size() > 3_000
    assert hubcache.tidy(2_100, in_use=nobody) == ["org/m"] and not part.exists()
    assert hubcache.tidy(100, in_use=lambda repo_id: repo_id == "org/data") == ["org/broken"] and not damaged.exists()
    assert hubcache.tidy(100, in_use=nobody) == ["org/data"] and not built.exists()
    assert (cache / "hub" / "models--org--m" / "snapshots" / commit("a") / "config.json").exists()


def test_what_cannot_be_removed_is_tried_once(cache, monkeypatch):
    revision(cache, "models--org--m", commit("a"), {"config.json": ("a", 10)}, days=9)
    monkeypatch.setattr(hubcache.shutil, "rmtree", lambda *_, **__: None)
    assert hubcache.tidy(1, in_use=nobody) == ["org/m"]


def test_an_empty_machine_has_nothing_to_tidy(cache):
    (cache / "hub").rmdir()
    assert (hubcache.size(), hubcache.cached(), hubcache.tidy(1, in_use=nobody)) == (0, [], [])


# room --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def free(monkeypatch):
    """The disk has so many bytes left."""
    usage = namedtuple("usage", "free")
    return lambda size: monkeypatch.setattr(hubcache.shutil, "disk_usage", lambda path: usage(size))


def test_a_download_that_would_fill_the_disk_is_refused(cache, free, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    free(hubcache.RESERVE + 5_000_000)
    sizes = {"model.safetensors": 4_000_000, "tokenizer.json": 1_000_000}
    hubcache.check_room("org/m", "model", commit("a"), sizes)
    with pytest.raises(DataError, match=r"^The model 'org/m' is 6 MB to download, and this server's disk has no room"):
        hubcache.check_room("org/m", "model", commit("a"), sizes | {"config.json": 1_000_000})
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "0")
    hubcache.check_room("org/m", "model", commit("a"), {"model.safetensors": 10**12})  # the owner knows


def test_what_is_here_takes_no_more_room(cache, free, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_PUBLIC", "1")
    free(0)
    revision(cache, "datasets--org--d", commit("a"), {"a.parquet": ("a", 100)}, days=1)
    hubcache.check_room("org/d", "dataset", commit("a"), {"a.parquet": 100})
    with pytest.raises(DataError, match="The dataset 'org/d' is 0 MB"):
        hubcache.check_room("org/d", "dataset", commit("a"), {"a.parquet": 100, "b.parquet": 100})


# what is refused -----------------------------------------------------------------------------------------------------


def test_files_that_were_refused_go_and_all_others_stay(cache):
    files = {"README.md": ("r", 10), "data/a.parquet": ("a", 1_000), "data/b.parquet": ("b", 1_000)}
    folder = revision(cache, "datasets--org--d", commit("a"), files, days=0)
    revision(cache, "datasets--org--d", commit("b"), {"data/b.parquet": ("b", 1_000)}, days=0)
    built = written(cache / "datasets" / "org___d" / "one" / "x.arrow", 1_000, days=0).parent
    other = written(cache / "datasets" / "org___d" / "two" / "x.arrow", 1_000, days=0).parent
    hubcache.discard("org/d", commit("a"), ["data/a.parquet", "data/b.parquet"], built)
    assert sorted(path.name for path in (folder / "blobs").iterdir()) == ["b", "r"], "b is another revision's too"
    assert [path.name for path in (folder / "snapshots" / commit("a")).rglob("*.*")] == ["README.md"]
    assert other.exists() and not built.exists()


def test_nothing_outside_of_the_cache_is_removed(cache, tmp_path):
    outside = written(tmp_path / "elsewhere" / "x.arrow", 10, days=0).parent
    hubcache.discard("org/d", commit("a"), ["a.parquet"], outside)
    assert outside.exists()
