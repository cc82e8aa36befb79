"""The Hugging Face Hub, as published: pushing what was selected and trained, publishing and opening runs.

Acts with the token of whoever is being served; no token is ever an argument.
"""

from __future__ import annotations

from typing import Any

from ..hub import Pushed, open_published, publish_run, push_dataset, push_model
from .jobs import status
from .plain import plain

__all__ = ["open_from_hub", "publish_to_hub", "push_model_to_hub", "push_to_hub"]


def push_to_hub(run: str, repo_id: str, private: bool = True, replace: bool = False) -> dict[str, Any]:
    """Push the rows that the rule in force keeps to the Hub as a dataset, with scores, rule and a card.

    Args:
        run: The id of a scored run.
        repo_id: The dataset repository, as owner/name.
        private: Whether only its owner sees it, where it is made.
        replace: Whether a repository of other content is written over.

    Returns:
        Where it lies on the Hub, and the commit.
    """
    return _place(push_dataset(run, repo_id, private=private, replace=replace))


def push_model_to_hub(run: str, repo_id: str, private: bool = True, replace: bool = False) -> dict[str, Any]:
    """Push the fine-tuned adapter or model of a run to the Hub, with a card.

    Args:
        run: The id of a run with a fine-tuned model.
        repo_id: The model repository, as owner/name.
        private: Whether only its owner sees it, where it is made.
        replace: Whether a repository of other content is written over.

    Returns:
        Where it lies on the Hub, and the commit.
    """
    return _place(push_model(run, repo_id, private=private, replace=replace))


def publish_to_hub(run: str, repo_id: str, private: bool = True, replace: bool = False) -> dict[str, Any]:
    """Publish a whole run on the Hub, to be opened in any copy of the app.

    Args:
        run: The id of a finished run.
        repo_id: The dataset repository, as owner/name.
        private: Whether only its owner sees it, where it is made.
        replace: Whether a repository of other content is written over.

    Returns:
        Where it lies on the Hub, and the commit.
    """
    return _place(publish_run(run, repo_id, private=private, replace=replace))


def open_from_hub(link: str) -> dict[str, Any]:
    """Open a copy of a run that was published on the Hub.

    Args:
        link: Its repository, as owner/name or owner/name@revision, or its page on the Hub.

    Returns:
        The status of the copy, as `status` gives it; `run` in it is its id.
    """
    return status(open_published(link))


def _place(pushed: Pushed) -> dict[str, Any]:
    """`address`: gradio would put the server's own before what is called `url`."""
    place = plain(pushed)
    return {"address": place.pop("url")} | place
