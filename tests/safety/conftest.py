"""A public server with two strangers, who talk to it over raw HTTP as the page does, and as no page would."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser.driving import Server
from ui.scored_runs import scored_rows

from benchmarks.visitors import Visitor as Session
from instructdiff_ui import api
from instructdiff_ui.api import Visitor
from instructdiff_ui.ui.identity import COOKIE

SECRET = "ANNES-OWN-WORDS"  # in everything of hers: no answer to another may hold it
LIMITS = {"ROWS": "300", "UPLOAD_MB": "2", "DISK_MB": "8"}


class Person(Session):
    """A visitor's session; what it is answered is kept as text, whatever it is."""

    def __init__(self, url: str, seed: int = 0, *, session: str | None = None):
        super().__init__(url, seed)
        self.key = self.http.cookies[COOKIE]
        self.session = session or self.session

    def body(self, event: dict[str, Any], values: dict[int, Any], data: Any = None) -> dict[str, Any]:
        inputs = [values.get(i, None if i in self.states else self.values[i]) for i in event["inputs"]]
        return {"data": inputs, "event_data": data, "fn_index": event["id"], "session_hash": self.session,
                "trigger_id": event["targets"][0][0]}  # fmt: skip

    def say(self, event: dict[str, Any], values: dict[int, Any], data: Any = None) -> str:
        """Fire any event with these values in its fields; all that the server answers."""
        body = self.body(event, values, data)
        if not event["queue"]:
            return self.http.post("/gradio_api/run/predict", json=body).text
        asked = self.http.post("/gradio_api/queue/join", json=body)
        if asked.status_code != 200:
            return asked.text
        return self.listen(asked.json()["event_id"])

    def listen(self, event_id: str) -> str:
        lines = []
        asked = {"session_hash": self.session}
        with self.http.stream("GET", "/gradio_api/queue/data", params=asked, timeout=60) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if '"process_completed"' in line and event_id in line:
                    break
        return "\n".join(lines)

    def upload(self, content: bytes, name: str = "rows.jsonl") -> Any:
        return self.http.post("/gradio_api/upload", files={"files": (name, content)})


@dataclass
class Public:
    url: str
    home: Path
    log: Path
    anne: Person
    ben: Person
    run: str  # of Anne
    spec: str  # of Anne, by its name

    @property
    def folder(self) -> Path:
        """Anne's."""
        return self.home / "visitors" / Visitor(f"key:{self.anne.key}").folder


@pytest.fixture(scope="module")
def public(tmp_path_factory, tiny_pack) -> Iterator[Public]:
    """The server, where Anne has a scored run with a saved rule, and Ben has nothing."""
    folder = tmp_path_factory.mktemp("public")
    home = folder / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_PUBLIC", "1")
        patch.setenv("INSTRUCTDIFF_HOME", str(home))
        patch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "uploads"))
        patch.setenv("HF_TOKEN", "hf_TheServersOwnToken")
        for name, value in LIMITS.items():
            patch.setenv(f"INSTRUCTDIFF_MAX_{name}", value)
        server = Server(folder / "server.log")
        try:
            anne, ben = Person(server.url, 1), Person(server.url, 2)
            run, spec = _annes_run(folder, anne)
            yield Public(server.url, home, folder / "server.log", anne, ben, run, spec)
        finally:
            server.kill()


@pytest.fixture(autouse=True)
def home(request, tmp_path, monkeypatch) -> Path:
    """As of all tests; those that have the server look at its home."""
    place = request.getfixturevalue("public").home if "public" in request.fixturenames else tmp_path / "home"
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(place))
    return place


def _annes_run(folder: Path, anne: Person) -> tuple[str, str]:
    rows = scored_rows(30, instruction=lambda k: f"{SECRET} {k}", response=lambda k: f"{SECRET} answer {k}")
    file = folder / "scores.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with api.acting_as(Visitor(f"key:{anne.key}")):
        run = api.import_scores(api.keep_upload(file), settings={"name": "mine"})
        api.update_run(run, {"name": f"{SECRET} name"})
        api.save_spec(run, f"{SECRET} rule", api.spec(run).model_copy(update={"ratio": 0.31}))
    return run, f"{SECRET} rule"


def tree(folder: Path) -> dict[str, str]:
    """A hash of every file below, by its path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "seen"
    }
