"""Files that hold scores already: the released code's JSONL, or a table with this app's columns.

Brings either to the scores of base and calibrated model, joined by example id; the differences are computed anew, so
that their sign never depends on who wrote the file. Knows nothing of how scores are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..config import DataConfig, SourceConfig
from ..errors import DataError
from .columns import recognise, to_example
from .examples import Example, Quarantined
from .sources import preview, read_source

# per model: NLL and entropy, in nats per response token
OURS = ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")
RELEASED = ("base_nll", "base_avg_entropy", "instruct_nll", "instruct_avg_entropy")


@dataclass(frozen=True)
class Scored:
    examples: list[Example]
    heldout: list[Example]  # empty: scored files hold the pool alone
    quarantined: list[Quarantined]
    rows: pd.DataFrame  # example_id, domain, in_calibration
    base: pd.DataFrame  # example_id, nll, entropy, n_tokens
    calibrated: pd.DataFrame
    name: str
    revision: str  # sha256 of the file


def read_scored(path: Path, config: DataConfig) -> Scored:
    """The rows and scores of a file; a row whose scores are no numbers is quarantined.

    Raises `DataError` for a file without the columns of either format.
    """
    table = read_source(SourceConfig(path=str(path)))
    names = _score_columns(table.columns, table.name)
    columns = config.sources[0].columns if config.sources else SourceConfig(path=str(path)).columns
    layout = recognise(table.columns, table.rows, columns, source=table.name)
    if config.domain_column and config.domain_column not in table.columns:
        there = ", ".join(repr(name) for name in table.columns)
        raise DataError(f"{table.name} has no domain column {config.domain_column!r}; its columns are {there}.")
    kept: list[tuple[Example, dict[str, Any]]] = []
    quarantined = list(table.quarantined)
    taken: set[str] = set()
    for number, row in table.numbered():
        scores = _scores(row, names)
        domain = str(row.get(config.domain_column or "domain") or "all")
        example = to_example(row, layout, source=table.name, number=number, domain=domain)
        if isinstance(example, Quarantined):
            quarantined.append(example)
        elif isinstance(scores, str):
            quarantined.append(Quarantined(table.name, number, scores, preview(example.instruction)))
        else:
            example = _named(example, row, taken)
            kept.append((example, scores | {"in_calibration": _is_true(row.get("in_calibration"))}))
    if not kept:
        reason = f": {quarantined[0].reason}" if quarantined else ""
        raise DataError(f"{table.name} holds no row with usable scores{reason}.")
    return _frames(kept, quarantined, table.name, table.revision)


def _score_columns(columns: list[str], source: str) -> tuple[str, ...]:
    for names in (OURS, RELEASED):
        if all(name in columns for name in (*names, "n_tokens")):
            return names
    missing = next(name for name in (*OURS, "n_tokens") if name not in columns)
    raise DataError(
        f"{source} is no scored file: it lacks the column {missing!r}. Needed are n_tokens, {', '.join(OURS)}, "
        f"or the released code's {', '.join(RELEASED)}."
    )


def _scores(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any] | str:
    """The scores of a row by this app's names, or why it has none."""
    out: dict[str, Any] = {}
    for ours, name in zip((*OURS, "n_tokens"), (*names, "n_tokens"), strict=True):
        try:
            out[ours] = float(row[name])
        except (TypeError, ValueError, KeyError):
            return f"no score: {name!r} is {row.get(name)!r}, not a number"
        if not abs(out[ours]) < float("inf"):
            return f"no score: {name!r} is {row[name]!r}"
    if out["n_tokens"] < 1:
        return f"no score: n_tokens is {row['n_tokens']!r}, but a response has at least one token"
    return out | {"n_tokens": int(out["n_tokens"])}


def _is_true(value: Any) -> bool:
    """A flag of any format; a CSV file holds it as text."""
    return value.strip().lower() in ("true", "1") if isinstance(value, str) else value is not None and value == 1


def _named(example: Example, row: Mapping[str, Any], taken: set[str]) -> Example:
    """The example under the file's own id where it has one, else under its content's; made unique by position."""
    wanted = unique = str(row.get("example_id") or example.example_id)
    number = 1
    while unique in taken:
        number += 1
        unique = f"{wanted}-{number}"
    taken.add(unique)
    return replace(example, example_id=unique)


def _frames(
    kept: list[tuple[Example, dict[str, Any]]], quarantined: list[Quarantined], name: str, revision: str
) -> Scored:
    scores = pd.DataFrame([values for _, values in kept])
    scores["example_id"] = [example.example_id for example, _ in kept]
    scores["domain"] = [example.domain for example, _ in kept]

    def of(model: str) -> pd.DataFrame:
        named = {f"{model}_nll": "nll", f"{model}_entropy": "entropy"}
        return scores[["example_id", "n_tokens", *named]].rename(columns=named)

    return Scored(
        examples=[example for example, _ in kept],
        heldout=[],
        quarantined=quarantined,
        rows=scores[["example_id", "domain", "in_calibration"]],
        base=of("base"),
        calibrated=of("calibrated"),
        name=name,
        revision=revision,
    )
