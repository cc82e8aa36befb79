"""Better words for requests and explanations where a bank's wording reads well only in running text."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from ..task import Family, Task

_REWORDED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), better)
    for pattern, better in (
        (r"Why do books on medicine name ([^?]+)\?", r"Why is \1 remembered in medicine?"),
        (r"In one short phrase, what work falls to ([^?]+)\?", r"In a short phrase, what is the job of \1?"),
        (r"Sort ([^.?]+) into a body system\.", r"Name the body system that \1 belongs to."),
        (r"Which task do ([^?]+) have\?", r"What job do \1 have?"),
        (r"What is the chief work of ([^?]+)\?", r"What is the main job of \1?"),
        (r"Which task belongs to the ([^?]+)\?", r"What is the task of the \1?"),
        (r"Which field is the work of the ([^?]+)\?", r"What is the field of the \1?"),
        (r"What does the body use for ([^?]+)\?", r"Which nutrient does the body use for \1?"),
        (r"Which movement does the ([^?]+) make\?", r"Which movement is the \1 responsible for?"),
        (r"Which step is typical at ([^?]+)\?", r"Which milestone is typical at \1?"),
        (r"Which imaging test suits best for ([^?]+)\?", r"Which imaging test is best for \1?"),
        (r"Choose the imaging method for ([^.]+)\.", r"Name the imaging method of choice for \1."),
        (r"Who is the expert for ([^?]+)\?", r"Which doctor is the expert in \1?"),
        (r"([Tt])he expert for ([^.?]+) is the", r"\1he expert in \2 is the"),
        (r"What is the antidote or remedy in ([^?]+)\?", r"What is the antidote or remedy for \1?"),
        (r"In (?!adults)([^.?]+), the helpful test is this: ", r"The test that helps most in \1 is "),
        (r"topping smoking and inhalers", "topping smoking, plus inhalers"),
        (r"immune globulin", "immunoglobulin"),
        (r"([Tt])he action of the ([^:.]+) is easy to recall: it ", r"\1he \2 "),
        (r"(?<=, )as we know, ", ""),
        (r"(?<=that )as we know, ", ""),
        (r"is expressed by (-?\w)", r"is the meaning of \1"),
        (r"[Ff]ood from mouth to exit", "the path of food through the body"),
    )
)


def better(text: str) -> str:
    for pattern, words in _REWORDED:
        text = pattern.sub(words, text)
    return text


def reworded(family: Family) -> Family:
    """The family with everything in better words."""

    def draw(rng: Random) -> Task:
        task = family(rng)
        return replace(
            task,
            instruction=better(task.instruction),
            output=better(task.output),
            input=better(task.input),
            answer=better(task.answer),
        )

    return draw
