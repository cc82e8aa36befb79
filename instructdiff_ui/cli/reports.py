"""The verb that writes the report of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import api


def report(
    run: Annotated[str, typer.Argument(help="A run directory, or the id of a run in the app's home")],
    out: Annotated[Path, typer.Option(help="An .html or .md file, or a folder for both")] = Path("report.html"),
    experiment: Annotated[
        str | None, typer.Option(help="Its id or its name; default: the newest that has come to something")
    ] = None,
) -> None:
    """Write what a run chose, how sure that is, what came of it and how to do it again: one page, or Markdown."""
    for path in api.write_report(run, out, experiment):
        typer.echo(str(path))
