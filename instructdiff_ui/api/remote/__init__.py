"""The functions that are published over HTTP and MCP: plain arguments, JSON results, a line for every argument.

A function that gives a `Path` wrote a file into a folder of its own; whoever publishes it hands it on and removes it.
Knows nothing of HTTP: `ui.endpoints` publishes what is listed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .comparing import comparable_runs, compare, compare_runs, list_experiments, report, run_experiment, show_experiment
from .jobs import (
    create_run,
    delete_run,
    describe_dataset,
    describe_run,
    list_runs,
    open_demo,
    resume,
    start,
    status,
    stop,
    update_run,
    upload_dataset,
    work,
)
from .selecting import (
    compute_strategy,
    compute_tokens,
    export,
    preview_selection,
    row,
    rows,
    select,
    strategies,
    suggest,
    token_view,
)
from .sharing import open_from_hub, publish_to_hub, push_model_to_hub, push_to_hub

PUBLISHED: tuple[Callable[..., Any], ...] = (
    list_runs,
    open_demo,
    upload_dataset,
    describe_dataset,
    create_run,
    describe_run,
    update_run,
    delete_run,
    start,
    status,
    stop,
    resume,
    work,
    preview_selection,
    select,
    suggest,
    strategies,
    compute_strategy,
    rows,
    row,
    token_view,
    compute_tokens,
    export,
    compare,
    comparable_runs,
    compare_runs,
    list_experiments,
    run_experiment,
    show_experiment,
    report,
    push_to_hub,
    push_model_to_hub,
    publish_to_hub,
    open_from_hub,
)

# what makes, changes or deletes something, or takes the accelerator
CHANGES: frozenset[str] = frozenset(
    {
        "open_demo",
        "upload_dataset",
        "create_run",
        "update_run",
        "delete_run",
        "start",
        "stop",
        "resume",
        "select",
        "compute_strategy",
        "compute_tokens",
        "run_experiment",
        "work",
        "push_to_hub",
        "push_model_to_hub",
        "publish_to_hub",
        "open_from_hub",
    }
)

# what reads a dataset, weighs many rules, or writes a file
SLOW: frozenset[str] = frozenset({"describe_dataset", "suggest", "export", "compare_runs", "report"})
