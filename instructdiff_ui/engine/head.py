"""From token ids to per-token NLL and entropy, through the model's decoder and its output head.

Knows nothing of examples. Only the positions that predict a response token go through the head, and only a chunk of
their logits is ever held.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import ModelError

CPU_CHUNK_BYTES = 8 << 20  # logits that stay in the CPU's cache while they are reduced; larger chunks are slower
TOLERANCE = 0.05  # relative; the model's own logits may be bfloat16 (8 bits)

_checked: weakref.WeakSet = weakref.WeakSet()


class OutputHead:
    """The last layer of a causal language model, applied in chunks with float32 (or float64) results."""

    def __init__(self, model: Any, *, logits_mb: int):
        self.model = model
        self.decoder = _decoder(model)
        head = model.get_output_embeddings()
        self.weight: Tensor = head.weight  # (V, D)
        self.bias: Tensor | None = getattr(head, "bias", None)
        self.device = self.weight.device
        self.dtype = torch.promote_types(self.weight.dtype, torch.float32)  # of the logits
        self.scale, self.softcap = _transforms(model)
        bytes_each = self.dtype.itemsize * self.weight.shape[0]
        budget = logits_mb << 20
        if self.device.type == "cpu":
            budget = min(budget, CPU_CHUNK_BYTES)
        self.chunk = max(1, budget // bytes_each)  # positions
        # bf16 products summed in float32 equal float32 products of the same values, so casting loses nothing.
        self._mixed = self.device.type == "cuda" and self.weight.dtype in (torch.bfloat16, torch.float16)
        self._weight = self.weight if self._mixed else self.weight.to(self.dtype)
        self._check()

    @torch.inference_mode()
    def score(self, rows: list[tuple[list[int], list[int]]]) -> tuple[np.ndarray, np.ndarray]:
        """NLL and entropy (nats) of the targets of all rows, one after the other, each (Σ targets,).

        A row is the ids that are read and the targets that its last positions predict.
        """
        hidden = self._hidden(rows)  # (P, D)
        targets = torch.tensor([t for _, target in rows for t in target], device=self.device)  # (P,)
        parts = [
            _nll_and_entropy(self.logits(h), t)
            for h, t in zip(hidden.split(self.chunk), targets.split(self.chunk), strict=True)
        ]
        nll, entropy = (torch.cat(part) for part in zip(*parts, strict=True))
        return nll.cpu().numpy(), entropy.cpu().numpy()

    def logits(self, hidden: Tensor) -> Tensor:
        """(P, D) hidden states to (P, V) logits, in float32 or float64."""
        if self._mixed:
            z = torch.mm(hidden.to(self._weight.dtype), self._weight.T, out_dtype=self.dtype)
        else:
            z = torch.mm(hidden.to(self.dtype), self._weight.T)
        if self.bias is not None:
            z += self.bias.to(self.dtype)
        if self.scale != 1:
            z *= self.scale
        if self.softcap is not None:
            z = z.div_(self.softcap).tanh_().mul_(self.softcap)
        return z

    def _hidden(self, rows: list[tuple[list[int], list[int]]]) -> Tensor:
        """The last hidden state at the positions that predict a target; (P, D)."""
        width = max(len(ids) for ids, _ in rows)
        # Rows are padded on the right and attention is causal, so no real position ever sees a pad, and the
        # kernels that need no mask can be used. What the pads are does not matter.
        padded = np.zeros((len(rows), width), dtype=np.int64)
        positions = []
        for r, (ids, target) in enumerate(rows):
            padded[r, : len(ids)] = ids
            positions.append(np.arange(len(ids) - len(target), len(ids)) + r * width)
        input_ids = torch.from_numpy(padded).to(self.device)
        hidden = self.decoder(input_ids=input_ids, use_cache=False).last_hidden_state  # (B, T, D)
        return hidden.flatten(0, 1)[torch.from_numpy(np.concatenate(positions)).to(self.device)]

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


def _nll_and_entropy(z: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """NLL = lse(z) − z_y and H = −Σ p log p = lse(z) − Σ p z over the vocabulary; z (P, V) is used up."""
    log_p = torch.log_softmax(z, dim=-1)
    nll = -log_p.gather(1, targets[:, None])[:, 0]
    p = torch.exp(log_p, out=z)
    entropy = -torch.linalg.vecdot(p, log_p)  # every term has one sign, so nothing cancels and H ≥ 0
    return nll, entropy


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
