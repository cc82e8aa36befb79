"""Tiny real tokenizers (byte-level BPE), and small tables written as files."""

import json
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from instructdiff_ui.data.examples import Example

sys.path.insert(0, str(Path(__file__).parents[1]))  # for hub_stub

TEXT = [
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.",
    "### Instruction: What is the sum of two and two? ### Input: ### Response: It is four.",
    "def add(a, b): return a + b",
] * 3
SPECIAL = ["<s>", "</s>", "<pad>", "<|im_start|>", "<|im_end|>"]
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
STRICT = (
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}[{{ message['content'] }}]{% endfor %}"
)


def build_tokenizer(*, before: str = "", after: str = "", chat_template: str | None = None, **special):
    """A byte-level BPE; `before` and `after` are special tokens that it adds around every text."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    backend.train_from_iterator(TEXT, trainer)
    if before or after:
        around = [(token, backend.token_to_id(token)) for token in (before, after) if token]
        single = " ".join(part for part in (before, "$A", after) if part)
        backend.post_processor = processors.TemplateProcessing(single=single, special_tokens=around)
    special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"} | special
    named = {name: token for name, token in special.items() if token}
    others = ["<|im_start|>", "<|im_end|>"]
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, additional_special_tokens=others, **named)
    tokenizer.chat_template = chat_template
    return tokenizer


@pytest.fixture(scope="session")
def plain_tokenizer():
    return build_tokenizer()


@pytest.fixture(scope="session")
def bos_tokenizer():
    return build_tokenizer(before="<s>")


@pytest.fixture(scope="session")
def eos_tokenizer():
    return build_tokenizer(before="<s>", after="</s>")


@pytest.fixture(scope="session")
def chat_tokenizer():
    return build_tokenizer(chat_template=CHATML)


@pytest.fixture(scope="session")
def strict_tokenizer():
    """A chat template that writes BOS itself and refuses turns that do not alternate."""
    return build_tokenizer(before="<s>", chat_template=STRICT)


@pytest.fixture
def write_jsonl(tmp_path):
    def write(rows, name="rows.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return write


def example(instruction="What is 2 + 2?", response="It is 4.", **parts) -> Example:
    parts = {"example_id": "e1", "domain": "all", "input": "", "source": "rows.jsonl", "row": 1} | parts
    return Example(instruction=instruction, response=response, **parts)


@pytest.fixture(name="example")
def _example():
    return example
