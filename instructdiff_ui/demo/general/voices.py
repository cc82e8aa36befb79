"""The tone in which a request of the pool is put: lead-ins that suit the task, drawn seldom, and better wordings."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from ..task import Family, Task
from .lang import LEADS, OPENERS, PASTED, cap, low, pick

KEPT = 0.6  # the share of stock lead-ins that a fitting one takes the place of; the others are dropped

PERSONAL = ("I ", "My ", "A child", "A riddle", "Riddle", "In a factory", "It is ")  # already tells who asks or why

# for each kind of task: what people say before such a request
FITTING: dict[str, tuple[str, ...]] = {
    "facts": (
        "Quick question: ",
        "Hi! ",
        "Hello, ",
        "I keep forgetting this. ",
        "We are having a quiz night. ",
        "I am writing a small quiz for my class. ",
        "My friend and I cannot agree. ",
        "Settle a bet for us. ",
        "This was in the crossword today. ",
        "My son asked me this on the way to school. ",
        "Sorry if this is a silly question. ",
        "For a school poster: ",
        "I should know this by now. ",
        "Question seven of our pub quiz: ",
        "I have to know this for a test tomorrow. ",
        "We were talking about this at dinner. ",
        "I looked in two books and could not find it. ",
    ),
    "words": (
        "Quick question: ",
        "Hi! ",
        "I am learning English. ",
        "English homework: ",
        "I am never sure about this one. ",
        "For a crossword: ",
        "I am helping my daughter with her English homework. ",
        "We had this in our language course today. ",
        "I am preparing a worksheet for my class. ",
        "English is not my first language. ",
        "Small language question. ",
    ),
    "logic": (
        "Quick one: ",
        "A little puzzle: ",
        "Brain teaser! ",
        "My son brought this home from school. ",
        "I found this in a puzzle book. ",
        "Can you work this out? ",
        "I got a different result from my sister. ",
        "From an aptitude test: ",
        "I always get mixed up with these. ",
        "Warm-up for today: ",
    ),
    "material": (
        "Quick one: ",
        "Hi! ",
        "Hello, ",
        "Next one: ",
        "One more: ",
        "Please help me with this. ",
        "I have no time to do this by hand. ",
        "For the school magazine: ",
        "See below. ",
        "Could you do this for me? ",
    ),
}

_REWORDED = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r" I do not know whom else to ask\.", " I would be glad of any advice."),
        (r"What is not ('[^']+') but quite the other way round is ('[^']+')\.", r"\1 and \2 are opposites."),
        (r" very early\b", " early in the morning"),
        (r"[Ii]f your work is that of ([^,]+), you are someone who ([^.]+)\.", r"We call someone who \2 \1."),
        (r"hand bag", "handbag"),
        (r"(?<=,\n)you are invited", "You are invited"),
        (r"Please write two sentences about it", "Please write a few lines about it"),
        (r"What speaks for it and what against it\?", "What are the arguments for and against?"),
        (r"On the good side, ", "On the one hand, "),
        (r"Which verb tells the sound of ([^?]+)\?", r"Which verb describes the sound of \1?"),
        (
            r"is played or done with this: ([^?]+)\? It takes place here: ([^.]+)\.",
            r"needs this: \1? It is done here: \2.",
        ),
        (r"The clues ([^.]+) fit", r"The words \1 point to"),
        (r"for ([a-z ]+) you need this: ([^;]+); the place is: ([^.]+)\.", r"\1 needs \2 and is done here: \3."),
        (r"the raw material of ([a-z ]+) is", r"the raw material for \1 is"),
    )
)


def better(text: str) -> str:
    for pattern, words in _REWORDED:
        text = pattern.sub(words, text)
    return text


def _bare(text: str) -> str:
    """The request without a stock lead-in."""
    lead = next((lead for lead in (*LEADS, *PASTED) if text.startswith(lead)), "")
    return cap(text[len(lead) :])


def _led(rng: Random, text: str, kind: str) -> str:
    """The request after a lead-in that suits it."""
    named = text.split()[0] not in OPENERS  # a name keeps its capital, so it starts a sentence of its own
    lead = pick(rng, [one for one in FITTING[kind] if not named or one.endswith((". ", "! ", "? "))])
    return lead + (low(text) if lead.endswith((": ", ", ")) else text)


def voiced(family: Family, kind: str) -> Family:
    """The family with other lead-ins and better words. `kind` is a key of `FITTING`."""

    def draw(rng: Random) -> Task:
        task = family(rng)
        text = _bare(task.instruction)
        if text != task.instruction and not text.startswith(PERSONAL) and rng.random() < KEPT:
            text = _led(rng, text, "material" if task.input else kind)
        return replace(
            task,
            instruction=better(text),
            input=better(task.input),
            output=better(task.output),
            answer=better(task.answer),
        )

    return draw
