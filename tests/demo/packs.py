"""What any demo pack is held against, a tiny or the shipped one."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]

_OPEN = """
import sys
from instructdiff_ui import api
run = api.open_demo()
spec = api.spec(run)
assert api.status(run).state == "done"
api.preview(run, spec), api.rows(run, spec), api.comparison(run), api.other_seeds(run, spec), api.data_report(run)
api.kept_by_strategy(run, spec, "quality"), api.demo_record(), api.is_demo(run)
print(*sys.modules)
"""


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def loaded_by_opening(pack: Path, *, home: Path) -> set[str]:
    """The modules of a fresh process that opened the finished run and looked at all of it."""
    env = os.environ | {"INSTRUCTDIFF_DEMO": str(pack), "INSTRUCTDIFF_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", _OPEN], env=env, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def naming(folder: Path, *places: Path) -> list[str]:
    """The files in `folder` that name one of the places, compressed tables included."""
    wanted = [str(place) for place in places]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [f"{path.relative_to(folder)}" for path in files if any(place in _content(path) for place in wanted)]


def _content(path: Path) -> str:
    raw = path.read_bytes().decode("utf-8", "replace")
    if path.suffix != ".parquet":
        return raw
    texts = [field.name for field in pq.read_schema(path) if pa.types.is_string(field.type)]
    return raw + pd.read_parquet(path, columns=texts).to_csv()
