"""Families that ask what a snippet prints or what an expression is worth."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from . import snippets
from .snippets import Maker

_ASKS = (
    "What does this print?",
    "Predict the output of this code.",
    "What is printed when this program runs?",
    "Without running it: what will the following code show?",
    "Read the code and tell me its output.",
    "Give the exact output.",
    "I do not have Python here. What would this print?",
    "What is printed here, and why?",
    "output?",
    "Trace the code and give the printed text.",
    "What is the output?",
    "What will be printed?",
    "What does the code below print?",
    "Say what appears on the screen.",
    "Please tell me the output of these lines.",
    "What output do you expect, and why?",
    "Which value is printed at the end?",
    "Can you tell what Python prints here?",
    "what gets printed?",
    "Exam question: what is printed?",
    "What do I see on the screen after running the lines below?",
    "Which text does this small script write?",
    "Follow the program step by step. What comes out?",
    "hey, what does this do when I run it? just the output pls",
    "Please work out the output of the snippet.",
    "A student asked me what this prints. Can you tell?",
    "This program prints one line. Which one?",
)
_BARE = ("just the output", "exact output", "output?")
_ENDS = ("{why} The answer is {x}.", "{why} So the answer is {x}.", "{why} That means the answer is {x}.")


def short(rng: Random, asked: str, why: str, answer: str) -> str:
    """The answer alone, or after its reason."""
    if any(mark in asked for mark in _BARE) or (rng.random() < 0.25 and "why" not in asked and "step" not in asked):
        return answer
    return rng.choice(_ENDS).format(why=why, x=answer)


def _odd(code: str) -> bool:
    """Whether a size or speed is put in words that are said of other things."""
    fitting = {"t": ("cold", "low"), "size": ("small",), "speed": ("slow",), "level": ("low",)}
    return any(
        code.startswith(f"{name} = ") and "elif" in code and not any(f'"{word}"' in code for word in words)
        for name, words in fitting.items()
    )


def printing(name: str, makers: tuple[Maker, ...]) -> Family:
    """The family of predicting what the makers' snippets print."""

    def family(rng: Random) -> Task:
        snippet = rng.choice(makers)(rng)
        while not snippet.printed.strip(" []") or _odd(snippet.code):  # nothing printed is no answer to compare
            snippet = rng.choice(makers)(rng)
        asked = rng.choice(_ASKS)
        return Task(name, asked, short(rng, asked, snippet.why, snippet.printed), snippet.code, snippet.printed)

    return family


PREDICTING: dict[str, Family] = {
    "print_loop": printing("print_loop", snippets.LOOPS),
    "print_while": printing("print_while", snippets.STEPS),
    "print_slice": printing("print_slice", snippets.SLICES),
    "print_list_change": printing("print_list_change", snippets.LISTS),
    "print_string_method": printing("print_string_method", (snippets.string_method,)),
    "print_dict": printing("print_dict", (snippets.dict_use,)),
    "print_branches": printing("print_branches", (snippets.branches,)),
    "print_format": printing("print_format", (snippets.formatted,)),
    "print_comprehension": printing("print_comprehension", (snippets.comprehension,)),
    "print_function": printing("print_function", (snippets.function_call,)),
    "print_set_tuple": printing("print_set_tuple", (snippets.sets_and_tuples,)),
}
