"""How fast and in how little memory a model is trained, against TRL as it comes and against the machine.

Ours and TRL's defaults train on the same rows with the same steps: TRL's shuffle, pad, mask, and
score the prompt's positions too wherever its own head does. Each case runs in a process of its own, the two of a pair
one after the other. Peak memory is what a process held at most in training beyond the weights: the resident set on a
CPU, `torch.cuda.max_memory_allocated` on CUDA. Gradients, the
optimiser's state and what the training imports are part of it.

The roofline is the time of the matrix products alone at the rate of one large product. Per weight and token of the
layers, and per weight of the head and response token: 6 FLOPs for full training (forward, and the gradients of states
and weights), 4 for LoRA (the frozen weights need no gradient), and for LoRA 6 per weight of the adapter and token.

    python -m benchmarks.training [--layers 4] [--rows 32] [--shape 5M|135M|1B ...]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.scoring import matmul_rate
from instructdiff_ui.config import ModelConfig, TrainingConfig
from instructdiff_ui.data.examples import TokenizedExample
from instructdiff_ui.engine.models import Models
from instructdiff_ui.engine.processor import tune
from instructdiff_ui.engine.training import train

END, PAD = 0, 1
SHAPES = {  # hidden, intermediate, layers, heads, key-value heads, vocabulary
    "5M": (256, 688, 6, 4, 4, 4096),
    "135M": (576, 1536, 30, 9, 3, 49152),
    "1B": (2048, 8192, 16, 32, 8, 128256),
}


def random_model(folder: Path, shape: str, *, layers: int | None) -> Path:
    """A Llama-shaped model with random weights and tied embeddings, and a tokenizer that nobody asks."""
    from tokenizers import Tokenizer
    from tokenizers import models as kinds
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    hidden, intermediate, most, heads, kv_heads, vocab = SHAPES[shape]
    config = LlamaConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=min(layers or most, most),
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    words = Tokenizer(kinds.WordLevel({"<end>": END, "<pad>": PAD}, unk_token="<end>"))
    PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<end>", pad_token="<pad>").save_pretrained(folder)
    return folder


def random_rows(count: int, vocab: int) -> list[TokenizedExample]:
    """Prompts of about 100 tokens, responses of about 140, as in instruction data."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.gamma(3, [[33], [47]], size=(2, count)).astype(int), 4, 900)

    def ids(n: int) -> tuple[int, ...]:
        return tuple(rng.integers(2, vocab, n).tolist())

    return [TokenizedExample(str(i), ids(p), ids(r)) for i, (p, r) in enumerate(lengths.T)]


def ours(models: Models, rows: list[TokenizedExample], config: TrainingConfig, folder: Path) -> float:
    """Seconds of the steps."""
    return train(models, rows, config=config, output_dir=folder, eos_id=END, pad_id=PAD).seconds


def plain(models: Models, rows: list[TokenizedExample], config: TrainingConfig, folder: Path) -> float:
    """Seconds of the steps of TRL's trainer as its documentation sets it up."""
    import datasets
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    prepared = [{"input_ids": [*r.prompt_ids, *r.response_ids, END], "labels": _labels(r)} for r in rows]
    args = SFTConfig(
        output_dir=str(folder),
        num_train_epochs=1,
        per_device_train_batch_size=config.per_device_train_batch_size,
        gradient_accumulation_steps=config.batch_size // config.per_device_train_batch_size,
        gradient_checkpointing=False,
        learning_rate=config.learning_rate,
        bf16=models.dtype is torch.bfloat16,
        use_cpu=models.device.type == "cpu",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_strategy="no",
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    lora = None
    if config.method == "lora":
        lora = LoraConfig(
            r=config.lora_r, lora_alpha=config.lora_alpha, target_modules="all-linear", task_type="CAUSAL_LM"
        )
        with models.base() as base:
            model = base
    else:
        model = models.take(dtype=torch.float32).requires_grad_(True)
    trainer = SFTTrainer(
        model,
        args=args,
        train_dataset=datasets.Dataset.from_list(prepared),
        processing_class=models.tokenizer(),
        peft_config=lora,
    )
    return trainer.train().metrics["train_runtime"]


def _labels(row: TokenizedExample) -> list[int]:
    return [-100] * len(row.prompt_ids) + [*row.response_ids, END]


class Peak:
    """Memory held at most since the start beyond what was held then, in MiB."""

    def __init__(self, device: torch.device):
        self.cuda = device.type == "cuda"
        self.before = self._now()
        self.most = self.before
        self.watching = not self.cuda
        if self.cuda:
            torch.cuda.reset_peak_memory_stats()
        else:
            threading.Thread(target=self._watch, daemon=True).start()

    def _now(self) -> float:
        if self.cuda:
            return torch.cuda.memory_allocated() / 2**20
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

    def _watch(self) -> None:
        while self.watching:
            self.most = max(self.most, self._now())
            time.sleep(0.005)

    def stop(self) -> float:
        self.watching = False
        most = torch.cuda.max_memory_allocated() / 2**20 if self.cuda else self.most
        return most - self.before


def measure(case: dict[str, Any]) -> dict[str, float]:
    """One training in this process: seconds of its steps, MiB above the weights, and the least FLOPs it takes."""
    dtype = getattr(torch, case["dtype"])
    models = Models(ModelConfig(path=case["model"]), dtype=dtype)
    config = TrainingConfig(method=case["method"], learning_rate=1e-4)
    run = ours if case["ours"] else plain
    with models.base() as model:
        rows = random_rows(case["rows"], model.config.vocab_size)
        flops = least_flops(model, rows, config)
        weights = sum(p.numel() for p in model.parameters()) * 4 / 2**20
    del model
    with tempfile.TemporaryDirectory() as folder:
        if config.method == "full":
            models.close()  # the run loads float32 weights of its own
        peak = Peak(models.device)
        seconds = run(models, rows, config, Path(folder))
        used = peak.stop() - (weights if config.method == "full" else 0)
    tokens = sum(row.length + 1 for row in rows)
    return {"tokens": tokens / seconds, "seconds": seconds, "mib": used, "flops": flops}


def least_flops(model: Any, rows: list[TokenizedExample], config: TrainingConfig) -> float:
    layers = sum(p.numel() for p in model.model.layers.parameters())
    linear = [m for m in model.model.layers.modules() if isinstance(m, torch.nn.Linear)]
    adapter = sum(config.lora_r * (m.in_features + m.out_features) for m in linear)
    head = model.get_output_embeddings().weight.numel()
    tokens = sum(row.length + 1 for row in rows)
    answers = sum(len(row.response_ids) + 1 for row in rows)
    if config.method == "full":
        return 6.0 * (layers * tokens + head * answers)
    return (4.0 * layers + 6.0 * adapter) * tokens + 4.0 * head * answers


def _in_a_process(case: dict[str, Any]) -> dict[str, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (case,))


def compare(name: str, case: dict[str, Any]) -> None:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rate = matmul_rate(getattr(torch, case["dtype"]), device)
    fast, slow = (_in_a_process(case | {"ours": mine}) for mine in (True, False))
    rate = max(rate, matmul_rate(getattr(torch, case["dtype"]), device))
    share = fast["flops"] / rate / fast["seconds"]
    print(
        f"{name:16} {case['method']:5} {case['dtype']:9} {device}: {fast['tokens']:9,.0f} tokens/s, "
        f"{fast['tokens'] / slow['tokens']:5.2f}x TRL as it comes, {100 * share:3.0f} % of the matmul roofline, "
        f"{fast['mib']:6,.0f} MiB above the weights (TRL {slow['mib']:,.0f})",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, help="layers of each shape; default: 4 on a CPU, else all")
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--shape", choices=SHAPES, nargs="*")
    arguments = parser.parse_args()
    tune()  # the roofline is that of the faster library
    cuda = torch.cuda.is_available()
    layers = arguments.layers or (None if cuda else 4)
    with tempfile.TemporaryDirectory() as folder:
        for shape in arguments.shape or (list(SHAPES) if cuda else ["5M", "135M"]):
            model = random_model(Path(folder) / shape, shape, layers=layers)
            depth = json.loads((model / "config.json").read_text())["num_hidden_layers"]
            for method in ("lora", "full"):
                for dtype in ("float32", "bfloat16"):
                    case = {"model": str(model), "method": method, "dtype": dtype, "rows": arguments.rows}
                    compare(f"{shape}, {depth} layers", case)


if __name__ == "__main__":
    main()
