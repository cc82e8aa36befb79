"""The numerical noise of a run: measured beside half-precision scores, told where ΔH does not stand clear of it."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import torch
from typer.testing import CliRunner

from instructdiff_ui import api
from instructdiff_ui.cli import app
from instructdiff_ui.config import parse_config
from instructdiff_ui.data.examples import Example, TokenizedExample
from instructdiff_ui.data.pool import write_examples
from instructdiff_ui.data.tokens import write_tokens
from instructdiff_ui.engine import precision
from instructdiff_ui.errors import Stopped
from instructdiff_ui.files import read_json
from instructdiff_ui.runs.noise import DomainNoise
from instructdiff_ui.runs.stages import noise as stage
from instructdiff_ui.runs.store import RunStore


@pytest.fixture
def half(settings, tmp_path):
    """A run in bfloat16, not yet started."""
    settings["model"]["dtype"] = "bfloat16"
    return api.create_run(parse_config(settings), run_dir=tmp_path / "run")


def measured(run: str) -> list[dict]:
    return [read_json(path) for path in sorted(RunStore(run).path.glob("artifacts/score-*/noise.json"))]


def test_a_half_precision_run_knows_its_noise(half, tmp_path):
    assert api.run_here(half, "selection") == "done", api.status(half).message
    base, calibrated = (pd.DataFrame(one["rows"]).set_index("example_id") for one in measured(half))
    assert list(base.index) == list(calibrated.index)
    assert base.domain.value_counts().to_dict() == {"code": 16, "math": 16}

    table = pd.read_parquet(tmp_path / "run" / "deltas.parquet")
    for one in api.noise(half).domains:
        rows = base.index[base.domain == one.domain]
        errors = base.entropy[rows] - calibrated.entropy[rows]
        values = table.delta_entropy[table.domain == one.domain]
        assert (one.dtype, one.sampled) == ("bfloat16", 16)
        assert one.noise == pytest.approx(errors.std())
        assert 0 < one.noise < 0.02
        assert one.sd == pytest.approx(values.std())
        assert one.iqr == pytest.approx(values.quantile(0.75) - values.quantile(0.25))
        assert one.ratio == pytest.approx(one.iqr / one.noise)


def test_a_float32_run_has_nothing_to_check(settings, tmp_path):
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done"
    assert measured(run) == []
    assert api.noise(run) is None
    assert not any("noise" in key for one in api.status(run).stages for key in one.facts)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), ValueError("an unknown layer")])
def test_a_check_that_fails_fails_no_run(half, monkeypatch, error):
    def fail(*_args, **_settings):
        raise error

    monkeypatch.setattr(precision, "numerical_noise", fail)
    assert api.run_here(half, "selection") == "done"
    said = api.noise(half).warnings
    assert len(said) == 1
    assert str(error) in said[0]
    assert "could not be measured" in said[0]


def test_a_stop_during_the_check_is_a_stop(half, monkeypatch):
    def stopped(*_args, **_settings):
        raise Stopped

    monkeypatch.setattr(precision, "numerical_noise", stopped)
    assert api.run_here(half, "selection") == "stopped"
    monkeypatch.undo()
    api.resume(half)
    assert api.wait_for(half, 120)
    assert api.status(half).state == "done"
    assert len(measured(half)) == 2


# what is sampled ---------------------------------------------------------------------------------------------------


def pool_files(folder, sizes: dict[str, int], *, backwards: bool = False):
    ids = [(f"{domain}-{n}", domain) for domain, size in sizes.items() for n in range(size)][:: -1 if backwards else 1]
    folder.mkdir()
    write_examples(folder / "examples.parquet", [Example(i, domain, "q", "", "a") for i, domain in ids])
    write_tokens(folder / "tokens.parquet", [TokenizedExample(i, (5,), (6,)) for i, _ in reversed(ids)])
    return folder / "tokens.parquet", folder / "examples.parquet"


def counts(chosen: dict[str, str]) -> dict[str, int]:
    return pd.Series(chosen).value_counts().to_dict()


def test_the_sample_is_spread_over_the_domains_and_the_same_in_any_order(tmp_path):
    sizes = {"code": 200, "math": 300, "law": 3}
    chosen = stage.sample(*pool_files(tmp_path / "one", sizes))
    assert counts(chosen) == {"code": 10, "math": 10, "law": 3}
    assert chosen == stage.sample(*pool_files(tmp_path / "two", sizes, backwards=True))
    assert {f"math-{n}" for n in range(10)} != {i for i, domain in chosen.items() if domain == "math"}


def test_many_domains_have_a_few_rows_each_and_only_the_largest_any(tmp_path):
    sizes = {f"d{n}": 5 + n for n in range(40)}
    chosen = stage.sample(*pool_files(tmp_path / "pool", sizes))
    assert counts(chosen) == {f"d{n}": 4 for n in range(8, 40)}


@pytest.mark.parametrize(("prompt", "response"), [(10, 20), (10, 2000), (2000, 10), (2000, 2000), (100, 412)])
def test_long_rows_are_cut_and_keep_their_start(prompt, response):
    row = TokenizedExample("a", tuple(range(1, prompt + 1)), tuple(range(5000, 5000 + response)))
    cut = stage._cut(row)
    assert cut.length == min(512, row.length)
    assert cut.prompt_ids[0] == 1
    assert cut.prompt_ids[-1] == prompt
    assert cut.response_ids == row.response_ids[: len(cut.response_ids)]
    assert cut.truncated == (cut.response_ids != row.response_ids)
    assert min(len(cut.prompt_ids), len(cut.response_ids)) >= min(10, prompt, response)


def test_a_domain_with_too_few_checked_rows_has_no_figure():
    def rows(noise: list[float], domain: str) -> list[dict]:
        return [{"example_id": f"{domain}{n}", "domain": domain, "entropy": e} for n, e in enumerate(noise)]

    base = {"rows": rows([0.01, 0.02, 0.03, 0.02], "math") + rows([0.1, 0.2, 0.3], "law")}
    calibrated = {"rows": rows([0.01, 0.01, 0.01, 0.02], "math") + rows([0, 0, 0], "law")}
    found = stage._spread(base, calibrated)
    assert found == {"math": {"rows": 4, "sd": pytest.approx(np.std([0, 0.01, 0.02, 0], ddof=1))}}


def test_of_several_calibration_seeds_each_is_measured(settings, tmp_path):
    settings["model"]["dtype"] = "bfloat16"
    settings["calibration"]["seeds"] = 2
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    assert api.run_here(run, "selection") == "done", api.status(run).message
    assert len(measured(run)) == 3  # one base, two calibrated
    manifests = [read_json(path) for path in (tmp_path / "run").glob("artifacts/deltas-*/manifest.json")]
    of_seeds = [one["facts"]["noise"]["domains"]["math"]["sd"] for one in manifests]
    (math_noise,) = (one for one in api.noise(run).domains if one.domain == "math")
    assert len(of_seeds) == 2
    assert math_noise.noise == pytest.approx(math.sqrt(np.mean(np.square(of_seeds))))


# what is said ------------------------------------------------------------------------------------------------------


def domain_noise(*, iqr: float, noise: float) -> DomainNoise:
    return DomainNoise("math", "bfloat16", 8, noise, 0.03, iqr)


def test_a_spread_below_five_times_the_noise_is_close():
    assert domain_noise(iqr=0.0499, noise=0.01).status == "close"
    assert domain_noise(iqr=0.05, noise=0.01).status == "ok"
    assert domain_noise(iqr=0.0, noise=0.0).status == "ok"
    assert domain_noise(iqr=0.1, noise=0.0).ratio == math.inf
    assert domain_noise(iqr=0.021, noise=0.006).sentence == (
        "ΔH of math spreads over 0.021 nats (IQR); bfloat16 arithmetic alone moves it by 0.006: ranks of rows within "
        "0.017 nats of each other are not reliable. Score in float32 (model.dtype) to be sure."
    )


def test_the_command_line_says_it_too(half, tmp_path):
    assert api.run_here(half, "selection") == "done"
    (path,) = (tmp_path / "run").glob("artifacts/deltas-*/manifest.json")
    manifest = read_json(path)
    manifest["facts"]["noise"]["domains"]["math"]["sd"] = 1.0
    manifest["facts"]["noise"]["domains"]["code"]["sd"] = 1e-9
    path.write_text(json.dumps(manifest), encoding="utf-8")
    for verb in ("status", "select"):
        done = CliRunner().invoke(app, [verb, half])
        assert done.exit_code == 0, done.output
        assert "ΔH of math spreads over" in done.stderr
        assert "ΔH of code" not in done.stderr
