"""Results as JSON values. Knows what a dataclass and a number are, and nothing of what they mean.

What a dataset says only ever becomes text, and its column names never keys: gradio and its clients take an object with
a `path` for a file, and fetch it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from ...statistics import Measured


def plain(value: Any) -> Any:
    """`value` in terms of JSON: dataclasses as objects, tables as lists of rows; what is no finite number is null."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict("records")]
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(inner) for inner in value]
    return str(value)


def named(parts: Mapping[str, Any], key: str = "domain") -> list[dict[str, Any]]:
    """A table by name as a list of rows, the name among their columns."""
    return [{key: name} | plain(part) for name, part in parts.items()]


def measurements(measured: Mapping[tuple[str, str], Measured]) -> list[dict[str, Any]]:
    """Means over seeds with the half-width of their 95 % interval, by metric and domain."""
    return [
        {"metric": metric, "domain": domain, "mean": plain(one.mean), "half": plain(one.half), "seeds": len(one.values)}
        for (metric, domain), one in measured.items()
    ]
