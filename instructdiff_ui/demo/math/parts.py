"""Parts of a whole: fractions, percentages, averages, ratios and simple probability."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random

from ..task import Task
from .banks import COLOURS, SMALL, TOYS, person, two_people
from .texts import listing, named, say, worked

_NAMES = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}


def fraction_of(rng: Random) -> Task:
    d = rng.choice((2, 3, 4, 5, 6, 8, 10))
    n = 1 if d == 2 else rng.choice((1, 1, *range(2, d)))
    part = rng.randint(2, 10)
    whole, result = d * part, n * part
    part_name = f"{n}/{d}" if n > 1 or rng.random() < 0.5 else {2: "half"}.get(d, f"one {_NAMES[d]}")
    question = say(
        rng,
        (
            "What is {f} of {w}?", "Find {f} of {w}.",
            "{p.name} has {w} {t.many} and gives away {f} of them. How many does {p.they} give away?"
            " || {p.name} gives away {r} {t.many}.",
            "There are {w} pupils in the club and {f} of them are girls. How many girls are there? || There are {r}"
            " girls.",
            "A path is {w} km long. We have walked {f} of it. How many km have we walked? || We have walked {r} km.",
            "Of {w} eggs, {f} are brown. How many are brown? || {r} eggs are brown.",
            "{p.name} spent {f} of {p.their} {w} dollars. How many dollars did {p.they} spend? || {p.They} spent {r}"
            " dollars.",
        ),
        f=part_name, w=whole, p=person(rng), t=rng.choice(SMALL), r=result,
    )  # fmt: skip
    steps = f"One {_NAMES[d]} of {whole} is {whole} / {d} = {part}."
    steps = steps.replace("One half", "Half")
    if n > 1:
        steps += f"\nWe need {n} of these parts: {n} * {part} = {result}."
    return worked(rng, "fraction_of", question, steps, result, f"{whole} * {n} / {d}")


def what_remains(rng: Random) -> Task:
    d, part = rng.choice((3, 4, 5, 6, 10)), rng.randint(2, 10)
    whole, left = d * part, d * part - part
    question = say(
        rng,
        (
            "{p.name} had {w} {t.many} and gave one {n} of them to {q.name}. How many were left? || {l} {t.many} were"
            " left.",
            "One {n} of the {w} seats are taken. How many seats are free? || {l} seats are free.",
            "A tank held {w} litres. One {n} was used. How many litres remain? || {l} litres remain.",
            "I read 1/{d} of a book with {w} pages. How many pages are left? || You still have {l} pages.",
            "From a roll of {w} m of cloth 1/{d} is cut off. What length is left? || {l} m are left.",
        ),
        p=(pq := two_people(rng))[0], q=pq[1], t=rng.choice(SMALL), w=whole, n=_NAMES[d], d=d, l=left,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "One {n} of {w} is {w} / {d} = {p}.\nLeft: {w} - {p} = {l}.",
            "{w} / {d} = {p}.\n{w} - {p} = {l}.",
            "{w} / {d} = {p} is one part, and {k} parts are left.\n{k} * {p} = {l}.",
        ),
        n=_NAMES[d], w=whole, d=d, p=part, l=left, k=d - 1,
    )  # fmt: skip
    return worked(rng, "what_remains", question, steps, left, f"{whole} - {whole} / {d}")


def percent_of(rng: Random) -> Task:
    percent, parts = rng.choice(((10, 10), (20, 5), (25, 4), (50, 2), (1, 100)))
    r = rng.randint(2, 9 if percent == 1 else 15)
    whole = r * parts
    question = say(
        rng,
        (
            "What is {c}% of {w}?", "Find {c}% of {w}.", "Calculate {c} percent of {w}.",
            "{c}% of the {w} trees in a garden are old. How many trees is that? || That is {r} trees.",
            "A test has {w} marks. {p.name} lost {c}% of them. How many marks is that? || {p.name} lost {r} marks.",
            "In a village of {w} people, {c}% have a boat. How many people have one? || {r} people have a boat.",
            "{p.name} puts {c}% of {p.their} {w} dollars in the bank. How much is that? || It is {r} dollars.",
        ),
        c=percent, w=whole, p=person(rng), r=r,
    )  # fmt: skip
    steps = say(
        rng,
        ("{c}% is 1/{k} of the whole.\n{w} / {k} = {r}.", "{w} / {k} = {r}.",
        "For {c}% divide by {k}: {w} / {k} = {r}."),
        c=percent, k=parts, w=whole, r=r,
    )  # fmt: skip
    return worked(rng, "percent_of", question, steps, r, f"{whole} * {percent} / 100")


def add_fractions(rng: Random) -> Task:
    d = rng.choice((5, 7, 8, 9, 10, 11))
    a = rng.randint(1, d - 3)
    b = rng.randint(1, d - 1 - a)
    plus = rng.random() < 0.6
    top = a + b if plus else a
    one, other, sign = (a, b, "+") if plus else (a + b, b, "-")
    question = say(
        rng,
        (
            "What is {x}/{d} {s} {y}/{d}? Do not simplify.",
            "Calculate {x}/{d} {s} {y}/{d} and keep the denominator {d}.",
            "A cake has {d} equal slices. {p.name} eats {a}/{d} of it and {q.name} eats {b}/{d}. Which part do they eat"
            " together? Write it with {d} below the line."
            if plus
            else "There was {x}/{d} of a cake on the plate, and {p.name} ate {y}/{d} of the whole cake. Which part is"
                 " left?"
            " Leave it in parts of {d}.",
            "Fractions with the same denominator: {x}/{d} {s} {y}/{d} = ? Leave the result in parts of {d}.",
        ),
        x=one, y=other, d=d, s=sign, a=a, b=b, p=(pq := two_people(rng))[0], q=pq[1],
    )  # fmt: skip
    steps = f"The denominator stays {d}.\nFor the top: {one} {sign} {other} = {top}."
    return worked(rng, "add_fractions", question, steps, f"{top}/{d}", f"{one}/{d} {sign} {other}/{d}")


def simplify(rng: Random) -> Task:
    d = rng.randint(2, 7)
    n, k = rng.randint(1, d - 1), rng.randint(2, 6)
    f = Fraction(n, d)
    k *= n // f.numerator
    n, d = f.numerator, f.denominator
    question = say(
        rng,
        (
            "Simplify {a}/{b}.", "Write {a}/{b} in lowest terms.", "Reduce the fraction {a}/{b} as far as possible.",
            "{a} of {b} children wear a hat. What fraction is that in its simplest form?",
            "What is the simplest form of {a}/{b}?",
        ),
        a=n * k, b=d * k,
    )  # fmt: skip
    steps = f"Both numbers can be divided by {k}.\n{n * k} / {k} = {n} and {d * k} / {k} = {d}."
    return worked(rng, "simplify", question, steps, f"{n}/{d}", f"{n * k}/{d * k}")


def larger_fraction(rng: Random) -> Task:
    kind = rng.random() < 0.5
    if kind:
        d = rng.randint(5, 12)
        a, b = sorted(rng.sample([top for top in range(1, d) if gcd(top, d) == 1], 2))
        small, big = f"{a}/{d}", f"{b}/{d}"
        steps = rng.choice(
            (
                f"Both have the denominator {d}, so compare the tops: {b} is more than {a}.",
                f"The parts are the same size, and {b} of them are more than {a}.",
            )
        )
    else:
        n = rng.randint(1, 4)
        x, y = sorted(rng.sample([low for low in range(n + 1, 13) if gcd(low, n) == 1], 2))
        small, big = f"{n}/{y}", f"{n}/{x}"
        steps = rng.choice(
            (
                f"The tops are equal. Parts are larger when there are fewer of them, and {x} is less than {y}.",
                f"Both take {n} of the parts, and 1/{x} is a bigger part than 1/{y}.",
                f"The numerators are the same, so the smaller denominator wins: {x} is less than {y}.",
            )
        )
    one, other = (small, big) if rng.random() < 0.5 else (big, small)
    question = say(
        rng,
        (
            "Which is larger, {a} or {b}?", "Compare {a} and {b}. Which fraction is greater?",
            "Would you rather have {a} or {b}"
            " of a cake, if you are hungry?",
            "{p.name} drank {a} of a bottle, {q.name} drank {b} of a bottle of the same size."
            " Which fraction is more?",
        ),
        a=one, b=other, p=(pq := two_people(rng))[0], q=pq[1],
    )  # fmt: skip
    return worked(rng, "larger_fraction", question, steps, big, big)


def average(rng: Random) -> Task:
    n, mean = rng.choice((2, 3, 4, 5)), rng.randint(4, 20)
    values = [mean + rng.randint(-3, 3) for _ in range(n - 1)]
    values.append(n * mean - sum(values))
    if values[-1] < 1:
        values = [mean] * n
    rng.shuffle(values)
    shown = listing(values)
    question = say(
        rng,
        (
            "What is the average of {v}?", "Find the mean of {v}.",
            "{p.name} ran {v} km on different days. What is the average"
            " distance?", "The marks were {v}. Work out the mean mark.",
            "A shop sold {v} cakes on {n} days. How many is that a"
            " day on average?", "Parcels weigh {v} kg. What is their mean weight?",
        ),
        v=shown, n=n, p=person(rng),
    )  # fmt: skip
    total = sum(values)
    plus = " + ".join(map(str, values))
    steps = f"Add all the values: {plus} = {total}.\nThere are {n} of them: {total} / {n} = {mean}."
    return worked(rng, "average", question, steps, mean, f"({plus}) / {n}")


def probability(rng: Random) -> Task:
    one, other = rng.sample(COLOURS, 2)
    a, b = rng.randint(1, 7), rng.randint(1, 7)
    t = rng.choice(TOYS[:1] + TOYS[6:7] + TOYS[5:6])
    question = say(
        rng,
        (
            "A bag holds {x} and {y}. One is taken without looking. What is the probability that it is {o}? Do not"
            " simplify"
            " the fraction.",
            "There are {x} and {y} in a box. {p.name} draws one with closed eyes. What fraction is the chance of {o}?"
            " No need to"
            " simplify.",
            "{X} and {y}. I pick one at random. What is the chance of {o}, as a fraction? You need not simplify it.",
            "A jar contains {x} and {y}. What is the chance of drawing {o}? Give a fraction and leave it unsimplified.",
        ),
        x=(x := f"{a} {one} {t.many if a > 1 else t.one}"), X=x, y=f"{b} {other} {t.many if b > 1 else t.one}", o=one,
        p=person(rng),
    ).replace("a orange", "an orange").replace("There are 1 ", "There is 1 ")  # fmt: skip
    steps = f"There are {a} + {b} = {a + b} {t.many} in all.\n{a} of them {'are' if a > 1 else 'is'} {one}."
    return worked(rng, "probability", question, steps, f"{a}/{a + b}", f"{a}/{a + b}")


def ratio(rng: Random) -> Task:
    a, b = rng.sample(range(1, 6), 2)
    unit = rng.randint(2, 9)
    total = (a + b) * unit
    p, q = two_people(rng)
    question = say(
        rng,
        (
            "{p.name} and {q.name} share {t} {w.many} in the ratio {a}:{b}. How many does {p.name} get? || {p.name}"
            " gets {r}.",
            "Split {t} dollars between {p.name} and {q.name} in the ratio {a} to {b}. What is the share of {p.name}?"
            " || {p.name} gets {r} dollars.",
            "A paint is mixed from {a} parts of red and {b} parts of white. How many litres of red are in {t} litres"
            " of paint?"
            " || There are {r} litres of red.",
            "For every {a} boys there are {b} girls in a school of {t} pupils. How many boys are there? || There are"
            " {r} boys.",
        ),
        p=p, q=q, t=total, w=rng.choice(SMALL), a=a, b=b, r=a * unit,
    ).replace("1 parts", "1 part").replace("every 1 boys", "every boy").replace("are 1 girls", "is 1 girl")  # fmt: skip
    steps = f"There are {a} + {b} = {a + b} parts.\nOne part is {total} / {a + b} = {unit}.\n{a} * {unit} = {a * unit}."
    return worked(rng, "ratio", question, steps, a * unit, f"{total} / ({a} + {b}) * {a}")


FAMILIES = named(
    fraction_of, what_remains, percent_of, add_fractions, simplify, larger_fraction, average, probability, ratio
)  # fmt: skip
