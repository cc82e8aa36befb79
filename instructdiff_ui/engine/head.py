"""From token ids to per-token NLL and entropy, through the model's decoder and its output head.

Knows nothing of examples. Only the positions that predict a response token go through the head, and of their logits
only a tile of positions × vocabulary is ever held: `Reduction` keeps what the tiles before it came to.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import ModelError
from .kernels import Reduction
from .prefix import Prefix
from .processor import rounding_allowed

CPU_TILE = (256, 4096)  # positions × vocabulary: logits of 4 MB stay in the CPU's cache while they are reduced
MOST_POSITIONS = 4096  # of a tile elsewhere: enough to make large products
TOLERANCE = 0.05  # relative; the model's own logits may be bfloat16 (8 bits)

_checked: weakref.WeakSet = weakref.WeakSet()


class OutputHead:
    """The last layer of a causal language model, applied in tiles with float32 (or float64) results."""

    def __init__(self, model: Any, *, logits_mb: int):
        self.model = model
        self.decoder = _decoder(model)
        head = model.get_output_embeddings()
        self.weight: Tensor = head.weight  # (V, D)
        self.bias: Tensor | None = getattr(head, "bias", None)
        self.device = self.weight.device
        self.dtype = torch.promote_types(self.weight.dtype, torch.float32)  # of the logits
        self.scale, self.softcap = _transforms(model)
        self.tile = _tile(self.device, self.dtype, logits_mb=logits_mb)
        # bf16 products summed in float32 equal float32 products of the same values, so casting loses nothing.
        self._mixed = self.device.type == "cuda" and self.weight.dtype in (torch.bfloat16, torch.float16)
        self._check()

    @torch.inference_mode()
    def score(self, rows: list[tuple[list[int], list[int]]], prefix: Prefix | None = None) -> tuple[Tensor, Tensor]:
        """NLL and entropy (nats) of the targets of all rows, one after the other, each (Σ targets,), on the device.

        A row is the ids that are read and the targets that its last positions predict. All begin with the `prefix`.
        """
        hidden = self._hidden(rows, prefix)  # (P, D)
        targets = self._sent(np.concatenate([np.asarray(target, np.int64) for _, target in rows]))  # (P,)
        with rounding_allowed(self.weight.dtype == hidden.dtype == torch.bfloat16):
            return self._reduced(hidden, targets)

    def _reduced(self, hidden: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """NLL and entropy of (P,) `targets` from (P, D) hidden states.

        Blocks of the vocabulary are the outer loop, so that each weight is read, and cast, once.
        """
        positions, block = self.tile
        parts = [slice(start, start + positions) for start in range(0, len(targets), positions)]
        reductions = [Reduction(targets[part], dtype=self.dtype) for part in parts]
        for first in range(0, len(self.weight), block):
            weight, bias = self._block(first, first + block)
            for part, reduction in zip(parts, reductions, strict=True):
                reduction.add(self._logits(hidden[part], weight, bias), first)
        results = [reduction.result() for reduction in reductions]
        nll, entropy = (torch.cat(part) for part in zip(*results, strict=True))
        return nll, entropy

    def logits(self, hidden: Tensor) -> Tensor:
        """(P, D) hidden states to (P, V) logits, in float32 or float64."""
        block = self.tile[1]
        parts = [self._logits(hidden, *self._block(v, v + block)) for v in range(0, len(self.weight), block)]
        return torch.cat(parts, dim=-1)

    def _block(self, first: int, last: int) -> tuple[Tensor, Tensor | None]:
        """A slice of the vocabulary, in the dtype that it is multiplied in."""
        weight = self.weight[first:last]
        bias = None if self.bias is None else self.bias[first:last].to(self.dtype)
        return weight if self._mixed else weight.to(self.dtype), bias

    def _logits(self, hidden: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self._mixed:
            z = torch.mm(hidden.to(weight.dtype), weight.T, out_dtype=self.dtype)
        else:
            z = torch.mm(hidden.to(self.dtype), weight.T)
        if bias is not None:
            z += bias
        if self.scale != 1:
            z *= self.scale
        if self.softcap is not None:
            z = z.div_(self.softcap).tanh_().mul_(self.softcap)
        return z

    def _hidden(self, rows: list[tuple[list[int], list[int]]], prefix: Prefix | None = None) -> Tensor:
        """The last hidden state at the positions that predict a target; (P, D)."""
        before = prefix.length if prefix else 0
        width = max(len(ids) for ids, _ in rows) - before
        # Rows are padded on the right and attention is causal, so no real position ever sees a pad, and the
        # kernels that need no mask can be used. What the pads are does not matter.
        padded = np.zeros((len(rows), width), dtype=np.int64)
        positions = []
        for r, (ids, target) in enumerate(rows):
            own = len(ids) - before
            padded[r, :own] = ids[before:]
            positions.append(np.arange(own - len(target), own) + r * width)
        input_ids = self._sent(padded)
        how = {"past_key_values": prefix.cache(len(rows))} if prefix else {"use_cache": False}
        hidden = self.decoder(input_ids=input_ids, **how).last_hidden_state  # (B, T, D)
        return hidden.flatten(0, 1)[self._sent(np.concatenate(positions))]

    def _sent(self, values: np.ndarray) -> Tensor:
        """The values on the device; a GPU takes them while it computes what it was given before."""
        tensor = torch.from_numpy(values)
        return (
            tensor.pin_memory().to(self.device, non_blocking=True)
            if self.device.type == "cuda"
            else tensor.to(self.device)
        )

    @torch.inference_mode()
    def _check(self) -> None:
        """Compare with the model's own logits once per model: an architecture may do more after its last layer."""
        if self.model in _checked:
            return
        ids = [i % self.weight.shape[0] for i in range(4)]
        own = self.model(input_ids=torch.tensor([ids], device=self.device), use_cache=False).logits[0].to(self.dtype)
        ours = self.logits(self._hidden([(ids, ids)]))
        if torch.isfinite(own).all() and not torch.allclose(ours, own, rtol=TOLERANCE, atol=TOLERANCE * _size(own)):
            raise ModelError(
                f"{type(self.model).__name__} changes its logits in a way that is not known here, so its scores would "
                "be wrong; please report the architecture."
            )
        _checked.add(self.model)


def _tile(device: torch.device, dtype: torch.dtype, *, logits_mb: int) -> tuple[int, int]:
    """Positions × vocabulary of the logits that are held at a time, twice over at most, within `logits_mb` MiB."""
    values = max(1, (logits_mb << 20) // (2 * dtype.itemsize))
    if device.type == "cpu":
        positions, block = CPU_TILE
        return min(positions, values), max(1, min(block, values // positions))
    positions = min(MOST_POSITIONS, values)
    return positions, max(1, values // positions)


def _transforms(model: Any) -> tuple[float, float | None]:
    """What is done to the logits after the head: a factor (Cohere, Granite, Falcon-H1), then a soft cap (Gemma 2)."""
    config = model.config.get_text_config()
    scale = 1.0
    for name in ("logit_scale", "output_multiplier", "lm_head_multiplier"):
        if (value := getattr(config, name, None)) is not None:
            scale = float(value)
            break
    if (divisor := getattr(config, "logits_scaling", None)) is not None:
        scale = float(divisor) if config.model_type == "hyperclovax" else 1 / float(divisor)
    return scale, getattr(config, "final_logit_softcapping", None)


def _decoder(model: Any) -> Any:
    """The layers below the output head. LoRA layers sit inside them, so an adapter that is on takes part."""
    if hasattr(model, "get_base_model"):  # peft's wrapper
        model = model.get_base_model()
    return model.base_model


def _size(z: Tensor) -> float:
    return float(z.abs().max())
