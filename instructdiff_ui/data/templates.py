"""From an example to the text of its prompt.

Knows nothing of token ids. The response is never part of a template: whatever stands between prompt and response
belongs to the prompt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..config import Template
from ..errors import DataError
from .examples import Example, transcript

_TASK = "Below is an instruction that describes a task"
_WRITE = "Write a response that appropriately completes the request."
ALPACA = f"{_TASK}. {_WRITE}\n\n### Instruction:\n{{instruction}}\n\n### Response:"
ALPACA_INPUT = (
    f"{_TASK}, paired with an input that provides further context. {_WRITE}\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:"
)
_ASKED = "instruction"
_PLACE = re.compile(r"\{(instruction|input)\}")


@dataclass(frozen=True)
class Renderer:
    """One way of writing prompts, for a whole run.

    Raises `DataError` at once for a chat template that is missing and a custom template without {instruction}.
    """

    template: Template
    custom_template: str | None
    separator: str
    use_input: bool
    tokenizer: Any

    def __post_init__(self) -> None:
        if self.template == "chat" and not self.tokenizer.chat_template:
            raise DataError("The tokenizer has no chat template; use the template auto, alpaca, plain or custom.")
        if self.template == "custom" and "{instruction}" not in (self.custom_template or ""):
            raise DataError(f"A custom template must contain {{instruction}}; it is {self.custom_template!r}.")

    @property
    def resolved(self) -> str:
        """The template in use: what `auto` stands for with this tokenizer."""
        if self.template == "auto":
            return "chat" if self.tokenizer.chat_template else "alpaca"
        return self.template

    @property
    def writes_special_tokens(self) -> bool:
        """Whether the template itself holds special tokens, such as <|im_start|>."""
        if self.resolved == "chat":
            return True
        frame = (self.custom_template or "" if self.resolved == "custom" else "") + self.separator
        return any(token in frame for token in self.tokenizer.all_special_tokens)

    def prompt(self, example: Example) -> str:
        """Everything before the response; raises `DataError` when the chat template refuses the turns."""
        body = self._chat(example) if self.resolved == "chat" else self._text(example)
        return body + self.separator

    @property
    def header(self) -> str:
        """What a prompt ends with whatever is asked for: the bare header of a response; often empty.

        Of Alpaca "### Response:", of a chat template its generation prompt, else what stands after the last place.
        """
        if self.resolved == "chat":
            asked = [{"role": "user", "content": _ASKED}]
            whole, turns = (self._applied(asked, add_generation_prompt=add) for add in (True, False))
            # a template may end a conversation otherwise where no turn is to follow
            rest = whole.removeprefix(turns) if whole.startswith(turns) else whole.rpartition(_ASKED)[2]
            return rest + self.separator
        frame = {"plain": "{instruction}\n", "alpaca": ALPACA}.get(self.resolved) or self.custom_template or ""
        rest = _PLACE.split(frame)[-1]
        return (rest.lstrip("\n") if self.resolved == "alpaca" else rest) + self.separator

    def request(self, example: Example) -> str:
        """What is asked for, without a template: the instruction, and on further lines the input."""
        instruction, further = self._parts(example)
        return f"{instruction}\n{further}" if further else instruction

    def _parts(self, example: Example) -> tuple[str, str]:
        further = example.input if self.use_input and example.input.strip() else ""
        return example.instruction or transcript(example.messages), further

    def _text(self, example: Example) -> str:
        if self.resolved == "plain":
            return f"{self.request(example)}\n"
        instruction, further = self._parts(example)
        frame = self.custom_template or ""
        if self.resolved == "alpaca":
            frame = ALPACA_INPUT if further else ALPACA
        # One pass, so that braces inside the data are never taken for a place.
        parts = {"instruction": instruction, "input": further}
        return _PLACE.sub(lambda place: parts[place.group(1)], frame)

    def _chat(self, example: Example) -> str:
        turns = [{"role": message.role, "content": message.content} for message in example.messages]
        if not turns:
            further = f"\n\n{example.input}" if self.use_input and example.input.strip() else ""
            turns = [{"role": "user", "content": example.instruction + further}]
        return self._applied(turns, add_generation_prompt=True)

    def _applied(self, turns: list[dict[str, str]], *, add_generation_prompt: bool) -> str:
        from jinja2 import TemplateError

        try:
            return self.tokenizer.apply_chat_template(
                turns, add_generation_prompt=add_generation_prompt, tokenize=False
            )
        except (TemplateError, TypeError, ValueError) as error:
            raise DataError(f"chat template: it refuses these turns ({error})") from None
