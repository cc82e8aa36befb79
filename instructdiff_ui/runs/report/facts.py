"""What a report is about: one run, read from its directory, and the experiment that was asked for.

Reads what others wrote and decides nothing. Whatever the run does not have is None or empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import Any

from ...config import RunConfig, SelectionSpec
from ...errors import UserError
from ...files import read_json
from ..experiments import records
from ..experiments.results import ExperimentResult, result
from ..exploration import Exploration, Preview, explore
from ..plan import Stage, plan, scored_stage
from ..store import RunStore

Manifest = dict[str, Any]


class Facts:
    """One run as it lies on the disk, with an experiment by id or name; None: the newest that has come to something.

    Raises `ConfigError` for an experiment that is not there.
    """

    def __init__(self, store: RunStore, experiment: str | None = None):
        self.store = store
        self.config: RunConfig = store.config()
        self.spec: SelectionSpec = store.spec()
        self.experiment: ExperimentResult | None = _experiment(store, experiment)

    @cached_property
    def stages(self) -> list[Stage]:
        return plan(self.config, self.spec)

    @cached_property
    def manifests(self) -> dict[str, Manifest]:
        """By name, what each stage of the run that is done noted down, in order."""
        done = [stage for stage in self.stages if stage.done(self.store)]
        found = {stage.name: self.store.manifest(stage.name, stage.fingerprint) for stage in done}
        return {name: manifest for name, manifest in found.items() if manifest is not None}

    @cached_property
    def labels(self) -> dict[str, str]:
        return {stage.name: stage.label for stage in self.stages}

    def manifest(self, work: str) -> Manifest | None:
        """That of the last stage that does this work, once it is done."""
        names = [stage.name for stage in self.stages if stage.work == work]
        return self.manifests.get(names[-1]) if names else None

    def facts(self, work: str) -> dict[str, Any]:
        return (self.manifest(work) or {}).get("facts") or {}

    @cached_property
    def pool(self) -> dict[str, Any]:
        """Rows, domains, lengths and rows set aside, as they were before any model ran; empty where unknown."""
        return self._beside("tokens", "report.json") or {}

    def _beside(self, work: str, name: str) -> Any:
        stage = next((stage for stage in self.stages if stage.work == work and stage.name in self.manifests), None)
        return read_json(stage.folder(self.store) / name) if stage else None

    @property
    def parameters(self) -> float:
        """Of the base model; 0 where unknown."""
        return float((self.facts("tokens").get("model") or {}).get("n_parameters") or 0)

    @property
    def tokens_per_row(self) -> float:
        """Prompt and response, on average; 0 where unknown."""
        lengths = self.pool.get("lengths") or {}
        return sum(lengths[part]["all"]["mean"] for part in ("prompt", "response") if lengths.get(part))

    # scores --------------------------------------------------------------------------------------------------------

    @cached_property
    def exploration(self) -> Exploration | None:
        return explore(self.store) if (self.store.path / "deltas.parquet").is_file() else None

    @cached_property
    def preview(self) -> Preview | None:
        """What the rule in force does to the scores; None without scores, or where the rule does not fit them."""
        return self._previewed[0]

    @property
    def unfit(self) -> str:
        """Why the rule does not fit the scores; empty where it does."""
        return self._previewed[1]

    @cached_property
    def _previewed(self) -> tuple[Preview | None, str]:
        if self.exploration is None:
            return None, ""
        try:
            return self.exploration.preview(self.spec), ""
        except UserError as error:  # it names rows or domains that other settings brought
            return None, error.message

    @property
    def scores_are_old(self) -> bool:
        """Whether settings have changed since the scores were made that are explored."""
        published = read_json(self.store.path / "published.json", {})
        made = published.get("deltas") or published.get("import_scores")
        return made is not None and made != scored_stage(self.stages).fingerprint

    # leakage -------------------------------------------------------------------------------------------------------

    @cached_property
    def leakage(self) -> dict[str, Any] | None:
        """Held-out rows that stand in the pool too, by kind; None where nobody looked."""
        pool = self.manifest("pool") or self.manifest("import_scores")
        for path in sorted(self.store.path.glob("artifacts/leakage-*/manifest.json")):
            manifest = read_json(path)
            if pool and pool["fingerprint"] in manifest["upstream"].values():
                return manifest["facts"]
        return None


def _experiment(store: RunStore, key: str | None) -> ExperimentResult | None:
    if key is not None:
        return result(store, records.get(store, key))
    return next((found for found in _readable(store) if found.done), None)


def _readable(store: RunStore) -> Iterable[ExperimentResult]:
    for record in records.records(store):
        with suppress(UserError):  # its arms no longer fit the run, so it is not what the run stands for
            yield result(store, record)
