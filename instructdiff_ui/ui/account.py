"""Who one is on a server that strangers use, what one may use of it, and the key by which scripts are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api, hosting
from .events import Busy, Quick, told
from .identity import HEADER, key_of, signs_in
from .panels import account as panel
from .view import view


@dataclass
class Account:
    card: gr.HTML
    share: gr.Button  # for the owner of the server
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
        with gr.Accordion("For scripts", open=False):
            show_key = gr.Button("Show my key", size="sm", elem_id="show-key")
            key = gr.Textbox(
                label=f"Key: send it in the header {HEADER}", visible=False, interactive=False, buttons=["copy"],
                elem_id="key",
            )  # fmt: skip
    return Account(card=card, share=share, show_key=show_key, key=key)


def wire(page: gr.Blocks, account: Account, run: gr.Textbox) -> None:
    page.load(told(_shown), None, [account.card, account.share], **Quick)
    account.share.click(told(_share), run, None, **Busy)
    account.show_key.click(told(_key), None, account.key, **Busy)


def _shown() -> list[Any]:
    api.seen()
    visitor = api.current_visitor()
    if visitor is None:
        return [[], gr.skip()]
    return [
        panel.account_card(visitor, hosting.limits(), signs_in=signs_in()),
        gr.update(visible=visitor.is_owner),
    ]


def _share(run: str) -> None:
    api.share_run(run)
    gr.Info("Every visitor finds this run now, as it is.")


def _key(request: gr.Request) -> Any:
    """Whoever has the key sees and changes what its holder does, so it is shown on request alone."""
    key = key_of(request)
    if not key:
        raise gr.Error("There is no key: allow this page's cookie, or sign in with a token in your script.")
    return gr.update(value=key, visible=True)
