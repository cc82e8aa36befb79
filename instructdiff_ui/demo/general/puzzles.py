"""Families of small puzzles about people: who is tallest, queues, directions, relatives, seats, owners."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from . import words
from .lang import a, asked, listed, pick, table
from .people import BOYS, FAMILY_NAMES, GIRLS, TOWNS

_PEOPLE = GIRLS + BOYS
# more of it | less of it | most | least
_SCALES = table("""
taller | shorter | tallest | shortest
older | younger | oldest | youngest
faster | slower | fastest | slowest
stronger | weaker | strongest | weakest
richer | poorer | richest | poorest
""")
_TURNS = ("north", "east", "south", "west")


def who_is_most(rng: Random) -> Task:
    more, less, most, least = pick(rng, _SCALES)
    one, two, three = rng.sample(_PEOPLE, 3)  # from most to least
    first = pick(rng, (f"{one} is {more} than {two}.", f"{two} is {less} than {one}."))
    second = pick(rng, (f"{two} is {more} than {three}.", f"{three} is {less} than {two}."))
    facts = " ".join(rng.sample([first, second], 2))
    word, answer = pick(rng, ((most, one), (least, three)))
    ask = pick(
        rng,
        (
            f"{facts} Who is the {word}?",
            f"Who is the {word} of the three? {facts}",
            f"In a group of three friends this is known: {facts} Name the {word} one.",
            f"{facts} So who must be the {word}?",
            f"A riddle from my class: {facts} Who is the {word} of them?",
        ),
    )
    return asked(rng, "who_is_most", ask, answer, f"from {most} to {least} the order is {one}, {two}, {three}.")


def queue(rng: Random) -> Task:
    ahead, behind = rng.randint(1, 8), rng.randint(1, 8)
    name = pick(rng, _PEOPLE)
    ask = pick(
        rng,
        (
            f"{name} stands in a line with {ahead} in front and {behind} behind. How many people are in the line?",
            f"There are {ahead} people ahead of {name} in the queue and {behind} after. How many stand there in all?",
            f"In a queue at the bakery, {behind} wait behind {name} and {ahead} wait in front. "
            "How long is the queue, counted in people?",
        ),
    )
    total = ahead + behind + 1
    return asked(rng, "queue", ask, str(total), f"{ahead} in front, {behind} behind and {name} too make {total}.")


def direction(rng: Random) -> Task:
    start = rng.randrange(4)
    turns = [pick(rng, ("left", "right")) for _ in range(rng.randint(1, 3))]
    answer = _TURNS[(start + sum(1 if turn == "right" else -1 for turn in turns)) % 4]
    name = pick(rng, _PEOPLE)
    path = ", then ".join(turns)
    ask = pick(
        rng,
        (
            f"{name} faces {_TURNS[start]} and turns {path}. Which direction is {name} facing now?",
            f"I walk {_TURNS[start]} and turn {path}. In which direction am I walking at the end?",
            f"A car drives {_TURNS[start]}. It turns {path}. Where is it heading: north, east, south or west?",
        ),
    )
    steps, facing = [], start
    for turn in turns:
        facing = (facing + (1 if turn == "right" else -1)) % 4
        steps.append(f"{turn} is {_TURNS[facing]}")
    return asked(rng, "direction", ask, answer, f"starting {_TURNS[start]}, {', then '.join(steps)}.")


def relative(rng: Random) -> Task:
    chain, word = pick(rng, words.KIN)
    first, second = chain.split("'s ")
    name = pick(rng, _PEOPLE)
    ask = pick(
        rng,
        (
            f"What do you call your {chain}?",
            f"Who is your {first}'s {second} to you?",
            f"{name} is my {first}'s {second}. What is {name} to me?",
            f"At the party I met the {second} of my {first}. What do I call this person?",
        ),
    )
    return asked(rng, "relative", ask, word, f"the {second} of your {first} is your {word}.")


def seating(rng: Random) -> Task:
    names = rng.sample(_PEOPLE, 3)
    left, middle, right = names
    where, answer = pick(rng, (("in the middle", middle), ("on the far left", left), ("on the far right", right)))
    hint = pick(
        rng,
        (
            f"{left} sits to the left of {middle}, and {right} sits to the right of {middle}.",
            f"{middle} sits to the right of {left} and to the left of {right}.",
            f"{right} sits to the right of {middle}. {left} sits to the left of {middle}.",
        ),
    )
    place = pick(rng, ("bench", "sofa", "row of three chairs"))
    ask = pick(
        rng,
        (
            f"Three friends sit on a {place}. {hint} Who sits {where}?",
            f"{hint} Who is {where} of the {place}?" if place != "bench" else f"{hint} On the bench, who is {where}?",
            f"Who sits {where}, seen from the front of the photo? {hint}",
        ),
    )
    return asked(rng, "seating", ask, answer, f"from left to right they sit like this: {left}, {middle}, {right}.")


def who_owns(rng: Random) -> Task:
    people = rng.sample(_PEOPLE, 3)
    things = rng.sample(("red bicycle", "black dog", "blue car", "old boat", "white cat", "green coat", "big drum"), 3)
    town, family = pick(rng, TOWNS), pick(rng, FAMILY_NAMES)
    facts = rng.sample([f"{people[0]} has the {things[0]}", f"{people[1]} has the {things[1]}"], 2)
    setting = pick(rng, ("Three friends", f"Three cousins in {town}", f"The three children of the {family} family"))
    owned = listed(sorted(a(thing) for thing in things))
    base = f"{setting} each own one thing: {owned}. "
    ask = base + f"{facts[0]}, and {facts[1]}. What does {people[2]} own?"
    if rng.random() < 0.4:
        ask = f"What does {people[2]} own? {base}{facts[0]}. {facts[1]}. The rest belongs to {people[2]}."
    told = f"only the {things[2]} is left, so it belongs to {people[2]}."
    return asked(rng, "who_owns", ask, f"the {things[2]}", told)


FAMILIES: dict[str, Family] = {
    family.__name__: family for family in (who_is_most, queue, direction, relative, seating, who_owns)
}
