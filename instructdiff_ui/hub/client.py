"""Talking to the Hub: with the given token and no other, and with one sentence for whatever goes wrong.

Knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .. import __version__
from ..data.hub import check_repo_id, hub_error
from ..errors import HubError, UserError, disk_full

if TYPE_CHECKING:
    from huggingface_hub import HfApi

SIGN_IN = "Sign in with Hugging Face first, or set HF_TOKEN."


def api_of(token: str | None) -> HfApi:
    """The client that acts for whoever has this token; without one for nobody, whatever the environment holds."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()  # progress is the caller's
    return HfApi(token=token or False, library_name="instructdiff-ui", library_version=__version__)


def needed(token: str | None) -> str:
    """The token, where nothing can be done without one; `HubError` where there is none."""
    if not token:
        raise HubError(SIGN_IN)
    return token


def name_of(token: str | None) -> str | None:
    """The account that a token belongs to; None without a token."""
    if not token:
        return None
    with speaking("your account", writing=True):
        return str(api_of(token).whoami()["name"])


def account_of(token: str) -> tuple[str, str]:
    """Id and name of the account that a token belongs to; `HubError` for a token that the Hub does not know."""
    from huggingface_hub.errors import HfHubHTTPError

    with speaking("your account"):
        try:
            about = api_of(token).whoami()
        except HfHubHTTPError as error:
            if error.response.status_code in (401, 403):
                raise HubError("The Hub does not know the token that was sent.") from None
            raise
    if about.get("type") != "user":
        raise HubError("This token is not one of a person's account.")
    return str(about["id"]), str(about["name"])


def full_id(repo_id: str, kind: str, token: str) -> str:
    """`org/name` for an id that was given with or without its owner; the owner is the token's by default."""
    plain = check_repo_id(repo_id.strip(), kind)
    return plain if "/" in plain else f"{name_of(token)}/{plain}"


@contextmanager
def speaking(repo_id: str, *, writing: bool = False) -> Iterator[None]:
    """Whatever the Hub, the network or a full disk makes fail inside is raised as a `UserError` of one sentence."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        known = (_refused_writing(error, repo_id) if writing else None) or hub_error(error, repo_id) or _other(error)
        if known is None:
            raise
        raise known from None


def _refused_writing(error: BaseException, repo_id: str) -> HubError | None:
    """What a status means when something was to be written, which is another matter than reading."""
    said = {
        400: f"The Hub does not accept this for {repo_id!r} (HTTP 400): check the name, and try again.",
        401: "The Hub does not accept the token (HTTP 401): sign in again, or set HF_TOKEN to a valid one.",
        402: f"The Hub asks for a payment method or a paid plan for {repo_id!r} (HTTP 402): see hf.co/pricing.",
        403: f"The Hub refuses to write to {repo_id!r} (HTTP 403): use a token that may write there.",
        409: f"{repo_id!r} was changed by somebody else in between (HTTP 409): try again.",
        412: f"{repo_id!r} was changed by somebody else in between (HTTP 412): try again.",
    }
    link: BaseException | None = error
    while link is not None:
        status = getattr(getattr(link, "response", None), "status_code", None)
        if status in said:
            return HubError(said[status])
        link = link.__cause__ or link.__context__
    if isinstance(error, ValueError) and "README.md" in str(error):
        return HubError(f"The Hub does not accept the metadata of the card for {repo_id!r}.")
    return None


def _other(error: BaseException) -> UserError | None:
    return disk_full(error, "what comes from the Hub") if isinstance(error, OSError) else None
