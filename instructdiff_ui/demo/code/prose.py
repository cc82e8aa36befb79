"""Pre-training documents about programs: tutorials, traces, reviews, mails and dialogues, and the choice among all."""

from __future__ import annotations

from random import Random

from . import class_programs
from .asking import fence
from .listings import Part, any_program, doctests, fill, plain_functions, session, source_file, test_file
from .notes import NOTES, SENTENCES
from .program import Program, draw
from .recipes import RECIPES
from .repairs import broken
from .reshaping import loop_pair
from .snippets import ALL as SNIPPETS
from .words import NAMES, a, capital, third

_OPENERS = (
    "Suppose you want to {goal}.", "The next task is to {goal}.", "Very often a program has to {goal}.",
    "Let us {goal}.",
    "Now we {goal}.", "How can one {goal}?", "It is easy to {goal} in Python.", "Here we look at a way to {goal}.",
    "The function `{name}` {goals}.", "A typical exercise is to {goal}.", "Our next function, `{name}`, {goals}.",
)  # fmt: skip
_CLOSERS = (
    "The call `{call}` returns `{value}`.", "With this, `{call}` is `{value}`.",
    "For instance, `{call}` gives `{value}`.",
    "As a test, `{call}` must be `{value}`.", "When we call `{call}`, we get `{value}`.",
    "So `{call}` has the value `{value}`.",
)  # fmt: skip


def told(rng: Random, program: Program, text: str) -> str:
    return text.format(
        goal=program.goal, goals=third(program.goal), name=program.name, call=program.call, value=program.value
    )


def tutorial(rng: Random) -> str:
    """Paragraphs around fenced code."""

    def part(r: Random) -> str:
        program = any_program(r)
        note = f" {program.note}" if program.note else ""
        return (
            f"{told(r, program, r.choice(_OPENERS))}\n{fence(program.code(doc=r.random() < 0.2))}\n"
            f"{told(r, program, r.choice(_CLOSERS))}{note}"
        )

    return fill(rng, part)


def indented_tutorial(rng: Random) -> str:
    """Paragraphs with bare code between them."""

    def part(r: Random) -> str:
        program = any_program(r)
        note = f"{program.note} " if program.note else ""
        return (
            f"{told(r, program, r.choice(_OPENERS))}\n\n{program.code()}\n\n"
            f"{note}{told(r, program, r.choice(_CLOSERS))}"
        )

    return fill(rng, part)


def traced(rng: Random) -> str:
    """Snippets with what they print and why."""
    style = rng.choice(
        (
            "It prints {x}.",
            "The output is {x}.",
            "So {x} is printed.",
            "On the screen we see {x}.",
            "The program shows {x}.",
        )
    )

    def part(r: Random) -> str:
        snippet = r.choice(SNIPPETS)(r)
        return f"{snippet.code}\n\n{snippet.why} {style.format(x=snippet.printed)}"

    return fill(rng, part)


def commented(rng: Random) -> str:
    """Snippets with the output as a comment."""

    def part(r: Random) -> str:
        snippet = r.choice(SNIPPETS)(r)
        return f"{snippet.code}  # prints {snippet.printed}\n# {snippet.why}"

    return fill(rng, part)


def fenced_traces(rng: Random) -> str:
    """Snippets in fences with an explanation after each."""

    def part(r: Random) -> str:
        snippet = r.choice(SNIPPETS)(r)
        lead = r.choice(
            (
                "What happens here?",
                "Follow these lines.",
                "Now this one.",
                "Look at the code below.",
                "Another example:",
            )
        )
        return f"{lead}\n{fence(snippet.code)}\n{snippet.why} Therefore it prints {snippet.printed}."

    return fill(rng, part)


def bug_diary(rng: Random) -> str:
    """Bugs found and repaired."""

    def part(r: Random) -> str:
        wrong, right, case = broken(r)
        if "SyntaxError" in case.complaint:
            return f"{case.complaint} {case.reason} The right code is:\n{fence(right)}"
        lead = r.choice(
            (
                "Today I had this function:",
                "A friend sent me this code:",
                "Old version:",
                "Before:",
                "The bug was in this function:",
            )
        )
        bridge = r.choice(("After the repair:", "New version:", "I changed it to:", "The right code is:", "Corrected:"))
        return f"{lead}\n{fence(wrong)}\n{case.complaint} {case.reason} {bridge}\n{fence(right)}"

    return fill(rng, part)


def short_forms(rng: Random) -> str:
    """Loops and the comprehensions that replace them."""

    def part(r: Random) -> str:
        loop, short, _ = loop_pair(r)
        if r.random() < 0.5:
            return f"This loop\n{fence(loop)}\ncan be written as a list comprehension:\n{fence(short)}"
        return f"The comprehension\n{fence(short)}\ndoes the same as this loop:\n{fence(loop)}"

    return fill(rng, part)


def typed_versions(rng: Random) -> str:
    """The same function without and with type hints or docstring."""

    def part(r: Random) -> str:
        program = draw(r, r.choice(RECIPES))
        hints, doc, lead = r.choice(
            (
                (True, False, "With type hints:"),
                (False, True, "With a docstring:"),
                (True, True, "With type hints and a docstring:"),
            )
        )
        return f"{fence(program.code())}\n{lead}\n{fence(program.code(hints=hints, doc=doc))}"

    return fill(rng, part)


def two_ways(rng: Random) -> str:
    """Two bodies for the same task."""

    def part(r: Random) -> str:
        recipe = r.choice(RECIPES)
        one = draw(r, recipe)
        call = f"Either way, {one.call} is {one.value}."
        return f"# {capital(one.goal)}.\n{one.code()}\n\n# {call}\n# {one.note or 'The name says what it does.'}"

    return fill(rng, part)


def stubs(rng: Random) -> str:
    """A first line with its docstring, then the finished function."""

    def part(r: Random) -> str:
        program = draw(r, r.choice(RECIPES))
        head = f"{program.imports}\n\n" if program.imports else ""
        stub = f'{head}{program.header}\n    """{capital(program.goal)}."""\n    ...'
        return f"The plan:\n{fence(stub)}\nThe finished function:\n{fence(program.code(doc=True))}"

    return fill(rng, part)


def renamed(rng: Random) -> str:
    """A function before and after it got a new name."""

    def part(r: Random) -> str:
        program = draw(r, r.choice(RECIPES))
        new = r.choice(("work_out", "compute_it", "my_function", "process", "helper", "get_it", "step_one", "run"))
        code = program.code().replace(f"{program.name}(", f"{new}(")
        return f"{fence(program.code())}\nRenamed to `{new}`:\n{fence(code)}"

    return fill(rng, part)


def talk(rng: Random) -> str:
    """Two people speak about code."""
    one, two = rng.sample(NAMES, 2)

    def part(r: Random) -> str:
        program = any_program(r)
        wish = r.choice(
            (f"I need to {program.goal}.", f"How would you {program.goal}?", f"Do we have something to {program.goal}?")
        )
        reply = r.choice(("Like this:", f"Take `{program.name}`:", "That is short:", "I would write this:"))
        after = f"{one}: So `{program.call}` is `{program.value}`?\n{two}: Yes. {program.note}".rstrip()
        return f"{one}: {wish}\n{two}: {reply}\n{fence(program.code())}\n{after}"

    return fill(rng, part, between="\n")


def call_table(rng: Random) -> str:
    """What functions do, and values of calls."""

    def part(r: Random) -> str:
        program = draw(r, r.choice(RECIPES))
        return r.choice(
            (f"`{program.name}({program.params})` {third(program.goal)}. `{program.call}` is `{program.value}`.",
             f"{program.name}: {program.goal}. Example: {program.call} -> {program.value}",
             f"To {program.goal}, call `{program.name}`. With `{program.call}` the result is `{program.value}`.")
        )  # fmt: skip

    return fill(rng, part, between="\n")


def letter(rng: Random) -> str:
    """A mail that explains a function."""
    one, two = rng.sample(NAMES, 2)
    program = any_program(rng)
    start = rng.choice((f"Dear {one},", f"Hi {one},", f"Hello {one},"))
    body = rng.choice(
        (f"you asked how to {program.goal}. A few lines are enough.",
         f"here is the code to {program.goal} that I promised.",
         f"today I learned how to {program.goal}. Have a look.",
         f"our script has to {program.goal}, so I wrote `{program.name}`.")
    )  # fmt: skip
    end = rng.choice(("Best wishes", "See you soon", "Many thanks", "Yours"))
    text = (
        f"{start}\n\n{body}\n\n{program.code(doc=rng.random() < 0.4)}\n\n"
        f"{told(rng, program, rng.choice(_CLOSERS))} {program.note}".rstrip()
    )
    snippet = rng.choice(SNIPPETS)(rng)
    return (
        f"{text}\n\nBy the way, can you guess the output of this?\n\n{snippet.code}\n\n"
        f"{snippet.why} It prints {snippet.printed}.\n\n{end},\n{two}\n"
    )


def classes(rng: Random) -> str:
    """Classes, generators and decorators with a word about each."""

    def part(r: Random) -> str:
        program = r.choice(class_programs.ALL)(r)
        note = f" {program.note}" if program.note else ""
        lead = r.choice(
            (f"One can {program.goal}.", f"This is how to {program.goal}.", f"Here the aim is to {program.goal}.")
        )
        return f"{lead}\n\n{program.code()}\n\nHere `{program.call}` is `{program.value}`.{note}"

    return fill(rng, part)


def review(rng: Random) -> str:
    """Remarks of a reviewer on short functions."""
    who = rng.choice(NAMES)

    def part(r: Random) -> str:
        program = draw(r, r.choice(RECIPES))
        remark = r.choice(
            (f"{who}: This {third(program.goal)}. The name `{program.name}` is good.",
             f"{who}: Please add that `{program.call}` gives `{program.value}`.",
             f"{who}: Fine. It {third(program.goal)}, and {a('test')} with `{program.call}` gives `{program.value}`.",
             f"{who}: I read it twice. It {third(program.goal)}.")
        )  # fmt: skip
        return f"{fence(program.code(hints=r.random() < 0.3))}\n{remark} {program.note}".rstrip()

    return fill(rng, part)


KINDS: tuple[Part, ...] = (
    source_file, source_file, plain_functions, plain_functions, session, doctests, test_file, tutorial, tutorial,
    indented_tutorial,
    traced, traced, commented, fenced_traces, bug_diary, short_forms, typed_versions, two_ways, stubs, renamed, talk,
    call_table,
    letter, classes, review,
)  # fmt: skip


def document(rng: Random) -> str:
    """One document of any kind."""
    if rng.random() < 0.3:
        kind = rng.choice(NOTES)
        return fill(rng, kind, between=rng.choice(("\n", "\n\n", " " if kind in SENTENCES else "\n")))
    return rng.choice(KINDS)(rng)
