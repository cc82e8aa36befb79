"""The runs, the job and its stages, and the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...api import Hardware, RunStatus, RunSummary
from .. import format as fmt
from ..view import Node, div, h, span
from .parts import bar

STATE_WORDS = {
    "new": "not started",
    "starting": "starting…",
    "queued": "waiting",
    "running": "running",
    "stopping": "stopping…",
    "done": "done",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}


def run_list(runs: Sequence[RunSummary], current: str | None) -> Node:
    if not runs:
        return div("muted small", "No runs yet. Start one in the Data tab.")
    return div("runs", *(_run_item(run, run.run_id == current) for run in runs[:50]))


def _run_item(run: RunSummary, current: bool) -> Node:
    size = fmt.short(run.rows) if run.rows is not None else ""
    attributes = {
        "class": f"run{' on' if current else ''}",
        "data-event": "open",
        "data-key": run.run_id,
        "title": " · ".join(filter(None, [run.name, run.state, "shown to everyone" if run.shared else run.path])),
        "aria-current": "true" if current else None,
    }
    dot = span(f"dot state-{run.state.split(':')[0]}")
    shared = span("muted small", "shared") if run.shared else None
    return h("button", attributes, dot, span("name", run.name), shared, span("muted", size))


def job_card(now: RunStatus | None) -> Node:
    """What the worker is doing: stage, share, rate, time left; or why it ended."""
    if now is None:
        return div("card", div("lbl", "Job"), span("muted", "No run is open."))
    running = next((stage.label for stage in now.job if stage.status in ("running", "queued", "failed")), None)
    title = f"{STATE_WORDS[now.state]}{' · ' + running if running and now.state != 'done' else ''}"
    parts: list[Node | None] = [div("lbl", "Job"), div(f"job-title state-text-{now.state}", title)]
    if now.active and now.job != now.stages:
        done = sum(stage.status == "done" for stage in now.job)
        parts.append(div("muted small", f"{done} of {len(now.job)} stages are done"))
    step = now.progress
    if step is not None and step.total == 0:
        parts.append(div("muted small", "preparing: models and libraries are loaded"))
    elif step is not None:
        share = step.step / step.total if step.total else 0.0
        parts += [
            div(
                "job-line", h("b", {}, f"{100 * share:.0f} %"), span("muted", fmt.pace(step.rate, step.unit, step.eta))
            ),
            bar(share, label=f"{running or 'job'} progress"),
        ]
    if now.message:
        parts.append(div("message" if now.state == "failed" else "muted small", now.message))
    if now.state not in ("new", "starting"):
        parts.append(h("button", {"class": "link", "data-event": "log"}, "Show the log"))
    return div("card", *parts)


def opening_card(link: str) -> Node:
    """While a run that a link names is on its way here."""
    return div("card", div("lbl", "Job"), span("muted", f"Opening {link[:100]} from the Hub …"))


def hardware_card(found: Hardware) -> Node:
    memory = f" · {found.memory_gb:.0f} GB" if found.memory_gb else ""
    lines = found.accelerators or ("no accelerator: models run on the CPU",)
    return div(
        "card",
        div("lbl", "Hardware"),
        div("", f"{found.cores} CPU cores{memory}"),
        *(div("muted small", line) for line in lines),
    )


def stage_list(now: RunStatus | None) -> Node:
    """Every stage of the run and how it stands."""
    if now is None:
        return div("muted", "Open or start a run first.")
    signs = {"done": "✓", "running": "▸", "queued": "…", "failed": "✕", "waiting": "·"}
    rows = [
        h(
            "tr",
            {"class": f"stage-{stage.status}"},
            h("td", {"class": "sign"}, signs[stage.status]),
            h("td", {}, stage.label),
            h("td", {"class": "muted"}, stage.status),
            h("td", {"class": "num"}, fmt.duration(stage.seconds) if stage.seconds is not None else ""),
            h("td", {"class": "muted facts"}, _facts(stage.facts)),
        )
        for stage in now.stages
    ]
    return h("table", {"class": "stages"}, h("tbody", {}, *rows))


def _facts(facts: Mapping[str, Any]) -> str:
    names = {
        "rows": "rows",
        "heldout": "held out",
        "quarantined": "set aside",
        "truncated": "truncated",
        "tokens": "tokens",
        "steps": "steps",
    }
    said = [f"{facts[key]:,} {word}" for key, word in names.items() if facts.get(key)]
    said += [f"loss {facts['final_loss']:.3f}"] if "final_loss" in facts else []
    said += [f"{facts['dtype']} on {facts['device']}"] if "dtype" in facts else []
    return " · ".join(said)
