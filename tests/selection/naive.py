"""The selection rule as METHOD.md §1 words it, one row at a time: slow and plain, to hold the fast one against."""

from fractions import Fraction

import numpy as np


def naive_selection(table, spec):
    """id → decision, for a table whose rows are all scored."""
    rows = table.to_dict("records")
    groups = {}
    for row in rows:
        groups.setdefault("all" if spec.scope == "global" else row["domain"], []).append(row)
    decisions = {}
    for name, members in groups.items():
        gamma = spec.gamma if spec.scope == "global" else spec.gamma_of(name)
        ratio = spec.ratio if spec.scope == "global" else spec.ratio_of(name)
        decisions |= _group(members, spec, gamma=gamma, ratio=ratio)
    return decisions


def _group(members, spec, *, gamma, ratio):
    decisions = _filter(members, spec, gamma)
    for row in members:
        if row["example_id"] in spec.excluded or (spec.exclude_calibration and row["in_calibration"]):
            decisions[row["example_id"]] = "excluded"
    pinned = [row for row in members if row["example_id"] in spec.pinned]
    ranked = sorted(
        (row for row in members if row["example_id"] not in decisions and row not in pinned),
        key=lambda row: (row["delta_entropy"], row["example_id"]),
    )
    share = Fraction(str(ratio))
    used_rows, used_tokens = len(pinned), sum(row["n_tokens"] for row in pinned)
    for row in ranked:
        if spec.budget == "rows":
            fits = used_rows + 1 <= share * len(members)
        else:
            fits = used_tokens < share * sum(r["n_tokens"] for r in members)
        decisions[row["example_id"]] = "selected" if fits else "rank"
        if fits:
            used_rows, used_tokens = used_rows + 1, used_tokens + row["n_tokens"]
    return decisions | {row["example_id"]: "selected" for row in pinned}


def _filter(members, spec, gamma):
    if spec.filter == "rank":
        order = sorted(members, key=lambda row: (row["delta_nll"], row["example_id"]))
        cut = int(Fraction(str(gamma)) * len(members))
        low, high = order[:cut], order[len(order) - cut :]
    else:
        values = [row["delta_nll"] for row in members]
        lower, upper = np.quantile(values, gamma), np.quantile(values, 1 - gamma)
        low = [row for row in members if row["delta_nll"] < lower]
        high = [row for row in members if row["delta_nll"] > upper]
    return {r["example_id"]: "nll_low" for r in low} | {r["example_id"]: "nll_high" for r in high}
