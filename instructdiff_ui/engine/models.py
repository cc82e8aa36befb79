"""The weights in memory: one set serves the base model and the models tuned from it.

Knows nothing of data, scoring or training; `describe.py` tells what a model is without loading it.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from ..config import ModelConfig
from ..data.hubmodels import check_model
from ..errors import ModelError
from .describe import ModelInfo, check_folder, check_weight_files, describe, load_tokenizer, local_folder, quiet, told
from .processor import bfloat16_gain, tune

__all__ = ["ModelInfo", "Models", "describe", "is_adapter", "load_tokenizer", "resolve_device", "resolve_dtype"]

# bfloat16 costs about 0.003 nats of noise per row in ΔH (docs/fidelity.md), so it should buy a good deal of time.
BF16_GAIN = 1.5  # times faster than float32


def resolve_device(device: str) -> torch.device:
    """The device to use; `auto` is cuda, else mps, else cpu. Raises `ModelError` for one that is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        device = next(name for name, present in there.items() if present)
    if not there.get(torch.device(device).type, False):
        present = ", ".join(name for name, here in there.items() if here)
        raise ModelError(f"model.device is {device!r}, but this machine has no such device; it has {present}.")
    return torch.device(device)


def resolve_dtype(dtype: str, device: torch.device, *, hidden_size: int | None = None) -> torch.dtype:
    """The dtype of the weights; `auto` is bfloat16 where that is much faster, else float32.

    A GPU that has bfloat16 is faster in it; on a CPU it depends on the processor and on the width of the model, and is
    measured.
    """
    if dtype != "auto":
        return getattr(torch, dtype)
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    if device.type == "cpu" and hidden_size and bfloat16_gain(hidden_size) >= BF16_GAIN:
        return torch.bfloat16
    return torch.float32


def is_adapter(path: str | Path) -> bool:
    """Whether a folder holds a LoRA adapter, as opposed to a full model."""
    return (Path(path) / "adapter_config.json").is_file()


class Models:
    """One set of weights in memory that serves the base model and those tuned from it.

    With a LoRA adapter the same weights serve both: the adapter is switched off for the base, which leaves the base's
    logits bit for bit as they were. A fully tuned model takes the base's place until the base is asked for again.
    """

    def __init__(
        self,
        config: ModelConfig,
        *,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
        token: str | None = None,
    ):
        self.config = config
        self.device = device or resolve_device(config.device)
        if self.device.type == "cpu":
            tune()
        self._dtype = dtype
        self._token = token
        self._model: Any = None  # the transformers model; LoRA layers are put into it in place
        self._loaded: str | None = None  # the path whose weights `_model` holds
        self._peft: Any = None  # peft's wrapper around `_model`, while an adapter is attached
        self._adapter: str | None = None

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the weights, found out without loading them."""
        if self._dtype is None:
            hidden = self.hidden_size() if self.config.dtype == "auto" and self.device.type == "cpu" else None
            self._dtype = resolve_dtype(self.config.dtype, self.device, hidden_size=hidden)
        return self._dtype

    @contextmanager
    def base(self) -> Iterator[Any]:
        """The untouched base model, in eval mode."""
        self._use(self.config.path)
        if self._peft is None:
            yield self._model
        else:
            with self._peft.disable_adapter():
                yield self._model

    @contextmanager
    def tuned(self, path: str | Path) -> Iterator[Any]:
        """The model in the folder `path`, in eval mode: a LoRA adapter of the base, or a full model."""
        if is_adapter(path):
            self._use(self.config.path)
            self._attach(str(path))
        else:
            self._use(str(path))
        yield self._model

    def take(self, *, dtype: torch.dtype) -> Any:
        """A base model in `dtype` that the caller may change and must drop; nothing else stays in memory."""
        if self.config.quantization != "none":
            raise ModelError(
                f"model.quantization is {self.config.quantization!r}, and quantised weights cannot all be trained; "
                "set method to lora or model.quantization to none."
            )
        self.close()
        return self._load(self.config.path, dtype=dtype)

    def detach(self) -> None:
        """Take the LoRA layers out of the weights, which leaves the base as it was loaded."""
        if self._peft is not None:
            unload(self._peft)
        self._peft, self._adapter = None, None

    def close(self) -> None:
        """Drop everything from memory; the next use loads again."""
        self._model, self._loaded, self._peft, self._adapter = None, None, None, None
        free_memory()

    def tokenizer(self) -> Any:
        return load_tokenizer(self.config, token=self._token)

    def _use(self, path: str) -> None:
        if self._loaded != path:
            self.close()
            self._model = self._load(path, dtype=self.dtype)
            self._loaded = path
        self._model.eval()

    def _attach(self, path: str) -> None:
        from peft import PeftModel

        if self._adapter == path:
            return
        self.detach()
        check_weight_files(path, [file.name for file in Path(path).iterdir()])
        try:
            with no_warnings():
                self._peft = PeftModel.from_pretrained(self._model, path, use_safetensors=True)
        except Exception as error:
            self.close()  # LoRA layers may have been put in halfway
            raise told(error, path, "the adapter") from error
        self._adapter = path
        self._peft.eval()

    def _load(self, path: str, *, dtype: torch.dtype) -> Any:
        from transformers import AutoModelForCausalLM

        quiet()
        folder = local_folder(path)
        if folder is not None:
            check_folder(folder)
        quantized = self._quantization(dtype)
        try:
            if folder is None:
                check_model(path, self.config.revision, self._token)
            model: Any = AutoModelForCausalLM.from_pretrained(
                str(folder or path),
                revision=None if folder else self.config.revision,
                token=self._token,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                **quantized,
            )
        except Exception as error:
            raise told(error, path, "the weights") from error
        model = _trainable_4bit(model) if quantized else model.to(self.device)
        return model.eval().requires_grad_(False)

    def _quantization(self, dtype: torch.dtype) -> dict[str, Any]:
        """What `from_pretrained` is told so that it loads 4-bit weights straight onto the device."""
        from transformers import BitsAndBytesConfig

        if self.config.quantization == "none":
            return {}
        if find_spec("bitsandbytes") is None:
            raise ModelError("model.quantization is '4bit', which needs bitsandbytes: pip install bitsandbytes.")
        nf4 = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
        return {"quantization_config": nf4, "device_map": {"": self.device}}

    def hidden_size(self) -> int | None:
        """The width of the model, from its config alone."""
        from transformers import AutoConfig

        try:
            config = AutoConfig.from_pretrained(
                str(local_folder(self.config.path) or self.config.path),
                revision=self.config.revision,
                token=self._token,
                trust_remote_code=False,
            )
        except Exception as error:
            raise told(error, self.config.path, "the config") from error
        return getattr(config.get_text_config(), "hidden_size", None)


def _trainable_4bit(model: Any) -> Any:
    """Keep bitsandbytes on a CPU from repacking the weights at their first use: no gradient goes through those."""
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return model


@contextmanager
def no_warnings() -> Iterator[None]:
    """Keep out of the log what the libraries say to each other about names that they have changed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", message="fan_in_fan_out")  # peft sees GPT-2's layers and adapts
        yield


def unload(peft_model: Any) -> Any:
    """Take the LoRA layers out of the model that they were put into; returns that model, as it was before."""
    model = peft_model.unload()
    for leftover in ("peft_config", "_hf_peft_config_loaded"):
        model.__dict__.pop(leftover, None)
    return model


def check_ids(model: Any, rows: Iterable[Sequence[int]]) -> None:
    """Raise `ModelError` for a token id that `model` has no embedding for, on which the libraries merely crash."""
    known = model.get_input_embeddings().weight.shape[0]
    if (largest := max((max(ids) for ids in rows), default=0)) >= known:
        raise ModelError(
            f"The tokenizer gives token id {largest}, but the model knows only {known} tokens: "
            "the two do not belong together."
        )


def free_memory() -> None:
    """Give memory that nothing refers to back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
