"""Bare arithmetic: the four operations, mixed and with a gap, and simple equations."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import words
from .mental import add_up_groups, count_in_steps, sometimes, subtract_in_parts
from .texts import brief, named, say, upper_first, worked


def addition(rng: Random) -> Task:
    a, b = rng.randint(11, 89), rng.randint(4, 89)
    question = say(
        rng,
        (
            "What is {a} + {b}?", "Add {a} and {b}.", "Calculate the sum of {a} and {b}.", "{a} plus {b}?",
            "Find the total of {a} and {b}.", "How much do {a} and {b} make together?",
            "I need {a} added to {b}. What do you get?", "What number do you get if you add {b} to {a}?",
        ),
        a=a, b=b,
    )  # fmt: skip
    tens, ones = a // 10 * 10 + b // 10 * 10, a % 10 + b % 10
    steps = f"{a} + {b} = {a + b}."
    if b > 9 and rng.random() < 0.7:
        steps = say(
            rng,
            (
                "Tens: {at} + {bt} = {tens}.\nOnes: {ao} + {bo} = {ones}.\nTogether: {tens} + {ones} = {c}.",
                "{at} + {bt} = {tens} and {ao} + {bo} = {ones}.\n{tens} + {ones} = {c}.",
                "First add the tens of the second number: {a} + {bt} = {x}.\nThen the ones: {x} + {bo} = {c}.",
            ),
            at=a // 10 * 10, bt=b // 10 * 10, ao=a % 10, bo=b % 10, tens=tens, ones=ones, c=a + b, a=a,
            x=a + b // 10 * 10,
        )  # fmt: skip
    return worked(rng, "addition", question, steps, a + b, f"{a} + {b}")


def subtraction(rng: Random) -> Task:
    a = rng.randint(21, 99)
    b = rng.randint(4, a - 5)
    question = say(
        rng,
        (
            "What is {a} - {b}?", "Subtract {b} from {a}.", "Take {b} away from {a}.", "{a} minus {b}?",
            "Find the difference between {a} and {b}.", "Work out {a} - {b} and check it with an addition.",
            "What is left of {a} when {b} is taken off?", "By how much is {a} larger than {b}?",
        ),
        a=a, b=b,
    )  # fmt: skip
    middle = a - b // 10 * 10
    steps = say(
        rng,
        (
            "{a} - {b} = {c}.\nCheck: {c} + {b} = {a}.",
            "{a} - {b} = {c}, since {c} + {b} = {a}.",
            "First the tens: {a} - {bt} = {m}.\nThen the ones: {m} - {bo} = {c}." if b > 9 and b % 10 else "{a} - {b}"
                " = {c}.",
        ),
        a=a, b=b, c=a - b, bt=b // 10 * 10, bo=b % 10, m=middle,
    )  # fmt: skip
    steps = sometimes(rng, steps, subtract_in_parts(a, b), 0.35)
    return worked(rng, "subtraction", question, steps, a - b, f"{a} - {b}")


def times_table(rng: Random) -> Task:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    question = say(
        rng,
        (
            "What is {a} * {b}?", "{a} times {b}?", "Multiply {a} by {b}.", "What is the product of {a} and {b}?",
            "From the {a} times table: what is {a} * {b}?", "{A} times {bw}: what number is it?",
            "What do {a} groups of {b} make?",
            "Give me {a} multiplied by {b}.", "Fill in the result: {a} * {b} = __",
        ),
        a=a, b=b, A=upper_first(words(a)), bw=words(b),
    )  # fmt: skip
    if rng.random() < 0.4:
        return brief("times_table", question, a * b, f"{a} * {b}", stop=rng.choice(("", ".")))
    steps = say(
        rng,
        (
            "{a} * {b} = {c}.",
            "{a} times {b} is {c}: {a} * {b} = {c}.",
            "{x} * {b} = {y}, and one more {b} makes {y} + {b} = {c}.",
        ),
        a=a, b=b, c=a * b, x=a - 1, y=(a - 1) * b,
    )  # fmt: skip
    steps = sometimes(rng, steps, add_up_groups(a, b), 0.5)
    return worked(rng, "times_table", question, steps, a * b, f"{a} * {b}")


def division(rng: Random) -> Task:
    b, c = rng.randint(2, 12), rng.randint(2, 12)
    a = b * c
    question = say(
        rng,
        (
            "What is {a} / {b}?", "Divide {a} by {b}.", "{a} divided by {b}?", "How many times does {b} go into {a}?",
            "Find the quotient of {a} and {b}.", "How many groups of {b} can you make from {a}?",
            "Which number times {b} gives {a}?", "Split {a} into {b} equal parts. How big is one part?",
        ),
        a=a, b=b,
    )  # fmt: skip
    if rng.random() < 0.3:
        return brief("division", question, c, f"{a} / {b}", stop=rng.choice(("", ".")))
    steps = say(
        rng,
        ("{a} / {b} = {c}.", "{b} * {c} = {a}, so {a} / {b} = {c}.", "Think of the {b} times table.\n{c} * {b} = {a}."),
        a=a, b=b, c=c,
    )  # fmt: skip
    steps = sometimes(rng, steps, count_in_steps(a, b), 0.5)
    return worked(rng, "division", question, steps, c, f"{a} / {b}")


def missing_number(rng: Random) -> Task:
    kind = rng.choice("+-*/")
    a, b = (rng.randint(2, 10), rng.randint(2, 10)) if kind in "*/" else (rng.randint(3, 50), rng.randint(3, 40))
    gap = rng.choice(("?", "__", "[ ]"))
    shown, way, check = {
        "+": (f"{a} + {gap} = {a + b}", f"Subtract the known part: {a + b} - {a} = {b}.", f"{a + b} - {a}"),
        "-": (f"{gap} - {a} = {b}", f"Go backwards with an addition: {b} + {a} = {a + b}.", f"{a} + {b}"),
        "*": (f"{a} * {gap} = {a * b}", f"Divide by the known factor: {a * b} / {a} = {b}.", f"{a * b} / {a}"),
        "/": (f"{gap} / {a} = {b}", f"Go backwards with a multiplication: {b} * {a} = {a * b}.", f"{a} * {b}"),
    }[kind]
    answer = {"+": b, "-": a + b, "*": b, "/": a * b}[kind]
    question = say(
        rng,
        (
            "Find the missing number: {s}", "Which number belongs in the gap? {s}",
            "{s}. What should stand in the empty place?",
            "Fill in the blank so that the equation is true: {s}",
            "One number has been rubbed out: {s}. Which one was it?",
            "My little brother spilled juice on his sum. It now reads {s}. What was the lost number?",
        ),
        s=shown,
    )  # fmt: skip
    return worked(rng, "missing_number", question, way, answer, check)


def order_of_operations(rng: Random) -> Task:
    a, b, c = rng.randint(2, 20), rng.randint(2, 9), rng.randint(2, 9)
    p = b * c
    high = p + a
    text, steps, answer = rng.choice(
        (
            (f"{a} + {b} * {c}", f"Multiply first: {b} * {c} = {p}.\nThen add: {a} + {p} = {high}.", high),
            (f"{b} * {c} + {a}", f"{b} * {c} = {p}.\n{p} + {a} = {high}.", high),
            (f"{high} - {b} * {c}", f"The product comes first: {b} * {c} = {p}.\nThen {high} - {p} = {a}.", a),
            (
                f"({a} + {b}) * {c}",
                f"Brackets first: {a} + {b} = {a + b}.\n{a + b} * {c} = {(a + b) * c}.",
                (a + b) * c,
            ),
            (f"{a} + {p} / {b}", f"Divide before adding: {p} / {b} = {c}.\n{a} + {c} = {a + c}.", a + c),
            (f"{c} * ({a + b} - {a})", f"Inside the brackets: {a + b} - {a} = {b}.\n{c} * {b} = {p}.", p),
        )
    )
    question = say(
        rng,
        (
            "Calculate {t}.", "Work out {t}. Mind the order of operations.", "What is the value of {t}?",
            "Evaluate {t}.",
            "Which operation comes first in {t}, and what is the result?", "My calculator is broken. What is {t}?",
        ),
        t=text,
    )  # fmt: skip
    return worked(rng, "order_of_operations", question, steps, answer, text)


def three_numbers(rng: Random) -> Task:
    a, b, c = rng.randint(5, 40), rng.randint(5, 30), rng.randint(5, 30)
    question = say(
        rng,
        (
            "Add {a}, {b} and {c}.", "What is {a} + {b} + {c}?", "Find the sum of these three numbers: {a}, {b}, {c}.",
            "Three friends are {a}, {b} and {c} years old. What do their ages add up to?",
            "A path has three parts of {a} m, {b} m and {c} m. How long is the whole path?",
            "Parcels of {a} kg, {b} kg and {c} kg go into one van. What is the total weight?",
            "Points in three rounds: {a}, {b}, {c}. What is the total score?",
        ),
        a=a, b=b, c=c,
    )  # fmt: skip
    s = a + b
    steps = say(
        rng,
        ("{a} + {b} = {s}.\n{s} + {c} = {t}.", "First {a} + {b} = {s}, then {s} + {c} = {t}.",
        "Start with {a} + {b} = {s}.\nAdd the last one: {s} + {c} = {t}."),
        a=a, b=b, c=c, s=s, t=s + c,
    )  # fmt: skip
    return worked(rng, "three_numbers", question, steps, s + c, f"{a} + {b} + {c}")


def doubles_and_halves(rng: Random) -> Task:
    n = rng.randint(4, 60)
    if rng.random() < 0.5:
        question = say(
            rng,
            ("What is double {n}?", "Double the number {n}.", "What is twice {n}?",
            "A plant was {n} cm tall and is now twice as tall. How tall is it?",
            "Two of something that weighs {n} kg: what is the total weight in kg?",
            "{n} people came on Friday and twice as many on Saturday. How many came on Saturday?"),
            n=n,
        )  # fmt: skip
        steps = say(rng, ("2 * {n} = {d}.", "Double means two times: 2 * {n} = {d}.", "{n} + {n} = {d}."), n=n, d=2 * n)
        return worked(rng, "doubles_and_halves", question, steps, 2 * n, f"2 * {n}")
    question = say(
        rng,
        ("What is half of {d}?", "Halve {d}.", "Find one half of {d}.",
        "A bottle holds {d} ml and is half full. How many ml are in it?",
        "Half of the {d} children in the hall are singing. How many are singing?",
        "The trip is {d} km and we are half way there. How many km have we driven?"),
        d=2 * n,
    )  # fmt: skip
    steps = say(
        rng,
        ("{d} / 2 = {n}.", "Half means divide by 2: {d} / 2 = {n}.", "{n} + {n} = {d}, so half is {n}."),
        n=n,
        d=2 * n,
    )
    return worked(rng, "doubles_and_halves", question, steps, n, f"{2 * n} / 2")


FAMILIES = named(
    addition, subtraction, times_table, division, missing_number, order_of_operations, three_numbers, doubles_and_halves
)  # fmt: skip
