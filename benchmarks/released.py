"""What the method's released code does, written down plainly from its description, sharing no code with this project.

It takes one file of rows of one kind. Text: the Alpaca prompt without the input, a newline, the response. One example
at a time; means over the response's tokens; differences are base − instruct. ⌊γN⌋ rows are dropped at each end of the
ranking by ΔNLL; the rest is taken by rising ΔH until the response tokens reach β of all response tokens, the row that
crosses included.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

FIELDS = [
    "instruction",
    "input",
    "response",
    "prompt",
    "n_tokens",
    "base_nll",
    "base_avg_entropy",
    "base_ppl",
    "instruct_nll",
    "instruct_avg_entropy",
    "instruct_ppl",
    "diff_nll",
    "diff_entropy",
    "diff_ppl",
]


def prompt(row: dict[str, Any]) -> str:
    return (
        "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n"
        "\n"
        "### Instruction:\n"
        f"{row['instruction']}\n"
        "\n"
        "### Response:"
    )


def token_ids(row: dict[str, Any], tokenizer: Any) -> tuple[list[int], int]:
    """The ids of prompt + newline + response as one text, and how many of them are the response's."""
    whole = tokenizer(prompt(row) + "\n" + row["output"])["input_ids"]
    before = tokenizer(prompt(row) + "\n")["input_ids"]
    return whole, len(whole) - len(before)


@torch.inference_mode()
def score(model: Any, ids: list[int], n: int) -> tuple[float, float]:
    """Mean NLL and mean entropy over the last `n` tokens, the softmax in whatever precision the model has."""
    logits = model(torch.tensor([ids], device=model.device)).logits[0, -n - 1 : -1]
    log_p, p = F.log_softmax(logits, dim=-1), F.softmax(logits, dim=-1)
    losses = -log_p.gather(1, torch.tensor(ids[-n:], device=model.device)[:, None])
    entropies = -(p * log_p).sum(dim=-1)
    return losses.double().mean().item(), entropies.double().mean().item()


def scored(rows: Sequence[dict[str, Any]], tokenizer: Any, base: Any, instruct: Any) -> list[dict[str, Any]]:
    every = [token_ids(row, tokenizer) for row in rows]
    before, after = ([score(model, *one) for one in every] for model in (base, instruct))
    return [record(*one) for one in zip(rows, (n for _, n in every), before, after, strict=True)]


def record(row: dict[str, Any], n: int, before: tuple[float, float], after: tuple[float, float]) -> dict[str, Any]:
    """A line of the released code's file: the row, and (NLL, entropy) under the base and the tuned model."""
    ppl = math.exp(before[0]), math.exp(after[0])
    values = [row["instruction"], row.get("input", ""), row["output"], prompt(row), n]
    values += [*before, ppl[0], *after, ppl[1]]
    values += [before[0] - after[0], before[1] - after[1], ppl[0] - ppl[1]]
    return dict(zip(FIELDS, values, strict=True))


def select(rows: Sequence[dict[str, Any]], *, gamma: float, ratio: float) -> list[int]:
    """Positions of the rows that are kept, in the order in which they are taken."""
    by_nll = sorted(range(len(rows)), key=lambda i: rows[i]["diff_nll"])
    cut = math.floor(gamma * len(rows))
    middle = by_nll[cut : len(rows) - cut]
    budget = ratio * sum(row["n_tokens"] for row in rows)
    kept, tokens = [], 0
    for i in sorted(middle, key=lambda i: rows[i]["diff_entropy"]):
        if tokens >= budget:
            break
        kept.append(i)
        tokens += rows[i]["n_tokens"]
    return kept


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
