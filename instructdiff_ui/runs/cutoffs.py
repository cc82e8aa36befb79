"""What a rule becomes when one of its cut-off lines is moved: for one domain or all, at one end of ΔNLL or both."""

from __future__ import annotations

from typing import Any

from ..config import SelectionSpec, validated

Gammas = tuple[float, float]  # of the lower and of the upper end


def moved(spec: SelectionSpec, *, line: str, group: str, share: float, linked: bool, ends: bool) -> SelectionSpec:
    """`spec` after a line of `group` (`beta`, `gamma_low`, `gamma_high`) was moved to a share: its β or γ.

    Linked, or where the pool is ranked as one, the share holds for all domains; else for `group` alone. With `ends` a
    γ holds at both ends of ΔNLL; without, the other end stays where it is, in every domain.
    """
    values = spec.model_dump(mode="json")
    rules: dict[str, dict[str, Any]] = values["domains"]
    if not (linked or spec.scope == "global"):
        change = _of_domain(spec, line, group, share, ends=ends)
        rules[group] = rules.get(group, {}) | change
    elif line == "beta":
        values["ratio"] = share
        values["domains"] = {name: rule | {"ratio": None} for name, rule in rules.items()}
    else:
        pool = _after(spec.gammas_of(), line, share, ends=ends)
        values |= _written(pool)
        values["domains"] = {
            name: rule | _beside(_after(spec.gammas_of(name), line, share, ends=ends), pool)
            for name, rule in rules.items()
        }
    rules = values["domains"]
    values["domains"] = {name: rule for name, rule in rules.items() if any(v is not None for v in rule.values())}
    return validated(SelectionSpec, values)


def _of_domain(spec: SelectionSpec, line: str, group: str, share: float, *, ends: bool) -> dict[str, float | None]:
    """What the rule of one domain is given; an end that it left to the pool stays so where it can."""
    if line == "beta":
        return {"ratio": share}
    if line == "gamma_high" and not ends:
        return {"gamma_high": share}
    return _written(_after(spec.gammas_of(group), line, share, ends=ends))


def _after(gammas: Gammas, line: str, share: float, *, ends: bool) -> Gammas:
    if ends:
        return share, share
    return (share, gammas[1]) if line == "gamma_low" else (gammas[0], share)


def _written(gammas: Gammas) -> dict[str, float | None]:
    low, high = gammas
    return {"gamma": low, "gamma_high": None if high == low else high}


def _beside(gammas: Gammas, pool: Gammas) -> dict[str, float | None]:
    """What a domain must say to have these γ beside those of the pool: as little as it can."""
    if gammas == pool:
        return {"gamma": None, "gamma_high": None}
    return {"gamma": None, "gamma_high": gammas[1]} if gammas[0] == pool[0] else _written(gammas)
