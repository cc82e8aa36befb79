"""How long the explorable run takes to answer, at the size that users bring: a million rows of twenty domains.

python -m benchmarks.explore [--rows 1000000] [--domains 20]

Everything is called as the page calls it. The run is kept in build/bench and opened in a process of its own, so that
what making it took does not count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.explored import run_directory
from instructdiff_ui import api
from instructdiff_ui.api import explore
from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.regions import Region
from instructdiff_ui.selection.rows import RowQuery

FOLDER = Path("build/bench")
TIMES = 30


def main() -> None:
    arguments = asked(__doc__)
    if arguments.measure:
        return measure(arguments.measure)
    run = run_directory(FOLDER, arguments.rows, arguments.domains)
    opened(run)  # writes what is written once
    subprocess.run([sys.executable, "-m", "benchmarks.explore", "--measure", run], check=True)


def asked(about: str | None) -> argparse.Namespace:
    """The size of the run to measure, or a run that is there already."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--domains", type=int, default=20)
    parser.add_argument("--measure", help="only measure this run directory, in this process")
    return parser.parse_args()


def opened(run: str) -> None:
    """What the page asks for when a run is opened."""
    spec = api.spec(run)
    api.preview(run, spec)
    explore.rows(run, spec)


def measure(run: str) -> None:
    begun, worked = time.perf_counter(), time.process_time()
    opened(run)
    exploration = api.explore_run(run)
    size = sum(path.stat().st_size for path in Path(run).rglob("*") if path.is_file()) >> 20
    print(f"{len(exploration.table):,} rows, {len(exploration.domains)} domains, {size} MB in files")
    taken = f"{time.perf_counter() - begun:.2f} s, {time.process_time() - worked:.2f} s of processor time"
    print(f"open, first preview and first page: {taken}; memory {memory()}")
    values = exploration.table["delta_entropy"].to_numpy()
    sort, _, sort_cpu = times(lambda k: np.sort(values))
    print(f"one sort of a column: {sort:.1f} ms, {sort_cpu:.1f} ms of processor time")
    largest = 0
    for name, call in operations(run, exploration).items():
        results: list[Any] = []
        p50, p95, cpu = times(lambda k, call=call, results=results: results.append(call(k)))
        largest = max([largest, *(len(as_json(page)) for page in results if isinstance(page, api.Page))])
        print(f"  {name:34} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   cpu {cpu:6.1f} ms   {cpu / sort_cpu:5.1f} sorts")
    for name, query in searches().items():
        first, cached = once(run, query), once(run, query)
        print(f"  {name:34} first {first:6.0f} ms   then {cached:6.1f} ms")
    longest = explore.rows(run, SelectionSpec(), RowQuery(page_size=100))
    print(f"largest page of 25 as JSON {largest / 1024:.0f} KB, of 100 {len(as_json(longest)) / 1024:.0f} KB")
    print(f"memory at the end: {memory()}")


def operations(run: str, exploration: api.Exploration) -> dict[str, Callable[[int], Any]]:
    spec = SelectionSpec()
    metrics = list(exploration.metrics)
    first = exploration.domains[0]
    angles = np.linspace(0, 2 * np.pi, 80, endpoint=False)

    def rows(**query):
        return explore.rows(run, spec, RowQuery(**query))

    def region(k: int, **shape):
        return rows(region=Region(x="delta_nll", y="delta_entropy", **shape))

    def lasso(k: int):
        radius = (0.3 + k / 100) * (1 + 0.2 * np.sin(5 * angles))
        points = np.stack([radius * np.cos(angles) - 0.2, radius * np.sin(angles) + 0.1], axis=1)
        return region(k, lasso=tuple(map(tuple, points.tolist())))

    def preview(k: int, **rule):
        return api.preview(run, SelectionSpec(ratio=0.1 + k / 1000, **rule))

    def line(k: int, name: str, value: float, **how):
        return explore.move_cutoff(run, spec, line=name, group=first, value=value, **how)

    ids = exploration.select(spec).ids
    return {
        "preview, another β": preview,
        "preview, another γ": lambda k: preview(0, gamma=0.1 + k / 1000, gamma_high=0.05),
        "preview, rule of one domain": lambda k: preview(0, domains={first: {"gamma": 0.1 + k / 1000}}),
        "preview, tokens": lambda k: preview(k, budget="tokens"),
        "preview, filter by rank": lambda k: preview(k, filter="rank"),
        "preview, one ranking": lambda k: preview(k, scope="global"),
        "preview, 500 by hand": lambda k: preview(k, excluded=tuple(ids[k : k + 500])),
        "preview, a strategy for the 1st time": lambda k: preview(k, strategy="random", seed=k),
        "move the β line": lambda k: line(k, "beta", 0.1 + k / 1000),
        "move a γ line": lambda k: line(k, "gamma_low", -0.5 + k / 1000, linked=False, ends=False),
        "page with a new rule": lambda k: explore.rows(run, SelectionSpec(ratio=0.2 + k / 1000)),
        "page 1…30": lambda k: rows(page=k + 1),
        "deep pages": lambda k: rows(page=20_000 + 100 * k),
        "sort by a metric for the 1st time": lambda k: rows(sort_by=metrics[k % len(metrics)], descending=k % 2 == 0),
        "sort by decision, rank, domain, id": lambda k: rows(
            sort_by=("decision", "rank", "domain", "example_id")[k % 4], descending=k % 3 == 0
        ),
        "filter by domains": lambda k: rows(domains=tuple(exploration.domains[: 1 + k % 5])),
        "filter by decision": lambda k: rows(show=("kept", "dropped", "nll_low", "rank")[k % 4]),
        "filter by two ranges": lambda k: rows(ranges={"delta_nll": (-1 + k / 99, None), "n_tokens": (9, 99 + k)}),
        "filter by a kind": lambda k: rows(kinds={"quality": ("bad", "good")[k % 2]}, page=k + 1),
        "borderline": lambda k: explore.rows(run, SelectionSpec(ratio=0.3 + k / 1000), RowQuery(show="borderline")),
        "region, box": lambda k: region(k, box=(-1 + k / 99, 0, 0, 1)),
        "region, lasso of 80 points": lasso,
        "row view": lambda k: explore.row(run, spec, ids[991 * k % len(ids)]),
        "ids of all rows of a filter": lambda k: explore.matching(run, spec, RowQuery(ranges={"n_tokens": (2, 2)})),
    }


def searches() -> dict[str, RowQuery]:
    return {
        "text search": RowQuery(search="photosynthesis"),
        "text search, common word": RowQuery(search="the"),
        "text search, nothing found": RowQuery(search="no such words anywhere"),
        "regular expression": RowQuery(search=r"\b(sum|product) of \d{3,}\b", regex=True),
    }


def times(call: Callable[[int], Any]) -> tuple[float, float, float]:
    """Of a call, in ms: the median and the 95th percentile, and the median of processor time, all threads together."""
    taken, busy = [], []
    for k in range(TIMES):
        begun, worked = time.perf_counter(), time.process_time()
        call(k)
        taken.append(1000 * (time.perf_counter() - begun))
        busy.append(1000 * (time.process_time() - worked))
    return float(np.median(taken)), float(np.quantile(taken, 0.95)), float(np.median(busy))


def once(run: str, query: RowQuery) -> float:
    begun = time.perf_counter()
    explore.rows(run, SelectionSpec(), query)
    return 1000 * (time.perf_counter() - begun)


def as_json(page: api.Page) -> bytes:
    return json.dumps(page.rows.to_dict("records"), default=float).encode()


def memory() -> str:
    """What the process holds now, the part of it that is its own rather than mapped files, and the most it held."""
    now = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    here, own, peak = (int(now[name].split()[0]) >> 10 for name in ("VmRSS", "RssAnon", "VmHWM"))
    return f"{here} MB ({own} MB its own), at most {peak} MB"


if __name__ == "__main__":
    main()
