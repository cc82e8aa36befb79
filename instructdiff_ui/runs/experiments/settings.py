"""What an experiment is: arms, budgets and seeds. Frozen, validated, unknown keys refused.

Knows nothing of stages: `planning` turns these settings into them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from ...config import ModelConfig, SelectionSpec, Settings, merge, validated

REFERENCE = "random"  # the arm that every other one of the same budget is held against
CONTROL_SEED = 1_000  # apart from the seeds of the reference, so that a control draws other rows

MAX_ARMS, MAX_BUDGETS, MAX_SEEDS = 40, 8, 20


class ArmSettings(Settings):
    """One way of choosing rows: what it does otherwise than the experiment's rule and the run's settings."""

    name: str = Field(min_length=1, max_length=60, description="What tables call the arm")
    selection: dict[str, Any] = Field({}, description="Settings of the rule that this arm changes, as in `selection`")
    calibration: dict[str, Any] = Field({}, description="Settings of the calibration that this arm changes")
    scorer: ModelConfig | None = Field(None, description="Another model, whose scores choose; the run's own is trained")
    pool_rows: int | None = Field(None, ge=10, description="Choose from so many rows of the pool, drawn at random")
    steps: Literal["matched", "epochs"] | None = Field(None, description="As in the experiment, for this arm alone")

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str) -> str:
        flat = " ".join(name.split())
        if not flat or not flat.isprintable():
            raise ValueError("the name of an arm needs printable characters")
        return flat

    @property
    def own_budget(self) -> bool:
        """Whether it keeps as many rows as its own rule says, such as all of them."""
        return "ratio" in self.selection


class ExperimentSettings(Settings):
    """Arms × budgets × seeds, each trained from the run's base model and measured on its held-out rows."""

    name: str = Field("", max_length=80, description="What the page calls the experiment")
    rule: SelectionSpec = Field(SelectionSpec(), description="The rule that arms change; says what a budget counts")
    ratios: tuple[float, ...] = Field((0.1,), min_length=1, max_length=MAX_BUDGETS, description="Budgets: shares β")
    arms: tuple[ArmSettings, ...] = Field(min_length=1, max_length=MAX_ARMS, description="Beside random, always there")
    seeds: int = Field(3, ge=1, le=MAX_SEEDS, description="Trainings of every arm, each with a seed of its own")
    steps: Literal["matched", "epochs"] = Field(
        "matched",
        description="matched: every arm takes the steps of random at its budget; epochs: its own",
    )
    calibrate_anew: bool = Field(
        False,
        description="Calibrate and score once per seed: error bars hold for the method, not one selection",
    )
    leaked: Literal["leave_out", "keep"] = Field(
        "leave_out", description="Held-out rows that are in the pool too, word for word or nearly: measured on, or not"
    )

    @field_validator("ratios")
    @classmethod
    def _shares(cls, ratios: tuple[float, ...]) -> tuple[float, ...]:
        bad = [ratio for ratio in ratios if not 0 < ratio <= 1]
        if bad:
            raise ValueError(f"a budget is a share above 0 and up to 1, not {bad[0]:g}")
        return tuple(sorted(set(ratios)))

    @model_validator(mode="after")
    def _names_differ(self) -> ExperimentSettings:
        names = [arm.name for arm in self.arms]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two arms are called {twice!r}: give each a name of its own")
        if REFERENCE in names:
            raise ValueError(f"every experiment has an arm {REFERENCE!r} already: name yours otherwise")
        for arm in self.arms:
            self.spec_of(arm, self.ratios[0], 0)  # a slip in its rule is told now
        return self

    @property
    def reference(self) -> ArmSettings:
        """Random rows at the same budget."""
        return ArmSettings(name=REFERENCE, selection={"strategy": "random"})

    def spec_of(self, arm: ArmSettings, ratio: float, seed: int) -> SelectionSpec:
        """The rule of one arm at one budget under one seed.

        A budget takes the place of the rule's β; domains that have a β of their own keep their proportion to it.
        """
        rule = self.rule.model_dump(mode="json")
        values = merge(rule, arm.selection)
        values["seed"] = values["seed"] + seed
        if not arm.own_budget:
            budget = {key: rule[key] for key in ("budget", "scope")}
            values |= budget | {"ratio": ratio, "domains": _scaled(values["domains"], rule, ratio)}
        return validated(SelectionSpec, values)


def _scaled(domains: dict[str, Any], rule: dict[str, Any], ratio: float) -> dict[str, Any]:
    """γ of each domain as the arm has it, β as the experiment's rule has it, in proportion to the budget."""
    factor = ratio / rule["ratio"]
    out: dict[str, Any] = {}
    for name in sorted({*domains, *rule["domains"]}):
        own = (rule["domains"].get(name) or {}).get("ratio")
        share = None if own is None else min(1.0, round(own * factor, 6))
        kept = (domains.get(name) or {}) | {"ratio": share}
        if any(value is not None for value in kept.values()):
            out[name] = kept
    return out
