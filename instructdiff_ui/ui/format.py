"""Numbers and times as a reader wants them. Knows nothing of runs or components."""

from __future__ import annotations

import math


def count(value: float) -> str:
    return f"{int(value):,}"


def short(value: float) -> str:
    """1,234 → 1.2k; for places where there is no room."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def nats(value: float | None, digits: int = 3) -> str:
    """A signed number with a real minus sign; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}".replace("-", "−")


def percent(share: float) -> str:
    if not math.isfinite(share):
        return "–"
    return f"{100 * share:.3g} %"


def duration(seconds: float | None) -> str:
    """0:41, 12:05, 1:02:33."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def pace(rate: float, unit: str, eta: float | None) -> str:
    """11.4k tokens/s · 0:41 left; 21 s per step where a step takes longer than a second."""
    if rate <= 0:
        return "measuring the rate"
    speed = f"{short(rate)} {unit}/s" if rate >= 1 else f"{1 / rate:.3g} s per {unit.removesuffix('s')}"
    return speed if eta is None else f"{speed} · {duration(eta)} left"


def agreement(share: float) -> str:
    """A Jaccard, recall or correlation with two digits; one that only rounds to 1 does not say 1."""
    if not math.isfinite(share):
        return "–"
    if 0.995 <= share < 1:
        return "> 0.99"
    rounded = round(share, 2) + 0.0  # no minus before a zero
    return f"{rounded:.2f}".replace("-", "−")


def moment(iso: str) -> str:
    """2026-11-22T20:15:07.123+00:00 → 2026-11-22 20:15."""
    return iso[:16].replace("T", " ")


def clipped(text: str, limit: int = 120) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


STRATEGIES = {
    "instructdiff": "Lowest ΔH (InstructDiff)",
    "instructdiff_mid": "Middle ΔH",
    "instructdiff_max": "Highest ΔH",
    "consensus": "Consensus of the seeds",
    "random": "Random",
    "ppl_min": "Lowest perplexity",
    "ppl_mid": "Middle perplexity",
    "ppl_max": "Highest perplexity",
    "entropy_min": "Lowest entropy",
    "entropy_mid": "Middle entropy",
    "entropy_max": "Highest entropy",
    "response_length_max": "Longest responses",
    "instruction_length_max": "Longest instructions",
    "inst_resp_ratio_min": "Lowest instruction ÷ response",
    "inst_resp_ratio_max": "Highest instruction ÷ response",
    "ifd": "Highest IFD up to 1",
    "superfiltering": "Superfiltering",
    "selectit": "SelectIT",
    "zip": "ZIP",
    "full data": "Full data",
}


def strategy(name: str) -> str:
    """What people call a strategy within a sentence."""
    first, space, rest = STRATEGIES[name].partition(" ")
    return (first.lower() if first.istitle() else first) + space + rest


METRICS = {
    "delta_entropy": "ΔH",
    "delta_nll": "ΔNLL",
    "base_entropy": "H base",
    "calibrated_entropy": "H calibrated",
    "base_nll": "NLL base",
    "calibrated_nll": "NLL calibrated",
    "delta_entropy_se": "SE of ΔH",
    "delta_entropy_seed_sd": "SD of ΔH over seeds",
    "delta_entropy_low": "ΔH, lower end over seeds",
    "delta_entropy_high": "ΔH, upper end over seeds",
    "n_tokens": "Response tokens",
    "instruction_chars": "Instruction characters",
    "response_chars": "Response characters",
    "length_ratio": "Instruction ÷ response length",
    "instruction_tokens": "Instruction tokens",
    "inst_resp_ratio": "Instruction ÷ response tokens",
    "bare_nll": "NLL without instruction",
    "ifd": "IFD",
    "superfilter_ifd": "IFD of the small model",
    "selectit": "SelectIT rating",
    "zip_rank": "ZIP rank in its domain",
    "zip_rank_pool": "ZIP rank in the pool",
}
NATS = tuple(name for name in METRICS if "nll" in name or "entropy" in name)


def metric(name: str) -> str:
    """What people call a column; a column of the dataset keeps its own name."""
    return METRICS.get(name, name.removeprefix("data:"))


def value(name: str, number: float | None) -> str:
    """A value of a column: nats with three decimals, counts as such, anything else with four digits."""
    if name in NATS or number is None or not math.isfinite(number):
        return nats(number)
    if float(number).is_integer():
        return f"{number:,.0f}".replace("-", "−")
    return f"{number:.4g}".replace("-", "−")
