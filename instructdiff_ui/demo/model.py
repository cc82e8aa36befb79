"""The demo's base model: a tokenizer and a small Llama, pre-trained on the demo's documents."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from ..config import ModelConfig, digest
from ..engine.describe import load_tokenizer
from ..engine.pretraining import Recipe, loss_on, pretrain, train_tokenizer, write_corpus
from ..files import read_json, write_json
from .corpus import DOMAINS, documents

TOKENIZER_DOCUMENTS = 20_000
UNSEEN = 10_000_000  # documents from here on are never trained on
UNSEEN_DOCUMENTS = 200  # how many of them tell how well the model knows the four domains


def build_model(
    folder: Path, *, work: Path, recipe: Recipe, say: Callable[[str], None], should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """Pre-train the model into `folder`, going on with what `work` holds of it; returns what is known about it.

    `work` may be shared: what lies in it is found again by the recipe and by what the documents say.
    """
    work = work / f"model-{digest([asdict(recipe), _sample()])}"
    if facts := read_json(work / "facts.json"):
        _copy(work / "model", folder)
        return facts
    began = time.monotonic()
    # 1. the tokenizer
    if not (work / "model" / "tokenizer.json").is_file():
        say(f"tokenizer of {recipe.vocab_size} entries from {TOKENIZER_DOCUMENTS:,} documents")
        texts = islice(documents(), TOKENIZER_DOCUMENTS)
        train_tokenizer(texts, vocab_size=recipe.vocab_size, folder=work / "model")
    tokenizer = load_tokenizer(ModelConfig(path=str(work / "model")))
    # 2. the corpus
    corpus = work / "corpus.bin"
    if not corpus.is_file():
        say(f"corpus of {recipe.tokens:,} tokens")
        write_corpus(corpus, documents(), tokenizer, tokens=recipe.tokens)
    # 3. the weights
    losses: list[float] = []
    on_step = _reporter(recipe, losses, say)
    model = pretrain(corpus, recipe=recipe, work=work, on_step=on_step, should_stop=should_stop)
    known = _losses_by_domain(model, tokenizer)
    model.bfloat16().save_pretrained(work / "model")
    facts = {
        "recipe": asdict(recipe),
        "parameters": sum(p.numel() for p in model.parameters()),
        "tokens": recipe.tokens,
        "corpus_sha256": hashlib.sha256(corpus.read_bytes()).hexdigest(),
        "unseen_loss": known,
        "seconds": round(time.monotonic() - began),
    }
    write_json(work / "facts.json", facts)
    _copy(work / "model", folder)
    return facts


def _sample() -> str:
    """A hash of some documents: other generators make another corpus."""
    return hashlib.sha256("\0".join(islice(documents(), 2000)).encode()).hexdigest()


def _reporter(recipe: Recipe, losses: list[float], say: Callable[[str], None]) -> Callable[[int, float], None]:
    began, first = time.monotonic(), [0]

    def on_step(step: int, loss: float) -> None:
        first[0] = first[0] or step
        losses.append(loss)
        if step % 50 == 0 or step == recipe.steps:
            rate = (time.monotonic() - began) / (step - first[0] + 1)
            left = rate * (recipe.steps - step) / 60
            mean = sum(losses[-50:]) / len(losses[-50:])
            say(f"step {step:,} of {recipe.steps:,}: loss {mean:.3f} nats, {left:.0f} min left")

    return on_step


def _losses_by_domain(model, tokenizer) -> dict[str, float]:
    """Nats per token on documents that were not trained on."""
    texts = list(islice(documents(start=UNSEEN), UNSEEN_DOCUMENTS))
    return {d: round(loss_on(model, tokenizer, texts[place :: len(DOMAINS)]), 4) for place, d in enumerate(DOMAINS)}


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=shutil.copyfile)  # safetensors files are private to their owner
