"""The block at the top of README.md that configures the Space.

The keys and their values are those of https://huggingface.co/docs/hub/spaces-config-reference for the Gradio SDK; the
Hub refuses a push whose block breaks them. What the app itself needs of it (sign-in and its scopes, a Python that
ZeroGPU has) is checked as well.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import SpaceHardware
from huggingface_hub.utils import HFValidationError, validate_repo_id

from .finding import Finding, complaints, judged

TEXTS = (
    *("title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file", "license"),
    *("short_description", "suggested_hardware", "suggested_storage", "startup_duration_timeout"),
    *("base_path", "header", "thumbnail"),
)
LISTS = ("models", "datasets", "tags", "preload_from_hub", "hf_oauth_scopes")
SWITCHES = ("pinned", "fullWidth", "disable_embedding", "hf_oauth")
OTHERS = ("hf_oauth_expiration_minutes", "hf_oauth_authorized_org", "custom_headers")
NEEDED = ("title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file", "license")
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
HARDWARE = tuple(one.value for one in SpaceHardware)
ZERO_GPU_PYTHONS = ("3.12", "3.12.12", "3.10", "3.10.13")
SCOPES = (
    *("email", "read-billing", "read-repos", "gated-repos", "contribute-repos", "write-repos", "manage-repos"),
    *("read-collections", "write-collections", "inference-api", "jobs", "webhooks", "write-discussions"),
)
USED_SCOPES = {
    "gated-repos": "reads gated models and datasets",
    "contribute-repos": "creates repositories and writes to those",
    "jobs": "hands fine-tuning to HF Jobs",
}
DESCRIPTION = 60  # characters
FASTEST, SLOWEST = 5, 120  # minutes that a start may be given


def read(readme: Path) -> dict[str, Any]:
    """The block as a mapping; `ValueError` where there is none or it is no YAML."""
    found = re.match(r"---\n(.*?)\n---\n", readme.read_text(encoding="utf-8"), re.DOTALL)
    if not found:
        raise ValueError("README.md does not begin with a block between two lines of ---.")
    try:
        block = yaml.safe_load(found[1])
    except yaml.YAMLError as error:
        raise ValueError(f"The block is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(block, dict):
        raise ValueError("The block is no list of keys and values.")
    return block


def check(root: Path) -> list[Finding]:
    """Findings about the block in `root/README.md`."""
    try:
        block = read(root / "README.md")
    except ValueError as error:
        return [Finding("front matter", str(error), "failed")]
    shaped = complaints("front matter", _shape(block), well=f"{len(block)} keys, all known and of the right kind.")
    if shaped[0].state == "failed":
        return shaped
    return [*shaped, *_looks(block), *_runtime(block, root), *_sign_in(block), *_ids(block)]


def _shape(block: dict[str, Any]) -> list[str]:
    known = {*TEXTS, *LISTS, *SWITCHES, *OTHERS}
    found = [f"{key!r} is no key of a Gradio Space." for key in block if key not in known]
    found += [f"{key!r} is missing." for key in NEEDED if key not in block]
    found += [f"{key} is {block[key]!r}; write it in quotes." for key in TEXTS if not _is(block, key, str)]
    found += [f"{key} is {block[key]!r}; it is a list of texts." for key in LISTS if not _is(block, key, list)]
    found += [f"{key} is {block[key]!r}; it is true or false." for key in SWITCHES if not _is(block, key, bool)]
    return found


def _is(block: dict[str, Any], key: str, kind: type) -> bool:
    value = block.get(key)
    if isinstance(value, list):
        return kind is list and all(isinstance(one, str) for one in value)
    return key not in block or isinstance(value, kind)


def _looks(block: dict[str, Any]) -> list[Finding]:
    said = block.get("short_description", "")
    colours = [block["colorFrom"], block["colorTo"]]
    return [
        judged(
            "short_description",
            len(said) <= DESCRIPTION,
            well=f"{len(said)} characters of {DESCRIPTION}.",
            ill=f"It has {len(said)} characters; the Hub allows {DESCRIPTION}.",
        ),
        judged(
            "colours",
            set(colours) <= set(COLOURS),
            well=f"{' to '.join(colours)}.",
            ill=f"{' to '.join(colours)}: allowed are {', '.join(COLOURS)}.",
        ),
        judged(
            "emoji",
            not block["emoji"].isascii() and len(block["emoji"]) <= 8,
            well=block["emoji"],
            ill=f"{block['emoji']!r} is no emoji.",
        ),
    ]


def _runtime(block: dict[str, Any], root: Path) -> list[Finding]:
    hardware = block.get("suggested_hardware")
    return [
        judged("sdk", block["sdk"] == "gradio", well="gradio.", ill=f"It is {block['sdk']!r}; the app needs 'gradio'."),
        judged(
            "python_version",
            block["python_version"] in ZERO_GPU_PYTHONS,
            well=f"{block['python_version']}, which ZeroGPU has.",
            ill=f"It is {block['python_version']!r}; ZeroGPU has {', '.join(ZERO_GPU_PYTHONS)}.",
        ),
        judged(
            "app_file",
            (root / block["app_file"]).is_file(),
            well=f"{block['app_file']} is there.",
            ill=f"There is no {block['app_file']}.",
        ),
        judged(
            "suggested_hardware",
            hardware in HARDWARE,
            well=f"{hardware}.",
            ill=f"It is {hardware!r}; the Hub has {', '.join(HARDWARE)}.",
        ),
        _timeout(block.get("startup_duration_timeout", "30m")),
    ]


def _timeout(given: str) -> Finding:
    found = re.fullmatch(r"(\d+)(m|h)", given)
    minutes = int(found[1]) * (60 if found[2] == "h" else 1) if found else 0
    return judged(
        "startup_duration_timeout",
        FASTEST <= minutes <= SLOWEST,
        well=f"{minutes} minutes.",
        ill=f"It is {given!r}; give {FASTEST}m to {SLOWEST}m.",
    )


def _sign_in(block: dict[str, Any]) -> list[Finding]:
    if not block.get("hf_oauth"):
        return [Finding("hf_oauth", "It is off; visitors could not sign in.", "failed")]
    asked = block.get("hf_oauth_scopes", [])
    found = [f"{one!r} is no scope; the Hub has {', '.join(SCOPES)}." for one in asked if one not in SCOPES]
    found += [f"{one!r} is missing: the app {why}." for one, why in USED_SCOPES.items() if one not in asked]
    found += [
        f"{one!r} is more than the app uses; visitors would have to grant it."
        for one in asked
        if one in SCOPES and one not in USED_SCOPES
    ]
    return complaints("hf_oauth", found, well=f"on, with {', '.join(asked)}: what the app uses, and no more.")


def _ids(block: dict[str, Any]) -> list[Finding]:
    found = []
    for key in ("models", "datasets"):
        for one in block.get(key, []):
            try:
                validate_repo_id(one)
            except HFValidationError:
                found.append(f"{one!r} in {key} is no id of a repository.")
    named = len(block.get("models", [])), len(block.get("datasets", []))
    return complaints("ids", found, well=f"{named[0]} models and {named[1]} datasets, by valid ids.")
