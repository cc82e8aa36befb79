"""From examples to token ids, made once for scoring and training.

Knows nothing of models. The tokenizer is an argument: anything that behaves like one of `transformers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from ..errors import DataError
from ..files import replacing
from .examples import Example, Quarantined, TokenizedExample
from .sources import preview
from .templates import Renderer

_CHUNK = 1_000  # rows tokenised in one call
_NO_START = "empty prompt: the tokenizer has no token to start a text with"


@dataclass
class Tokenised:
    """The rows that go to the models, and those that cannot."""

    examples: list[TokenizedExample]
    quarantined: list[Quarantined]
    n_truncated: int


def tokenise(
    examples: Sequence[Example],
    renderer: Renderer,
    tokenizer: Any,
    *,
    max_length: int,
    overlong: Literal["truncate", "drop"],
    on_progress: Callable[[int, int], None] | None = None,
) -> Tokenised:
    """Token ids of prompt and response, at most `max_length` together.

    Prompt and response are tokenised apart, so no token spans the boundary. The prompt starts with the special tokens
    that the tokenizer starts a text with (unless the template writes its own) and ends without any; the response has
    none, and no end-of-sequence token. `on_progress` gets rows done and rows in all.
    """
    encoder = _Encoder(renderer, tokenizer)
    out = Tokenised([], [], 0)
    for start in range(0, len(examples), _CHUNK):
        chunk = examples[start : start + _CHUNK]
        for example, ids in zip(chunk, encoder.encode(chunk), strict=True):
            row = ids if isinstance(ids, str) else _fitted(example.example_id, *ids, max_length, overlong)
            if isinstance(row, str):
                text = preview(example.instruction)
                out.quarantined.append(Quarantined(example.source, example.row, row, text))
            else:
                out.examples.append(row)
                out.n_truncated += row.truncated
        if on_progress:
            on_progress(min(start + _CHUNK, len(examples)), len(examples))
    return out


def _fitted(
    example_id: str, prompt: tuple[int, ...], response: tuple[int, ...], max_length: int, overlong: str
) -> TokenizedExample | str:
    """The example within `max_length`, or why it does not fit."""
    length = len(prompt) + len(response)
    if length <= max_length:
        return TokenizedExample(example_id, prompt, response)
    if len(prompt) >= max_length:
        return f"prompt too long: {len(prompt)} tokens leave no room for a response within max_length {max_length}"
    if overlong == "drop":
        return f"too long: {length} tokens, max_length is {max_length}"
    return TokenizedExample(example_id, prompt, response[: max_length - len(prompt)], truncated=True)


class _Encoder:
    """Batches of examples to pairs of id tuples."""

    def __init__(self, renderer: Renderer, tokenizer: Any):
        self.renderer = renderer
        self.tokenizer = tokenizer
        self.start = () if renderer.resolved == "chat" else start_ids(tokenizer)  # a chat template writes its own
        # An int object takes 28 bytes; the rows share one per id instead of holding millions.
        self.shared: dict[int, int] = {}

    def encode(self, examples: Sequence[Example]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]] | str]:
        """Prompt and response ids of each example, or why there are none."""
        prompts = [self._rendered(example) for example in examples]
        texts = [prompt if isinstance(prompt, str) else "" for prompt in prompts]
        special = self.renderer.writes_special_tokens
        prompt_ids = self._batch(texts, parse_special=special)
        response_ids = self._batch([example.response for example in examples], parse_special=False)
        for prompt, before, response in zip(prompts, prompt_ids, response_ids, strict=True):
            yield prompt.message if isinstance(prompt, DataError) else self._pair(before, response)

    def _rendered(self, example: Example) -> str | DataError:
        try:
            return self.renderer.prompt(example)
        except DataError as error:
            return error

    def _pair(
        self, prompt: tuple[int, ...], response: tuple[int, ...]
    ) -> tuple[tuple[int, ...], tuple[int, ...]] | str:
        prompt = _begun(prompt, self.start, self.tokenizer)
        if not prompt:
            return _NO_START
        return (prompt, response) if response else "no response: it has no tokens"

    def _batch(self, texts: list[str], *, parse_special: bool) -> list[tuple[int, ...]]:
        ids = _ids(self.tokenizer, texts, parse_special=parse_special)
        share = self.shared.setdefault
        return [tuple(share(i, i) for i in row) for row in ids]


def _begun(prompt: tuple[int, ...], start: tuple[int, ...], tokenizer: Any) -> tuple[int, ...]:
    """A prompt that begins as the tokenizer begins a text; an empty one is BOS or EOS, and empty without either."""
    if prompt[: len(start)] != start:  # a custom template may have written it
        prompt = start + prompt
    if prompt:
        return prompt
    # the first response token needs something before it to be predicted from
    return tuple(i for i in (tokenizer.bos_token_id, tokenizer.eos_token_id) if i is not None)[:1]


def _ids(tokenizer: Any, texts: list[str], *, parse_special: bool) -> list[list[int]]:
    """Ids without added tokens; unless `parse_special`, "<|im_end|>" in the data is text, not a token."""
    return tokenizer(
        texts,
        add_special_tokens=False,
        split_special_tokens=not parse_special,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )["input_ids"]


def start_ids(tokenizer: Any) -> tuple[int, ...]:
    """The ids that the tokenizer puts before every text: BOS, or none. What it puts after a text is not wanted."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a", add_special_tokens=True)["input_ids"]
    return tuple(full[: full.index(bare[0])]) if bare else ()


def header_ids(renderer: Renderer, tokenizer: Any) -> tuple[int, ...]:
    """The ids of the bare response header, begun as the tokenizer begins a text; of an empty one BOS or EOS.

    Raises `DataError` for an empty one where the tokenizer has neither.
    """
    ids = _ids(tokenizer, [renderer.header], parse_special=renderer.writes_special_tokens)[0]
    return _anything(_begun(tuple(ids), start_ids(tokenizer), tokenizer))


def nothing_ids(tokenizer: Any) -> tuple[int, ...]:
    """The ids that stand before a response which nothing was asked for: those of an empty prompt."""
    return _anything(_begun((), start_ids(tokenizer), tokenizer))


def _anything(prompt: tuple[int, ...]) -> tuple[int, ...]:
    if not prompt:
        raise DataError(f"{_NO_START[0].upper()}{_NO_START[1:]}.")
    return prompt


def count_tokens(texts: Sequence[str], tokenizer: Any) -> list[int]:
    """How many tokens each text has, without any that the tokenizer adds."""
    return [len(ids) for ids in _ids(tokenizer, list(texts), parse_special=False)]


# --- looking at one row


def marked_prompt(example: Example, renderer: Renderer, tokenizer: Any, tokenised: TokenizedExample) -> dict[str, Any]:
    """What the models see of one row: the prompt's text, and the response in use, whole and token by token."""
    return {
        "example_id": example.example_id,
        "domain": example.domain,
        "prompt": renderer.prompt(example),
        "response": _decode(tokenizer, tokenised.response_ids),
        "tokens": token_strings(tokenizer, tokenised.response_ids),
        "n_prompt_tokens": len(tokenised.prompt_ids),
        "n_response_tokens": len(tokenised.response_ids),
        "truncated": tokenised.truncated,
    }


def token_strings(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """The text of each token; together they are the decoded text.

    A character that several tokens make up stands with the last of them, and the others are empty.
    """
    strings: list[str] = []
    before: list[int] = []  # the piece before tells whether this one starts with a space
    pending: list[int] = []
    for n, token in enumerate(ids, 1):
        pending.append(token)
        text = _decode(tokenizer, before + pending)[len(_decode(tokenizer, before)) :]
        if text.endswith("\ufffd") and n < len(ids):
            strings.append("")
        else:
            strings.append(text)
            before, pending = pending, []
    return strings


def _decode(tokenizer: Any, ids: Sequence[int]) -> str:
    if not ids:
        return ""
    return tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False)


# --- files


def write_tokens(path: Path | str, examples: Iterable[TokenizedExample]) -> None:
    """One Parquet file, whole or not at all: example_id, prompt_ids and response_ids (lists of int32), truncated."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids = pa.list_(pa.int32())
    schema = pa.schema(
        [("example_id", pa.string()), ("prompt_ids", ids), ("response_ids", ids), ("truncated", pa.bool_())]
    )
    rows = iter(examples)
    with replacing(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        while batch := list(islice(rows, 10 * _CHUNK)):
            lists = [_list_array([row.prompt_ids for row in batch]), _list_array([row.response_ids for row in batch])]
            columns = [[row.example_id for row in batch], *lists, [row.truncated for row in batch]]
            writer.write_table(pa.table(columns, schema=schema))


def read_tokens(path: Path | str) -> list[TokenizedExample]:
    """What `write_tokens` wrote."""
    import pyarrow.parquet as pq

    out: list[TokenizedExample] = []
    shared: dict[int, int] = {}  # one int object per id, as in `_Encoder`
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=10 * _CHUNK):
            for row in batch.to_pylist():
                prompt = tuple(shared.setdefault(i, i) for i in row["prompt_ids"])
                response = tuple(shared.setdefault(i, i) for i in row["response_ids"])
                out.append(TokenizedExample(row["example_id"], prompt, response, row["truncated"]))
    return out


def _list_array(lists: list[tuple[int, ...]]):
    import numpy as np
    import pyarrow as pa

    offsets = np.cumsum([0, *map(len, lists)], dtype=np.int32)
    values = np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=int(offsets[-1]))
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))
