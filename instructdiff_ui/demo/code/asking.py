"""How people ask for a program and how it is handed over: the wording that all families of written code share."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .program import Program, Recipe, assertion, draw
from .words import capital, third

_FRAMES = (
    "Write a Python function that {goals}.",
    "Write a function that {goals}.",
    "Write a function `{name}({params})` that {goals}.",
    "Write `{name}({params})`. It {goals}.",
    "Define `{name}` in Python. It should {goal}.",
    "How do I {goal} in Python?",
    "How can I {goal}?",
    "How would you {goal}? Please show a function.",
    "Could you write me a small function to {goal}?",
    "Can you write a Python function to {goal}?",
    "need a python function to {goal}, thanks",
    "I have to {goal}. Please show me a function for it.",
    "Implement `{name}({params})`, a function to {goal}.",
    "Please implement `{name}`, which {goals}.",
    "Python: {goal}.",
    "Give me a helper called `{name}` which {goals}. For example, `{call}` must give `{value}`.",
    "I want to {goal}. What is a good way to do that?",
    "{Goal}. Put the code in a function named `{name}`.",
    "{Goal}.",
    'This is the exercise: "{Goal}." What would the function look like?',
    "`{call}` should give `{value}`. Write `{name}`, which {goals}.",
    "What is a simple way to {goal}? A function would be best.",
    "Please provide a function that {goals}; call it `{name}`.",
    "quick one: function to {goal}",
    "A colleague wants code to {goal}. Can you write it as a function?",
    "Create the function `{name}`. Its job is to {goal}.",
    "Show me how to {goal}. A few lines of Python are enough.",
    "Write a function to {goal}. This line should pass afterwards: `{assertion}`",
    "My script has to {goal}. Please turn that into a function named `{name}`.",
    "{name}({params}): {goal}. Python please.",
    "I am a beginner and would like to {goal}. Where do I start?",
    "what's the python way to {goal}?",
    "I am missing a helper to {goal}. The name should be `{name}`.",
    "Fill this in for me: `{name}` {goals}, so `{call}` gives `{value}`.",
    "Is there a short function to {goal}?",
    "Task: {goal}. Use a function.",
)
_PARTNERS = (("a", "b"), ("left", "right"), ("one", "two"), ("first", "second"))
_HINT_WISHES = (" Use type hints.", " Add type hints, please.", " With type hints.")
_DOC_WISHES = (" Include a docstring.", " Give it a docstring.", " Please add a one-line docstring.")
_BARE_WISHES = (" Only the code, please.", " Just code.", " No explanation needed.", " Reply with code only.")
_TALK_WISHES = (
    " Explain it in one sentence.",
    " Add a short remark on how it works.",
    " A word of explanation would be nice.",
)
_BEFORE = (
    "Here is a function that {goals}:",
    "This does it:",
    "You can write it like this:",
    "Sure, here is one way.",
    "A short function is enough:",
    "`{name}` {goals}:",
    "One simple version:",
    "Try this:",
    "Here you go:",
    "The function below {goals}.",
)
_AFTER = (
    "For example, `{call}` gives `{value}`.",
    "With this, `{call}` is `{value}`.",
    "Calling `{call}` returns `{value}`.",
    "Check: `{call}` is `{value}`.",
)


def fence(code: str) -> str:
    return f"```python\n{code}\n```"


def said(goal: str) -> str:
    """`multiply the numbers` -> `multiplies the numbers`."""
    return third(goal).replace("multiplys", "multiplies")


def matching(rng: Random, recipes: tuple[Recipe, ...]) -> Program:
    """A program of one of the recipes whose parameters have names that go together."""
    program = draw(rng, rng.choice(recipes))
    while not _go_together(program.params.split(", ")):
        program = draw(rng, rng.choice(recipes))
    return program


def _go_together(params: list[str]) -> bool:
    """Whether `a` comes with `b`, `left` with `right` and so on."""
    return len(params) != 2 or all((params[0] == one) == (params[1] == other) for one, other in _PARTNERS)


def ask(rng: Random, program: Program) -> str:
    """A request for the program."""
    if program.ask and rng.random() < 0.5:
        return program.ask
    return _say(program, rng.choice(_FRAMES))


def _say(program: Program, text: str) -> str:
    return text.format(
        name=program.name,
        params=program.params,
        goal=program.goal,
        Goal=capital(program.goal),
        goals=said(program.goal),
        call=program.call,
        value=program.value,
        assertion=assertion(program.call, program.value),
    )


def hand_over(rng: Random, program: Program, code: str, *, talk: bool | None = None) -> str:
    """The code alone, or fenced between sentences; `talk` settles which, else half and half."""
    if not (rng.random() < 0.55 if talk is None else talk):
        return code
    leads = [lead for lead in _BEFORE if program.header.startswith("def ") or "unction" not in lead]
    before, after = _say(program, rng.choice(leads)), _say(program, rng.choice(_AFTER))
    if program.note and (talk or rng.random() < 0.6):
        after = program.note
    shape = 2 if talk else rng.choice((0, 1, 2, 2, 2))
    return "\n".join([before] * (shape != 1) + [fence(code)] + [after] * (shape != 0))


def written(rng: Random, family: str, program: Program) -> Task:
    """The task of writing the program, now and then with a wish about the form, which is granted."""
    request = ask(rng, program)
    hints, doc, talk = rng.random() < 0.15, rng.random() < 0.2, None
    wish = rng.random()
    if request.endswith(("`", "thanks")) or not request.endswith((".", "?", "!")):
        wish = 1.0
    if wish < 0.06:
        request, hints = request + rng.choice(_HINT_WISHES), True
    elif wish < 0.12:
        request, doc = request + rng.choice(_DOC_WISHES), True
    elif wish < 0.18:
        request, talk = request + rng.choice(_BARE_WISHES), False
    elif wish < 0.24 and program.note:
        request, talk = request + rng.choice(_TALK_WISHES), True
    output = hand_over(rng, program, program.code(hints=hints, doc=doc), talk=talk)
    return Task(family, request, output, check=program.check)


def writing(name: str, recipes: tuple[Recipe, ...]) -> Family:
    """The family of writing the programs that `recipes` make."""

    def family(rng: Random) -> Task:
        return written(rng, name, matching(rng, recipes))

    return family
