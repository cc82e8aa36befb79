"""How far half-precision arithmetic moves a score: the same weights and rows once more, computed in float32.

A model of bfloat16 or float16 weights computes in float32 while `float32_layers` holds, with one layer of float32
weights in memory at a time. The reference takes the model's own logits, so it shares no code with the scorer that it
checks. Knows nothing of domains or runs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..data.examples import TokenizedExample
from ..errors import Stopped
from .scoring import score

HALF = (torch.bfloat16, torch.float16)
HEAD_ROWS = 8192  # of the output head's weights that are in float32 at a time
POSITIONS = 32  # whose logits are in float64 at a time


@dataclass(frozen=True)
class RowNoise:
    """Score minus float32 reference of one row, means over its response tokens, in nats."""

    example_id: str
    nll: float
    entropy: float


def is_half(model: Any) -> bool:
    """Whether any weight of the model is bfloat16 or float16."""
    return any(parameter.dtype in HALF for parameter in model.parameters())


def numerical_noise(
    model: Any,
    examples: Sequence[TokenizedExample],
    *,
    batch_tokens: int | None,
    logits_mb: int,
    eos_id: int | None,
    should_stop: Callable[[], bool] | None = None,
) -> list[RowNoise]:
    """What `score` gives for each row minus the same model's score in float32, in the order of `examples`.

    Takes about as long as scoring the rows one by one in float32. `should_stop()` is asked before each row and raises
    `Stopped`. Memory that runs out is raised as the library raises it, or as the scorer's `ModelError`.
    """
    ours = score(
        model, examples, batch_tokens=batch_tokens, logits_mb=logits_mb, eos_id=eos_id, should_stop=should_stop
    )
    out = []
    with float32_layers(model):
        for example, got in zip(examples, ours, strict=True):
            if should_stop is not None and should_stop():
                raise Stopped
            nll, entropy = reference_tokens(model, example, eos_id=eos_id)
            out.append(RowNoise(got.example_id, got.nll - nll.mean().item(), got.entropy - entropy.mean().item()))
    return out


@torch.inference_mode()
def reference_tokens(model: Any, example: TokenizedExample, *, eos_id: int | None = None) -> tuple[Tensor, Tensor]:
    """NLL and entropy of every response token, each (n,) float64, from the model's own logits of this one row.

    NLL_t = −log p_t and H_t = −Σ_v p_v log p_v, with the softmax, the sums and the products in float64.
    """
    target = [*example.response_ids, *([] if eos_id is None or example.truncated else [eos_id])]
    device = model.get_input_embeddings().weight.device
    ids = torch.tensor([[*example.prompt_ids, *target[:-1]]], device=device)
    last = {"logits_to_keep": len(target)} if "logits_to_keep" in inspect.signature(model.forward).parameters else {}
    logits = model(input_ids=ids, use_cache=False, **last).logits[0, -len(target) :]  # (n, V)
    parts = [
        _nll_and_entropy(z.double(), y)
        for z, y in zip(logits.split(POSITIONS), torch.tensor(target, device=device).split(POSITIONS), strict=True)
    ]
    nll, entropy = (torch.cat(part) for part in zip(*parts, strict=True))
    return nll, entropy


def _nll_and_entropy(z: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    log_p = torch.log_softmax(z, dim=-1)
    return -log_p.gather(1, targets[:, None])[:, 0], -(log_p.exp() * log_p).sum(-1)


@contextmanager
def float32_layers(model: Any) -> Iterator[None]:
    """Let a bfloat16 or float16 model compute in float32 with the weights that it has, a layer at a time.

    Hidden states are float32 from the embedding on. A layer gets float32 copies of its half-precision weights just
    before it runs, and its own back right after; weights that are float32 already, such as LoRA's, are left alone. On
    leaving, the model holds the very tensors that it held before, whatever was raised meanwhile.
    """
    with ExitStack() as undo:
        undo.enter_context(_true_float32())
        head = model.get_output_embeddings()
        for module in _layers(model):
            if type(module) is nn.Embedding:  # a table only gives values out: casting these is enough
                undo.callback(module.register_forward_hook(_float_output).remove)
            elif type(module) is nn.Linear and module is head:
                _swap_forward(module, undo)
            else:
                _Raised(module, undo)
        yield


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    """What is cast as a whole: the entries of lists (decoder layers), else whatever holds half-precision tensors."""
    for child in module.children():
        if isinstance(child, nn.ModuleList):
            yield from child
        elif any(tensor.dtype in HALF for _, _, tensor in _own(child)):
            yield child
        else:
            yield from _layers(child)


def _own(module: nn.Module) -> list[tuple[dict[str, Any], str, Tensor]]:
    """The parameters and buffers that a module holds itself: where, under which name, and the tensor."""
    held: list[dict[str, Any]] = [module._parameters, module._buffers]
    return [(place, name, tensor) for place in held for name, tensor in place.items() if tensor is not None]


class _Raised:
    """A layer whose half-precision tensors are float32 copies while its forward runs."""

    def __init__(self, layer: nn.Module, undo: ExitStack):
        self.before: list[tuple[dict[str, Any], str, Tensor]] = []  # what is to be put back, and where
        undo.callback(self.lower)
        undo.callback(layer.register_forward_pre_hook(self.rise).remove)
        undo.callback(layer.register_forward_hook(self.lower).remove)

    def rise(self, layer: nn.Module, _inputs: Any) -> None:
        for module in layer.modules():
            for place, name, tensor in _own(module):
                if tensor.dtype in HALF:
                    self.before.append((place, name, tensor))
                    copy = tensor.detach().float()
                    place[name] = nn.Parameter(copy, requires_grad=False) if place is module._parameters else copy

    def lower(self, *_hook: Any) -> None:
        while self.before:
            place, name, tensor = self.before.pop()
            place[name] = tensor


def _float_output(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
    return output.float()


def _swap_forward(head: nn.Linear, undo: ExitStack) -> None:
    """Let the output head multiply in float32, with only a part of the vocabulary's weights in float32 at a time."""

    def forward(hidden: Tensor) -> Tensor:
        hidden = hidden.float()
        z = torch.cat([functional.linear(hidden, rows.float()) for rows in head.weight.split(HEAD_ROWS)], dim=-1)
        return z if head.bias is None else z + head.bias.float()

    head.__dict__["forward"] = forward  # before that of its class
    undo.callback(head.__dict__.pop, "forward")


@contextmanager
def _true_float32() -> Iterator[None]:
    """Keep float32 products from being computed in TF32 or bfloat16, whatever was allowed elsewhere."""
    libraries = (torch.backends.cuda.matmul, torch.backends.mkldnn.matmul)  # type: ignore[attr-defined]
    before = [library.fp32_precision for library in libraries]
    try:
        for library in libraries:
            library.fp32_precision = "ieee"
        yield
    finally:
        for library, precision in zip(libraries, before, strict=True):
            library.fp32_precision = precision
