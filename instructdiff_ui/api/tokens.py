"""One row of a run, token by token."""

from __future__ import annotations

from ..runs import home, quotas, tokenview
from ..runs.tokenview import TokenView
from .permission import check_repositories

__all__ = ["TokenView", "token_view"]


def token_view(run: str, example_id: str, *, compute: bool = False) -> TokenView | None:
    """Entropy and NLL of every response token of a row under the base and the calibrated model, in nats.

    As scoring stored them; where it did not, None, or with `compute` what the models of the run say now, which takes
    the seconds of loading them. Raises `RunError` where there is nothing to read and nothing to compute with, or the
    accelerator is busy, and `DataError` for a row that the run does not have.
    """
    store = home.open_store(run)
    if compute:
        quotas.check_known()
    found = tokenview.token_view(store, example_id)
    if found is not None or not compute:
        return found
    check_repositories(store.config().model)
    return tokenview.compute(store, example_id)
