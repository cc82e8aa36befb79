"""A report opened as a file in a browser: it asks for nothing, says nothing bad, follows the theme, and prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from instructdiff_ui import api

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"window.hit='img'\"></pre><script>window.hit='script'</script> ${window.hit='dollar'}"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    rows = [
        {
            "instruction": f"{i} {HOSTILE}",
            "output": HOSTILE,
            "domain": "math" if i % 2 else f"art {HOSTILE}"[:60],
            "n_tokens": 5 + i % 3,
            "base_nll": 2.0,
            "base_entropy": 2.0,
            "calibrated_nll": 2.0 - (i * 7 % 40) / 20,
            "calibrated_entropy": 2.0 - (i * 3 % 40) / 30,
        }
        for i in range(80)
    ]
    (folder / "scored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        run = api.import_scores(folder / "scored.jsonl", run_dir=folder / "run", settings={"name": HOSTILE[:70]})
        return api.write_report(run, folder / "report.html")[0]


@pytest.fixture
def opened(page, console, written):
    """The page at its file, with every request that it made noted in `asked`."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(written.as_uri())
    yield page
    assert asked == [written.as_uri()]
    assert console.errors == []
    assert page.evaluate("window.hit") is None


def ground(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_is_the_readers_and_paper_is_white(opened):
    grounds = {}
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme, media="screen")
        grounds[scheme] = ground(opened)
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}
    opened.emulate_media(color_scheme="dark", media="print")
    assert ground(opened) == "rgb(255, 255, 255)"
    assert opened.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert opened.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    opened.emulate_media(color_scheme="light", media="screen")


@pytest.mark.parametrize("width", [390, 1280])
def test_only_boxes_scroll_sideways(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") == width


def test_every_entry_of_the_contents_leads_to_its_section(opened):
    links = opened.locator("nav a")
    assert links.count() == opened.locator("main > section").count() > 5
    for link in links.all():
        target = link.get_attribute("href")
        assert opened.locator(target).locator("h2").inner_text() == link.inner_text()


def test_charts_are_drawn_in_the_colours_of_their_domains(opened):
    fills = opened.evaluate("[...document.querySelectorAll('path.bar.kept')].map(p => getComputedStyle(p).fill)")
    assert set(fills) == {"rgb(0, 114, 178)", "rgb(230, 159, 0)"}
    boxes = opened.evaluate("[...document.querySelectorAll('.histogram')].map(s => s.getBoundingClientRect().width)")
    assert len(boxes) == 4 and min(boxes) > 150
    assert opened.locator("line.beta").count() == 2 and opened.locator("line.gamma").count() == 4
