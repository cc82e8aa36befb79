"""What is in the repository: what the Hub takes, and nothing else.

The Hub refuses a file over 10 MB that is not in large file storage, and over plain git any binary file, however small;
`hf upload` puts both where they belong. A Space is built from what is tracked: there is no build step of ours.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .finding import Finding, complaints, judged

LARGEST = 10 * 10**6  # bytes of a file outside large file storage
WHOLE = 100 * 10**6  # bytes of all files
SYMLINK = "120000"


@dataclass(frozen=True)
class Tracked:
    path: str
    mode: str  # git's
    size: int  # bytes in the working tree
    large: bool  # in large file storage


def git(root: Path, *arguments: str, given: str | None = None) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


def tracked(root: Path) -> list[Tracked]:
    """Every tracked file that is still there."""
    rows = [row.split("\t", 1) for row in git(root, "ls-files", "-z", "--stage").split("\0") if row]
    paths = {path: about.split()[0] for about, path in rows}
    fields = git(root, "check-attr", "-z", "--stdin", "filter", given="\0".join(paths)).split("\0")
    filters = dict(zip(fields[0::3], fields[2::3], strict=False))
    return [
        Tracked(path, mode, (root / path).lstat().st_size, filters.get(path) == "lfs")
        for path, mode in paths.items()
        if (root / path).is_symlink() or (root / path).exists()
    ]


def check(root: Path) -> list[Finding]:
    """Findings about the files that git tracks in `root`."""
    files = tracked(root)
    whole = sum(one.size for one in files)
    big = [
        f"{one.path} has {one.size / 1e6:.1f} MB; the Hub takes {LARGEST / 1e6:.0f} MB outside large file storage."
        for one in files
        if one.size > LARGEST and not one.large
    ]
    links = [f"{one.path} is a symlink; it breaks where its target is not." for one in files if one.mode == SYMLINK]
    most = max(files, key=lambda one: one.size)
    return [
        *complaints("file sizes", big, well=f"{len(files)} files, the largest {most.path} ({most.size / 1e6:.1f} MB)."),
        judged(
            "whole size",
            whole <= WHOLE,
            well=f"{whole / 1e6:.0f} MB of {WHOLE / 1e6:.0f} MB.",
            ill=f"All files have {whole / 1e6:.0f} MB; more than {WHOLE / 1e6:.0f} MB start slowly.",
        ),
        *complaints("symlinks", links, well="none."),
        _absent(root),
    ]


def _absent(root: Path) -> Finding:
    """A file that is there and not tracked works here and is missing on a Space."""
    listed = git(root, "ls-files", "-z", "--others", "--", "app.py", "instructdiff_ui", "assets")
    found = [path for path in listed.split("\0") if path and "__pycache__" not in path]
    return judged(
        "untracked files",
        not found,
        well="none where the app looks for its own.",
        ill=f"git does not track {', '.join(found[:5])} ({len(found)} in all), so a Space would not have them.",
    )
