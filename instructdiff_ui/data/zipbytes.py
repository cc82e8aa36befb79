"""The bytes that stand for an example where a set of examples is judged by how well it compresses (ZIP, METHOD.md §5).

Knows nothing of compression.
"""

from __future__ import annotations

import json

from .examples import Example


def zip_bytes(example: Example) -> bytes:
    """One line of JSON in UTF-8, ended by a line feed: the turns of a chat, or instruction, input and response.

    The keys and their order are always the same, and nothing else of the row takes part (its id, domain and further
    columns), so equal content gives equal bytes whatever dataset it stands in. Rows put one after the other are JSON
    Lines.
    """
    if example.messages:
        turns = [{"role": message.role, "content": message.content} for message in example.messages]
        row: dict[str, object] = {"messages": [*turns, {"role": "assistant", "content": example.response}]}
    else:
        row = {"instruction": example.instruction, "input": example.input, "response": example.response}
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()
