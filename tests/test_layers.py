"""Imports run one way (docs/architecture.md), and the heavy ones stay where they belong."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "instructdiff_ui"
LEAVES = {"hosting", "errors", "config", "files", "__init__"}
MAY_IMPORT = {
    "data": {"data"},
    "engine": {"engine", "data"},
    "selection": {"selection", "data"},
    "statistics": {"statistics"},
    "runs": {"runs", "engine", "selection", "statistics", "data"},
    "demo": {"demo", "runs", "engine", "selection", "statistics", "data"},
    "starters": {"runs"},
    "hub": {"hub", "runs", "selection", "data"},
    "api": {"demo", "starters", "hub", "runs", "engine", "selection", "statistics", "data"},
    "cli": {"api"},
    "ui": {"ui", "api", "selection", "statistics"},  # of the last two: the shapes of results that figures draw
    "__main__": {"cli"},
    "files": set(),
    "config": set(),
    "errors": set(),
    "hosting": set(),
    "__init__": set(),
}
HEAVY = {"torch", "transformers", "peft", "trl", "accelerate"}


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, bool]]:
    """(module, whether it is imported at the top level) for every import of a file; relative ones made absolute."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    package = ["instructdiff_ui", *path.relative_to(PACKAGE).parts[:-1]]
    found = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        top = node in tree.body
        if isinstance(node, ast.Import):
            found += [(alias.name, top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found += [(f"{module}.{alias.name}", top) for alias in node.names]
    return found


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    here = layer(path)
    for module, _ in imports(path):
        parts = module.split(".")
        if parts[0] != "instructdiff_ui" or len(parts) < 2:
            continue
        target = parts[1]
        if target.startswith("_") or target in LEAVES or target == here:
            continue
        assert target in MAY_IMPORT[here], f"{path.name} ({here}) imports {module}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_stay_in_their_layer(path):
    here = layer(path)
    for module, top in imports(path):
        library = module.split(".")[0]
        if library == "gradio":
            assert here == "ui", f"{path.name} imports gradio"
        if library in HEAVY:
            assert here == "engine", f"{path.name} imports {library}"
        if module.startswith("instructdiff_ui.engine") and here in ("runs", "api"):
            assert not top, f"{path.name} imports {module} at its top: the app would load torch at its start"


def test_the_page_starts_without_torch():
    code = "import sys, instructdiff_ui.ui.launch, instructdiff_ui.cli; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
