"""Who one is on a server that strangers use, what one may use of it, and the key by which scripts are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from .. import api, hosting
from .events import Busy, Quick, told
from .identity import HEADER, key_of, signs_in
from .panels import account as panel
from .panels.jobs import run_list
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


def wire(page: gr.Blocks, account: Account, run: gr.Textbox, runs: gr.HTML) -> None:
    page.load(told(_shown), None, account.card, **Quick)
    if hosting.is_public():
        run.change(told(_offered), run, [account.share, account.unshare], **Quick)
    account.share.click(told(_share), run, runs, **Busy)
    account.unshare.click(told(_unshare), run, run, js=CONFIRM, **Busy)
    account.show_key.click(told(_key), None, account.key, **Busy)


def _shown() -> Any:
    api.seen()
    visitor = api.current_visitor()
    return [] if visitor is None else panel.account_card(visitor, hosting.limits(), signs_in=signs_in())


def _offered(run: str) -> list[Any]:
    """Whether the open run can be shown to everyone, or taken back; the demo is everyone's as long as it is there."""
    visitor = api.current_visitor()
    owners = bool(run) and visitor is not None and visitor.is_owner
    shared = owners and api.is_shared(run)
    return [
        gr.update(visible=owners and not shared),
        gr.update(visible=shared and not api.is_demo(run)),
    ]


def _share(run: str) -> Any:
    api.share_run(run)
    gr.Info("Every visitor finds this run now, as it is.")
    return run_list(api.list_runs(), run)


def _unshare(run: str) -> Any:
    if not run:  # not confirmed
        return gr.skip()
    back = api.unshare_run(run)
    gr.Info(f"Nobody finds this run any more{BACK if back else ''}.")
    return next((other.run_id for other in api.list_runs()), "")


def _key(request: gr.Request) -> Any:
    """Whoever has the key sees and changes what its holder does, so it is shown on request alone."""
    key = key_of(request)
    if not key:
        raise gr.Error("There is no key: allow this page's cookie, or sign in with a token in your script.")
    return gr.update(value=key, visible=True)
