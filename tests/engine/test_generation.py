from __future__ import annotations

import torch
from tiny_models import EOS_ID, tiny_model, tiny_tokenizer

from instructdiff_ui.engine.generation import generate

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
