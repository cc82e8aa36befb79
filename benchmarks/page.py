"""How long the server takes for whole answers of Explore & select, made and written as JSON, and how large they are.

python -m benchmarks.page [--rows 1000000] [--domains 20]

The page's own functions are called, without a browser. The run is that of `benchmarks.explore`.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import orjson

from benchmarks.explore import FOLDER, TIMES, asked, memory, opened
from benchmarks.explored import run_directory
from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec


def main() -> None:
    arguments = asked(__doc__)
    if arguments.measure:
        return measure(arguments.measure)
    run = run_directory(FOLDER, arguments.rows, arguments.domains)
    opened(run)
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "benchmarks.page", "--measure", run]
        subprocess.run(command, check=True, env=os.environ | {"INSTRUCTDIFF_HOME": home})


def measure(path: str) -> None:
    import gradio as gr

    from instructdiff_ui.ui import page
    from instructdiff_ui.ui.state import Drawing

    run = api.open_run(path)
    with gr.Blocks():
        shell = page._lay_out()
    gc.freeze()  # as the server does
    begun = time.perf_counter()
    size = len(as_json(shell.show_run(run, "", Drawing())))
    print(f"open the run: {time.perf_counter() - begun:.2f} s, {size / 1024:.0f} KB")
    print(f"the coarse counts for dragging: {len(as_json([api.cube(run)])) / 1024:.0f} KB")
    values = api.explore_run(run).table["delta_entropy"].to_numpy()
    sort = float(np.median([timed(lambda _: np.sort(values), k)[0] for k in range(TIMES)]))
    print(f"one sort of a column: {sort:.1f} ms")
    for name, answer in answers(shell, run).items():
        answer(TIMES)  # what is made once
        taken, sizes = zip(*[timed(answer, k) for k in range(TIMES)], strict=True)
        p50, p95 = np.quantile(taken, [0.5, 0.95])
        print(
            f"  {name:34} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {p50 / sort:5.1f} sorts   {max(sizes) / 1024:4.0f} KB"
        )
    print(f"memory: {memory()}")


def answers(shell: Any, run: str) -> dict[str, Callable[[int], list[Any]]]:
    """By name: what the server does for an event, with another value each time."""
    import gradio as gr

    from instructdiff_ui.ui.explore.scene import Scene
    from instructdiff_ui.ui.explore.wiring import Wiring
    from instructdiff_ui.ui.state import Drawing, Steps, TableState

    with gr.Blocks():
        wiring = Wiring(shell)

    def scene(drawing: Drawing = Drawing(), spec: SelectionSpec | None = None) -> Scene:  # noqa: B008
        return Scene(run, api.status(run), Steps(spec or SelectionSpec()), TableState(), drawing)

    def rule(drawing: Drawing = Drawing(), **changes: Any) -> Callable[[int], list[Any]]:  # noqa: B008
        return lambda k: wiring.shown(scene(drawing), SelectionSpec(ratio=0.1 + (k + 1) / 500, **changes))

    def rows(make: Callable[[TableState, int], TableState]) -> Callable[[int], list[Any]]:
        return lambda k: wiring.rows(scene(), make(TableState(), k))

    def looked(panel: str) -> Callable[[int], list[Any]]:
        return lambda k: shell.explore.analysis.show(
            scene(Drawing(panel=panel), SelectionSpec(ratio=0.1 + (k + 1) / 500))
        )

    ids = api.explore_run(run).select(SelectionSpec()).ids
    panels = ("domains", "contrast", "length", "kinds", "sensitivity")
    return {
        "another β": rule(),
        "another β, ΔNLL by domain": rule(Drawing(beside="nll")),
        "another β, 120 bins": rule(Drawing(beside="nll", bins=120)),
        "another β, density": rule(Drawing(beside="nll", kind="density")),
        "another β, ridgeline": rule(Drawing(kind="ridgeline")),
        "another β, one ranking": rule(scope="global"),
        "another β, of the tokens": rule(budget="tokens"),
        "another page": rows(lambda table, k: table.asked(page=k + 2)),
        "another sort": rows(lambda table, k: table.sorted_by(("delta_nll", "n_tokens", "base_nll")[k % 3])),
        "another range": rows(lambda table, k: table.asked(ranges={"delta_nll": (-1 + k / 99, None)})),
        "another row": rows(lambda table, k: replace(table, current=ids[991 * k % len(ids)])),
        **{f"further look: {panel}": looked(panel) for panel in panels},
    }


def timed(answer: Callable[[int], Any], k: int) -> tuple[float, int]:
    begun = time.perf_counter()
    size = len(as_json(answer(k)))
    return 1000 * (time.perf_counter() - begun), size


def as_json(values: Any) -> bytes:
    """What would be sent, without what stays on the server."""
    return orjson.dumps(values, default=lambda _: None, option=orjson.OPT_SERIALIZE_NUMPY)


if __name__ == "__main__":
    main()
