"""What the Hugging Face Hub's refusals mean, for datasets and models alike.

Knows nothing of what is loaded from it. No message repeats a library's text, so none can hold a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import HubError

_REPO_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*", re.ASCII)


def check_repo_id(repo_id: str, kind: str) -> str:
    """`repo_id` if it is `name` or `org/name`; `kind` ("dataset", "model") is for the message."""
    plain = len(repo_id) <= 96 and ".." not in repo_id and "--" not in repo_id
    if not plain or not _REPO_ID.fullmatch(repo_id) or repo_id.endswith((".", "-", ".git")):
        raise HubError(
            f"{repo_id!r} is neither a path that exists nor a Hub {kind} id: an id is name or org/name, "
            "of letters, digits, '-', '_' and '.'."
        )
    return repo_id


def check_access(repo_id: str, kind: str, token: str | bool | None) -> None:
    """Refuse whoever may not read a repository; the library's own error says why.

    Its info tells nothing of that, which the Hub gives to everyone for gated ones too, and neither does a cache that
    several people share.
    """
    from huggingface_hub import HfApi

    HfApi(token=token).auth_check(repo_id, repo_type=kind)


def hub_error(error: BaseException, repo_id: str) -> HubError | None:
    """The sentence for a failure of the Hub or the network anywhere in the chain of `error`; None for anything else."""
    sentences = (_sentence(link, repo_id) for link in _chain(error))
    found = next((sentence for sentence in sentences if sentence), None)
    return HubError(found) if found else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and its causes, the first cause first: libraries wrap the telling error into vaguer ones."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or link.__context__
    return reversed(links)


def _sentence(error: BaseException, repo_id: str) -> str | None:
    from huggingface_hub import errors as hub

    if isinstance(error, hub.OfflineModeIsEnabled):
        return f"{repo_id!r} is not in the local cache and HF_HUB_OFFLINE is set: unset it or give a local path."
    if isinstance(error, hub.GatedRepoError):
        return (
            f"{repo_id!r} is gated: accept its terms on its page at huggingface.co, "
            "and set HF_TOKEN to a token of that account."
        )
    if isinstance(error, hub.RepositoryNotFoundError):
        return (
            f"The Hub has no repository {repo_id!r}, or it is private: check the id, and set HF_TOKEN if it is private."
        )
    if isinstance(error, hub.RevisionNotFoundError):
        return f"The Hub's {repo_id!r} has no such revision: give a branch, a tag or a commit that is there."
    if isinstance(error, hub.EntryNotFoundError):
        return None  # a missing file, which the caller knows more about
    if isinstance(error, hub.HfHubHTTPError):
        return _by_status(error.response.status_code if error.response is not None else None, repo_id)
    # The HTTP client's own errors share a base with the Hub's, whichever client it is; those of a connection that
    # failed have no response.
    unanswered = isinstance(error, hub.HTTPError) and not hasattr(error, "response")
    if unanswered or isinstance(error, (hub.LocalEntryNotFoundError, ConnectionError, TimeoutError)):
        return f"The Hub cannot be reached for {repo_id!r}: check the network, or give a local path."
    return None


def _by_status(status: int | None, repo_id: str) -> str | None:
    if status == 429:
        return f"The Hub limits the rate of requests (HTTP 429) for {repo_id!r}: wait a few minutes, or set HF_TOKEN."
    if status in (401, 403):
        return (
            f"The Hub refuses access to {repo_id!r} (HTTP {status}): "
            "accept its terms if it has any, and check that HF_TOKEN is valid and may read it."
        )
    if status == 404:
        return f"The Hub has nothing at {repo_id!r} (HTTP 404), or it is private: check the id, and set HF_TOKEN."
    return f"The Hub failed for {repo_id!r} (HTTP {status}): try again later."
