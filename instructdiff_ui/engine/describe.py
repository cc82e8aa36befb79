"""What a model is, told from its folder or Hub repository without reading its weights.

Knows nothing of torch: config.json, the tokenizer files and the safetensors headers are enough.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from ..config import ModelConfig
from ..data.hubmodels import check_model
from ..errors import HubError, ModelError, UserError, hidden
from ..files import expanded

_PICKLES = (".bin", ".pt", ".pth", ".ckpt")
_MOST = {"num_hidden_layers": 10_000, "vocab_size": 10_000_000, "hidden_size": 1_000_000}  # memory is taken by them


@dataclass(frozen=True)
class ModelInfo:
    path: str
    revision: str  # Hub: the commit; folder: a hash of its content
    architecture: str  # such as "LlamaForCausalLM"
    vocab_size: int
    context_length: int | None  # tokens; None where the architecture sets no limit
    n_parameters: int | None  # None where the Hub does not say
    has_chat_template: bool


def describe(config: ModelConfig, *, token: str | None = None) -> ModelInfo:
    """What the model is, without loading weights.

    Raises `ModelError` for a folder or repository that holds no causal language model in safetensors that can be
    loaded without running code of its own, and `HubError` where the Hub refuses or cannot be reached.
    """
    folder = local_folder(config.path)
    if folder is None:
        return _describe_repo(config, token)
    settings, n_parameters = check_folder(folder)
    return _info(
        config,
        settings,
        revision=content_hash(folder),
        n_parameters=n_parameters,
        has_chat_template=_has_chat_template(folder),
    )


def load_tokenizer(config: ModelConfig, *, token: str | bool | None = None) -> Any:
    """The tokenizer of a model; whatever stops it later, at a text, is a `ModelError` too.

    Raises `ModelError` where the model has none that can be loaded.
    """
    from transformers import AutoTokenizer

    quiet()
    folder = local_folder(config.path)
    if folder is not None and not _has_tokenizer(folder):
        raise ModelError(f"{config.path} has no tokenizer (no tokenizer.json or vocabulary file).")
    try:
        if folder is None:
            check_model(config.path, config.revision, token)
        tokenizer: Any = AutoTokenizer.from_pretrained(
            str(folder or config.path),
            revision=None if folder else config.revision,
            token=token,
            use_fast=True,
            trust_remote_code=False,
        )
    except BaseException as error:
        if not (isinstance(error, Exception) or _is_panic(error)):
            raise
        raise told(error, config.path, "the tokenizer") from error
    tokenizer.__class__ = _calm(type(tokenizer), config.path)
    return tokenizer


def _is_panic(error: BaseException) -> bool:
    """Whether a library in Rust gave up: its error is no `Exception`, and has no name that could be imported."""
    return (type(error).__module__, type(error).__name__) == ("pyo3_runtime", "PanicException")


@contextmanager
def calmly(path: str) -> Iterator[None]:
    """Tell the failures of the library behind a tokenizer as `ModelError`, those included that are no `Exception`."""
    try:
        yield
    except BaseException as error:
        if not (type(error) is Exception or _is_panic(error)):  # how that library raises its own
            raise
        raise ModelError(f"The tokenizer of {path} fails at a text: {_first_line(error)}.") from None


def _calm(kind: Any, path: str) -> type:
    """A class like `kind` and of its name, whose failures at a text are told in a sentence.

    What a tokenizer.json says is tried out by the library at the first text only, and may be anything.
    """

    def within(method: str) -> Any:
        plain = getattr(kind, method)

        @wraps(plain)
        def calm(self: Any, *args: Any, **more: Any) -> Any:
            with calmly(path):
                return plain(self, *args, **more)

        return calm

    return type(kind.__name__, (kind,), {name: within(name) for name in ("_encode_plus", "_decode")})


def local_folder(path: str) -> Path | None:
    """The folder that `path` names, or None when it is a Hub id. Raises `ModelError` for a folder that is missing."""
    folder = expanded(path)
    if folder.is_dir():
        return folder
    if folder.is_file():
        raise ModelError(f"{path} is a file; a model is a folder with config.json and *.safetensors, or a Hub id.")
    if re.match(r"[~/.\\]|[A-Za-z]+:", path) or path.count("/") > 1:
        raise ModelError(f"There is no folder {path}.")
    return None


def check_folder(folder: Path) -> tuple[dict[str, Any], int]:
    """The config and the number of parameters of a model folder. Raises `ModelError` for any other folder."""
    settings = _read_config(folder)
    check_architecture(str(folder), settings)
    check_weight_files(str(folder), [file.name for file in folder.iterdir()])
    return settings, sum(_parameters(file) for file in _weight_files(folder))


def check_weight_files(path: str, names: list[str]) -> None:
    """Refuse a list of files without safetensors; pickles can run code when they are opened."""
    if any(name.endswith(".safetensors") for name in names):
        return
    if pickle := next((name for name in sorted(names) if name.endswith(_PICKLES)), None):
        raise ModelError(
            f"{path} holds its weights as a pickle ({pickle}), which can run code; convert them to safetensors "
            "(load the model once and call save_pretrained)."
        )
    raise ModelError(f"{path} has a config.json but no weights (*.safetensors).")


def check_architecture(path: str, settings: dict[str, Any]) -> str:
    """The architecture named by a config.json. Raises `ModelError` unless it is a causal language model we can load."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as CAUSAL

    model_type = str(settings.get("model_type"))
    if model_type not in CAUSAL:
        if settings.get("auto_map"):
            raise ModelError(
                f"{path} ({model_type}) needs code from its repository, which is never run: it could do anything."
            )
        known = _known_model_type(model_type)
        what = "is not a causal language model" if known else "is an architecture that transformers does not know"
        raise ModelError(f"{path} {what} (model_type {model_type!r}).")
    names = CAUSAL[model_type]
    causal = {names} if isinstance(names, str) else set(names)
    declared = list(map(str, settings.get("architectures") or sorted(causal)))
    if not causal & set(declared):
        raise ModelError(f"{path} is a {declared[0]}, not a causal language model ({', '.join(sorted(causal))}).")
    return str(declared[0])


def content_hash(folder: Path) -> str:
    """sha256 over the names and contents of the config, tokenizer and safetensors files; 64 hex digits."""
    names = [*sorted(_tokenizer_files(folder)), *_weight_files(folder), folder / "config.json"]
    digest = hashlib.sha256()
    for file in sorted(names):
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 22):
                digest.update(chunk)
    return digest.hexdigest()


def _first_line(error: BaseException) -> str:
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return hidden(first)[:300].rstrip(".")


def told(error: BaseException, path: str, what: str) -> UserError:
    """`error`, raised by a library while loading `what` of `path`, as one sentence."""
    if isinstance(error, UserError):
        return error
    from ..data.hub import hub_error

    if local_folder(path) is None and (known := hub_error(error, path)) is not None:
        return known
    return ModelError(f"Could not load {what} of {path}: {_first_line(error)}.")


def quiet() -> None:
    """Keep the libraries' progress bars and notices out of the log; errors still raise."""
    import huggingface_hub.utils
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    huggingface_hub.utils.disable_progress_bars()


def _describe_repo(config: ModelConfig, token: str | None) -> ModelInfo:
    from huggingface_hub import HfApi, hf_hub_download

    from ..data.hub import check_repo_id

    check_repo_id(config.path, "model")
    quiet()
    try:
        repo = HfApi(token=token).model_info(config.path, revision=config.revision)
        check_model(config.path, repo.sha, token)
        names = [sibling.rfilename for sibling in repo.siblings or []]
        if "config.json" not in names:
            raise ModelError(f"{config.path} is not a transformers model: it has no config.json.")
        check_weight_files(config.path, names)
        file = hf_hub_download(config.path, "config.json", revision=repo.sha, token=token)
        settings = json.loads(Path(file).read_text("utf-8"))
    except Exception as error:
        raise told(error, config.path, "the description") from error
    if repo.sha is None:
        raise HubError(f"The Hub named no commit of {config.path}.")
    tokenizer_config = (repo.config or {}).get("tokenizer_config") or {}
    return _info(
        config,
        settings,
        revision=repo.sha,
        n_parameters=repo.safetensors.total if repo.safetensors else None,
        has_chat_template="chat_template.jinja" in names or bool(tokenizer_config.get("chat_template")),
    )


def _info(config: ModelConfig, settings: dict[str, Any], **known: Any) -> ModelInfo:
    architecture = check_architecture(config.path, settings)
    try:
        text = _text_settings(config.path, settings)
    except Exception as error:  # whatever odd settings make the library raise
        raise told(error, config.path, "the settings") from error
    return ModelInfo(
        path=config.path,
        architecture=architecture,
        vocab_size=text.vocab_size,
        context_length=context_length(text),
        **known,
    )


def _text_settings(path: str, settings: dict[str, Any]) -> Any:
    from transformers import AutoConfig

    quiet()
    values = {key: value for key, value in settings.items() if key not in ("model_type", "auto_map")}
    text = AutoConfig.for_model(settings["model_type"], **values).get_text_config()
    for name, most in _MOST.items():
        if not 0 < getattr(text, name, 1) <= most:
            raise ModelError(f"{path} says that its {name} is {getattr(text, name)!r}; 1 to {most:,} is read.")
    return text


def context_length(text_config: Any) -> int | None:
    """The most tokens the model reads at once, from a transformers config."""
    for name in ("max_position_embeddings", "n_positions", "max_seq_len", "n_ctx"):
        if isinstance(value := getattr(text_config, name, None), int):
            return value
    return None


def _read_config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    if not file.is_file():
        if (folder / "adapter_config.json").is_file():
            raise ModelError(f"{folder} is a LoRA adapter, not a model; name the model that it belongs to.")
        raise ModelError(f"{folder} is not a model folder: it has no config.json.")
    try:
        settings = json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file} is not valid JSON: {error}.") from error
    if not isinstance(settings, dict) or "model_type" not in settings:
        raise ModelError(f"{file} names no model_type, so {folder} is not a transformers model.")
    return settings


def _weight_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"))


def _tokenizer_files(folder: Path) -> list[Path]:
    patterns = ("tokenizer*", "vocab*", "merges.txt", "special_tokens_map.json", "added_tokens.json", "*.jinja")
    return sorted({file for pattern in patterns for file in folder.glob(pattern) if file.is_file()})


def _has_tokenizer(folder: Path) -> bool:
    names = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model", "tekken.json")
    return any((folder / name).is_file() for name in names)


def _has_chat_template(folder: Path) -> bool:
    if (folder / "chat_template.jinja").is_file() or (folder / "chat_template.json").is_file():
        return True
    file = folder / "tokenizer_config.json"
    return file.is_file() and bool(json.loads(file.read_text("utf-8")).get("chat_template"))


def _parameters(file: Path) -> int:
    """The number of values in one safetensors file, from its header."""
    try:
        with file.open("rb") as stream:
            size = int.from_bytes(stream.read(8), "little")
            header = json.loads(stream.read(size)) if 0 < size < file.stat().st_size else None
        if header is None or _end(header) + 8 + size != file.stat().st_size:
            raise ValueError("it is cut short")
    except ValueError as error:
        raise ModelError(f"{file} is not a readable safetensors file: it is cut short or damaged.") from error
    return sum(_count(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")


def _end(header: dict[str, Any]) -> int:
    return max((t["data_offsets"][1] for name, t in header.items() if name != "__metadata__"), default=0)


def _count(shape: list[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _known_model_type(model_type: Any) -> bool:
    from transformers import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING
