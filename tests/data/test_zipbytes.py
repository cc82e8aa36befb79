import json

from instructdiff_ui.data.examples import Example, Message
from instructdiff_ui.data.zipbytes import zip_bytes


def test_the_parts_of_an_example_are_one_line_of_json():
    example = Example(
        "id", "math", "Add\nthese.", "1, 2", "Über 3 “ok”", extra={"level": 4}, columns={"q": "instruction"}
    )
    line = '{"instruction": "Add\\nthese.", "input": "1, 2", "response": "Über 3 “ok”"}\n'
    assert zip_bytes(example) == line.encode("utf-8")


def test_a_chat_is_its_turns_and_the_response():
    turns = (Message("system", "Be brief."), Message("user", "Hi"))
    row = json.loads(zip_bytes(Example("id", "chat", "System: Be brief.\n\nUser: Hi", "", "Hello", messages=turns)))
    assert row == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
        ]
    }


def test_equal_content_gives_equal_bytes_wherever_it_stands():
    one = Example("a", "math", "Add.", "", "3", source="a.jsonl", row=1, extra={"x": 1})
    other = Example("b", "code", "Add.", "", "3", source="b.csv", row=9)
    assert zip_bytes(one) == zip_bytes(other)
    assert zip_bytes(one) != zip_bytes(Example("a", "math", "Add.", "", "4"))
