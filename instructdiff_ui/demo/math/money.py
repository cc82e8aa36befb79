"""Money: change, totals, unit prices, saving, discounts, shared bills, better buys, coins and wages."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import CLOTHES, COINS, GROCERIES, MONEY, PRICED, person, two_people, words
from .mental import count_in_steps, sometimes, subtract_in_parts
from .texts import named, say, upper_first, worked


def change(rng: Random) -> Task:
    note = rng.choice((10, 20, 50, 100))
    price = rng.randint(2, note - 2)
    question = say(
        rng,
        (
            "{p.name} buys {w.an} for {x} {m} and pays with a {n} {m1} note. How much change does {p.they} get?"
            " || {p.name} gets {c} {m} back.",
            "A {w.one} costs {x} {m}. I hand over {n} {m}. What do I get back? || You get {c} {m} back.",
            "What is the change from {n} {m} after paying {x} {m}? || The change is {c} {m}.",
            "I am at the till with {n} {m} in my hand and the bill says {x}. How much should they return to me?"
            " || They should return {c} {m}.",
            "{p.name} had {n} {m}. After buying {w.an} for {x} {m}, how much money is left in {p.their} purse?"
            " || There are {c} {m} in the purse.",
            "You run a stall. A customer owes {x} {m} and gives you {n} {m}. How much change do you give?"
            " || Give the customer {c} {m}.",
        ),
        p=person(rng), w=rng.choice(PRICED), m=(m := rng.choice(MONEY)), m1=m[:-1], n=note, x=price, c=note - price,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Subtract the price from the money paid: {n} - {x} = {c}.",
            "{n} - {x} = {c}.",
            "The change is what was paid less what it costs.\n{n} - {x} = {c}.",
            "Count up from the price: {x} + {c} = {n}, so {n} - {x} = {c}.",
        ),
        n=note, x=price, c=note - price,
    )  # fmt: skip
    steps = sometimes(rng, steps, subtract_in_parts(note, price), 0.35)
    return worked(rng, "change", question, steps, note - price, f"{note} - {price}")


def total_cost(rng: Random) -> Task:
    n, x, k, y = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 5), rng.randint(2, 9)
    w, v = rng.sample(PRICED, 2)
    total = n * x + k * y
    question = say(
        rng,
        (
            "{w.many} cost {x} {m} each and {v.many} cost {y} {m} each. {p.name} buys {n} {w.many} and {k} {v.many}."
            " What is"
            " the bill? || {p.name} pays {t} {m}.",
            "Find the total price of {n} {w.many} at {x} {m} and {k} {v.many} at {y} {m}. || Everything costs {t} {m}.",
            "I want {n} {w.many} ({x} {m} each) and {k} {v.many} ({y} {m} each). How much money must I bring?"
            " || You must bring {t} {m}.",
            "{p.name} sold {n} {w.many} for {x} {m} each and {k} {v.many} for {y} {m} each. How much did {p.they} earn?"
            " || {p.They} earned {t} {m}.",
            "Our order: {n} {w.many}, {k} {v.many}. Prices: {x} {m} for a {w.one}, {y} {m} for a {v.one}. Total in {m}?"
            " || The order comes to {t} {m}.",
        ),
        p=person(rng), w=w, v=v, m=rng.choice(MONEY), n=n, x=x, k=k, y=y, t=total,
    )  # fmt: skip
    question = question[:1].upper() + question[1:]
    steps = say(
        rng,
        (
            "The {w.many} cost {n} * {x} = {a}.\nThe {v.many} cost {k} * {y} = {b}.\nTogether {a} + {b} = {t}.",
            "{n} * {x} = {a} and {k} * {y} = {b}.\n{a} + {b} = {t}.",
            "First the {w.many}: {n} * {x} = {a}.\nNext the {v.many}: {k} * {y} = {b}.\nThe sum is {a} + {b} = {t}.",
        ),
        w=w, v=v, n=n, x=x, k=k, y=y, a=n * x, b=k * y, t=total,
    )  # fmt: skip
    return worked(rng, "total_cost", question, steps, total, f"{n} * {x} + {k} * {y}")


def unit_price(rng: Random) -> Task:
    n, x = rng.randint(2, 10), rng.randint(2, 12)
    question = say(
        rng,
        (
            "{n} {w.many} cost {c} {m}. What does one cost? || One {w.one} costs {x} {m}.",
            "{p.name} paid {c} {m} for {n} {w.many}, all at the same price. How much is a single {w.one}?"
            " || A single {w.one} is {x} {m}.",
            "A set of {n} bowls costs {c} {m}. Find the price of one bowl. || One bowl is {x} {m}.",
            "A café buys {n} kg of cheese for {c} {m}. What is the price per kg? || The price is {x} {m} per kg.",
            "If {n} tickets come to {c} {m}, what is the price of each ticket? || Each ticket is {x} {m}.",
            "The shop charges {c} {m} for {n} bottles of olive oil. What is the price per bottle?"
            " || A bottle is {x} {m}.",
        ),
        p=person(rng), w=rng.choice(PRICED), m=rng.choice(MONEY), n=n, c=n * x, x=x,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Divide the total by the number of items: {c} / {n} = {x}.",
            "{c} / {n} = {x}, because {n} * {x} = {c}.",
            "The price of one is the price of all shared by {n}.\n{c} / {n} = {x}.",
        ),
        n=n, c=n * x, x=x,
    )  # fmt: skip
    steps = sometimes(rng, steps, count_in_steps(n * x, n))
    return worked(rng, "unit_price", question, steps, x, f"{n * x} / {n}")


def saving_up(rng: Random) -> Task:
    weekly, weeks = rng.randint(3, 10), rng.randint(3, 9)
    have = rng.randint(5, 30)
    goal = have + weekly * weeks
    need = goal - have
    question = say(
        rng,
        (
            "{p.name} wants a bicycle for {g} {m}. {p.They} already has {h} {m} and saves {k} {m} a week. How many"
            " weeks will"
            " it take? || After {w} weeks {p.they} has enough.",
            "A tent costs {g} {m}. I have {h} {m} in my box and put in {k} {m} every week. In how many weeks can I"
            " buy it?"
            " || You can buy it in {w} weeks.",
            "Saving {k} {m} per week and starting from {h} {m}, when does {p.name} reach {g} {m}? Give the number of"
            " weeks."
            " || It takes {w} weeks.",
            "Goal: {g} {m}. Saved so far: {h} {m}. Each week adds {k} {m}. Weeks to go? || There are {w} weeks to go.",
        ),
        p=person(rng), m=rng.choice(MONEY), g=goal, h=have, k=weekly, w=weeks,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "The money still needed is {g} - {h} = {n}.\nAt {k} a week that takes {n} / {k} = {w} weeks.",
            "{g} - {h} = {n}.\n{n} / {k} = {w}.",
            "First find what is missing: {g} - {h} = {n}.\nThen divide by the weekly sum: {n} / {k} = {w}.",
        ),
        g=goal, h=have, n=need, k=weekly, w=weeks,
    )  # fmt: skip
    return worked(rng, "saving_up", question, steps, weeks, f"({goal} - {have}) / {weekly}")


def discount(rng: Random) -> Task:
    percent, parts = rng.choice(((10, 10), (20, 5), (25, 4), (50, 2)))
    off = rng.randint(2, 12)
    old = off * parts
    new = old - off
    question = say(
        rng,
        (
            "A {w.one} costs {o} {m}. In the sale it is {pc}% off. What is the new price? || The {w.one} now costs"
            " {n} {m}.",
            "{pc}% discount on a {w.one} of {o} {m}: what do I pay? || You pay {n} {m}.",
            "{p.name} has a voucher for {pc}% off and buys {w.an} marked {o} {m}. How much does {p.they} pay?"
            " || {p.name} pays {n} {m}.",
            "The price of {w.an} was {o} {m} and falls by {pc}%. Find the price after the cut. || After the cut it is"
            " {n} {m}.",
            "Members get {pc}% off. What does a member pay for {w.an} with a price tag of {o} {m}? || A member pays"
            " {n} {m}.",
        ),
        p=person(rng), w=rng.choice(CLOTHES), m=rng.choice(MONEY), o=old, n=new, pc=percent,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "{pc}% of {o} is {o} / {k} = {f}.\n{o} - {f} = {n}.",
            "To find {pc}% we divide by {k}: {o} / {k} = {f}.\nTake this off the price: {o} - {f} = {n}.",
            "The discount is {o} / {k} = {f}.\nThe new price is {o} - {f} = {n}.",
        ),
        pc=percent, o=old, k=parts, f=off, n=new,
    )  # fmt: skip
    return worked(rng, "discount", question, steps, new, f"{old} - {old} * {percent} / 100")


def shared_bill(rng: Random) -> Task:
    n, each = rng.randint(3, 8), rng.randint(4, 12)
    total = n * each
    a = rng.randint(3, total - 3)
    question = say(
        rng,
        (
            "{N} friends eat out. The food costs {a} {m} and the drinks cost {b} {m}. They split the bill equally."
            " What does"
            " each pay? || Each friend pays {e} {m}.",
            "A gift for a teacher costs {a} {m} and the flowers {b} {m}. {N} pupils share the cost. How much is it"
            " for each?"
            " || Each pupil gives {e} {m}.",
            "{p.name} and some friends, {n} people in all, rent a boat for {a} {m} and buy food for {b} {m}. What is"
            " one"
            " share?"
            " || One share is {e} {m}.",
            "A picnic costs {a} {m} for the food and {b} {m} for the drinks, divided evenly among {n} people. How"
            " much is that per person?"
            " || It is {e} {m} per person.",
        ),
        p=person(rng), m=rng.choice(MONEY), n=n, N=upper_first(words(n)), a=a, b=total - a, e=each,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "The whole bill is {a} + {b} = {t}.\nDivide it by {n}: {t} / {n} = {e}.",
            "{a} + {b} = {t}.\n{t} / {n} = {e}.",
            "Add both costs first: {a} + {b} = {t}.\nThen share: {t} / {n} = {e}.",
        ),
        a=a, b=total - a, t=total, n=n, e=each,
    )  # fmt: skip
    return worked(rng, "shared_bill", question, steps, each, f"({a} + {total - a}) / {n}")


def better_buy(rng: Random) -> Task:
    n, k = rng.sample(range(2, 10), 2)
    x, y = rng.sample(range(2, 10), 2)
    one, other = rng.sample(("the market", "the corner shop", "the green shop", "the big store", "the farm shop"), 2)
    w, m = rng.choice(PRICED), rng.choice(MONEY)
    best = one if x < y else other
    question = say(
        rng,
        (
            "At {one} {n} {w.many} cost {a} {m}. At {other} {k} {w.many} cost {b} {m}. Where is one {w.one} cheaper?",
            "Which is the better buy: {n} {w.many} for {a} {m} at {one}, or {k} for {b} {m} at {other}? Name the shop.",
            "Help me choose. {k} {w.many} cost {b} {m} at {other}, and {n} cost {a} {m} at {one}. Where is a single"
            " {w.one} cheaper?",
            "I need many {w.many}. {One} sells {n} for {a} {m}, {other} sells {k} for {b} {m}. Which place has the"
            " lower"
            " price per {w.one}?",
        ),
        one=one, One=one.capitalize(), other=other, w=w, m=m, n=n, k=k, a=n * x, b=k * y,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Find the price of one.\nAt {one}: {a} / {n} = {x}.\nAt {other}: {b} / {k} = {y}.\n{lo} is less than {hi}.",
            "One {w.one} costs {a} / {n} = {x} {m} at {one} and {b} / {k} = {y} {m} at {other}.\nThe lower price is"
            " {lo} {m}.",
        ),
        one=one, other=other, w=w, m=m, n=n, k=k, a=n * x, b=k * y, x=x, y=y, lo=min(x, y), hi=max(x, y),
    )  # fmt: skip
    return worked(rng, "better_buy", question, steps, best)


def coins(rng: Random) -> Task:
    a, b = rng.sample((2, 5, 10, 20), 2)
    n, k = rng.randint(2, 6), rng.randint(2, 6)
    total = n * a + k * b
    question = say(
        rng,
        (
            "{p.name} has {n} coins of {a} {c} and {k} coins of {b} {c}. How many {c} is that? || {p.name} has {t}"
            " {c}.",
            "A jar holds {n} coins worth {a} {c} each and {k} coins worth {b} {c} each. What is the value of all the"
            " coins?"
            " || The jar holds {t} {c}.",
            "I have {n} coins of {a} {c} and {k} coins of {b} {c} in my pocket. How much is that in {c}?"
            " || Your coins are worth {t} {c}.",
            "How much money do {n} coins of {a} {c} and {k} coins of {b} {c} make, in {c}? || They make {t} {c}.",
        ),
        p=person(rng), c=rng.choice(COINS), n=n, a=a, k=k, b=b, t=total,
    )  # fmt: skip
    steps = f"{n} * {a} = {n * a}.\n{k} * {b} = {k * b}.\n{n * a} + {k * b} = {total}."
    return worked(rng, "coins", question, steps, total, f"{n} * {a} + {k} * {b}")


def wages(rng: Random) -> Task:
    rate, hours, extra = rng.randint(5, 12), rng.randint(3, 10), rng.randint(5, 25)
    p, _ = two_people(rng)
    total = rate * hours + extra
    question = say(
        rng,
        (
            "{p.name} earns {r} {m} an hour. {p.They} works {h} hours and gets {e} {m} in tips. How much does"
            " {p.they} take home?"
            " || {p.name} takes home {t} {m}.",
            "For {h} hours of garden work at {r} {m} per hour, plus {e} {m} for the tools, what should {p.name} be"
            " paid?"
            " || The pay is {t} {m}.",
            "A plumber charges {e} {m} for the visit and {r} {m} for every hour. What is the bill for {h} hours?"
            " || The plumber charges {t} {m}.",
            "Hiring a bike costs {e} {m} plus {r} {m} per hour. What do {h} hours cost? || {h} hours cost {t} {m}.",
        ),
        p=p, m=rng.choice(MONEY), r=rate, h=hours, e=extra, t=total,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "For the hours: {h} * {r} = {w}.\nAdd the fixed part: {w} + {e} = {t}.",
            "{h} * {r} = {w}.\n{w} + {e} = {t}.",
            "{h} hours at {r} make {h} * {r} = {w}.\nWith the {e} we get {w} + {e} = {t}.",
        ),
        h=hours, r=rate, w=rate * hours, e=extra, t=total,
    )  # fmt: skip
    return worked(rng, "wages", question, steps, total, f"{hours} * {rate} + {extra}")


def shopping_left(rng: Random) -> Task:
    x, y = rng.sample(GROCERIES, 2)
    a, b = rng.randint(2, 15), rng.randint(2, 15)
    have = a + b + rng.randint(3, 30)
    left = have - a - b
    question = say(
        rng,
        (
            "{p.name} goes out with {h} {m}, spends {a} on {x} and {b} on {y}. What is left? || {p.name} has {l} {m}"
            " left.",
            "My budget is {h} {m}. The {x} costs {a} {m}, the {y} {b} {m}. How much can I still spend?"
            " || You can still spend {l} {m}.",
            "From {h} {m} take {a} {m} for {x} and {b} {m} for {y}. How much remains? || {l} {m} remain.",
            "{p.name}'s mother gave {p.them} {h} {m}. {p.They} came back with {x} ({a} {m}) and {y} ({b} {m}). How"
            " much money did"
            " {p.they} bring home? || {p.They} brought {l} {m} home.",
        ),
        p=person(rng), m=rng.choice(MONEY), h=have, x=x, y=y, a=a, b=b, l=left,
    ).replace("eggs costs", "eggs cost").replace("apples costs", "apples cost")  # fmt: skip
    steps = say(
        rng,
        (
            "Spent: {a} + {b} = {s}.\nLeft: {h} - {s} = {l}.",
            "{h} - {a} = {q} after the {x}.\n{q} - {b} = {l} after the {y}.",
            "Add the prices, {a} + {b} = {s}, and subtract them from {h}.\n{h} - {s} = {l}.",
        ),
        a=a, b=b, s=a + b, h=have, l=left, q=have - a, x=x, y=y,
    )  # fmt: skip
    return worked(rng, "shopping_left", question, steps, left, f"{have} - {a} - {b}")


FAMILIES = named(
    change, total_cost, unit_price, saving_up, discount, shared_bill, better_buy, coins, wages, shopping_left
)  # fmt: skip
