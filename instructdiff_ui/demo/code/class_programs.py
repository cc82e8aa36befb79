"""Small classes, dataclasses, generators, decorators and closures, as programs with varied names and numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random

from .program import Program, indent
from .words import CITIES, FRUITS, NAMES, THINGS, a, capital, ints, show


def _program(
    name: str,
    goal: str,
    header: str,
    body: str,
    calls: tuple[tuple[str, str], ...],
    ask: str = "",
    note: str = "",
    imports: str = "",
) -> Program:
    params = header.partition("(")[2].partition(")")[0]
    return Program(name, params, goal, header, header, indent(body), calls, ask, note, imports)


def counter(rng: Random) -> Program:
    name, start = rng.choice(("Counter", "Clicker", "Tally", "Steps")), rng.randint(0, 9)
    method, step = rng.choice(("click", "add", "step", "up")), rng.choice((1, 1, 2, 5, 10))
    body = (
        f"def __init__(self):\n    self.value = {start}\n\ndef {method}(self):\n    self.value += {step}\n"
        f"    return self.value"
    )
    return _program(
        name,
        f"count up by {step} from {start} with a class that has the method `{method}`",
        f"class {name}:",
        body,
        ((f"{name}().{method}()", str(start + step)), (f"{name}().value", str(start))),
        f"Make a class `{name}` whose `value` starts at {start}. Each call of `{method}` adds {step} and returns the "
        f"value.",
        "`self` is the object the method was called on.",
    )


def account(rng: Random) -> Program:
    name, start, paid = rng.choice(("Account", "Wallet", "MoneyBox", "Purse")), rng.randint(0, 50), rng.randint(5, 40)
    put = rng.choice(("deposit", "put", "add", "pay_in"))
    body = (
        f"def __init__(self, balance=0):\n    self.balance = balance\n\ndef {put}(self, amount):\n"
        f"    self.balance += amount\n    return self.balance"
    )
    return _program(
        name,
        f"keep a balance with a class that has the method `{put}`",
        f"class {name}:",
        body,
        ((f"{name}({start}).{put}({paid})", str(start + paid)), (f"{name}().balance", "0")),
        f"I play shop with my kids. Give me a class `{name}` with a `balance` (0 by default) and `{put}(amount)`.",
        "The default in `__init__` makes the first balance optional.",
    )


def rectangle(rng: Random) -> Program:
    name, one, two = rng.choice(
        (("Rectangle", "width", "height"), ("Field", "length", "width"), ("Room", "length", "width"))
    )
    w, h = rng.randint(2, 12), rng.randint(2, 12)
    what, formula, value = rng.choice(
        (("area", f"self.{one} * self.{two}", w * h), ("perimeter", f"2 * (self.{one} + self.{two})", 2 * (w + h)))
    )
    body = (
        f"def __init__(self, {one}, {two}):\n    self.{one} = {one}\n    self.{two} = {two}\n\ndef {what}(self):\n"
        f"    return {formula}"
    )
    return _program(
        name,
        f"store {one} and {two} in a class and compute the {what} with a method",
        f"class {name}:",
        body,
        ((f"{name}({w}, {h}).{what}()", str(value)),),
        f"Write the class `{name}`. It is created from {one} and {two} and has a method `{what}`.",
        f"For {w} and {h} the {what} is {value}.",
    )


def record(rng: Random) -> Program:
    name, fields, firsts = rng.choice(
        (("Point", ("x", "y"), range(1, 10)), ("Book", ("title", "pages"), ("Blue Sky", "Green Tea", "The Long Road")),
         ("Product", ("name", "price"), THINGS), ("Pupil", ("name", "age"), NAMES),
          ("City", ("name", "people"), CITIES),
         ("Song", ("title", "seconds"), ("Spring", "Good Morning", "Rain")), ("Player", ("name", "score"), NAMES))
    )  # fmt: skip
    first, one = ("int" if name == "Point" else "str"), show(rng.choice(firsts))
    two = rng.randint(6, 18) if name == "Pupil" else rng.randint(2, 300)
    return _program(
        name,
        f"hold {fields[0]} and {fields[1]} in a dataclass",
        f"@dataclass\nclass {name}:",
        f"{fields[0]}: {first}\n{fields[1]}: int",
        ((f"{name}({one}, {two}).{fields[1]}", str(two)), (f"{name}({one}, {two}) == {name}({one}, {two})", "True")),
        rng.choice(
            (f"Define {a(name)} as a dataclass with the fields `{fields[0]}` and `{fields[1]}`.",
             f"Is there a short way to make a class {name} that only holds {fields[0]} and {fields[1]}?")
        ),
        "The decorator writes `__init__` and the comparison for you.",
        "from dataclasses import dataclass",
    )  # fmt: skip


def stack(rng: Random) -> Program:
    name, add, take = rng.choice((("Stack", "push", "pop"), ("Pile", "put", "take"), ("Stack", "add", "remove")))
    body = (
        f"def __init__(self):\n    self.items = []\n\ndef {add}(self, item):\n    self.items.append(item)\n\n"
        f"def {take}(self):\n    return self.items.pop()"
    )
    return _program(
        name,
        f"build a stack as a class with the methods `{add}` and `{take}`",
        f"class {name}:",
        body,
        ((f"{name}().items", "[]"), (f"hasattr({name}, '{take}')".replace("'", '"'), "True")),
        f"A pile of plates: the last one put on is the first one taken. Model it as class `{name}` with `{add}` and "
        f"`{take}`.",
        "The end of the list is the top of the stack.",
    )


def greeter(rng: Random) -> Program:
    name, animal = (
        rng.choice((("Dog", "Woof"), ("Cat", "Meow"), ("Cow", "Moo"), ("Duck", "Quack"), ("Sheep", "Baa"))),
        rng.choice(NAMES),
    )
    kind, sound = name
    method = rng.choice(("speak", "call", "sound"))
    body = (
        f"def __init__(self, name):\n    self.name = name\n\ndef {method}(self):\n"
        f'    return f"{{self.name}} says {sound}"'
    )
    return _program(
        kind,
        f'let a class `{kind}` with a name answer "{sound}" in its method `{method}`',
        f"class {kind}:",
        body,
        ((f'{kind}("{animal}").{method}()', f'"{animal} says {sound}"'),),
        f'I need a class {kind}. `{kind}("{animal}").{method}()` should return "{animal} says {sound}".',
    )


def even_numbers(rng: Random) -> Program:
    name, k = rng.choice(("multiples", "steps", "count_by", "series")), rng.randint(2, 12)
    stop = k * rng.randint(3, 5)
    return _program(
        name,
        f"yield the multiples of {k} from 0 to below a limit with a generator",
        f"def {name}(limit):",
        rng.choice((f"value = 0\nwhile value < limit:\n    yield value\n    value += {k}",
        f"for value in range(0, limit, {k}):\n    yield value")),
        ((f"list({name}({stop}))", str(list(range(0, stop, k)))),),
        f"Write a generator that gives 0, {k}, {2 * k} and so on, as long as the value is below a limit.",
        "`yield` hands out one value and waits until the next is wanted.",
    )  # fmt: skip


def growing(rng: Random) -> Program:
    name, start, factor = rng.choice(("grow", "powers", "doubling", "chain")), rng.randint(1, 9), rng.randint(2, 5)
    count = rng.randint(3, 4)
    return _program(
        name,
        f"yield a given count of values, starting at {start}, each {factor} times the one before",
        f"def {name}(count):",
        f"value = {start}\nfor _ in range(count):\n    yield value\n    value *= {factor}",
        ((f"list({name}({count}))", str([start * factor**i for i in range(count)])),),
        f"Generator please: first {start}, then always times {factor}. The argument says how many values.",
        "A generator keeps its local variables between the values.",
    )


def pairs(rng: Random) -> Program:
    name, values = rng.choice(("pairs", "neighbours", "next_to")), ints(rng, 1, 20, least=3, most=4)
    return _program(
        name,
        "yield every pair of neighbours in a list with a generator",
        f"def {name}(items):",
        rng.choice(("for i in range(len(items) - 1):\n    yield items[i], items[i + 1]",
        "for pair in zip(items, items[1:]):\n    yield pair")),
        ((f"list({name}({values}))", str(list(itertools.pairwise(values)))),),
        note="A list of three items has two such pairs.",
    )  # fmt: skip


def batches(rng: Random) -> Program:
    name, k, values = rng.choice(("batches", "pieces", "groups")), rng.randint(2, 3), ints(rng, 1, 20, least=4, most=6)
    return _program(
        name,
        f"yield a list in pieces of {k} items with a generator",
        f"def {name}(items):",
        f"for i in range(0, len(items), {k}):\n    yield items[i:i + {k}]",
        ((f"list({name}({values}))", str([values[i : i + k] for i in range(0, len(values), k)])),),
        f"Send out letters {k} at a time: a generator that yields slices of length {k} from a list.",
        "The last piece may be shorter.",
    )


def repeat_decorator(rng: Random) -> Program:
    name = rng.choice(("twice", "double_result", "times_two", "doubled"))
    factor = rng.randint(2, 9)
    n = rng.randint(2, 20)
    return _program(
        name,
        f"multiply the result of any function by {factor} with a decorator",
        f"def {name}(func):",
        f"def wrapper(*args):\n    return func(*args) * {factor}\nreturn wrapper",
        ((f"{name}(abs)({-n})", str(n * factor)), (f"{name}(len)([1, 2])", str(2 * factor))),
        f"Show me a tiny decorator. It should multiply whatever the function returns by {factor}.",
        "A decorator takes a function and gives back another one.",
    )


def adder(rng: Random) -> Program:
    name, sign, word = rng.choice(
        (("make_adder", "+", "adds"), ("make_scaler", "*", "multiplies by"), ("make_lowerer", "-", "takes away"))
    )
    k, n = rng.randint(2, 9), rng.randint(10, 30)
    value = {"+": n + k, "*": n * k, "-": n - k}[sign]
    return _program(
        name,
        f"make a new function that {word} a fixed number",
        f"def {name}(k):",
        rng.choice((f"def inner(x):\n    return x {sign} k\nreturn inner", f"return lambda x: x {sign} k")),
        ((f"{name}({k})({n})", str(value)),),
        f"`{name}({k})({n})` should be {value}. How do I write a function that returns a function?",
        "The inner function remembers `k`. This is called a closure.",
    )


def basket(rng: Random) -> Program:
    name = rng.choice(("Basket", "Cart", "Bag", "Shelf"))
    item = rng.choice(rng.choice((FRUITS, THINGS)))
    body = (
        "def __init__(self):\n    self.items = []\n\ndef add(self, item):\n    self.items.append(item)\n"
        "    return self\n\ndef __len__(self):\n    return len(self.items)"
    )
    return _program(
        name,
        "collect items in a class that works with `len`",
        f"class {name}:",
        body,
        ((f'len({name}().add("{item}"))', "1"), (f"len({name}())", "0")),
        f"{capital(a(name.lower()))} that knows its size: class `{name}` with `add(item)`, and `len` should work on "
        f"it.",
        "`len` calls the method `__len__`.",
    )


def temperature(rng: Random) -> Program:
    name, t = rng.choice(("Temperature", "Weather", "Reading")), rng.randrange(-10, 40, 5)
    body = (
        "def __init__(self, celsius):\n    self.celsius = celsius\n\n@property\ndef fahrenheit(self):\n"
        "    return self.celsius * 9 / 5 + 32"
    )
    return _program(
        name,
        "store degrees Celsius in a class and offer Fahrenheit as a property",
        f"class {name}:",
        body,
        ((f"{name}({t}).fahrenheit", str(t * 9 / 5 + 32)),),
        note="A property is read without brackets.",
    )


Maker = Callable[[Random], Program]
CLASSES: tuple[Maker, ...] = (counter, account, rectangle, stack, greeter, basket, temperature)
RECORDS: tuple[Maker, ...] = (record,)
GENERATORS: tuple[Maker, ...] = (even_numbers, growing, pairs, batches)
WRAPPERS: tuple[Maker, ...] = (repeat_decorator, adder)
ALL: tuple[Maker, ...] = (*CLASSES, *RECORDS, *GENERATORS, *WRAPPERS)
