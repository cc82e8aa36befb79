"""The likeliest option, held to log-likelihoods that are worked out one by one."""

from __future__ import annotations

import pytest
import torch
from tiny_models import CONTEXT_LENGTH, tiny_model, tiny_tokenizer

from instructdiff_ui.data.examples import Example
from instructdiff_ui.data.templates import Renderer
from instructdiff_ui.data.tokens import tokenise
from instructdiff_ui.engine import choices
from instructdiff_ui.engine.choices import Question, likeliest_options

OPTIONS = ("yes", "no, not at all, never", "<|endoftext|>", "äöü €")
LIMITS = {"max_length": 64, "batch_tokens": None, "logits_mb": 16}


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def model(request):
    return tiny_model(request.param)


@torch.inference_mode()
def naive(model, prompt, option: str) -> float:
    """log π(option | prompt) ÷ bytes, one token after the other in float64."""
    ids, total = list(prompt), 0.0
    tokens = tiny_tokenizer()(option, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    for token in tokens:
        logits = model(torch.tensor([ids])).logits[0, -1].double()
        total += float(torch.log_softmax(logits, -1)[token])
        ids.append(token)
    return total / len(option.encode())


def prompts() -> list[tuple[int, ...]]:
    return [tuple(tiny_tokenizer()(text)["input_ids"]) for text in ("Is it?", "A longer question: is it so?", "x")]


def test_the_likeliest_option_is_that_of_the_largest_log_likelihood_by_byte(model):
    questions = [Question(str(i), prompt, OPTIONS[: 4 - i]) for i, prompt in enumerate(prompts())]
    expected = []
    for question in questions:
        values = [naive(model, question.prompt_ids, option) for option in question.options]
        expected.append(values.index(max(values)))
    assert likeliest_options(model, tiny_tokenizer(), questions, **LIMITS) == expected


def test_length_does_not_decide(model):
    """Of an option and the same twice over, the sum of log-likelihoods always takes the shorter."""
    prompt = prompts()[0]
    pairs = [(letter, letter * 12) for letter in "abcdefghij"]
    questions = [Question(short, prompt, (short, long)) for short, long in pairs]
    found = likeliest_options(model, tiny_tokenizer(), questions, **LIMITS)
    assert found == [int(naive(model, prompt, long) > naive(model, prompt, short)) for short, long in pairs]
    assert 1 in found


def test_the_order_of_the_options_is_no_matter(model):
    there = [Question(str(i), prompt, OPTIONS) for i, prompt in enumerate(prompts())]
    back = [Question(question.example_id, question.prompt_ids, OPTIONS[::-1]) for question in there]
    one, other = (likeliest_options(model, tiny_tokenizer(), questions, **LIMITS) for questions in (there, back))
    assert [OPTIONS[i] for i in one] == [OPTIONS[::-1][i] for i in other]


def test_options_are_tokenised_as_responses_are():
    tokenizer = tiny_tokenizer()
    rows = [Example(f"r{i}", "d", "Is it?", "", option) for i, option in enumerate(OPTIONS)]
    renderer = Renderer("plain", None, "", True, tokenizer)
    made = tokenise(rows, renderer, tokenizer, max_length=64, overlong="drop").examples
    options = choices._rows(Question("q", made[0].prompt_ids, OPTIONS), tokenizer, 64)
    assert [row.response_ids for row in options] == [row.response_ids for row in made]
    assert {row.prompt_ids for row in options} == {made[0].prompt_ids}


def test_a_prompt_without_room_loses_its_beginning():
    long = tuple(range(2, 62))
    rows = choices._rows(Question("q", long, ("yes", "y" * 100)), tiny_tokenizer(), 62)
    assert [(len(row.prompt_ids), len(row.response_ids)) for row in rows] == [(59, 3), (1, 61)]
    assert rows[0].prompt_ids == long[1:]
    found = likeliest_options(
        tiny_model(),
        tiny_tokenizer(),
        [Question("q", long * 10, ("yes", "no" * 400))],
        max_length=CONTEXT_LENGTH - 1,
        batch_tokens=None,
        logits_mb=16,
    )
    assert found in ([0], [1])


def test_no_questions_no_answers():
    assert likeliest_options(tiny_model(), tiny_tokenizer(), [], **LIMITS) == []
