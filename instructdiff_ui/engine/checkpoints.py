"""What a training leaves on disk so that a kill costs little: checkpoints, and the log of its steps.

Knows nothing of models; a checkpoint is a folder that someone else writes.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from ..files import write_text

_COMPLETE = "complete"  # the marker that is written into a checkpoint last


@dataclass(frozen=True)
class StepMetrics:
    """What one optimiser step did."""

    step: int  # 1-based
    total_steps: int
    loss: float  # nats per trained token
    learning_rate: float  # of this step
    grad_norm: float  # before clipping
    tokens: int  # trained tokens of this step
    seconds: float  # since the step before


class Checkpoints:
    """The folders `checkpoint-<step>` of one training; only those marked complete count."""

    def __init__(self, folder: Path):
        self.folder = folder

    def last(self) -> Path | None:
        """The newest complete checkpoint."""
        complete = [path for path in self._all() if (path / _COMPLETE).is_file()]
        return max(complete, key=_step_of, default=None)

    @property
    def step(self) -> int:
        """The step of the newest complete checkpoint; 0 where there is none."""
        last = self.last()
        return _step_of(last) if last else 0

    def discard_incomplete(self) -> None:
        """Remove what a kill left half-written."""
        for path in self._all():
            if not (path / _COMPLETE).is_file():
                shutil.rmtree(path)

    def complete(self, step: int) -> None:
        """Mark the checkpoint of `step` as whole, then remove the older ones."""
        (self.folder / f"checkpoint-{step}" / _COMPLETE).touch()
        for path in self._all():
            if _step_of(path) != step:
                shutil.rmtree(path)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _all(self) -> list[Path]:
        return [path for path in self.folder.glob("checkpoint-*") if path.name.rpartition("-")[2].isdigit()]


class LossLog:
    """`losses.jsonl`: one `StepMetrics` a line."""

    def __init__(self, path: Path):
        self.path = path

    def cut(self, step: int) -> None:
        """Drop what came after `step`: it belongs to work that was lost."""
        kept = [metrics for metrics in self.read() if metrics.step <= step]
        write_text(self.path, "".join(_line(metrics) for metrics in kept))

    def append(self, metrics: StepMetrics) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_line(metrics))

    def read(self) -> list[StepMetrics]:
        if not self.path.is_file():
            return []
        lines = self.path.read_text("utf-8").splitlines(keepends=True)
        return [StepMetrics(**json.loads(line)) for line in lines if line.endswith("\n")]  # a kill may cut the last one


def is_out_of_space(error: BaseException) -> bool:
    """Whether `error` says that the disk is full; torch and safetensors raise no `OSError` for that."""
    text = str(error)
    return "No space left on device" in text or "PytorchStreamWriter failed writing" in text or "unexpected pos" in text


def _line(metrics: StepMetrics) -> str:
    return json.dumps(asdict(metrics)) + "\n"


def _step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])
