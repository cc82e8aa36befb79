"""Tiny real models with random weights, and a real byte-level tokenizer, for tests.

`save_tiny_model(folder)` leaves a complete model folder that transformers loads; it takes well under a second.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from instructdiff_ui.data.examples import TokenizedExample

EOS, PAD = "<|endoftext|>", "<|pad|>"
EOS_ID, PAD_ID = 0, 1
VOCAB_SIZE = 258  # the 256 bytes and the two special tokens
CONTEXT_LENGTH = 512


def tiny_model(arch: str = "llama", *, seed: int = 0, vocab_size: int = VOCAB_SIZE) -> PreTrainedModel:
    """A float32 model in eval mode: "llama", "qwen2" or "gpt2", two layers of width 32."""
    torch.manual_seed(seed)
    special = {"bos_token_id": EOS_ID, "eos_token_id": EOS_ID, "pad_token_id": PAD_ID}
    if arch == "gpt2":
        no_dropout = {"attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0}
        size = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT_LENGTH}
        config = GPT2Config(vocab_size=vocab_size, **size, **no_dropout, **special)
        model: PreTrainedModel = GPT2LMHeadModel(config)
    else:
        kind, make = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen2": (Qwen2Config, Qwen2ForCausalLM)}[arch]
        model = make(
            kind(
                vocab_size=vocab_size,
                hidden_size=32,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=CONTEXT_LENGTH,
                tie_word_embeddings=arch == "qwen2",
                **special,
            )
        )
    with torch.no_grad():
        for parameter in model.parameters():  # the usual 0.02 makes every distribution uniform; tests want contrast
            if parameter.dim() > 1:
                parameter.mul_(8)
    return model.eval()


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """One token a byte: any text goes in and comes back."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {EOS: EOS_ID, PAD: PAD_ID} | {letter: i + 2 for i, letter in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=EOS, eos_token=EOS, pad_token=PAD, model_max_length=CONTEXT_LENGTH
    )


def save_tiny_model(
    path: str | Path, *, arch: str = "llama", seed: int = 0, vocab_size: int = VOCAB_SIZE, tokenizer: bool = True
) -> Path:
    """Write a tiny model, and its tokenizer unless `tokenizer` is False, to the folder `path`."""
    path = Path(path)
    tiny_model(arch, seed=seed, vocab_size=vocab_size).save_pretrained(path)
    if tokenizer:
        tiny_tokenizer().save_pretrained(path)
    return path


def random_examples(
    n: int, *, seed: int = 0, longest: int = 40, vocab_size: int = VOCAB_SIZE
) -> list[TokenizedExample]:
    """Ragged rows of random tokens, up to `longest` each side; every seventh is truncated."""
    rng = np.random.default_rng(seed)

    def ids() -> tuple[int, ...]:
        return tuple(int(i) for i in rng.integers(2, vocab_size, size=rng.integers(1, longest)))

    return [TokenizedExample(f"row-{i}", ids(), ids(), truncated=i % 7 == 6) for i in range(n)]
