"""The verbs `strategies` and `suggest`: what they print, what they start, and what they refuse."""

from __future__ import annotations

import json
import random

import pytest
from typer.testing import CliRunner

from instructdiff_ui import api, cli
from instructdiff_ui.errors import UserError


@pytest.fixture
def run(tmp_path):
    """A run made from scores, without a model."""
    draw = random.Random(0)
    names = ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")
    rows = [
        {"instruction": f"Add {k}.", "response": f"{2 * k} it is.", "n_tokens": 3}
        | {name: draw.random() for name in names}
        for k in range(40)
    ]
    file = tmp_path / "scores.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return api.import_scores(file)


def typed(*arguments):
    """Runs a command in this process: exit code, what was printed, what was said."""
    done = CliRunner().invoke(cli.app, list(arguments))
    if isinstance(done.exception, UserError):  # as `main` says it
        return 2, done.stdout, done.exception.message
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_every_strategy_is_ready_or_says_what_it_takes(run):
    code, printed, _ = typed("strategies", run)
    lines = dict(line.split(maxsplit=1) for line in printed.splitlines())
    assert code == 0
    assert {name for name, words in lines.items() if words == "ready"} == set(api.strategies(run))
    assert lines["ifd"].endswith("name it in model.path.")
    assert lines["superfiltering"].endswith("name one in baselines.small_model.")
    assert lines["zip"].startswith("Compressing the rows")


def test_what_can_be_computed_is_ready_afterwards(run):
    assert typed("strategies", run, "--compute", "zip")[0] == 0
    assert "zip" in api.strategies(run)
    assert "zip                      ready" in typed("strategies", run)[1].splitlines()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nope", "There is no strategy 'nope'"),
        ("random", "nothing to compute"),
        ("ifd", "name it in model.path"),
    ],
)
def test_what_cannot_be_computed_is_one_sentence(run, name, words):
    code, _, said = typed("strategies", run, "--compute", name)
    assert (code, words in said) == (2, True), said
    assert not api.status(run).active


def test_suggestions_are_printed_and_not_put_into_force(run):
    before = api.spec(run)
    code, printed, _ = typed("suggest", run)
    gamma, ratio = printed.splitlines()
    assert code == 0
    assert gamma.startswith("γ: stay with the default (default 10 %). These scores were imported")
    assert ratio.startswith("β: stay with the default (default 10 %). No experiment of this run")
    assert api.spec(run) == before


def test_what_was_tried_is_printed_below(run, monkeypatch):
    gamma = api.Suggestion("gamma", 0.1, 0.15, "Why.", (api.Tried(0.1, 0.5), api.Tried(0.15, 0.625)))
    tried = (api.Tried(0.05, -0.2, -0.3, -0.1, "better", 2.5), api.Tried(0.1, -0.1, note="undecided", loss=2.25))
    monkeypatch.setattr(api, "suggest", lambda run: (gamma, api.Suggestion("ratio", 0.1, 0.05, "Because.", tried)))
    assert typed("suggest", run)[1].splitlines() == [
        "γ: 15 % (default 10 %). Why.",
        "     10 %  Φ 0.500",
        "     15 %  Φ 0.625",
        "β: 5 % (default 10 %). Because.",
        "      5 %  loss − random -0.200 (-0.300 to -0.100)  better; loss 2.500",
        "     10 %  loss − random -0.100  undecided; loss 2.250",
    ]


def test_a_run_without_scores_says_so(settings):
    from instructdiff_ui.config import parse_config

    new = api.create_run(parse_config(settings))
    for verb in ("strategies", "suggest"):
        code, _, said = typed(verb, new)
        assert (code, "has no scores yet" in said) == (2, True)
