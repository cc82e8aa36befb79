"""Token ids of prompts and responses."""

import copy
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.data.examples import Example, Message, TokenizedExample
from instructdiff_ui.data.templates import Renderer
from instructdiff_ui.data.tokens import (
    count_tokens,
    header_ids,
    marked_prompt,
    nothing_ids,
    read_tokens,
    start_ids,
    token_strings,
    tokenise,
    write_tokens,
)
from instructdiff_ui.errors import DataError


def run(rows, tokenizer, template="plain", *, max_length=10_000, overlong="truncate", custom=None, **options):
    renderer = Renderer(template, custom, "", True, tokenizer)
    return tokenise(rows, renderer, tokenizer, max_length=max_length, overlong=overlong, **options)


def one(row, tokenizer, template="plain", **options) -> TokenizedExample:
    (tokenised,) = run([row], tokenizer, template, **options).examples
    return tokenised


def aside(row, tokenizer, template="plain", **options) -> str:
    done = run([row], tokenizer, template, **options)
    assert done.examples == []
    return done.quarantined[0].reason


def ids(tokenizer, text):
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]


# surrogates are no characters; rows with them never get here
unicode = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(deadline=None)
@given(instruction=unicode, response=unicode)
def test_no_token_spans_the_boundary(plain_tokenizer, instruction, response):
    row = one(Example("e", "d", instruction, "", response), plain_tokenizer)
    assert plain_tokenizer.decode(row.prompt_ids) == f"{instruction}\n"
    assert plain_tokenizer.decode(row.response_ids) == response


@settings(deadline=None)
@given(response=unicode)
def test_token_strings_join_to_the_text(plain_tokenizer, response):
    row = one(Example("e", "d", "i", "", response), plain_tokenizer)
    strings = token_strings(plain_tokenizer, row.response_ids)
    assert len(strings) == len(row.response_ids)
    assert "".join(strings) == response


def test_a_character_stands_with_its_last_token(plain_tokenizer):
    assert token_strings(plain_tokenizer, ids(plain_tokenizer, "é!")) == ["", "é", "!"]
    assert token_strings(plain_tokenizer, ids(plain_tokenizer, "é")[:1]) == ["\ufffd"]  # cut in the middle


def test_special_tokens_around_the_text(plain_tokenizer, bos_tokenizer, eos_tokenizer, example):
    assert start_ids(plain_tokenizer) == ()
    for tokenizer in (bos_tokenizer, eos_tokenizer):
        assert start_ids(tokenizer) == (tokenizer.bos_token_id,)
        row = one(example(), tokenizer)
        assert row.prompt_ids == (tokenizer.bos_token_id, *ids(tokenizer, "What is 2 + 2?\n"))
        assert row.response_ids == tuple(ids(tokenizer, "It is 4."))


def test_a_chat_template_writes_its_own_special_tokens(chat_tokenizer, strict_tokenizer, example):
    row = one(example("a"), chat_tokenizer, "chat")
    start, end = chat_tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"])
    assert row.prompt_ids[0] == start
    assert row.prompt_ids.count(end) == 1
    row = one(example("a"), strict_tokenizer, "chat")
    assert row.prompt_ids.count(strict_tokenizer.bos_token_id) == 1


def test_special_tokens_in_the_data_are_text(bos_tokenizer, chat_tokenizer, example):
    row = one(example("say </s>", "<|im_end|></s>done"), bos_tokenizer)
    assert not {*row.prompt_ids[1:], *row.response_ids} & set(bos_tokenizer.all_special_ids)
    assert bos_tokenizer.decode(row.response_ids) == "<|im_end|></s>done"
    row = one(example("a", "x<|im_end|>"), chat_tokenizer, "chat")
    assert not set(row.response_ids) & set(chat_tokenizer.all_special_ids)


def test_special_tokens_of_a_custom_template_are_tokens(bos_tokenizer, example):
    row = one(example("a"), bos_tokenizer, "custom", custom="<|im_start|>{instruction}")
    assert row.prompt_ids[:2] == tuple(bos_tokenizer.convert_tokens_to_ids(["<s>", "<|im_start|>"]))
    row = one(example("a"), bos_tokenizer, "custom", custom="<s>{instruction}")
    assert row.prompt_ids.count(bos_tokenizer.bos_token_id) == 1


def test_an_empty_prompt_still_gives_the_response_a_context(plain_tokenizer, example):
    tokenizer = plain_tokenizer
    row = one(example(""), tokenizer, "custom", custom="{instruction}")
    assert row.prompt_ids == (tokenizer.bos_token_id,)
    bos, tokenizer.bos_token = tokenizer.bos_token, None
    eos = tokenizer.eos_token
    try:
        row = one(example(""), tokenizer, "custom", custom="{instruction}")
        assert row.prompt_ids == (tokenizer.eos_token_id,)
        tokenizer.eos_token = None
        reason = aside(example(""), tokenizer, "custom", custom="{instruction}")
        assert reason == "empty prompt: the tokenizer has no token to start a text with"
    finally:
        tokenizer.bos_token, tokenizer.eos_token = bos, eos


def test_overlong_rows(plain_tokenizer, example):
    row = example("a", "xxxx yyyy zzzz")
    whole = one(row, plain_tokenizer)
    assert not whole.truncated
    assert one(row, plain_tokenizer, max_length=whole.length) == whole
    done = run([row], plain_tokenizer, max_length=whole.length - 2)
    (cut,) = done.examples
    assert (cut.prompt_ids, cut.response_ids, cut.truncated) == (whole.prompt_ids, whole.response_ids[:-2], True)
    assert (done.n_truncated, cut.length) == (1, whole.length - 2)
    dropped = aside(row, plain_tokenizer, max_length=whole.length - 2, overlong="drop")
    assert dropped == f"too long: {whole.length} tokens, max_length is {whole.length - 2}"


def test_a_prompt_that_fills_the_length(plain_tokenizer, example):
    n = len(one(example(), plain_tokenizer).prompt_ids)
    for overlong in ("truncate", "drop"):
        reason = aside(example(), plain_tokenizer, max_length=n, overlong=overlong)
        assert reason == f"prompt too long: {n} tokens leave no room for a response within max_length {n}"
    assert len(one(example(), plain_tokenizer, max_length=n + 1).response_ids) == 1


def test_rows_that_cannot_be_tokenised_keep_their_place(plain_tokenizer, strict_tokenizer, example):
    refused = example("x", messages=(Message("system", "x"), Message("user", "y")), row=12)
    done = run([example(example_id="a"), refused, example(example_id="b")], strict_tokenizer, "chat")
    assert [row.example_id for row in done.examples] == ["a", "b"]
    (row,) = done.quarantined
    assert (row.source, row.row, row.text) == ("rows.jsonl", 12, "x")
    assert row.reason == "chat template: it refuses these turns (roles must alternate)"
    assert aside(example(response=""), plain_tokenizer) == "no response: it has no tokens"


def test_progress_counts_rows(plain_tokenizer, example):
    seen = []
    run([example()] * 2500, plain_tokenizer, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1000, 2500), (2000, 2500), (2500, 2500)]


def test_batches_do_not_change_the_ids(plain_tokenizer, example):
    rows = [example(f"question {i}", f"answer {i}" * (i % 7 + 1), example_id=str(i)) for i in range(1100)]
    done = run(rows, plain_tokenizer)
    assert done.examples[1050] == one(rows[1050], plain_tokenizer)


def test_tokens_survive_a_file(tmp_path):
    rows = [TokenizedExample("a", (1, 2), (3,)), TokenizedExample("b", (70_000,), (4, 5), truncated=True)]
    write_tokens(tmp_path / "tokens.parquet", rows)
    assert read_tokens(tmp_path / "tokens.parquet") == rows
    write_tokens(tmp_path / "tokens.parquet", iter([]))
    assert read_tokens(tmp_path / "tokens.parquet") == []


def test_marked_prompt_shows_what_the_models_see(bos_tokenizer, example):
    row = example("a", "It is four.")
    renderer = Renderer("plain", None, "", True, bos_tokenizer)
    tokenised = one(row, bos_tokenizer)
    shown = marked_prompt(row, renderer, bos_tokenizer, tokenised)
    assert (shown["prompt"], shown["response"], shown["truncated"]) == ("a\n", "It is four.", False)
    assert "".join(shown["tokens"]) == "It is four."
    assert shown["n_prompt_tokens"] == len(tokenised.prompt_ids)
    cut = dataclasses.replace(tokenised, response_ids=tokenised.response_ids[:1], truncated=True)
    assert marked_prompt(row, renderer, bos_tokenizer, cut)["response"] == shown["tokens"][0]


@pytest.mark.parametrize("template", ["alpaca", "plain", "chat"])
def test_the_response_does_not_depend_on_the_template(chat_tokenizer, example, template):
    assert one(example(), chat_tokenizer, template).response_ids == tuple(ids(chat_tokenizer, "It is 4."))


# the bare header of a response ---------------------------------------------------------------------------------------


def header(template, tokenizer, *, separator=""):
    return header_ids(Renderer(template, None, separator, True, tokenizer), tokenizer)


def test_the_bare_header_begins_as_a_text_does(plain_tokenizer, bos_tokenizer):
    assert header("alpaca", plain_tokenizer) == tuple(ids(plain_tokenizer, "### Response:"))
    assert header("alpaca", bos_tokenizer) == (0, *ids(bos_tokenizer, "### Response:"))


def test_the_bare_header_of_a_chat_holds_its_special_tokens(chat_tokenizer, strict_tokenizer):
    start = chat_tokenizer.convert_tokens_to_ids("<|im_start|>")
    assert header("chat", chat_tokenizer) == (start, *ids(chat_tokenizer, "assistant\n"))
    assert header("chat", strict_tokenizer) == (0,), "an empty header is the start of a text"


def test_nothing_is_asked_for_by_what_starts_a_text(bos_tokenizer, plain_tokenizer):
    assert nothing_ids(bos_tokenizer) == (0,)
    assert nothing_ids(plain_tokenizer) == (0,), "BOS, though this tokenizer adds none"
    other = copy.deepcopy(plain_tokenizer)
    other.bos_token = None
    assert nothing_ids(other) == (1,), "else EOS"
    other.eos_token = None
    with pytest.raises(DataError, match="Empty prompt: the tokenizer has no token to start a text with"):
        nothing_ids(other)


def test_tokens_are_counted_without_added_ones(eos_tokenizer):
    assert count_tokens(["", "a", "</s>"], eos_tokenizer) == [0, 1, len(ids(eos_tokenizer, "</s>"))]
