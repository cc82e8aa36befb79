"""Whether the app imports and starts as on a Space: only what is tracked, a fresh home, no GPU, torch left alone.

The app runs in a process of its own over a copy of the tracked files. Small stand-ins on its path report through files:
that somebody imported torch, and that a function was handed to ZeroGPU.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import tracked
from .finding import Finding, judged

PATIENCE = 90  # seconds for a start
EVERYWHERE = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"  # answers only where all addresses are listened on
ON_A_SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "somebody/instructdiff-ui",
    "SPACE_HOST": "somebody-instructdiff-ui.hf.space",
    "SPACE_AUTHOR_NAME": "somebody",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_NUM_PORTS": "1",
    "OAUTH_CLIENT_ID": "client",
    "OAUTH_CLIENT_SECRET": "secret",
    "OAUTH_SCOPES": "openid profile",
    "OPENID_PROVIDER_URL": "https://huggingface.co",
    "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "OMP_NUM_THREADS")
NO_TORCH = """
import os, pathlib
pathlib.Path(os.environ["TOOLS_SPACE_MARKS"], "torch").touch()
raise ImportError("torch is not to be imported before somebody starts a job")
"""
NO_SPACES = 'raise ModuleNotFoundError("No module named \'spaces\'", name="spaces")\n'
FAKE_SPACES = """
import os, pathlib
def GPU(function=None, **options):
    pathlib.Path(os.environ["TOOLS_SPACE_MARKS"], "gpu").touch()
    return function if function is not None else lambda one: one
def gradio_auto_wrap(function):
    return function
"""


@dataclass(frozen=True)
class Answer:
    """What a started app said; `log` is all it printed."""

    page: int  # HTTP status of the first page
    opening: str  # what the events of a page that opens returned, as JSON
    torch: bool  # somebody imported it
    gpu: bool  # a function was handed to ZeroGPU
    wrote: list[str]  # files that are new or gone beside the app
    log: str


def check(root: Path, *, patience: float = PATIENCE) -> list[Finding]:
    """Findings about a start on CPU basic, without the package `spaces`, and one on ZeroGPU with a stand-in of it."""
    findings = []
    for where, stand_in, extra in (("CPU basic", NO_SPACES, {}), ("ZeroGPU", FAKE_SPACES, {"SPACES_ZERO_GPU": "true"})):
        try:
            answer = start(root, spaces=stand_in, extra=extra, patience=patience)
        except RuntimeError as error:
            findings.append(Finding(f"start on {where}", str(error), "failed"))
            continue
        findings += _judge(where, answer)
    return findings


def _judge(where: str, answer: Answer) -> list[Finding]:
    about = f"start on {where}"
    findings = [
        judged(
            about,
            answer.page == 200 and not answer.wrote,
            well="the page answers on 0.0.0.0 from tracked files alone, and nothing is written beside them.",
            ill=f"HTTP {answer.page}; written beside the app: {', '.join(answer.wrote[:5]) or 'nothing'}.",
        ),
        judged(
            f"first paint on {where}",
            "demo" in answer.opening.lower(),
            well="the page opens with the demo's run.",
            ill=f"the page opened without the demo: {answer.opening[:200]}",
        ),
        judged(
            f"torch on {where}",
            not answer.torch,
            well="not imported before a job starts.",
            ill="imported while the app started; that takes seconds, and ZeroGPU must come first.",
        ),
    ]
    if where == "ZeroGPU":
        findings.append(
            judged(
                "spaces.GPU",
                answer.gpu,
                well="a function is handed to ZeroGPU while the app starts.",
                ill="no function was decorated; ZeroGPU stops an app that has none.",
            )
        )
    return findings


def start(root: Path, *, spaces: str, extra: dict[str, str], patience: float) -> Answer:
    """Start `app.py` of `root` as a Space would and ask for its first page; `RuntimeError` where none comes.

    `spaces` is the source of a stand-in for that package, `extra` goes on top of a Space's environment.
    """
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        app, marks, home, path = (_made(base / name) for name in ("app", "marks", "home", "path"))
        before = _copied(root, app)
        (path / "torch.py").write_text(NO_TORCH, encoding="utf-8")
        (path / "spaces.py").write_text(spaces, encoding="utf-8")
        port = free_port()
        environment = {name: os.environ[name] for name in KEPT if name in os.environ} | ON_A_SPACE | extra
        environment |= {"HOME": str(home), "PYTHONPATH": str(path), "TOOLS_SPACE_MARKS": str(marks)}
        with _running(app, environment | {"GRADIO_SERVER_PORT": str(port)}, base / "log") as process:
            page = _first_page(process, f"http://{EVERYWHERE}:{port}/", patience, base / "log")
            opening = json.dumps(_opened(f"http://{EVERYWHERE}:{port}"))
        log = (base / "log").read_text(encoding="utf-8", errors="replace")
        wrote = sorted(before ^ _names(app))
        return Answer(page, opening, (marks / "torch").exists(), (marks / "gpu").exists(), wrote, log)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("", 0))
        return one.getsockname()[1]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _copied(root: Path, to: Path) -> set[str]:
    """Copy what is tracked, take away the right to write, and name what is there."""
    for one in tracked(root):
        target = to / one.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / one.path, target)
    for path in [to, *to.rglob("*")]:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    return _names(to)


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@contextlib.contextmanager
def _running(app: Path, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=app, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)
            for path in [app, *app.rglob("*")]:  # so that the folder can be removed
                path.chmod(path.stat().st_mode | stat.S_IWUSR)


def _first_page(process: subprocess.Popen, url: str, patience: float, log: Path) -> int:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"app.py ended with code {process.returncode}: {_tail(log)}")
        try:
            with urllib.request.urlopen(url, timeout=20) as page:
                return page.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"No page within {patience:g} s: {_tail(log)}")


def _tail(log: Path) -> str:
    return " ".join(log.read_text(encoding="utf-8", errors="replace").split())[-400:]


def _opened(url: str) -> list[Any]:
    """What the events answer that run when a page opens."""
    with urllib.request.urlopen(f"{url}/config", timeout=20) as answer:
        config = json.load(answer)
    ids = [
        one["id"]
        for one in config["dependencies"]
        if one["backend_fn"] and not one["inputs"] and any(target[1] == "load" for target in one["targets"])
    ]
    return [_called(url + config.get("api_prefix", ""), one) for one in ids]


def _called(url: str, event: int) -> Any:
    body = json.dumps({"data": [], "fn_index": event, "session_hash": f"opening{event}"}).encode()
    request = urllib.request.Request(f"{url}/queue/join", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20):
        pass
    with urllib.request.urlopen(f"{url}/queue/data?session_hash=opening{event}", timeout=60) as answers:
        for row in answers:
            said = json.loads(row[5:]) if row.startswith(b"data:") else {}
            if said.get("msg") == "process_completed":
                return said["output"]
    return None
