"""Paragraphs of prose in which people count, share, buy and measure, with the sums worked out in the running text."""

from __future__ import annotations

from random import Random

from .banks import (
    ANIMALS,
    CLOTHES,
    DAYS,
    FOOD,
    FRUIT,
    GARDEN,
    GROCERIES,
    MONEY,
    PACKS,
    PRICED,
    SCHOOL,
    SMALL,
    TOYS,
    person,
    two_people,
)
from .texts import listing, say

_OPENERS = ("", "", "", "One morning ", "Last week ", "On Sunday ", "One day ", "Yesterday ", "Last year ")


def _opened(rng: Random, text: str) -> str:
    """The text after words that say when; texts that begin with a tilde are in the present and stay as they are."""
    return text[1:] if text[0] == "~" else rng.choice(_OPENERS) + text


def together(rng: Random) -> str:
    a, b, c = rng.randint(3, 50), rng.randint(3, 40), rng.randint(2, 9)
    p, q = two_people(rng)
    return _opened(rng, say(
        rng,
        (
            "{p.name} counted {p.their} {t.many}. There were {a}. Then {q.name} came and gave {p.them} {b} more."
            " {a} + {b} = {s}, so {p.name} now had {s} {t.many}, which was {b} more than before.",
            "{p.name} and {q.name} put their {t.many} on one table. {p.name} had {a} and {q.name} had {b}. Altogether"
            " there"
            " were {a} + {b} = {s} {t.many} on the table.",
            "a farmer had {a} {g.many} in the near field and {b} in the far field. To find the total he added: {a} +"
            " {b} ="
            " {s}. He had {s} {g.many}.",
            "there were {a} people on the bus. At the market {b} people got on. Nobody got off, so the bus carried"
            " {a} +"
            " {b} = {s} people.",
            "{p.name} read {a} pages of a book, and in the evening {p.they} read {b} more. In all {p.they} read {a} +"
            " {b} ="
            " {s} pages.",
            "{p.name} scored {a} points in the first game, {b} in the second and {c} in the third. First {a} + {b} ="
            " {s},"
            " then {s} + {c} = {u}. The total score was {u}.",
        ),
        p=p, q=q, t=rng.choice(SMALL), g=rng.choice(ANIMALS), a=a, b=b, c=c, s=a + b, u=a + b + c,
    ))  # fmt: skip


def away(rng: Random) -> str:
    b, r = rng.randint(3, 40), rng.randint(3, 45)
    p, q = two_people(rng)
    return _opened(rng, say(
        rng,
        (
            "{p.name} had {a} {t.many} and gave {b} of them to {q.name}. {a} - {b} = {r}, so {r} {t.many} were left.",
            "a baker made {a} {f.many}. Before lunch {b} had been sold, and so {a} - {b} = {r} remained on the shelf.",
            "{p.name} opened a book of {a} pages. {p.They} had already read {b} of them. {a} - {b} = {r}, so {r}"
            " pages were"
            " still to read.",
            "the hall had {a} seats and {b} were taken. The number of free seats was {a} - {b} = {r}.",
            "{p.name} had {a} {t.many} and {q.name} had only {b}. The difference was {a} - {b} = {r}.",
            "the tank held {a} litres of water. The garden needed {b} litres. What remained was {a} - {b} = {r}"
            " litres.",
            "{a} children played in the park. When {b} went home, {a} - {b} = {r} stayed.",
        ),
        p=p, q=q, t=rng.choice(SMALL), f=rng.choice(FOOD), a=b + r, b=b, r=r,
    ))  # fmt: skip


def groups(rng: Random) -> str:
    a, b = rng.randint(2, 12), rng.randint(2, 10)
    return _opened(rng, say(
        rng,
        (
            "{p.name} filled {a} {k.many} with {b} {t.many} each. {a} * {b} = {c}, so there were {c} {t.many} in all.",
            "{p.name} planted {a} rows of {g.many} with {b} in every row. That made {a} * {b} = {c} {g.many}.",
            "each of the {a} children got {b} {t.many}. Together they had {a} times {b}, and {a} * {b} = {c}.",
            "{p.name} ran {b} km a day for {a} days. The total distance was {a} * {b} = {c} km.",
            "the small cinema had {a} rows of {b} seats. {a} * {b} = {c}, so {c} people could sit down.",
            "{p.name} bought {a} packs of cards with {b} cards to a pack. Equal groups mean that we multiply: {a} *"
            " {b} ="
            " {c} cards.",
        ),
        p=person(rng), k=rng.choice(PACKS), t=rng.choice(SMALL), g=rng.choice(GARDEN), a=a, b=b, c=a * b,
    ))  # fmt: skip


def shares(rng: Random) -> str:
    b, c = rng.randint(2, 10), rng.randint(2, 12)
    r = rng.randint(1, b - 1)
    p, q = two_people(rng)
    return _opened(rng, say(
        rng,
        (
            "{p.name} shared {a} {t.many} equally among {b} friends. {a} / {b} = {c}, so each friend got {c}.",
            "{p.name} put {a} {t.many} into {k.many} of {b}. {a} / {b} = {c}, and {p.they} filled {c} {k.many}.",
            "a rope of {a} m was cut into {b} equal pieces. Each piece was {a} / {b} = {c} m long.",
            "{p.name} wanted to deal {d} cards to {b} players. {b} * {c} = {a}, so each player got {c} cards, and {d}"
            " - {a}"
            " = {r} remained. {d} divided by {b} is {c} with remainder {r}.",
            "{d} people had to cross the river and the boat took {b} at a time. After {c} trips {c} * {b} = {a}"
            " people were"
            " across. The others needed one more trip, so {c} + 1 = {n} trips were needed.",
            "the teacher made {b} equal teams of {a} pupils. {b} * {c} = {a}, therefore each team had {c} pupils.",
        ),
        p=p, q=q, k=rng.choice(PACKS), t=rng.choice(SMALL), a=b * c, b=b, c=c, d=b * c + r, r=r, n=c + 1,
    ))  # fmt: skip


def shopping(rng: Random) -> str:
    n, price = rng.randint(2, 9), rng.randint(2, 10)
    cost = n * price
    note = next(value for value in (10, 20, 50, 100) if value > cost)
    x, y = rng.sample(GROCERIES, 2)
    i, j = rng.randint(2, 9), rng.randint(2, 9)
    return _opened(rng, say(
        rng,
        (
            "{p.name} bought {n} {w.many} at {price} {m} each. {n} * {price} = {cost}, so {p.they} had to pay {cost}"
            " {m}."
            " {p.They} gave {note} {m} and got {note} - {cost} = {change} {m} back.",
            "~The {w.many} cost {price} {m} each. For {n} of them {p.name} paid {n} * {price} = {cost} {m}. The"
            " change from"
            " {note} {m} was {note} - {cost} = {change} {m}.",
            "{p.name} paid {cost} {m} for {n} {w.many}. One {w.one} therefore cost {cost} / {n} = {price} {m}.",
            "{p.name} came home with {x} for {i} {m} and {y} for {j} {m}. The bill was {i} + {j} = {s} {m}.",
            "~{p.name} saves {price} {m} every week. After {n} weeks {p.they} has {n} * {price} = {cost} {m}, enough"
            " for a"
            " {w.one} that costs {cost} {m}.",
            "{n} friends shared a bill of {cost} {m}. {cost} / {n} = {price}, so each of them paid {price} {m}.",
        ),
        p=person(rng), w=rng.choice(PRICED), m=rng.choice(MONEY), n=n, price=price, cost=cost, note=note,
        change=note - cost, x=x, y=y, i=i, j=j, s=i + j,
    ))  # fmt: skip


def sale(rng: Random) -> str:
    percent, parts = rng.choice(((10, 10), (20, 5), (25, 4), (50, 2)))
    off = rng.randint(2, 12)
    old = off * parts
    return say(
        rng,
        (
            "A {w.one} that cost {old} {m} was sold with {pc}% off. {pc}% is one {part} of the price, and {old} /"
            " {parts} ="
            " {off}. The new price was {old} - {off} = {new} {m}.",
            "In the sale everything was {pc}% cheaper. {p.name} found a {w.one} for {old} {m}. The discount was {old} /"
            " {parts} = {off} {m}, so {p.they} paid {old} - {off} = {new} {m}.",
        ),
        p=person(rng), w=rng.choice(CLOTHES), m=rng.choice(MONEY), pc=percent, parts=parts, off=off, old=old,
        new=old - off, part={10: "tenth", 5: "fifth", 4: "quarter", 2: "half"}[parts],
    ).replace("one half", "half")  # fmt: skip


def two_steps(rng: Random) -> str:
    a, b, c, d = rng.randint(2, 9), rng.randint(3, 9), rng.randint(2, 9), rng.randint(2, 9)
    e = rng.randint(2, a * b - 2)
    p = person(rng)
    return _opened(rng, say(
        rng,
        (
            "{p.name} bought {a} {k.many} of {t.many} with {b} in each. {p.They} gave {e} away. First {a} * {b} ="
            " {x}, then"
            " {x} - {e} = {y}. {p.They} kept {y} {t.many}.",
            "{p.name} made {a} trays of {b} {f.many} and {c} trays of {d}. {a} * {b} = {x} and {c} * {d} = {z}, so"
            " there"
            " were {x} + {z} = {s} {f.many}.",
            "~{p.name} is {b} years old. {p.Their} aunt is {a} times as old, so the aunt is {a} * {b} = {x}. The"
            " difference"
            " between them is {x} - {b} = {g} years.",
            "{p.name} worked {a} hours for {b} {m} an hour and got {e} {m} extra. The pay was {a} * {b} = {x} and"
            " then {x}"
            " + {e} = {w} {m}.",
        ),
        p=p, k=rng.choice(PACKS), t=rng.choice(TOYS + SCHOOL), f=rng.choice(FOOD), m=rng.choice(MONEY), a=a, b=b, c=c,
        d=d, e=e, x=a * b, y=a * b - e, z=c * d, s=a * b + c * d, g=a * b - b, w=a * b + e,
    ))  # fmt: skip


def diary(rng: Random) -> str:
    day = rng.randrange(7)
    a, b = rng.randint(5, 30), rng.randint(3, 20)
    n, m = rng.randint(2, 6), rng.randint(2, 9)
    p, q = two_people(rng)
    return say(
        rng,
        (
            "{day}. Picked {a} {f.many} before breakfast and {b} after it, {a} + {b} = {s} in all. {p.name} ate {m} of"
            " them. Tomorrow, on {next}, we bake.",
            "Dear diary, today is {day}. I have {n} {k.many} with {m} {t.many} in each, which makes {n} * {m} = {c}."
            " {q.name} wants half of them, but I am not sure yet. Yesterday was {before}.",
            "{day}: walked {a} km with {p.name}. On {next} we walked another {b} km. That is {a} + {b} = {s} km in two"
            " days.",
        ),
        day=DAYS[day], next=DAYS[(day + 1) % 7], before=DAYS[day - 1], a=a, b=b, s=a + b, n=n, m=m, c=n * m, p=p, q=q,
        f=rng.choice(FRUIT), k=rng.choice(PACKS), t=rng.choice(TOYS),
    )  # fmt: skip


def note(rng: Random) -> str:
    items = rng.sample(GROCERIES, rng.randint(3, 5))
    prices = [rng.randint(1, 9) for _ in items]
    m = rng.choice(MONEY)
    lines = "\n".join(f"{item} {price}" for item, price in zip(items, prices, strict=True))
    head = say(
        rng,
        ("Shopping, in {m}:", "Paid today ({m})", "Receipt, all prices in {m}", "The list for {d}, {m}"),
        m=m,
        d=rng.choice(DAYS),
    )
    total, steps = prices[0], []
    for price in prices[1:]:
        steps.append(f"{total} + {price} = {total + price}")
        total += price
    top = max(prices)
    dear = [item for item, price in zip(items, prices, strict=True) if price == top]
    end = f"{listing(steps)}. The total is {total} {m}."
    if len(dear) == 1:
        end += say(
            rng, (" The {i} cost the most.", " The dearest thing was the {i} at {t} {m}."), i=dear[0], t=top, m=m
        )
    return f"{head}\n{lines}\n{end}"


KINDS = (together, away, groups, shares, shopping, sale, two_steps, diary, note)
