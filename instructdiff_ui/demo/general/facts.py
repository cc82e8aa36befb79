"""Kinds of facts: their rows, the questions that ask for one cell, and the sentences that state a row."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from ..task import Family, Task
from . import nature, world
from .lang import Row, a, asked, cap, pick


class Kind(NamedTuple):
    """Facts of one kind. Cells are `{0}`, `{1}` ... in the sentences; `answer` is the place of the cell asked for."""

    rows: tuple[Row, ...]
    answer: int
    questions: tuple[str, ...]
    statements: tuple[str, ...]


def _with_articles(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows with their first noun repeated with its article as the last cell."""
    return tuple((*row, a(row[0])) for row in rows)


_PLACES = tuple(row for row in world.COUNTRIES if row[0] != "Australia")
_YOUNG = _with_articles(tuple(row for row in nature.ANIMALS if row[2] != "larva"))
_ORDER = tuple(zip(world.PLANET_ORDER, world.PLANET_ORDER[1:], strict=False))
_MONTHS = tuple(row[0] for row in world.MONTHS)
_NEXT = tuple((one, _MONTHS[(place + 1) % 12]) for place, one in enumerate(_MONTHS))

KINDS: dict[str, Kind] = {
    "capital_city": Kind(
        world.COUNTRIES,
        1,
        (
            "What is the capital of {0}?",
            "Which city is the capital of {0}?",
            "What is {0}'s capital city?",
            "Name the capital of {0}.",
            "I am filling in a map of {2}. What is the capital of {0}?",
            "I know that {0} uses the {4}, but what is its capital?",
        ),
        ("the capital of {0} is {1}.", "{1} is the capital city of {0}.", "{0} has its capital in {1}."),
    ),
    "country_of_capital": Kind(
        world.COUNTRIES,
        0,
        (
            "Which country has {1} as its capital?",
            "{1} is the capital of which country?",
            "Name the country whose capital is {1}.",
            "I have just landed in {1}. Which country's capital is that?",
            "Of which country is {1} the capital?",
        ),
        ("{1} is the capital of {0}.", "the country whose capital is {1} is {0}."),
    ),
    "continent": Kind(
        _PLACES,
        2,
        (
            "On which continent is {0}?",
            "Which continent does {0} belong to?",
            "In which continent would you find {0} and its capital {1}?",
            "{1} is the capital of {0}. What continent is that on?",
            "Where in the world is {0}? Name the continent.",
        ),
        ("{0} is a country in {2}.", "{0} lies in {2}, and its capital is {1}.", "the continent of {0} is {2}."),
    ),
    "main_language": Kind(
        world.COUNTRIES,
        3,
        (
            "What is the main language of {0}?",
            "Which language do most people speak in {0}?",
            "I am going to {1} next month. What is the main language there?",
            "Which language should I learn before I move to {0}?",
            "Name the language that most people in {0} use every day.",
        ),
        ("most people in {0} speak {3}.", "{3} is the main language of {0}.", "in {0} the main language is {3}."),
    ),
    "currency": Kind(
        world.COUNTRIES,
        4,
        (
            "What money do people use in {0}?",
            "What is the currency of {0} called?",
            "I want to buy bread in {1}. Which currency do I need?",
            "Name the currency of {0}.",
            "A traveller wants to change money for a trip to {0}. Into which currency?",
        ),
        ("people in {0} pay with the {4}.", "the currency of {0} is the {4}.", "in {1} you pay with the {4}."),
    ),
    "landmark_country": Kind(
        world.LANDMARKS,
        1,
        (
            "In which country is {0}?",
            "Which country do you visit to see {0}?",
            "A postcard shows {0}. Which country did it come from?",
            "Where is {0}? Name the country.",
            "My uncle took a photo of {0} on his holiday. Which country was he in?",
        ),
        ("{0} is in {1}.", "to see {0} you travel to {1}.", "{0} is a famous sight of {1}."),
    ),
    "river_continent": Kind(
        world.RIVERS,
        1,
        (
            "On which continent does the {0} flow?",
            "Through which continent does the {0} run on its way to {2}?",
            "The {0} ends in {2}. Which continent does it flow through?",
            "Name the continent of the river {0}.",
            "Which continent is home to the {0}?",
        ),
        ("the {0} is a river of {1}.", "the {0} flows through {1} and ends in {2}."),
    ),
    "river_mouth": Kind(
        world.RIVERS,
        2,
        (
            "Where does the {0} end?",
            "Into which sea or other large water does the {0} flow?",
            "The {0} is a river in {1}. Which sea or ocean does it reach?",
            "A boat drifts down the {0} to its mouth. Which water does it reach?",
            "Name the water into which the river {0} flows.",
        ),
        ("the {0} flows into {2}.", "after a long way through {1}, the {0} reaches {2}."),
    ),
    "planet_clue": Kind(
        world.PLANETS,
        1,
        (
            "Which planet {0}?",
            "Name the planet that {0}.",
            "What is the name of the planet that {0}?",
            "I am looking for a planet that {0}. Which one is it?",
            "Of the eight planets, which one {0}?",
        ),
        ("{1} {0}.", "the planet that {0} is {1}.", "of the eight planets, {1} is the one that {0}."),
    ),
    "next_planet": Kind(
        _ORDER,
        1,
        (
            "Going away from the Sun, which planet comes right after {0}?",
            "Which planet follows {0} as you travel out from the Sun?",
            "A probe passes {0} and flies on, away from the Sun. Which planet's path does it cross next?",
            "Counting from the Sun, name the planet that comes next after {0}.",
            "What is the next planet after {0}, starting at the Sun?",
        ),
        ("{1} comes right after {0}, counted from the Sun.", "from the Sun outward, {0} is followed by {1}."),
    ),
    "maker": Kind(
        world.INVENTIONS,
        1,
        (
            "Who {2} {0}?",
            "Which famous person {2} {0}?",
            "Name the person who {2} {0}.",
            "Do you know who {2} {0}?",
            "I am making a poster about {0}. Who {2} it?",
        ),
        ("{1} {2} {0}.", "it was {1} who {2} {0}.", "the person who {2} {0} was {1}."),
    ),
    "month_days": Kind(
        world.MONTHS,
        1,
        (
            "How many days does {0} have in a normal year?",
            "How many days are there in {0} when it is not a leap year?",
            "If rent is paid by the day, how many days do I pay for in {0} of a normal year?",
            "What is the number of the last day of {0} in a normal year?",
            "How long is {0} in days, leap years aside?",
        ),
        ("{0} has {1} days in a normal year.", "in a normal year there are {1} days in {0}."),
    ),
    "next_month": Kind(
        _NEXT,
        1,
        (
            "Which month comes after {0}?",
            "It is the last day of {0}. Which month starts tomorrow?",
            "What month follows {0}?",
            "The shop is closed for all of {0} and opens in the month after it. Which month is that?",
            "Name the month right after {0}.",
        ),
        ("{0} is followed by {1}.", "after {0} comes {1}.", "the month after {0} is {1}."),
    ),
    "how_many": Kind(
        world.UNITS,
        1,
        (
            "How many {0} does {2} have?",
            "What is the number of {0} of {2}?",
            "If I count all the {0} of {2}, what number do I get?",
            "How many {0} are there in {2}?",
            "Fill in the number: {2} has ___ {0}.",
        ),
        ("{2} has {1} {0}.", "there are {1} {0} in {2}.", "if you count the {0} of {2}, you get {1}."),
    ),
    "baby_animal": Kind(
        _YOUNG,
        2,
        (
            "What do you call a young {0}?",
            "What is a baby {0} called?",
            "Which word do we use for the young of {6}?",
            "My picture book shows {6} with its young. What is the young one called?",
            "Give the name for the young of {6}.",
        ),
        ("a young {0} is called a {2}.", "the young of {6} is a {2}.", "a {2} grows up to be {6}."),
    ),
    "animal_class": Kind(
        _with_articles(nature.ANIMALS),
        1,
        (
            "What kind of animal is {6}: mammal, bird, fish, amphibian, reptile or insect?",
            "Mammal, bird, fish, amphibian, reptile or insect: what is {6}?",
            "To which class of animals does the {0} belong?",
            "My pupils must sort animals into classes. Where do they put the {0}?",
            "Which class of animals is the {0} in?",
        ),
        ("{6} is {7} because {8}.", "we know that {8}, so {6} is {7}.", "the {0} is {7}: {8}."),
    ),
    "animal_sound": Kind(
        _with_articles(nature.SOUNDS),
        1,
        (
            "Which verb tells the sound of {2}? For example, a bird sings.",
            "Finish the sentence with the right verb: {2} ...",
            "A bird sings. What does {2} do?",
            "What sound verb goes with the {0}, as in 'the bird sings'?",
            "Complete this for a picture book: the bird sings and the {0} ...",
        ),
        ("{2} {1}.", "we say that {2} {1}.", "listen to the {0}: it {1}."),
    ),
    "animal_home": Kind(
        _with_articles(nature.HOMES),
        1,
        (
            "What do we call the home of {2}?",
            "In what kind of home does {2} live?",
            "Which word means the place where {2} lives?",
            "Name the usual home of {2}.",
            "I am drawing {2} at home for a picture book. What should I draw around it?",
        ),
        ("{2} lives in {3}.", "the home of {2} is {3}.", "you will find {2} in {3}."),
    ),
    "made_from": Kind(
        nature.SOURCES,
        1,
        (
            "What is the main thing that {0} comes from?",
            "What is {0} made from?",
            "Which raw material do people use to make {0}?",
            "A child asks where {0} comes from. What is it made from?",
            "In a factory they make {0}. Which raw material do they buy?",
        ),
        ("the raw material of {0} is {1}.", "people make {0} from {1}.", "{1}: that is where {0} comes from."),
    ),
    "mix_colours": Kind(
        (*nature.MIXES, *((two, one, three) for one, two, three in nature.MIXES)),
        2,
        (
            "Which colour do you get when you mix {0} and {1} paint?",
            "I have only {0} and {1} paint. Which new colour can I mix?",
            "What do {0} and {1} make together in a paint box?",
            "If a painter stirs {0} into {1}, what colour appears?",
            "{0} plus {1} paint gives which colour?",
            "My brush has {0} paint on it and I dip it in {1}. What colour will I see after mixing?",
        ),
        ("mixing {0} and {1} paint gives {2}.", "{0} and {1} together make {2}."),
    ),
    "usual_colour": Kind(
        nature.COLOURS,
        1,
        (
            "What colour is {0}?",
            "Which colour should I use to paint {0}?",
            "Name the usual colour of {0}.",
            "In one word, what colour is {0}?",
            "A child wants to draw {0}. Which crayon does the child need?",
        ),
        ("{0} is {1}.", "the usual colour of {0} is {1}.", "everyone can see that {0} is {1}."),
    ),
    "instrument_family": Kind(
        nature.INSTRUMENTS,
        1,
        (
            "Is the {0} a string, wind, brass or percussion instrument?",
            "String, wind, brass or percussion: which is the {0}?",
            "Which family of instruments (string, wind, brass, percussion) does the {0} belong to?",
            "Where does the {0} sit in the orchestra: with string, wind, brass or percussion players?",
            "The sound of the {0} comes from {2}. Is it string, wind, brass or percussion?",
        ),
        ("the {0} is a {1} instrument.", "the sound of the {0} comes from {2}, so it is a {1} instrument."),
    ),
    "sport_object": Kind(
        nature.SPORTS,
        0,
        (
            "Which sport or game is played or done with this: {1}? It takes place here: {2}.",
            "Place: {2}. Equipment: {1}. Which sport or game is it?",
            "Guess the sport or game. You need this: {1}. You do it here: {2}.",
            "Someone goes to a place ({2}) with some equipment ({1}). Which sport or game is meant?",
        ),
        ("for {0} you need this: {1}; the place is: {2}.", "the clues {1} and {2} fit {0}."),
    ),
    "who_does": Kind(
        _with_articles(nature.JOBS),
        0,
        (
            "Who {1}?",
            "What do you call a person who {1}?",
            "Name the job of a person who {1}.",
            "My aunt {1}. What is her job called?",
            "Which worker {1}?",
        ),
        ("{3} {1}.", "a person who {1} is called {3}.", "if your work is that of {3}, you are someone who {1}."),
    ),
    "which_tool": Kind(
        _with_articles(nature.TOOLS),
        0,
        (
            "What do I need to {1}?",
            "Which object helps you to {1}?",
            "I want to {1} this afternoon. What should I use?",
            "Which thing do people use to {1}?",
            "My neighbour asked what to use to {1}. What should I say?",
        ),
        ("to {1} you use {3}.", "people use {3} to {1}.", "if you want to {1}, take {3}."),
    ),
}


# rows that other answers would fit as well when they are asked for
_DOUBTFUL = {
    "main_language": ("Nigeria", "Ghana", "Senegal", "Angola", "Morocco"),
    "sport_object": ("football",),
}


def _row(rng: Random, name: str) -> Row:
    """One row of a kind, its derived cells filled in."""
    row = pick(rng, KINDS[name].rows)
    if name == "animal_class":
        return (*row, a(row[1]), nature.CLASS_REASON[row[1]])
    if name == "animal_home":
        return (*row, a(row[1]))
    if name == "which_tool":
        return (*row, row[0] if row[0] == "scissors" else a(row[0]))
    return row


def statement(rng: Random, name: str, row: Row | None = None) -> str:
    """A sentence that states a fact of the kind."""
    return cap(pick(rng, KINDS[name].statements).format(*(row or _row(rng, name))))


_OF_COUNTRIES = ("capital_city", "continent", "main_language", "currency", "country_of_capital")
_LENGTHS = "April, June, September and November have 30 days, February has 28, and all other months have 31."
_FAMILIES_OF_SOUND = "Strings are bowed or plucked, wind and brass players blow, and percussion is struck or shaken."


def _beside(rng: Random, name: str, row: Row) -> str:
    """One more true sentence on the thing of the row, where there is one to tell."""
    if name in _OF_COUNTRIES:
        shown = [
            kind for kind in ("capital_city", "main_language", "currency") if row[0] not in _DOUBTFUL.get(kind, ())
        ]
        return f"{statement(rng, pick(rng, [kind for kind in shown if kind != name]), row)} "
    if name in ("river_continent", "river_mouth"):
        other = "river_mouth" if name == "river_continent" else "river_continent"
        return f"{statement(rng, other, row)} "
    if name == "month_days":
        return f"{_LENGTHS} "
    if name == "who_does" and row[0] not in ("postman", "plumber", "sailor"):
        return f"The usual place of work is the {row[2]}. "
    if name == "instrument_family":
        return f"{_FAMILIES_OF_SOUND} "
    if name in ("baby_animal", "animal_class"):
        return f"{cap(row[6])} eats {row[4]}. " + (f"{row[5]}. " if name == "baby_animal" else "")
    if name == "planet_clue" and not row[0].endswith("from the Sun"):
        return f"{row[1]} is number {world.PLANET_ORDER.index(row[1]) + 1} of the eight planets, counted from the Sun. "
    if name == "next_planet":
        return f"The order from the Sun is {', '.join(world.PLANET_ORDER)}. "
    return ""


def _asked_row(rng: Random, name: str) -> Row:
    row = _row(rng, name)
    return _asked_row(rng, name) if row[0] in _DOUBTFUL.get(name, ()) else row


def _family(name: str) -> Family:
    def draw(rng: Random) -> Task:
        row = _asked_row(rng, name)
        kind = KINDS[name]
        question = pick(rng, kind.questions).format(*row)
        reason = statement(rng, name, row)
        if rng.random() < (0.25 if name in _OF_COUNTRIES else 0.75):
            reason = f"{_beside(rng, name, row)}{reason}"
        return asked(rng, name, question, row[kind.answer], reason)

    return draw


FAMILIES: dict[str, Family] = {name: _family(name) for name in KINDS}
