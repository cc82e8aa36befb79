"""SelectIT's scores: by hand, and the model's probabilities against a plain forward pass in float64."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import CONTEXT_LENGTH, PAD_ID, VOCAB_SIZE, tiny_model, tiny_tokenizer
from transformers import Gemma2Config, Gemma2ForCausalLM, GraniteConfig, GraniteForCausalLM

from instructdiff_ui.data.examples import Example
from instructdiff_ui.data.rating_prompts import DIGITS, RATING_PROMPTS, pair_ids, rating_frames
from instructdiff_ui.engine import rating as module
from instructdiff_ui.engine.rating import Rating, combine, rate, sentence_scores, token_scores
from instructdiff_ui.errors import DataError, ModelError, Stopped

TOKENIZER = tiny_tokenizer()


def examples(n=4, *, longest=60):
    rng = np.random.default_rng(5)

    def text():
        return "".join(rng.choice(list("abc def."), size=rng.integers(1, longest)))

    return [Example(f"row-{i}", "d", text(), text() if i % 2 else "", text()) for i in range(n)]


def naive_probabilities(model, example):
    """(5, 5): every logit of every position of each question alone, in float64; then the five of interest."""
    oracle = copy.deepcopy(model).double()
    further = f"\n\n### Input:\n{example.input}" if example.input else ""
    pair = f"### Instruction:\n{example.instruction}{further}\n\n### Response:\n{example.response}"
    digit_ids = [TOKENIZER.convert_tokens_to_ids(digit) for digit in DIGITS]
    rows = []
    for opening, closing in RATING_PROMPTS:
        ids = TOKENIZER(f"{opening}\n\n{pair}\n\n{closing} ", add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            p = oracle(torch.tensor([ids])).logits[0, -1].softmax(-1)[digit_ids]
        rows.append((p / p.sum()).numpy())
    return np.array(rows)


# --- the formulas


def test_token_scores_by_hand():
    p = np.array(
        [
            [0.1, 0.2, 0.4, 0.2, 0.1],  # 3 · (.3 + .2 + 0 + .2 + .3) / 5
            [0.0, 0.0, 0.0, 0.0, 1.0],  # 5 · 4 / 5
            [1.0, 0.0, 0.0, 0.0, 0.0],  # 1 · 4 / 5
            [0.2, 0.2, 0.2, 0.2, 0.2],  # at a loss
            [0.1, 0.4, 0.0, 0.4, 0.1],  # of equals the lower: 2 · (.3 + 0 + .4 + 0 + .3) / 5
        ]
    )
    np.testing.assert_allclose(token_scores(p), [0.6, 4.0, 0.8, 0.0, 0.4], atol=1e-15)


def test_sentence_scores_by_hand():
    token = np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [2.0] * 5, [0.0, 0.0, 0.0, 0.0, 4.0]])
    # means 3, 2 and 0.8; population standard deviations √2, 0 and 1.6
    np.testing.assert_allclose(sentence_scores(token), [3 / (1 + 0.2 * 2**0.5), 2.0, 0.8 / 1.32])


@given(st.lists(st.lists(st.floats(0.001, 1), min_size=5, max_size=5), min_size=5, max_size=5))
def test_scores_stay_between_at_a_loss_and_sure_of_a_5(weights):
    p = np.array(weights)
    p /= p.sum(axis=1, keepdims=True)
    token = token_scores(p)
    assert (token >= 0).all()
    assert (token <= 4).all()
    assert 0 <= sentence_scores(token) <= token.max()


# --- several models


def rating(example_id, score):
    return Rating(example_id, score, np.full((5, 5), 0.2), truncated=False)


def test_models_weigh_by_their_parameters_and_are_joined_by_id():
    small = [rating("a", 1.0), rating("b", 2.0)]
    large = [rating("b", 4.0), rating("a", 3.0)]
    combined = combine([small, large], parameters=[1_000, 3_000])
    assert combined == {"a": (1 + 3 * 3) / 4, "b": (2 + 3 * 4) / 4}
    assert list(combined) == ["a", "b"]
    assert combine([small], parameters=[7]) == {"a": 1.0, "b": 2.0}


def test_models_that_rated_different_rows_cannot_be_combined():
    with pytest.raises(DataError, match="Example c was not rated by every model"):
        combine([[rating("a", 1.0)], [rating("a", 1.0), rating("c", 1.0)]], parameters=[1, 1])


# --- the model


@pytest.mark.parametrize("batch_tokens", [1, 700, 2048])
@pytest.mark.parametrize("arch", ["llama", "qwen2", "gpt2"])
def test_probabilities_equal_a_plain_forward_pass_in_float64(arch, batch_tokens):
    model, rows = tiny_model(arch), examples()
    for example, got in zip(rows, rate(model, TOKENIZER, rows, batch_tokens=batch_tokens), strict=True):
        expected = naive_probabilities(model, example)
        assert got.example_id == example.example_id
        np.testing.assert_allclose(got.probabilities, expected, atol=1e-5)
        assert got.score == pytest.approx(sentence_scores(token_scores(expected)), abs=1e-4)
        assert np.ptp(expected) > 0.1  # the model is no uniform one
        assert not got.truncated


@pytest.mark.parametrize("arch", ["llama", "gpt2"])
def test_a_rating_depends_neither_on_the_batch_nor_on_where_rows_are_padded(arch):
    model, rows = tiny_model(arch), examples(6)
    together = np.array([got.probabilities for got in rate(model, TOKENIZER, rows, batch_tokens=2048)])
    alone = np.array([rate(model, TOKENIZER, [row], batch_tokens=1)[0].probabilities for row in rows])
    np.testing.assert_allclose(together, alone, atol=1e-5)

    frame = rating_frames(TOKENIZER)[0]
    asked = [frame.around(pair, limit=None) for pair in pair_ids(TOKENIZER, rows)]
    width = max(map(len, asked))
    ids = torch.tensor([[PAD_ID] * (width - len(row)) + row for row in asked])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in asked])
    with torch.no_grad():
        out = model(ids, attention_mask=mask, position_ids=(mask.cumsum(1) - 1).clamp(min=0))
    left = out.logits[:, -1, list(frame.digit_ids)].double().softmax(-1).numpy()
    np.testing.assert_allclose(together[:, 0], left, atol=1e-5)


TINY = {
    "vocab_size": VOCAB_SIZE,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "pad_token_id": PAD_ID,
}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda: Gemma2ForCausalLM(Gemma2Config(**TINY, head_dim=8, final_logit_softcapping=0.5)), id="cap"
        ),
        pytest.param(lambda: GraniteForCausalLM(GraniteConfig(**TINY, logits_scaling=0.05)), id="scale"),
    ],
)
def test_what_a_model_does_to_its_logits_is_done_to_the_digits(make):
    torch.manual_seed(0)
    model = make().eval()
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(40)
    row = examples(1)[0]
    expected = naive_probabilities(model, row)
    np.testing.assert_allclose(rate(model, TOKENIZER, [row], batch_tokens=None)[0].probabilities, expected, atol=1e-5)
    assert np.ptp(expected) > 0.05


def test_the_bias_of_a_head_counts():
    model, row = tiny_model(), examples(1)[0]
    five = TOKENIZER.convert_tokens_to_ids("5")
    model.lm_head.bias = torch.nn.Parameter(torch.zeros(VOCAB_SIZE).index_fill(0, torch.tensor(five), 100.0))
    got = rate(model, TOKENIZER, [row], batch_tokens=None)[0]
    np.testing.assert_allclose(got.probabilities, [[0, 0, 0, 0, 1]] * 5, atol=1e-6)
    assert got.score == pytest.approx(4)


@pytest.fixture
def products(monkeypatch):
    """(hidden states, weights, logits) of every use of an output head."""
    kept = []
    logits = module.OutputHead.logits

    def spy(head, hidden):
        kept.append((hidden, head.weight, logits(head, hidden)))
        return kept[-1][2]

    monkeypatch.setattr(module.OutputHead, "logits", spy)
    return kept


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_weights_give_logits_in_float32(dtype, products):
    rate(tiny_model().to(dtype), TOKENIZER, examples(2), batch_tokens=2048)
    hidden, weight, logits = products[-1]
    assert hidden.dtype == weight.dtype == dtype
    assert logits.dtype == torch.float32
    exact = hidden.double() @ weight.double().T
    torch.testing.assert_close(logits.double(), exact, atol=1e-4, rtol=1e-5)  # which no logit in half precision is
    assert not torch.allclose(exact.to(dtype).double(), exact, atol=1e-4, rtol=1e-5)


def test_the_head_sees_one_position_of_each_row_and_the_rows_of_the_digits(products):
    model = tiny_model()
    rate(model, TOKENIZER, examples(3), batch_tokens=2048)
    hidden, weights = zip(
        *[(hidden, weight) for hidden, weight, _ in products if len(weight) < VOCAB_SIZE], strict=True
    )
    assert [tuple(h.shape) for h in hidden] == [(3, 32)] * 5
    digits = [TOKENIZER.convert_tokens_to_ids(digit) for digit in DIGITS]
    assert all(torch.equal(weight, model.lm_head.weight[digits]) for weight in weights)
    assert len(products) == 6  # and the head's own check of the model


def read_ids(model, **how):
    """The ids of every forward pass of a rating, after the head's own check of the model."""
    seen = []
    handle = model.base_model.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["input_ids"].clone()), with_kwargs=True
    )
    got = rate(model, TOKENIZER, **how)
    handle.remove()
    return got, [ids for ids in seen if ids.shape[1] > 4]


def test_a_long_response_is_cut_so_that_the_question_at_the_end_stays_whole():
    model = tiny_model()
    rows = [Example("long", "d", "Count.", "", "1, 2, 3, " * 200), Example("short", "d", "Count.", "", "1")]
    (long, short), passes = read_ids(model, examples=rows, batch_tokens=1)
    assert (long.truncated, short.truncated) == (True, False)
    texts = [TOKENIZER.decode(ids[0]) for ids in passes]
    assert max(map(len, texts)) == CONTEXT_LENGTH
    for text, (opening, closing) in zip(texts[::2], RATING_PROMPTS, strict=True):  # the longer row comes first
        assert len(text) == CONTEXT_LENGTH
        assert text.startswith(f"{opening}\n\n### Instruction:\nCount.\n\n### Response:\n1, 2, 3, ")
        assert text.endswith(f"\n\n{closing} ")


@pytest.mark.parametrize(("max_length", "read"), [(400, 400), (10_000, CONTEXT_LENGTH)])
def test_neither_max_length_nor_the_context_is_exceeded(max_length, read):
    model, row = tiny_model(), Example("long", "d", "Count.", "", "1, 2, 3, " * 200)
    (got,), passes = read_ids(model, examples=[row], batch_tokens=1, max_length=max_length)
    assert {ids.shape[1] for ids in passes} == {read}
    assert got.truncated


# --- the work


def test_progress_counts_five_questions_per_example_and_their_tokens():
    told = []
    rows = examples(7)
    rate(tiny_model(), TOKENIZER, rows, batch_tokens=700, on_batch=lambda *batch: told.append(batch))
    asked = [frame.around(pair, limit=None) for frame in rating_frames(TOKENIZER) for pair in pair_ids(TOKENIZER, rows)]
    assert np.sum(told, axis=0).tolist() == [35, sum(map(len, asked))]
    assert len(told) > 5


def test_a_stop_is_heard_between_batches():
    told = []
    with pytest.raises(Stopped):
        rate(
            tiny_model(),
            TOKENIZER,
            examples(),
            batch_tokens=1,
            on_batch=lambda *batch: told.append(batch),
            should_stop=lambda: len(told) == 2,
        )
    assert len(told) == 2


def test_a_batch_that_does_not_fit_is_halved(monkeypatch):
    model, rows = tiny_model(), examples(4)
    expected = rate(model, TOKENIZER, rows, batch_tokens=2048)
    forward = type(model.base_model).forward

    def small(self, input_ids, **how):
        if len(input_ids) > 2:
            raise torch.OutOfMemoryError("no memory")
        return forward(self, input_ids=input_ids, **how)

    monkeypatch.setattr(type(model.base_model), "forward", small)
    for got, before in zip(rate(model, TOKENIZER, rows, batch_tokens=2048), expected, strict=True):
        np.testing.assert_allclose(got.probabilities, before.probabilities, atol=1e-5)
    monkeypatch.setattr(type(model.base_model), "forward", lambda *a, **k: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(ModelError, match="does not fit in memory"):
        rate(model, TOKENIZER, rows, batch_tokens=2048)


def test_no_examples_have_no_ratings():
    assert rate(tiny_model(), TOKENIZER, [], batch_tokens=None) == []


def test_logits_that_are_not_finite_name_the_example():
    model = tiny_model()
    rate(model, TOKENIZER, examples(1), batch_tokens=None)
    with torch.no_grad():
        model.lm_head.weight[TOKENIZER.convert_tokens_to_ids("3")] = torch.nan
    with pytest.raises(ModelError, match=r"not finite for example row-\d"):
        rate(model, TOKENIZER, examples(2), batch_tokens=None)


def test_a_tokenizer_of_another_model_is_told():
    with pytest.raises(ModelError, match="the two do not belong together"):
        rate(tiny_model(vocab_size=50), TOKENIZER, examples(1), batch_tokens=None)


def test_a_context_that_cannot_hold_the_question_is_told():
    with pytest.raises(ModelError, match="leaves no room for a response within 60 tokens"):
        rate(tiny_model(), TOKENIZER, examples(1), batch_tokens=None, max_length=60)
