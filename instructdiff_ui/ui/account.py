"""Who one is on a server that strangers use, what one may use of it, and the key by which scripts are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api, hosting
from .events import Busy, Quick, told
from .identity import HEADER, has_expired, key_of, signs_in
from .panels import account as panel
from .view import view

CONFIRM = """(run) => run && confirm(
  `Show ${run} to nobody else? What everyone sees is a copy, which goes; the run that it was made of stays.`
) ? run : "" """
BACK = ", until the server starts again: INSTRUCTDIFF_GALLERY names it"


@dataclass
class Account:
    card: gr.HTML
    share: gr.Button  # these two for the owner of the server
    unshare: gr.Button
    show_key: gr.Button
    key: gr.Textbox


def build() -> Account:
    """The card, laid out here; nothing of it is shown to the owner of the machine."""
    public = hosting.is_public()
    with gr.Column(visible=public, elem_id="account"):
        card = view(elem_id="account-card", label="You here")
        if public and signs_in():
            gr.LoginButton(size="sm", elem_id="sign-in")
        share = gr.Button("Show this run to everyone", size="sm", visible=False, elem_id="share-run")
        unshare = gr.Button("Show this run to nobody else", size="sm", visible=False, elem_id="unshare-run")
        with gr.Accordion("For scripts", open=False):
            show_key = gr.Button("Show my key", size="sm", elem_id="show-key")
            key = gr.Textbox(
                label=f"Key: send it in the header {HEADER}", visible=False, interactive=False, buttons=["copy"],
                elem_id="key",
            )  # fmt: skip
    return Account(card=card, share=share, unshare=unshare, show_key=show_key, key=key)


def wire(page: gr.Blocks, account: Account, run: gr.Textbox) -> None:
    page.load(told(_shown), None, account.card, **Quick)
    offered = [account.share, account.unshare]
    if hosting.is_public():
        run.change(told(_offered), run, offered, **Quick)
    account.share.click(told(_share), run, offered, **Busy)
    account.unshare.click(told(_unshare), run, [run, *offered], js=CONFIRM, **Busy)
    account.show_key.click(told(_key), None, account.key, **Busy)


def _shown(request: gr.Request) -> Any:
    visitor = api.current_visitor()
    if visitor is None:
        return []
    return panel.account_card(visitor, hosting.limits(), signs_in=signs_in(), expired=has_expired(request))


def _offered(run: str) -> list[Any]:
    """Whether the open run can be shown to everyone, or taken back; the demo is everyone's as long as it is there."""
    visitor = api.current_visitor()
    if not run or visitor is None or not visitor.is_owner or api.is_demo(run):
        return [gr.update(visible=False)] * 2
    own = any(one.run_id == run and not one.shared for one in api.list_runs())
    return [gr.update(visible=own), gr.update(visible=api.is_shared(run))]


def _share(run: str) -> list[Any]:
    api.share_run(run)
    gr.Info("Every visitor finds this run now, as it is.")
    return _offered(run)


def _unshare(run: str) -> list[Any]:
    """The owner's own run stays open; without one, the newest that is left."""
    if not run:  # not confirmed
        return [gr.skip()] * 3
    back = api.unshare_run(run)
    gr.Info(f"Nobody else finds this run any more{BACK if back else ''}.")
    left = [one.run_id for one in api.list_runs()]
    run = run if run in left else next(iter(left), "")
    return [run, *_offered(run)]


def _key(request: gr.Request) -> Any:
    """Whoever has the key sees and changes what its holder does, so it is shown on request alone."""
    visitor, key = api.current_visitor(), key_of(request)
    if visitor is not None and visitor.name is not None:
        raise gr.Error(f"A script is {visitor.name} by a token of yours: send it in the header Authorization: Bearer.")
    if not key:
        raise gr.Error("There is no key: allow this page's cookie.")
    return gr.update(value=key, visible=True)
