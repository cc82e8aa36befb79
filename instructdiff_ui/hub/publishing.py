"""Publishing a whole run as a dataset repository: everything that is needed to open it elsewhere.

Left out are the weights of whole models, logs, checkpoints and whatever the stages of the run do not need; paths of
this machine become names (`portable`). What may be in such a repository is said here; `published` holds others to it.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from .. import __version__
from ..errors import RunError
from ..files import read_json, write_json, write_text
from ..runs.comparison import RECORDED, recorded, trials
from ..runs.plan import Stage
from ..runs.report import numbers as n
from ..runs.report.facts import Facts
from ..runs.report.markdown import fenced, inline
from ..runs.store import RunStore
from .cards import front_matter
from .client import full_id, needed
from .portable import Portable, portable
from .pushing import mark_of_run
from .repos import MARK, Pushed, push_folder

ROWS = ("deltas.parquet", "selected.jsonl")  # copied as they are
RECORDS = ("spec.json", "selection.json", "evaluation.json", "published.json")  # rewritten without paths
NEEDED = ("config.yaml", "deltas.parquet", "published.json", MARK)
ARTIFACT = r"[a-z][a-z0-9-]{0,60}-[0-9a-f]{12}"
_WORD = r"[A-Za-z0-9][\w.-]{0,80}"
ALLOWED = re.compile(
    rf"config\.yaml|README\.md|\.gitattributes|events\.jsonl|{re.escape(MARK)}|{re.escape(RECORDED)}"
    rf"|{'|'.join(map(re.escape, (*ROWS, *RECORDS)))}"
    rf"|specs/{_WORD}\.json"
    rf"|artifacts/{ARTIFACT}/(?:{_WORD}/){{0,2}}{_WORD}\.(?:json|jsonl|parquet|safetensors|md)",
    re.ASCII,
)
_WEIGHTS = "model"  # the folder of a whole model in the artifact of a training
_PARTS = ("adapter", _WEIGHTS, "shards")


def publish_run(
    store: RunStore, repo_id: str, *, token: str | None, private: bool = True, replace: bool = False
) -> Pushed:
    """Publish the run as a dataset repository that anyone who may read it can open.

    Raises `RunError` for a run without scores, `HubError` for what the Hub refuses.
    """
    repo_id = full_id(repo_id, "dataset", needed(token))
    if not (store.path / "deltas.parquet").is_file():
        raise RunError(f"Run {store.run_id} has no scores yet: calibrate and score it first.")
    with tempfile.TemporaryDirectory(prefix="instructdiff-publish-") as name:
        folder = Path(name)
        spare = pack(store, folder)
        write_text(folder / "README.md", spare.text(_card(store, repo_id)))
        message = f"Publish a run of InstructDiff UI {__version__}"
        mark = mark_of_run(store, "run")
        how = {"private": private, "replace": replace}
        return push_folder(folder, repo_id, mark, kind="dataset", token=token, message=message, **how)


def pack(store: RunStore, folder: Path) -> Portable:
    """Copy what opening the run needs into `folder`, with nothing in it that names this machine."""
    spare = portable(store)
    write_text(folder / "config.yaml", spare.config.to_yaml())
    for name in ROWS:
        _copy(store.path / name, folder / name)
    for name in RECORDS:
        _rewrite(store.path / name, folder / name, spare)
    for path in sorted(store.path.glob("specs/*.json")):
        _rewrite(path, folder / "specs" / path.name, spare)
    for old, new in spare.stages:
        _artifact(old, new, store, folder, spare)
    _artifact_of_published_rows(store, folder, spare)
    write_json(folder / RECORDED, spare.value(recorded(trials(store))))
    _last_event(store, folder, spare)
    return spare


def _artifact(old: Stage, new: Stage, store: RunStore, folder: Path, spare: Portable) -> None:
    if old.done(store):
        _copy_artifact(old.folder(store), new.folder(RunStore(folder)), spare)


def _artifact_of_published_rows(store: RunStore, folder: Path, spare: Portable) -> None:
    """The rows of the scores that are shown, where the settings have changed since and plan others."""
    name = read_json(store.path / "published.json", {}).get("examples", "")
    if name and not (folder / "artifacts" / spare.text(name)).is_dir():
        _copy_artifact(store.path / "artifacts" / name, folder / "artifacts" / name, spare)


def _copy_artifact(source: Path, target: Path, spare: Portable) -> None:
    """The files that may be published; of a whole model all but its weights."""
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if not path.is_file() or path.is_symlink() or not ALLOWED.fullmatch(_in_repo(target, inside)):
            continue
        if len(inside.parts) > 1 and inside.parts[0] not in _PARTS:
            continue
        if inside.parts[0] == _WEIGHTS and path.suffix == ".safetensors":
            continue
        if path.suffix in (".json", ".md") and inside.name != "ids.json":
            _rewrite(path, target / inside, spare)
        else:
            _copy(path, target / inside)


def _in_repo(target: Path, inside: Path) -> str:
    return f"artifacts/{target.name}/{inside.as_posix()}"


def _rewrite(source: Path, target: Path, spare: Portable) -> None:
    if not source.is_file():
        return
    if source.suffix == ".json":
        write_json(target, spare.value(read_json(source)))
    else:
        write_text(target, spare.text(source.read_text("utf-8")))


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _last_event(store: RunStore, folder: Path, spare: Portable) -> None:
    """The last word of the worker: what it did before that is not the reader's concern."""
    path = store.path / "events.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    if lines:
        write_text(folder / "events.jsonl", spare.text(lines[-1]) + "\n")


def _card(store: RunStore, repo_id: str) -> str:
    run = Facts(store)
    total = run.preview.selection.total if run.preview else None
    header = front_matter({"license": "other", "tags": ["instructdiff", "instructdiff-run"], "viewer": False})
    kept = f"{n.count(total.selected)} of {n.count(total.rows)} rows are kept. " if total else ""
    return (
        "\n\n".join(
            [
                header,
                f"# {inline(run.config.title)}",
                f"A run of InstructDiff UI {__version__}: the rows with their scores, the rule and what came of it. "
                f"{kept}The rows keep the licence of where they come from.",
                "## Open it",
                "Add `?open=` and the id to the address of any copy of the app, or:",
                fenced(f"python -m instructdiff_ui open {repo_id}", "sh"),
                "The weights of whole models are not here, and paths of the machine that it was made on are names.",
            ]
        )
        + "\n"
    )
