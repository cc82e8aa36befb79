"""A small scored file in three domains, with texts and names that a page must not take for markup."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

HOSTILE = "<img src=x onerror=\"window.hit='img'\"> ${window.hit='dollar'} ${1+1} {{x}} {{1+1}}"
HOSTILE_DOMAIN = "<b>art</b> ${1+1} {{x}}"
DOMAINS = ("code", "math", HOSTILE_DOMAIN)
LONG_ROW = 1_000_000  # characters of one response


def scored_rows(n: int = 300) -> list[dict[str, Any]]:
    """Rows of each domain by turns, called row-0, row-1, …; ΔH and ΔNLL are normally distributed."""
    draw = random.Random(0)
    rows = []
    for i in range(n):
        compression, likelier = draw.gauss(0.3 + 0.2 * (i % 3), 0.3), draw.gauss(0.4, 0.3)
        rows.append(
            {
                "example_id": f"row-{i}",
                "instruction": f"Task {i} of {DOMAINS[i % 3]}",
                "output": f"Answer {i}. " + "word " * (1 + i % 17),
                "domain": DOMAINS[i % 3],
                "quality": "bad <i>row</i>" if i % 5 == 0 else "good",
                "n_tokens": 3 + i % 17,
                "base_nll": 2.5,
                "base_entropy": 2.5,
                "calibrated_nll": 2.5 - likelier,
                "calibrated_entropy": 2.5 - compression,
            }
        )
    rows[7] |= {"instruction": f"{HOSTILE} seven", "output": HOSTILE}
    rows[10] |= {"instruction": "A very long one", "output": f"{HOSTILE} " + "long " * (LONG_ROW // 5)}
    return rows


def scored_file(folder: Path, n: int = 300) -> Path:
    path = folder / "scored.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in scored_rows(n)), encoding="utf-8")
    return path
