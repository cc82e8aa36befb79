"""How long a change of threshold takes on a large table, beside one sort of one of its columns, measured in one run.

python -m benchmarks.selection [--rows 1000000] [--domains 20]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.selection.rows import RowQuery, RowTable
from instructdiff_ui.selection.rules import SelectionTable
from instructdiff_ui.selection.summary import Bins


def scored_table(rows: int, domains: int) -> pd.DataFrame:
    """Scores such as a run leaves, with a scale of their own in each domain."""
    rng = np.random.default_rng(0)
    domain = rng.integers(0, domains, rows)
    scale = 0.03 + 0.4 * np.arange(domains) / domains
    return pd.DataFrame(
        {
            "example_id": [f"{i:012x}" for i in range(rows)],
            "domain": np.array([f"domain {d:02d}" for d in range(domains)])[domain],
            "n_tokens": rng.integers(2, 600, rows),
            "delta_nll": rng.normal(-0.2, 0.3, rows),
            "delta_entropy": rng.normal(0.3, 1.0, rows) * scale[domain],
            "in_calibration": rng.random(rows) < 0.1,
        }
    )


def median_ms(call, times: int = 15) -> float:
    taken = []
    for k in range(times):
        begun = time.perf_counter()
        call(k)
        taken.append(1000 * (time.perf_counter() - begun))
    return float(np.median(taken))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--domains", type=int, default=20)
    arguments = parser.parse_args()
    frame = scored_table(arguments.rows, arguments.domains)
    table, bins = SelectionTable(frame), Bins(frame, "delta_entropy")
    chosen = table.select(SelectionSpec())
    values = frame["delta_entropy"].to_numpy()
    rows = RowTable(table, {name: frame[name].to_numpy() for name in ("delta_nll", "delta_entropy")}, {})

    def page(k: int, **query):
        asked = RowQuery(page=k + 1, **query)
        return rows.page(asked, chosen, rows.matches(asked) & rows.shown("dropped", chosen, chosen.selected))

    sort = median_ms(lambda _: np.sort(values))
    print(f"{arguments.rows:,} rows, {arguments.domains} domains; one sort of ΔH takes {sort:.0f} ms")
    for name, call in {
        "select, another β": lambda k: table.select(SelectionSpec(ratio=0.1 + k / 100)),
        "select, another γ": lambda k: table.select(SelectionSpec(gamma=0.1 + k / 100)),
        "select, global, tokens": lambda k: table.select(
            SelectionSpec(scope="global", budget="tokens", ratio=0.1 + k / 100)
        ),
        "histogram": lambda _: bins.count(chosen),
        "page of the table, sorted": lambda k: page(k, sort_by="delta_nll"),
        "page of the table, filtered": lambda k: page(k, ranges={"delta_nll": (k / 100, None)}),
    }.items():
        taken = median_ms(call)
        print(f"  {name:28} {taken:7.1f} ms   {taken / sort:5.2f} sorts")


if __name__ == "__main__":
    main()
