"""A model's tokenizer for turning ids into text, and for nothing else.

transformers brings torch with it, seconds and hundreds of MB; for decoding, tokenizer.json and the library that wrote
it are enough. Knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..config import ModelConfig


class Decoder:
    """What `data.tokens.token_strings` asks of a tokenizer, on a tokenizer.json."""

    def __init__(self, path: str):
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(path)

    def decode(
        self, ids: Sequence[int], *, skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool = False
    ) -> str:
        assert not clean_up_tokenization_spaces, "the text as it was is wanted"
        return self._tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)


@lru_cache(maxsize=4)
def decoder(path: str, revision: str | None) -> Any:
    """Decodes the ids of the model in a folder or on the Hub: a `Decoder`, or else the whole tokenizer.

    Raises `ModelError` where there is no tokenizer, and `HubError` where the Hub cannot be reached.
    """
    from ..engine.describe import load_tokenizer, local_folder

    folder = local_folder(path)
    try:
        return Decoder(str(folder / "tokenizer.json") if folder else _from_hub(path, revision))
    except (
        Exception
    ):  # `tokenizers` raises nothing more telling; the other way knows more formats, or says what is wrong
        return load_tokenizer(ModelConfig(path=path, revision=revision))


def _from_hub(path: str, revision: str | None) -> str:
    from huggingface_hub import hf_hub_download

    return hf_hub_download(path, "tokenizer.json", revision=revision)
