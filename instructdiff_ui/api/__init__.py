"""Everything one can do with InstructDiff: the functions that the page, the CLI, HTTP and MCP all call.

A run is named by its id or its directory. Functions either read a run directory or ask a worker to fill it; none loads
a model here. Bad input raises `UserError`: one sentence for a person.
"""

from __future__ import annotations

from ..config import PRESETS, RunConfig, SelectionSpec, parse_config, reference
from ..data.export import FORMATS as EXPORT_FORMATS
from ..errors import UserError
from ..runs.comparison import Arm, against_random
from ..runs.counterparts import Candidate
from ..runs.crossing import Crossing
from ..runs.exploration import Exploration, Preview
from ..runs.hardware import Hardware, hardware
from ..runs.package import ExportResult
from ..runs.plan import TARGETS
from ..runs.quotas import seen, sweep
from ..runs.results import SCORES
from ..runs.rowviews import Neighbour, RowView
from ..runs.sensitivity import Sensitivity, SpecComparison
from ..runs.specs import NamedSpec
from ..runs.status import RunStatus
from ..runs.tokenview import TokenView
from ..runs.visitors import NOBODY, Visitor, acting_as, serve_strangers
from ..runs.visitors import current as current_visitor
from ..selection.consensus import Agreement
from ..selection.contrast import Contrast
from ..selection.outcome import Counts
from ..selection.overlap import Overlap
from ..selection.rows import Page, Region, RowQuery
from ..starters import StarterView
from ..statistics import Gap, Measured
from .crossing import comparable_runs, cross_runs
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
from .experiments import (
    METRIC_NAMES,
    ArmResult,
    Cost,
    ExperimentResult,
    ExperimentSettings,
    ExperimentState,
    Study,
    create_experiment,
    delete_experiment,
    experiment,
    experiment_cost,
    experiment_settings,
    experiments,
    run_experiment_here,
    start_experiment,
    studies,
    study_settings,
    withdraw_experiment,
)
from .explore import (
    STRATEGIES,
    categories,
    columns,
    compute_strategy,
    explore_run,
    kept_by,
    kept_by_strategy,
    matching,
    missing_strategies,
    move_cutoff,
    other_seeds,
    preview,
    row,
    rows,
    select,
    spec,
    strategies,
)
from .exports import export, export_package
from .jobs import last_stage, log_tail, resume, run_here, start, status, stop, wait_for, work_inline
from .noise import DomainNoise, Noise, noise
from .reports import Report, report, write_report
from .runs import (
    RunSummary,
    config,
    copy_run,
    create_run,
    delete_run,
    discard_failed,
    list_runs,
    open_run,
    parse_source,
    share_run,
    unshare_run,
    update_run,
)
from .specs import (
    SpecEntry,
    SpecList,
    compare_specs,
    delete_spec,
    link_state,
    named_spec,
    named_specs,
    open_link,
    save_spec,
    sensitivity,
    spec_command,
    spec_from_yaml,
    spec_yaml,
)
from .suggestions import Suggestion, Tried, suggest
from .tokens import token_view
from .training import comparison, evaluation, finetuned_path, generate, losses
from .views import contrast, correlations, cube, curves, length_counts, map_counts

__all__ = [
    "EXPORT_FORMATS",
    "METRIC_NAMES",
    "NOBODY",
    "PRESETS",
    "SCORES",
    "STRATEGIES",
    "TARGETS",
    "Agreement",
    "Arm",
    "ArmResult",
    "Candidate",
    "Contrast",
    "Cost",
    "Counts",
    "Crossing",
    "DomainNoise",
    "ExperimentResult",
    "ExperimentSettings",
    "ExperimentState",
    "Exploration",
    "ExportResult",
    "Gap",
    "Hardware",
    "Measured",
    "NamedSpec",
    "Neighbour",
    "Noise",
    "Overlap",
    "Page",
    "Preview",
    "Region",
    "Report",
    "RowQuery",
    "RowView",
    "RunConfig",
    "RunStatus",
    "RunSummary",
    "SelectionSpec",
    "Sensitivity",
    "SpecComparison",
    "SpecEntry",
    "SpecList",
    "StarterView",
    "Study",
    "Suggestion",
    "TokenView",
    "Tried",
    "UserError",
    "Visitor",
    "acting_as",
    "against_random",
    "build_demo",
    "categories",
    "columns",
    "comparable_runs",
    "compare_specs",
    "comparison",
    "compute_strategy",
    "config",
    "contrast",
    "copy_run",
    "correlations",
    "create_experiment",
    "create_run",
    "create_starter",
    "cross_runs",
    "cube",
    "current_visitor",
    "curves",
    "data_report",
    "delete_experiment",
    "delete_run",
    "delete_spec",
    "demo_overlap",
    "demo_record",
    "discard_failed",
    "evaluation",
    "experiment",
    "experiment_cost",
    "experiment_settings",
    "experiments",
    "explore_run",
    "export",
    "export_package",
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
    "length_counts",
    "link_state",
    "list_runs",
    "log_tail",
    "losses",
    "map_counts",
    "matching",
    "missing_strategies",
    "move_cutoff",
    "named_spec",
    "named_specs",
    "noise",
    "open_demo",
    "open_link",
    "open_run",
    "other_seeds",
    "parse_config",
    "parse_source",
    "preview",
    "quarantined",
    "reference",
    "report",
    "rerun_demo",
    "resume",
    "row",
    "rows",
    "run_experiment_here",
    "run_here",
    "save_spec",
    "seen",
    "select",
    "sensitivity",
    "serve_strangers",
    "share_run",
    "spec",
    "spec_command",
    "spec_from_yaml",
    "spec_yaml",
    "start",
    "start_experiment",
    "starter_config",
    "starters",
    "status",
    "stop",
    "strategies",
    "studies",
    "study_settings",
    "suggest",
    "sweep",
    "token_view",
    "unshare_run",
    "update_run",
    "wait_for",
    "withdraw_experiment",
    "work_inline",
    "write_report",
]
