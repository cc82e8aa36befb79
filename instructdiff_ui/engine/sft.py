"""TRL's SFT trainer, set up for rows that are already tokenised and already in order.

Knows nothing of examples or of where results belong. Imports trl, which takes seconds: import this where it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import torch
from torch.utils.data import SequentialSampler
from transformers import PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

from ..config import TrainingConfig
from .head import OutputHead
from .loss import sum_nll

IGNORED = -100  # the label of a token that is not trained on


def run_sft(
    model: Any,
    rows: list[dict[str, list[int]]],
    *,
    config: TrainingConfig,
    folder: Path,
    tokenizer: Any,
    pad_id: int,
    autocast: torch.dtype | None,
    callback: TrainerCallback,
    resume_from: Path | None,
) -> None:
    """One pass of `model` over `rows` ("input_ids" and "labels" each), exactly in their order, `batch_size` a step."""
    # A pad token that was added to the tokenizer alone has no embedding. Nobody looks at pads, so any id will do.
    known = model.get_input_embeddings().weight.shape[0]
    head = OutputHead(model.eval(), logits_mb=1)  # which makes sure that it knows what the model does to its logits
    trainer = _Trainer(
        model,
        args=_arguments(config, folder=folder, device=next(model.parameters()).device, autocast=autocast),
        data_collator=DataCollatorForLanguageModeling(pad_token_id=min(pad_id, known - 1)),
        train_dataset=datasets.Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=[callback],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.head = head
    trainer.model_accepts_loss_kwargs = True  # count the tokens of a whole step, so that the loss is their mean
    trainer.train(resume_from_checkpoint=str(resume_from) if resume_from else None)


class _Trainer(SFTTrainer):
    head: OutputHead

    def _get_train_sampler(self, train_dataset: Any = None) -> SequentialSampler:
        rows: Any = train_dataset if train_dataset is not None else self.train_dataset
        return SequentialSampler(rows)

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The NLL of the response tokens of a micro-batch over the number of those of the whole step.

        Attention is only causal and needs no mask: rows are padded on the right, where nobody looks, and pads have no
        labels. Only the positions that predict a response token go through the output head. Of experts TRL has to know
        the mask, for it adds the loss that balances them.
        """
        if self.aux_loss_enabled:
            return super().compute_loss(model, inputs, *args, **kwargs)
        labels = inputs["labels"][:, 1:]
        learnt = labels != IGNORED
        with self.accelerator.autocast():
            hidden = self.head.decoder(input_ids=inputs["input_ids"], use_cache=False).last_hidden_state[:, :-1]
            nll = sum_nll(
                hidden[learnt],  # (P, D)
                labels[learnt],
                weight=self.head.weight,
                bias=self.head.bias,
                scale=self.head.scale,
                softcap=self.head.softcap,
            )
        return nll / kwargs["num_items_in_batch"].clamp(min=1)

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """A checkpoint needs none."""

    def _send_telemetry(self) -> None:
        """A training tells nobody."""


def per_device_rows(config: TrainingConfig) -> int:
    """Rows of one forward pass: the largest divisor of the batch size that the setting allows."""
    most = min(config.per_device_train_batch_size, config.batch_size)
    return next(rows for rows in range(most, 0, -1) if config.batch_size % rows == 0)


def _arguments(
    config: TrainingConfig, *, folder: Path, device: torch.device, autocast: torch.dtype | None
) -> SFTConfig:
    args = SFTConfig(
        output_dir=str(folder),
        num_train_epochs=1,  # the rows already hold every epoch
        **_batch_settings(config),
        **_optimizer_settings(config),
        **_quiet_settings(config),
        bf16=autocast is torch.bfloat16,
        fp16=autocast is torch.float16,
        use_cpu=device.type == "cpu",
        dataloader_pin_memory=device.type == "cuda",
        gradient_checkpointing=bool(config.gradient_checkpointing),
        seed=config.seed,
    )
    _ = args.device  # sets n_gpu to the number of devices in sight; we train on one
    args._n_gpu = min(args._n_gpu, 1)
    return args


def _batch_settings(config: TrainingConfig) -> dict[str, Any]:
    rows = per_device_rows(config)
    return {
        "per_device_train_batch_size": rows,
        "gradient_accumulation_steps": config.batch_size // rows,
        "max_length": None,  # the rows are as long as they should be
        "packing": False,
        "pad_to_multiple_of": None,
        "dataset_kwargs": {"skip_prepare_dataset": True},
    }


def _optimizer_settings(config: TrainingConfig) -> dict[str, Any]:
    constant = "constant_with_warmup" if config.warmup_ratio else "constant"
    return {
        "optim": "adamw_torch",
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": constant if config.lr_scheduler_type == "constant" else config.lr_scheduler_type,
        "warmup_steps": config.warmup_ratio,  # below 1 it is a share of the steps
        "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm,
    }


def _quiet_settings(config: TrainingConfig) -> dict[str, Any]:
    return {
        "save_strategy": "steps",
        "save_steps": config.save_steps,
        "save_total_limit": None,  # old checkpoints go once the new one is complete, which only the callback knows
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,  # a loss that is not finite must be seen
        "report_to": "none",
        "disable_tqdm": True,
        "log_level": "error",
    }
