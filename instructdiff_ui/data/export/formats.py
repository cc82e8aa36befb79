"""The formats that rows can be written in, each a file or a folder that its consumer loads as it is.

Knows the consumers' contracts; knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from ...errors import DataError
from ...files import write_json, write_text
from ..examples import Example
from . import shapes
from .columnar import arrow_table
from .files import Rows, export_rows, json_text
from .packing import filling, is_zip
from .rows import Again, Pairs, merged_rows
from .shapes import Prompts


@dataclass(frozen=True)
class Format:
    label: str  # for a list to choose from
    suffix: str  # of the file; "" where the format is a folder


FORMATS = {
    "jsonl": Format("JSON lines (the dataset's own columns)", ".jsonl"),
    "json": Format("JSON (the dataset's own columns)", ".json"),
    "csv": Format("CSV (the dataset's own columns)", ".csv"),
    "parquet": Format("Parquet (the dataset's own columns)", ".parquet"),
    "datasets": Format("Hugging Face Datasets folder (the dataset's own columns)", ""),
    "trl-prompt-completion": Format("TRL: prompt and completion", ".jsonl"),
    "trl-messages": Format("TRL: messages", ".jsonl"),
    "alpaca": Format("Alpaca: instruction, input, output", ".json"),
    "sharegpt": Format("ShareGPT: conversations", ".json"),
    "llama-factory": Format("LLaMA-Factory: data and dataset_info.json", ""),
    "axolotl": Format("Axolotl: data and its config stanza", ""),
}


def write_format(
    path: Path | str, pairs: Pairs, fmt: str, *, prompts: Prompts | None = None, name: str = "selected"
) -> None:
    """Write examples, and what comes beside them, to the file or the folder (or .zip of it) that `fmt` is.

    `pairs` must be iterable more than once. `prompts` says how a run wrote its prompts; without it, chats go to the
    trainer's chat template and texts have Alpaca's. `name` is what LLaMA-Factory and Axolotl call the dataset. Whole
    or not at all; raises `DataError` for a format or a path that cannot be, and for a row that the format cannot hold.
    """
    form = format_of(fmt)
    if form.suffix:
        if is_zip(Path(path)):
            raise DataError(f"{fmt} is one file, not a .zip: name a {form.suffix} file.")
        export_rows(path, _rows(pairs, fmt, prompts), form.suffix.removeprefix("."))
        return
    with filling(path) as folder:
        if fmt == "llama-factory":
            _llama_factory(folder, pairs, name)
        elif fmt == "axolotl":
            _axolotl(folder, pairs, name, _known(prompts, pairs))
        else:
            _saved_dataset(folder, merged_rows(pairs))


def format_of(fmt: str) -> Format:
    """The format of that name; raises `DataError` for another."""
    if fmt not in FORMATS:
        raise DataError(f"There is no export format {fmt!r}; the formats are {', '.join(FORMATS)}.")
    return FORMATS[fmt]


def _rows(pairs: Pairs, fmt: str, prompts: Prompts | None) -> Rows:
    if fmt == "trl-prompt-completion":
        return _shaped(pairs, partial(shapes.prompt_completion, prompts=_known(prompts, pairs)))
    if fmt == "trl-messages":
        return _shaped(pairs, partial(shapes.messages, fmt=fmt))
    if fmt == "alpaca":
        return _shaped(pairs, partial(shapes.alpaca, fmt=fmt))
    if fmt == "sharegpt":
        return _shaped(pairs, partial(shapes.sharegpt, fmt=fmt))
    return merged_rows(pairs)


def _shaped(pairs: Pairs, shape: Callable[[Example], Mapping[str, Any]]) -> Again[dict[str, Any]]:
    return Again(lambda: ({**shape(example), **beside} for example, beside in pairs))


def _known(prompts: Prompts | None, pairs: Pairs) -> Prompts:
    """`prompts` with a template in it: one file has one form, so a single chat makes all rows turns."""
    prompts = prompts or Prompts("auto")
    if prompts.template == "auto":
        return replace(prompts, template="chat" if _any_chat(pairs) else "alpaca")
    return prompts


def _any_chat(pairs: Pairs) -> bool:
    return any(example.messages for example, _ in pairs)


def _llama_factory(folder: Path, pairs: Pairs, name: str) -> None:
    """A data file and its entry in dataset_info.json; what an entry leaves out LLaMA-Factory takes for absent."""
    chats = _any_chat(pairs)
    shape = shapes.alternating if chats else partial(shapes.alpaca, fmt="llama-factory")
    export_rows(folder / f"{name}.json", _shaped(pairs, shape), "json")
    entry: dict[str, Any] = {"file_name": f"{name}.json", "formatting": "sharegpt" if chats else "alpaca"}
    if chats:
        speakers = shapes.SPEAKERS
        entry["columns"] = {"messages": "conversations"}
        entry["tags"] = {
            "role_tag": "from",
            "content_tag": "value",
            "user_tag": speakers["user"],
            "assistant_tag": speakers["assistant"],
            "observation_tag": speakers["tool"],
            "function_tag": "function_call",
            "system_tag": speakers["system"],
        }
    else:
        entry["columns"] = {"prompt": "instruction", "query": "input", "response": "output"}
    write_json(folder / "dataset_info.json", {name: entry})


def _axolotl(folder: Path, pairs: Pairs, name: str, prompts: Prompts) -> None:
    """A data file and the part of Axolotl's config that loads it; its path is relative to where Axolotl starts."""
    stanza: dict[str, Any] = {"path": f"{name}.jsonl", "ds_type": "json"}
    if prompts.chat or _any_chat(pairs):
        rows = _shaped(pairs, partial(shapes.messages, fmt="axolotl"))
        stanza |= {
            "type": "chat_template",
            "field_messages": "messages",
            "message_property_mappings": {"role": "role", "content": "content"},
            "roles_to_train": ["assistant"],
            "train_on_eos": "turn",
        }
    else:
        rows = _shaped(pairs, partial(shapes.alpaca, fmt="axolotl"))
        stanza |= {"type": "alpaca"}
    export_rows(folder / f"{name}.jsonl", rows, "jsonl")
    write_text(folder / "axolotl.yaml", yaml.safe_dump({"datasets": [stanza]}, sort_keys=False))


def _saved_dataset(folder: Path, rows: Rows) -> None:
    import datasets

    datasets.disable_progress_bars()  # progress is the caller's
    datasets.Dataset(arrow_table(rows, as_text=json_text)).save_to_disk(str(folder))
