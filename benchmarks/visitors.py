"""A public server with many visitors at once, while a job runs: how long actions take, and whether memory grows.

python -m benchmarks.visitors [--visitors 20] [--minutes 10]

Each visitor has a cookie and a session of its own, opens the demo, then turns thresholds, pages through rows and sorts
them, with pauses in between, over the same HTTP routes as the page; its timer asks every second and a half. One more
visitor does the demo's run again the whole time. Browsers are left out: twenty of them would be what is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import numpy as np

POLL, PAUSE = 1.5, 4.0  # seconds: of the page's timer; between actions, on average
WARM_UP = 0.25  # share of the time after which memory must not grow


class Visitor:
    """One session of the page over HTTP: what is shown is not kept, but for the run that is open."""

    def __init__(self, url: str, seed: int):
        self.http = httpx.Client(base_url=url, timeout=120)
        self.http.get("/")  # the cookie
        config = self.http.get("/config").json()
        self.ids = {c["props"].get("elem_id"): c["id"] for c in config["components"] if c["props"].get("elem_id")}
        self.states = {c["id"] for c in config["components"] if c["type"] == "state"}
        self.values = {c["id"]: c["props"].get("value") for c in config["components"]}
        self.events = [one for one in config["dependencies"] if one["targets"]]  # not what is for scripts
        self.session, self.random = secrets.token_hex(8), random.Random(seed)

    def event(self, component: str | None, name: str) -> dict[str, Any]:
        """The first event `name` of the component with this id, or of the whole page."""
        wanted = self.ids.get(component) if component else None
        for one in self.events:
            for target, kind in one["targets"]:
                if kind == name and one["backend_fn"] and (target == wanted or (wanted is None and one["outputs"])):
                    return one
        raise LookupError(f"{component} has no {name}")

    def fire(self, event: dict[str, Any], data: Any = None) -> list[Any]:
        """Ask for one event and wait for its answer, as the page does."""
        inputs = [None if i in self.states else self.values[i] for i in event["inputs"]]
        body = {
            "data": inputs, "event_data": data, "fn_index": event["id"], "session_hash": self.session,
            "trigger_id": event["targets"][0][0],
        }  # fmt: skip
        if not event["queue"]:
            answer = self.http.post("/gradio_api/run/predict", json=body)
            answer.raise_for_status()
            return self._kept(event, answer.json()["data"])
        asked = self.http.post("/gradio_api/queue/join", json=body)
        asked.raise_for_status()
        return self._kept(event, self._answer(asked.json()["event_id"]))

    def _kept(self, event: dict[str, Any], answers: list[Any]) -> list[Any]:
        """Keep the texts that the page would send back, such as what it shows already."""
        for target, answer in zip(event["outputs"], answers, strict=False):
            if isinstance(answer, str):
                self.values[target] = answer
        return answers

    def _answer(self, event_id: str) -> list[Any]:
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                if '"process_completed"' in line and event_id in line:
                    told = json.loads(line.removeprefix("data:"))
                    if not told["success"]:
                        raise RuntimeError(line[:300])
                    return told["output"]["data"]
        raise RuntimeError("the answer did not come")

    # what a person does ---------------------------------------------------------------------------------------------

    def open(self) -> None:
        self.fire(self.event(None, "load"))
        self.fire(self.event("run-id", "change"))

    def rerun(self) -> None:
        self.fire(self.event("rerun", "click"))
        self.fire(self.event("run-id", "change"))

    def stop(self) -> None:
        self.fire(self.event("stop", "click"))

    def threshold(self) -> None:
        domain = self.random.choice(["", "math", "code", "general", "medical"])
        value = self.random.uniform(2, 60)
        self.fire(self.event("ratios", "select"), {"event": "ratio", "key": f"ratio:{domain}", "value": value})

    def page(self) -> None:
        self.fire(self.event("rows", "select"), {"event": "page", "key": str(self.random.randint(1, 4))})

    def sort(self) -> None:
        key = self.random.choice(["delta_entropy", "delta_nll", "n_tokens"])
        self.fire(self.event("rows", "select"), {"event": "sort", "key": key})

    def segment(self) -> None:
        key = self.random.choice(["all", "kept", "dropped"])
        self.fire(self.event("rows", "select"), {"event": "show", "key": key})

    def tick(self) -> None:
        self.fire(self._tick)

    @property
    def _tick(self) -> dict[str, Any]:
        return next(one for one in self.events if one["targets"][0][1] == "tick")

    def at_work(self) -> bool:
        """Whether the open run is being worked on: until then each tick has something to say."""
        self.tick()
        shown = json.loads(self.values[next(i for i in self._tick["inputs"] if i != self.ids["run-id"])])
        return not shown["settled"]

    ACTIONS = ("threshold", "threshold", "page", "sort", "segment")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        server, url = started(Path(home))
        try:
            report(*measured(server, url, visitors=arguments.visitors, seconds=60 * arguments.minutes))
        finally:
            server.terminate()
            server.wait()


def started(home: Path) -> tuple[subprocess.Popen, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"INSTRUCTDIFF_PUBLIC": "1", "INSTRUCTDIFF_HOME": str(home)}
    server = subprocess.Popen([sys.executable, "app.py", "--port", str(port)], env=environment, stdout=sys.stderr)
    url = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            httpx.get(url, timeout=5)
            return server, url
        except httpx.HTTPError:
            time.sleep(0.25)
    raise SystemExit("The server did not start.")


def measured(
    server: subprocess.Popen, url: str, *, visitors: int, seconds: float
) -> tuple[dict[str, list[float]], list[str], list[tuple[float, float]], int]:
    """Seconds of each action, what went wrong, (seconds, MB) of the server, and how often the job was done."""
    taken: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    memory: list[tuple[float, float]] = []
    jobs = [0]
    end = time.monotonic() + seconds

    def timed(visitor: Visitor, action: str) -> None:
        began = time.perf_counter()
        try:
            getattr(visitor, action)()
            taken[action].append(time.perf_counter() - began)
        except Exception as error:
            wrong.append(f"{action}: {error}")

    def visit(number: int) -> None:
        visitor = Visitor(url, number)
        timed(visitor, "open")
        due, action_due = time.monotonic() + POLL, time.monotonic() + visitor.random.expovariate(1 / PAUSE)
        while (now := time.monotonic()) < end:
            if now >= action_due:
                timed(visitor, visitor.random.choice(Visitor.ACTIONS))
                action_due = time.monotonic() + visitor.random.expovariate(1 / PAUSE)
            elif now >= due:
                timed(visitor, "tick")
                due = now + POLL
            time.sleep(max(0.0, min(due, action_due) - time.monotonic()))

    def work() -> None:
        visitor = Visitor(url, -1)
        visitor.open()
        while time.monotonic() < end:
            visitor.rerun()
            jobs[0] += 1
            while time.monotonic() < end and visitor.at_work():
                time.sleep(POLL)
        visitor.stop()
        while visitor.at_work():
            time.sleep(POLL)

    threads = [threading.Thread(target=visit, args=(k,)) for k in range(visitors)] + [threading.Thread(target=work)]
    began = time.monotonic()
    memory.append((0.0, resident(server.pid)))  # before anyone came
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        memory.append((time.monotonic() - began, resident(server.pid)))
        time.sleep(5)
    for thread in threads:
        thread.join()
    return taken, wrong, memory, jobs[0]


def resident(pid: int) -> float:
    """MB of the server's own memory."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Private_Dirty"):
            return int(line.split()[1]) / 1024
    return 0.0


def report(taken: dict[str, list[float]], wrong: list[str], memory: list[tuple[float, float]], jobs: int) -> None:
    print("\n| action | times | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|")
    for action, seconds in taken.items():
        p50, p95 = np.quantile(seconds, [0.5, 0.95]) * 1000
        print(f"| {action} | {len(seconds)} | {p50:.0f} | {p95:.0f} | {1000 * max(seconds):.0f} |")
    acted = [s for action, seconds in taken.items() if action not in ("tick", "open") for s in seconds]
    print(f"\nall actions but opening: p95 {1000 * np.quantile(acted, 0.95):.0f} ms; {len(wrong)} went wrong")
    for line in wrong[:5]:
        print(f"  {line}")
    warm = [(t, mb) for t, mb in memory if t > WARM_UP * memory[-1][0]]
    slope = np.polyfit(*np.array(warm).T, 1)[0] * 60
    print(
        f"server's own memory: {warm[0][1]:.0f} MB after warm-up, {warm[-1][1]:.0f} MB at the end, {slope:+.1f} MB/min"
    )
    minutes = [next(mb for t, mb in memory if t >= 60 * k) for k in range(int(memory[-1][0] // 60) + 1)]
    print(f"before anyone came and after each minute: {', '.join(f'{mb:.0f}' for mb in minutes)} MB")
    print(f"the job was begun {jobs} times")


if __name__ == "__main__":
    main()
