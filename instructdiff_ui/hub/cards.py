"""The cards of what is pushed: how rows were chosen, what they are, how to load them and how to do it again.

Every text of a dataset is escaped for Markdown. Knows nothing of the Hub: licences are handed in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from .. import __version__
from ..data.hub import check_repo_id
from ..errors import HubError, steady
from ..runs import specs
from ..runs.report import numbers as n
from ..runs.report.blocks import Block, Document, Section, Table, Text
from ..runs.report.facts import Facts
from ..runs.report.markdown import fenced, inline, markdown
from ..runs.report.reproducing import reproducing
from ..runs.report.setup import setup
from .portable import on_hub

PICTURE = "delta_entropy.svg"
DATA = "data/train.parquet"
TOKENS = "tokens/train.parquet"
_OWN = ("library_name", "pipeline_tag", "tags")  # of the front matter of a model's card
_LONGEST_RULE = 20_000  # characters of a rule that a card shows; one with rows by hand can be much longer
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass(frozen=True)
class Licences:
    """What the sources are licensed under, as far as the Hub told: by id a licence, or None."""

    known: Mapping[str, str | None]
    local: bool  # whether some rows came from files that no card speaks of

    @property
    def common(self) -> str:
        """The one licence of all sources; `other` where they differ or one is not known."""
        every = set(self.known.values()) | ({None} if self.local or not self.known else set())
        return every.pop() or "other" if len(every) == 1 else "other"

    @property
    def sentence(self) -> str:
        parts = [f"{source}: {licence or 'its card names no licence'}" for source, licence in self.known.items()]
        if self.local:
            parts.append("files of whoever made this run: their licence is not known here")
        said = "; ".join(parts) or "no source is known"
        return f"The rows keep the licence of where they come from: {said}."


def dataset_card(
    run: Facts, record: dict[str, Any], *, repo_id: str, licences: Licences, has_tokens: bool, title: str
) -> str:
    """The README of a pushed selection, with the front matter that the Hub reads.

    `record` is `selection.json`'s: counts, cut-offs and hashes of the rule in force.
    """
    total = record["total"]
    parts = [
        front_matter(_dataset_metadata(run, record, licences, has_tokens=has_tokens, title=title)),
        f"# {inline(title)}",
        f"{n.count(total['selected'])} of {n.count(total['rows'])} rows ({n.count(total['selected_tokens'])} of "
        f"{n.count(total['tokens'])} response tokens), chosen for fine-tuning with InstructDiff UI {__version__}.",
        "## How the rows were chosen",
        _recipe(run),
        _written("Setup", setup(run)),
        "## Statistics",
        _written("", [_statistics(run, record)]),
        f"![Distribution of ΔH by domain]({PICTURE})",
        "ΔH in nats per response token, by domain; the line is the cut-off.",
        "## The rule",
        _rule(run, record),
        "## Licence",
        inline(licences.sentence),
        "## Load it",
        fenced(_loading(repo_id), "python"),
        _files(has_tokens),
        _written("Do it again", reproducing(run)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def front_matter(values: Mapping[str, Any]) -> str:
    known = {key: value for key, value in values.items() if value not in (None, "", [])}
    return f"---\n{yaml.safe_dump(known, sort_keys=False, allow_unicode=True).strip()}\n---"


def hub_ids(paths: Sequence[str], kind: str) -> list[str]:
    """The ids of the Hub among paths of the settings, each once."""
    return [path for path in dict.fromkeys(paths) if on_hub(path) and _is_id(path, kind)]


def _is_id(path: str, kind: str) -> bool:
    try:
        return bool(check_repo_id(path, kind))
    except HubError:
        return False


def _dataset_metadata(
    run: Facts, record: dict[str, Any], licences: Licences, *, has_tokens: bool, title: str
) -> dict[str, Any]:
    model = [run.config.model.path] if run.config.model else []
    configs = [{"config_name": "default", "data_files": [{"split": "train", "path": DATA}], "default": True}]
    if has_tokens:
        configs.append({"config_name": "tokens", "data_files": [{"split": "train", "path": TOKENS}]})
    return {
        "pretty_name": title,
        "license": licences.common,
        "task_categories": ["text-generation"],
        "tags": ["instructdiff", "data-selection", "instruction-tuning"],
        "size_categories": [_size(record["total"]["selected"])],
        "source_datasets": list(licences.known),
        "base_model": hub_ids(model, "model"),
        "configs": configs,
    }


def _size(rows: int) -> str:
    return next((name for most, name in _SIZES if rows < most), "1M<n<10M")


def _recipe(run: Facts) -> str:
    spec, calibration = run.spec, run.config.calibration
    scope = "within each domain" if spec.scope == "domain" else "over the pool as one"
    budget = f"up to β = {spec.ratio:g} of the {spec.budget}, {scope}"
    if spec.strategy != "instructdiff":
        return (
            f"The rows were ranked by the strategy `{spec.strategy}` and kept {budget}; the rule below has it exactly."
        )
    low, high = spec.gammas_of()
    ends = f"the lowest {low:g} and the highest {high:g} of" if low != high else f"γ = {low:g} at either end of"
    made = (
        "The scores of both models were imported."
        if run.config.scores
        else f"The base model was calibrated on α = {calibration.ratio:g} of the pool, and both scored every row."
    )
    return (
        f"By differential entropy (InstructDiff, arXiv 2601.23006). {made} Rows in {ends} ΔNLL were dropped, the "
        f"others ranked by ΔH = H base − H calibrated, and those with the lowest ΔH kept, {budget}."
    )


def _statistics(run: Facts, record: dict[str, Any]) -> Table:
    """N, kept, tokens and mean ΔH of every domain, and of all."""
    exploration = run.exploration
    assert exploration is not None, "what is pushed was scored"
    chosen, table = exploration.select(run.spec).selected, exploration.table
    of_all = table.groupby("domain", observed=True)["delta_entropy"].mean()
    of_kept = table[chosen].groupby("domain", observed=True)["delta_entropy"].mean()
    means = {name: (of_all.get(name), of_kept.get(name)) for name in record["counts"]}
    rows = [_line(name, counts, *means[name]) for name, counts in record["counts"].items()]
    if len(rows) > 1:
        both = (table["delta_entropy"].mean(), table.loc[chosen, "delta_entropy"].mean())
        rows.append(_line("all", record["total"], *both))
    heads = ("domain", "rows", "kept", "response tokens", "kept tokens", "mean ΔH", "mean ΔH of the kept")
    return Table(heads, tuple(rows))


def _line(name: str, counts: dict[str, Any], mean: float | None, kept_mean: float | None) -> tuple[str, ...]:
    numbers = (counts["rows"], counts["selected"], counts["tokens"], counts["selected_tokens"])
    return (name, *map(n.count, numbers), n.fixed(mean, 4), n.fixed(kept_mean, 4))


def _rule(run: Facts, record: dict[str, Any]) -> str:
    text = specs.to_yaml(run.spec)
    shown = fenced(text, "yaml") if len(text) <= _LONGEST_RULE else "It names rows by hand: see `selection.json`."
    return f"Rule `{record['spec_hash']}`, rows `{record['ids_hash']}`.\n\n{shown}"


def _loading(repo_id: str) -> str:
    return f'from datasets import load_dataset\n\nrows = load_dataset("{repo_id}", split="train")'


def _files(has_tokens: bool) -> str:
    tokens = f"\n- `{TOKENS}`: the same rows as the model reads them, token by token." if has_tokens else ""
    return (
        f"- `{DATA}`: the kept rows with their own columns, id, domain, decision and every score.\n"
        f"- `selection.json`: the rule, its cut-offs and counts, the run, the model and the seeds.{tokens}"
    )


_NOTHING = "."


def _written(title: str, blocks: list[Block]) -> str:
    """Blocks of the report as Markdown, under a heading or none."""
    section = Section("", title or _NOTHING, tuple(blocks) or (Text("–"),))
    text = markdown(Document(_NOTHING, _NOTHING, (section,), _NOTHING))
    text = text.removeprefix(f"# {_NOTHING}\n\n{_NOTHING}\n\n").removesuffix(f"\n\n{_NOTHING}\n")
    return text if title else text.removeprefix(f"## {_NOTHING}\n\n")


# models ------------------------------------------------------------------------------------------------------------


def extended_model_card(
    text: str,
    *,
    repo_id: str,
    base_id: str | None,
    base_revision: str | None,
    method: str,
    sources: Sequence[str],
    licence: str | None,
    title: str,
) -> str:
    """The card that a run wrote of its model, fit for the Hub: metadata, and how to load it.

    `base_id` is None for a base model that is not on the Hub.
    """
    said, body = _parted(text)
    header: dict[str, Any] = {key: said.get(key) for key in _OWN if _is_plain(said.get(key))}
    header |= {"base_model": base_id, "base_model_relation": "adapter" if method == "lora" else "finetune"}
    if base_id is None:
        header.pop("base_model_relation")
    header |= {"license": licence, "datasets": list(sources)}
    body = re.sub(r"^# .*$", lambda _: f"# {inline(title)}", _tamed(body).lstrip(), count=1, flags=re.M)
    loading = _model_loading(repo_id, base_id, base_revision, method)
    return f"{front_matter(header)}\n\n{body.rstrip()}\n\n## Load it\n\n{loading}\n"


def _parted(text: str) -> tuple[dict[str, Any], str]:
    found = re.match(r"---\n(.*?)\n---\n", text, re.S)
    if not found:
        return {}, text
    try:
        values = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        values = None
    return values if isinstance(values, dict) else {}, text[found.end() :]


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _tamed(body: str) -> str:
    """A card without pictures, links and HTML: in a run that somebody else published it may be anything.

    Those that runs write of their models have none, so nothing of them is lost.
    """
    plain = "".join(one for one in body if one != "\r")
    return re.sub(
        r"\\.|[\[<]", lambda found: {"[": "\\[", "<": "&lt;"}.get(found[0], found[0]), steady(plain), flags=re.S
    )


def _model_loading(repo_id: str, base_id: str | None, revision: str | None, method: str) -> str:
    if method != "lora":
        return fenced(
            "from transformers import AutoModelForCausalLM\n\n"
            f"model = AutoModelForCausalLM.from_pretrained({json.dumps(repo_id)})",
            "python",
        )
    if base_id is None:
        return "It is a LoRA adapter of a base model that is not on the Hub: load that, then this with PEFT."
    base = f"{json.dumps(base_id)}, revision={json.dumps(revision or 'main')}"  # in a run of others it may be anything
    return fenced(
        "from peft import PeftModel\nfrom transformers import AutoModelForCausalLM\n\n"
        f"base = AutoModelForCausalLM.from_pretrained({base})\n"
        f'model = PeftModel.from_pretrained(base, "{repo_id}")',
        "python",
    )
