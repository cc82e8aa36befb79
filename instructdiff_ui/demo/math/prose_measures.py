"""Paragraphs of lecture notes about measures: time of day, the week, units, shapes, speed and rates."""

from __future__ import annotations

from random import Random

from .banks import DAYS, MONEY, person
from .clock import clock
from .texts import say


def time_of_day(rng: Random) -> str:
    hour, start, length = rng.randint(7, 18), rng.choice(range(0, 60, 5)), rng.choice(range(10, 100, 5))
    end = hour * 60 + start + length
    hours, over = divmod(start + length, 60)
    values = {
        "p": person(rng), "b": clock(hour * 60 + start), "e": clock(end), "l": length, "s": start, "t": start + length,
        "o": over, "h": hour,
        "n": hour + 1, "g": 60 - start, "full": clock(hour * 60 + 60),
        "r": rng.choice(("film", "lesson", "match", "concert", "meeting")),
    }  # fmt: skip
    if hours == 0:
        return say(
            rng,
            (
                "The {r} started at {b} and ended at {e}. Both times are in the same hour, and {t} - {s} = {l}, so it"
                " lasted {l}"
                " minutes.",
                "{p.name} left at {b} and walked for {l} minutes. {s} + {l} = {t}, so {p.they} arrived at {e}.",
            ),
            **values,
        )
    if hours == 1 and start and over:
        return say(
            rng,
            (
                "The {r} lasted from {b} to {e}. From {b} to {full} it is 60 - {s} = {g} minutes, then {o} minutes"
                " more. {g} + {o}"
                " = {l}, so the {r} took {l} minutes.",
                "{p.name} put a cake in the oven at {b} for {l} minutes. {s} + {l} = {t}, and {t} - 60 = {o}. The"
                " hour goes from"
                " {h} to {n}, so the cake was ready at {e}.",
                "What time is it {l} minutes after {b}? Add the minutes: {s} + {l} = {t}. That is one hour and {o}"
                " minutes, so the"
                " clock shows {e}.",
            ),
            **values,
        )
    return say(rng, ("{l} minutes after {b} the clock shows {e}.", "From {b} to {e} there are {l} minutes."), **values)


def week(rng: Random) -> str:
    day, n = rng.randrange(7), rng.randint(2, 30)
    weeks, rest = divmod(n, 7)
    later = DAYS[(day + n) % 7]
    text = say(
        rng,
        (
            "The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday. After Sunday"
            " comes Monday"
            " again. ",
            "A week has 7 days. {d} comes before {x} and after {y}. ",
            "If today is {d}, tomorrow is {x} and yesterday was {y}. ",
        ),
        d=DAYS[day], x=DAYS[(day + 1) % 7], y=DAYS[day - 1],
    )  # fmt: skip
    if not rest:
        return (
            text
            + f"{n} days are {weeks} full weeks, 7 * {weeks} = {n}, so {n} days after {DAYS[day]} it is {DAYS[day]}."
        )
    if not weeks:
        return (
            text
            + f"{n} days after {DAYS[day]} it is {later}: {', '.join(DAYS[(day + k) % 7] for k in range(1, n + 1))}."
        )
    return text + (
        f"To find the day {n} days after {DAYS[day]}, take away full weeks. 7 * {weeks} = {7 * weeks} and {n} -"
        f" {7 * weeks} ="
        f" {rest}. Count {rest} on from {DAYS[day]} and you reach {later}."
    )


def units(rng: Random) -> str:
    big, small, k = rng.choice(
        (
            ("m", "cm", 100), ("cm", "mm", 10), ("km", "m", 1000), ("kg", "g", 1000), ("litres", "ml", 1000),
            ("hours", "minutes", 60),
            ("minutes", "seconds", 60), ("days", "hours", 24), ("weeks", "days", 7), ("years", "months", 12),
        )
    )  # fmt: skip
    n = rng.randint(2, 9)
    return say(
        rng,
        (
            "There are {k} {s} in one {o}. Therefore {n} {b} are {n} * {k} = {c} {s}.",
            "One {o} is {k} {s}. To change {b} into {s}, multiply by {k}: {n} * {k} = {c}. To change {s} into {b},"
            " divide by {k}: {c}"
            " / {k} = {n}.",
            "{c} {s} are {n} {b}, because {c} / {k} = {n}. A larger unit holds many smaller ones.",
        ),
        o=big if big in ("m", "cm", "km", "kg") else big[:-1], b=big, s=small, k=k, n=n, c=n * k,
    )  # fmt: skip


def shapes(rng: Random) -> str:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    return say(
        rng,
        (
            "A rectangle of {a} m by {b} m has an area of {a} * {b} = {c} square metres. Its perimeter is the way"
            " around: {a} + {b} ="
            " {s} and 2 * {s} = {p} m.",
            "The garden is {a} m long and {b} m wide. A fence around it needs 2 * {a} = {x} and 2 * {b} = {y},"
            " together {x} + {y} ="
            " {p} m.",
            "A square with a side of {a} cm has a perimeter of 4 * {a} = {q} cm and an area of {a} * {a} = {z} square"
            " cm.",
            "The area of a room is {c} square metres and its length is {a} m. The width is {c} / {a} = {b} m.",
            "A floor has {b} rows of tiles with {a} in each row. That is {a} * {b} = {c} tiles.",
            "If the perimeter of a rectangle is {p} cm, half of it is {p} / 2 = {s}. With one side of {a} cm the"
            " other is {s} - {a} ="
            " {b} cm.",
        ),
        a=a, b=b, c=a * b, s=a + b, p=2 * (a + b), x=2 * a, y=2 * b, q=4 * a, z=a * a,
    )  # fmt: skip


def travel(rng: Random) -> str:
    v, t = rng.choice((3, 4, 5, 6, 10, 12, 15, 20, 30, 40, 50, 60, 80)), rng.randint(2, 6)
    a, n, k = rng.randint(2, 9), rng.randint(2, 6), rng.randint(7, 10)
    return say(
        rng,
        (
            "At {v} km per hour one gets {v} * {t} = {d} km far in {t} hours. Distance is speed times time.",
            "A trip of {d} km took {t} hours. The speed was {d} / {t} = {v} km per hour.",
            "For {d} km at {v} km per hour one needs {d} / {v} = {t} hours. Time is distance divided by speed.",
            "A machine makes {x} toys in {n} minutes. In one minute it makes {x} / {n} = {a}, and in {k} minutes {a}"
            " * {k} = {r}.",
            "If {n} kg of rice cost {x} {m}, one kg costs {x} / {n} = {a} {m} and {k} kg cost {a} * {k} = {r} {m}.",
            "A soup for {n} people needs {x} cups of water. That is {x} / {n} = {a} cups for one, so {k} people need"
            " {a} * {k} = {r}.",
        ),
        v=v, t=t, d=v * t, a=a, n=n, k=k, x=a * n, r=a * k, m=rng.choice(MONEY),
    )  # fmt: skip


KINDS = (time_of_day, week, units, shapes, travel)
