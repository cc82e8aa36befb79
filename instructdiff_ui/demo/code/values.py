"""The family that asks for the value of an expression, each with the rule behind it."""

from __future__ import annotations

from random import Random

from ..task import Task
from .predicting import short
from .words import WORDS, ints


def expression(rng: Random) -> tuple[str, object, str]:
    """(expression, value, rule)."""
    a, b, c = rng.randint(10, 60), rng.randint(2, 9), rng.randint(2, 9)
    word, xs = rng.choice(WORDS), ints(rng, 1, 9, most=4)
    return rng.choice(
        (
            (f"{a} // {b}", a // b, "`//` divides and rounds down."),
            (f"{a} % {b}", a % b, f"`%` gives the rest, and {b} fits into {a} {a // b} times."),
            (f"{b} + {c} * {a}", b + c * a, "The product is computed before the sum."),
            (f"({b} + {c}) * {a}", (b + c) * a, f"The bracket comes first and is {b + c}."),
            (f"{b} ** 2 - {c}", b**2 - c, f"`**` is the power, so first comes {b * b}."),
            (f"{a} > {b} and {c} > {b}", c > b, "`and` needs both sides to be true."),
            (f"{b} > {a} or {c} == {c}", True, "`or` is true as soon as one side is."),
            (f"not {a} > {b}", False, f"{a} > {b} is true, and `not` turns it around."),
            (f'len("{word}") + {c}', len(word) + c, f"The word has {len(word)} letters."),
            (f'"{word[:3]}" * {b % 3 + 2}', word[:3] * (b % 3 + 2), "A string times a number is repeated."),
            (f'"{b}" + "{c}"', f"{b}{c}", "These are strings, so they are put together."),
            (f'int("{b}") + {c}', b + c, "`int` makes a number of the text."),
            (f"sum({xs}) - {c}", sum(xs) - c, f"The sum is {sum(xs)}."),
            (f"max({xs}) * {b}", max(xs) * b, f"The largest item is {max(xs)}."),
            (f"{c} in {xs}", c in xs, "`in` tests whether the value is a member."),
            (f"bool({'[]' if b % 2 else xs})", b % 2 == 0, "An empty list counts as false, any other as true."),
            (f"list(range({b}, {b + c}, 2))", list(range(b, b + c, 2)), f"It starts at {b} and ends before {b + c}."),
            (f'"{word}".index("{word[2]}")', word.index(word[2]), "Positions are counted from 0."),
            (f"min({a}, {b}, {c})", min(a, b, c), "`min` picks the smallest argument."),
            (f"{b} if {a} > 35 else {c}", b if a > 35 else c, f"It depends on whether {a} is more than 35."),
            (f"abs({b} - {a})", a - b, "`abs` drops the minus sign."),
            (f"{xs}[-1] + {c}", xs[-1] + c, f"Index -1 is the last item, {xs[-1]}."),
        )
    )


def evaluate(rng: Random) -> Task:
    text, value, rule = expression(rng)
    asked = rng.choice(
        (
            f"What is the value of `{text}` in Python?",
            f"Evaluate `{text}`.",
            f"`{text}` = ?",
            f"I typed {text} at the prompt. What did Python reply?",
            f"Please tell me what `{text}` gives, and why.",
            f"Which value does the expression {text} have?",
            f"x = {text}. What is x afterwards?",
            f"Compute the Python expression `{text}` in your head.",
        )
    )
    return Task("evaluate", asked, short(rng, asked, rule, str(value)), answer=str(value))
