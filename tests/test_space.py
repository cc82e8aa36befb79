"""The repository works as a Hugging Face Space, and each check of that can fail."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tools.space import __main__ as space
from tools.space import card, files, pythons, requirements, start

ROOT = Path(__file__).parents[1]
TEXTS = ("README.md", "requirements.txt", "constraints.txt", "pyproject.toml")

# As much of a server as a first page needs; `EXTRA` is put in by a test.
APP = """
import http.server, json, os
EXTRA
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        event = {"id": 7, "backend_fn": True, "inputs": [], "targets": [[0, "load"]]}
        answers = {
            "/": "<html></html>",
            "/config": json.dumps({"api_prefix": "/gradio_api", "dependencies": [event]}),
            "/gradio_api/queue/data?session_hash=opening7":
                'data: {"msg": "estimation"}\\n\\n'
                'data: {"msg": "process_completed", "output": {"data": ["Demo"]}}\\n\\n',
        }
        self.answer(answers[self.path])
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer("{}")
    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())
address = os.environ["GRADIO_SERVER_NAME"], int(os.environ["GRADIO_SERVER_PORT"])
http.server.ThreadingHTTPServer(address, Page).serve_forever()
"""


@pytest.fixture
def repository(tmp_path) -> Path:
    """A small repository with the real front matter and requirements, and an app that answers like one."""
    root = tmp_path / "repository"
    (root / "instructdiff_ui").mkdir(parents=True)
    for name in TEXTS:
        shutil.copyfile(ROOT / name, root / name)
    (root / "app.py").write_text(APP.replace("EXTRA", ""), encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    add(root)
    return root


def add(root: Path) -> None:
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)


def edit(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert old in text, old
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def failed(findings) -> list[str]:
    return [one.about for one in findings if one.state == "failed"]


@pytest.mark.quick
@pytest.mark.parametrize("part", [card, files, requirements, pythons])
def test_this_repository_is_ready(part):
    # a file that is being written is not tracked yet; `make space` asks for that
    found = [one for one in part.check(ROOT) if one.about != "untracked files"]
    assert found
    assert [str(one) for one in found if one.state != "ok"] == []


@pytest.mark.quick
def test_a_small_repository_passes_every_check(repository):
    assert failed(space.findings(repository, offline=True)) == ["spaces.GPU"]  # its app has nothing for a GPU


@pytest.mark.quick
@pytest.mark.parametrize(
    ("old", "new", "about", "says"),
    [
        ("---\n", "", "front matter", "does not begin with a block"),
        ("sdk: gradio", "sdk: [gradio", "front matter", "no YAML"),
        ('python_version: "3.12"', "python_version: 3.10", "front matter", "is 3.1; write it in quotes"),
        ("sdk: gradio", "hardware: zero-a10g\nsdk: gradio", "front matter", "'hardware' is no key"),
        ("license: apache-2.0\n", "", "front matter", "'license' is missing"),
        ("hf_oauth: true", 'hf_oauth: "yes"', "front matter", "true or false"),
        ("sdk: gradio", "sdk: docker", "sdk", "'docker'"),
        ('python_version: "3.12"', 'python_version: "3.11"', "python_version", "ZeroGPU has 3.12"),
        ("app_file: app.py", "app_file: main.py", "app_file", "no main.py"),
        ("colorFrom: blue", "colorFrom: teal", "colours", "allowed are red"),
        ("emoji: 📐", "emoji: ruler", "emoji", "no emoji"),
        ("differential entropy\n", "differential entropy, domain by domain\n", "short_description", "allows 60"),
        ("suggested_hardware: zero-a10g", "suggested_hardware: zero-gpu", "suggested_hardware", "'zero-gpu'"),
        ("license:", "startup_duration_timeout: 3d\nlicense:", "startup_duration_timeout", "'3d'"),
        ("hf_oauth: true", "hf_oauth: false", "hf_oauth", "could not sign in"),
        ("  - jobs\n", "", "hf_oauth", "hands fine-tuning to HF Jobs"),
        ("  - jobs\n", "  - jobs\n  - manage-repos\n", "hf_oauth", "more than the app uses"),
        ("  - jobs\n", "  - jobs\n  - all-repos\n", "hf_oauth", "'all-repos' is no scope"),
        ("  - openai/gsm8k", "  - https://huggingface.co/openai/gsm8k", "ids", "no id of a repository"),
    ],
)
def test_a_wrong_front_matter_is_named(repository, old, new, about, says):
    edit(repository, "README.md", old, new)
    assert [(one.about, says in one.text) for one in card.check(repository) if one.state == "failed"] == [(about, True)]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("name", "old", "new", "about"),
    [
        ("README.md", "sdk_version: 6.31.0", "sdk_version: 6.30.0", "sdk_version"),
        ("constraints.txt", "gradio==6.31.0", "gradio==7.0.0", "sdk_version"),
        ("requirements.txt", "gradio[mcp,oauth]", "gradio", "gradio's extras"),
        ("requirements.txt", "torch>=2.8", "torch>=2.6", "torch"),
        ("requirements.txt", "torch>=2.8", "torch>=2.9.1", "torch"),
        ("requirements.txt", "torch>=2.8\n", "", "requirements"),
        ("requirements.txt", "torch>=2.8", "torch>=2.8\n-c constraints.txt", "requirements"),
        ("requirements.txt", "torch>=2.8", "torch>=2.8\n-e .", "requirements"),
    ],
)
def test_requirements_that_a_space_cannot_use_are_named(repository, name, old, new, about):
    edit(repository, name, old, new)
    assert failed(requirements.check(repository)) == [about]


@pytest.mark.quick
def test_a_large_file_a_symlink_and_an_untracked_file_are_named(repository):
    with (repository / "weights.bin").open("wb") as file:
        file.truncate(12_000_000)
    (repository / "latest").symlink_to("weights.bin")
    add(repository)
    (repository / "instructdiff_ui" / "made.js").write_text("1", encoding="utf-8")
    found = {one.about: one.text for one in files.check(repository) if one.state == "failed"}
    assert set(found) == {"file sizes", "symlinks", "untracked files"}
    assert "weights.bin has 12.0 MB" in found["file sizes"]
    assert "latest is a symlink" in found["symlinks"]
    assert "made.js" in found["untracked files"]


@pytest.mark.quick
def test_a_large_file_may_be_in_large_file_storage(repository):
    (repository / ".gitattributes").write_text("*.bin -text filter=lfs\n", encoding="utf-8")
    subprocess.run(["git", "-C", str(repository), "config", "filter.lfs.clean", "cat"], check=True)
    with (repository / "weights.bin").open("wb") as file:
        file.truncate(12_000_000)
    add(repository)
    assert failed(files.check(repository)) == []


@pytest.mark.quick
def test_a_repository_that_takes_long_to_fetch_is_named(repository, monkeypatch):
    monkeypatch.setattr(files, "WHOLE", 10)
    assert failed(files.check(repository)) == ["whole size"]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("code", "about", "says"),
    [
        ("type Pair = tuple[int, int]\n", "syntax", "new.py:1 is no Python 3.10"),
        ("try:\n    pass\nexcept* ValueError:\n    pass\n", "syntax", "new.py"),
        ("import tomllib\n", "standard library", "new.py:1 needs Python 3.11: 'tomllib' module"),
        ("from datetime import UTC\n", "standard library", "needs Python 3.11"),
        ("from enum import StrEnum\n", "standard library", "needs Python 3.11"),
        ("from typing import Self\n", "standard library", "needs Python 3.11"),
        ("import itertools\nitertools.batched\n", "standard library", "new.py:2 needs Python 3.12"),
    ],
)
def test_what_python_3_10_lacks_is_named(repository, code, about, says):
    (repository / "instructdiff_ui" / "new.py").write_text(code, encoding="utf-8")
    add(repository)
    found = [one for one in pythons.check(repository) if one.state == "failed"]
    assert {one.about for one in found} == {about}
    assert any(says in one.text for one in found), found


@pytest.mark.quick
def test_the_promise_of_a_python_is_held_to(repository):
    edit(repository, "pyproject.toml", ">=3.10", ">=3.12")
    assert failed(pythons.check(repository)) == ["pyproject.toml"]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("extra", "about", "says"),
    [
        ("raise SystemExit('no such key')", "start on CPU basic", "ended with code 1: no such key"),
        ("open('cache.bin', 'w'); os.chdir('/')", "start on CPU basic", ""),
        (
            "try:\n    import torch\nexcept ImportError:\n    pass",
            "torch on CPU basic",
            "imported while the app started",
        ),
        ("os.environ['GRADIO_SERVER_NAME'] = '127.0.0.1'", "start on CPU basic", "No page within"),
        ("import spaces", "start on CPU basic", "No module named 'spaces'"),
    ],
)
def test_a_start_that_a_space_would_not_survive_is_named(repository, extra, about, says):
    edit(repository, "app.py", "import http.server, json, os\n", f"import http.server, json, os\n{extra}\n")
    if "chdir" in extra:  # a writer who may: the right to write is taken from the files
        edit(repository, "app.py", "open('cache.bin'", "os.chmod('.', 0o700); open('cache.bin'")
    found = {one.about: one.text for one in start.check(repository, patience=4) if one.state == "failed"}
    assert says in found[about], found


@pytest.mark.quick
def test_a_first_page_without_the_demo_is_named(repository):
    edit(repository, "app.py", '["Demo"]', "[null]")
    assert failed(start.check(repository)) == ["first paint on CPU basic", "first paint on ZeroGPU", "spaces.GPU"]


@pytest.mark.quick
def test_a_function_for_zero_gpu_is_seen_where_there_is_zero_gpu(repository):
    code = "if os.environ.get('SPACES_ZERO_GPU'):\n    import spaces\n    spaces.GPU(duration=30)(print)"
    edit(repository, "app.py", "import http.server, json, os\n", f"import http.server, json, os\n{code}\n")
    assert failed(start.check(repository)) == []


@pytest.mark.quick
def test_the_answer_of_the_resolver_is_told_apart_from_no_answer():
    one = requirements._answer("install", 1, "", "  x No solution found when resolving dependencies: pydantic")
    assert (one.state, "pydantic" in one.text) == ("failed", True)
    assert requirements._answer("install", 2, "", "error: Failed to fetch: `https://pypi.org`").state == "skipped"
    assert requirements._answer("install", 0, "torch==2.13.0\nnumpy==2.0\n", "").state == "ok"


@pytest.mark.quick
def test_the_command_says_what_failed_and_ends_with_one(repository, monkeypatch, capsys):
    edit(repository, "README.md", "colorFrom: blue", "colorFrom: teal")
    monkeypatch.setattr("sys.argv", ["space", "--offline", str(repository)])
    monkeypatch.setattr(space.start, "check", lambda root: [])
    assert space.main() == 1
    said = capsys.readouterr().out.splitlines()
    assert "failed  colours: teal to green: allowed are red, yellow, green, blue, indigo, purple, pink, gray." in said
    assert said[-1] == "Not ready: 1 failed."
    edit(repository, "README.md", "colorFrom: teal", "colorFrom: blue")
    assert space.main() == 0
