"""A small program and the recipe it is drawn from: names, parameters, constants and bodies vary, its meaning is known.

In a recipe's texts P1, P2, P3 stand for the parameters, V1 for the loop variable that suits the first one, K1 and
K2 for its constants and FN for the function's name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from .words import ANIMALS, FRUITS, NAMES, PHRASES, THINGS, WORDS, ints, several, show


@dataclass(frozen=True)
class Kind:
    """A kind of parameter: (parameter, loop variable) names, its type hint, and how to draw a value."""

    names: tuple[tuple[str, str], ...]
    hint: str
    draw: Callable[[Random], object]


@dataclass(frozen=True)
class Recipe:
    names: str  # possible function names, separated by spaces
    goal: str  # what the function does, as "count the ..."; alternatives separated by |
    takes: tuple[Kind, ...]
    gives: str  # type hint of the result
    bodies: tuple[str, ...]
    twin: Callable[..., object]  # the same computation, of the arguments and then the constants
    consts: tuple[Sequence[object], ...] = ()
    asks: tuple[str, ...] = ()  # whole requests in somebody's own words
    note: str = ""  # what is worth saying about the code
    imports: str = ""


@dataclass(frozen=True)
class Program:
    name: str
    params: str
    goal: str
    header: str
    hinted: str
    body: str
    calls: tuple[tuple[str, str], ...]  # (expression, its value as code)
    ask: str = ""
    note: str = ""
    imports: str = ""

    @property
    def call(self) -> str:
        return self.calls[0][0]

    @property
    def value(self) -> str:
        return self.calls[0][1]

    @property
    def check(self) -> str:
        return "\n".join(assertion(call, value) for call, value in self.calls)

    def code(self, *, hints: bool = False, doc: bool = False) -> str:
        """The source, with type hints or a docstring if wanted."""
        lines = [self.imports + "\n"] if self.imports else []
        lines.append(self.hinted if hints else self.header)
        if doc:
            lines.append(f'    """{self.goal[0].upper()}{self.goal[1:]}."""')
        return "\n".join([*lines, self.body])


def assertion(call: str, value: str) -> str:
    """`assert` in the form that suits the value."""
    match value:
        case "True":
            return f"assert {call}"
        case "False":
            return f"assert not {call}"
        case "None":
            return f"assert {call} is None"
    return f"assert {call} == {value}"


def indent(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


# a note that says the first of these is about bodies that hold the second
_MARKS = (
    ("list comprehension", "return ["), ("loop", "\n"), ("set ", "set("), ("slice", "[:"), ("star ", "*"),
     ("braces", "{"),
    ("case of both", " and "), ("smaller primes", "in result"), ("ignores the space", 'split(",")'),
     ("gives 5", ".weekday"),
    ("takes the base", ", 2)"),
)  # fmt: skip


def _fits(note: str, body: str) -> bool:
    """Whether the note is about this way of writing the function: its code fragments have to occur there."""
    return all(part in body for part in note.split("`")[1::2]) and all(
        mark in body for word, mark in _MARKS if word in note
    )


def draw(rng: Random, recipe: Recipe) -> Program:
    """A program made by the recipe."""
    chosen = [rng.choice(kind.names) for kind in recipe.takes]
    consts = [rng.choice(options) for options in recipe.consts]
    name = rng.choice(recipe.names.split())
    name = name.replace("K1", str(consts[0])) if consts else name
    slots = [("FN", name), ("V1", chosen[0][1] if chosen else "item")]
    slots += [(f"P{place}", pair[0]) for place, pair in enumerate(chosen, start=1)]
    slots += [(f"K{place}", str(const)) for place, const in enumerate(consts, start=1)]

    def fill(text: str) -> str:
        for slot, value in slots:
            text = text.replace(slot, value)
        return text

    calls = []
    for _ in range(2 if recipe.takes else 1):
        values = [kind.draw(rng) for kind in recipe.takes]
        written = ", ".join(map(show, values))  # before the twin runs, which may change them
        calls.append((f"{name}({written})", show(recipe.twin(*values, *consts))))
    params = ", ".join(pair[0] for pair in chosen)
    body, note = fill(rng.choice(recipe.bodies)), fill(recipe.note)
    hints = ", ".join(f"{pair[0]}: {kind.hint}" for pair, kind in zip(chosen, recipe.takes, strict=True))
    return Program(
        name=name,
        params=params,
        goal=fill(rng.choice(recipe.goal.split("|"))),
        header=f"def {name}({params}):",
        hinted=f"def {name}({hints}) -> {recipe.gives}:",
        body=indent(body),
        calls=tuple(dict.fromkeys(calls)),
        ask=fill(rng.choice(recipe.asks)) if recipe.asks else "",
        note=note if _fits(note, body) else "",
        imports=recipe.imports,
    )


def _counts(rng: Random) -> dict[str, int]:
    return {key: rng.randint(1, 20) for key in rng.sample(rng.choice((FRUITS, THINGS, NAMES)), rng.randint(2, 4))}


def _grid(rng: Random) -> list[list[int]]:
    wide = rng.randint(2, 3)
    return [[rng.randint(1, 9) for _ in range(wide)] for _ in range(rng.randint(2, 3))]


def _text(rng: Random) -> str:
    return rng.choice(rng.choice((WORDS, PHRASES)))


NUMS = Kind(
    (("numbers", "number"), ("values", "value"), ("nums", "num"), ("data", "x"), ("scores", "score"), ("numbers", "x")),
    "list[int]",
    ints,
)
SIGNED = Kind(NUMS.names, "list[int]", lambda rng: ints(rng, -20, 20))
FEW = Kind(NUMS.names, "list[int]", lambda rng: ints(rng, 1, 5, least=4, most=7))
MORE = Kind((("others", "other"), ("second", "y"), ("more", "y")), "list[int]", lambda rng: ints(rng, 1, 12))
STRINGS = Kind(
    (("words", "word"), ("names", "name"), ("items", "item"), ("labels", "label"), ("words", "w")), "list[str]", several
)
TEXT = Kind((("text", "char"), ("s", "c"), ("text", "ch"), ("line", "char"), ("string", "letter")), "str", _text)
WORD = Kind((("word", "letter"), ("s", "c"), ("text", "char"), ("word", "ch")), "str", lambda rng: rng.choice(WORDS))
PHRASE = Kind(
    (("text", "word"), ("sentence", "word"), ("line", "w"), ("phrase", "word")), "str", lambda rng: rng.choice(PHRASES)
)
LETTER = Kind((("wanted", ""), ("target", ""), ("mark", "")), "str", lambda rng: rng.choice("aeilnorst"))
N = Kind((("n", "i"), ("number", "i"), ("n", "k")), "int", lambda rng: rng.randint(1, 30))
SMALL = Kind((("n", "i"), ("count", "i"), ("size", "i"), ("n", "k")), "int", lambda rng: rng.randint(2, 7))
BIG = Kind((("n", "digit"), ("number", "digit"), ("value", "d")), "int", lambda rng: rng.randint(100, 9999))
LIMIT = Kind((("wanted", ""), ("target", "")), "int", lambda rng: rng.randint(3, 20))
COUNTS = Kind(
    (("prices", "item"), ("stock", "item"), ("counts", "key"), ("points", "name"), ("data", "key")),
    "dict[str, int]",
    _counts,
)
GRID = Kind((("matrix", "row"), ("grid", "row"), ("table", "row"), ("rows", "row")), "list[list[int]]", _grid)
ANIMAL = Kind((("animal", ""), ("name", "")), "str", lambda rng: rng.choice(ANIMALS))
