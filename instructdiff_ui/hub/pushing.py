"""Pushing what a run made: the rows that it selects as a dataset, and the model that was fine-tuned on them.

Everything is put together in a temporary folder first; how that becomes a commit is in `repos`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..config import SelectionSpec
from ..data.tokens import read_tokens
from ..errors import HubError, RunError
from ..files import read_json, replacing, write_json, write_text
from ..runs.exploration import explore
from ..runs.package import export_package
from ..runs.plan import plan
from ..runs.report.facts import Facts
from ..runs.results import artifact_of
from ..runs.stages.context import trained_path
from ..runs.store import RunStore
from .access import licence_of, look
from .cards import DATA, PICTURE, TOKENS, Licences, dataset_card, extended_model_card, hub_ids
from .client import full_id, needed
from .picture import drawing
from .portable import Portable, portable
from .repos import Mark, Pushed, push_folder

_IGNORED = -100  # the label of a token that is not trained on
_MODEL_SUFFIXES = (".safetensors", ".json", ".jinja")


def push_dataset(
    store: RunStore, repo_id: str, *, token: str | None, private: bool = True, replace: bool = False
) -> Pushed:
    """Push what the rule in force selects: rows with their columns and scores, `selection.json` and a card.

    Raises `HubError` with one sentence; what is on the Hub is then as it was before.
    """
    repo_id = full_id(repo_id, "dataset", needed(token))
    with _temporary() as folder:
        run, spare = Facts(store), portable(store)
        if run.exploration is None or run.unfit:
            raise RunError(run.unfit or f"Run {store.run_id} has no scores yet: calibrate and score it first.")
        record = _dataset_files(store, run.spec, folder, spare)
        has_tokens = _token_file(store, run.spec, folder / TOKENS)
        _draw(run, folder / PICTURE)
        licences = _licences(record["sources"], token)
        title = f"{run.config.title}: selected rows"
        card = dataset_card(run, record, repo_id=repo_id, licences=licences, has_tokens=has_tokens, title=title)
        write_text(folder / "README.md", spare.text(card))
        mark = mark_of_run(store, "selection", record["spec_hash"], record["ids_hash"])
        message = f"Push {record['total']['selected']:,} rows selected by rule {record['spec_hash']}"
        how: dict[str, Any] = {"private": private, "replace": replace, "message": message}
        return push_folder(folder, repo_id, mark, kind="dataset", token=token, **how)


def push_model(
    store: RunStore, repo_id: str, *, token: str | None, private: bool = True, replace: bool = False
) -> Pushed:
    """Push the fine-tuned adapter or model, as safetensors, with its card."""
    repo_id = full_id(repo_id, "model", needed(token))
    artifact = artifact_of(store, "finetune")
    if artifact is None:
        raise RunError(f"Run {store.run_id} has no fine-tuned model yet: fine-tune on the selection first.")
    with _temporary() as folder:
        spare = portable(store)
        _model_files(trained_path(artifact), folder, spare)
        selection = artifact_of(store, "select")
        record = read_json(selection / "selection.json") if selection else {}
        card = _model_card(store, trained_path(artifact), repo_id=repo_id, token=token)
        write_text(folder / "README.md", spare.text(card))
        mark = mark_of_run(store, "model", record.get("spec_hash", ""), record.get("ids_hash", ""))
        message = f"Push the model fine-tuned on rule {mark.spec_hash}"
        how: dict[str, Any] = {"private": private, "replace": replace, "message": message}
        return push_folder(folder, repo_id, mark, kind="model", token=token, **how)


def mark_of_run(store: RunStore, kind: str, spec_hash: str = "", ids_hash: str = "") -> Mark:
    """What a repository of this run is known by: its id and the data that it began with."""
    return Mark(kind, store.run_id, plan(store.config(), store.spec())[0].fingerprint, spec_hash, ids_hash)


@contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="instructdiff-push-") as name:
        yield Path(name)


# the dataset -------------------------------------------------------------------------------------------------------


def _dataset_files(store: RunStore, spec: SelectionSpec, folder: Path, spare: Portable) -> dict[str, Any]:
    """The rows with every column, and `selection.json`; returns what that holds."""
    package = folder / "package"
    if not export_package(store, package, fmt="parquet", spec=spec).rows:
        raise RunError("The rule selects no row: raise β (selection.ratio) or lower γ.")
    record = read_json(package / "selection.json")
    (folder / DATA).parent.mkdir()
    (package / "rows.parquet").rename(folder / DATA)
    shutil.rmtree(package)
    write_json(folder / "selection.json", spare.value(record))
    return record


def _token_file(store: RunStore, spec: SelectionSpec, path: Path) -> bool:
    """The selected rows as they are trained on, ids and labels; none for a run that was never tokenised."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = artifact_of(store, "tokens")
    if folder is None:
        return False
    chosen, eos = set(explore(store).select(spec).ids), read_json(folder / "manifest.json")["facts"]["eos_id"]
    rows = [row for row in read_tokens(folder / "tokens.parquet") if row.example_id in chosen]
    ends = [() if row.truncated else (eos,) for row in rows]
    targets = [(*row.response_ids, *end) for row, end in zip(rows, ends, strict=True)]
    lists = pa.list_(pa.int32())
    columns = {
        "example_id": pa.array([row.example_id for row in rows], pa.string()),
        "input_ids": pa.array([[*r.prompt_ids, *t] for r, t in zip(rows, targets, strict=True)], lists),
        "labels": pa.array([[*[_IGNORED] * len(r.prompt_ids), *t] for r, t in zip(rows, targets, strict=True)], lists),
    }
    with replacing(path) as temporary:
        pq.write_table(pa.table(columns), temporary, compression="zstd")
    return True


def _draw(run: Facts, path: Path) -> None:
    preview = run.preview
    assert preview is not None, "the rule fits the scores"
    hist = preview.histograms["delta_entropy"]
    write_text(path, drawing(hist, {domain: preview.selection.cutoff_of(domain) for domain in hist.domains}))


def _licences(sources: list[dict[str, Any]], token: str | None) -> Licences:
    paths = list(dict.fromkeys(str(source.get("path") or source.get("name")) for source in sources))
    ids = hub_ids(paths, "dataset")
    return Licences({one: _licence(one, "dataset", token) for one in ids}, local=len(ids) < len(paths))


def _licence(repo_id: str, kind: str, token: str | None) -> str | None:
    """As the card on the Hub says; None where it says nothing or cannot be reached, which stops no push."""
    with suppress(HubError):
        return licence_of(look(repo_id, kind, None, token))
    return None


# the model ---------------------------------------------------------------------------------------------------------


def _model_files(trained: Path, folder: Path, spare: Portable) -> None:
    """The safetensors and what describes them; nothing else that may lie beside them."""
    files = [path for path in trained.iterdir() if path.is_file() and path.suffix in _MODEL_SUFFIXES]
    if not any(path.suffix == ".safetensors" for path in files):
        raise RunError("The fine-tuned model is not here as safetensors: fine-tune on the selection again.")
    for path in files:
        if path.suffix == ".json":
            write_json(folder / path.name, spare.value(read_json(path)))
        else:
            shutil.copyfile(path, folder / path.name)


def _model_card(store: RunStore, trained: Path, *, repo_id: str, token: str | None) -> str:
    run = Facts(store)
    model = run.config.model
    assert model is not None, "a run without a model trains none"
    base = next(iter(hub_ids([model.path], "model")), None)
    return extended_model_card(
        (trained / "README.md").read_text("utf-8"),
        repo_id=repo_id,
        base_id=base,
        base_revision=(run.facts("tokens").get("model") or {}).get("revision"),
        method=run.config.finetune.method,
        sources=hub_ids([source.path for source in run.config.data.sources], "dataset"),
        licence=_licence(base, "model", token) if base else None,
        title=run.config.title,
    )
