"""How long the demo takes: from the start of the process to the first histogram in a browser, and to do its run again.

python -m benchmarks.demo [--starts 3] [--no-live]
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HISTOGRAM = "#entropy-chart .barlayer .point"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=3, help="cold starts to time")
    parser.add_argument("--no-live", action="store_true", help="leave out doing the run again")
    arguments = parser.parse_args()
    print(f"{'start':>6} {'first answer':>13} {'first histogram':>16}   (seconds since the process began)")
    for number in range(1, arguments.starts + 1):
        answered, drawn = time_start()
        print(f"{number:>6} {answered:>13.1f} {drawn:>16.1f}", flush=True)
    if not arguments.no_live:
        time_rerun()


def time_start() -> tuple[float, float]:
    """A start of the app with an empty home; the browser is up before."""
    with page() as tab, tempfile.TemporaryDirectory() as home:
        port = free_port()
        began = time.perf_counter()
        command = [sys.executable, "app.py", "--port", str(port)]
        environment = os.environ | {"INSTRUCTDIFF_HOME": home}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{port}/")
            answered = time.perf_counter() - began
            tab.goto(f"http://127.0.0.1:{port}/")
            tab.wait_for_selector(HISTOGRAM, state="attached", timeout=60_000)
            return answered, time.perf_counter() - began
        finally:
            server.terminate()
            server.wait()


def time_rerun() -> None:
    """The demo's run again, up to its selection, stage by stage."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["INSTRUCTDIFF_HOME"] = home
        from instructdiff_ui import api

        began = time.perf_counter()
        run = api.rerun_demo()
        while api.status(run).active:
            time.sleep(0.2)
        seconds, now = time.perf_counter() - began, api.status(run)
        parts = ", ".join(f"{s.label} {s.seconds:.1f}" for s in now.stages if s.status == "done" and s.seconds)
        print(f"run it live: {seconds:.0f} s ({now.state}; {parts})")
        if overlap := api.demo_overlap(run, api.spec(run)):
            print(f"{overlap.shared} of {overlap.here} selected rows as shipped, Jaccard {overlap.jaccard:.3f}")


@contextmanager
def page() -> Iterator:
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit(f"The start is timed in an installed browser; there is none of {', '.join(BROWSERS)}.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str) -> None:
    while True:
        try:
            urlopen(address, timeout=1).close()
            return
        except (URLError, OSError):
            time.sleep(0.05)


if __name__ == "__main__":
    main()
