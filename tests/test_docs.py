"""The docs say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from instructdiff_ui import cli
from instructdiff_ui.config import reference

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERBS = sorted(typer.main.get_command(cli.app).commands)


def test_the_settings_page_is_the_code():
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == reference(), (
        "write it anew: python -m instructdiff_ui settings > docs/settings.md"
    )


def test_every_verb_stands_in_the_readme_and_has_help():
    for name in VERBS:
        assert f"python -m instructdiff_ui {name}" in README, name
    for name, command in typer.main.get_command(cli.app).commands.items():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None) or parameter.name == "help", f"{name} {parameter.name}"


def test_the_readme_names_no_verb_or_make_target_that_is_not_there():
    assert set(re.findall(r"python -m instructdiff_ui ([a-z][a-z-]+)", README)) <= set(VERBS)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= targets


def test_links_and_pictures_are_there():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} points to {target}"
