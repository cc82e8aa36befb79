"""Putting the page on the air: theme, stylesheet, and settings that keep it local and quiet."""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from importlib.util import find_spec
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from .. import api, hosting
from .identity import Door, serve_visitors
from .memory import share_heaps
from .page import build
from .view import ASSETS

MAX_UPLOAD = "2gb"
TIDY, SWEEP = 60, 3600  # seconds from one time to the next


def theme() -> gr.themes.Base:
    """Calm and dense, with the system's fonts: nothing is fetched from elsewhere."""
    fonts = ["Inter", "system-ui", "-apple-system", "Segoe UI", "sans-serif"]
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="gray",
        text_size="sm",
        spacing_size="sm",
        radius_size="md",
        font=fonts,
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "monospace"],
    ).set(
        body_background_fill="#fbfbfa",
        body_background_fill_dark="#101317",
        body_text_color="#1d2129",
        body_text_color_dark="#e6e8eb",
        body_text_color_subdued="#626a78",
        body_text_color_subdued_dark="#98a1ae",
        block_background_fill="#ffffff",
        block_background_fill_dark="#171b21",
        border_color_primary="#e2e5ea",
        border_color_primary_dark="#2a303a",
        block_border_color="#e2e5ea",
        block_border_color_dark="#2a303a",
        input_background_fill="#fbfbfa",
        input_background_fill_dark="#12161b",
        input_border_width="1px",
        input_border_color="#d5d9e0",
        input_border_color_dark="#333b47",
        button_primary_background_fill="#0f6fde",
        button_primary_background_fill_dark="#2f7fe0",
        button_primary_background_fill_hover="#0c5fc0",
        button_primary_background_fill_hover_dark="#4a92ea",
        button_primary_text_color="#ffffff",
        block_label_text_color="#626a78",
        block_label_text_color_dark="#98a1ae",
        slider_color="#0f6fde",
        slider_color_dark="#6aa9ff",
    )


def _keep_house() -> None:
    """Fetch the runs that everyone is to find; remove what was left behind long ago, now and every hour.

    Memory is tidied more often: each answer of gradio's makes components anew that hold themselves in cycles, and the
    collector, left to itself, waits for a quarter of the objects of all sessions to be such garbage.
    """
    with api.acting_as(None):
        for run in hosting.gallery():
            try:
                api.open_published(run, shared=True)
            except api.UserError as error:
                print(f"The run {run} could not be shown to everyone: {error.message}", file=sys.stderr)
            except Exception:  # whatever a run of strangers brings along, the others are still to be looked after
                traceback.print_exc()
    while True:
        try:
            api.sweep()
            api.tidy_gallery()
        except Exception:
            traceback.print_exc()
        for _ in range(SWEEP // TIDY):
            time.sleep(TIDY)
            gc.collect()


def launch(*, host: str = "127.0.0.1", port: int | None = None, open_browser: bool = False, **options: Any):
    """Start the server; `options` go to `Blocks.launch`. Returns what that returns."""
    share_heaps()
    public = hosting.is_public()
    page = build()
    if public:
        serve_visitors(page)
        threading.Thread(target=_keep_house, daemon=True).start()
    gc.freeze()  # the page's own objects live as long as the server: no need to walk them again and again
    settings: dict[str, Any] = {
        "server_name": host,
        "server_port": port,
        "inbrowser": open_browser,
        "theme": theme(),
        "css": (ASSETS / "style.css").read_text(encoding="utf-8"),
        "footer_links": [],
        "max_file_size": f"{hosting.limits().upload_mb}mb" if public else MAX_UPLOAD,
        "ssr_mode": False,
        "show_error": not public,  # what is not meant for people may name paths
        "mcp_server": find_spec("mcp") is not None,
        "app_kwargs": {"middleware": [Middleware(Door, public=public)]},
    }
    try:
        return page.launch(**(settings | options))
    except OSError as error:
        print(f"The server could not start: {error}", file=sys.stderr)
        raise SystemExit(2) from None
