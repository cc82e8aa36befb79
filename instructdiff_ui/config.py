"""The settings of a run: frozen, validated, unknown keys refused.

`RunConfig` is everything a result depends on. It is read from YAML, from `--set a.b=c` and from the page through
`parse_config`, which turns every validation failure into one sentence. Names are the field's own; the Greek letters of
the method are `calibration.ratio` (α), `selection.gamma` (γ) and `selection.ratio` (β).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_serializer, model_validator

from .errors import ConfigError

Template = Literal["auto", "alpaca", "chat", "plain", "custom"]
DType = Literal["auto", "float32", "bfloat16", "float16"]
Device = Literal["auto", "cpu", "cuda", "mps"]
PresetName = Literal["quick", "paper", "official"]

MAX_QUOTED = 300  # characters of what was sent that an error quotes
MAX_SOURCES = 100


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnMap(Settings):
    """Which column plays which part; a part that is None is recognised from the column names."""

    instruction: str | None = Field(None, description="Column with the instruction or prompt text")
    input: str | None = Field(None, description="Column with further input to the instruction")
    response: str | None = Field(None, description="Column with the response or completion text")
    messages: str | None = Field(None, description="Column with a chat: a list of turns")


class SourceConfig(Settings):
    """One dataset: a local file, a folder saved by `datasets`, or a dataset of the Hub."""

    path: str = Field(description="A file (.jsonl, .json, .csv, .parquet), a saved datasets folder, or a Hub id")
    subset: str | None = Field(None, description="Hub: the configuration of the dataset")
    split: str | None = Field(None, description="Hub or saved folder: the split; train if there is one")
    revision: str | None = Field(None, description="Hub: a branch, tag or commit; pinned to the commit when loaded")
    domain: str | None = Field(None, description="The domain label of all rows of this source")
    limit: int | None = Field(
        None, ge=1, le=1_000_000_000, description="Use at most this many rows of this source, drawn at random"
    )
    columns: ColumnMap = ColumnMap()


class DataConfig(Settings):
    sources: tuple[SourceConfig, ...] = Field((), max_length=MAX_SOURCES, description="The datasets that make the pool")
    domain_column: str | None = Field(None, description="Column that holds each row's domain")
    discover_domains: int | None = Field(None, ge=2, le=50, description="Find this many domains by clustering")
    limit: int | None = Field(None, ge=1, le=1_000_000_000, description="Use at most this many rows, drawn at random")
    pool_rows: int | None = Field(
        None, ge=1, description="Use so many rows of the pool, drawn at random after the held-out rows were put aside"
    )
    template: Template = Field("auto", description="auto: the tokenizer's chat template if it has one, else alpaca")
    custom_template: str | None = Field(None, description="Text with {instruction}, and {input} if wanted")
    separator: str = Field("", description="Text between prompt and response; part of the prompt")
    use_input: bool = Field(True, description="Whether the input field is rendered")
    max_length: int | None = Field(None, ge=8, description="Tokens of a row; None: the model's context, at most 2,048")
    overlong: Literal["truncate", "drop"] = Field("truncate", description="What happens to rows beyond max_length")
    heldout_ratio: float = Field(0.05, ge=0, lt=1, description="Share of rows held out for evaluation (at most 1,000)")
    heldout_sources: tuple[SourceConfig, ...] = Field(
        (), max_length=MAX_SOURCES, description="Held-out datasets, instead of a share"
    )
    seed: int = Field(0, ge=0, description="Seed of the row limits, the held-out split and domain discovery")

    @model_validator(mode="after")
    def _template_has_instruction(self) -> DataConfig:
        if self.template == "custom" and "{instruction}" not in (self.custom_template or ""):
            raise ValueError("a custom template must contain {instruction}")
        if self.domain_column and self.discover_domains:
            raise ValueError("domain_column and discover_domains exclude each other")
        return self


class ModelConfig(Settings):
    path: str = Field(description="A model folder (safetensors) or a Hub id")
    revision: str | None = Field(None, description="Hub: a branch, tag or commit; pinned to the commit when loaded")
    dtype: DType = Field("auto", description="auto: bfloat16 where the hardware has it, else float32")
    device: Device = Field("auto", description="auto: cuda, else mps, else cpu")
    quantization: Literal["none", "4bit"] = Field(
        "none",
        description="4bit: base weights as NF4, for method lora; needs bitsandbytes and usually a CUDA device",
    )


class TrainingConfig(Settings):
    """Fine-tuning, for the calibration and for the final training alike."""

    method: Literal["lora", "full"] = Field("lora", description="LoRA on all linear layers, or every parameter")
    learning_rate: float = Field(2e-4, gt=0, le=1, description="Peak learning rate of AdamW")
    num_train_epochs: float = Field(1.0, gt=0, le=1000, description="Passes over the rows")
    max_steps: int | None = Field(
        None, ge=1, description="Optimiser steps, whatever num_train_epochs says; rows come round as often as it takes"
    )
    batch_size: int = Field(16, ge=1, le=65_536, description="Rows per optimiser step")
    per_device_train_batch_size: int = Field(8, ge=1, le=4096, description="Rows per forward pass of a step")
    lr_scheduler_type: Literal["cosine", "linear", "constant"] = Field("cosine", description="Shape of the schedule")
    warmup_ratio: float = Field(0.05, ge=0, lt=1, description="Share of the steps with rising learning rate")
    weight_decay: float = Field(0.01, ge=0, description="AdamW weight decay")
    max_grad_norm: float = Field(1.0, gt=0, description="Gradient clipping")
    lora_r: int = Field(16, ge=1, le=4096, description="Rank of the LoRA update")
    lora_alpha: int = Field(32, ge=1, description="Scale of the LoRA update (alpha / r)")
    lora_dropout: float = Field(0.0, ge=0, lt=1, description="Dropout on the LoRA input")
    gradient_checkpointing: bool | None = Field(
        None, description="Trade compute for memory; null: turned on where memory runs out even with one row at a time"
    )
    save_steps: int = Field(50, ge=1, description="Optimiser steps between checkpoints, to resume from")
    seed: int = Field(0, ge=0, description="Seed of the row order and of the LoRA initialisation")


class CalibrationConfig(Settings):
    ratio: float = Field(0.1, gt=0, le=1, description="α: share of the pool that calibration trains on")
    rounds: int = Field(1, ge=1, le=10, description="K: each further round calibrates on the round before's selection")
    seed: int = Field(0, ge=0, description="Seed of the random draw")
    seeds: int = Field(
        1, ge=1, le=20, description="S: calibrations with other draws (seed, seed+1, …); their mean ΔH is ranked"
    )
    training: TrainingConfig = TrainingConfig()

    @property
    def every_seed(self) -> tuple[int, ...]:
        """The seeds of all S draws."""
        return tuple(range(self.seed, self.seed + self.seeds))


class ScoringConfig(Settings):
    batch_tokens: int | None = Field(
        None,
        ge=16,
        description="Tokens of a forward pass, padding included; null: what suits the device (a CPU: 2,048 at most)",
    )
    logits_mb: int = Field(256, ge=1, description="Memory for the float32 logits that are held at a time, MiB")
    shard_rows: int = Field(64, ge=1, description="Rows per shard: the most that a kill loses")
    score_eos: bool = Field(False, description="Score the end-of-sequence token too")
    reuse: bool = Field(True, description="Take base scores that another run here has computed already")
    processes: int | None = Field(
        None, ge=1, le=64, description="Processes that score side by side; none: one per CUDA device, else one"
    )


class EvaluationConfig(Settings):
    answer_column: str | None = Field(
        None, description="Held-out column with the short right answer: models answer, and exact matches are counted"
    )
    max_new_tokens: int = Field(192, ge=1, le=4096, description="Tokens a model may write for such an answer")
    choices_column: str | None = Field(
        None, description="Held-out column with the options of a multiple choice: the likeliest one is the model's"
    )
    choice_answer_column: str | None = Field(
        None, description="Held-out column with the right option: its label, text, letter from A, or place from 0"
    )
    tests_column: str | None = Field(
        None, description="Held-out column with Python code that tests the code a model writes"
    )
    run_generated_code: bool = Field(
        False, description="Allow what tests_column needs: Python code that models write is run on this machine"
    )
    lm_eval_tasks: tuple[str, ...] = Field((), description="Benchmarks of lm-eval to run, where that is installed")
    lm_eval_limit: int | None = Field(None, ge=1, description="Questions of each benchmark; None: all of them")

    @model_validator(mode="after")
    def _consistent(self) -> EvaluationConfig:
        if (self.choices_column is None) != (self.choice_answer_column is None):
            raise ValueError("choices_column and choice_answer_column need each other: name both or neither")
        if self.tests_column is not None and not self.run_generated_code:
            raise ValueError(
                "tests_column runs the Python code that models write on this machine, in a sandbox that is no full "
                "protection; set run_generated_code to true as well to allow that, or leave tests_column out"
            )
        return self


def _without_unset(name: str):
    """A serializer that leaves a field out while it is None, so that specs from before it was there keep their hash."""

    def dumped(self: BaseModel, handler: Any) -> dict[str, Any]:
        values = handler(self)
        if values.get(name) is None:
            values.pop(name, None)
        return values

    return model_serializer(mode="wrap")(dumped)


class DomainRule(Settings):
    """What one domain does otherwise than the rest."""

    gamma: float | None = Field(None, ge=0, lt=0.5, description="γ of this domain, at both ends")
    gamma_high: float | None = Field(None, ge=0, lt=0.5, description="γ of its upper end, where that differs")
    ratio: float | None = Field(None, gt=0, le=1, description="β of this domain")

    _dumped = _without_unset("gamma_high")


Strategy = Literal[
    "instructdiff",
    "instructdiff_mid",
    "instructdiff_max",
    "consensus",
    "random",
    "ppl_min",
    "ppl_mid",
    "ppl_max",
    "entropy_min",
    "entropy_mid",
    "entropy_max",
    "response_length_max",
    "instruction_length_max",
    "inst_resp_ratio_min",
    "inst_resp_ratio_max",
    "ifd",
    "superfiltering",
    "selectit",
    "zip",
]


class SelectionSpec(Settings):
    """The rule that turns scores into a subset; the same spec on the same table gives the same rows."""

    strategy: Strategy = Field("instructdiff", description="What ranks the rows; docs/method.md lists them")
    gamma: float = Field(0.1, ge=0, lt=0.5, description="γ: share dropped at each end of ΔNLL")
    gamma_high: float | None = Field(None, ge=0, lt=0.5, description="γ of the upper end, where that differs")
    ratio: float = Field(0.1, gt=0, le=1, description="β: share of the pool that is kept")
    seed: int = Field(0, ge=0, description="Seed of the random strategy")
    budget: Literal["rows", "tokens"] = Field("rows", description="Whether β counts rows or response tokens")
    filter: Literal["quantile", "rank"] = Field("quantile", description="Inclusive quantiles, or ⌊γN⌋ rows by rank")
    scope: Literal["domain", "global"] = Field("domain", description="Rank within each domain, or the pool as one")
    domains: dict[str, DomainRule] = Field({}, description="γ and β of single domains")
    pinned: tuple[str, ...] = Field((), description="Ids kept by hand; they count towards the budget")
    excluded: tuple[str, ...] = Field((), description="Ids dropped by hand")
    exclude_calibration: bool = Field(False, description="Leave the rows that calibration trained on out")

    _dumped = _without_unset("gamma_high")

    @model_validator(mode="after")
    def _consistent(self) -> SelectionSpec:
        if self.scope == "global" and self.domains:
            raise ValueError("per-domain γ and β need scope=domain; scope=global ranks the pool as one")
        if both := sorted(set(self.pinned) & set(self.excluded)):
            raise ValueError(f"row {both[0]!r} is both pinned and excluded")
        return self

    def gammas_of(self, domain: str | None = None) -> tuple[float, float]:
        """γ of the lower and of the upper end, of a domain or of the pool; a domain's own γ holds for both its ends."""
        rule = self.domains.get(domain or "") or DomainRule()
        low = self.gamma if rule.gamma is None else rule.gamma
        common = self.gamma_high if rule.gamma is None and self.gamma_high is not None else low
        return low, common if rule.gamma_high is None else rule.gamma_high

    def ratio_of(self, domain: str) -> float:
        rule = self.domains.get(domain)
        return self.ratio if rule is None or rule.ratio is None else rule.ratio

    @property
    def hash(self) -> str:
        return digest(self.model_dump(mode="json"))


class BaselinesConfig(Settings):
    """What the strategies of other papers need besides the base model."""

    small_model: ModelConfig | None = Field(None, description="The small second model of superfiltering, such as GPT-2")
    selectit_models: tuple[ModelConfig, ...] = Field(
        (), description="Models that rate the rows for selectit besides the base model; larger ones count for more"
    )


class RunConfig(Settings):
    name: str = Field("", max_length=80, description="What the page calls the run")
    preset: PresetName | None = Field(None, description="The preset the settings started from")
    model: ModelConfig | None = Field(None, description="The base model; a run made from scores may lack one")
    data: DataConfig = DataConfig()
    calibration: CalibrationConfig = CalibrationConfig()
    scoring: ScoringConfig = ScoringConfig()
    selection: SelectionSpec = SelectionSpec()
    finetune: TrainingConfig = TrainingConfig()
    evaluation: EvaluationConfig = EvaluationConfig()
    baselines: BaselinesConfig = BaselinesConfig()
    scores: str | None = Field(None, description="A scored file that this run was made from, instead of scoring")
    delta_nll_sign: Literal["calibrated-base", "base-calibrated"] = Field(
        "calibrated-base", description="The sign in which ΔNLL is shown (files keep calibrated − base)"
    )

    @model_validator(mode="after")
    def _quantized_weights_are_not_trained(self) -> RunConfig:
        trainings = {"calibration.training": self.calibration.training, "finetune": self.finetune}
        full = [name for name, training in trainings.items() if training.method == "full"]
        if self.model is not None and self.model.quantization != "none" and full:
            raise ValueError(
                f"model.quantization {self.model.quantization!r} needs method lora, but {full[0]}.method is 'full'"
            )
        return self

    @model_validator(mode="after")
    def _scored_rows_stay(self) -> RunConfig:
        if self.scores and self.data.pool_rows is not None:
            raise ValueError("data.pool_rows draws before scoring, and this run was made from scores: leave it out")
        return self

    @model_validator(mode="after")
    def _superfiltering_has_its_model(self) -> RunConfig:
        if self.selection.strategy == "superfiltering" and self.baselines.small_model is None:
            raise ValueError("selection.strategy superfiltering needs a small model: name one in baselines.small_model")
        return self

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str) -> str:
        return " ".join(name.split())

    @property
    def title(self) -> str:
        """What people call the run: its name, else its model and its first dataset."""
        first = self.data.sources[0].path if self.data.sources else self.scores
        parts = [PurePath(path).name for path in (self.model and self.model.path, first) if path]
        return self.name or " · ".join(parts) or "run"

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


_FULL = {"method": "full", "learning_rate": 2e-5, "num_train_epochs": 3, "batch_size": 64}

# METHOD.md §3. A preset is a set of defaults: whatever is set beside it wins.
PRESETS: dict[str, dict[str, Any]] = {
    "quick": {
        "calibration": {"training": {"method": "lora", "learning_rate": 1e-3, "num_train_epochs": 1}},
        "finetune": {"method": "lora", "learning_rate": 1e-3, "num_train_epochs": 1},
    },
    "paper": {
        "data": {"max_length": None},
        "calibration": {"training": _FULL},
        "finetune": _FULL,
    },
    "official": {
        "data": {"template": "alpaca", "use_input": False, "separator": "\n"},
        "calibration": {
            "training": _FULL | {"lr_scheduler_type": "linear", "warmup_ratio": 0.0, "weight_decay": 0.0},
        },
        "selection": {"budget": "tokens", "filter": "rank"},
        "finetune": _FULL | {"lr_scheduler_type": "linear", "warmup_ratio": 0.0, "weight_decay": 0.0},
        "delta_nll_sign": "base-calibrated",
    },
}


def parse_config(values: Mapping[str, Any], *, preset: str | None = None, overrides: Iterable[str] = ()) -> RunConfig:
    """A `RunConfig` from nested values, on top of a preset, with `a.b=c` overrides last.

    Raises `ConfigError` with one sentence that names the setting and what is allowed.
    """
    preset = preset or values.get("preset")
    if preset is not None and preset not in PRESETS:
        raise ConfigError(f"There is no preset {preset!r}; the presets are {', '.join(PRESETS)}.")
    merged = merge(PRESETS.get(preset or "", {}), values)
    if preset:
        merged["preset"] = preset
    for override in overrides:
        merged = merge(merged, _parse_override(override))
    return validated(RunConfig, merged)


def validated(kind: type[BaseModel], values: Mapping[str, Any]):
    """`kind(**values)`, with a pydantic failure as one sentence in a `ConfigError`."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_sentence(kind, error)) from None


def updated(config: RunConfig, changes: Mapping[str, Any]) -> RunConfig:
    """`config` with nested `changes`, validated again."""
    return validated(RunConfig, merge(config.model_dump(mode="json"), changes))


class NoAliases(yaml.SafeLoader):
    """YAML without aliases: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases such as *name are not read")
        return super().compose_node(parent, index)


@lru_cache(maxsize=64)  # reading YAML takes 10 ms, and the page asks for the settings of a run all the time
def from_yaml(text: str) -> RunConfig:
    try:
        values = yaml.load(text, Loader=NoAliases)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = str(getattr(error, "problem", None) or error or "it is nested too deeply").splitlines()[0]
        raise ConfigError(f"config.yaml is not YAML: {problem[:300]}.") from None
    return validated(RunConfig, values)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A deep merge of nested mappings; `over` wins."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        deeper = isinstance(old, Mapping) and isinstance(value, Mapping) and value  # {} empties what was there
        out[key] = merge(old, value) if deeper else value  # type: ignore[arg-type]
    return out


def digest(value: Any) -> str:
    """16 hex digits that identify a JSON value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def reference() -> str:
    """Every setting with its default and what it means, as Markdown tables."""
    parts = ["# Settings", _REFERENCE_INTRO, *_tables("", RunConfig)]
    return "\n\n".join(parts) + "\n"


_REFERENCE_INTRO = (
    "Every setting of a run, as in `config.yaml` and behind `--set section.name=value`. Written by "
    "`python -m instructdiff_ui settings`."
)


def _tables(prefix: str, kind: type[BaseModel]) -> list[str]:
    rows, nested = [], []
    for name, field in kind.model_fields.items():
        options = [field.annotation, *getattr(field.annotation, "__args__", ())]
        inner = next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)
        path = f"{prefix}{name}"
        if inner is not None and not field.description:
            nested += _tables(f"{path}.", inner)
            continue
        default = "" if field.is_required() else f"`{json.dumps(_plain(field.default), ensure_ascii=False)}`"
        rows.append(f"| `{path}` | {default} | {field.description} |")
        if inner is not None and name in ("model", "sources"):
            nested += _tables(f"{path}[]." if name == "sources" else f"{path}.", inner)
    title = f"## {prefix.rstrip('.')}" if prefix else "## The run"
    return [f"{title}\n\n| setting | default | what |\n|---|---|---|\n" + "\n".join(rows), *nested]


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def _parse_override(text: str) -> dict[str, Any]:
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise ConfigError(f"--set takes section.name=value, such as selection.ratio=0.2, not {text!r}.")
    nested = _value(path.strip(), value)
    for key in reversed(path.strip().split(".")):
        nested = {key: nested}
    return nested


def _value(path: str, text: str) -> Any:
    """What was written for a setting: YAML, but whatever looks like anything else is text where text is wanted."""
    try:
        value: Any = yaml.safe_load(text) if text else None
    except yaml.YAMLError:
        if not _takes_text(path):
            raise ConfigError(f"--set {path} is {text!r}, which is not a value that YAML can read.") from None
        return text
    if value is not None and not isinstance(value, str) and _takes_text(path):
        return text
    return _number(value) if isinstance(value, str) and not _takes_text(path) else value


def _takes_text(path: str) -> bool:
    kind: Any = RunConfig
    for part in path.split("."):
        field = getattr(kind, "model_fields", {}).get(part)
        options = [field.annotation, *getattr(field.annotation, "__args__", ())] if field else []
        kind = next((o for o in options if hasattr(o, "model_fields")), options)
    return isinstance(kind, list) and str in kind


def _number(text: str) -> Any:
    try:
        return float(text)  # YAML 1.1 reads 2e-5 as a string
    except ValueError:
        return text


def _sentence(kind: type[BaseModel], error: ValidationError) -> str:
    first = error.errors()[0]
    where = _clipped(".".join(str(part) for part in first["loc"]) or kind.__name__)
    if first["type"] == "extra_forbidden":
        return f"There is no setting {where!r}; {_known(kind, first['loc'][:-1])}"
    if first["type"] == "missing":
        return f"The setting {where} is required."
    message = _clipped(first["msg"].removeprefix("Value error, "))
    if first["type"] == "value_error":
        return f"{where}: {message}."
    return f"{where} is {_clipped(repr(first['input']))}, but: {message[0].lower()}{message[1:]}."


def _clipped(text: str) -> str:
    """A text that was sent may be of any length; a sentence that quotes it is not."""
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


def _known(kind: type[BaseModel], path: tuple) -> str:
    for part in path:
        field = getattr(kind, "model_fields", {}).get(part)
        options = [field.annotation, *getattr(field.annotation, "__args__", ())] if field else []
        kind = next((o for o in options if hasattr(o, "model_fields")), kind)
    return f"the settings there are {', '.join(kind.model_fields)}."
