"""One row token by token: where in its response calibration made the model surer, and where less sure.

The values come from the shards that scoring left; where those are gone, the models score the one row again, in a
process of its own. Always of the scores that are shown, those of the published delta table. Knows nothing of pages.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ..data.examples import TokenizedExample
from ..data.tokens import token_strings
from ..errors import DataError, RunError
from ..files import read_json
from .aside import answer, ask
from .decoding import decoder
from .plan import Stage, of_first_seed, plan, scored_stage
from .stages.context import pinned_config, trained_path
from .store import RunStore
from .tokenvalues import TokenValues, read_row, read_values

WORKS = {"base": "score_base", "calibrated": "score_calibrated"}
KEPT = 64  # computed views in memory; one of 2,048 tokens takes some 200 KB

Source = Literal["stored", "computed"]

_computed: dict[tuple[str, ...], TokenView] = {}  # the last ones, so that looking at another metric computes nothing


@dataclass(frozen=True, eq=False)
class TokenView:
    """The scored tokens of one response and their values in nats; arrays are (n,) float32.

    The value of a token is of the position before it: the NLL of this token there, and the entropy over all.
    """

    example_id: str
    tokens: tuple[str, ...]  # together the response; empty where a character takes several, but for the last of them
    base_nll: np.ndarray
    base_entropy: np.ndarray
    calibrated_nll: np.ndarray
    calibrated_entropy: np.ndarray
    ended: bool  # whether the last value is of the end-of-sequence token
    truncated: bool  # whether the response was cut at the longest length that the run allows
    source: Source

    @property
    def delta_entropy(self) -> np.ndarray:
        """H_base − H_calibrated; above 0 the calibrated model is surer."""
        return self.base_entropy - self.calibrated_entropy

    @property
    def delta_nll(self) -> np.ndarray:
        """NLL_calibrated − NLL_base; below 0 the calibrated model finds the token likelier."""
        return self.calibrated_nll - self.base_nll


def token_view(store: RunStore, example_id: str) -> TokenView | None:
    """The row's values as scoring stored them, or as they were computed lately; None where they must be computed.

    Raises `RunError` where they are not there and cannot be computed, and `DataError` for a row the run does not have.
    """
    scored = _scored(store)
    row = _row(store, scored, example_id)
    values = read_values(tuple(scored[work].folder(store) for work in WORKS.values()), example_id)
    if values is not None:
        return _view(store, scored, row, dict(zip(WORKS, values, strict=True)), "stored")
    _calibrated_model(store, scored)
    return _computed.get(_key(store, scored, example_id))


def compute(store: RunStore, example_id: str) -> TokenView:
    """The row's values, made anew by the run's models in a process of its own; takes their loading, some seconds.

    Raises `RunError` while the accelerator is busy, and where there is no calibrated model or it fails.
    """
    scored = _scored(store)
    row = _row(store, scored, example_id)
    _calibrated_model(store, scored)
    reply = ask("instructdiff_ui.runs.tokenview", store, {"example_id": example_id}, what="Scoring the row")
    values = {
        name: TokenValues(*(np.asarray(reply[name][k], np.float32) for k in ("nll", "entropy"))) for name in WORKS
    }
    view = _view(store, scored, row, values, "computed")
    _computed[_key(store, scored, example_id)] = view
    for old in list(_computed)[:-KEPT]:
        _computed.pop(old, None)
    return view


def score_row(store: RunStore, request: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """Load the run's models here and score one row under both: `nll` and `entropy` by model name."""
    from ..engine.models import Models
    from ..engine.scoring import score

    scored = _scored(store)
    row = _row(store, scored, request["example_id"])
    facts = _facts(store, scored)
    config = pinned_config(store.config(), facts)
    assert config.model is not None
    models, scoring = Models(config.model), config.scoring
    eos_id = facts["eos_id"] if scoring.score_eos else None
    answers = {}
    for name, chosen in (("base", models.base()), ("calibrated", models.tuned(_calibrated_model(store, scored)))):
        with chosen as model:
            one = score(model, [row], batch_tokens=scoring.batch_tokens, logits_mb=scoring.logits_mb, eos_id=eos_id)[0]
        answers[name] = {"nll": one.token_nll.tolist(), "entropy": one.token_entropy.tolist()}
    return answers


# --- what the shown scores came from


def _scored(store: RunStore) -> Stage:
    """The stage whose delta table is shown; of several calibration seeds, the first one's."""
    config = store.config()
    if config.scores:
        raise RunError(
            "The scores of this run come from a file that has no values per token, and there is no calibrated model "
            "to compute them with."
        )
    stage = scored_stage(plan(config, store.spec()))
    shown = read_json(store.path / "published.json", {}).get("deltas")
    if shown is None:
        raise RunError(f"Run {store.run_id} has no scores yet: calibrate and score it first.")
    if stage.fingerprint != shown:
        raise RunError("The settings have changed since these scores were made: score again to see single tokens.")
    return of_first_seed(stage)


def _row(store: RunStore, scored: Stage, example_id: str) -> TokenizedExample:
    path = scored["tokens"].folder(store) / "tokens.parquet"
    if not path.is_file():
        raise RunError("The token ids of this run are not in it any more: score again to see single tokens.")
    row = read_row(path, example_id)
    if row is None:
        raise DataError(f"There is no row {example_id!r} among the tokenised rows of this run.")
    return row


def _calibrated_model(store: RunStore, scored: Stage):
    """The folder of the adapter or model that made the calibrated scores."""
    try:
        return trained_path(scored["calibrate"].folder(store))
    except StopIteration:
        raise RunError(
            "This run holds neither values per token nor the calibrated model that they could be computed with: "
            "calibrate and score again to see single tokens."
        ) from None


def _facts(store: RunStore, scored: Stage) -> dict[str, Any]:
    tokens = scored["tokens"]
    manifest = store.manifest(tokens.name, tokens.fingerprint)
    if manifest is None:
        raise RunError("The token ids of this run are not in it any more: score again to see single tokens.")
    return manifest["facts"]


def _key(store: RunStore, scored: Stage, example_id: str) -> tuple[str, ...]:
    return str(store.path), scored.fingerprint, example_id


# --- putting it together


def _view(
    store: RunStore, scored: Stage, row: TokenizedExample, values: dict[str, TokenValues], source: Source
) -> TokenView:
    facts, model = _facts(store, scored), store.config().model
    assert model is not None
    tokenizer = decoder(model.path, facts["model"]["revision"])
    tokens = token_strings(tokenizer, row.response_ids)
    ended = store.config().scoring.score_eos and facts["eos_id"] is not None and not row.truncated
    if ended:
        tokens += token_strings(tokenizer, [facts["eos_id"]])
    arrays = {f"{name}_{k}": array for name, pair in values.items() for k, array in asdict(pair).items()}
    if odd := {len(array) for array in arrays.values()} - {len(tokens)}:
        raise RunError(
            f"Row {row.example_id!r} has {len(tokens)} tokens and {min(odd)} values: the files of this run do not "
            "belong together; score again."
        )
    return TokenView(row.example_id, tuple(tokens), **arrays, ended=ended, truncated=row.truncated, source=source)


if __name__ == "__main__":
    answer(score_row, name="tokens")
