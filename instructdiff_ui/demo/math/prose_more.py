"""Longer connected stories, definitions in prose, and the last skills: coins, offers, ages, rounding, timetables."""

from __future__ import annotations

from random import Random

from .banks import COINS, DAYS, FOOD, FRUIT, GROCERIES, MONEY, PACKS, PEOPLE, SCHOOL, TOYS, person, two_people
from .clock import clock
from .texts import listing, say

_DEFINITIONS = (
    "A number is even when it can be split into two equal whole parts. {e} is even, since {e} / 2 = {h}. The even"
    " numbers end in"
    " 0, 2, 4, 6 or 8.",
    "Odd numbers end in 1, 3, 5, 7 or 9. If {o} things are put in pairs, {h} * 2 = {e} of them find a partner and 1"
    " is left over.",
    "A prime number is larger than 1 and only 1 and the number itself divide it. The first primes are 2, 3, 5, 7, 11,"
    " 13, 17 and"
    " 19.",
    "A number such as {c} is not prime, because {a} * {b} = {c}. A prime number has exactly two factors.",
    "The perimeter of a shape is the distance all the way around it. Add all sides to find it: {a} + {b} + {a} + {b}"
    " = {p}.",
    "The area of a rectangle says how many unit squares cover it. It is the product of length and width, {a} * {b} ="
    " {c}.",
    "The average, or mean, is what everyone would have after sharing equally. Add all values and divide by their"
    " number. For {a}"
    " and {z}: {a} + {z} = {s} and {s} / 2 = {m}.",
    "The remainder is what is left over when a division does not come out exactly. {n} divided by {b} gives {a} with"
    " remainder 1,"
    " since {a} * {b} = {c} and {n} - {c} = 1.",
    "A multiple of {a} is a number in the {a} times table, for example {c}, because {a} * {b} = {c}.",
    "A factor of a number divides it with no remainder. {a} and {b} are factors of {c}, because {a} * {b} = {c}.",
    "A fraction names parts of a whole. The number below the line, the denominator, says how many equal parts there"
    " are. The number"
    " above the line says how many of them are taken.",
    "Percent means out of one hundred. 50% is one half and 25% is one quarter. 50% of {e} is {e} / 2 = {h}.",
    "The order of two factors does not matter: {a} * {b} = {c} and {b} * {a} = {c}. Turn {a} rows of {b} dots and you"
    " see {b} rows"
    " of {a} dots.",
    "To multiply by 10, move every digit one place to the left and write 0 for the ones: {h} * 10 = {ten}.",
    "A division can be checked by a multiplication. {c} / {a} = {b} is right, because {b} * {a} = {c}.",
    "A subtraction is checked by an addition: {s} - {z} = {a}, and {a} + {z} = {s}.",
    "A hard product can be split. {a} * 1{b} is {a} * 10 = {aten} and {a} * {b} = {c} together, {aten} + {c} ="
    " {split}.",
    "The largest number minus the smallest number of a list is called its range.",
    "Brackets come first, then multiplication and division, then addition and subtraction. {a} + {b} * 2 means {b} *"
    " 2 = {bb} and"
    " then {a} + {bb} = {abb}.",
)  # fmt: skip


def definition(rng: Random) -> str:
    a, b, h, m = rng.randint(3, 9), rng.randint(3, 9), rng.randint(4, 20), rng.randint(1, 6)
    values = {
        "a": a, "b": b, "c": a * b, "h": h, "e": 2 * h, "o": 2 * h + 1, "p": 2 * (a + b), "z": a + 2 * m,
        "s": 2 * a + 2 * m, "m": a + m, "n": a * b + 1,
        "ten": h * 10, "aten": a * 10, "split": a * (10 + b), "bb": 2 * b, "abb": a + 2 * b,
    }  # fmt: skip
    return " ".join(text.format(**values) for text in rng.sample(_DEFINITIONS, rng.choice((1, 2))))


def number_lists(rng: Random) -> str:
    start = rng.randint(2, 60)
    primes = [n for n in range(start, start + 40) if n > 1 and all(n % d for d in range(2, n))]
    squares = range(rng.randint(1, 4), rng.randint(8, 12) + 1)
    evens = range(start + start % 2, start + start % 2 + 16, 2)
    return say(
        rng,
        (
            "The prime numbers from {s} to {t} are {primes}.",
            "Even numbers: {evens}. Odd numbers: {odds}.",
            "A number times itself is a square. {squares}.",
            "{evens} are even. If 1 is added to each, we get odd numbers: {odds}.",
        ),
        s=start, t=start + 39, primes=listing(primes), evens=listing(list(evens)), odds=listing([n + 1 for n in evens]),
        squares=listing([f"{n} * {n} = {n * n}" for n in squares]),
    )  # fmt: skip


def rounding(rng: Random) -> str:
    unit = rng.choice((10, 10, 100))
    n = rng.randint(1, 9) * unit + rng.randint(1, unit - 1)
    low = n // unit * unit
    up = n - low >= unit / 2
    return say(
        rng,
        (
            "Round {n} to the nearest {u}. It lies between {l} and {h}. {n} - {l} = {x} and {h} - {n} = {y}, so we"
            " round {d} to"
            " {near}.",
            "{n} is about {near}, to the nearest {u}. Its neighbours are {l} and {h}.",
            "The distance from {n} to {l} is {x}, and to {h} it is {y}. Rounded to the nearest {u}, {n} becomes"
            " {near}.",
        ),
        n=n, u="ten" if unit == 10 else "hundred", l=low, h=low + unit, x=n - low, y=low + unit - n,
        d="up" if up else "down",
        near=low + unit if up else low,
    )  # fmt: skip


def coins(rng: Random) -> str:
    x, y = rng.sample((2, 5, 10, 20), 2)
    a, b, n, k = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 6), rng.randint(2, 6)
    one, other = ("market", "corner shop") if rng.random() < 0.5 else ("corner shop", "market")
    p = person(rng)
    values = {
        "p": p, "n": n, "k": k, "x": x, "y": y, "nx": n * x, "ky": k * y, "t": n * x + k * y, "c": rng.choice(COINS),
        "m": rng.choice(MONEY),
        "w": rng.choice(SCHOOL), "a": a, "b": b, "na": n * a, "kb": k * b, "one": one, "other": other,
    }  # fmt: skip
    coin = (
        "{p.name} has {n} coins of {x} {c} and {k} coins of {y} {c}. {n} * {x} = {nx} and {k} * {y} = {ky}. Together"
        " {nx} + {ky} = {t} {c}."
    )
    offer = (
        "At the {one} {n} {w.many} cost {na} {m}, at the {other} {k} {w.many} cost {kb} {m}. One costs {na} / {n} = {a}"
        " {m} at the {one} and {kb} / {k} = {b} {m} at the {other}. "
    )
    offer += "Both prices are equal." if a == b else f"The {one if a < b else other} is cheaper."
    return rng.choice((coin, offer)).format(**values)


def ages(rng: Random) -> str:
    p, q = two_people(rng)
    a, n, k = rng.randint(3, 14), rng.randint(2, 12), rng.randint(2, 4)
    m = a + rng.randint(22, 38)
    return say(
        rng,
        (
            "{p.name} is {a} years old and {q.name} is {n} years older. {q.name} is {a} + {n} = {s}. Together they"
            " are {a} + {s} ="
            " {t} years old.",
            "{q.name} is {k} times as old as {p.name}, who is {a}. So {q.name} is {k} * {a} = {ka} years old.",
            "In {n} years {p.name} will be {s}. Now {p.they} is {s} - {n} = {a}.",
            "When {p.name} was born, {p.their} mother was {m} - {a} = {d} years old. Now {p.name} is {a} and the"
            " mother is {m}. In"
            " {n} years they will be {s} and {m} + {n} = {mn}.",
        ),
        p=p, q=q, a=a, n=n, k=k, s=a + n, t=2 * a + n, ka=k * a, m=m, d=m - a, mn=m + n,
    )  # fmt: skip


def up_and_down(rng: Random) -> str:
    a, b = rng.randint(10, 40), rng.randint(5, 25)
    c = rng.randint(3, a + b - 3)
    n, each, x, y = rng.randint(2, 6), rng.randint(2, 9), rng.randint(5, 9), rng.randint(7, 10)
    each = min(each, (x * y - 2) // n)
    return say(
        rng,
        (
            "{a} people were on a train. {b} got on, {a} + {b} = {s}, and {c} got off, so {s} - {c} = {r} were on it"
            " then.",
            "{p.name} had {a} {t.many}, got {b} and lost {c}. {a} + {b} = {s} and {s} - {c} = {r}.",
            "{x} {k.many} of {y} {t.many} are {x} * {y} = {xy} {t.many}. {g} were sold, {xy} - {g} = {w}. The rest"
            " was shared by {n}"
            " children, {w} / {n} = {each} for each.",
            "{p.name} wants to buy a bicycle for {goal} euros and has {b} euros. {goal} - {b} = {need} are missing."
            " With {y} euros a"
            " week this takes {need} / {y} = {x} weeks.",
        ),
        p=person(rng), t=rng.choice(TOYS), k=rng.choice(PACKS), a=a, b=b, c=c, s=a + b, r=a + b - c, n=n, each=each,
        x=x, y=y,
        xy=x * y, w=n * each, g=x * y - n * each, need=x * y, goal=x * y + b,
    )  # fmt: skip


def timetable(rng: Random) -> str:
    names = rng.sample(
        ("Oak Hill", "Mill Road", "Old Bridge", "Park Lane", "North Gate", "River Street", "Sea View"), 3
    )
    start = rng.randint(7, 18) * 60 + rng.randint(0, 20)
    gaps = (rng.randint(4, 18), rng.randint(4, 18))
    times = (start, start + gaps[0], start + sum(gaps))
    rows = "\n".join(f"{name} {clock(time)}" for name, time in zip(names, times, strict=True))
    return (
        f"{rows}\nFrom {names[0]} to {names[2]} the bus needs {times[2] % 60} - {start % 60} = {sum(gaps)} minutes."
        f" From {names[0]}"
        f" to {names[1]} it needs {times[1] % 60} - {start % 60} = {gaps[0]} minutes."
    )


def market_day(rng: Random) -> str:
    p, q = two_people(rng)
    a, b, price = rng.randint(3, 9), rng.randint(4, 10), rng.randint(2, 5)
    sold = rng.randint(3, a * b - 3)
    return say(
        rng,
        (
            "On {d} {p.name} went to the market with {a} {k.many} of {f.many}. There were {b} in each, {a} * {b} ="
            " {c} in all. By noon"
            " {s} had been sold, so {c} - {s} = {left} were left. {q.name} came by and paid {x} {m} for {n} of the"
            " large ones, which"
            " was {price} {m} each, because {x} / {n} = {price}.",
            "{p.name} has a stall. {p.They} brings {a} {k.many}, and each holds {b} {f.many}. That makes {a} * {b} ="
            " {c}. The price is"
            " {price} {m} for one. {q.name} takes {n}, so the cost is {n} * {price} = {x} {m}. {q.name} pays with 50"
            " {m} and gets 50 -"
            " {x} = {back} {m}.",
        ),
        p=p, q=q, d=rng.choice(DAYS), k=rng.choice(PACKS), f=rng.choice(FRUIT), m=rng.choice(MONEY), a=a, b=b, c=a * b,
        s=sold,
        left=a * b - sold, n=(n := rng.randint(2, 8)), price=price, x=n * price, back=50 - n * price,
    )  # fmt: skip


def school_trip(rng: Random) -> str:
    boys, girls, seats = rng.randint(8, 20), rng.randint(8, 20), rng.choice((6, 7, 8, 9))
    total = boys + girls
    full, rest = divmod(total, seats)
    each = rng.randint(2, 6)
    end = f"{full} * {seats} = {total}, so {full} small buses were full."
    if rest:
        left = f"{full} * {seats} = {full * seats}, and {total} - {full * seats} = {rest} would be left."
        end = f"{left} So {full} + 1 = {full + 1} small buses were needed."
    return (
        f"The class of {person(rng).name} went to"
        f" {rng.choice(('the sea', 'a farm', 'the museum', 'the zoo', 'an old castle'))}. There"
        f" were {boys} boys and {girls} girls, {boys} + {girls} = {total} children. One bus had {seats} seats for"
        f" children. {end}"
        f" Each child paid {each} euros, and {total} * {each} = {total * each} euros were paid in all."
    )


def kitchen(rng: Random) -> str:
    p, q = two_people(rng)
    f, n, k = rng.choice(FOOD), rng.randint(2, 6), rng.randint(2, 5)
    eggs, flour = rng.randint(2, 5), rng.randint(2, 6)
    return (
        f"{p.name} wanted to make {f.many} for {n * k} people, but the recipe was for {n}. {n * k} / {n} = {k}, so"
        f" everything had to be"
        f" taken {k} times. It said {eggs} eggs, and {eggs} * {k} = {eggs * k}. It said {flour} cups of flour, and"
        f" {flour} * {k} ="
        f" {flour * k}. {q.name} bought the {rng.choice(GROCERIES)}."
    )


def table_of_people(rng: Random) -> str:
    people = rng.sample(PEOPLE, rng.randint(3, 5))
    values = rng.sample(range(3, 50), len(people))
    ranked = sorted(zip(values, people, strict=True), reverse=True)
    rows = "\n".join(f"{p.name} {v}" for p, v in zip(people, values, strict=True))
    (top, first), (low, last) = ranked[0], ranked[-1]
    return rows + say(
        rng,
        (
            "\nFrom most to least: {run}.",
            "\n{a} has the most, {t}, and {b} the least, {l}.",
            "\n{a} has {t} - {l} = {d} more than {b}.",
        ),
        run=listing([f"{p.name} with {v}" for v, p in ranked]), a=first.name, b=last.name, t=top, l=low, d=top - low,
    )  # fmt: skip


KINDS = (
    definition, definition, number_lists, rounding, coins, ages, up_and_down, timetable, market_day, school_trip,
    kitchen,
    table_of_people,
)  # fmt: skip
