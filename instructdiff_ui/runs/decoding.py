"""A model's tokenizer for turning ids into text, and for nothing else.

transformers brings torch with it, seconds and hundreds of MB; for decoding, tokenizer.json and the library that wrote
it are enough. Knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..config import ModelConfig
from . import visitors


class Decoder:
    """What `data.tokens.token_strings` asks of a tokenizer, on a tokenizer.json."""

    def __init__(self, path: str, model: str):
        from tokenizers import Tokenizer

        from ..engine.describe import calmly

        self._model, self._calmly = model, calmly
        with calmly(model):
            self._tokenizer = Tokenizer.from_file(path)

    def decode(
        self, ids: Sequence[int], *, skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool = False
    ) -> str:
        assert not clean_up_tokenization_spaces, "the text as it was is wanted"
        with self._calmly(self._model):
            return self._tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)


def decoder(path: str, revision: str | None) -> Any:
    """Decodes the ids of the model in a folder or on the Hub: a `Decoder`, or else the whole tokenizer.

    A visitor's is fetched with the visitor's token, and is not given to others. Raises `ModelError` where there is no
    tokenizer, and `HubError` where the Hub refuses or cannot be reached.
    """
    from ..engine.describe import local_folder

    return _decoder(path, revision, None if local_folder(path) else visitors.current())


@lru_cache(maxsize=4)
def _decoder(path: str, revision: str | None, visitor: visitors.Visitor | None) -> Any:
    from ..engine.describe import load_tokenizer, local_folder

    folder = local_folder(path)
    token = (visitor.token or False) if visitor else None  # False: nobody, and never the owner of the machine
    if visitor:
        _check(path, revision, token)
    try:
        return Decoder(str(folder / "tokenizer.json") if folder else _from_hub(path, revision, token), path)
    except Exception:  # `tokenizers` raises nothing telling; the other way knows more formats, or says what is wrong
        return load_tokenizer(ModelConfig(path=path, revision=revision), token=token)


def _check(path: str, revision: str | None, token: str | bool | None) -> None:
    """What another visitor had fetched lies in the cache, which asks nobody; and what is fetched may be any file."""
    from ..data.hub import check_access
    from ..data.hubmodels import check_model
    from ..engine.describe import told

    try:
        check_access(path, "model", token)
        check_model(path, revision, token)
    except Exception as error:
        raise told(error, path, "the tokenizer") from None


def _from_hub(path: str, revision: str | None, token: str | bool | None) -> str:
    from huggingface_hub import hf_hub_download

    return hf_hub_download(path, "tokenizer.json", revision=revision, token=token)
