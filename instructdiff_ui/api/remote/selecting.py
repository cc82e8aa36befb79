"""Selecting from a scored run, as published: trying a rule, putting it into force, and looking at the rows."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal

from ...config import SelectionSpec, Strategy, merge, validated
from ...errors import ConfigError, DataError
from ...runs.columns import LENGTHS, SCORES
from ...selection.outcome import Selection
from ...selection.rows import RowQuery, Show
from ...selection.seeds import KEPT_BY_SEEDS, SPREAD
from ...selection.strategies import EXTRA_COLUMNS
from .. import explore, exports, specs
from .. import suggestions as _suggestions
from .. import tokens as _tokens
from .plain import named, plain

Format = Literal[
    "jsonl",
    "json",
    "csv",
    "parquet",
    "datasets",
    "trl-prompt-completion",
    "trl-messages",
    "alpaca",
    "sharegpt",
    "llama-factory",
    "axolotl",
]
MAX_TEXT = 20_000  # characters of one text of a row
_KNOWN = {
    "example_id",
    "domain",
    "decision",
    "rank",
    "in_calibration",
    "by_hand",
    "borderline",
    "instruction",
    "response",
}
_KNOWN |= {"delta_entropy_se", KEPT_BY_SEEDS, *SPREAD, *SCORES, *LENGTHS, *EXTRA_COLUMNS}


def preview_selection(
    run: str,
    ratio: float | None = None,
    gamma: float | None = None,
    strategy: Strategy | None = None,
    rule: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Say what a selection rule would keep of a scored run. Changes nothing.

    Args:
        run: The id of a scored run.
        ratio: β, the share of the pool to keep, above 0 and at most 1; default: as in the rule in force.
        gamma: γ, the share to drop at each end of ΔNLL, from 0 to below 0.5; default: as in the rule in force.
        strategy: What ranks the rows; `strategies` lists what this run can be ranked by.
        rule: More of the rule, such as {"scope": "global"} or {"domains": {"code": {"ratio": 0.2}}}.

    Returns:
        The whole rule, counts of rows and response tokens, and by domain counts, decisions and cut-offs in nats.
    """
    spec = _rule(run, ratio, gamma, strategy, rule)
    found = explore.explore_run(run)
    return {"run": run} | _outcome(found.select(spec)) | {"agreement": plain(found.agreement(spec))}


def select(
    run: str,
    ratio: float | None = None,
    gamma: float | None = None,
    strategy: Strategy | None = None,
    rule: dict[str, Any] | None = None,
    save_as: str = "",
) -> dict[str, Any]:
    """Put a selection rule into force: exports and fine-tuning take the rows that it keeps.

    Args:
        run: The id of a scored run that is not at work.
        ratio: β, the share of the pool to keep, above 0 and at most 1; default: as in the rule in force.
        gamma: γ, the share to drop at each end of ΔNLL, from 0 to below 0.5; default: as in the rule in force.
        strategy: What ranks the rows; `strategies` lists what this run can be ranked by.
        rule: More of the rule, such as {"scope": "global"} or {"domains": {"code": {"ratio": 0.2}}}.
        save_as: Also keep the rule under this name.

    Returns:
        What `preview_selection` tells of the rule, and a hash of the ids that it keeps.
    """
    spec = _rule(run, ratio, gamma, strategy, rule)
    record = explore.select(run, spec)
    if save_as:
        specs.save_spec(run, save_as, spec)
    return {"run": run, "ids_hash": record["ids_hash"]} | _outcome(explore.explore_run(run).select(spec))


def rows(
    run: str,
    page: int = 1,
    page_size: int = 25,
    sort_by: str = "delta_entropy",
    descending: bool = False,
    show: Show = "all",
    search: str = "",
    domains: list[str] | None = None,
    query: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Give one page of a scored run's rows, with scores, beginnings of texts, and what the rule in force decided.

    Args:
        run: The id of a scored run.
        page: Which page, from 1.
        page_size: Rows on a page, 1 to 100.
        sort_by: A metric such as delta_entropy or delta_nll, or example_id, domain, decision, rank or instruction.
        descending: Whether the largest come first.
        show: Which part of the outcome, such as kept, dropped or borderline.
        search: Text to find in instruction or response, whatever the case.
        domains: Only rows of these domains.
        query: More of the query, such as {"ranges": {"delta_nll": [null, 0]}} or {"regex": true}.

    Returns:
        How many rows match, the pages, and the rows of this page; the dataset's own columns are in `columns`.
    """
    given = {"page": page, "page_size": page_size, "sort_by": sort_by, "descending": descending, "show": show}
    given |= {"search": search, "domains": tuple(domains or ())}
    found = explore.rows(run, explore.spec(run), validated(RowQuery, given | (query or {})))
    own = set(found.rows.columns) - _KNOWN
    listed = [
        {key: value for key, value in record.items() if key not in own}
        | {"columns": [{"column": key, "value": record[key]} for key in record if key in own]}
        for record in plain(found.rows)
    ]
    return {"total": found.total, "page": found.page, "pages": found.pages, "counts": found.counts, "rows": listed}


def row(run: str, example_id: str) -> dict[str, Any]:
    """Give one row of a scored run with its texts, scores, and why it was kept or dropped.

    Args:
        run: The id of a scored run.
        example_id: The id of the row, as `rows` gives it.

    Returns:
        Texts (of more than 20,000 characters their beginning), scores, decision, rank, percentiles and cut-offs.
    """
    view = explore.row(run, explore.spec(run), example_id)
    example = view.example
    texts = {"instruction": example.instruction, "input": example.input, "response": example.response}
    return {name: text[:MAX_TEXT] for name, text in texts.items()} | {
        "example_id": example.example_id,
        "domain": example.domain,
        "source": example.source,
        "source_row": example.row,
        "other_columns": json.dumps(example.extra, ensure_ascii=False)[:MAX_TEXT],  # as text: see `plain`
        "clipped": any(len(text) > MAX_TEXT for text in texts.values()),
        "decision": view.decision,
        "borderline": view.borderline,
        "rank": view.rank,
        "ranked": view.ranked,
        "strategy": view.strategy,
        "cutoff": plain(view.cutoff),
        "scores": named(
            {name: {"value": value, "percentile": view.percentiles.get(name)} for name, value in view.scores.items()},
            "metric",
        ),
    }


def token_view(run: str, example_id: str) -> dict[str, Any]:
    """Give the entropy and NLL of every response token of a row under both models, as scoring stored them.

    Args:
        run: The id of a scored run.
        example_id: The id of the row, as `rows` gives it.

    Returns:
        Tokens and, token by token, NLL and entropy under the base and the calibrated model, in nats.
    """
    return _values(example_id, _tokens.token_view(run, example_id))


def compute_tokens(run: str, example_id: str) -> dict[str, Any]:
    """Give what `token_view` gives, computed anew by the run's models where scoring did not store it; takes seconds.

    Args:
        run: The id of a scored run.
        example_id: The id of the row, as `rows` gives it.

    Returns:
        Tokens and, token by token, NLL and entropy under the base and the calibrated model, in nats.
    """
    return _values(example_id, _tokens.token_view(run, example_id, compute=True))


def strategies(run: str) -> dict[str, Any]:
    """List what can rank the rows of a scored run now, and what each other strategy would take.

    Args:
        run: The id of a scored run.

    Returns:
        The strategies that are ready, and those that are missing with what they take.
    """
    missing = explore.missing_strategies(run)
    return {
        "ready": list(explore.strategies(run)),
        "missing": named({k: {"takes": v} for k, v in missing.items()}, "strategy"),
    }


def compute_strategy(run: str, strategy: Strategy) -> dict[str, Any]:
    """Start a job that computes what a missing strategy ranks by; follow it with `status`.

    Args:
        run: The id of a scored run.
        strategy: One of those that `strategies` lists as missing.

    Returns:
        The run and the strategy that is being computed.
    """
    explore.compute_strategy(run, strategy)
    return {"run": run, "strategy": strategy}


def suggest(run: str) -> list[dict[str, Any]]:
    """Suggest γ and β for the rule in force from the run's own data, each with its reason. Changes nothing.

    Args:
        run: The id of a scored run.

    Returns:
        Per threshold the default, the suggested value (null: nothing speaks for any), the reason, and what was tried.
    """
    return plain(_suggestions.suggest(run))


def export(run: str, format: Format = "jsonl", scores: bool = True, package: bool = False) -> Path:
    """Write the rows that the rule in force keeps to a file that a trainer loads as it is.

    Args:
        run: The id of a scored run.
        format: The dataset's own columns (jsonl, json, csv, parquet, datasets), or the format of a trainer.
        scores: Whether id, domain and scores stand beside the columns.
        package: Whether to write a .zip that also holds original columns, all scores, the rule and a README.

    Returns:
        The file; a .zip for a format of several files.
    """
    known = exports.package.FORMATS[format]
    folder = Path(tempfile.mkdtemp(prefix="instructdiff-api-"))
    try:
        if package:
            return exports.export_package(run, folder / "selected.zip", fmt=format).path
        path = folder / f"selected{known.suffix or '.zip'}"
        exports.export(run, path, fmt=format, scores=scores)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return path


def _rule(
    run: str, ratio: float | None, gamma: float | None, strategy: str | None, rule: dict[str, Any] | None
) -> SelectionSpec:
    """The rule in force with what was asked on top; a γ holds at both ends unless `rule` says otherwise."""
    given = {"ratio": ratio, "gamma": gamma, "strategy": strategy}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if twice := sorted(changes.keys() & (rule or {}).keys()):
        raise ConfigError(f"{twice[0]} is given twice: as an argument and in rule.")
    if gamma is not None:
        changes.setdefault("gamma_high", None)
    return validated(SelectionSpec, merge(explore.spec(run).model_dump(mode="json"), changes | (rule or {})))


def _outcome(chosen: Selection) -> dict[str, Any]:
    """The counts of a selection; domains as a list, because a name may be any text."""
    domains = {
        domain: plain(counts) | {"cutoff": plain(chosen.cutoff_of(domain))} for domain, counts in chosen.counts.items()
    }
    rule = chosen.spec.model_dump(mode="json")
    return {"rule": rule, "rule_hash": chosen.spec.hash} | plain(chosen.total) | {"domains": named(domains)}


def _values(example_id: str, view: _tokens.TokenView | None) -> dict[str, Any]:
    if view is None:
        raise DataError(f"The token values of row {example_id!r} are not stored: ask compute_tokens for them.")
    numbers = {
        name: [round(float(value), 5) for value in getattr(view, name)]
        for name in ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")
    }
    return (
        {"example_id": example_id, "tokens": list(view.tokens), "source": view.source}
        | numbers
        | {
            "ended": view.ended,
            "truncated": view.truncated,
        }
    )
