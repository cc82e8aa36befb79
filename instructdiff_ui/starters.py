"""Ready-made runs of real models on datasets of the Hub, each as large as this machine does in minutes.

Knows models and datasets by name and size; nothing is looked up before such a run is started.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .config import RunConfig, parse_config
from .errors import ConfigError
from .runs.estimate import estimate, rows_within

MINUTES = 15  # up to the selection, at most; the smallest size may take longer

FOUR_DOMAINS: tuple[dict[str, Any], ...] = (
    {"path": "openai/gsm8k", "subset": "main", "split": "train", "domain": "math"},
    {"path": "tatsu-lab/alpaca", "split": "train", "domain": "general"},
    {
        "path": "medalpaca/medical_meadow_medical_flashcards",
        "split": "train",
        "domain": "medical",
        # its `instruction` is the same sentence in every row; the question is in `input`
        "columns": {"instruction": "input", "response": "output"},
    },
    {"path": "sahil2801/CodeAlpaca-20k", "split": "train", "domain": "code"},
)
# Mean length of a row of these four in equal shares, template included: their files hold 420 characters a row, 280 of
# them in the response.
TOKENS_PER_ROW, RESPONSE_TOKENS_PER_ROW = 150, 80


@dataclass(frozen=True)
class Starter:
    """A model and a mix of datasets; how many rows of them is decided by the machine."""

    key: str
    title: str
    about: str
    model: str  # Hub id
    parameters: int
    vocabulary: int
    width: int  # of the hidden states
    sources: tuple[dict[str, Any], ...] = FOUR_DOMAINS
    tokens_per_row: int = TOKENS_PER_ROW
    response_tokens_per_row: int = RESPONSE_TOKENS_PER_ROW

    def config(self, rows: int) -> RunConfig:
        """The run over so many rows, in equal shares of the datasets."""
        sources = [source | {"limit": rows // len(self.sources)} for source in self.sources]
        values = {"name": self.title, "model": {"path": self.model}, "data": {"sources": sources}}
        return parse_config(values, preset="quick")

    def seconds(self, rows: int, *, rate: float) -> float:
        """How long the run takes up to its selection at `rate` FLOP/s, downloads not counted."""
        calibration = self.config(rows).calibration
        return estimate(
            parameters=self.parameters,
            vocabulary=self.vocabulary,
            width=self.width,
            rows=rows,
            tokens_per_row=self.tokens_per_row,
            response_tokens_per_row=self.response_tokens_per_row,
            calibration_ratio=calibration.ratio,
            epochs=calibration.training.num_train_epochs,
            rate=rate,
            seeds=calibration.seeds,
        )

    def rows(self, *, rate: float) -> int:
        """As many rows as `MINUTES` allow at `rate` FLOP/s."""
        return rows_within(60 * MINUTES, lambda rows: self.seconds(rows, rate=rate))


@dataclass(frozen=True)
class StarterView:
    """A starter as it would run on this machine."""

    key: str
    title: str
    about: str
    model: str
    datasets: tuple[str, ...]
    rows: int
    seconds: float  # up to the selection, downloads not counted


STARTERS = (
    Starter(
        "smollm2-135m",
        "SmolLM2-135M, four domains",
        "The smallest of them: math, general, medical and code instructions in minutes on a laptop.",
        "HuggingFaceTB/SmolLM2-135M",
        parameters=134_515_008,
        vocabulary=49_152,
        width=576,
    ),
    Starter(
        "qwen2.5-0.5b",
        "Qwen2.5-0.5B, four domains",
        "The same mix for a stronger base model: a few hundred rows on a CPU, thousands on a GPU.",
        "Qwen/Qwen2.5-0.5B",
        parameters=494_032_768,
        vocabulary=151_936,
        width=896,
    ),
    Starter(
        "qwen2.5-1.5b",
        "Qwen2.5-1.5B, four domains",
        "The same mix for a model that wants a GPU.",
        "Qwen/Qwen2.5-1.5B",
        parameters=1_543_714_304,
        vocabulary=151_936,
        width=1536,
    ),
)


def starter(key: str) -> Starter:
    """The starter of this key; `ConfigError` for one that does not exist."""
    found = next((one for one in STARTERS if one.key == key), None)
    if found is None:
        raise ConfigError(f"There is no starter {key!r}; the starters are {', '.join(one.key for one in STARTERS)}.")
    return found


def views(*, rate: float) -> list[StarterView]:
    """Every starter with its size and time at `rate` FLOP/s."""
    return [_view(one, one.rows(rate=rate), rate) for one in STARTERS]


def _view(one: Starter, rows: int, rate: float) -> StarterView:
    datasets = tuple(source["path"] for source in one.sources)
    return StarterView(one.key, one.title, one.about, one.model, datasets, rows, one.seconds(rows, rate=rate))
