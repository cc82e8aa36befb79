"""Measures: conversions, perimeter and area, missing sides, speed, rates, recipes, temperature."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import person
from .texts import named, say, upper_first, worked

_UNITS = (("m", "cm", 100), ("cm", "mm", 10), ("km", "m", 1000), ("kg", "g", 1000), ("litres", "ml", 1000))
_PLACES = ("garden", "room", "field", "playground")


def convert(rng: Random) -> Task:
    big, small, k = rng.choice(_UNITS)
    n = rng.randint(2, 9)
    p = person(rng)
    if rng.random() < 0.5:
        question = say(
            rng,
            (
                "How many {s} are {n} {b}?", "Convert {n} {b} to {s}.",
                "{p.name} needs {n} {b}, but the label shows {s}. How"
                " many {s} is that?", "Write {n} {b} in {s}.", "Express {n} {b} in {s}.", "{n} {b} = ? {s}",
            ),
            p=p, n=n, s=small, b=big,
        )  # fmt: skip
        steps = say(
            rng,
            ("1 {o} is {k} {s}.\n{n} * {k} = {c}.", "Going from {b} to {s} we multiply by {k}: {n} * {k} = {c}."),
            o=big.removesuffix("s"), b=big, s=small, n=n, k=k, c=n * k,
        )  # fmt: skip
        return worked(rng, "convert", question, steps, n * k, f"{n} * {k}")
    question = say(
        rng,
        (
            "How many {b} are {c} {s}?", "Convert {c} {s} to {b}.", "Change {c} {s} into {b}.", "{c} {s} = ? {b}",
            "{p.name} measured {c} {s}. Give this in {b}.",
        ),
        p=p, c=n * k, s=small, b=big,
    )  # fmt: skip
    steps = say(
        rng,
        ("1 {o} is {k} {s}.\n{c} / {k} = {n}.", "Going from {s} to {b} we divide by {k}: {c} / {k} = {n}."),
        o=big.removesuffix("s"), b=big, s=small, n=n, k=k, c=n * k,
    )  # fmt: skip
    return worked(rng, "convert", question, steps, n, f"{n * k} / {k}")


def mixed_units(rng: Random) -> Task:
    big, small, k = rng.choice((("m", "cm", 100), ("cm", "mm", 10)))
    n, m = rng.randint(1, 8), rng.randint(1, 9) * (k // 10)
    question = say(
        rng,
        (
            "A board is {n} {b} {m} {s} long. What is its length in {s}? || It is {t} {s} long.",
            "Write {n} {b} {m} {s} in {s} only.",
            "{p.name} jumped {n} {b} and {m} {s}. How many {s} is that? || {p.name} jumped {t} {s}."
            if big == "m"
            else "A beetle is {n} {b} and {m} {s} long. How many {s} is that? || The beetle is {t} {s} long.",
            "How many {s} are there in {n} {b} and {m} {s}?",
        ),
        p=person(rng), n=n, b=big, m=m, s=small, t=n * k + m,
    )  # fmt: skip
    steps = f"{n} {big} is {n} * {k} = {n * k} {small}.\n{n * k} + {m} = {n * k + m}."
    return worked(rng, "mixed_units", question, steps, n * k + m, f"{n} * {k} + {m}")


def perimeter(rng: Random) -> Task:
    a, b = rng.randint(3, 20), rng.randint(2, 12)
    if rng.random() < 0.3:
        sides, name = rng.choice(((4, "square"), (3, "triangle with equal sides"), (6, "hexagon with equal sides")))
        question = say(
            rng,
            (
                "Each side of a {s} is {b} cm. What is its perimeter?",
                "Find the perimeter of a {s} whose side is {b} m.",
                "How long is the line around a {s} with a side of {b} cm?",
                "A {s} has sides of {b} m. How far is it to walk"
                " once around it?",
            ),
            s=name, b=b,
        )  # fmt: skip
        steps = f"It has {sides} sides, all of length {b}.\n{sides} * {b} = {sides * b}."
        return worked(rng, "perimeter", question, steps, sides * b, f"{sides} * {b}")
    question = say(
        rng,
        (
            "A rectangle is {a} cm long and {b} cm wide. Find its perimeter.",
            "What is the perimeter of a rectangle with sides {a} m and {b} m?",
            "{p.name} wants a fence all around a garden of {a} m by {b} m. How many metres of fence are needed?",
            "How far is it once around a field that measures {a} m by {b} m?",
            "A picture of {a} cm by {b} cm gets a frame. How many cm of wood go around it?",
            "Sides {a} and {b}. Perimeter of the rectangle?",
        ),
        p=person(rng), a=a, b=b,
    )  # fmt: skip
    s = a + b
    steps = say(
        rng,
        (
            "One long and one short side make {a} + {b} = {s}.\nThere are two of each: 2 * {s} = {c}.",
            "2 * {a} = {x} and 2 * {b} = {y}.\n{x} + {y} = {c}.",
            "The perimeter is twice the sum of the sides.\n{a} + {b} = {s} and 2 * {s} = {c}.",
        ),
        a=a, b=b, s=s, x=2 * a, y=2 * b, c=2 * s,
    )  # fmt: skip
    return worked(rng, "perimeter", question, steps, 2 * s, f"2 * ({a} + {b})")


def area(rng: Random) -> Task:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    question = say(
        rng,
        (
            "What is the area of a {w} that is {a} m long and {b} m wide?",
            "Find the area of a rectangle of {a} cm by {b} cm.",
            "A floor is covered with square tiles, {a} in each row and {b} rows. How many tiles are there?",
            "{p.name} paints a wall of {a} m by {b} m. How many square metres is that?",
            "Grass for a lawn is sold by the square metre. The lawn is {a} m by {b} m. How much do I need?",
            "Length {a}, width {b}. Area of the rectangle?",
        ),
        w=rng.choice(_PLACES), p=person(rng), a=a, b=b,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Area is length times width: {a} * {b} = {c}.",
            "{a} * {b} = {c}.",
            "There are {b} rows with {a} squares in each.\n{a} * {b} = {c}.",
        ),
        a=a, b=b, c=a * b,
    )  # fmt: skip
    return worked(rng, "area", question, steps, a * b, f"{a} * {b}")


def missing_side(rng: Random) -> Task:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    if rng.random() < 0.5:
        question = say(
            rng,
            (
                "A rectangle has an area of {c} square cm and a length of {a} cm. How wide is it? || It is {b} cm"
                " wide.",
                "The area of a {w} is {c} square metres. One side is {a} m. Find the other side. || The other side is"
                " {b} m.",
                "{c} tiles cover a floor with {a} tiles in each row. How many rows are there? || There are {b} rows.",
            ),
            w=rng.choice(_PLACES), a=a, b=b, c=a * b,
        )  # fmt: skip
        steps = f"The area is length times width, so we divide.\n{a * b} / {a} = {b}."
        return worked(rng, "missing_side", question, steps, b, f"{a * b} / {a}")
    around = 2 * (a + b)
    question = say(
        rng,
        (
            "The perimeter of a rectangle is {c} cm and one side is {a} cm. Find the other side. || It is {b} cm.",
            "A fence of {c} m goes around a garden that is {a} m long. How wide is the garden? || It is {b} m wide.",
        ),
        a=a, b=b, c=around,
    )  # fmt: skip
    steps = f"Half of the perimeter is one length and one width: {around} / 2 = {a + b}.\n{a + b} - {a} = {b}."
    return worked(rng, "missing_side", question, steps, b, f"{around} / 2 - {a}")


def speed(rng: Random) -> Task:
    v, t = rng.choice((3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 50, 60, 80)), rng.randint(2, 6)
    d, p = v * t, person(rng)
    who = upper_first(rng.choice(("a car", "a train", "a bus", "a truck") if v > 20 else (p.name, "a boat", "a rider")))
    kind = rng.randrange(3)
    if kind == 0:
        question = say(
            rng,
            (
                "{w} goes {v} km an hour. What distance is that in {t} hours?",
                "At {v} km per hour, what distance is covered in {t}"
                " hours?", "How many km are travelled in {t} hours at a steady {v} km per hour?",
            ),
            w=who if who != p.name else "A rider", v=v, t=t,
        )  # fmt: skip
        steps = f"Distance is speed times time: {v} * {t} = {d}."
        return worked(rng, "speed", question, steps, d, f"{v} * {t}")
    if kind == 1:
        question = say(
            rng,
            (
                "{w} covers {d} km in {t} hours. What is the speed in km per hour?",
                "It takes {t} hours to go {d} km. How many km"
                " is that per hour?", "{d} km in {t} hours: find the average speed.",
            ),
            w=who, d=d, t=t,
        )  # fmt: skip
        return worked(rng, "speed", question, f"Speed is distance divided by time: {d} / {t} = {v}.", v, f"{d} / {t}")
    question = say(
        rng,
        (
            "{w} travels {d} km at {v} km per hour. How many hours does it take?",
            "How long does a trip of {d} km last at {v} km"
            " per hour? Give hours.",
            "The town is {d} km away and we move at {v} km per hour. In how many hours are we there?",
        ),
        w=who, d=d, v=v,
    )  # fmt: skip
    return worked(rng, "speed", question, f"Time is distance divided by speed: {d} / {v} = {t}.", t, f"{d} / {v}")


def rate(rng: Random) -> Task:
    a, n, k = rng.randint(2, 9), rng.randint(2, 6), rng.randint(7, 10)
    question = say(
        rng,
        (
            "A machine makes {x} toys in {n} minutes. How many does it make in {k} minutes? || It makes {r} toys.",
            "{p.name} types {x} lines in {n} minutes. At this rate, how many lines are typed in {k} minutes?"
            " || {p.name} types {r} lines.",
            "{n} hens lay {x} eggs a week. How many eggs would {k} such hens lay? || They would lay {r} eggs.",
            "{n} kg of rice cost {x} euros. What do {k} kg cost? || {k} kg cost {r} euros.",
            "A tap gives {x} litres in {n} minutes. How many litres run out in {k} minutes? || {r} litres run out.",
        ),
        p=person(rng), x=a * n, n=n, k=k, r=a * k,
    )  # fmt: skip
    steps = say(
        rng,
        ("Find the amount for one: {x} / {n} = {a}.\nThen for {k}: {a} * {k} = {r}.",
        "{x} / {n} = {a}.\n{a} * {k} = {r}."),
        x=a * n, n=n, a=a, k=k, r=a * k,
    )  # fmt: skip
    return worked(rng, "rate", question, steps, a * k, f"{a * n} / {n} * {k}")


def recipe(rng: Random) -> Task:
    serves, factor = rng.choice((2, 3, 4)), rng.randint(2, 5)
    items = rng.sample(("eggs", "cups of flour", "spoons of sugar", "cups of milk", "apples", "spoons of oil"), 3)
    amounts = [rng.randint(2, 6) for _ in items]
    place = rng.randrange(3)
    text = f"For {serves} people:\n" + "\n".join(f"{n} {item}" for n, item in zip(amounts, items, strict=True))
    n, people = amounts[place], serves * factor
    question = say(
        rng,
        (
            "How many {i} are needed to make this for {p} people?",
            "I am cooking for {p} guests. How many {i} do I take?",
            "Change the recipe so that it feeds {p}. How many {i} does it need now?",
            "With {p} people at the table, how many"
            " {i} go into this dish?",
        ),
        i=items[place], p=people,
    )  # fmt: skip
    steps = f"{people} / {serves} = {factor}, so we need {factor} times as much.\n{n} * {factor} = {n * factor}."
    return worked(rng, "recipe", question, steps, n * factor, f"{n} * {people} / {serves}", input=text)


def temperature(rng: Random) -> Task:
    a, b = rng.randint(2, 18), rng.randint(2, 14)
    c = rng.randint(1, a + b - 1)
    rise = rng.random() < 0.5
    question = say(
        rng,
        (
            "In the morning it was {a} degrees. By noon it was {b} degrees warmer, and in the evening it fell by {c}"
            " degrees."
            " What was the evening temperature?",
            "The temperature starts at {a} degrees, rises by {b} and then drops by {c}. Where does it end?",
            "It is {a} degrees. First it gets {b} degrees warmer, then {c} degrees colder. How many degrees is it"
            " then?",
        )
        if rise
        else (
            "At night it was {a} degrees and at noon {t} degrees. By how many degrees did it get warmer?",
            "The pool should have {t} degrees but has only {a}. How many degrees are missing?",
            "Today: {t} degrees. Yesterday: {a} degrees. How much warmer is it today?",
        ),
        a=a, b=b, c=c, t=a + b,
    )  # fmt: skip
    if rise:
        steps = f"Up: {a} + {b} = {a + b}.\nDown: {a + b} - {c} = {a + b - c}."
        return worked(rng, "temperature", question, steps, a + b - c, f"{a} + {b} - {c}")
    return worked(rng, "temperature", question, f"The difference is {a + b} - {a} = {b}.", b, f"{a + b} - {a}")


FAMILIES = named(convert, mixed_units, perimeter, area, missing_side, speed, rate, recipe, temperature)
