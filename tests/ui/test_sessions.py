"""A page that stays open does not take more and more of the server's memory."""

from __future__ import annotations

import gradio as gr
import httpx
import pytest

from instructdiff_ui.ui.sessions import keep_ids


@pytest.fixture
def ticking():
    """A page whose one event takes a text box and updates it, as a timer's does; gives its address and its sessions."""
    keep_ids()
    with gr.Blocks(analytics_enabled=False) as page:
        box = gr.Textbox("first")
        box.submit(lambda said: gr.skip() if said == "skip" else gr.update(label=said), box, box, queue=False)
    page.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    yield page
    page.close()


def tick(page, said: str) -> dict:
    body = {"data": [said], "fn_index": 0, "session_hash": "open"}
    answer = httpx.post(f"{page.local_url}gradio_api/run/predict", json=body)
    answer.raise_for_status()
    return answer.json()["data"][0]


@pytest.mark.parametrize("said", ["skip", "update"])
def test_ticks_leave_no_components_behind(ticking, said):
    for _ in range(5):
        tick(ticking, said)
    session = ticking.app.state_holder.session_data["open"]
    assert session.blocks_config.blocks.keys() == ticking.blocks.keys()
    assert session.config_values.keys() <= ticking.blocks.keys()


def test_updates_are_still_those_of_the_session(ticking):
    assert tick(ticking, "mine")["label"] == "mine"
    page, session = ticking.blocks, ticking.app.state_holder.session_data["open"].blocks_config.blocks
    (box,) = (key for key, one in page.items() if isinstance(one, gr.Textbox))
    assert session[box].label == "mine" and session[box]._id == box
    assert page[box].label != "mine", "other sessions have their own"
