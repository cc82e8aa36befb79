"""Named selection rules of a run: keeping them, telling two apart, and writing one as a command or as YAML.

A rule lies in `specs/<slug>.json` of its run. Knows nothing of what a rule keeps.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from ..config import DomainRule, NoAliases, RunConfig, SelectionSpec, digest, validated
from ..errors import ConfigError
from ..files import write_json
from .store import RunStore

MAX_NAME = 60  # characters
MAX_NOTE = 1_000
MAX_YAML = 8_000_000  # some 200,000 rows by hand
MAX_SENTENCE = 300  # of what a failure quotes
SPEC_FILE = "selection.yaml"  # what a command calls the file of a rule that does not go on a line

_FIELDS = {"name", "note", "saved_at", "spec"}
_ON_A_LINE = re.compile(r"[\w-]+")  # names of domains that `--set domains.NAME.ratio=…` can write


@dataclass(frozen=True)
class NamedSpec:
    name: str
    note: str
    saved_at: str  # ISO 8601, UTC
    spec: SelectionSpec

    @property
    def slug(self) -> str:
        """The file's name: readable, and different for every name."""
        words = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:40]
        return f"{words or 'rule'}-{digest(self.name)[:8]}"


@dataclass(frozen=True)
class NamedSpecs:
    """The named rules of a run, oldest first, and a sentence for every file that holds none."""

    specs: tuple[NamedSpec, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """One setting in which two rules, or two runs, differ."""

    setting: str
    here: str
    there: str


# keeping -----------------------------------------------------------------------------------------------------------


def save(store: RunStore, name: str, spec: SelectionSpec, note: str = "") -> NamedSpec:
    """Keep `spec` under a name of 1 to 60 printable characters; one of the same name is replaced."""
    made = NamedSpec(_name(name), _note(note), datetime.now(timezone.utc).isoformat(timespec="milliseconds"), spec)
    record = {"name": made.name, "note": made.note, "saved_at": made.saved_at, "spec": spec.model_dump(mode="json")}
    write_json(_folder(store) / f"{made.slug}.json", record)
    return made


def saved(store: RunStore) -> NamedSpecs:
    """All named rules of the run; a file that is damaged or holds something else is skipped, and said so."""
    found, skipped = [], []
    for path in sorted(_folder(store).glob("*.json")):
        try:
            found.append(_read(path))
        except ConfigError as error:
            skipped.append(f"specs/{path.name} is left out: {error.message}")
    return NamedSpecs(tuple(sorted(found, key=lambda one: (one.saved_at, one.name))), tuple(skipped))


def get(store: RunStore, key: str) -> NamedSpec:
    """The rule with this name or slug; `ConfigError` that lists the names where there is none."""
    known = saved(store).specs
    one = next((one for one in known if key in (one.name, one.slug)), None)
    if one is None:
        names = ", ".join(one.name for one in known) or "none"
        raise ConfigError(f"There is no rule named {_quoted(key)}; there is {names}.")
    return one


def delete(store: RunStore, key: str) -> None:
    """Delete the rule with this name or slug."""
    (_folder(store) / f"{get(store, key).slug}.json").unlink(missing_ok=True)


def _folder(store: RunStore) -> Path:
    return store.path / "specs"


def _read(path: Path) -> NamedSpec:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise ConfigError("it cannot be read as JSON.") from None
    if not isinstance(record, dict) or set(record) != _FIELDS or not isinstance(record["spec"], dict):
        raise ConfigError("it holds no named rule.")
    try:
        read = datetime.fromisoformat(record["saved_at"]).astimezone(timezone.utc)
        saved_at = read.isoformat(timespec="milliseconds")
    except (TypeError, ValueError, OverflowError):
        raise ConfigError(f"saved_at is {_quoted(record['saved_at'])}, which is no time.") from None
    named = NamedSpec(_name(record["name"]), _note(record["note"]), saved_at, parsed(record["spec"]))
    if named.slug != path.stem:
        raise ConfigError(f"it holds {_quoted(named.name)}, whose file is {named.slug}.json.")
    return named


def _name(name: Any) -> str:
    flat = " ".join(name.split()) if isinstance(name, str) else ""
    if not 1 <= len(flat) <= MAX_NAME or not flat.isprintable():
        raise ConfigError(f"The name of a rule is {_quoted(name)}: 1 to {MAX_NAME} printable characters are allowed.")
    return flat


def _note(note: Any) -> str:
    if not isinstance(note, str) or len(note) > MAX_NOTE:
        raise ConfigError(f"The note of a rule is a text of at most {MAX_NOTE:,} characters.")
    return note.strip()


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= MAX_NAME + 2 else f"{text[:MAX_NAME]}…"


def parsed(values: Any) -> SelectionSpec:
    """A rule from what somebody else wrote; the sentence of a failure stays short, whatever it quotes."""
    try:
        return validated(SelectionSpec, values)
    except ConfigError as error:
        if len(error.message) <= MAX_SENTENCE:
            raise
        raise ConfigError(f"{error.message[:MAX_SENTENCE]}…") from None


# telling two apart -------------------------------------------------------------------------------------------------


def difference(a: SelectionSpec, b: SelectionSpec) -> list[Difference]:
    """The settings in which two rules differ, in words; empty where they mean the same."""
    here, there = _words(a, b, "here"), _words(b, a, "there")
    return [Difference(setting, here[setting], there[setting]) for setting in here if here[setting] != there[setting]]


def _words(spec: SelectionSpec, other: SelectionSpec, side: str) -> dict[str, str]:
    """Every setting of `spec` in words, with a line for each domain that either rule treats otherwise."""
    low, high = spec.gammas_of()
    words = {
        "strategy": spec.strategy,
        "γ, lower end": _percent(low),
        "γ, upper end": _percent(high),
        "β": _percent(spec.ratio),
        "β counts": {"rows": "rows", "tokens": "response tokens"}[spec.budget],
        "filter": {"quantile": "inclusive quantiles", "rank": "⌊γN⌋ rows by rank"}[spec.filter],
        "ranked": {"domain": "within each domain", "global": "the pool as one"}[spec.scope],
        "seed of the random strategy": str(spec.seed),
    }
    for name in sorted({*spec.domains, *other.domains}):
        words |= _domain_words(name, spec.domains.get(name) or DomainRule())
    calibration = "left out" if spec.exclude_calibration else "in the pool"
    return words | {
        "rows kept by hand": _rows(spec.pinned, other.pinned, side),
        "rows dropped by hand": _rows(spec.excluded, other.excluded, side),
        "rows that calibration trained on": calibration,
    }


def _domain_words(name: str, rule: DomainRule) -> dict[str, str]:
    values = {"γ": rule.gamma, "γ, upper end,": rule.gamma_high, "β": rule.ratio}
    return {f"{part} of {name}": "as the rest" if v is None else _percent(v) for part, v in values.items()}


def _rows(ids: tuple[str, ...], others: tuple[str, ...], side: str) -> str:
    own = len(set(ids) - set(others))
    return f"{len(set(ids)):,}" + (f", {own:,} of them only {side}" if own and others else "")


def _percent(share: float) -> str:
    return f"{100 * share:.12g} %"


# writing one -------------------------------------------------------------------------------------------------------


def command(run: str, spec: SelectionSpec) -> str:
    """The command line that selects by `spec`: every setting that is not the default, or a file of them.

    Rows by hand, and domains whose names hold more than letters, digits, `_` and `-`, go into a file `SPEC_FILE`
    that holds `to_yaml(spec)`.
    """
    start = ["python", "-m", "instructdiff_ui", "select", run]
    by_name = all(_ON_A_LINE.fullmatch(name) for name in spec.domains)
    if spec.pinned or spec.excluded or not by_name or any(not rule for rule in _own(spec).get("domains", {}).values()):
        return shlex.join([*start, "--spec", SPEC_FILE])
    pairs = [f"{path}={_plain(value)}" for path, value in _leaves(_own(spec))]
    return shlex.join([*start, "--fresh", *(part for pair in pairs for part in ("--set", pair))])


def to_yaml(spec: SelectionSpec) -> str:
    """The settings of `spec` that are not the default, as YAML, under a comment with its hash."""
    body = yaml.dump(_own(spec), Dumper=_Escaping, sort_keys=False, allow_unicode=True)
    return (
        f"# A selection rule of InstructDiff, hash {spec.hash}; settings that are not here have their default\n{body}"
    )


def from_yaml(text: str) -> SelectionSpec:
    """The rule in a text that `to_yaml` wrote, or in the `selection:` block of a config.yaml."""
    if len(text) > MAX_YAML:
        raise ConfigError(f"The rule has {len(text):,} characters; at most {MAX_YAML:,} are read.")
    try:
        values = yaml.load(text, Loader=NoAliases)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = str(getattr(error, "problem", None) or error or "it is nested too deeply")
        raise ConfigError(f"The rule is not YAML that can be read: {first[:MAX_SENTENCE]}.") from None
    if isinstance(values, dict) and "selection" in values and set(values) <= set(RunConfig.model_fields):
        values = values["selection"] or {}
    if not isinstance(values, dict):
        raise ConfigError("The rule holds no settings: a mapping such as 'ratio: 0.15' is needed.")
    return parsed(values)


class _Escaping(yaml.SafeDumper):
    """YAML that escapes what is not printable: in plain quotes, unusual line ends do not come back as they were."""


def _escaped(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Escaping.add_representer(str, _escaped)


def _own(spec: SelectionSpec) -> dict[str, Any]:
    """The settings that are not the default."""
    return spec.model_dump(mode="json", exclude_defaults=True)


def _leaves(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for key, value in values.items():
        found += _leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return found


def _plain(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
