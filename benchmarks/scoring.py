"""How fast responses are scored, against a plain scorer and against the machine, measured in one run.

The plain scorer is what one writes first, and what the method's released code does: one example at a time, logits of
the full sequence, a log-softmax and a softmax over them, in PyTorch's default settings. The roofline is the least work
(each weight below the head once per token, the head's once per response token, a beginning that all prompts share once
in all) at the rate of one large matrix product in the same dtype, or the least traffic (all weights once per batch) at
the rate of a large copy, whichever takes longer. Weights are random: right for speed, wrong for everything else.

    python -m benchmarks.scoring [--shapes 135M,0.5B] [--rows 32] [--model FOLDER]

Every case is measured in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.engine.batching import batch_tokens_for, batches
from instructdiff_ui.engine.models import resolve_device
from instructdiff_ui.engine.prefix import shared_length
from instructdiff_ui.engine.processor import name, tune
from instructdiff_ui.engine.scoring import score

LOGITS_MB = 256
TEMPLATE = 27  # tokens that the Alpaca template puts before every instruction
POOL = 4000  # rows, of which shards of 16 neighbours in length are scored, as a run scores them

# Named by parameters and vocabulary; the sizes are those of SmolLM2-135M and of Qwen2.5.
SHAPES: dict[str, dict[str, Any]] = {
    "135M": {"kind": "llama", "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
             "num_attention_heads": 9, "num_key_value_heads": 3, "vocab_size": 49_152, "tie_word_embeddings": True},
    "0.5B": {"kind": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
             "num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151_936, "tie_word_embeddings": True},
    "1.5B": {"kind": "qwen2", "hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28,
             "num_attention_heads": 12, "num_key_value_heads": 2, "vocab_size": 151_936, "tie_word_embeddings": True},
    "7B": {"kind": "qwen2", "hidden_size": 3584, "intermediate_size": 18_944, "num_hidden_layers": 28,
           "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152_064, "tie_word_embeddings": False},
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    device = resolve_device("auto").type
    parser.add_argument("--shapes", default="0.5B,1.5B,7B" if device == "cuda" else "135M,0.5B")
    parser.add_argument("--model", help="a model folder, instead of random weights")
    parser.add_argument("--rows", type=int, default=2048 if device == "cuda" else 32)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        print(json.dumps(measured(**json.loads(arguments.case))))
        return
    print(f"{torch.cuda.get_device_name() if device == 'cuda' else name()}; {arguments.rows} rows\n")
    print("| model | dtype | tokens/s | of the roofline | peak memory above the weights | against the plain scorer "
          "in float32 | in the same dtype |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for shape in [arguments.model] if arguments.model else arguments.shapes.split(","):
        report(shape, rows=arguments.rows, device=device)


def report(shape: str, *, rows: int, device: str) -> None:
    """Print a row of the table for each dtype."""
    plain = {dtype: case(shape, "plain", dtype, rows=max(4, rows // 8)) for dtype in dtypes(shape, device)}
    for dtype in plain:
        ours = case(shape, "ours", dtype, rows=rows)
        ratios = [
            f"{ours['tokens_per_second'] / plain[other]['tokens_per_second']:.1f}×" if other in plain else ""
            for other in ("float32", dtype)
        ]
        memory = f"{ours['peak_bytes'] / 2**20:,.0f} MB"
        cells = [f"{ours['tokens_per_second']:,.0f}", f"{100 * ours['share']:.0f} %", memory, *ratios]
        print(f"| {shape} | {dtype} | " + " | ".join(cells) + " |", flush=True)


def dtypes(shape: str, device: str) -> tuple[str, ...]:
    return ("bfloat16",) if shape == "7B" and device == "cuda" else ("float32", "bfloat16")


def case(shape: str, work: str, dtype: str, *, rows: int) -> dict[str, float]:
    """One measurement, in a process of its own."""
    asked = json.dumps({"shape": shape, "work": work, "dtype": dtype, "rows": rows})
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scoring", "--case", asked], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measured(shape: str, work: str, dtype: str, rows: int) -> dict[str, float]:
    device = resolve_device("auto")
    model = loaded(shape, getattr(torch, dtype), device)
    some = neighbours(rows, model.config.vocab_size)
    tokens = sum(row.length for row in some)
    if work == "plain":
        plain(model, some[:1])
        return {"tokens_per_second": tokens / best(lambda: plain(model, some), repeats=2, warm=True)}
    if device.type == "cpu":
        tune()
    peak = memory_of(lambda: score(model, some, batch_tokens=None, logits_mb=LOGITS_MB), device)
    seconds = best(lambda: score(model, some, batch_tokens=None, logits_mb=LOGITS_MB), repeats=2, warm=True)
    share = roofline_seconds(model, some, dtype=getattr(torch, dtype)) / seconds
    return {"tokens_per_second": tokens / seconds, "share": share, "peak_bytes": peak}


def loaded(shape: str, dtype: torch.dtype, device: torch.device) -> Any:
    """A model folder, or random weights of a named shape."""
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    if shape not in SHAPES:
        return AutoModelForCausalLM.from_pretrained(shape, dtype=dtype).to(device).eval()
    sizes = dict(SHAPES[shape])
    config = AutoConfig.for_model(sizes.pop("kind"), **sizes, max_position_embeddings=2048)
    with device:
        return AutoModelForCausalLM.from_config(config, dtype=dtype).eval().requires_grad_(False)


def neighbours(count: int, vocabulary: int) -> list[TokenizedExample]:
    """Shards of 16 rows of like length from a large pool: prompts of about 100 tokens, responses of about 140."""
    rng = np.random.default_rng(0)
    pool = max(POOL, 2 * count)
    lengths = np.clip(rng.gamma(3, [[25], [47]], size=(2, pool)).astype(int), 4, 900)
    lengths = lengths[:, np.argsort(-lengths.sum(axis=0), kind="stable")]
    starts = np.linspace(0, pool - 16, num=max(1, count // 16) + 2)[1:-1].astype(int)
    chosen = np.concatenate([start + np.arange(16) for start in starts])[:count]
    template = tuple(rng.integers(2, vocabulary, TEMPLATE).tolist())

    def ids(n: int) -> tuple[int, ...]:
        return tuple(rng.integers(2, vocabulary, n).tolist())

    return [TokenizedExample(str(i), template + ids(p), ids(r)) for i, (p, r) in enumerate(lengths[:, chosen].T)]


@torch.inference_mode()
def plain(model: Any, rows: list[TokenizedExample]) -> None:
    """The plain scorer."""
    for row in rows:
        ids = torch.tensor([[*row.prompt_ids, *row.response_ids]], device=model.device)
        logits = model(ids).logits[0, :-1].float()
        log_p = F.log_softmax(logits, dim=-1)
        p = F.softmax(logits, dim=-1)
        start = len(row.prompt_ids) - 1
        (-log_p.gather(1, ids[0, 1:, None])[start:].mean()).item()
        (-(p * log_p).sum(-1)[start:].mean()).item()


def roofline_seconds(model: Any, rows: list[TokenizedExample], *, dtype: torch.dtype) -> float:
    """The least time for these rows on this machine: of the operations, or of reading the weights once per batch."""
    head = model.get_output_embeddings().weight
    tables = {id(head), id(model.get_input_embeddings().weight)}
    body = sum(p.numel() for p in model.parameters() if id(p) not in tables)
    shared = shared_length([row.prompt_ids for row in rows])
    tokens = shared + sum(row.length - shared for row in rows)
    answers = sum(len(row.response_ids) for row in rows)
    operations = 2.0 * body * tokens + 2.0 * head.numel() * answers
    passes = len(batches([row.length - shared for row in rows], batch_tokens=batch_tokens_for(model, None)))
    traffic = passes * (body + head.numel()) * dtype.itemsize
    return max(operations / matmul_rate(dtype, head.device), traffic / copy_rate(head.device))


def matmul_rate(dtype: torch.dtype, device: torch.device) -> float:
    """FLOP/s of one large matrix product, the best of many."""
    n = 8192 if device.type == "cuda" else 2048
    a, b = (torch.randn(n, n, device=device).to(dtype) for _ in range(2))
    return 2 * n**3 / best(lambda: finished(F.linear(a, b)), repeats=15)


def copy_rate(device: torch.device) -> float:
    """Bytes read per second while a large tensor is summed."""
    x = torch.ones(1 << (28 if device.type == "cuda" else 26), device=device)
    return x.numel() * 4 / best(lambda: finished(x.sum()), repeats=5)


def finished(value: Tensor) -> None:
    """Wait until it has been computed."""
    if value.is_cuda:
        torch.cuda.synchronize()


def best(work: Callable[[], Any], *, repeats: int, warm: bool = False) -> float:
    """Seconds of the fastest of several, after one that does not count unless everything is `warm` already."""
    if not warm:
        work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def memory_of(work: Callable[[], Any], device: torch.device) -> int:
    """The most bytes that were in use at a time beyond what was before: of the GPU, or of this process."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        work()
        return torch.cuda.max_memory_allocated() - before
    if sys.platform != "linux":
        work()
        return 0
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
    before = _status("VmRSS")
    work()
    return _status("VmHWM") - before


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) * 1024


if __name__ == "__main__":
    main()
