"""Watching a job from the terminal: progress until it ends, then what came of it."""

from __future__ import annotations

import sys
import time
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from .. import api
from ..errors import steady

console = Console(highlight=False)


def follow_job(run: str) -> None:
    """Show progress until the job ends; Ctrl-C stops the job and keeps what is done."""
    try:
        now = _watch(run)
    except KeyboardInterrupt:
        console.print("Stopping…")
        api.stop(run)
        api.wait_for(run, 20)
        console.print(f"Stopped. Go on with: python -m instructdiff_ui resume {run}")
        raise typer.Exit(3) from None
    if now.state == "done":
        _print_results(run, now)
        return
    print(steady(now.message) or f"The run is {now.state}.", file=sys.stderr)
    raise typer.Exit(3 if now.state == "stopped" else 2)


def _watch(run: str) -> api.RunStatus:
    columns = (
        TextColumn("{task.description:20}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    shown: set[str] = set()
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("", total=None, note="")
        while True:
            now = api.status(run)
            for stage in now.job:
                if stage.status == "done" and stage.name not in shown:
                    shown.add(stage.name)
                    bars.console.print(f"✓ {stage.label:20} {stage.seconds or 0:8.1f} s")
            if not now.active:
                return now
            _show(bars, bar, now)
            time.sleep(0.3)


def _show(bars: Progress, bar: Any, now: api.RunStatus) -> None:
    running = next((stage.label for stage in now.job if stage.status in ("running", "queued")), now.state)
    step = now.progress
    if step is None:
        bars.update(bar, description=running, total=None, note=steady(now.message))
        return
    loss = f" · loss {step.metrics['loss']:.3f}" if "loss" in step.metrics else ""
    bars.update(
        bar, description=running, completed=step.step, total=step.total, note=f"{step.rate:,.1f} {step.unit}/s{loss}"
    )


def _print_results(run: str, now: api.RunStatus) -> None:
    console.print(now.path)
    for result in api.evaluation(run) or []:
        what = api.METRIC_NAMES[result["metric"]].partition(" (")[0].lower()
        name = f"{result['model']:12} {escape(steady(result['domain'])):20}"
        console.print(f"  {what}  {name} {result['value']:.4f} ± {result['stderr']:.4f}  (n = {result['n']:,})")
