"""Pieces of prose that state the facts of `facts.py` in several wordings; documents string them together."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .asking import fence
from .facts import CHOICES, COSTS, DIFFERENCES, ERRORS, KEYWORDS, METHODS, MODULES, TERMS, TOOLS
from .knowing import error_case
from .values import expression
from .words import FRUITS, NAMES, THINGS, a, capital, third

_GRAMMAR = ("SyntaxError", "IndentationError")  # their snippets are no valid code, so documents leave them out


def tool(rng: Random) -> str:
    name, does, call, value = rng.choice(TOOLS)
    what = "method" if name in METHODS else "built-in function"
    text = rng.choice(
        (f"The {what} `{name}` is used to {does}.", f"To {does}, Python has `{name}`.", f"`{name}` {third(does)}.",
         f"If you want to {does}, call the {what} `{name}`.", f"One {what} is there to {does}. It is called {name}.",
         f"{name}: {what} to {does}.")
    )  # fmt: skip
    shown = (f" For example, {call} gives {value}.", f" So {call} is {value}.", f" Example: {call} -> {value}")
    return text + (rng.choice(shown) if call else "")


def tool_session(rng: Random) -> str:
    name, does, call, value = rng.choice([t for t in TOOLS if t[2]])
    return f">>> {call}  # {name}: {does}\n{value}"


def error(rng: Random) -> str:
    name, cause, _ = rng.choice(ERRORS)
    return rng.choice(
        (f"{capital(a(name))} is raised for {cause}.", f"{name} means that there is {cause}.",
         f"The cause of {a(name)} is {cause}.",
         f"Python raises {name} when it meets {cause}.", f"For {cause} the error is {name}.",
         f"Look for {cause}; that is what {name} reports.",
         f"{name} stands for {cause}.")
    )  # fmt: skip


def error_example(rng: Random) -> str:
    name, cause, code = error_case(rng)
    while name in _GRAMMAR:
        name, cause, code = error_case(rng)
    return rng.choice(
        (f"These lines raise {a(name)}:\n{fence(code)}\nThe cause is {cause}.",
         f"{fence(code)}\nThis ends in {a(name)}. The problem here is {cause}.",
         f"{capital(cause)} gives {a(name)}, for example here:\n{fence(code)}")
    )  # fmt: skip


def caught(rng: Random) -> str:
    name, cause, code = error_case(rng)
    while name in (*_GRAMMAR, "UnboundLocalError", "AssertionError", "RecursionError"):
        name, cause, code = error_case(rng)
    word = rng.choice(("sorry", "not possible", "try again", "oops", f"caught {name}"))
    lines = code.replace("\n", "\n    ")
    return (
        f"An error can be caught. Here it is {name}, because of {cause}.\n"
        f"{fence(f'try:{chr(10)}    {lines}{chr(10)}except {name}:{chr(10)}    message = {chr(34)}{word}{chr(34)}')}"
    )


def cost(rng: Random) -> str:
    order, reason, snippets = rng.choice(COSTS)
    code = rng.choice(snippets).format(x=rng.choice(("items", "values", "data", "numbers")), k=rng.randint(0, 9))
    return rng.choice(
        (f"{fence(code)}\n{reason} The time is {order}.", f"This function takes {order} time. {reason}\n{fence(code)}",
         f"What does it cost to call this function?\n{fence(code)}\n{reason} Hence {order}.")
    )  # fmt: skip


def difference(rng: Random) -> str:
    one, other, text = rng.choice(DIFFERENCES)
    return rng.choice(
        (f"Many people mix up {one} and {other}. {text}", f"What sets {one} apart from {other}? {text}", text,
         f"{capital(one)} is not the same as {other}. {text}",
         f"On {one} and {other}: {text[0].lower() if text.startswith('A ') else text[0]}{text[1:]}")
    )  # fmt: skip


def term(rng: Random) -> str:
    name, meaning = rng.choice(TERMS)
    return rng.choice(
        (f"{capital(a(name))} is {meaning}.", f"Programmers call {meaning} {a(name)}.",
         f"The word for {meaning} is {name}.",
         f"{name}: {meaning}", f"In Python, {a(name)} is {meaning}.", f"By {a(name)} we mean {meaning}.")
    )  # fmt: skip


def keyword(rng: Random) -> str:
    word, does = rng.choice(KEYWORDS)
    return rng.choice(
        (f"The keyword `{word}` {does}.", f"`{word}` {does}.", f"The word that {does} is `{word}`.", f"{word} - {does}",
         f"One keyword {does}: it is `{word}`.")
    )  # fmt: skip


def choice(rng: Random) -> str:
    need, kind, reason = rng.choice(CHOICES)
    who = rng.choice(NAMES)
    return rng.choice(
        (f"To {need}, use a {kind}. {reason}", f"{who} wants to {need}. The best choice is a {kind}. {reason}",
         f"A {kind} is right if you have to {need}. {reason}", f"Which collection helps to {need}? A {kind}. {reason}")
    )  # fmt: skip


def module(rng: Random) -> str:
    name, need = rng.choice(MODULES)
    return rng.choice(
        (f"To {need}, import the module `{name}`.", f"The module `{name}` lets you {need}.",
         f"With `import {name}` you can {need}.",
         f"If a program has to {need}, it imports {name}.", f"{name}: {need}")
    )  # fmt: skip


def fstring(rng: Random) -> str:
    word, n = rng.choice((*NAMES, *FRUITS, *THINGS)), rng.randint(2, 40)
    var, middle = (
        rng.choice(("name", "item", "who", "word")),
        rng.choice((" has ", ": ", " costs ", " got number ", " times ")),
    )
    old = rng.choice(
        (f'{var} + "{middle}" + str(n)', f'"{{}}{middle}{{}}".format({var}, n)', f'"%s{middle}%d" % ({var}, n)')
    )
    given = f'{var} = "{word}"\nn = {n}\n'
    return rng.choice(
        (f"Old style:\n{fence(given + f'line = {old}')}\nThe same with an f-string:\n"
         f"{fence(given + f'line = f{chr(34)}{{{var}}}{middle}{{n}}{chr(34)}')}",
         f'If {var} is "{word}" and n is {n}, then f"{{{var}}}{middle}{{n}}" is "{word}{middle}{n}".')
    )  # fmt: skip


def trap(rng: Random) -> str:
    kind, empty, add = rng.choice((("list", "[]", "append(x)"), ("set", "set()", "add(x)")))
    name = rng.choice(("items", "seen", "names", "rows", "bag"))
    return (
        f"A {kind} as a default value is a trap. It is made once and kept between the calls, so the second call "
        f"finds two entries:\n"
        f"{fence(f'def f(x, {name}={empty}):{chr(10)}    {name}.{add}{chr(10)}    return len({name})')}\n"
        f"Take None as the default and make the {kind} inside."
    )


def value(rng: Random) -> str:
    text, result, rule = expression(rng)
    return rng.choice(
        (f">>> {text}  # {rule}\n{result!r}", f"`{text}` is {result}. {rule}", f"{rule} So `{text}` gives {result}.")
    )


def mixed(rng: Random) -> str:
    return rng.choice((tool, error, difference, term, keyword, choice, module))(rng)


NOTES: tuple[Callable[[Random], str], ...] = (
    tool, tool, tool_session, error, error_example, caught, cost, difference, term, keyword, choice, module, fstring,
    trap, value, mixed,
)  # fmt: skip

SENTENCES = (error, difference, choice)  # these always make whole sentences
