"""What a Space installs: requirements.txt, with what the platform adds to the same command.

A Space reads no constraints.txt. The platform's own words are those of its build log on ZeroGPU; the extras of Gradio
hold pydantic back, so a requirement that looks harmless can leave pip without an answer.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from . import card
from .finding import Finding, complaints, judged

EXTRAS = {"oauth", "mcp"}  # of gradio: sign-in, and the tools for agents
PLATFORM = ("uvicorn>=0.14.0", "websockets>=10.4", "spaces")
ZERO_GPU_TORCH = "torch<=2.13.0"
OLDEST_TORCH, NEWER_TORCH = "2.7.1", "2.8.0"  # ZeroGPU starts with 2.8
PYTHONS = ("3.10", "3.12")
PATIENCE = 90  # seconds for one resolution


def check(root: Path) -> list[Finding]:
    """Findings about requirements.txt and constraints.txt, without the package index."""
    asked, wrong = _read(root / "requirements.txt")
    if wrong:
        return complaints("requirements", wrong, well="")
    gradio, torch = asked["gradio"], asked["torch"]
    sdk, pinned = card.read(root / "README.md").get("sdk_version"), _pins(root).get("gradio")
    fits = pinned is not None and gradio.specifier.contains(pinned)
    return [
        judged(
            "sdk_version",
            sdk == pinned and fits,
            well=f"{sdk}, as constraints.txt pins and requirements.txt allows.",
            ill=f"README says {sdk}, constraints.txt pins {pinned}, requirements.txt allows {gradio.specifier}.",
        ),
        judged(
            "gradio's extras",
            gradio.extras >= EXTRAS,
            well=f"{', '.join(sorted(gradio.extras))}, as a Space installs them.",
            ill=f"requirements.txt leaves out {', '.join(sorted(EXTRAS - gradio.extras))}; a Space has them.",
        ),
        judged(
            "torch",
            torch.specifier.contains(NEWER_TORCH) and not torch.specifier.contains(OLDEST_TORCH),
            well=f"{torch.specifier}: from the first version on that ZeroGPU has.",
            ill=f"requirements.txt allows {torch.specifier}; ZeroGPU begins with {NEWER_TORCH}.",
        ),
    ]


def resolve(root: Path, *, python: str, pinned: bool = False, patience: float = PATIENCE) -> Finding:
    """Whether wheels for this Python meet all requirements; asks the package index for metadata only.

    As a Space installs them, next to what the platform adds; `pinned`: as `make app` does, under constraints.txt.
    """
    about = f"{'make app' if pinned else 'install'} on {python}"
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
    command += ["--python-version", python, "--python-platform", "linux", "--only-binary", ":all:"]
    command += [str((root / "requirements.txt").resolve())]
    with tempfile.TemporaryDirectory() as folder:
        if pinned:
            command += ["--constraints", str((root / "constraints.txt").resolve())]
        else:
            added = Path(folder) / "platform.txt"
            added.write_text("\n".join([*_platform(root), ""]), encoding="utf-8")
            command.append(str(added))
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=patience, cwd=folder)
        except subprocess.TimeoutExpired:
            return Finding(about, f"no answer from the package index within {patience:g} s.", "skipped")
    return _answer(about, done.returncode, done.stdout, done.stderr)


def _platform(root: Path) -> list[str]:
    return [f"gradio[oauth,mcp]=={card.read(root / 'README.md')['sdk_version']}", *PLATFORM, ZERO_GPU_TORCH]


def _answer(about: str, code: int, out: str, err: str) -> Finding:
    if code == 0:
        named = [row for row in out.splitlines() if row.startswith(("torch==", "pandas==", "transformers=="))]
        return Finding(about, f"{len(out.split())} packages, among them {', '.join(named)}.")
    said = " ".join(err.split())
    if "No solution found" in said:
        return Finding(about, said, "failed")
    return Finding(about, f"no registry ({said[:120]}).", "skipped")


def _read(path: Path) -> tuple[dict[str, Requirement], list[str]]:
    """Requirements by name, and complaints: a Space mounts this one file, so nothing in it may point at another."""
    asked: dict[str, Requirement] = {}
    wrong = []
    for row in path.read_text(encoding="utf-8").splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        try:
            one = Requirement(row)
            asked[canonicalize_name(one.name)] = one
        except InvalidRequirement:
            wrong.append(f"{row!r} names no package; a Space sees this one file only.")
    wrong += [f"{name} is missing." for name in ("gradio", "torch") if name not in asked and not wrong]
    return asked, wrong


def _pins(root: Path) -> dict[str, str]:
    rows = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    bare = [row.split(";")[0].strip() for row in rows if "==" in row and not row.startswith("#")]
    return {canonicalize_name(name): version for name, version in (row.split("==") for row in bare)}
