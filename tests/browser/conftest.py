"""A page in an installed Chromium that keeps what its console said, and servers to look at."""

import shutil
from dataclasses import dataclass, field

import pytest
from driving import Server
from exploring import App, open_explore
from scored import scored_file

from instructdiff_ui import api

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


PATIENCE = 90_000  # ms: clicks and values, on a machine that may be busy with other things


def pytest_collection_modifyitems(items):
    """A browser beside other work on two cores can be late for anything: one more try, which the summary names."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@dataclass
class Console:
    errors: list[str] = field(default_factory=list)

    def listen(self, page):
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._dialog)

    def reload(self, page, url=None):
        """Load the page again, or another one. What it was asking for is cut off, and it says so on its way out."""
        before = list(self.errors)
        page.goto(url) if url else page.reload()
        self.errors[:] = before

    def _dialog(self, dialog):
        self.errors.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    playwright.expect.set_options(timeout=PATIENCE)
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


@pytest.fixture(scope="module")
def context(browser):
    """The pages of a module load plotly and Gradio's scripts once."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context, console):
    page = context.new_page()
    console.listen(page)
    yield page
    page.close()


@pytest.fixture
def browsers(browser):
    """Makes browsers of other people."""
    contexts = []

    def another():
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        contexts[-1].set_default_timeout(PATIENCE)
        return contexts[-1].new_page()

    yield another
    for context in contexts:
        context.close()


@pytest.fixture
def server(tmp_path, home):
    server = Server(tmp_path / "server.log")
    yield server
    server.kill()
    for run in api.list_runs():
        api.stop(run.run_id)
        api.wait_for(run.run_id, 20)


@pytest.fixture(scope="module")
def app(browser, tmp_path_factory):
    """A server with one scored run, for all tests of a module: they look at it, and change only runs of their own."""
    folder = tmp_path_factory.mktemp("app")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        patch.setenv("INSTRUCTDIFF_DEMO", str(folder / "no-pack"))
        scored = scored_file(folder)
        run = api.import_scores(scored, settings={"name": "<i>hostile</i> ${1+1}"})
        server = Server(folder / "server.log")
    yield App(server, folder / "home", run, scored)
    server.kill()


@pytest.fixture
def explore(app, page, console, monkeypatch):
    """The page on the shared run; at the end its console must have said nothing bad."""
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(app.home))
    yield open_explore(page, app.url)
    assert console.errors == []


@pytest.fixture
def own_run(app, monkeypatch):
    """A run of the same rows that a test may change."""
    monkeypatch.setenv("INSTRUCTDIFF_HOME", str(app.home))
    run = api.import_scores(app.scored, settings={"name": "own"})
    yield run
    api.delete_run(run)
