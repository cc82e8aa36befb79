"""Answers to one instruction from the base and the fine-tuned model, side by side.

The models run in a process of their own, so that the server never loads weights and what they take is given back.
"""

from __future__ import annotations

from typing import Any

from ..data.examples import Example, Message
from ..errors import RunError
from .aside import answer, ask
from .plan import Stage, plan
from .stages.context import pinned_config, trained_path
from .store import RunStore


def side_by_side(store: RunStore, request: dict[str, Any]) -> dict[str, str]:
    """The texts by model name; `RunError` while the accelerator is busy or when the models fail."""
    _stage(store, "finetune")
    return ask("instructdiff_ui.runs.generation", store, request, what="Generation")


def _stage(store: RunStore, work: str) -> Stage:
    stage = next((s for s in plan(store.config(), store.spec()) if s.work == work), None)
    if stage is None or not stage.done(store):
        raise RunError("There is no fine-tuned model for the current selection yet: fine-tune first.")
    return stage


def generate(store: RunStore, request: dict[str, Any]) -> dict[str, str]:
    """Load the run's models here and generate from both."""
    from ..engine.generation import generate as generate_text
    from ..engine.models import Models

    finetune = _stage(store, "finetune")
    tokens = finetune["tokens"]
    manifest = store.manifest(tokens.name, tokens.fingerprint)
    assert manifest is not None
    config = pinned_config(store.config(), manifest["facts"])
    assert config.model is not None
    models = Models(config.model)
    tokenizer = models.tokenizer()
    prompt_ids = _prompt_ids(config.data, tokenizer, request)
    options = {key: request[key] for key in ("max_new_tokens", "temperature", "seed")}
    answers = {}
    with models.base() as model:
        answers["base"] = generate_text(model, tokenizer, prompt_ids, **options)
    with models.tuned(trained_path(finetune.folder(store))) as model:
        answers["fine-tuned"] = generate_text(model, tokenizer, prompt_ids, **options)
    return answers


def _prompt_ids(data, tokenizer, request: dict[str, Any]) -> tuple[int, ...]:
    """The instruction as the run's template renders it, tokenised as the pool was."""
    from ..data.templates import Renderer
    from ..data.tokens import tokenise

    renderer = Renderer(data.template, data.custom_template, data.separator, data.use_input, tokenizer)
    text = request["instruction"]
    messages = (Message("user", "\n\n".join(filter(None, [text, request["input"]]))),)
    example = Example("prompt", "", text, request["input"], "-", messages if renderer.resolved == "chat" else ())
    made = tokenise([example], renderer, tokenizer, max_length=data.max_length or 2048, overlong="truncate")
    if not made.examples:
        raise RunError(f"The instruction cannot be used: {made.quarantined[0].reason}.")
    return made.examples[0].prompt_ids


if __name__ == "__main__":
    answer(generate, name="generation")
