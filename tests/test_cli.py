"""The command line as a person uses it: exit codes, sentences, files."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from instructdiff_ui import api, cli
from instructdiff_ui.api.specs import spec_command, spec_yaml
from instructdiff_ui.config import DomainRule, SelectionSpec
from instructdiff_ui.errors import UserError

ROOT = Path(__file__).parents[1]


def instructdiff(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "instructdiff_ui", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd or ROOT,
        env=None,
        timeout=300,
    )


@pytest.fixture
def options(settings, tmp_path):
    """The settings of the tiny run as command-line options."""
    config = tmp_path / "settings.yaml"
    config.write_text(yaml.safe_dump({k: v for k, v in settings.items() if k not in ("model", "data")}))
    source = settings["data"]["sources"][0]["path"]
    model = settings["model"]["path"]
    return [
        "--config",
        config,
        "--model",
        model,
        "--data",
        source,
        "--domain-column",
        "domain",
        "--set",
        "model.device=cpu",
    ]


def test_run_select_export_train_status(options, tmp_path):
    run = tmp_path / "run"
    done = instructdiff("run", *options, "--run-dir", run, "--until", "selection", "--limit", 50)
    assert done.returncode == 0, done.stderr
    assert {"config.yaml", "deltas.parquet", "selection.json", "selected.jsonl"} <= {p.name for p in run.iterdir()}

    done = instructdiff("select", run, "--set", "ratio=0.5", "--set", "domains.math.ratio=0.1")
    assert done.returncode == 0, done.stderr
    counts = json.loads((run / "selection.json").read_text())["counts"]
    assert counts["math"]["selected"] == counts["math"]["rows"] // 10
    assert counts["code"]["selected"] == counts["code"]["rows"] // 2

    done = instructdiff("export", run, "--format", "parquet", "--out", tmp_path / "kept.parquet")
    assert done.returncode == 0, done.stderr
    assert len(pd.read_parquet(tmp_path / "kept.parquet")) == sum(c["selected"] for c in counts.values())

    done = instructdiff("train", run, "--set", "finetune.num_train_epochs=2")
    assert done.returncode == 0, done.stderr
    assert "held-out loss" in done.stdout

    done = instructdiff("status", run)
    assert "done" in done.stdout
    assert "Evaluate" in done.stdout
    assert [r.name for r in api.list_runs()] == ["tiny"], "a headless run is listed in the app"


def test_a_run_made_on_the_page_goes_on_headless(settings):
    run = api.create_run(api.parse_config(settings))
    done = instructdiff("resume", run, "--until", "selection")
    assert done.returncode == 0, done.stderr
    assert api.status(run).done("select")


BAD = {
    "no such file": (["--data", "nowhere.jsonl"], "No such file: nowhere.jsonl"),
    "not a model": (["--model", "{tmp}"], "config.json"),
    "no such column": (["--domain-column", "subject"], "subject"),
    "gamma": (["--set", "selection.gamma=0.5"], "selection.gamma is 0.5"),
    "beta": (["--set", "selection.ratio=0"], "selection.ratio is 0"),
    "unknown setting": (["--set", "selection.beta=0.1"], "no setting 'selection.beta'"),
    "template": (["--set", "data.template=custom", "--set", "data.custom_template=Hello"], "{instruction}"),
    "preset": (["--preset", "fast"], "no preset 'fast'"),
    "too long": (["--set", "data.max_length=4096"], "at most 512"),
    "target": (["--until", "moon"], "no target 'moon'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_exit_code_2(case, options, tmp_path):
    arguments, words = BAD[case]
    arguments = [str(a).format(tmp=tmp_path) if "{tmp}" in str(a) else a for a in arguments]
    if arguments[0] in ("--data", "--model", "--domain-column"):
        place = options.index(arguments[0])
        options = options[:place] + options[place + 2 :]
    done = instructdiff("run", *options, "--run-dir", tmp_path / "run", "--until", "data", *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"instruction": "a", "output": "b"}\n{"instruction": \n', "line 2"),
        ("", "empty"),
        ('{"question_text": "a", "reply": "b"}\n', "question_text"),
        ('{"instruction": "a", "output": ""}\n', "no response"),
    ],
)
def test_bad_data_is_one_sentence_and_exit_code_2(content, words, options, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text(content)
    options = [bad if str(o).endswith("pool.jsonl") else o for o in options if o not in ("--domain-column", "domain")]
    done = instructdiff("run", *options, "--run-dir", tmp_path / "run", "--until", "data")
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_pickle_is_not_loaded(options, tmp_path, model_folder):
    import shutil

    folder = shutil.copytree(model_folder, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    options = [folder if o == str(model_folder) else o for o in options]
    done = instructdiff("run", *options, "--run-dir", tmp_path / "run", "--until", "data")
    assert done.returncode == 2
    assert "safetensors" in done.stderr


def test_a_model_without_a_tokenizer(options, tmp_path, model_folder):
    import shutil

    folder = shutil.copytree(model_folder, tmp_path / "mute", ignore=shutil.ignore_patterns("tokenizer*"))
    options = [folder if o == str(model_folder) else o for o in options]
    done = instructdiff("run", *options, "--run-dir", tmp_path / "run", "--until", "data")
    assert done.returncode == 2
    assert "no tokenizer" in done.stderr


# scores from elsewhere ---------------------------------------------------------------------------------------------

RELEASED = [
    {
        "instruction": f"Task {i}",
        "input": "",
        "response": f"Answer {i}",
        "prompt": f"Below is … Task {i}",
        "n_tokens": 5 + i,
        "base_nll": 2.0 + i / 10,
        "base_avg_entropy": 1.5,
        "base_ppl": 7.4,
        "instruct_nll": 1.5 + i / 7,
        "instruct_avg_entropy": 1.5 - (i - 8) / 20,
        "instruct_ppl": 4.5,
        "diff_nll": 0.5,
        "diff_entropy": (i - 8) / 20,
        "diff_ppl": 3,
    }
    for i in range(20)
]


@pytest.fixture
def released_file(tmp_path):
    path = tmp_path / "released.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in RELEASED))
    return path


def test_the_released_codes_file_opens(released_file, tmp_path):
    done = instructdiff("import-scores", released_file, "--run-dir", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    deltas = pd.read_parquet(tmp_path / "run" / "deltas.parquet")
    assert deltas.delta_nll.tolist() == pytest.approx([1.5 + i / 7 - 2.0 - i / 10 for i in range(20)])
    assert deltas.delta_entropy.tolist() == pytest.approx([(i - 8) / 20 for i in range(20)])
    done = instructdiff("export", tmp_path / "run", "--out", tmp_path / "kept.jsonl", "--no-scores")
    assert done.returncode == 0, done.stderr
    kept = [json.loads(line) for line in (tmp_path / "kept.jsonl").read_text().splitlines()]
    assert len(kept) == 2
    assert kept[0] in RELEASED


def test_imported_scores_can_be_trained_on(released_file, tmp_path, model_folder):
    run = tmp_path / "run"
    assert instructdiff("import-scores", released_file, "--run-dir", run).returncode == 0
    done = instructdiff("train", run)
    assert done.returncode == 2
    assert "has no model: name one" in done.stderr
    training = ["--set", "finetune.num_train_epochs=1", "--set", "model.device=cpu"]
    done = instructdiff("train", run, "--model", model_folder, *training)
    assert done.returncode == 0, done.stderr
    assert (api.finetuned_path(str(run)) / "adapter_model.safetensors").is_file()


def test_an_exported_selection_opens_again(released_file, tmp_path):
    instructdiff("import-scores", released_file, "--run-dir", tmp_path / "one")
    instructdiff("select", tmp_path / "one", "--set", "ratio=0.5", "--set", "gamma=0")
    instructdiff("export", tmp_path / "one", "--out", tmp_path / "scored.jsonl")
    done = instructdiff("import-scores", tmp_path / "scored.jsonl", "--run-dir", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    one, two = (pd.read_parquet(tmp_path / name / "deltas.parquet") for name in ("one", "two"))
    assert set(two.example_id) <= set(one.example_id)
    assert len(two) == 10


def test_a_file_without_scores_is_refused_and_leaves_nothing(pool_file, tmp_path):
    done = instructdiff("import-scores", pool_file, "--run-dir", tmp_path / "run")
    assert done.returncode == 2
    assert "lacks the column 'base_nll'" in done.stderr
    assert not (tmp_path / "run").exists()


# rules with names, in files and as commands ------------------------------------------------------------------------


@pytest.fixture
def imported(released_file) -> str:
    return api.import_scores(released_file)


@pytest.fixture
def typed():
    """Runs a command in this process: exit code, what was printed, what was said on stderr."""

    def run(*arguments):
        done = CliRunner().invoke(cli.app, [str(a) for a in arguments])
        if isinstance(done.exception, UserError):  # as `main` says it
            return 2, done.stdout, done.exception.message
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


DOMAIN = "all"  # of rows that say none
RULES = {
    "defaults": SelectionSpec(),
    "numbers": SelectionSpec(gamma=1e-05, gamma_high=0.2, ratio=0.45, seed=3),
    "choices": SelectionSpec(strategy="random", budget="tokens", filter="rank", exclude_calibration=True),
    "domain": SelectionSpec(domains={DOMAIN: DomainRule(ratio=0.5, gamma_high=0.0)}),
    "global": SelectionSpec(scope="global", ratio=1.0),
}


@pytest.mark.parametrize("case", RULES)
def test_the_command_of_a_rule_selects_by_that_rule(case, imported, typed):
    api.select(imported, SelectionSpec(ratio=0.9, gamma=0, budget="tokens"))  # what is in force must not matter
    words = shlex.split(spec_command(imported, RULES[case]))
    assert words[:3] == ["python", "-m", "instructdiff_ui"]
    assert typed(*words[3:])[0] == 0
    assert api.spec(imported).hash == RULES[case].hash


def test_rows_by_hand_go_through_a_file(imported, typed, tmp_path, monkeypatch):
    ids = api.explore_run(imported).table["example_id"].tolist()
    rule = SelectionSpec(ratio=0.3, pinned=(ids[0],), excluded=(ids[1], ids[2]))
    monkeypatch.chdir(tmp_path)
    Path("selection.yaml").write_text(spec_yaml(rule), encoding="utf-8")
    assert typed(*shlex.split(spec_command(imported, rule))[3:])[0] == 0
    assert api.spec(imported).hash == rule.hash
    assert ids[0] in json.loads((Path(api.status(imported).path) / "selection.json").read_text())["ids"]


def test_rules_with_names(imported, typed):
    assert typed("specs", imported) == (0, "", "")
    typed("select", imported, "--fresh", "--set", "ratio=0.5", "--set", "gamma=0")
    assert typed("specs", imported, "--save", "half | all", "--note", "no filter")[0] == 0
    typed("select", imported, "--fresh")
    code, printed, _ = typed("specs", imported, "--save", "paper")
    half, paper = printed.splitlines()
    assert half.split()[:5] == ["half", "|", "all", "10", "rows"] and half.endswith("no filter")
    assert paper.split()[:3] == ["paper", "2", "rows"]
    assert api.spec(imported).hash[:8] in paper

    code, printed, _ = typed("specs", imported, "--compare", "half | all", "paper")
    assert code == 0
    lines = printed.splitlines()
    assert lines[:3] == ["|  | half \\| all | paper |", "|---|---|---|", "| rows | 10 | 2 |"]
    assert "| γ, lower end | 0 % | 10 % |" in lines and "| β | 50 % | 10 % |" in lines
    assert any(line.startswith("| chance-corrected | ") for line in lines)

    assert typed("select", imported, "--name", "half | all", "--set", "gamma=0.05")[0] == 0
    assert api.spec(imported) == SelectionSpec(ratio=0.5, gamma=0.05)
    assert "paper" not in typed("specs", imported, "--delete", "paper")[1]


def test_a_damaged_file_beside_named_rules_is_said(imported, typed):
    folder = Path(api.status(imported).path) / "specs"
    folder.mkdir()
    (folder / "x.json").write_text("{")
    code, printed, said = typed("specs", imported, "--save", "good")
    assert (code, len(printed.splitlines())) == (0, 1)
    assert "specs/x.json is left out" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["select", "{run}", "--name", "nope"], "no rule named 'nope'"),
        (["select", "{run}", "--spec", "{tmp}/nope.yaml"], "No such file"),
        (["select", "{run}", "--spec", "{tmp}/bad.yaml"], "no setting 'beta'"),
        (["select", "{run}", "--spec", "{tmp}/bytes.yaml"], "not text in UTF-8"),
        (["select", "{run}", "--fresh", "--name", "x"], "give one of them"),
        (["specs", "{run}", "--save", " "], "1 to 60 printable characters"),
        (["specs", "{run}", "--delete", "nope"], "no rule named 'nope'"),
        (["specs", "{run}", "--compare", "a", "b"], "no rule named 'a'"),
        (["specs", "nowhere"], "There is no run 'nowhere'"),
    ],
)
def test_bad_rules_are_one_sentence(arguments, words, imported, typed, tmp_path):
    (tmp_path / "bad.yaml").write_text("beta: 1")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xff")
    before = api.spec(imported)
    code, _, said = typed(*(a.format(run=imported, tmp=tmp_path) for a in arguments))
    assert (code, words in said) == (2, True), said
    assert api.spec(imported) == before
