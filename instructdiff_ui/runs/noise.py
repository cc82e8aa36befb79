"""Whether the ΔH of a run's domains stands clear of the arithmetic that it was computed with.

Reads what the scoring stages measured (`stages/noise.py`) and holds it against the spread of ΔH; measures nothing
itself. A run scored in float32, or from before this was measured, has nothing to say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from ..files import read_json
from .exploration import Exploration, explore
from .store import RunStore

CLEAR = 5.0  # times the noise: a spread (IQR) below that is not well above it
APART = 1.96 * math.sqrt(2)  # noises: two rows that are closer in ΔH may well stand the other way round


@dataclass(frozen=True)
class DomainNoise:
    """ΔH of one domain: how far it spreads over the rows, and how far arithmetic alone moves it, in nats."""

    domain: str
    dtype: str
    sampled: int  # rows that the noise was measured on
    noise: float  # sd over them of the error of ΔH
    sd: float  # of ΔH over the domain's scored rows, ddof=1
    iqr: float

    @property
    def ratio(self) -> float:
        """Spread (IQR) over noise."""
        return self.iqr / self.noise if self.noise > 0 else math.inf

    @property
    def status(self) -> Literal["ok", "close"]:
        return "close" if self.iqr < CLEAR * self.noise else "ok"

    @property
    def sentence(self) -> str:
        return (
            f"ΔH of {self.domain} spreads over {_nats(self.iqr)} nats (IQR); {self.dtype} arithmetic alone moves it by "
            f"{_nats(self.noise)}: ranks of rows within {_nats(APART * self.noise)} nats of each other are not "
            "reliable. Score in float32 (model.dtype) to be sure."
        )


@dataclass(frozen=True)
class Noise:
    """The domains of a run whose noise was measured; `note` says why it could not be."""

    domains: tuple[DomainNoise, ...]
    note: str = ""

    @property
    def warnings(self) -> list[str]:
        """A sentence for each domain whose spread is not well above the noise, and one where nothing is known."""
        said = [one.sentence for one in self.domains if one.status == "close"]
        return (
            [*said, f"The numerical noise of these scores could not be measured ({self.note})."] if self.note else said
        )


def noise(store: RunStore) -> Noise | None:
    """What is known of a scored run; None where nothing was measured, or nothing is scored."""
    if not (store.path / "deltas.parquet").is_file():
        return None
    deltas = read_json(store.path / "published.json", {}).get("deltas", "")
    return _noise(str(store.path), (store.path / "deltas.parquet").stat().st_mtime_ns, deltas)


@lru_cache(maxsize=8)
def _noise(path: str, _modified: int, deltas: str) -> Noise | None:
    store = RunStore(path)
    measured = _measured(store, deltas)
    if not measured:
        return None
    found = []
    for name in sorted(set.intersection(*(set(one["domains"]) for one in measured))):
        of_seeds = [one["domains"][name] for one in measured]
        apart = math.sqrt(sum(one["sd"] ** 2 for one in of_seeds) / len(of_seeds))
        sampled = min(one["rows"] for one in of_seeds)
        found.append(DomainNoise(name, measured[0]["dtype"], sampled, apart, *_spread(explore(store), name)))
    return Noise(tuple(found), next((one["note"] for one in measured if one["note"]), ""))


def _measured(store: RunStore, fingerprint: str) -> list[dict[str, Any]]:
    """What the ΔH stage noted; of a table that combines calibration seeds, what that of each noted.

    The mean over seeds has less noise than each of them, so what is said of it is cautious.
    """
    found = []
    for path in store.path.glob(f"artifacts/*-{fingerprint}/manifest.json"):
        manifest = read_json(path)
        if noise := manifest["facts"].get("noise"):
            found.append(noise)
        elif manifest["stage"].startswith("combine"):
            found += [one for before in manifest["upstream"].values() for one in _measured(store, before)]
    return found


def _spread(run: Exploration, domain: str) -> tuple[float, float]:
    """Standard deviation and interquartile range of ΔH over the scored rows of a domain."""
    rows = run.selections.scored & (run.selections.codes == run.domains.index(domain))
    values = run.selections.entropy[rows]
    low, high = np.quantile(values, [0.25, 0.75])
    return float(np.std(values, ddof=1)), float(high - low)


def _nats(value: float) -> str:
    """Three decimals, and two digits where that would leave none."""
    return f"{value:.3f}" if value >= 0.01 else f"{value:.2g}"
