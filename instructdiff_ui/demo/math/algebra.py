"""Simple equations, expressions, and word problems of two or three steps."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import FOOD, PACKS, SCHOOL, TOYS, person, two_people
from .texts import named, say, worked


def solve(rng: Random) -> Task:
    x, a, b = rng.randint(2, 12), rng.randint(2, 9), rng.randint(2, 20)
    c = a * x + b
    letter = rng.choice("xnyk")
    text, steps, check = rng.choice(
        (
            (f"{letter} + {b} = {x + b}", f"Subtract {b} from both sides: {x + b} - {b} = {x}.", f"{x + b} - {b}"),
            (f"{a}{letter} = {a * x}", f"Divide both sides by {a}: {a * x} / {a} = {x}.", f"{a * x} / {a}"),
            (f"{a}{letter} + {b} = {c}", f"{c} - {b} = {a * x}.\n{a * x} / {a} = {x}.", f"({c} - {b}) / {a}"),
            (
                f"{a}{letter} + {b} = {c}",
                f"Take {b} from both sides: {c} - {b} = {a * x}, so {a}{letter} is {a * x}.\n"
                f"Divide by {a}: {a * x} / {a} = {x}.",
                f"({c} - {b}) / {a}",
            ),
        )
    )
    question = say(
        rng,
        (
            "Solve for {x}: {t}", "Find {x} if {t}.", "{t}. What is {x}?", "Which value of {x} makes {t} true?",
            "We know that {t}. Find the value of {x}.", "Solve the equation {t}.",
        ),
        x=letter, t=text,
    )  # fmt: skip
    if rng.random() < 0.3:
        steps += f"\nPutting {x} back in for {letter} makes the equation true."
    return worked(rng, "solve", question, steps, x, check)


def evaluate(rng: Random) -> Task:
    x, a, b = rng.randint(2, 10), rng.randint(2, 9), rng.randint(2, 20)
    letter = rng.choice("xnyk")
    p = a * x
    text, steps, answer, check = rng.choice(
        (
            (f"{a}{letter} + {b}", f"{a} * {x} = {p}.\n{p} + {b} = {p + b}.", p + b, f"{a} * {x} + {b}"),
            (
                f"{a}({letter} + {b})",
                f"{x} + {b} = {x + b}.\n{a} * {x + b} = {a * (x + b)}.",
                a * (x + b),
                f"{a} * ({x} + {b})",
            ),
            (
                f"{letter} + {letter} + {b}",
                f"{x} + {x} = {2 * x}.\n{2 * x} + {b} = {2 * x + b}.",
                2 * x + b,
                f"2 * {x} + {b}",
            ),
            (f"{letter} * {letter}", f"{x} * {x} = {x * x}.", x * x, f"{x} * {x}"),
        )
    )
    question = say(
        rng,
        (
            "What is {t} when {x} = {v}?", "Put {v} in for {x} in {t}.", "Let {x} be {v}. Evaluate {t}.",
            "Find the value of {t} for {x} = {v}.", "If {x} is {v}, how much is {t}?",
        ),
        t=text, x=letter, v=x,
    )  # fmt: skip
    if rng.random() < 0.5:
        steps = f"Replace {letter} by {x}.\n{steps}"
    return worked(rng, "evaluate", question, steps, answer, check)


def groups_then_left(rng: Random) -> Task:
    a, b = rng.randint(2, 9), rng.randint(3, 10)
    e = rng.randint(2, a * b - 2)
    p, q = two_people(rng)
    question = say(
        rng,
        (
            "{p.name} buys {a} {k.many} of {t.many} with {b} in each and gives {e} to {q.name}. How many {t.many}"
            " does {p.name}"
            " keep? || {p.name} keeps {r} {t.many}.",
            "A cook bakes {a} trays of {b} {f.many}. The guests eat {e}. How many are left? || {r} {f.many} are left.",
            "{a} tables have {b} chairs each. {e} chairs are broken and taken out. How many good chairs remain?"
            " || {r} good chairs remain.",
            "My sister picks {b} flowers a day for {a} days. Then {e} of them die. How many does she have left?"
            " || She has {r} flowers.",
            "{e} of the {t.many} are missing! We should have {a} full {k.many} of {b}. What is the real number?"
            " || There are {r} {t.many}.",
        ),
        p=p, q=q, a=a, b=b, e=e, k=rng.choice(PACKS), t=rng.choice(TOYS + SCHOOL), f=rng.choice(FOOD), r=a * b - e,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "At first: {a} * {b} = {x}.\nThen {e} are taken away: {x} - {e} = {r}.",
            "{a} * {b} = {x}.\n{x} - {e} = {r}.",
            "Multiply to find the total, {a} * {b} = {x}.\nSubtract the {e}: {x} - {e} = {r}.",
        ),
        a=a, b=b, e=e, x=a * b, r=a * b - e,
    )  # fmt: skip
    return worked(rng, "groups_then_left", question, steps, a * b - e, f"{a} * {b} - {e}")


def two_groups(rng: Random) -> Task:
    a, b, c, d = (rng.randint(2, 9) for _ in range(4))
    p = person(rng)
    question = say(
        rng,
        (
            "{p.name} has {a} {k.many} with {b} {t.many} and {c} {k.many} with {d}. How many {t.many} are there in all?"
            " || There are {r} {t.many}.",
            "A hall has {a} rows of {b} seats downstairs and {c} rows of {d} seats upstairs. Find the number of seats."
            " || The hall has {r} seats.",
            "{p.name} swims {b} laps on each of {a} days and {d} laps on each of {c} other days. How many laps is that?"
            " || {p.name} swims {r} laps.",
            "At the farm {a} hens lay {b} eggs each and {c} hens lay {d} eggs each. How many eggs are there?"
            " || There are {r} eggs.",
            "How many legs do {a} dogs and {c} birds have together? || They have {s} legs.",
        ),
        p=p, k=rng.choice(PACKS), t=rng.choice(TOYS), a=a, b=b, c=c, d=d, r=a * b + c * d, s=a * 4 + c * 2,
    )  # fmt: skip
    if "legs" in question:
        b, d = 4, 2
    total = a * b + c * d
    steps = say(
        rng,
        ("{a} * {b} = {x}.\n{c} * {d} = {y}.\n{x} + {y} = {r}.",
        "First {a} * {b} = {x}, then {c} * {d} = {y}.\nTogether {x} + {y} = {r}."),
        a=a, b=b, c=c, d=d, x=a * b, y=c * d, r=total,
    )  # fmt: skip
    return worked(rng, "two_groups", question, steps, total, f"{a} * {b} + {c} * {d}")


def three_steps(rng: Random) -> Task:
    a, b, n, each = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 6), rng.randint(2, 9)
    gone = a * b - n * each
    a, b, gone = (a, b, gone) if gone > 1 else (6, 10, 60 - n * each)
    p = person(rng)
    question = say(
        rng,
        (
            "{p.name} packs {a} {k.many} of {b} {t.many}. {g} {t.many} are sold and the rest is shared by {n}"
            " children. How many"
            " does each child get? || Each child gets {r} {t.many}.",
            "A class collects {b} bottles a day for {a} days, loses {g} of them and stacks what is left in {n} equal"
            " piles. How"
            " many bottles are in a pile? || There are {r} bottles in a pile.",
            "{p.name} works {a} hours at {b} euros, spends {g} euros and puts the rest into {n} equal savings. How"
            " big is each?"
            " || Each is {r} euros.",
            "There are {a} trays of {b} rolls. {g} rolls are burnt. The good ones go into {n} bags evenly. Rolls per"
            " bag?"
            " || A bag holds {r} rolls.",
        ),
        p=p, k=rng.choice(PACKS), t=rng.choice(TOYS), a=a, b=b, g=gone, n=n, r=each,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "{a} * {b} = {x}.\n{x} - {g} = {y}.\n{y} / {n} = {r}.",
            "Start with {a} * {b} = {x}.\nTake away {g}: {x} - {g} = {y}.\nShare by {n}: {y} / {n} = {r}.",
        ),
        a=a, b=b, x=a * b, g=gone, y=n * each, n=n, r=each,
    )  # fmt: skip
    return worked(rng, "three_steps", question, steps, each, f"({a} * {b} - {gone}) / {n}")


def up_and_down(rng: Random) -> Task:
    a, b, d = rng.randint(10, 40), rng.randint(5, 25), rng.randint(3, 20)
    c = rng.randint(3, a + b - 3)
    left = a + b - c
    p = person(rng)
    question = say(
        rng,
        (
            "{a} people are on a train. {b} get on and {c} get off. How many are on it now? || {r} people are on the"
            " train.",
            "{p.name} had {a} {t.many}, got {b} for {p.their} birthday and lost {c}. How many does {p.they} have?"
            " || {p.name} has {r} {t.many}.",
            "The shop had {a} lamps. It sold {c} and then got {b} new ones. How many lamps are there? || The shop has"
            " {r} lamps."
            if c <= a
            else "A shop has {a} lamps and gets {b} more. In a week it sells {c}. How many lamps are there? || There"
                 " are {r} lamps.",
            "Start at {a}, go up by {b}, come down by {c}. Where are you?",
            "{p.name}'s account holds {a} euros. {p.They} pays in {b} euros and takes out {c} euros. What is in it?"
            " || The account holds {r} euros.",
        ),
        p=p, t=rng.choice(TOYS), a=a, b=b, c=c, d=d, r=left,
    )  # fmt: skip
    steps = say(
        rng,
        ("{a} + {b} = {x}.\n{x} - {c} = {r}.",
        "With the {b} more: {a} + {b} = {x}.\nWithout the {c}: {x} - {c} = {r}."),
        a=a, b=b, c=c, x=a + b, r=left,
    )  # fmt: skip
    return worked(rng, "up_and_down", question, steps, left, f"{a} + {b} - {c}")


FAMILIES = named(solve, evaluate, groups_then_left, two_groups, three_steps, up_and_down)
