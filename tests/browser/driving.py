"""What the tests of the page do in a browser: serve it, open tabs, choose, wait until something is shown."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONG = 180_000  # ms: stages of a tiny run, on a machine that may be busy with other things


class Server:
    """`python app.py` in a process of its own."""

    def __init__(self, log: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._log = log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            command = [sys.executable, "app.py", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        for _ in range(240):
            try:
                urllib.request.urlopen(self.url, timeout=2).read(1)
                return
            except OSError:
                time.sleep(0.25)
        raise AssertionError(self._log.read_text())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def choose(page, label, option):
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option).click()


def tab(page, name):
    page.get_by_role("tab", name=name).click()


def shown(page, selector, text, timeout=LONG):
    page.locator(selector).filter(has_text=text).first.wait_for(timeout=timeout)


def finished(page, name):
    page.get_by_role("tab", name=f"{name} ✓").wait_for(timeout=LONG)
