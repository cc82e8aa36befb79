"""The selection rule as METHOD.md §1 and §5 word it, one row at a time: slow and plain, to hold the fast one to."""

import math
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
        ratio = spec.ratio if spec.scope == "global" else spec.ratio_of(name)
        decisions |= _group(members, spec, gammas=naive_gammas(spec, name), ratio=ratio)
    return decisions


def naive_gammas(spec, domain):
    """γ of the lower and of the upper end: what the domain says of that end, else of both, else what the pool says."""
    rule = spec.domains.get(domain)
    pool_high = spec.gamma if spec.gamma_high is None else spec.gamma_high
    if rule is None:
        return spec.gamma, pool_high
    low = spec.gamma if rule.gamma is None else rule.gamma
    if rule.gamma_high is not None:
        return low, rule.gamma_high
    return low, pool_high if rule.gamma is None else rule.gamma


def _group(members, spec, *, gammas, ratio):
    decisions = _filter(members, spec, *gammas) if spec.strategy.startswith("instructdiff") else {}
    for row in members:
        by_chance = spec.exclude_calibration and row["in_calibration"] and row["example_id"] not in spec.pinned
        if row["example_id"] in spec.excluded or by_chance:
            decisions[row["example_id"]] = "excluded"
    pinned = [row for row in members if row["example_id"] in spec.pinned]
    survivors = [row for row in members if row["example_id"] not in decisions]
    unranked = [row for row in survivors if not naive_fits(row, spec)]
    decisions |= {row["example_id"]: "rank" for row in unranked}
    fitting = [row for row in survivors if naive_fits(row, spec)]
    ranked = [row for row in naive_order(fitting, spec.strategy, spec.scope) if row not in pinned]
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


def naive_fits(row, spec):
    """Whether the strategy ranks the row: it has a value, and IFD is at most, or below, 1."""
    if spec.strategy == "ifd":
        return row["ifd"] <= 1
    if spec.strategy == "superfiltering":
        return row["superfilter_ifd"] < 1
    if spec.strategy == "zip":
        return not math.isnan(row["zip_rank_pool" if spec.scope == "global" else "zip_rank"])
    return True


def naive_order(rows, strategy, scope="domain"):
    """The rows, best first, by any strategy but the random one."""
    if strategy in ("ifd", "superfiltering", "selectit"):
        name = {"superfiltering": "superfilter_ifd"}.get(strategy, strategy)
        return sorted(rows, key=lambda row: (-row[name], row["example_id"]))
    if strategy == "zip":
        return sorted(rows, key=lambda row: row["zip_rank_pool" if scope == "global" else "zip_rank"])
    if strategy == "instructdiff":
        strategy = "instructdiff_min"
    measure, _, end = strategy.rpartition("_")
    value = {
        "instructdiff": lambda row: row["delta_entropy"],
        "ppl": lambda row: math.exp(row["base_nll"]),
        "entropy": lambda row: row["base_entropy"],
        "response_length": lambda row: row["n_tokens"],
        "instruction_length": lambda row: row["instruction_tokens"],
        "inst_resp_ratio": lambda row: row["inst_resp_ratio"],
    }[measure]
    sign = -1 if end == "max" else 1
    order = sorted(rows, key=lambda row: (sign * value(row), row["example_id"]))
    if end != "mid":
        return order
    middle = (len(order) + 1) / 2
    return [row for _, row in sorted(enumerate(order, 1), key=lambda ranked: abs(ranked[0] - middle))]


def _filter(members, spec, below, above):
    if spec.filter == "rank":
        order = sorted(members, key=lambda row: (row["delta_nll"], row["example_id"]))
        low = order[: int(Fraction(str(below)) * len(members))]
        high = order[len(order) - int(Fraction(str(above)) * len(members)) :]
    else:
        values = [row["delta_nll"] for row in members]
        lower, upper = np.quantile(values, below), np.quantile(values, 1 - above)
        low = [row for row in members if row["delta_nll"] < lower]
        high = [row for row in members if row["delta_nll"] > upper]
    return {r["example_id"]: "nll_low" for r in low} | {r["example_id"]: "nll_high" for r in high}
