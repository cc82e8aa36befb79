"""How fast responses are scored, against a plain scorer and against the machine, measured in one run.

The plain scorer is what one writes first: one example at a time, full-sequence logits, a log-softmax and a softmax. The
roofline is the time that the forward pass's matrix products alone would take at the rate of one large product.

    python -m benchmarks.scoring [--model FOLDER] [--rows 64]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from instructdiff_ui.config import ModelConfig
from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.engine.models import Models
from instructdiff_ui.engine.scoring import score


def random_model(folder: Path, *, hidden: int, layers: int, vocab: int) -> Path:
    """A Llama-shaped model with random weights: right for speed, wrong for everything else."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=hidden * 8 // 3,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 64,
        max_position_embeddings=2048,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def random_rows(count: int, vocab: int) -> list[TokenizedExample]:
    """Prompts of about 100 tokens, responses of about 140, as in instruction data."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.gamma(3, [[33], [47]], size=(2, count)).astype(int), 4, 900)

    def ids(n: int) -> tuple[int, ...]:
        return tuple(rng.integers(2, vocab, n).tolist())

    return [TokenizedExample(str(i), ids(p), ids(r)) for i, (p, r) in enumerate(lengths.T)]


@torch.inference_mode()
def plain(model, rows: list[TokenizedExample]) -> float:
    """Seconds of the plain scorer."""
    begun = time.perf_counter()
    for row in rows:
        ids = torch.tensor([[*row.prompt_ids, *row.response_ids]], device=model.device)
        logits = model(ids).logits[0, :-1].float()
        log_p = F.log_softmax(logits, dim=-1)
        p = F.softmax(logits, dim=-1)
        start = len(row.prompt_ids) - 1
        (-log_p.gather(1, ids[0, 1:, None])[start:].mean()).item()
        (-(p * log_p).sum(-1)[start:].mean()).item()
    return time.perf_counter() - begun


def ours(model, rows: list[TokenizedExample]) -> float:
    begun = time.perf_counter()
    score(model, rows, batch_tokens=8192, logits_mb=256)
    return time.perf_counter() - begun


def matmul_rate(dtype: torch.dtype, device: torch.device, n: int = 2048) -> float:
    """FLOP/s of one large matrix product: the best of five."""
    a, b = (torch.randn(n, n, device=device).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        (a @ b)[0, 0].item()
        best = min(best, time.perf_counter() - begun)
    return 2 * n**3 / best


def least_flops(model, rows: list[TokenizedExample]) -> float:
    """Two per weight and token below the head, and two per weight of the head and response token."""
    head = model.get_output_embeddings().weight
    names = {id(head), id(model.get_input_embeddings().weight)}
    body = sum(p.numel() for p in model.parameters() if id(p) not in names)
    tokens, answers = sum(r.length for r in rows), sum(len(r.response_ids) for r in rows)
    return 2.0 * body * tokens + 2.0 * head.numel() * answers


def measure(name: str, folder: Path, count: int) -> None:
    for dtype in (torch.float32, torch.bfloat16):
        models = Models(ModelConfig(path=str(folder)), dtype=dtype)
        with models.base() as model:
            rows = random_rows(count, model.config.vocab_size)
            ours(model, rows[:4])  # warm up
            seconds, slow = ours(model, rows), plain(model, rows[: max(4, count // 4)])
            slow *= sum(r.length for r in rows) / sum(r.length for r in rows[: max(4, count // 4)])
            share = least_flops(model, rows) / matmul_rate(dtype, models.device) / seconds
            tokens = sum(row.length for row in rows)
        models.close()
        print(
            f"{name:28} {str(dtype).removeprefix('torch.'):9} {models.device}: {tokens / seconds:9,.0f} tokens/s, "
            f"{slow / seconds:5.2f}x the plain scorer, {100 * share:4.0f} % of the matmul roofline"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="a model folder; default: two random models")
    parser.add_argument("--rows", type=int, default=64)
    arguments = parser.parse_args()
    if arguments.model:
        measure(arguments.model.name, arguments.model, arguments.rows)
        return
    with tempfile.TemporaryDirectory() as folder:
        small = random_model(Path(folder) / "small", hidden=256, layers=6, vocab=4096)
        measure("5M, vocabulary 4k", small, arguments.rows)
        wide = random_model(Path(folder) / "wide", hidden=576, layers=8, vocab=49152)
        measure("60M, vocabulary 49k", wide, arguments.rows)


if __name__ == "__main__":
    main()
