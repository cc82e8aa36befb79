"""The columns of a run by which rows can be filtered, sorted and grouped: its metrics, and its kinds of rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..selection.rows import Kinds
from ..selection.seeds import KEPT_BY_SEEDS, SPREAD
from ..selection.strategies import EXTRA_COLUMNS
from .texts import Texts

SCORES = ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy", "delta_nll", "delta_entropy")
LENGTHS = ("n_tokens", "instruction_chars", "response_chars", "length_ratio")
MAX_KINDS = 20  # values of a column that is a kind of row, rather than a text or an id
MAX_KIND_CHARS = 200  # of each of them: they stand in heads, menus and links
_TAKEN = {"example_id", "domain", "decision", "rank", "in_calibration", "by_hand", "borderline"}
_TAKEN |= {"instruction", "response", "delta_entropy_se", KEPT_BY_SEEDS, *SPREAD, *SCORES, *LENGTHS, *EXTRA_COLUMNS}


def all_metrics(table: pd.DataFrame, texts: Texts) -> dict[str, np.ndarray]:
    """By name, (N,): scores, their standard error where any row has one, lengths, and the dataset's own numbers.

    A table of several calibration seeds also has the spread of ΔH over them, and one that other strategies can rank has
    what they rank by.

    A column of the dataset whose name means something here already is called `data:<name>`.
    """
    metrics = {name: table[name].to_numpy() for name in SCORES if name in table}
    if "delta_entropy_se" in table and np.isfinite(table["delta_entropy_se"].to_numpy(np.float64)).any():
        metrics["delta_entropy_se"] = table["delta_entropy_se"].to_numpy(np.float64)
    metrics |= {name: table[name].to_numpy(np.float64) for name in SPREAD if name in table}
    instruction, response = texts.instruction_chars, texts.response_chars
    ratio = np.full(len(texts), np.nan)
    np.divide(instruction, response, out=ratio, where=response > 0)
    metrics |= {"n_tokens": table["n_tokens"].to_numpy(), "instruction_chars": instruction}
    metrics |= {"response_chars": response, "length_ratio": ratio}
    metrics |= {name: table[name].to_numpy(np.float64) for name in EXTRA_COLUMNS if name in table}
    own = {(f"data:{name}" if name in _TAKEN else name): values for name, values in texts.numbers.items()}
    return metrics | {name: values for name, values in own.items() if np.isfinite(values).any()}


def kinds_of(labels: Mapping[str, tuple[np.ndarray, list[str]]], domain: Kinds) -> dict[str, Kinds]:
    """The columns among `labels`, codes with −1 for none and their texts, of 2 to 20 values; `domain` is none."""
    found = {name: kinds for name, column in labels.items() if (kinds := _kinds(*column)) is not None}
    own = {name: kinds for name, kinds in found.items() if not _same(kinds, domain)}
    return {(f"data:{name}" if name in _TAKEN else name): kinds for name, kinds in own.items()}


def _kinds(codes: np.ndarray, texts: list[str]) -> Kinds | None:
    counts = np.bincount(codes + 1, minlength=len(texts) + 1)  # the first is for rows without a value
    there = np.flatnonzero(counts[1:])
    if not (2 <= len(there) <= MAX_KINDS and len(there) < len(codes)):
        return None
    if max(len(texts[code]) for code in there) > MAX_KIND_CHARS:
        return None
    names = sorted({texts[code] for code in there} | ({""} if counts[0] else set()))
    place = np.zeros(len(texts) + 1, np.int16)
    if counts[0]:
        place[0] = names.index("")
    place[there + 1] = [names.index(texts[code]) for code in there]
    return Kinds(place[codes + 1], names)


def _same(one: Kinds, other: Kinds) -> bool:
    return one.names == other.names and np.array_equal(one.codes, other.codes)
