"""Showing runs to every visitor of a public server."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import api


def share(
    run: Annotated[str, typer.Argument(help="Run directory, or id of a run in the app's home")],
    remove: Annotated[bool, typer.Option("--remove", help="Take it out of what everyone sees")] = False,
) -> None:
    """Show a finished run, as it is now, to every visitor of the server that has this home."""
    if remove:
        api.unshare_run(run)
    else:
        typer.echo(api.share_run(run))
