"""Fine-tuning of the base model on exactly the given token ids, resumable after a kill.

Knows nothing of pools, rounds or run directories; it writes into the folder that it is given.
"""

from __future__ import annotations

import errno
import logging
import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from transformers import TrainerCallback

from ..config import TrainingConfig
from ..data.examples import TokenizedExample
from ..errors import ModelError, Stopped, disk_full
from .checkpoints import Checkpoints, LossLog, StepMetrics, is_out_of_space
from .models import Models, check_ids, free_memory, no_warnings, unload
from .scoring import is_out_of_memory

__all__ = ["StepMetrics", "TrainResult", "row_order", "train"]

IGNORED = -100  # the label of a token that is not trained on
LOSSES = "losses.jsonl"
WINDOW = 50  # steps whose rows are sorted by length together

Rows = list[dict[str, list[int]]]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainResult:
    path: Path  # a LoRA adapter folder or a full model folder
    method: str  # "lora" | "full"
    steps: int
    rows: int  # distinct examples
    tokens: int  # trained tokens of all steps: responses and their ends
    final_loss: float  # mean over the last tenth of the steps, nats per token
    peak_learning_rate: float
    seconds: float  # spent in the steps that count, over all resumptions
    rows_per_pass: int  # rows of a forward pass that fitted in memory
    gradient_checkpointing: bool  # whether activations were computed twice


def train(
    models: Models,
    examples: Sequence[TokenizedExample],
    *,
    config: TrainingConfig,
    output_dir: Path,
    eos_id: int,
    pad_id: int,
    on_step: Callable[[StepMetrics], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainResult:
    """Fine-tune the base model on `examples`, going on from the last complete checkpoint in `output_dir`.

    The loss of an optimiser step is the mean NLL over all its response tokens, the end-of-sequence token included where
    the response was not truncated; the prompt is only read. Afterwards the base weights in `models` are as before.
    The result lies in `output_dir/adapter` or `output_dir/model`, every step in `output_dir/losses.jsonl`.

    Where memory runs out it goes on from the last checkpoint with half the rows per forward pass, down to one, and then
    with gradient checkpointing, unless that is set. Neither changes what is learnt; the steps are reported again.

    When `should_stop()` says so a checkpoint is saved and `Stopped` is raised. Raises `ModelError` for a loss that is
    not finite, a token that the model does not know and a row that does not fit in memory, `RunError` for a full disk.
    """
    if not examples:
        raise ModelError("There are no examples to train on.")
    rows = [_row(example, eos_id) for example in examples]
    order = row_order([len(row["input_ids"]) for row in rows], config=config)
    ordered = [rows[i] for i in order]
    checkpoints = Checkpoints(output_dir / "checkpoints")
    how: dict[str, Any] = {"output_dir": output_dir, "pad_id": pad_id, "checkpoints": checkpoints}
    how |= {"on_step": on_step, "should_stop": should_stop}
    while (path := _attempt(models, ordered, config=config, **how)) is None:
        config = _lighter(config)
        free_memory()
    checkpoints.remove()
    return _result(path, config=config, rows=len(rows), steps=LossLog(output_dir / LOSSES).read())


def _attempt(
    models: Models,
    rows: Rows,
    *,
    config: TrainingConfig,
    output_dir: Path,
    pad_id: int,
    checkpoints: Checkpoints,
    **heard: Any,
) -> Path | None:
    """Train from the last checkpoint to the end; None where memory ran out.

    Only outside of the handler, which holds on to the frames of the failure, does the memory come free.
    """
    checkpoints.folder.mkdir(parents=True, exist_ok=True)
    checkpoints.discard_incomplete()
    log = LossLog(output_dir / LOSSES)
    log.cut(checkpoints.step)
    watch = _Watch(rows, config=config, checkpoints=checkpoints, log=log, **heard)
    run = _train_lora if config.method == "lora" else _train_full
    try:
        with no_warnings():
            return run(models, rows, config=config, output_dir=output_dir, pad_id=pad_id, watch=watch)
    except (RuntimeError, MemoryError, SafetensorError) as error:
        if is_out_of_space(error):
            raise disk_full(OSError(errno.ENOSPC, str(error)), str(output_dir)) or error from error
        if not is_out_of_memory(error):
            raise
        return None


def _lighter(config: TrainingConfig) -> TrainingConfig:
    """What to try next when memory ran out under `config`; raises `ModelError` where nothing is left."""
    from .sft import per_device_rows

    rows = per_device_rows(config)
    if rows > 1:
        lighter = config.model_copy(update={"per_device_train_batch_size": rows // 2})
        what = f"{per_device_rows(lighter)} of them"
    elif config.gradient_checkpointing is None:
        lighter, what = config.model_copy(update={"gradient_checkpointing": True}), "gradient checkpointing"
    elif config.gradient_checkpointing:
        raise ModelError(
            "Training ran out of memory even with one row per forward pass and gradient checkpointing; lower "
            "data.max_length or take a smaller model."
        )
    else:
        raise ModelError(
            "Training ran out of memory even with one row per forward pass; turn gradient_checkpointing on or lower "
            "data.max_length."
        )
    _LOG.warning("Memory ran out with %d rows per forward pass; going on with %s.", rows, what)
    return lighter


def row_order(lengths: Sequence[int], *, config: TrainingConfig) -> np.ndarray:
    """The rows in the order in which all epochs train on them; (round(epochs × N),), the same for the same seed.

    With `max_steps` there are as many as fill these steps, whatever that makes in epochs.

    Each epoch is a shuffle. Within `WINDOW` steps the rows are then sorted by length, so that a batch holds rows of
    similar length and little padding, and the batches are shuffled.
    """
    rng = np.random.default_rng(config.seed)
    n = len(lengths)
    whole = None if config.max_steps is None else config.max_steps * config.batch_size
    total = whole or max(1, round(config.num_train_epochs * n))
    order = np.concatenate([rng.permutation(n) for _ in range(math.ceil(total / n))])[:total]
    sizes = np.asarray(lengths)
    out = []
    for start in range(0, total, WINDOW * config.batch_size):
        window = order[start : start + WINDOW * config.batch_size]
        window = window[np.argsort(-sizes[window], kind="stable")]
        full = len(window) // config.batch_size * config.batch_size
        steps = window[:full].reshape(-1, config.batch_size)
        out += [rng.permutation(steps).ravel(), window[full:]]  # a step that is not full comes last
    return np.concatenate(out)


def _row(example: TokenizedExample, eos_id: int) -> dict[str, list[int]]:
    """The ids of one row and their labels: the response and its end are learnt, the prompt is only read."""
    end = [] if example.truncated else [eos_id]
    target = [*example.response_ids, *end]
    return {"input_ids": [*example.prompt_ids, *target], "labels": [IGNORED] * len(example.prompt_ids) + target}


def _train_lora(models: Models, rows: Rows, *, config: TrainingConfig, output_dir: Path, **how: Any) -> Path:
    from peft import LoraConfig, get_peft_model

    models.detach()
    with models.base() as model:
        settings = dict(vars(model.config.get_text_config()))
        torch.manual_seed(config.seed)
        lora = LoraConfig(
            r=config.lora_r,
            lora_alpha=config.lora_alpha,
            lora_dropout=config.lora_dropout,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
        peft_model = get_peft_model(model, lora)  # adapter weights are float32 whatever the base is
        autocast = models.dtype if models.dtype in (torch.bfloat16, torch.float16) else None
        try:
            _run(peft_model, rows, models=models, config=config, autocast=autocast, **how)
            return _save(peft_model, output_dir / "adapter")
        finally:
            _restore(unload(peft_model), settings)


def _train_full(models: Models, rows: Rows, *, config: TrainingConfig, output_dir: Path, **how: Any) -> Path:
    model = models.take(dtype=torch.float32).requires_grad_(True)  # float32 master weights
    autocast = torch.bfloat16 if models.dtype is torch.bfloat16 else None
    _run(model, rows, models=models, config=config, autocast=autocast, **how)
    return _save(model, output_dir / "model")


def _run(model: Any, rows: Rows, *, models: Models, config: TrainingConfig, watch: _Watch, **how: Any) -> None:
    from .sft import run_sft

    check_ids(model, (row["input_ids"] for row in rows))
    checkpoints = watch.checkpoints
    last = checkpoints.last()
    tokenizer = models.tokenizer()
    run_sft(
        model,
        rows,
        config=config,
        folder=checkpoints.folder,
        tokenizer=tokenizer,
        callback=watch,
        resume_from=last,
        **how,
    )
    if watch.stopped:
        raise Stopped


def _save(model: Any, folder: Path) -> Path:
    """Write the safetensors of a model or adapter, all or nothing."""
    temporary = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    model.save_pretrained(temporary)
    (temporary / "README.md").unlink(missing_ok=True)  # peft's empty model card
    shutil.rmtree(folder, ignore_errors=True)
    return temporary.rename(folder)


def _restore(model: Any, settings: dict[str, Any]) -> None:
    """Take back what the trainer did to a model that lives on."""
    model.__dict__.pop("forward", None)  # TRL's and accelerate's
    if any(getattr(module, "gradient_checkpointing", False) for module in model.modules()):
        model.gradient_checkpointing_disable()
        model.disable_input_require_grads()
    vars(model.config.get_text_config()).update(settings)
    model.eval().requires_grad_(False)


class _Watch(TrainerCallback):
    """Follows a training: logs and reports its steps, completes its checkpoints, stops it."""

    def __init__(
        self,
        rows: Rows,
        *,
        config: TrainingConfig,
        checkpoints: Checkpoints,
        log: LossLog,
        on_step: Callable[[StepMetrics], None] | None,
        should_stop: Callable[[], bool] | None,
    ):
        # nothing predicts the first token of a row
        trained = np.array([sum(label != IGNORED for label in row["labels"][1:]) for row in rows])
        self.tokens = np.add.reduceat(trained, np.arange(0, len(rows), config.batch_size))  # (steps,)
        self.checkpoints = checkpoints
        self.log = log
        self.report = on_step or (lambda metrics: None)
        self.should_stop = should_stop or (lambda: False)
        self.stopped = False
        self.clock = time.monotonic()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.clock = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step >= state.max_steps:
            control.should_save = False  # the result itself is saved next
        elif self.should_stop():
            self.stopped = control.should_save = control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        if logs is None or "loss" not in logs:
            return
        now = time.monotonic()
        metrics = StepMetrics(
            step=state.global_step,
            total_steps=state.max_steps,
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            grad_norm=logs["grad_norm"],
            tokens=int(self.tokens[state.global_step - 1]),
            seconds=now - self.clock,
        )
        self.clock = now
        if not (math.isfinite(metrics.loss) and math.isfinite(metrics.grad_norm)):
            raise ModelError(
                f"The loss or its gradient is not finite at step {metrics.step}; lower learning_rate "
                f"({args.learning_rate:g}) or set model.dtype to float32."
            )
        self.log.append(metrics)
        self.report(metrics)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.checkpoints.complete(state.global_step)


def _result(path: Path, *, config: TrainingConfig, rows: int, steps: list[StepMetrics]) -> TrainResult:
    from .sft import per_device_rows

    last = steps[-max(1, len(steps) // 10) :]
    return TrainResult(
        path=path,
        method=config.method,
        steps=len(steps),
        rows=rows,
        tokens=sum(step.tokens for step in steps),
        final_loss=sum(step.loss for step in last) / len(last),
        peak_learning_rate=max(step.learning_rate for step in steps),
        seconds=sum(step.seconds for step in steps),
        rows_per_pass=per_device_rows(config),
        gradient_checkpointing=bool(config.gradient_checkpointing),
    )
