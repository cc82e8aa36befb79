"""Selection rules with names, in links and as text, and what a change of a rule does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..config import SelectionSpec
from ..errors import ConfigError
from ..runs import crossing, home, links, specs
from ..runs import sensitivity as changes
from ..runs.exploration import explore
from ..runs.sensitivity import Sensitivity, SpecComparison
from ..runs.specs import NamedSpec


@dataclass(frozen=True)
class SpecEntry:
    named: NamedSpec
    kept: int | None  # rows that it keeps; None where the run has no scores, or the rule does not fit them


@dataclass(frozen=True)
class SpecList:
    entries: tuple[SpecEntry, ...]  # oldest first
    skipped: tuple[str, ...]  # a sentence for every file that holds no rule


def save_spec(run: str, name: str, spec: SelectionSpec, *, note: str = "") -> NamedSpec:
    """Keep a rule under a name of 1 to 60 printable characters; one of the same name is replaced."""
    return specs.save(home.own_store(run), name, spec, note)


def named_specs(run: str) -> SpecList:
    """All rules of the run that have a name, with how many rows each keeps."""
    found = specs.saved(home.open_store(run))
    return SpecList(tuple(SpecEntry(named, _kept(run, named.spec)) for named in found.specs), found.skipped)


def _kept(run: str, spec: SelectionSpec) -> int | None:
    store = home.open_store(run)
    if not (store.path / "deltas.parquet").is_file():
        return None
    try:
        return explore(store).select(spec).total.selected
    except ConfigError:  # of a domain or a row that other settings brought
        return None


def named_spec(run: str, key: str) -> NamedSpec:
    """The rule with this name or slug."""
    return specs.get(home.open_store(run), key)


def delete_spec(run: str, key: str) -> None:
    """Delete the rule with this name or slug."""
    specs.delete(home.own_store(run), key)


def compare_specs(run: str, a: SelectionSpec, b: SelectionSpec) -> SpecComparison:
    """What two rules keep in common in this run, in all and by domain, and in which settings they differ."""
    return changes.compare(explore(home.open_store(run)), a, b)


def spec_command(run: str, spec: SelectionSpec) -> str:
    """The command line that selects by `spec`; where it names a file, `spec_yaml` is what goes in it."""
    return specs.command(run, spec)


def spec_yaml(spec: SelectionSpec) -> str:
    """The settings of a rule that are not the default, as YAML."""
    return specs.to_yaml(spec)


def spec_from_yaml(text: str) -> SelectionSpec:
    """A rule from `spec_yaml`, or from the `selection:` block of a config.yaml."""
    return specs.from_yaml(text)


def link_state(run: str, spec: SelectionSpec, view: dict[str, Any], *, keep: bool = True) -> str:
    """The `state` of a link that opens this run with this rule and view.

    One that an address cannot hold (many rows by hand) is written into the run, or without `keep` is empty.
    """
    store = home.open_store(run)
    return links.encode(store, spec, view, keep=keep and home.may_change(store))


def open_link(run: str, state: str) -> tuple[SelectionSpec, dict[str, Any]]:
    """The rule and the view of a link's state; `ConfigError` for one that `link_state` did not make.

    The view is as it was written: whoever shows it checks it.
    """
    return links.decode(home.open_store(run), state)


def sensitivity(run: str, spec: SelectionSpec) -> Sensitivity:
    """How the kept rows change with γ, with β and with the other calibration seeds that the run holds."""
    store = home.open_store(run)
    return changes.sensitivity(explore(store), spec, seeds=crossing.seed_masks(store, spec))
