"""A page in an installed Chromium that keeps what its console said."""

import shutil
from dataclasses import dataclass, field

import pytest
from driving import Server

from instructdiff_ui import api

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass
class Console:
    errors: list[str] = field(default_factory=list)

    def listen(self, page):
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(f"no installed browser: looked for {', '.join(NAMES)} on the path")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=list(ARGS))
        yield browser
        browser.close()


@pytest.fixture
def console():
    return Console()


@pytest.fixture
def page(browser, console):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    console.listen(page)
    yield page
    page.close()


@pytest.fixture
def server(tmp_path, home):
    server = Server(tmp_path / "server.log")
    yield server
    server.kill()
    for run in api.list_runs():
        api.stop(run.run_id)
        api.wait_for(run.run_id, 20)
