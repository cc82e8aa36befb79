"""Names, towns, days, times and prices, and the filling of templates with them."""

from __future__ import annotations

from random import Random

from .lang import names, pick
from .world import DAYS

GIRLS = names("Anna Maria Lucy Nora Emma Sofia Clara Ruth Grace Alice Mina Rosa Helen Julia Tara Priya Leila Ines")
BOYS = names("Tom Paul Ben Omar Leo Sam Peter Max David Ivan Karim Felix Hugo Oscar Ravi Daniel Jonas Mark")
FAMILY_NAMES = names("Brown Hill Novak Silva Khan Berg Moreau Tanaka Lopez Weber Costa Reed Young Cook")
TOWNS = names("Ashford Millbrook Greenfield Lakeside Westport Oakdale Riverton Fairview Norwood Stonebridge")
TIMES = tuple(f"{hour} o'clock" for hour in ("seven", "eight", "nine", "ten", "two", "three", "four", "five", "six"))
NUMBERS = names("two three four five six seven eight nine ten eleven twelve")


def slots(rng: Random) -> dict[str, str]:
    """Values for the usual slots of a template. `name` has the pronouns he, his and him; `other` is someone else."""
    girl = rng.random() < 0.5
    name = pick(rng, GIRLS if girl else BOYS)
    friend, third = rng.sample(BOYS if girl else GIRLS, 2)
    day, later = rng.sample(DAYS, 2)
    town, far = rng.sample(TOWNS, 2)
    he, his, him = ("she", "her", "her") if girl else ("he", "his", "him")
    values = {"name": name, "other": friend, "third": third, "day": day, "later": later, "town": town, "far": far}
    values |= {"he": he, "his": his, "him": him, "He": he.title(), "His": his.title()}
    values |= {"time": pick(rng, TIMES), "price": str(rng.randint(3, 60)), "count": pick(rng, NUMBERS)}
    values |= {"family": pick(rng, FAMILY_NAMES), "many": str(rng.randint(2, 9) * 10), "date": str(rng.randint(1, 28))}
    return values
