"""Writing files so that a reader never sees half of one.

Knows nothing of what is in them: bytes go to a temporary file beside the target, reach the disk, and take its name in
one step.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import disk_full

ASSETS = Path(__file__).resolve().parents[1] / "assets"
DEMO = "demo:"  # what a path into the demo pack begins with, so that a run names it alike on every machine
LOCAL = "local:"  # before the name of what lay on the machine where a published run was made: it is nowhere here


def expanded(path: str | Path) -> Path:
    """The path that a person wrote: `~` is their home, `demo:x` the file or folder `x` of the demo pack."""
    text = str(path)
    return demo_pack() / text.removeprefix(DEMO) if text.startswith(DEMO) else Path(path).expanduser()


def demo_pack() -> Path:
    """Where the demo pack lies; `INSTRUCTDIFF_DEMO` names another one."""
    return Path(os.environ.get("INSTRUCTDIFF_DEMO") or ASSETS / "demo").expanduser()


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and vanishes when it does not.

    A full disk is raised as `RunError`.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes it private
        temporary.replace(path)
    except OSError as error:
        raise disk_full(error, str(path)) or error from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def read_json(path: Path, default: Any = None) -> Any:
    """The JSON value in `path`; `default` where there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default


def read_jsonl(path: Path) -> list[dict]:
    """The objects of a file that may still be growing: a last line without its end is left out."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    complete = text[: text.rfind("\n") + 1]
    return [json.loads(line) for line in complete.splitlines() if line.strip()]
