"""One example in the form that a trainer reads: prompt and completion, messages, Alpaca's fields, ShareGPT's turns.

A row that a form cannot hold is refused by name, never bent into it. Knows nothing of files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...config import Template
from ...errors import DataError
from ..examples import Example, Message
from ..templates import Renderer

SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt", "tool": "tool"}  # ShareGPT's names of the roles
_CALLS = ("tool_calls", "function_call")


@dataclass(frozen=True)
class Prompts:
    """How a run wrote its prompts; auto stands for a template that is not known, and reads as text."""

    template: Template = "chat"
    custom_template: str | None = None
    separator: str = ""
    use_input: bool = True

    @property
    def chat(self) -> bool:
        return self.template == "chat"

    def text(self, example: Example) -> str:
        """The prompt as the models read it; only for a template that is text, which needs no tokenizer."""
        return Renderer(self.template, self.custom_template, self.separator, self.use_input, None).prompt(example)


def turns(example: Example, *, use_input: bool = True) -> list[Message]:
    """The whole chat, the response last; a row of texts is one user turn, its input after a blank line."""
    before = list(example.messages)
    if not before:
        further = f"\n\n{example.input}" if use_input and example.input.strip() else ""
        before = [Message("user", example.instruction + further)]
    return [*before, Message("assistant", example.response)]


def prompt_completion(example: Example, prompts: Prompts) -> dict[str, Any]:
    """`{prompt, completion}`: turns for a chat template, which the trainer applies, else the very text of the run."""
    _no_calls(example, "trl-prompt-completion")
    if not prompts.chat:
        return {"prompt": prompts.text(example), "completion": example.response}
    every = _role_content(turns(example, use_input=prompts.use_input))
    return {"prompt": every[:-1], "completion": every[-1:]}


def messages(example: Example, fmt: str) -> dict[str, Any]:
    """`{messages: [{role, content}, …]}`."""
    _no_calls(example, fmt)
    return {"messages": _role_content(turns(example))}


def alpaca(example: Example, fmt: str) -> dict[str, Any]:
    """`{instruction, input, output}`; raises `DataError` for a chat of more than one user turn and its answer."""
    _no_calls(example, fmt)
    if [message.role for message in example.messages] not in ([], ["user"]):
        speakers = ", ".join(message.role for message in example.messages)
        raise _refusal(example, fmt, f"is a chat with the turns {speakers} before the response", "sharegpt")
    return {"instruction": example.instruction, "input": example.input, "output": example.response}


def sharegpt(example: Example, fmt: str) -> dict[str, Any]:
    """`{conversations: [{from, value}, …]}`, by system, human, gpt and tool."""
    _no_calls(example, fmt)
    return {"conversations": [{"from": SPEAKERS[turn.role], "value": turn.content} for turn in turns(example)]}


def alternating(example: Example) -> dict[str, Any]:
    """ShareGPT's turns for LLaMA-Factory, which leaves a row out unless others and the assistant take turns.

    A system turn may stand at the very start. Raises `DataError` for a row that would be left out.
    """
    spoken = [turn.role for turn in turns(example)]
    if spoken[0] == "system":
        spoken = spoken[1:]
    if any((role == "assistant") != (n % 2 == 1) or role == "system" for n, role in enumerate(spoken)):
        why = f"has the turns {', '.join(spoken)}, and LLaMA-Factory leaves out a chat that does not alternate"
        raise _refusal(example, "llama-factory", why, "trl-messages or axolotl")
    return sharegpt(example, "llama-factory")


def _role_content(every: list[Message]) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in every]


def _no_calls(example: Example, fmt: str) -> None:
    """Refuse a chat whose turns hold calls of tools: an example has the turns' texts alone."""
    if example.messages and any(_calls(value) for name, value in example.extra.items() if _is_turns(example, name)):
        raise _refusal(
            example, fmt, "has turns that call tools", "jsonl, which keeps the turns as the dataset has them"
        )


def _is_turns(example: Example, name: str) -> bool:
    return example.columns.get(name) != "extra"


def _calls(value: Any) -> bool:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return False
    every = value if isinstance(value, (list, tuple)) else [value]  # a mapping: one list per field
    return any(isinstance(turn, Mapping) and any(_some(turn.get(key)) for key in _CALLS) for turn in every)


def _some(value: Any) -> bool:
    return any(value) if isinstance(value, (list, tuple)) else bool(value)


def _refusal(example: Example, fmt: str, why: str, instead: str) -> DataError:
    row = f"Row {example.example_id} ({example.source}, row {example.row})"
    return DataError(f"{row} {why}, which {fmt} cannot hold: exclude the row, or export as {instead}.")
