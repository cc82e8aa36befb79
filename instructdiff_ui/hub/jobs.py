"""Handing a fine-tuning to HF Jobs: what would be run is shown first, and submitted just as it was shown.

The job gets the token of whoever submits it, as a secret of the job. Knows nothing of pages.
"""

from __future__ import annotations

import base64
import re
import shlex
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from .. import __version__
from ..errors import HubError, RunError
from ..runs.exploration import explore
from ..runs.report.facts import Facts
from ..runs.store import RunStore
from .access import look
from .cards import TOKENS, front_matter, hub_ids
from .client import api_of, full_id, name_of, needed, speaking
from .pushing import mark_of_run
from .repos import mark_of
from .script import script

IMAGE = "ghcr.io/astral-sh/uv:python3.12-bookworm"  # what `hf jobs uv run` takes
SCRIPT = "train.py"
_VARIABLE = "TRAIN_SCRIPT"  # how the script travels: as text, so that no other repository is needed
_COMMAND = ("bash", "-c", f'echo "${_VARIABLE}" | base64 -d > {SCRIPT} && uv run {SCRIPT}')
_TIMEOUT = re.compile(r"[1-9][0-9]{0,6}[smhd]")
_LIBRARIES = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "huggingface_hub")


@dataclass(frozen=True)
class JobPlan:
    """A fine-tuning that can be submitted: all that is sent, but for the token."""

    script: str
    flavor: str  # the hardware
    timeout: str  # such as 6h
    data: str  # the pushed selection
    output: str  # where the model will be

    @property
    def command(self) -> str:
        """The same by hand, for a terminal in which the script was saved as `train.py`."""
        told = ["--flavor", self.flavor, "--timeout", self.timeout, "--secrets", "HF_TOKEN"]
        return shlex.join(["hf", "jobs", "uv", "run", *told, SCRIPT])


@dataclass(frozen=True)
class JobState:
    id: str
    stage: str  # SCHEDULING, RUNNING, COMPLETED, CANCELED, ERROR or DELETED
    message: str
    url: str


def plan_job(
    store: RunStore,
    data_repo: str,
    output_repo: str,
    *,
    token: str | None,
    flavor: str = "a10g-large",
    timeout: str = "6h",
) -> JobPlan:
    """The job that fine-tunes the run's model on its pushed selection; nothing is submitted.

    Raises `HubError` or `RunError` where the selection was not pushed from this run as it is now, where the base model
    is not on the Hub, and for hardware or a time that there is not.
    """
    data_repo = full_id(data_repo, "dataset", needed(token))
    output_repo = full_id(output_repo, "model", needed(token))
    _check_hardware(flavor, timeout)
    revision = _pushed_revision(store, data_repo, token)
    text = job_script(store, data=data_repo, data_revision=revision, output=output_repo)
    return JobPlan(text, flavor, timeout, data_repo, output_repo)


def job_script(store: RunStore, *, data: str, data_revision: str, output: str) -> str:
    """A script for `uv run` that fine-tunes with the run's settings on the pushed rows, and pushes the model."""
    run = Facts(store)
    model, known = run.config.model, run.facts("tokens")
    if model is None or not hub_ids([model.path], "model"):
        raise RunError("HF Jobs needs a base model that is on the Hub, and this run's is not.")
    if not known:
        raise RunError(f"Run {store.run_id} has no token ids yet: load its data first.")
    training = run.config.finetune.model_dump(mode="json", exclude={"save_steps"})
    settings: dict[str, Any] = {
        "model": model.path,
        "model_revision": known["model"]["revision"],
        "data": data,
        "data_revision": data_revision,
        "output": output,
        "dtype": model.dtype,
        "quantization": model.quantization,
        **training,
        "pad_id": known["pad_id"],
        "card": _card(model.path, data, training["method"]),
    }
    needs = [f"{name}=={version(name).partition('+')[0]}" for name in _LIBRARIES]
    if model.quantization != "none":
        needs.append("bitsandbytes")
    return script(settings, dependencies=needs, about=f"Fine-tune {model.path} on the rows of {data}.")


def submit(plan: JobPlan, *, token: str | None) -> JobState:
    """Submit just what the plan shows, in the account of the token, which the job is given as its secret HF_TOKEN."""
    owner = name_of(needed(token))
    with speaking("HF Jobs", writing=True):
        job = api_of(token).run_job(
            image=IMAGE,
            command=list(_COMMAND),
            env={_VARIABLE: base64.b64encode(plan.script.encode()).decode()},
            secrets={"HF_TOKEN": needed(token)},
            flavor=plan.flavor,
            timeout=plan.timeout,
            name="instructdiff-fine-tuning",
            namespace=owner,
        )
    return _state(job)


def state(job_id: str, *, token: str | None) -> JobState:
    """How far a job is; `HubError` for one that is not there."""
    from huggingface_hub.errors import JobNotFoundError

    if not re.fullmatch(r"[A-Za-z0-9]{1,40}", job_id, re.ASCII):
        raise HubError(f"{job_id[:60]!r} is no id of a job: it has letters and digits alone.")
    owner = name_of(needed(token))
    with speaking("HF Jobs", writing=True):
        try:
            return _state(api_of(token).inspect_job(job_id=job_id, namespace=owner))
        except JobNotFoundError:
            raise HubError(f"Your account has no job {job_id!r}.") from None


def flavors() -> tuple[str, ...]:
    """The hardware with an NVIDIA GPU that a job can have."""
    from huggingface_hub import JobHardware

    return tuple(one.value for one in JobHardware if not one.value.startswith("cpu"))


def _state(job: Any) -> JobState:
    stage = getattr(job.status.stage, "value", job.status.stage)
    return JobState(job.id, str(stage), job.status.message or "", job.url)


def _check_hardware(flavor: str, timeout: str) -> None:
    if flavor not in flavors():
        raise HubError(f"HF Jobs has no hardware {flavor[:60]!r}; there is {', '.join(flavors())}.")
    if not _TIMEOUT.fullmatch(timeout):
        raise HubError(f"The time of a job is {timeout[:60]!r}; it is a number and s, m, h or d, such as 6h.")


def _pushed_revision(store: RunStore, repo_id: str, token: str | None) -> str:
    """The commit that holds the selection in force, token by token."""
    info = look(repo_id, "dataset", None, token)
    there = {file.rfilename for file in info.siblings or ()}
    chosen = explore(store).select(store.spec())
    wanted = mark_of_run(store, "selection", chosen.spec.hash, chosen.ids_hash)
    if TOKENS not in there or mark_of(repo_id, "dataset", info.sha, token) != wanted:
        raise HubError(f"{repo_id!r} does not hold the selection of this run as it is now: push it there first.")
    return str(info.sha)


def _card(model: str, data: str, method: str) -> str:
    relation = "adapter" if method == "lora" else "finetune"
    header = {"base_model": model, "base_model_relation": relation, "datasets": [data], "tags": ["instructdiff"]}
    library = "peft" if method == "lora" else "transformers"
    about = f"[{model}](https://huggingface.co/{model}) fine-tuned on [{data}](https://huggingface.co/datasets/{data})"
    return f"{front_matter(header | {'library_name': library})}\n\n{about}, with InstructDiff UI {__version__}.\n"
