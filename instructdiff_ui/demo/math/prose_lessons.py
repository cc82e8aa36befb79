"""Paragraphs of lecture notes with worked examples: parts, percentages, averages, equations, chance, rules."""

from __future__ import annotations

from random import Random

from .banks import COLOURS, PACKS, PEOPLE, SMALL, TOYS, person, two_people
from .hints import HINTS
from .texts import listing, say

_PART_NAMES = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}
_RULES = tuple(rule for rules in HINTS.values() for rule in rules)


def fractions(rng: Random) -> str:
    d, part = rng.choice((2, 3, 4, 5, 6, 8, 10)), rng.randint(2, 10)
    n = rng.randint(1, d - 1)
    whole, k = d * part, rng.randint(2, 5)
    e = rng.choice((5, 7, 8, 9, 11))
    a = rng.randint(1, e - 2)
    b = rng.randint(1, e - a)
    x, y = sorted(rng.sample(range(n + 1, 13), 2))
    return say(
        rng,
        (
            "One {name} of {w} is {w} / {d} = {p}. To find {n}/{d} of {w} we take {n} of these parts, and {n} * {p} ="
            " {r}.",
            "{n}/{d} of {w}: first {w} / {d} = {p}, then {n} * {p} = {r}. What remains is {w} - {r} = {l}.",
            "{a}/{e} + {b}/{e} = {ab}/{e}, because {a} + {b} = {ab} and the denominator stays {e}.",
            "With equal denominators, {ab}/{e} - {b}/{e} = {a}/{e}. Only the tops are subtracted: {ab} - {b} = {a}.",
            "The fraction {kn}/{kd} can be made simpler. Both numbers are divided by {k}: {kn} / {k} = {n} and {kd} /"
            " {k} = {d}. So"
            " {kn}/{kd} is the same as {n}/{d}.",
            "{n}/{x} is larger than {n}/{y}, because a whole cut into {x} parts has larger parts than one cut into"
            " {y}.",
            "With equal denominators we compare the tops: {ab}/{e} is larger than {a}/{e}.",
        ),
        name=_PART_NAMES[d], w=whole, d=d, p=part, n=n, r=n * part, l=whole - n * part, a=a, b=b, ab=a + b, e=e, k=k,
        kn=k * n,
        kd=k * d, x=x, y=y,
    ).replace("One half", "Half").replace("1 of these parts", "one of these parts")  # fmt: skip


def percent(rng: Random) -> str:
    c, k = rng.choice(((10, 10), (20, 5), (25, 4), (50, 2), (1, 100)))
    r = rng.randint(2, 9 if c == 1 else 20)
    return say(
        rng,
        (
            "{c}% means {c} out of 100, or 1/{k}. To find {c}% of {w}, divide by {k}: {w} / {k} = {r}.",
            "Percent means out of one hundred. {c}% of {w} is {r}, since {w} / {k} = {r}.",
            "In a club of {w} people {c}% play music. {w} / {k} = {r}, so {r} people play and {w} - {r} = {l} do not.",
            "50% is one half, 25% is one quarter, 20% is one fifth and 10% is one tenth. So {c}% of {w} is {w} / {k}"
            " = {r}.",
        ),
        c=c, k=k, w=r * k, r=r, l=r * k - r,
    )  # fmt: skip


def averages(rng: Random) -> str:
    n, mean, gap = rng.choice((2, 3, 4)), rng.randint(5, 20), rng.randint(1, 4)
    values = [mean - gap, mean + gap, *[mean] * (n - 2)]
    if n == 4:
        values[2:] = [mean - 1, mean + 1]
    rng.shuffle(values)
    total = sum(values)
    return say(
        rng,
        (
            "To find the average of {v}, add them, {plus} = {t}, and divide by how many there are: {t} / {n} = {m}.",
            "The mean of {v} is {m}. The sum is {plus} = {t} and {t} / {n} = {m}.",
            "{p.name} ran {v} km on {n} days. That is {plus} = {t} km, or {t} / {n} = {m} km a day on average.",
        ),
        v=listing(values), plus=" + ".join(map(str, values)), t=total, n=n, m=mean, p=person(rng),
    )  # fmt: skip


def chance(rng: Random) -> str:
    a, b, u = rng.randint(2, 7), rng.randint(2, 7), rng.randint(2, 8)
    one, other = rng.sample(COLOURS, 2)
    p, q = two_people(rng)
    return say(
        rng,
        (
            "A bag holds {a} {x} and {b} {y} {t.many}. There are {a} + {b} = {s} {t.many} in all, and {a} of them are"
            " {x}. The chance of drawing {x} is {a}/{s}.",
            "The probability of {y} is {b}/{s} when {b} of {s} {t.many} are {y}. It is the good cases over all cases.",
            "{p.name} and {q.name} share {w} {t.many} in the ratio {a}:{b}. There are {a} + {b} = {s} parts. One part"
            " is {w} / {s} ="
            " {u}. {p.name} gets {a} * {u} = {au} and {q.name} gets {b} * {u} = {bu}.",
        ),
        a=a, b=b, s=a + b, x=one, y=other, t=rng.choice(TOYS), p=p, q=q, w=(a + b) * u, u=u, au=a * u, bu=b * u,
    )  # fmt: skip


def letters(rng: Random) -> str:
    x, a, b = rng.randint(2, 12), rng.randint(2, 9), rng.randint(2, 20)
    p = a * x
    return say(
        rng,
        (
            "Solve {a}{z} + {b} = {c}. Subtract {b} on both sides: {c} - {b} = {p}, so {a}{z} is {p}. Divide by {a}:"
            " {p} / {a} = {x}."
            " Therefore {z} = {x}.",
            "If {z} + {b} = {s}, then {z} is {s} - {b} = {x}.",
            "If {a}{z} = {p}, then {z} is {p} / {a} = {x}.",
            "Put {x} in for {z} in {a}{z} + {b}: {a} * {x} = {p} and {p} + {b} = {c}.",
            "{who.name} thinks of a number, multiplies it by {a}, adds {b} and gets {c}. Go backwards: {c} - {b} ="
            " {p} and {p} / {a} ="
            " {x}. The number was {x}.",
            "In {b} + {a} * {x} the product comes first: {a} * {x} = {p}, then {b} + {p} = {c}. With brackets, ({b} +"
            " {a}) * {x}, the"
            " sum comes first: {b} + {a} = {ba} and {ba} * {x} = {bax}.",
        ),
        z=rng.choice("xnyk"), x=x, a=a, b=b, p=p, c=p + b, s=x + b, ba=a + b, bax=(a + b) * x, who=person(rng),
    )  # fmt: skip


def mistakes(rng: Random) -> str:
    a, b, c = rng.randint(2, 9), rng.randint(3, 9), rng.randint(5, 30)
    d = rng.choice((-2, -1, 1, 2, 10))
    return say(
        rng,
        (
            "{p.name} wrote that {a} times {b} is {w}. This is false, because {a} * {b} = {x}.",
            "A common mistake is to add when one should multiply. {a} boxes with {b} pens each are {a} * {b} = {x}"
            " pens, not {s}.",
            "The pupil added {c} to {w}. The first step was wrong: {a} * {b} = {x}, not {w}. Then {x} + {c} = {t}.",
            "It is true that {a} * {b} = {x}. It is false that the product of {a} and {b} is {w}.",
        ),
        p=person(rng), a=a, b=b, c=c, x=a * b, w=a * b + d, s=a + b, t=a * b + c,
    )  # fmt: skip


def rules(rng: Random) -> str:
    chosen = rng.sample(_RULES, rng.randint(2, 4))
    return rng.choice(
        ("Rules to remember:\n- ", "Good to know:\n- ", "- ", "From the wall of our classroom:\n- ")
    ) + "\n- ".join(chosen)


def choose(rng: Random) -> str:
    a, b = rng.randint(3, 30), rng.randint(2, 9)
    return say(
        rng,
        (
            "When two amounts are put together, the operation is addition: {a} + {b} = {s}. When something is taken"
            " away or compared,"
            " it is subtraction: {s} - {b} = {a}.",
            "Equal groups call for multiplication. {b} {k.many} with {a} {t.many} in each are {b} * {a} = {c}"
            " {t.many}. Sharing them"
            " equally calls for division: {c} / {b} = {a}.",
            "The four operations are addition, subtraction, multiplication and division. Addition and subtraction"
            " undo each other, and"
            " so do multiplication and division.",
            "The result of an addition is a sum, of a subtraction a difference, of a multiplication a product and of"
            " a division a"
            " quotient.",
        ),
        a=a, b=b, s=a + b, c=a * b, k=rng.choice(PACKS), t=rng.choice(SMALL),
    )  # fmt: skip


def dialogue(rng: Random) -> str:
    p, q = two_people(rng)
    a, b, c = rng.randint(2, 12), rng.randint(2, 12), rng.randint(3, 40)
    x = a * b
    return say(
        rng,
        (
            '"What are {a} times {b}?" asked {p.name}. "{a} * {b} = {x}," said {q.name} at once. "And {c} more?" "{x}'
            ' + {c} = {y}."',
            '"I have {x} {t.many} for {a} children," said {p.name}. "Then each gets {b}," said {q.name}, "because {x}'
            ' / {a} = {b}."',
            '"How do you know that {c} is {e}?" "I look at the last digit. It is {l}, and {l} is {e}."',
            '"Is {x} in the {a} times table?" "Yes, it is. {a} * {b} = {x}." "And {z}?" "No, {z} lies between {x} and'
            ' {n}."'
            if a > 2
            else '"Is {x} even?" "Yes, because 2 * {b} = {x}."',
            '{p.name} had {y} {t.many} and gave {c} to {q.name}. "Now you have {x}," said {q.name}, "since {y} - {c}'
            ' = {x}."',
        ),
        p=p, q=q, a=a, b=b, c=c, x=x, y=x + c, z=x + 1, n=x + a, t=rng.choice(SMALL), e="odd" if c % 2 else "even",
        l=c % 10,
    ).replace("What are", "What is")  # fmt: skip


def results(rng: Random) -> str:
    names = [p.name for p in rng.sample(PEOPLE, 3)]
    values = rng.sample(range(3, 50), 3)
    rows = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
    top, low = max(values), min(values)
    return say(
        rng,
        (
            "{rows}\nThe highest number is {t} for {a}, the lowest is {l} for {b}. {t} - {l} = {d}.",
            "{rows}\n{a} comes first with {t}. {x} + {y} = {xy} and {xy} + {z} = {s}, so the total is {s}.",
        ),
        rows=rows, t=top, l=low, a=names[values.index(top)], b=names[values.index(low)], d=top - low, x=values[0],
        y=values[1],
        xy=values[0] + values[1], z=values[2], s=sum(values),
    )  # fmt: skip


def temperature(rng: Random) -> str:
    a, b = rng.randint(2, 18), rng.randint(2, 14)
    c = rng.randint(1, a + b - 1)
    return say(
        rng,
        (
            "In the morning it was {a} degrees. At noon it was {b} degrees warmer, {a} + {b} = {s}. In the evening it"
            " fell by {c}, and"
            " {s} - {c} = {r} degrees were left.",
            "From {a} degrees to {s} degrees is a rise of {s} - {a} = {b} degrees.",
        ),
        a=a, b=b, c=c, s=a + b, r=a + b - c,
    )  # fmt: skip


KINDS = (
    fractions, percent, averages, chance, letters, mistakes, rules, choose, dialogue, results, temperature,
)  # fmt: skip
