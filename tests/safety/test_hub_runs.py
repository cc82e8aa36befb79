"""Published runs whose files would lie, or lead, elsewhere: refused before anything of them is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hub_stub import TOKEN, hub_stub, talking_to
from ui.scored_runs import scored_rows

from instructdiff_ui import api
from instructdiff_ui.errors import HubError
from instructdiff_ui.hub import published
from instructdiff_ui.hub.publishing import publish_run
from instructdiff_ui.runs.store import RunStore

SECRET = "WORDS-OF-THE-SERVER"
MADE = "runs/run.link"  # of the run that was published from here


@pytest.fixture
def hub(tmp_path):
    """With a run of somebody at `me/run`."""
    (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in scored_rows(20)))
    run = api.import_scores(tmp_path / "scores.jsonl", run_dir=tmp_path / "run")
    with hub_stub({}) as stub, talking_to(stub.url, tmp_path / "cache"):
        stub.users[TOKEN] = "me"
        publish_run(RunStore(Path(run)), "me/run", token=TOKEN, private=False)
        stub.requests.clear()
        yield stub


def installed(home: Path) -> list[Path]:
    return [
        path for path in home.rglob("*") if path.is_file() and not path.name.startswith(".") and path != home / MADE
    ]


def test_it_opens(hub, home):
    """Else the tests below could not fail."""
    assert api.open_published("me/run") and installed(home)


@pytest.mark.parametrize(
    "name",
    ["../up.json", "specs/../../up.json", "specs/..json", "/etc/cron.d/x.json", "artifacts/../../x.json",
     "specs\\..\\up.json", "C:up.json", "specs/a\nb.json", "spec.json/x.json", "~/x.json", "specs/ü.json"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused_before_the_download(hub, home, name):
    hub.repos["me/run"].files[name] = b"{}"
    with pytest.raises(HubError, match="is no file of a run"):
        api.open_published("me/run")
    assert not [one for one in hub.requests if "/resolve/" in one] and installed(home) == []


@pytest.mark.parametrize("linked", ["spec.json", "selected.jsonl", "config.yaml", "specs", "artifacts"])
def test_a_link_among_what_was_downloaded_is_not_followed(hub, home, linked, tmp_path, monkeypatch):
    """The Hub hands out no links; should whatever downloads make one, nothing is read through it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.json").write_text(SECRET)
    download = published._downloaded

    def with_a_link(*args, **more):
        folder = download(*args, **more)
        path = folder / linked
        if path.is_dir():
            path.rename(folder / "moved")
        path.unlink(missing_ok=True)
        path.symlink_to(outside if path.suffix == "" else outside / "a.json")
        return folder

    monkeypatch.setattr(published, "_downloaded", with_a_link)
    with pytest.raises(HubError, match=r"no plain file|not what the Hub announced") as told:
        api.open_published("me/run")
    assert SECRET not in told.value.message and installed(home) == []


def test_a_file_whose_content_is_the_target_of_a_link_is_only_text(hub, home):
    """As the Hub hands out what git keeps of a link."""
    hub.repos["me/run"].files["spec.json"] = b"/etc/passwd"
    with pytest.raises(HubError, match="not JSON"):
        api.open_published("me/run")
    assert installed(home) == []
