"""The verbs of the Hub: push, publish, open."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from .. import api

RunDir = Annotated[str, typer.Argument(help="A run directory, or the id of a run in the app's home")]
Repo = Annotated[str, typer.Argument(help="The repository: org/name, or a name of your own")]
Public = Annotated[bool, typer.Option("--public", help="Everyone can read it; default: private")]
Replace = Annotated[bool, typer.Option("--replace", help="Also where the repository holds something else")]


def push(
    run: RunDir,
    repo: Repo,
    what: Annotated[Literal["dataset", "model"], typer.Option(help="The selected rows, or the model")] = "dataset",
    public: Public = False,
    replace: Replace = False,
) -> None:
    """Push the selected rows, or the model fine-tuned on them, to the Hugging Face Hub; HF_TOKEN must be set."""
    push_it = api.push_dataset if what == "dataset" else api.push_model
    _say(push_it(run, repo, private=not public, replace=replace))


def publish(run: RunDir, repo: Repo, public: Public = False, replace: Replace = False) -> None:
    """Publish a whole run on the Hugging Face Hub, so that a link opens it in any copy of the app."""
    _say(api.publish_run(run, repo, private=not public, replace=replace))


def open_run(
    link: Annotated[str, typer.Argument(help="A published run: org/name, org/name@revision or its page on the Hub")],
) -> None:
    """Open a run that was published on the Hugging Face Hub, and say where it is."""
    typer.echo(api.status(api.open_published(link)).path)


def _say(pushed: api.Pushed) -> None:
    typer.echo(f"{pushed.url} ({'private' if pushed.private else 'public'}), commit {pushed.commit[:8]}")
