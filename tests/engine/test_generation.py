from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_models import CONTEXT_LENGTH, EOS_ID, tiny_model, tiny_tokenizer

from instructdiff_ui.engine.generation import generate, generate_many
from instructdiff_ui.errors import Stopped

PROMPT = (40, 41, 42)


def test_greedy_text_is_the_likeliest_token_each_time():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    ids = list(PROMPT)
    with torch.no_grad():
        for _ in range(5):
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    assert generate(model, tokenizer, PROMPT, max_new_tokens=5) == tokenizer.decode(ids[3:], skip_special_tokens=True)


def test_the_end_of_sequence_token_ends_the_text():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    with torch.no_grad():
        model.lm_head.weight[:] = 0
        model.lm_head.weight[EOS_ID] = model(torch.tensor([PROMPT]), output_hidden_states=True).hidden_states[-1][0, -1]
    assert generate(model, tokenizer, PROMPT, max_new_tokens=5) == ""


def test_a_draw_repeats_with_its_seed_and_leaves_the_global_generator_alone():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    torch.manual_seed(0)
    state = torch.get_rng_state()
    texts = [generate(model, tokenizer, PROMPT, max_new_tokens=8, temperature=2.0, seed=seed) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert torch.equal(torch.get_rng_state(), state)


RAGGED = [tuple(int(i) for i in np.random.default_rng(n).integers(2, 258, size=n)) for n in (9, 3, 30, 1, 17, 3, 30, 5)]


@pytest.mark.parametrize("arch", ["llama", "qwen2", "gpt2"])
@pytest.mark.parametrize("batch", [1, 3, 64])
def test_many_texts_are_those_of_one_at_a_time(arch, batch):
    model, tokenizer = tiny_model(arch), tiny_tokenizer()
    one_at_a_time = [generate(model, tokenizer, prompt, max_new_tokens=7) for prompt in RAGGED]
    assert len(set(one_at_a_time)) > 4
    assert generate_many(model, tokenizer, RAGGED, max_new_tokens=7, batch=batch) == one_at_a_time


def test_texts_of_one_batch_end_each_at_its_own_end():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    texts = [generate(model, tokenizer, prompt, max_new_tokens=12) for prompt in RAGGED]
    with torch.no_grad():  # make one prompt's first token the end of every text it occurs in
        ended = int(model(torch.tensor([RAGGED[0]])).logits[0, -1].argmax())
        rows = model.lm_head.weight
        rows[[EOS_ID, ended]] = rows[[ended, EOS_ID]]
    shorter = generate_many(model, tokenizer, RAGGED, max_new_tokens=12)
    assert shorter == [generate(model, tokenizer, prompt, max_new_tokens=12) for prompt in RAGGED]
    assert shorter[0] == ""
    assert any(text == before for text, before in zip(shorter, texts, strict=True))


def test_a_tokenizer_without_padding_pads_with_its_end():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    texts = generate_many(model, tokenizer, RAGGED, max_new_tokens=5)
    tokenizer.pad_token = None
    assert generate_many(model, tokenizer, RAGGED, max_new_tokens=5) == texts


def test_progress_is_told_and_a_stop_is_heeded_between_batches():
    model, tokenizer = tiny_model(), tiny_tokenizer()
    done = []
    generate_many(model, tokenizer, RAGGED, max_new_tokens=1, batch=3, on_batch=done.append)
    assert done == [3, 6, 8]
    done.clear()
    with pytest.raises(Stopped):
        generate_many(
            model, tokenizer, RAGGED, max_new_tokens=1, batch=3, on_batch=done.append, should_stop=lambda: bool(done)
        )
    assert done == [3]


def test_no_prompts_no_texts():
    assert generate_many(tiny_model(), tiny_tokenizer(), [], max_new_tokens=5) == []


@pytest.mark.parametrize("arch", ["llama", "gpt2"])
def test_texts_end_where_the_context_does(arch):
    model, tokenizer = tiny_model(arch), tiny_tokenizer()
    ids = np.random.default_rng(0).integers(2, 258, size=600).tolist()
    prompts = [ids[: CONTEXT_LENGTH - room] for room in (400, 3, 0, 5, -9, 402)]
    texts = generate_many(model, tokenizer, prompts, max_new_tokens=5)
    assert texts == [generate(model, tokenizer, prompt, max_new_tokens=5) for prompt in prompts]
    assert texts[1] == generate(model, tokenizer, prompts[1], max_new_tokens=3)
    assert texts[2] == texts[4] == ""
