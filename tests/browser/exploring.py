"""What the tests of Explore & select do on the page: hold lines, fill boxes, mark regions, read numbers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from driving import LONG, Server

from instructdiff_ui import api

EXACT = re.compile(r"^[\d,]+$")


@dataclass(frozen=True)
class App:
    """A server, and the scored run that it opens on."""

    server: Server
    home: Path
    run: str
    scored: Path  # the file that the run was made from

    @property
    def url(self) -> str:
        return f"{self.server.url}?run={self.run}"


def open_explore(page, url):
    """The page at an address, once both charts can be used."""
    page.goto(url)
    for name in ("entropy-chart", "second-chart"):
        page.locator(f"#{name} .js-plotly-plot").wait_for(timeout=LONG)
    return page


def wait_until(holds: Callable[[], Any], *, seconds: float = 15) -> Any:
    """What `holds` gives as soon as it is true; for what is not on the page but in its address or on disk."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "this did not come about"
        time.sleep(0.05)
    return found


# numbers -----------------------------------------------------------------------------------------------------------


def live(page, name):
    """What the page says of a number that follows a held line: `kept`, `kept:math`, …"""
    return page.locator(f'[data-live="{name}"]').first


def kept(page) -> int:
    """The count of kept rows, once it is exact."""
    return int(live(page, "kept").filter(has_text=EXACT).inner_text().replace(",", ""))


def box(page, key):
    """The number box of β (`ratio:math`) or of an end of γ (`gamma:`, `gamma_high:math`), in percent."""
    return page.locator(f'#ratios input[data-key="{key}"], #gammas input[data-key="{key}"]')


def fill(page, key, value):
    box(page, key).fill(value)
    box(page, key).press("Enter")


def linked(page, run) -> tuple[api.SelectionSpec, dict]:
    """Rule and view as the address holds them."""
    state = parse_qs(urlsplit(page.evaluate("location.href")).query).get("state", [""])[0]
    return api.open_link(run, state) if state else (api.spec(run), {})


def rule(page, run) -> api.SelectionSpec:
    """The rule that is shown, as soon as the address holds it too."""
    return wait_until(lambda: _shown_rule(page, run))


def look(page, run) -> dict:
    """How the address says things are drawn, without what the page chose by itself."""
    drawing = linked(page, run)[1].get("drawing", {})
    return {name: value for name, value in drawing.items() if name != "category"}


def _shown_rule(page, run):
    spec, _ = linked(page, run)
    return spec if spec.hash[:8] in page.locator("#kpis").inner_text() else None


def matches(page) -> int:
    """How many rows the table has over all its pages."""
    return int(re.match(r"[\d,]+", page.locator("#rows .pager").inner_text()).group().replace(",", ""))


# charts ------------------------------------------------------------------------------------------------------------


def handle(page, chart, name):
    return page.locator(f'#{chart} .chart-handle[data-name="{name}"]').first


def at(page, chart, name) -> float:
    """Where a line stands, in nats."""
    return float(handle(page, chart, name).get_attribute("aria-valuenow"))


@contextmanager
def held(page, chart, name, *, dx=0, dy=0):
    """A line that was taken and moved by some pixels; it is let go at the end."""
    line = handle(page, chart, name)
    line.scroll_into_view_if_needed()
    place = line.bounding_box()
    x, y = place["x"] + min(place["width"] / 2, 30), place["y"] + min(place["height"] / 2, 30)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=6)
    live(page, "kept").filter(has_text="≈").wait_for()
    yield
    page.mouse.up()
    live(page, "kept").filter(has_text=EXACT).wait_for()


def drag(page, chart, name, **by):
    with held(page, chart, name, **by):
        pass


def mark(page, chart, tool, path):
    """Mark a region with a tool of a chart; `path` in shares of its drawing's width and height, from the top left."""
    page.locator(f"#{chart}").get_by_role("button", name=tool).click()
    area = page.locator(f"#{chart} .nsewdrag").first
    area.scroll_into_view_if_needed()
    place = area.bounding_box()
    points = [(place["x"] + place["width"] * x, place["y"] + place["height"] * y) for x, y in path]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def segment(page, group, words):
    page.locator(f"#{group} label").filter(has_text=words).first.click()


def panel(page, words):
    segment(page, "panel", words)
