"""The weights of a Hub model are on this disk, at the commit of the run, before time on a lent GPU is spent."""

import json
import os
import subprocess
import sys
from pathlib import Path

from hub_stub import Repo, hub_stub
from tiny_rows import instruction_rows

ROOT = Path(__file__).parents[2]
COMMIT = "a" * 40
FETCH = """
import sys
from instructdiff_ui.errors import UserError
from instructdiff_ui.runs.fetching import fetch_weights
from instructdiff_ui.runs.store import RunStore
try:
    fetch_weights(RunStore(sys.argv[1]), "select")
except UserError as error:
    print(error.message)
"""


def test_the_weights_are_fetched_once_and_nothing_else(model_folder, tmp_path):
    files = {file.name: file.read_bytes() for file in model_folder.iterdir()}
    weights = [name for name in files if name.endswith(".safetensors")]
    extra = {"consolidated.safetensors": b"x", "onnx/model.json": b"{}", "pytorch_model.bin": b"pickle"}
    repo = Repo(files | extra, kind="models", commit=COMMIT)
    pool, run = tmp_path / "pool.jsonl", tmp_path / "run"
    pool.write_text("".join(json.dumps(row) + "\n" for row in instruction_rows(20)))

    with hub_stub({"org/tiny": repo}) as stub:
        offline = {"HF_HUB_OFFLINE": "0", "NO_PROXY": "*"}
        env = os.environ | {"HF_ENDPOINT": stub.url, "HF_HOME": str(tmp_path / "cache")} | offline

        def python(*arguments: str) -> str:
            done = subprocess.run([sys.executable, *arguments], env=env, cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout

        def asked() -> set[str]:
            return {name for name in [*files, *extra] if any(f"{COMMIT}/{name}" in one for one in stub.requests)}

        model = ["--model", "org/tiny", "--set", "model.device=cpu"]
        python("-m", "instructdiff_ui", "run", "--run-dir", str(run), "--until", "data", *model, "--data", str(pool))
        assert not asked() & set(weights), "reading the data needs no weights"

        assert python("-c", FETCH, str(run)) == ""
        assert set(weights) <= asked()
        assert not asked() & set(extra)

        stub.requests.clear()
        assert python("-c", FETCH, str(run)) == ""
        assert not asked(), "what is here was asked for again"

        repo.status = 403
        for kept in (tmp_path / "cache").rglob("*.safetensors"):
            kept.unlink()
        assert python("-c", FETCH, str(run)).startswith("The Hub refuses access to 'org/tiny' (HTTP 403)")
