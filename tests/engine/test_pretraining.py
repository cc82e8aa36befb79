"""Pre-training a very small model: the same weights every time, stopped in between or not."""

from itertools import count

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from instructdiff_ui.engine.pretraining import CHECKPOINT, Recipe, loss_on, new_model, pretrain, train_tokenizer
from instructdiff_ui.engine.pretraining import write_corpus as write
from instructdiff_ui.errors import Stopped

TINY = Recipe(
    vocab_size=300,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=2,
    context=64,
    sequence=16,
    batch=4,
    steps=8,
    warmup_steps=2,
    learning_rate=1e-2,
)


def texts():
    for i in count():
        yield f"The number {i} is less than {i + 1}, and 7 * {i % 10} = {7 * (i % 10)}."


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    some = (text for text, _ in zip(texts(), range(200), strict=False))
    return train_tokenizer(some, vocab_size=TINY.vocab_size, folder=tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def corpus(tokenizer, tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "corpus.bin"
    write(path, texts(), tokenizer, tokens=TINY.tokens)
    return path


@pytest.fixture(autouse=True)
def on_the_processor(monkeypatch):
    """Bit for bit is promised for one kind of processor; and the number of threads is put back."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def weights(corpus, tmp_path_factory):
    """Those of an undisturbed training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.cuda, "is_available", lambda: False)
        return pretrain(corpus, recipe=TINY, work=tmp_path_factory.mktemp("work")).state_dict()


def same(one, other) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one) and one.keys() == other.keys()


# tokenizer and corpus ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The number 12 is less than 13.",
        "  spaces  and\n\n\tlines , with ' marks ' do n't move .",
        "naïve Œuvre ÷ 漢字 🙂 \x00",
        "```python\ndef f(x):\n    return x ** 2\n```",
    ],
)
def test_any_text_comes_back_as_it_was(tokenizer, text):
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_numbers_are_split_into_digits(tokenizer):
    assert [token.strip("Ġ") for token in tokenizer.tokenize("2026") if token != "Ġ"] == list("2026")
    assert not any(len(token.strip("Ġ")) > 1 and any(c.isdigit() for c in token) for token in tokenizer.get_vocab())
    assert 258 < len(tokenizer) <= TINY.vocab_size


def test_the_end_is_token_0_and_a_saved_tokenizer_is_the_same(tokenizer, tmp_path):
    assert (tokenizer.eos_token_id, tokenizer.pad_token_id) == (0, 1)
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    text = "7 * 6 = 42, as said before."
    assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert again.decode(again(text)["input_ids"]) == text


def test_two_trainings_of_a_tokenizer_agree_to_the_byte(tmp_path):
    for name in ("one", "two"):
        some = (text for text, _ in zip(texts(), range(50), strict=False))
        train_tokenizer(some, vocab_size=280, folder=tmp_path / name)
    assert (tmp_path / "one" / "tokenizer.json").read_bytes() == (tmp_path / "two" / "tokenizer.json").read_bytes()


def test_the_corpus_is_the_texts_in_order_each_with_its_end(tokenizer, tmp_path):
    write(tmp_path / "corpus", iter(["one 1", "two", "three"] + ["more"] * 99), tokenizer, tokens=40)
    ids = np.fromfile(tmp_path / "corpus", dtype=np.uint16)
    assert len(ids) == 40
    assert tokenizer.decode(ids).startswith("one 1<|endoftext|>two<|endoftext|>three<|endoftext|>more<|endoftext|>mo")


def test_a_corpus_of_many_texts_is_written_in_pieces(tokenizer, tmp_path):
    write(tmp_path / "corpus", (f"{i}" for i in range(2500)), tokenizer, tokens=7000)
    written = tokenizer.decode(np.fromfile(tmp_path / "corpus", dtype=np.uint16)).split("<|endoftext|>")
    assert written[:1200] == [f"{i}" for i in range(1200)]


def test_texts_that_run_out_are_said(tokenizer, tmp_path):
    with pytest.raises(ValueError, match="the texts make 2 tokens, but 40 are wanted"):
        write(tmp_path / "corpus", iter(["1"]), tokenizer, tokens=40)
    assert not (tmp_path / "corpus").exists()


# weights -----------------------------------------------------------------------------------------------------------


def test_the_learning_rate_rises_and_falls():
    recipe = Recipe(steps=100, warmup_steps=10, learning_rate=1.0)
    rates = [recipe.learning_rate_at(step) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * (step + 1) for step in range(10)])
    assert rates[10] == max(rates) == 1.0
    assert rates[55] == pytest.approx(0.55)  # half-way down
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=1e-3)
    assert recipe.learning_rate_at(100) == pytest.approx(0.1)


def test_two_trainings_give_the_same_weights_and_the_loss_falls(corpus, weights, tmp_path):
    losses = []
    model = pretrain(corpus, recipe=TINY, work=tmp_path, on_step=lambda *step: losses.append(step))
    assert same(model.state_dict(), weights)
    assert [step for step, _ in losses] == list(range(1, 9))
    assert losses[0][1] == pytest.approx(np.log(TINY.vocab_size), abs=0.2)  # it knows nothing yet
    assert losses[-1][1] < losses[0][1] - 0.5
    assert not model.training


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(corpus, weights, tmp_path):
    steps = []
    with pytest.raises(Stopped):
        pretrain(
            corpus,
            recipe=TINY,
            work=tmp_path,
            on_step=lambda step, _: steps.append(step),
            should_stop=lambda: len(steps) == 3,
        )
    model = pretrain(corpus, recipe=TINY, work=tmp_path, on_step=lambda step, _: steps.append(step))
    assert steps == list(range(1, 9))
    assert same(model.state_dict(), weights)


def test_a_training_that_was_killed_goes_on_from_its_last_checkpoint(corpus, weights, tmp_path):
    def killed(step, _):
        if step == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(corpus, recipe=TINY, work=tmp_path, on_step=killed, save_every=2)
    steps = []
    model = pretrain(corpus, recipe=TINY, work=tmp_path, on_step=lambda step, _: steps.append(step), save_every=2)
    assert steps == [5, 6, 7, 8]
    assert same(model.state_dict(), weights)


def test_a_training_that_is_done_is_not_done_again(corpus, weights, tmp_path):
    pretrain(corpus, recipe=TINY, work=tmp_path)
    model = pretrain(corpus, recipe=TINY, work=tmp_path, on_step=lambda *_: pytest.fail("trained again"))
    assert same(model.state_dict(), weights)


def test_a_checkpoint_of_another_recipe_is_left_alone(corpus, weights, tmp_path):
    other = Recipe(**{**TINY.__dict__, "seed": 1})
    pretrain(corpus, recipe=other, work=tmp_path)
    assert (tmp_path / CHECKPOINT).is_file()
    steps = []
    model = pretrain(corpus, recipe=TINY, work=tmp_path, on_step=lambda step, _: steps.append(step))
    assert steps == list(range(1, 9))
    assert same(model.state_dict(), weights)


def test_seeds_differ():
    one, two = new_model(TINY), new_model(Recipe(**{**TINY.__dict__, "seed": 1}))
    assert not same(one.state_dict(), two.state_dict())
    assert same(one.state_dict(), new_model(TINY).state_dict())


def test_a_saved_model_is_one_that_transformers_loads(corpus, weights, tmp_path):
    model = pretrain(corpus, recipe=TINY, work=tmp_path / "work")
    model.save_pretrained(tmp_path / "model")
    assert [path.name for path in (tmp_path / "model").glob("*.safetensors")] == ["model.safetensors"]
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "model", dtype=torch.float32)
    assert same(again.state_dict(), weights)
    assert again.get_input_embeddings().weight is again.get_output_embeddings().weight
    config = again.config
    assert (config.max_position_embeddings, config.eos_token_id, config.pad_token_id) == (64, 0, 1)


def test_the_loss_on_texts_weighs_every_token_alike(tokenizer):
    model = new_model(TINY).eval()
    some = ["7 * 6 = 42.", "The number 1 is less than 2, and so on."]
    total, n = 0.0, 0
    for text in some:
        ids = torch.tensor([*tokenizer(text)["input_ids"], 0])
        log_p = model(input_ids=ids[None]).logits[0].double().log_softmax(-1)
        total -= sum(log_p[place, ids[place + 1]].item() for place in range(len(ids) - 1))
        n += len(ids) - 1
    assert loss_on(model, tokenizer, some) == pytest.approx(total / n, abs=1e-5)
    assert np.isfinite(loss_on(model, tokenizer, ["1" * 500]))  # longer than the context
