"""Thresholds as a suggestion, each with its reason: γ from how stable the kept rows are, β from held-out loss.

A suggestion is always given beside the default, and never put into force. Knows no page.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config import SelectionSpec
from ..errors import UserError
from ..selection.strategies import RANKINGS
from .experiments import records
from .experiments.results import ALL, ArmResult, ExperimentResult, result
from .exploration import Exploration, explore
from .steadiness import Steadiness, over_draws, over_seeds, room
from .store import RunStore

GAMMAS = (0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2)
ROOM = 2.0  # survivors per kept row, at least: with fewer the filter alone decides, and looks stable for it


@dataclass(frozen=True)
class Tried:
    """One value that was tried, and what it came to."""

    value: float
    measure: float  # γ: Nogueira's Φ; β: difference of held-out loss to random, in nats
    low: float = float("nan")  # ends of its 95 % interval, where there is one
    high: float = float("nan")
    note: str = ""  # β: the word of the verdict
    loss: float = float("nan")  # β: held-out loss itself, in nats


@dataclass(frozen=True)
class Suggestion:
    """A value for a threshold, or none, and why."""

    threshold: str  # gamma | ratio
    default: float
    value: float | None  # may be the default itself; None: nothing is known that speaks for any value
    reason: str
    tried: tuple[Tried, ...] = ()


def suggest(store: RunStore, spec: SelectionSpec) -> tuple[Suggestion, Suggestion]:
    """γ and β for a scored run under the other settings of `spec`."""
    return suggest_gamma(store, spec), suggest_ratio(store, spec)


def with_value(spec: SelectionSpec, threshold: str, value: float) -> SelectionSpec:
    """`spec` with a suggested γ or β, as it was tried: for all domains.

    A γ takes the place of those of single domains and ends; a β leaves domains with a β of their own their proportion.
    """
    if threshold == "gamma":
        domains = {
            name: rule.model_copy(update={"gamma": None, "gamma_high": None})
            for name, rule in spec.domains.items()
            if rule.ratio is not None
        }
        return spec.model_copy(update={"gamma": value, "gamma_high": None, "domains": domains})
    domains = {
        name: rule
        if rule.ratio is None
        else rule.model_copy(update={"ratio": min(1.0, round(rule.ratio * value / spec.ratio, 6))})
        for name, rule in spec.domains.items()
    }
    return spec.model_copy(update={"ratio": value, "domains": domains})


# γ -----------------------------------------------------------------------------------------------------------------


def suggest_gamma(store: RunStore, spec: SelectionSpec) -> Suggestion:
    """The default γ, unless a larger one keeps clearly more stable rows: then the smallest that does not stand behind.

    Stable over the calibration seeds that the run holds; where there is one, over draws of ΔH within its standard
    error. A smaller one is never suggested for being stable: the rows it lets back are extreme, so they are stable
    whatever they hold. Only where β leaves the default too few rows to rank is it the largest that leaves enough.
    """
    exploration = explore(store)
    if why_not := _no_gamma(exploration, spec):
        return Suggestion("gamma", SelectionSpec().gamma, None, why_not)
    rules = {gamma: with_value(spec, "gamma", gamma) for gamma in GAMMAS}
    rules = {gamma: rule for gamma, rule in rules.items() if room(exploration, rule) >= ROOM}
    if not rules:
        why_not = "β keeps so large a share that a filter alone would decide: no γ was tried."
        return Suggestion("gamma", SelectionSpec().gamma, None, why_not)
    trials, over = over_seeds(store, exploration, rules) or over_draws(exploration, rules) or ([], "")
    if not trials:
        return Suggestion("gamma", SelectionSpec().gamma, None, _not_repeated(store))
    return _most_stable(trials, over)


def _no_gamma(exploration: Exploration, spec: SelectionSpec) -> str:
    if not RANKINGS[spec.strategy].filtered:
        return "This strategy does not filter by ΔNLL, so γ does nothing."
    if not exploration.select(spec).total.selected:
        return "The rule keeps no row, so there is nothing that could be stable."
    return ""


def _not_repeated(store: RunStore) -> str:
    if store.config().scores:
        return "These scores were imported without standard errors of ΔH: how stable the kept rows are is not known."
    return (
        "These scores have neither a second calibration seed nor standard errors: set calibration.seeds to 2 or more "
        "to learn how stable the kept rows are."
    )


def _most_stable(trials: list[Steadiness], over: str) -> Suggestion:
    default = SelectionSpec().gamma
    tried = tuple(Tried(one.gamma, one.phi) for one in trials)
    usual = next((one for one in trials if one.gamma == default), None)
    if usual is None:
        most = trials[-1].gamma
        reason = (
            f"At the default {_percent(default)} fewer than {ROOM:g} rows pass the filter for each that β keeps: the "
            f"filter would decide more than ΔH does. {_percent(most)} is the most of those tried that leaves so many."
        )
        return Suggestion("gamma", default, most, reason, tried)
    smaller, larger = trials[: trials.index(usual)], trials[trials.index(usual) :]
    best = max(larger, key=lambda one: one.phi)
    chosen = next(one for one in larger if not one.behind(best))
    reason = f"Over {over} the kept rows agree to Φ = {chosen.phi:.2f} at γ = {_percent(chosen.gamma)}"
    if chosen is usual:
        more = "better" if best is usual else f"clearly better ({best.phi:.2f} at most)"
        reason += f", the default, and no larger γ does {more}."
    else:
        reason += f", and to {usual.phi:.2f} at the default {_percent(default)}."
    return Suggestion("gamma", default, chosen.gamma, reason + _let_back(smaller, chosen), tried)


def _let_back(smaller: list[Steadiness], chosen: Steadiness) -> str:
    """Why a smaller γ is not suggested where it would be more stable."""
    steadier = [one for one in smaller if chosen.behind(one)]
    if not steadier:
        return ""
    one = max(steadier, key=lambda one: one.phi)
    return (
        f" At {_percent(one.gamma)} it is {one.phi:.2f}, but through rows whose likelihood moved most: these tend to "
        "the ends of ΔH, and stay there whatever they hold. Whether to let them back is for an experiment to tell."
    )


# β -----------------------------------------------------------------------------------------------------------------


def suggest_ratio(store: RunStore, spec: SelectionSpec) -> Suggestion:
    """The smallest budget that beat random in an experiment of this run, and whose lead no other clearly exceeds."""
    default = SelectionSpec().ratio
    if spec.strategy == "random":
        return Suggestion("ratio", default, None, "Random rows are what other strategies are held against.")
    title, arms = _experiment_of(store, spec)
    if not arms:
        reason = "No experiment of this run has held this rule against random yet; the study “How much is enough” does."
        return Suggestion("ratio", default, None, reason)
    tried = tuple(sorted(map(_tried, arms), key=lambda one: one.value))
    budgets = ", ".join(_percent(one.value) for one in tried)
    better = [one for one in tried if one.note == "better"]
    if not better:
        at = f"at {budgets}" if len(tried) == 1 else f"at none of {budgets}"
        word = "not detectably" if len(tried) == 1 else "detectably"
        reason = f"In {title} held-out loss was {word} lower than that of random rows {at}."
        return Suggestion("ratio", default, None, reason, tried)
    best = min(better, key=lambda one: one.measure)
    chosen = next(one for one in better if one is best or one.measure <= best.high)  # inside its interval
    reason = (
        f"In {title} held-out loss at {_percent(chosen.value)} was lower than random's by {-chosen.measure:.3f} nats"
    )
    if len(tried) == 1:
        return Suggestion("ratio", default, chosen.value, f"{reason}; no other budget was tried.", tried)
    if chosen is best:
        reason += f", the largest lead of the budgets tried ({budgets})."
    else:
        lead = f"{-best.measure:.3f} at {_percent(best.value)}"
        reason += (
            f". It is the smallest of the budgets tried ({budgets}) that no other clearly exceeds: {lead} at most."
        )
    return Suggestion("ratio", default, chosen.value, reason, tried)


def _experiment_of(store: RunStore, spec: SelectionSpec) -> tuple[str, list[ArmResult]]:
    """The experiment that tried `spec` at the most budgets, the newest of such, and its arms that do.

    One alone, because another may have trained otherwise. Those that do not fit the run any more are left out.
    """
    found: list[tuple[str, list[ArmResult]]] = [("", [])]
    for record in records.records(store):
        try:
            one = result(store, record)
        except UserError:
            continue
        name = f"the experiment “{one.settings.name}”" if one.settings.name else "an experiment of this run"
        found.append((name, [arm for arm in one.arms if _alike(one, arm, spec)]))
    return max(found, key=lambda pair: len(pair[1]))


def _alike(found: ExperimentResult, arm: ArmResult, spec: SelectionSpec) -> bool:
    """Whether the arm chose from this run's scores as `spec` does, but for the budget, and was measured."""
    own = {one.name for one in found.settings.arms if one.calibration or one.scorer or one.pool_rows}
    if arm.spec is None or arm.ratio is None or arm.name in own or ("nll", ALL) not in arm.verdicts:
        return False
    return _but_budget(arm.spec) == _but_budget(spec)


def _but_budget(spec: SelectionSpec) -> SelectionSpec:
    """The rule at a β of 1, the domains that have their own in proportion; seeds count for random rows alone."""
    domains = {
        name: rule.model_copy(update={"ratio": None if rule.ratio is None else round(rule.ratio / spec.ratio, 3)})
        for name, rule in spec.domains.items()
    }
    return spec.model_copy(update={"ratio": 1.0, "seed": 0, "domains": domains})


def _tried(arm: ArmResult) -> Tried:
    assert arm.ratio is not None
    verdict, loss = arm.verdicts["nll", ALL], arm.measured["nll", ALL].mean
    found = verdict.difference
    return Tried(arm.ratio, found.mean, found.low, found.high, verdict.word, loss)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
