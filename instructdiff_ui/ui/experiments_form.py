"""From the fields of the experiment form to settings, and back. What a setting may be is for `config` to say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import api
from ..api import ExperimentSettings, SelectionSpec, Study
from ..errors import ConfigError

SAVED, EXPLORED = "saved:", "explored"  # keys of arms that no study brings
EXPLORED_NAME = "rule in Explore & select"


@dataclass(frozen=True)
class Form:
    """What a person filled in, in the order of the page's fields."""

    study: str
    name: str
    budgets: str  # "5, 10, 20": per cent of the pool
    counts: str  # rows or tokens
    seeds: float
    steps: str  # matched or epochs
    calibrate_anew: bool
    models: str  # other models, one per line
    arms: Sequence[str]  # keys of `choices`


def settings(run: str, form: Form, explored: SelectionSpec | None) -> ExperimentSettings:
    """The experiment that is asked for; `explored` is the rule that the page shows in Explore & select."""
    rule = api.spec(run)
    arms = [arm for key in form.arms if (arm := _arm(run, form, key, rule, explored)) is not None]
    if not arms and not _study(run, form).missing:
        raise ConfigError("Choose at least one arm to hold against random.")
    return api.study_settings(
        run,
        form.study,
        models=lines(form.models),
        changes={
            "name": " ".join((form.name or "").split()) or _study(run, form).title,
            "rule": rule.model_dump(mode="json") | {"budget": form.counts},
            "ratios": shares(form.budgets),
            "arms": arms,
            "seeds": _seeds(form.seeds),
            "steps": form.steps,
            "calibrate_anew": form.calibrate_anew,
        },
    )


def choices(run: str, study: Study, explored: SelectionSpec | None) -> list[tuple[str, str]]:
    """The arms that can be ticked: words and key. Those of the study, the saved rules, and the one being explored."""
    own = [(arm.name, arm.name) for arm in study.arms]
    saved = [(f"saved: {entry.named.name}", SAVED + entry.named.name) for entry in api.named_specs(run).entries]
    return [*own, *saved, *([(EXPLORED_NAME, EXPLORED)] if explored is not None else [])]


def known_studies(run: str, models: str) -> dict[str, Study]:
    """The ready-made studies by key; `models` holds the names of other models, one per line."""
    return {study.key: study for study in api.studies(run, models=lines(models))}


def shares(text: str) -> list[float]:
    """Budgets as shares: `5, 10 %` → [0.05, 0.1]."""
    pieces = [piece for piece in re.split(r"[,;\s]+", (text or "").replace("%", " ")) if piece]
    if not pieces:
        raise ConfigError("Name at least one budget, in per cent of the pool, such as 10.")
    return [_share(piece) for piece in pieces]


def percentages(ratios: Sequence[float]) -> str:
    """The reverse of `shares`: [0.05, 0.1] → `5, 10`."""
    return ", ".join(f"{100 * ratio:.6g}" for ratio in ratios)


def lines(text: str) -> list[str]:
    """The lines that hold something, once each."""
    return list(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))


def as_arm(name: str, spec: SelectionSpec, rule: SelectionSpec) -> dict[str, Any]:
    """A rule as an arm of an experiment over `rule`: all of it, except that β is the experiment's."""
    values = spec.model_dump(mode="json", exclude={"ratio", "domains"})
    values["gamma_high"] = spec.gamma_high  # spelt out: an arm inherits what it does not name
    nothing = {"gamma": None, "gamma_high": None, "ratio": None}
    values["domains"] = dict.fromkeys(rule.domains, nothing) | {
        domain: nothing | own.model_dump(mode="json") for domain, own in spec.domains.items()
    }
    return {"name": name[:60], "selection": values}


def _arm(
    run: str, form: Form, key: str, rule: SelectionSpec, explored: SelectionSpec | None
) -> Mapping[str, Any] | None:
    """The settings of a ticked arm; None for one that the study had before its models were changed."""
    if key == EXPLORED:
        return as_arm(EXPLORED_NAME, explored, rule) if explored is not None else None
    if key.startswith(SAVED):
        name = key.removeprefix(SAVED)
        return as_arm(f"saved: {name}", api.named_spec(run, name).spec, rule)
    return next((arm.model_dump(mode="json") for arm in _study(run, form).arms if arm.name == key), None)


def _study(run: str, form: Form) -> Study:
    known = known_studies(run, form.models)
    if form.study not in known:
        raise ConfigError("Choose a study first.")
    return known[form.study]


def _share(piece: str) -> float:
    try:
        percent = float(piece)
    except ValueError:
        percent = float("nan")
    if not 0 < percent <= 100:
        raise ConfigError(f"A budget is a percentage above 0 and up to 100, not {piece[:20]!r}.")
    return round(percent / 100, 8)


def _seeds(value: float | None) -> int:
    if value is None or value != int(value) or not 2 <= value <= 20:
        shown = "nothing" if value is None else f"{value:g}"
        raise ConfigError(f"Seeds are a whole number from 2 to 20, not {shown}: one seed decides nothing.")
    return int(value)
