"""`python -m tools.space`: says line by line whether the repository works as a Space; exit code 1 if anything fails."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import card, files, pythons, requirements, start
from .finding import Finding

ROOT = Path(__file__).resolve().parents[2]


def findings(root: Path, *, offline: bool) -> Iterator[Finding]:
    """Every finding about the repository in `root`, as it comes; `offline` leaves the package index alone."""
    for part in (card, files, pythons, requirements, start):
        yield from part.check(root)
    if offline:
        yield Finding("install", "the package index was not asked.", "skipped")
        return
    wanted = [(python, pinned) for python in requirements.PYTHONS for pinned in (False, True)]
    with ThreadPoolExecutor(len(wanted)) as pool:
        yield from pool.map(lambda one: requirements.resolve(root, python=one[0], pinned=one[1]), wanted)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.space", description=__doc__)
    parser.add_argument("--offline", action="store_true", help="do not ask the package index what would be installed")
    parser.add_argument("root", nargs="?", type=Path, default=ROOT, help="the repository; default: this one")
    arguments = parser.parse_args()
    failed = 0
    for one in findings(arguments.root, offline=arguments.offline):
        print(one, flush=True)
        failed += one.state == "failed"
    print("Ready to be pushed as a Space." if not failed else f"Not ready: {failed} failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
