"""Ready-made experiments: the studies of the paper (METHOD §4), on a user's own model and data.

Each gives settings that can be changed before they are run. Knows which settings a run needs for one, not its results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from ...config import PRESETS, ModelConfig, RunConfig, SelectionSpec, Strategy, validated
from ...errors import ConfigError
from .planning import control
from .settings import ArmSettings, ExperimentSettings

FULL_DATA = ArmSettings(
    name="full data, all its steps", selection={"strategy": "random", "ratio": 1.0, "domains": {}}, steps="epochs"
)
INSTRUCTDIFF = ArmSettings(name="lowest ΔH (InstructDiff)", selection={"strategy": "instructdiff"})

NAMES = {
    "instructdiff": INSTRUCTDIFF.name,
    "instructdiff_mid": "middle ΔH",
    "instructdiff_max": "highest ΔH",
    "consensus": "consensus of seeds",
    "ppl_min": "lowest perplexity",
    "ppl_mid": "middle perplexity",
    "ppl_max": "highest perplexity",
    "entropy_min": "lowest entropy",
    "entropy_mid": "middle entropy",
    "entropy_max": "highest entropy",
    "response_length_max": "longest response",
    "instruction_length_max": "longest instruction",
    "inst_resp_ratio_max": "highest instruction/response ratio",
    "inst_resp_ratio_min": "lowest instruction/response ratio",
    "ifd": "IFD",
    "superfiltering": "Superfiltering",
    "selectit": "SelectIT",
    "zip": "ZIP",
}


@dataclass(frozen=True)
class Study:
    """A question about selection, and the arms that answer it."""

    key: str
    title: str
    about: str
    arms: tuple[ArmSettings, ...]
    ratios: tuple[float, ...] = ()  # empty: the budget of the run's rule
    missing: str = ""  # what it takes that the run does not have; then there are no arms
    calibrate_anew: bool = False


def studies(config: RunConfig, *, rows: int, models: Sequence[str] = ()) -> list[Study]:
    """The studies that a run over `rows` rows could make; `models` name others whose scores may choose."""
    found = [
        _main(),
        _baselines(config),
        _range(),
        _filter(),
        _budget(),
        _ratio(),
        _rounds(),
        _method(config),
        _pool(rows),
        _models(models),
    ]
    if not config.scores:
        return found
    scored_here = "a run that calibrates and scores here; this one was made from a scored file"
    return [_needs(study, scored_here) if any(map(_scores_anew, study.arms)) else study for study in found]


def _scores_anew(arm: ArmSettings) -> bool:
    return bool(arm.calibration or arm.pool_rows or arm.scorer)


def settings_of(study: Study, spec: SelectionSpec, changes: dict[str, Any]) -> ExperimentSettings:
    """The settings of a study, with `changes` of them; `ConfigError` for a study that lacks something."""
    if study.missing:
        raise ConfigError(f"The study {study.key} needs {study.missing}.")
    values = {
        "name": study.title,
        "rule": spec.model_dump(mode="json"),
        "ratios": list(study.ratios) or [spec.ratio],
        "arms": [arm.model_dump(mode="json") for arm in study.arms],
        "calibrate_anew": study.calibrate_anew,
    }
    return validated(ExperimentSettings, values | changes)


def _needs(study: Study, what: str) -> Study:
    return Study(study.key, study.title, study.about, (), study.ratios, what)


def _strategy(name: str) -> ArmSettings:
    return ArmSettings(name=NAMES[name], selection={"strategy": name})


def _main() -> Study:
    return Study(
        "proof",
        "Does it beat random?",
        "The lowest ΔH against random rows of the same budget, with random rows drawn again as a control and all data "
        "as a yardstick.",
        (INSTRUCTDIFF, control(), FULL_DATA),
    )


def _baselines(config: RunConfig) -> Study:
    """Every strategy that this run can rank by; those that need more are left out, which `about` says."""
    left_out = {"random", "consensus" if config.calibration.seeds < 2 else ""}
    if config.baselines.small_model is None:
        left_out.add("superfiltering")
    names = [name for name in get_args(Strategy) if name in NAMES and name not in left_out]
    without = " Superfiltering is left out: it needs baselines.small_model." if "superfiltering" in left_out else ""
    return Study(
        "strategies",
        "Every strategy",
        f"The paper's baselines (4.2): perplexity, entropy, lengths, IFD, SelectIT, ZIP and the rest.{without}",
        (*map(_strategy, names), control(), FULL_DATA),
    )


def _range() -> Study:
    return Study(
        "range",
        "Range of ΔH",
        "The lowest, middle and highest ΔH (4.3).",
        tuple(map(_strategy, ("instructdiff", "instructdiff_mid", "instructdiff_max"))),
    )


def _filter() -> Study:
    none: dict[str, Any] = {"gamma": 0.0, "gamma_high": None, "domains": {}}
    unfiltered = [
        ArmSettings(name=f"{NAMES[name]}, no filter", selection={"strategy": name} | none)
        for name in ("instructdiff", "instructdiff_max")
    ]
    return Study(
        "filter",
        "With and without the ΔNLL filter",
        "The same ranking with γ as it is set and with none (4.4).",
        (INSTRUCTDIFF, _strategy("instructdiff_max"), *unfiltered),
    )


def _budget() -> Study:
    return Study(
        "budget",
        "How much is enough",
        "The lowest ΔH and random rows at growing budgets β; what an automatic β is suggested from.",
        (INSTRUCTDIFF,),
        ratios=(0.05, 0.1, 0.2, 0.4),
    )


def _ratio() -> Study:
    return Study(
        "calibration",
        "Calibration ratio",
        "Calibrated on 1, 10, 20 and 50 % of the pool (4.5).",
        tuple(
            ArmSettings(name=f"calibrated on {100 * ratio:g} %", calibration={"ratio": ratio})
            for ratio in (0.01, 0.1, 0.2, 0.5)
        ),
    )


def _rounds() -> Study:
    return Study(
        "rounds",
        "Rounds",
        "One, two and three rounds of calibrating on the round before's selection (4.8).",
        tuple(
            ArmSettings(name="1 round" if number == 1 else f"{number} rounds", calibration={"rounds": number})
            for number in (1, 2, 3)
        ),
    )


def _method(config: RunConfig) -> Study:
    """LoRA against all weights, each with the learning rate of the preset that uses it unless the run sets that way."""
    usual = {"lora": PRESETS["quick"], "full": PRESETS["paper"]}
    rates = {name: preset["calibration"]["training"]["learning_rate"] for name, preset in usual.items()}
    rates[config.calibration.training.method] = config.calibration.training.learning_rate
    arms = tuple(
        ArmSettings(name=title, calibration={"training": {"method": method, "learning_rate": rates[method]}})
        for method, title in (("lora", "LoRA calibration"), ("full", "full calibration"))
    )
    study = Study("method", "LoRA or all weights", "Calibrated by LoRA and with all weights trained.", arms)
    quantized = config.model is not None and config.model.quantization != "none"
    return _needs(study, "a model whose weights are not quantized") if quantized else study


def _pool(rows: int) -> Study:
    smaller = [(name, max(10, rows * share // 4)) for name, share in (("a quarter", 1), ("half", 2))]
    return Study(
        "pool",
        "Size of the pool",
        "As many rows, chosen from a quarter, a half and all of the pool.",
        (INSTRUCTDIFF, *(ArmSettings(name=f"from {name} of the pool", pool_rows=n) for name, n in smaller)),
    )


def _models(models: Sequence[str]) -> Study:
    study = Study(
        "scorers",
        "Scores of other models",
        "Rows chosen by the scores of other models, such as a smaller sibling; how far they agree (4.6, 4.7).",
        (INSTRUCTDIFF, *(_scored_by(path) for path in models)),
    )
    return study if models else _needs(study, "the name of at least one other model")


def _scored_by(path: str) -> ArmSettings:
    return ArmSettings(name=f"scored by {path.rstrip('/').rpartition('/')[2]}"[:60], scorer=ModelConfig(path=path))
