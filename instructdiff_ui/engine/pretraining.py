"""Pre-training of a small language model from nothing: its tokenizer, its corpus of token ids, its weights.

Texts come from elsewhere. Deterministic for a number of threads and a kind of processor, and resumable: what was begun
in `work` is gone on with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ..errors import Stopped
from ..files import replacing

END, PAD = "<|endoftext|>", "<|pad|>"
CHECKPOINT = "checkpoint.safetensors"


@dataclass(frozen=True)
class Recipe:
    """What is trained, and for how long."""

    vocab_size: int = 3072
    hidden_size: int = 160
    intermediate_size: int = 432
    num_hidden_layers: int = 6
    num_attention_heads: int = 5
    context: int = 1024  # positions that the model may be asked to read
    sequence: int = 256  # tokens of one training row
    batch: int = 32  # rows of one step
    steps: int = 2000
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    weight_decay: float = 0.1
    seed: int = 0
    threads: int = 2  # sums are split by thread: another number gives other last digits

    @property
    def tokens(self) -> int:
        return self.steps * self.batch * self.sequence

    def learning_rate_at(self, step: int) -> float:
        """Linear warm-up, then a cosine down to a tenth."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        done = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return self.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * done)))


# tokenizer and corpus ----------------------------------------------------------------------------------------------


def train_tokenizer(texts: Iterable[str], *, vocab_size: int, folder: Path) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer that splits numbers into digits, saved into `folder`."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=END, bos_token=END, pad_token=PAD)
    tokenizer.save_pretrained(folder)
    return tokenizer


def write_corpus(path: Path, texts: Iterator[str], tokenizer: Any, *, tokens: int) -> None:
    """The ids of the texts one after another, each closed by the end token, as (tokens,) uint16."""
    ids = np.empty(tokens, dtype=np.uint16)
    filled = 0
    while filled < tokens:
        some = list(islice(texts, 1000))
        if not some:
            raise ValueError(f"the texts make {filled:,} tokens, but {tokens:,} are wanted")
        for row in tokenizer(some)["input_ids"]:
            piece = [*row, tokenizer.eos_token_id][: tokens - filled]
            ids[filled : filled + len(piece)] = piece
            filled += len(piece)
    with replacing(path) as temporary, temporary.open("wb") as file:
        ids.tofile(file)


# weights -----------------------------------------------------------------------------------------------------------


def pretrain(
    corpus: Path,
    *,
    recipe: Recipe,
    work: Path,
    on_step: Callable[[int, float], None] = lambda step, loss: None,
    should_stop: Callable[[], bool] = lambda: False,
    save_every: int = 100,
) -> LlamaForCausalLM:
    """Train on `corpus` (uint16 ids, END = 0), from the newest checkpoint in `work` if there is one.

    `on_step` gets the 1-based step and its loss in nats per token. Raises `Stopped` after saving a checkpoint.
    """
    torch.set_num_threads(recipe.threads)
    ids = np.memmap(corpus, dtype=np.uint16, mode="r")  # (recipe.tokens,)
    model = new_model(recipe)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.train().to(device)  # type: ignore[arg-type]
    optimizer = torch.optim.AdamW(_groups(model, recipe.weight_decay), lr=recipe.learning_rate, betas=(0.9, 0.95))
    for step in range(_restore(work, model, optimizer, recipe), recipe.steps):
        if should_stop():
            _save(work, model, optimizer, recipe, step)
            raise Stopped
        loss = _step(model, optimizer, _rows(ids, recipe, step).to(device), recipe.learning_rate_at(step))
        on_step(step + 1, loss)
        if (step + 1) % save_every == 0 or step + 1 == recipe.steps:
            _save(work, model, optimizer, recipe, step + 1)
    return model.cpu().eval()


def new_model(recipe: Recipe) -> LlamaForCausalLM:
    """A Llama-shaped model with fresh weights; input and output embedding are one matrix."""
    torch.manual_seed(recipe.seed)
    config = LlamaConfig(
        vocab_size=recipe.vocab_size,
        hidden_size=recipe.hidden_size,
        intermediate_size=recipe.intermediate_size,
        num_hidden_layers=recipe.num_hidden_layers,
        num_attention_heads=recipe.num_attention_heads,
        num_key_value_heads=recipe.num_attention_heads,
        head_dim=recipe.hidden_size // recipe.num_attention_heads,
        max_position_embeddings=recipe.context,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=1,
    )
    return LlamaForCausalLM(config)


def _rows(ids: np.ndarray, recipe: Recipe, step: int) -> torch.Tensor:
    """The rows of one step, (batch, sequence): every token of the corpus is read once, in order."""
    size = recipe.batch * recipe.sequence
    rows = ids[step * size : (step + 1) * size].astype(np.int64)
    return torch.from_numpy(rows).view(recipe.batch, recipe.sequence)


def _step(model, optimizer, rows: torch.Tensor, learning_rate: float) -> float:
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    with torch.autocast(rows.device.type, dtype=torch.bfloat16):
        loss = model(input_ids=rows, labels=rows).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def _groups(model, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay is for matrices; norms go without."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]


@torch.inference_mode()
def loss_on(model, tokenizer, texts: list[str]) -> float:
    """Mean loss in nats per token over `texts`, every token weighing the same, in float32."""
    total, count = 0.0, 0
    for text in texts:
        row = [*tokenizer(text)["input_ids"], tokenizer.eos_token_id][: model.config.max_position_embeddings]
        ids = torch.tensor([row])  # (1, T)
        total += model(input_ids=ids, labels=ids).loss.item() * (len(row) - 1)
        count += len(row) - 1
    return total / count


# checkpoints -------------------------------------------------------------------------------------------------------


def _save(work: Path, model, optimizer, recipe: Recipe, step: int) -> None:
    tensors = {f"model.{name}": value for name, value in model.named_parameters()}
    for place, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{place}.{name}": value for name, value in state.items()}
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    with replacing(work / CHECKPOINT) as temporary:
        save_file(plain, temporary, {"step": str(step), "recipe": repr(recipe)})


def _restore(work: Path, model, optimizer, recipe: Recipe) -> int:
    """Load the checkpoint of this very recipe; returns the steps done, 0 where there is none."""
    if not (work / CHECKPOINT).is_file():
        return 0
    with safe_open(work / CHECKPOINT, framework="pt") as file:
        about = file.metadata()
    if about["recipe"] != repr(recipe):
        return 0
    tensors = load_file(work / CHECKPOINT)
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(tensors[f"model.{name}"])
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, place, key = name.split(".", 2)
            state.setdefault(int(place), {})[key] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
    return int(about["step"])
