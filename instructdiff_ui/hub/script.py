"""The script that fine-tunes on a pushed selection elsewhere: one file that brings its own dependencies.

Its training is that of this app: the same token ids in the same order, the same steps, the same settings of TRL. It is
text here, and nothing of it runs in this process.
"""

from __future__ import annotations

import pprint
from collections.abc import Mapping, Sequence
from typing import Any


def script(settings: Mapping[str, Any], *, dependencies: Sequence[str], about: str) -> str:
    """The whole file; `settings` are plain values, which are written as Python literals."""
    needs = "\n".join(f'#     "{one}",' for one in dependencies)
    values = pprint.pformat(dict(settings), sort_dicts=False, width=110)
    header = (
        f'# /// script\n# requires-python = ">=3.11,<3.13"\n# dependencies = [\n{needs}\n# ]\n# ///\n"""{about}"""\n'
    )
    return f"{header}{_IMPORTS}\nSETTINGS = {values}\n{_BODY}"


_IMPORTS = """
import math
import os

os.environ["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]  # trained on one device

import numpy as np
import torch
from datasets import Dataset, load_dataset
from huggingface_hub import HfApi
from torch.utils.data import SequentialSampler
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling
"""

_BODY = '''
WINDOW = 50  # steps whose rows are sorted by length together


def row_order(lengths):
    """The rows in the order in which all epochs train on them: shuffled, with rows of like length in a step."""
    size = SETTINGS["batch_size"]
    rng = np.random.default_rng(SETTINGS["seed"])
    n = len(lengths)
    whole = None if SETTINGS["max_steps"] is None else SETTINGS["max_steps"] * size
    total = whole or max(1, round(SETTINGS["num_train_epochs"] * n))
    order = np.concatenate([rng.permutation(n) for _ in range(math.ceil(total / n))])[:total]
    sizes = np.asarray(lengths)
    out = []
    for start in range(0, total, WINDOW * size):
        window = order[start : start + WINDOW * size]
        window = window[np.argsort(-sizes[window], kind="stable")]
        full = len(window) // size * size
        out += [rng.permutation(window[:full].reshape(-1, size)).ravel(), window[full:]]
    return np.concatenate(out)


class InOrder(SFTTrainer):
    def _get_train_sampler(self, train_dataset=None):
        return SequentialSampler(train_dataset if train_dataset is not None else self.train_dataset)

    def create_model_card(self, *args, **kwargs):
        pass


def dtype_of(name):
    if name != "auto":
        return getattr(torch, name)
    return torch.bfloat16 if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else torch.float32


def load_model(dtype):
    full = SETTINGS["method"] == "full"
    more = {}
    if SETTINGS["quantization"] == "4bit":
        from transformers import BitsAndBytesConfig

        nf4 = {"bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True, "bnb_4bit_compute_dtype": dtype}
        more = {"quantization_config": BitsAndBytesConfig(load_in_4bit=True, **nf4), "device_map": {"": 0}}
    model = AutoModelForCausalLM.from_pretrained(
        SETTINGS["model"],
        revision=SETTINGS["model_revision"],
        dtype=torch.float32 if full else dtype,
        use_safetensors=True,
        trust_remote_code=False,
        **more,
    )
    if full:
        return model
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(SETTINGS["seed"])
    lora = {name: SETTINGS[f"lora_{name}"] for name in ("r", "dropout")}
    config = LoraConfig(
        r=lora["r"],
        lora_alpha=SETTINGS["lora_alpha"],
        lora_dropout=lora["dropout"],
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def arguments(dtype):
    most = min(SETTINGS["per_device_train_batch_size"], SETTINGS["batch_size"])
    rows = next(rows for rows in range(most, 0, -1) if SETTINGS["batch_size"] % rows == 0)
    constant = "constant_with_warmup" if SETTINGS["warmup_ratio"] else "constant"
    schedule = SETTINGS["lr_scheduler_type"]
    return SFTConfig(
        output_dir="checkpoints",
        num_train_epochs=1,  # the rows already hold every epoch
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=SETTINGS["batch_size"] // rows,
        max_length=None,
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        optim="adamw_torch",
        learning_rate=SETTINGS["learning_rate"],
        lr_scheduler_type=constant if schedule == "constant" else schedule,
        warmup_steps=SETTINGS["warmup_ratio"],  # below 1 it is a share of the steps
        weight_decay=SETTINGS["weight_decay"],
        max_grad_norm=SETTINGS["max_grad_norm"],
        gradient_checkpointing=bool(SETTINGS["gradient_checkpointing"]),
        bf16=dtype is torch.bfloat16,
        fp16=dtype is torch.float16 and SETTINGS["method"] == "lora",
        use_cpu=not torch.cuda.is_available(),
        seed=SETTINGS["seed"],
        save_strategy="no",
        logging_steps=1,
        report_to="none",
    )


def load_rows():
    """The selected rows of the pushed dataset, as token ids and labels, in the order of training."""
    data = load_dataset(SETTINGS["data"], "tokens", split="train", revision=SETTINGS["data_revision"])
    rows = [{"input_ids": row["input_ids"], "labels": row["labels"]} for row in data]
    return Dataset.from_list([rows[i] for i in row_order([len(row["input_ids"]) for row in rows])])


def main():
    dtype = dtype_of(SETTINGS["dtype"])
    model = load_model(dtype)
    tokenizer = AutoTokenizer.from_pretrained(SETTINGS["model"], revision=SETTINGS["model_revision"])
    known = model.get_input_embeddings().weight.shape[0]
    trainer = InOrder(
        model,
        args=arguments(dtype),
        data_collator=DataCollatorForLanguageModeling(pad_token_id=min(SETTINGS["pad_id"], known - 1)),
        train_dataset=load_rows(),
        processing_class=tokenizer,
    )
    trainer.model_accepts_loss_kwargs = True  # the mean is over the tokens of a whole step
    trainer.train()
    trainer.model.save_pretrained("result")
    tokenizer.save_pretrained("result")
    with open("result/README.md", "w", encoding="utf-8") as card:
        card.write(SETTINGS["card"])
    if SETTINGS["output"]:
        api = HfApi()  # takes HF_TOKEN, which the job is given as a secret
        api.create_repo(SETTINGS["output"], private=True, exist_ok=True)
        done = "Fine-tune on the rows that InstructDiff selected"
        api.upload_folder(repo_id=SETTINGS["output"], folder_path="result", commit_message=done)


if __name__ == "__main__":
    main()
'''
