"""Which column is what, and what a row becomes."""

import datetime
import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.config import ColumnMap
from instructdiff_ui.data.columns import Layout, content_id, json_safe, recognise, to_example
from instructdiff_ui.data.examples import Example, Message, Quarantined
from instructdiff_ui.errors import DataError


def convert(row, rows=None, **mapping):
    layout = recognise(list(row), rows or [row], ColumnMap(**mapping), source="rows.jsonl")
    return to_example(row, layout, source="rows.jsonl", number=7, domain="math")


def reason(row, rows=None, **mapping) -> str:
    out = convert(row, rows, **mapping)
    assert isinstance(out, Quarantined)
    assert (out.source, out.row) == ("rows.jsonl", 7)
    return out.reason


@pytest.mark.parametrize(
    ("row", "instruction", "extra_input", "response"),
    [
        ({"instruction": "i", "input": "x", "output": "o"}, "i", "x", "o"),
        ({"instruction": "i", "response": "r"}, "i", "", "r"),
        ({"instruction": "i", "input": None, "output": "o"}, "i", "", "o"),
        ({"Question": "q", "Answer": "a"}, "q", "", "a"),
        ({"prompt": "p", "completion": "c"}, "p", "", "c"),
        ({"query": "q", "response": "r"}, "q", "", "r"),
        ({"problem": "p", "solution": "worked", "answer": "4"}, "p", "", "worked"),
        ({"input": "i", "output": "o"}, "i", "", "o"),
        # the released code's file
        ({"instruction": "i", "input": "x", "response": "r", "prompt": "rendered", "base_nll": 1.0}, "i", "x", "r"),
    ],
)
def test_texts(row, instruction, extra_input, response):
    out = convert(row)
    assert (out.instruction, out.input, out.response) == (instruction, extra_input, response)
    assert (out.domain, out.source, out.row) == ("math", "rows.jsonl", 7)


CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "a"},
    {"role": "assistant", "content": "b"},
    {"role": "user", "content": "c"},
    {"role": "assistant", "content": "d"},
    {"role": "user", "content": "thanks"},
]


def test_a_chat_answers_in_its_last_assistant_turn():
    out = convert({"messages": CHAT, "prompt": "a", "completion": "b"})
    assert out.response == "d"
    assert [m.role for m in out.messages] == ["system", "user", "assistant", "user"]
    assert out.instruction == "System: Be brief.\n\nUser: a\n\nAssistant: b\n\nUser: c"


@pytest.mark.parametrize(
    "value",
    [
        [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}],
        {"from": ["human", "gpt"], "value": ["a", "b"]},
        '[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]',
        [{"role": "User", "content": [{"type": "text", "text": "a"}]}, {"role": "model", "content": "b"}],
    ],
)
def test_ways_to_write_a_chat(value):
    out = convert({"conversations": value})
    assert (out.messages, out.instruction, out.response) == ((Message("user", "a"),), "a", "b")
    assert out.columns == {"conversations": "messages"}


def test_conversational_prompt_and_completion():
    prompt = [{"role": "user", "content": "a"}]
    for completion in ([{"role": "assistant", "content": "b"}], "b"):
        out = convert({"prompt": prompt, "completion": completion})
        assert (out.messages, out.response) == ((Message("user", "a"),), "b")


def test_mapping_wins_over_recognition():
    row = {"instruction": "i", "output": "o", "task": "t", "gold": "g", "input": "x"}
    out = convert(row, instruction="task", response="gold")
    assert (out.instruction, out.input, out.response) == ("t", "x", "g")
    out = convert({"turns": CHAT, "instruction": "i", "output": "o"}, messages="turns")
    assert out.response == "d"


def test_a_mapped_column_must_exist():
    with pytest.raises(DataError) as caught:
        convert({"a": "x", "b": "y"}, instruction="c")
    assert caught.value.message == (
        "rows.jsonl has no column 'c', which is mapped to instruction; its columns are 'a', 'b'."
    )


def test_a_column_plays_one_part():
    with pytest.raises(DataError, match=r"The column 'a' of rows.jsonl is mapped to more than one part"):
        convert({"a": "x"}, instruction="a", response="a")


@pytest.mark.parametrize("row", [{"text": "x"}, {"instruction": "x", "n": 1}, {"messages": "no chat"}])
def test_columns_that_mean_nothing(row):
    with pytest.raises(DataError, match=r"columns of rows.jsonl are not recognised: '.*Known are .* can be mapped"):
        convert(row)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"instruction": "i", "output": None}, "no response: 'output' is empty"),
        ({"instruction": "i", "output": " \n"}, "no response: 'output' is empty"),
        ({"instruction": "", "output": "o"}, "no instruction: 'instruction' is empty"),
        ({"instruction": "i", "output": ["o"]}, "not text: 'output' holds a list"),
        ({"instruction": {"a": 1}, "output": "o"}, "not text: 'instruction' holds a dict"),
        ({"instruction": "i", "output": "\ud83d"}, "broken text: half of a surrogate pair, which is no character"),
        ({"messages": CHAT[:2]}, "no assistant turn: the chat has no response"),
        ({"messages": CHAT[2:3]}, "no instruction: the chat has no user turn before the response"),
        ({"messages": [{"role": "narrator", "content": "x"}]}, "unknown role: turn 1 is by 'narrator'"),
        ({"messages": [*CHAT[:2], {"role": "assistant", "content": " "}]}, "no response: 'messages' is empty"),
        ({"messages": [{"role": "user", "content": None}]}, "not text: turn 1 of the chat holds nothing"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "not text: turn 1 of the chat holds more"),
    ],
)
def test_rows_that_cannot_be_used(row, said):
    assert said in reason(row)


def test_one_bad_chat_among_good_ones():
    good = {"messages": CHAT}
    assert reason({"messages": None}, rows=[good]) == "not a chat: 'messages' holds nothing"
    assert reason({"messages": "x"}, rows=[good]) == "not a chat: 'messages' holds str"
    assert reason({"messages": ["x"]}, rows=[good]) == "not a chat: turn 1 is no object with role and content"


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "from", "value", "text"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(["text", "chat", "conversational"]), values, values)
def test_no_value_of_a_row_is_a_crash(shape, one, two):
    parts = {"messages": "a"} if shape == "chat" else {"instruction": "a", "response": "b"}
    layout = Layout(shape, {"a": "instruction", "b": "response"}, **parts)
    out = to_example({"a": one, "b": two}, layout, source="s", number=1, domain="d")
    assert isinstance(out, (Example, Quarantined))
    json.dumps(asdict(out)).encode()


def test_numbers_become_text_and_are_kept():
    out = convert({"question": 5, "answer": 7.5, "level": 3})
    assert (out.instruction, out.response) == ("5", "7.5")
    assert out.extra == {"question": 5, "answer": 7.5, "level": 3}


def test_other_columns_are_kept_as_json():
    day = datetime.date(2024, 5, 1)
    out = convert({"instruction": "i", "output": "o", "day": day, "x": float("nan"), "tags": ["a", {"b": b"c"}]})
    assert out.extra == {"day": "2024-05-01", "x": None, "tags": ["a", {"b": "Yw=="}]}
    assert json_safe("\ud83d") == "?"


def test_the_id_is_of_the_content_alone():
    one, two = convert({"instruction": "i", "output": "o"}), convert({"prompt": "i", "completion": "o", "n": 1})
    assert isinstance(one, Example)
    assert one.example_id == two.example_id == content_id("i", "", "o")
    assert content_id("ab", "c", "x") != content_id("a", "bc", "x")
