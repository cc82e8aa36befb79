"""Whether the code runs on every Python that a Space may have: syntax, and what the standard library has."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from .files import tracked
from .finding import Finding, complaints

OLDEST = (3, 10)  # of the two that ZeroGPU has; what runs on it runs on 3.12
SAID = ".".join(map(str, OLDEST))


def check(root: Path) -> list[Finding]:
    """Findings about every Python file that git tracks in `root`."""
    files = [one.path for one in tracked(root) if one.path.endswith(".py")]
    wrong = [text for path in files if (text := _syntax(root, path))]
    syntax = complaints("syntax", wrong, well=f"{len(files)} files are Python {SAID}.")
    if wrong:
        return syntax
    newer = complaints("standard library", _newer(root, files), well=f"nothing newer than Python {SAID}.")
    return [*syntax, *newer, *_promise(root)]


def _syntax(root: Path, path: str) -> str | None:
    try:
        ast.parse((root / path).read_text(encoding="utf-8"), path, feature_version=OLDEST)
    except SyntaxError as error:
        return f"{path}:{error.lineno} is no Python {SAID}: {error.msg}."
    return None


def _newer(root: Path, files: list[str]) -> list[str]:
    """Complaints about uses of what a later Python brought, as vermin finds them."""
    entry = "import sys, vermin; sys.exit(vermin.main())"  # it cannot be run with -m
    options = [f"-t={SAID}-", "--format", "parsable", "--no-config-file", "--no-parse-comments"]
    done = subprocess.run([sys.executable, "-c", entry, *options, *files], cwd=root, capture_output=True, text=True)
    # file:line:column:version of Python 2:version of Python 3:what; the last rows sum up and have no line
    rows = [row.split(":", 5) for row in done.stdout.splitlines() if row.count(":") >= 5]
    found = [
        f"{os.path.relpath(row[0], root)}:{row[1]} needs Python {row[4]}: {row[5]}."
        for row in rows
        if row[1] and _later(row[4])
    ]
    if done.returncode and not found:
        found = [f"vermin could not look: {(done.stderr or done.stdout).strip()[-200:]}"]
    return found


def _later(version: str) -> bool:
    numbers = re.findall(r"\d+", version)
    return tuple(map(int, numbers)) > OLDEST


def _promise(root: Path) -> list[Finding]:
    said = re.search(r'^requires-python = "(.*)"$', (root / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    found = [] if said and said[1] == f">={SAID}" else [f"requires-python is {said and said[1]!r}, not '>={SAID}'."]
    return complaints("pyproject.toml", found, well=f"requires-python is >={SAID}.")
