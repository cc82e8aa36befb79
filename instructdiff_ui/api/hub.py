"""The Hugging Face Hub: pushing selections and models, publishing and opening runs, handing trainings to HF Jobs.

Acts for whoever is being served: a visitor with the token of their own sign-in and no other, the owner of the machine
with that of the environment.
"""

from __future__ import annotations

from contextlib import suppress

from .. import hosting
from ..errors import HubError, RunError
from ..hub import client, jobs, published, publishing, pushing
from ..hub.access import Checked, check_dataset, check_model
from ..hub.client import account_of
from ..hub.jobs import JobPlan, JobState, flavors
from ..hub.published import Link, parse_link
from ..hub.repos import Pushed
from ..runs import home, origins, quotas, visitors

__all__ = [
    "Checked",
    "JobPlan",
    "JobState",
    "Link",
    "Pushed",
    "account_of",
    "check_dataset",
    "check_model",
    "flavors",
    "job_preview",
    "job_state",
    "open_published",
    "parse_link",
    "publish_run",
    "push_dataset",
    "push_model",
    "signed_in",
    "submit_job",
    "tidy_gallery",
    "token",
]


def token() -> str | None:
    """The token to use the Hub with; None where whoever is being served has none. Never to be shown or written."""
    visitor = visitors.current()
    if visitor is not None:
        return visitor.token
    from huggingface_hub import get_token

    return get_token()


def signed_in() -> str | None:
    """The Hub account that is used, or None; `HubError` where the Hub cannot tell or does not accept the token."""
    visitor = visitors.current()
    if visitor is not None and visitor.token and visitor.name:
        return visitor.name
    return client.name_of(token())


def push_dataset(run: str, repo_id: str, *, private: bool = True, replace: bool = False) -> Pushed:
    """Push the rows that the rule in force selects as a dataset repository, with scores, rule and a card.

    A repository of other content is refused unless `replace`. Raises `HubError` with one sentence.
    """
    return pushing.push_dataset(home.open_store(run), repo_id, token=token(), private=private, replace=replace)


def push_model(run: str, repo_id: str, *, private: bool = True, replace: bool = False) -> Pushed:
    """Push the fine-tuned adapter or model as a model repository, with its card."""
    return pushing.push_model(home.open_store(run), repo_id, token=token(), private=private, replace=replace)


def publish_run(run: str, repo_id: str, *, private: bool = True, replace: bool = False) -> Pushed:
    """Publish the whole run as a dataset repository, which `open_published` opens in any copy of the app."""
    return publishing.publish_run(home.open_store(run), repo_id, token=token(), private=private, replace=replace)


def open_published(link: str, *, shared: bool = False) -> str:
    """Open a published run: `org/name`, `org/name@revision` or its page on the Hub; returns the id of its copy.

    One that was opened before takes no more room, and is found while the Hub cannot be reached.

    With `shared` every visitor finds it here, which is for the owner of the server to say.
    """
    named = parse_link(link)
    if named is None:
        raise HubError("Name a published run: its id is org/name.")
    if shared and not _is_owner():
        raise RunError("Only the owner of this server decides what everyone sees.")
    place = None if shared else published.copy_here(named.repo_id, named.revision, token())
    if place is None:
        quotas.check_room(runs=1)
        most = {"limit_bytes": _room(), "limit_rows": None if shared else _rows()}
        place = published.open_published(named.repo_id, named.revision, token(), shared=shared, **most)
    return place.name


def tidy_gallery() -> list[str]:
    """Take out of what everyone sees the runs that `INSTRUCTDIFF_GALLERY` named once and no longer does; their ids."""
    named = []
    for text in hosting.gallery():
        with suppress(HubError):  # told when it was to be opened
            named += [(link.repo_id, link.revision)] if (link := parse_link(text)) else []
    return origins.tidy_gallery(named)


def _is_owner() -> bool:
    visitor = visitors.current()
    return visitor is None or visitor.is_owner


def _room() -> int | None:
    """Bytes that whoever is being served may download; None: as many as there are."""
    if visitors.current() is None:
        return None
    allowed = hosting.limits()
    left = allowed.disk_mb * 1_000_000 - quotas.disk_used(home.home())
    return max(0, min(allowed.download_mb * 1_000_000, left))


def _rows() -> int | None:
    """Rows of a run that whoever is being served may have; None: as many as there are."""
    return None if visitors.current() is None else hosting.limits().rows


def job_preview(
    run: str, data_repo: str, output_repo: str, *, flavor: str = "a10g-large", timeout: str = "6h"
) -> JobPlan:
    """The script and the command that would fine-tune on the pushed selection by HF Jobs; nothing is submitted."""
    how = {"flavor": flavor, "timeout": timeout}
    return jobs.plan_job(home.open_store(run), data_repo, output_repo, token=token(), **how)


def submit_job(plan: JobPlan) -> JobState:
    """Submit just what `job_preview` showed, in the account of whoever is being served."""
    return jobs.submit(plan, token=token())


def job_state(job_id: str) -> JobState:
    """How far a submitted job is."""
    return jobs.state(job_id, token=token())
