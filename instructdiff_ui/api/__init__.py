"""Everything one can do with InstructDiff: the functions that the page, the CLI, HTTP and MCP all call.

A run is named by its id or its directory. Functions either read a run directory or ask a worker to fill it; none loads
a model here. Bad input raises `UserError`: one sentence for a person.
"""

from __future__ import annotations

from ..config import PRESETS, RunConfig, SelectionSpec, parse_config, reference
from ..data.export import FORMATS as EXPORT_FORMATS
from ..errors import UserError
from ..runs.comparison import Arm, Measured, difference
from ..runs.exploration import Exploration, Preview, RowView
from ..runs.hardware import Hardware, hardware
from ..runs.plan import TARGETS
from ..runs.results import SCORES
from ..runs.status import RunStatus
from ..selection.overlap import Overlap
from ..selection.rows import Page
from ..starters import StarterView
from .data import data_report, import_scores, keep_upload, quarantined
from .demo import (
    build_demo,
    create_starter,
    demo_overlap,
    demo_record,
    has_demo,
    is_demo,
    open_demo,
    rerun_demo,
    starter_config,
    starters,
)
from .explore import (
    STRATEGIES,
    categories,
    explore_run,
    kept_by,
    kept_by_strategy,
    move_cutoff,
    other_seeds,
    preview,
    row,
    rows,
    select,
    spec,
)
from .exports import export
from .jobs import last_stage, log_tail, resume, run_here, start, status, stop, wait_for
from .runs import (
    RunSummary,
    config,
    create_run,
    delete_run,
    discard_failed,
    list_runs,
    open_run,
    parse_source,
    update_run,
)
from .training import comparison, evaluation, finetuned_path, generate, losses

__all__ = [
    "EXPORT_FORMATS",
    "PRESETS",
    "SCORES",
    "STRATEGIES",
    "TARGETS",
    "Arm",
    "Exploration",
    "Hardware",
    "Measured",
    "Overlap",
    "Page",
    "Preview",
    "RowView",
    "RunConfig",
    "RunStatus",
    "RunSummary",
    "SelectionSpec",
    "StarterView",
    "UserError",
    "build_demo",
    "categories",
    "comparison",
    "config",
    "create_run",
    "create_starter",
    "data_report",
    "delete_run",
    "demo_overlap",
    "demo_record",
    "difference",
    "discard_failed",
    "evaluation",
    "explore_run",
    "export",
    "finetuned_path",
    "generate",
    "hardware",
    "has_demo",
    "import_scores",
    "is_demo",
    "keep_upload",
    "kept_by",
    "kept_by_strategy",
    "last_stage",
    "list_runs",
    "log_tail",
    "losses",
    "move_cutoff",
    "open_demo",
    "open_run",
    "other_seeds",
    "parse_config",
    "parse_source",
    "preview",
    "quarantined",
    "reference",
    "rerun_demo",
    "resume",
    "row",
    "rows",
    "run_here",
    "select",
    "spec",
    "start",
    "starter_config",
    "starters",
    "status",
    "stop",
    "update_run",
    "wait_for",
]
