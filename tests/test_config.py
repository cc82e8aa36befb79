"""Settings: presets, overrides, and one sentence for what is wrong."""

import pytest

from instructdiff_ui.config import PRESETS, ConfigError, RunConfig, SelectionSpec, from_yaml, parse_config


def test_presets_share_the_papers_numbers():
    for name in PRESETS:
        config = parse_config({}, preset=name)
        assert (config.calibration.ratio, config.selection.gamma, config.selection.ratio) == (0.1, 0.1, 0.1)


def test_official_differs_as_the_released_code_does():
    official = parse_config({}, preset="official")
    assert official.selection.budget == "tokens"
    assert official.selection.filter == "rank"
    assert official.delta_nll_sign == "base-calibrated"
    assert (official.data.template, official.data.use_input, official.data.separator) == ("alpaca", False, "\n")


def test_paper_trains_all_weights_and_quick_uses_lora():
    assert parse_config({}, preset="paper").calibration.training.method == "full"
    assert parse_config({}, preset="quick").calibration.training.method == "lora"


def test_what_is_set_wins_over_the_preset_and_overrides_win_over_both():
    config = parse_config(
        {"selection": {"ratio": 0.3, "gamma": 0.2}}, preset="official", overrides=["selection.ratio=0.4"]
    )
    assert (config.selection.ratio, config.selection.gamma, config.selection.budget) == (0.4, 0.2, "tokens")


def test_scientific_notation_is_a_number():
    assert parse_config({}, overrides=["finetune.learning_rate=2e-5"]).finetune.learning_rate == 2e-5


def test_yaml_round_trip():
    config = parse_config({"name": "ΔH", "selection": {"domains": {"code": {"ratio": 0.2}}}}, preset="paper")
    assert from_yaml(config.to_yaml()) == config


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("selection.gamma=0.5", ["selection.gamma", "0.5", "less than 0.5"]),
        ("selection.ratio=0", ["selection.ratio", "greater than 0"]),
        ("selection.ratio=1.5", ["selection.ratio", "1.5", "less than or equal to 1"]),
        ("selection.gama=0.1", ["selection.gama", "gamma"]),
        ("nonsense=1", ["nonsense", "selection"]),
        ("data.template=custom", ["{instruction}"]),
        ("selection.budget=bytes", ["'rows' or 'tokens'"]),
        ("selection", ["section.name=value"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(override, words):
    with pytest.raises(ConfigError) as error:
        parse_config({}, overrides=[override])
    for word in words:
        assert word in error.value.message
    assert "\n" not in error.value.message


def test_unknown_preset():
    with pytest.raises(ConfigError, match=r"no preset 'fast'.*quick, paper, official"):
        parse_config({}, preset="fast")


def test_spec_hash_tells_specs_apart():
    assert SelectionSpec().hash == SelectionSpec().hash
    assert SelectionSpec().hash != SelectionSpec(ratio=0.2).hash


def test_a_setting_that_came_later_leaves_the_hash_of_older_specs():
    """Selections, named specs and links from before know themselves by it."""
    assert SelectionSpec().hash == "6e4a160431276037"
    assert SelectionSpec(gamma_high=None, domains={"math": {"ratio": 0.2, "gamma_high": None}}).hash == (
        SelectionSpec.model_validate({"domains": {"math": {"ratio": 0.2}}}).hash
    )
    assert "gamma_high" not in SelectionSpec(domains={"math": {"gamma": 0.2}}).model_dump_json()
    assert SelectionSpec(gamma_high=0.2).hash != SelectionSpec().hash
    asymmetric = SelectionSpec(gamma_high=0.2, domains={"math": {"gamma_high": 0}})
    assert SelectionSpec.model_validate_json(asymmetric.model_dump_json()) == asymmetric


@pytest.mark.parametrize(
    ("pool", "math", "gammas"),
    [
        ({}, {}, (0.1, 0.1)),
        ({"gamma": 0.05}, {}, (0.05, 0.05)),
        ({"gamma_high": 0.3}, {}, (0.1, 0.3)),
        ({"gamma_high": 0}, {}, (0.1, 0)),
        ({"gamma_high": 0.3}, {"gamma": 0.2}, (0.2, 0.2)),  # a domain's own γ holds for both its ends
        ({"gamma_high": 0.3}, {"gamma": 0}, (0, 0)),
        ({"gamma_high": 0.3}, {"gamma_high": 0.4}, (0.1, 0.4)),
        ({}, {"gamma": 0.2, "gamma_high": 0}, (0.2, 0)),
        ({"gamma_high": 0.3}, {"ratio": 0.5}, (0.1, 0.3)),
    ],
)
def test_what_a_domain_does_not_say_the_pool_says(pool, math, gammas):
    spec = SelectionSpec(**pool, domains={"math": math})
    assert spec.gammas_of("math") == gammas
    whole = SelectionSpec(**pool).gammas_of()
    assert spec.gammas_of() == spec.gammas_of("code") == whole


@pytest.mark.parametrize("override", ["selection.gamma_high=0.5", "selection.domains.math.gamma_high=-0.1"])
def test_an_upper_gamma_has_the_bounds_of_gamma(override):
    with pytest.raises(ConfigError, match="gamma_high"):
        parse_config({}, overrides=[override])


def test_global_scope_has_no_domain_rules():
    with pytest.raises(ConfigError, match="scope=domain"):
        parse_config({"selection": {"scope": "global", "domains": {"code": {"ratio": 0.2}}}})


def test_every_setting_is_described():
    def fields(kind):
        for name, field in kind.model_fields.items():
            inner = [
                a for a in (field.annotation, *getattr(field.annotation, "__args__", ())) if hasattr(a, "model_fields")
            ]
            yield from (fields(inner[0]) if inner else [(f"{kind.__name__}.{name}", field.description)])

    missing = [name for name, description in fields(RunConfig) if not description]
    assert not missing


def test_a_run_without_a_name_is_called_by_its_model_and_data():
    values = {"model": {"path": "Qwen/Qwen2.5-0.5B"}, "data": {"sources": [{"path": "/data/pool.jsonl"}]}}
    assert parse_config(values).title == "Qwen2.5-0.5B · pool.jsonl"
    assert parse_config(values | {"name": "mine"}).title == "mine"
