"""Starters: ready-made runs of Hub models and datasets, served here by the stand-in under their real names."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_stub import Repo, hub_stub

from instructdiff_ui import api
from instructdiff_ui.config import SourceConfig
from instructdiff_ui.data.columns import recognise, to_example
from instructdiff_ui.data.examples import Example
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.starters import FOUR_DOMAINS, MINUTES, STARTERS, starter, views

ROOT = Path(__file__).parents[1]
LAPTOP, SERVER = 50e9, 300e12  # FLOP/s
DOMAINS = ("math", "general", "medical", "code")
N = 60  # rows of each stand-in: more than a starter of 200 rows asks for

# Rows with the columns of the real datasets, in their order.
GSM8K = [
    {"question": f"What is {i} + {i}?", "answer": f"It is <<{i}+{i}={2 * i}>>{2 * i}.\n#### {2 * i}"} for i in range(N)
]
ALPACA = [
    {"instruction": f"Name {i} fruits.", "input": "", "output": f"{i} apples.", "text": "Below is an instruction …"}
    for i in range(N)
]
FLASHCARDS = [
    {
        "input": f"What does gland {i} do?",
        "output": f"It makes hormone {i}.",
        "instruction": "Answer this question truthfully",
    }
    for i in range(N)
]
CODE_ALPACA = [{"output": f"print({i})", "instruction": "Print the number.", "input": str(i)} for i in range(N)]
ROWS = dict(zip(DOMAINS, (GSM8K, ALPACA, FLASHCARDS, CODE_ALPACA), strict=True))
GSM8K_CARD = b"""---
configs:
- config_name: main
  data_files:
  - split: train
    path: main/train-*
  - split: test
    path: main/test-*
- config_name: socratic
  data_files:
  - split: train
    path: socratic/train-*
---
"""


def parquet(rows: list[dict]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def stand_ins(model_folder: Path) -> dict[str, Repo]:
    """The files as they lie in the real repositories: two of Parquet, two of one JSON file."""
    gsm8k = {f"main/{split}-00000-of-00001.parquet": parquet(GSM8K) for split in ("train", "test")}
    model = {file.name: file.read_bytes() for file in model_folder.iterdir()}
    flashcards = json.dumps(FLASHCARDS).encode()
    return {
        "openai/gsm8k": Repo({"README.md": GSM8K_CARD, "socratic/train-0.parquet": parquet(GSM8K[:1]), **gsm8k}),
        "tatsu-lab/alpaca": Repo({"data/train-00000-of-00001-a09b74b3ef9c3b56.parquet": parquet(ALPACA)}),
        "medalpaca/medical_meadow_medical_flashcards": Repo(
            {"medical_meadow_wikidoc_medical_flashcards.json": flashcards}
        ),
        "sahil2801/CodeAlpaca-20k": Repo({"code_alpaca_20k.json": json.dumps(CODE_ALPACA, indent=4).encode()}),
        "Qwen/Qwen2.5-1.5B": Repo(model, kind="models"),
    }


def instructdiff(*arguments, hub: str, folder: Path) -> subprocess.CompletedProcess:
    """The command line with this Hub, an empty cache and no token, as on a machine without an accelerator."""
    env = os.environ | {
        "HF_ENDPOINT": hub,
        "HF_HOME": str(folder / "cache"),
        "HF_HUB_OFFLINE": "0",
        "INSTRUCTDIFF_HOME": str(folder / "home"),
        "NO_PROXY": "*",
    }
    env.pop("HF_TOKEN", None)
    command = [sys.executable, "-m", "instructdiff_ui", "starters", *map(str, arguments)]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=180)


@pytest.mark.parametrize("one", STARTERS, ids=lambda one: one.key)
@pytest.mark.parametrize("rate", [1e9, LAPTOP, SERVER])
def test_every_starter_is_a_run_whose_size_fits_the_machine(one, rate):
    rows = one.rows(rate=rate)
    config = one.config(rows)
    assert config.preset == "quick"
    assert config.model.path == one.model
    assert [source.domain for source in config.data.sources] == list(DOMAINS)
    assert sum(source.limit for source in config.data.sources) == rows
    assert {source.limit for source in config.data.sources} == {rows // 4}
    assert rows % 100 == 0
    assert one.seconds(rows, rate=rate) <= 60 * MINUTES or rows == 200


def test_a_faster_machine_gets_more_rows_and_a_larger_model_fewer():
    slow, fast = [view.rows for view in views(rate=LAPTOP)], [view.rows for view in views(rate=SERVER)]
    assert slow == sorted(slow, reverse=True)
    assert all(a < b for a, b in zip(slow, fast, strict=True))
    assert slow[0] >= 500, "the smallest is worth starting on a laptop"


def test_keys_are_unique_and_others_are_refused():
    assert len({one.key for one in STARTERS}) == len(STARTERS) == 3
    with pytest.raises(ConfigError, match="no starter 'gpt'; the starters are smollm2-135m, qwen2"):
        starter("gpt")


@pytest.mark.parametrize("source", FOUR_DOMAINS, ids=DOMAINS)
def test_the_columns_of_each_dataset_are_understood(source):
    rows = ROWS[source["domain"]]
    layout = recognise(list(rows[0]), rows, SourceConfig(**source).columns)
    example = to_example(rows[7], layout, source="s", number=8, domain=source["domain"])
    assert isinstance(example, Example)
    expected = {
        "math": ("What is 7 + 7?", "", "It is <<7+7=14>>14.\n#### 14"),
        "general": ("Name 7 fruits.", "", "7 apples."),
        "medical": ("What does gland 7 do?", "", "It makes hormone 7."),
        "code": ("Print the number.", "7", "print(7)"),
    }
    assert (example.instruction, example.input, example.response) == expected[source["domain"]]


def test_what_the_page_shows():
    shown = api.starters()
    assert [view.key for view in shown] == [one.key for one in STARTERS]
    for view in shown:
        assert view.datasets == tuple(source["path"] for source in FOUR_DOMAINS)
        assert view.seconds > 0
        assert api.starter_config(view.key).data.sources[0].limit == view.rows // 4


def test_a_starter_without_a_network_fails_with_one_sentence():
    """No test reaches out: the Hub is switched off, as it is on a machine without a network."""
    run = api.create_starter("smollm2-135m")
    assert api.wait_for(run, 120)
    now = api.status(run)
    assert now.state == "failed"
    assert (
        now.message
        == "'openai/gsm8k' is not in the local cache and HF_HUB_OFFLINE is set: unset it or give a local path."
    )
    assert now.name == "SmolLM2-135M, four domains"


def test_the_command_line_lists_starters_and_refuses_others(tmp_path):
    done = instructdiff(hub="http://127.0.0.1:9", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for one in STARTERS:
        assert one.key in done.stdout
        assert one.model in done.stdout
    done = instructdiff("gpt", hub="http://127.0.0.1:9", folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "There is no starter 'gpt'" in done.stderr


def test_a_starter_loads_its_four_datasets_from_the_hub(model_folder, tmp_path):
    run = tmp_path / "run"
    with hub_stub(stand_ins(model_folder)) as stub:
        done = instructdiff("qwen2.5-1.5b", "--run-dir", run, "--until", "data", hub=stub.url, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    config = api.config(str(run))
    limit = config.data.sources[0].limit
    examples = pd.read_parquet(next(run.glob("artifacts/pool-*/examples.parquet")))
    heldout = pd.read_parquet(next(run.glob("artifacts/pool-*/heldout.parquet")))
    assert Counter([*examples["domain"], *heldout["domain"]]) == dict.fromkeys(DOMAINS, min(limit, N))
    medical = examples[examples["domain"] == "medical"]
    assert medical["instruction"].str.startswith("What does gland").all()
    assert api.data_report(str(run)) is not None


def test_a_hub_that_does_not_answer_is_one_sentence_and_exit_code_2(tmp_path):
    with hub_stub({}) as stub:
        closed = stub.url  # nothing listens there any more
    done = instructdiff("smollm2-135m", "--run-dir", tmp_path / "run", "--until", "data", hub=closed, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "The Hub cannot be reached for 'openai/gsm8k': check the network, or give a local path."
    )
