"""The text of a prompt under each template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.data.examples import Example, Message, transcript
from instructdiff_ui.data.templates import Renderer
from instructdiff_ui.errors import DataError

TURNS = (Message("system", "Be brief."), Message("user", "a"), Message("assistant", "b"), Message("user", "c"))


def renderer(template, tokenizer, *, custom=None, separator="", use_input=True):
    return Renderer(template, custom, separator, use_input, tokenizer)


def test_alpaca(plain_tokenizer, example):
    assert renderer("alpaca", plain_tokenizer).prompt(example("Add.")) == (
        "Below is an instruction that describes a task. Write a response that appropriately completes the request."
        "\n\n### Instruction:\nAdd.\n\n### Response:"
    )


def test_alpaca_with_input(plain_tokenizer, example):
    row = example("Add.", input="1, 2")
    assert renderer("alpaca", plain_tokenizer).prompt(row) == (
        "Below is an instruction that describes a task, paired with an input that provides further context. "
        "Write a response that appropriately completes the request."
        "\n\n### Instruction:\nAdd.\n\n### Input:\n1, 2\n\n### Response:"
    )
    without = renderer("alpaca", plain_tokenizer).prompt(example("Add."))
    assert renderer("alpaca", plain_tokenizer, use_input=False).prompt(row) == without
    assert renderer("alpaca", plain_tokenizer).prompt(example("Add.", input=" \n")) == without


def test_separator_belongs_to_the_prompt(plain_tokenizer, example):
    official = renderer("alpaca", plain_tokenizer, separator="\n", use_input=False)
    assert official.prompt(example()).endswith("### Response:\n")


def test_auto_is_chat_where_there_is_a_template(plain_tokenizer, chat_tokenizer):
    assert renderer("auto", plain_tokenizer).resolved == "alpaca"
    assert renderer("auto", chat_tokenizer).resolved == "chat"


def test_chat(chat_tokenizer, example):
    chat = renderer("chat", chat_tokenizer)
    user = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
    assert chat.prompt(example("Add.")) == user.format("Add.")
    assert chat.prompt(example("Add.", input="1, 2")) == user.format("Add.\n\n1, 2")
    without = renderer("chat", chat_tokenizer, use_input=False)
    assert without.prompt(example("Add.", input="1, 2")) == user.format("Add.")
    assert chat.prompt(example(messages=TURNS[:2])).startswith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>u")


def test_a_chat_under_a_text_template(plain_tokenizer, example):
    plain = renderer("plain", plain_tokenizer)
    assert plain.prompt(example(transcript(TURNS[1:2]), messages=TURNS[1:2])) == "a\n"
    assert plain.prompt(example("", messages=TURNS)) == "System: Be brief.\n\nUser: a\n\nAssistant: b\n\nUser: c\n"


def test_plain(plain_tokenizer, example):
    assert renderer("plain", plain_tokenizer).prompt(example("Add.")) == "Add.\n"
    assert renderer("plain", plain_tokenizer).prompt(example("Add.", input="1")) == "Add.\n1\n"


def test_custom(plain_tokenizer, example):
    custom = renderer("custom", plain_tokenizer, custom="Q: {instruction} [{input}] {other} {}\nA:")
    assert custom.prompt(example("Add.", input="1")) == "Q: Add. [1] {other} {}\nA:"
    assert custom.prompt(example("Add.")) == "Q: Add. [] {other} {}\nA:"


@given(st.text(), st.text())
def test_braces_in_the_data_are_never_places(instruction, extra_input):
    row = Example("e", "d", instruction + "{input}", extra_input + "{instruction}", "r")
    custom = Renderer("custom", "<{instruction}|{input}>", "", True, tokenizer=None)
    assert custom.prompt(row) == f"<{instruction}{{input}}|{extra_input}{{instruction}}>"


def test_refusals(plain_tokenizer, strict_tokenizer, example):
    with pytest.raises(DataError, match="The tokenizer has no chat template"):
        renderer("chat", plain_tokenizer)
    with pytest.raises(DataError, match=r"A custom template must contain \{instruction\}; it is 'x \{input\}'"):
        renderer("custom", plain_tokenizer, custom="x {input}")
    with pytest.raises(DataError, match=r"chat template: it refuses these turns \(roles must alternate\)"):
        renderer("chat", strict_tokenizer).prompt(example(messages=TURNS))


# the bare header of a response ---------------------------------------------------------------------------------------

ENDS_OTHERWISE = (
    "{% for message in messages %}<user>{{ message['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% else %}<end>{% endif %}"
)
CUSTOM = "Q: {instruction} [{input}]\nA:"


@pytest.mark.parametrize(
    ("template", "custom", "separator", "header"),
    [
        ("alpaca", None, "", "### Response:"),
        ("alpaca", None, "\n", "### Response:\n"),
        ("plain", None, "", "\n"),
        ("plain", None, "=>", "\n=>"),
        ("custom", CUSTOM, "", "]\nA:"),
        ("custom", "{input} {instruction}", "", ""),
        ("auto", None, "", "### Response:"),
    ],
)
def test_the_header_is_what_follows_the_last_place(plain_tokenizer, example, template, custom, separator, header):
    made = renderer(template, plain_tokenizer, custom=custom, separator=separator)
    assert made.header == header
    assert made.prompt(example("Add {instruction}.", input="1")).endswith(header)


def test_the_header_of_a_chat_is_its_generation_prompt(chat_tokenizer, strict_tokenizer):
    assert renderer("chat", chat_tokenizer).header == "<|im_start|>assistant\n"
    assert renderer("auto", chat_tokenizer, separator=">").header == "<|im_start|>assistant\n>"
    assert renderer("chat", strict_tokenizer).header == "", "its template has no generation prompt"


def test_a_chat_that_would_end_otherwise_still_has_its_header():
    class Tokenizer:
        chat_template = ENDS_OTHERWISE

        def apply_chat_template(self, turns, *, add_generation_prompt, tokenize):
            from jinja2 import Template

            return Template(ENDS_OTHERWISE).render(messages=turns, add_generation_prompt=add_generation_prompt)

    assert renderer("chat", Tokenizer()).header == "<assistant>"


def test_a_request_has_no_template(plain_tokenizer, example):
    alpaca = renderer("alpaca", plain_tokenizer)
    assert alpaca.request(example("Add.", input="1, 2")) == "Add.\n1, 2"
    assert alpaca.request(example("Add.", input="  ")) == "Add."
    assert renderer("alpaca", plain_tokenizer, use_input=False).request(example("Add.", input="1")) == "Add."
    assert alpaca.request(example("", messages=TURNS[1:2])) == "a"
