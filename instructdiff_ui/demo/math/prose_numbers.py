"""Paragraphs about numbers themselves: tables, facts, neighbours, rounding, sequences, words and figures."""

from __future__ import annotations

from random import Random

from .banks import words
from .texts import listing, say, upper_first


def table_rows(rng: Random) -> str:
    a, first = rng.randint(2, 12), rng.choice((1, 1, 2, 3, 5))
    rows = range(first, rng.randint(9, 12) + 1)
    line = rng.choice(("{a} * {b} = {c}", "{b} * {a} = {c}", "{b} times {a} is {c}", "{c} / {a} = {b}"))
    heads = (
        ("Division by {a}\n", "")
        if "/" in line
        else ("The {a} times table\n", "Table of {w}\n", "Multiples of {a}:\n", "")
    )
    head = say(rng, heads, a=a, w=words(a))
    return head + "\n".join(line.format(a=a, b=b, c=a * b) for b in rows)


def table_words(rng: Random) -> str:
    a = rng.randint(2, 10)
    line = rng.choice(
        ("{a} times {b} is {c}", "{b} times {a} is {c}", "{a} multiplied by {b} gives {c}", "{c} divided by {a} is {b}")
    )
    rows = [
        line.format(a=words(a), b=words(b), c=words(a * b)) for b in range(rng.randint(1, 4), rng.randint(8, 10) + 1)
    ]
    return upper_first(rng.choice((", ", "; ")).join(rows)) + "."


def table_chant(rng: Random) -> str:
    a, count = rng.randint(2, 12), rng.randint(6, 12)
    return say(
        rng,
        (
            "Counting in steps of {a} gives {run}. Each number is {a} more than the one before it.",
            "The multiples of {a} are {run} and so on. The last one named here is {n} * {a} = {last}.",
            "{run}: these numbers can all be divided by {a} with no remainder. For example, {last} / {a} = {n}.",
        ),
        a=a, run=listing([a * k for k in range(1, count + 1)]), n=count, last=a * count,
    )  # fmt: skip


def fact_family(rng: Random) -> str:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    x, y = rng.randint(2, 60), rng.randint(2, 39)
    return say(
        rng,
        (
            "{a} * {b} = {c} and {b} * {a} = {c}. Going back, {c} / {a} = {b} and {c} / {b} = {a}.",
            "{x} + {y} = {s}. Therefore {s} - {y} = {x} and {s} - {x} = {y}.",
            "The product of {a} and {b} is {c}, so {a} goes into {c} exactly {b} times: {c} / {a} = {b}.",
            "The sum of {x} and {y} is {s}. If one part of {s} is {x}, the other part is {s} - {x} = {y}.",
            "If {a} * ? = {c}, the missing number is {c} / {a} = {b}. If ? + {x} = {s}, the missing number is {s} -"
            " {x} ="
            " {y}.",
            "Double {x} is 2 * {x} = {d}, and half of {d} is {d} / 2 = {x}.",
        ),
        a=a, b=b, c=a * b, x=x, y=y, s=x + y, d=2 * x,
    )  # fmt: skip


def drill(rng: Random) -> str:
    """Lines of sums, with no words: much of what the model learns about figures comes from these."""
    lines = []
    for _ in range(rng.randint(8, 16)):
        a, b, n, m = rng.randint(2, 99), rng.randint(2, 99), rng.randint(2, 12), rng.randint(2, 12)
        sums = (
            f"{a} + {b} = {a + b}",
            f"{max(a, b)} - {min(a, b)} = {abs(a - b)}",
            f"{n} * {m} = {n * m}",
            f"{n * m} / {n} = {m}",
        )
        lines.append(rng.choice(sums))
    return rng.choice(("\n", "\n", "; ", ", ")).join(lines)


def tens_and_ones(rng: Random) -> str:
    a, b = rng.randint(11, 89), rng.randint(11, 89)
    at, bt, ao, bo = a // 10 * 10, b // 10 * 10, a % 10, b % 10
    return say(
        rng,
        (
            "To add {a} and {b}, add the tens first: {at} + {bt} = {t}. Then add the ones: {ao} + {bo} = {o}."
            " Together {t}"
            " + {o} = {s}. So {a} + {b} = {s}.",
            "{a} + {b} can be done in two steps. {a} + {bt} = {x}, and {x} + {bo} = {s}.",
            "Take {s} - {b}. First {s} - {bt} = {y}, then {y} - {bo} = {a}.",
            "{a} + {b} = {s}. The tens make {at} + {bt} = {t} and the ones make {ao} + {bo} = {o}.",
        ),
        a=a, b=b, at=at, bt=bt, ao=ao, bo=bo, t=at + bt, o=ao + bo, s=a + b, x=a + bt, y=a + b - bt,
    )  # fmt: skip


def about_number(rng: Random) -> str:
    n = rng.randint(4, 100)
    divisors = [d for d in range(1, n + 1) if n % d == 0]
    facts = [
        f"{n} comes after {n - 1} and before {n + 1}.",
        f"In words it is {words(n)}." if n > 9 else f"It is written {words(n)}.",
        f"{n} is even, because {n // 2} * 2 = {n}." if n % 2 == 0 else f"{n} is odd: it ends in {n % 10}.",
        f"Its factors are {listing(divisors)}." if len(divisors) > 2 else f"{n} is prime: only 1 and {n} divide it.",
        f"{n} is not prime, because {divisors[1]} * {n // divisors[1]} = {n}."
        if len(divisors) > 2
        else f"The factors of {n} are 1 and {n}.",
        f"Twice {n} is {2 * n}.",
        f"{n} * 10 = {n * 10}.",
    ]
    if n > 10 and n % 10:
        low = n // 10 * 10
        facts.append(f"{n} has {n // 10} tens and {n % 10} ones, {low} + {n % 10} = {n}.")
        near, side = (low + 10, "up") if n % 10 >= 5 else (low, "down")
        facts.append(f"Rounded to the nearest ten it is {near}, since we round {side} from {n % 10}.")
    rng.shuffle(facts)
    head = say(rng, ("The number {n}. ", "About {n}: ", "Notes on {n}. ", ""), n=n)
    return head + " ".join(facts[: rng.randint(3, 6)]).replace(" 1 tens", " 1 ten").replace(" 1 ones", " 1 one")


def sequence(rng: Random) -> str:
    a, d = rng.randint(1, 30), rng.randint(2, 12)
    run = [a + d * k for k in range(5)]
    double = [rng.randint(1, 6)]
    for _ in range(4):
        double.append(double[-1] * 2)
    return say(
        rng,
        (
            "In the sequence {run} the step is always {d}. The next number is {last} + {d} = {next}.",
            "{run}, ... goes up by {d} each time, because {b} - {a} = {d}. After {last} comes {last} + {d} = {next}.",
            "{down} goes down by {d}. After {a} comes {a} - {d} = {below}." if a > d else "{run}: every step adds"
                " {d}, so {last} + {d} = {next} is next.",
            "{dbl}: each number is double the one before. The next is {dl} * 2 = {dn}.",
        ),
        run=", ".join(map(str, run)), down=", ".join(map(str, run[::-1])), a=a, b=a + d, d=d, last=run[-1],
        next=run[-1] + d, below=a - d, dbl=", ".join(map(str, double)), dl=double[-1], dn=double[-1] * 2,
    )  # fmt: skip


def comparing(rng: Random) -> str:
    numbers = rng.sample(range(2, 100), rng.randint(3, 5))
    up = sorted(numbers)
    return say(
        rng,
        (
            "Put {raw} in order from smallest to largest: {up}. The smallest is {low} and the largest is {high}.",
            "Of the numbers {raw}, the largest is {high}. In falling order they are {down}.",
            "{high} is greater than {low}, and we write {high} > {low}. The difference is {high} - {low} = {d}.",
            "The list {raw} becomes {up} when it is sorted. The range is {high} - {low} = {d}.",
        ),
        raw=listing(numbers), up=", ".join(map(str, up)), down=", ".join(map(str, up[::-1])), low=up[0], high=up[-1],
        d=up[-1] - up[0],
    )  # fmt: skip


def figures(rng: Random) -> str:
    numbers = [rng.randint(11, 999) for _ in range(rng.randint(3, 6))]
    line = rng.choice(("{n} is written {w}", "{n} in words: {w}", "{W} in figures is {n}", "{n} = {w}"))
    rows = [line.format(n=n, w=words(n), W=upper_first(words(n))) for n in numbers]
    n = numbers[0]
    if n > 99:
        rows.append(f"In {n} the digit {n // 100} stands for hundreds, {n // 10 % 10} for tens and {n % 10} for ones")
    return ".\n".join(rows) + "."


KINDS = (
    table_rows, table_rows, table_words, table_chant, fact_family, fact_family, drill, drill, tens_and_ones,
    tens_and_ones, about_number, about_number, sequence, comparing, figures,
)  # fmt: skip
