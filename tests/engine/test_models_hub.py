"""Models of the Hub, served by the stand-in; in a process of its own, since the Hub's address is read on import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_stub import Repo, hub_stub

SCRIPT = """
import sys
from instructdiff_ui.config import ModelConfig
from instructdiff_ui.engine.describe import describe, load_tokenizer
from instructdiff_ui.engine.models import Models
from instructdiff_ui.errors import UserError

for path in sys.argv[1:]:
    config = ModelConfig(path=path, device="cpu", dtype="float32")
    try:
        info = describe(config)
        with Models(config).base() as model:
            print(path, info.revision[:4], info.architecture, type(model).__name__, load_tokenizer(config).eos_token)
    except UserError as error:
        print(path, type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def told(base_folder: Path, tmp_path_factory) -> dict[str, str]:
    """What the script says about each repository."""
    files = {file.name: file.read_bytes() for file in base_folder.iterdir()}
    pickled = {name: content for name, content in files.items() if name != "model.safetensors"}
    repos = {
        "org/good": Repo(files, kind="models"),
        "org/gated": Repo(files, kind="models", token="secret"),
        "org/pickle": Repo(pickled | {"pytorch_model.bin": b"x"}, kind="models"),
        "org/adapter": Repo({"adapter_config.json": b"{}"}, kind="models"),
    }
    with hub_stub(repos) as stub:
        home = str(tmp_path_factory.mktemp("hub"))
        env = os.environ | {"HF_ENDPOINT": stub.url, "HF_HOME": home, "NO_PROXY": "*", "HF_HUB_OFFLINE": "0"}
        env.pop("HF_TOKEN", None)
        command = [sys.executable, "-c", SCRIPT, *repos, "org/missing"]
        root = str(Path(__file__).parents[2])
        done = subprocess.run(command, env=env, cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("repo", "sentence"),
    [
        ("org/good", "0123 LlamaForCausalLM LlamaForCausalLM <|endoftext|>"),
        ("org/gated", "HubError 'org/gated' is gated"),
        ("org/pickle", "ModelError org/pickle holds its weights as a pickle (pytorch_model.bin)"),
        ("org/adapter", "ModelError org/adapter is not a transformers model: it has no config.json"),
        ("org/missing", "HubError The Hub has no repository 'org/missing'"),
    ],
)
def test_a_model_of_the_hub(told, repo, sentence):
    assert told[repo].startswith(sentence)
