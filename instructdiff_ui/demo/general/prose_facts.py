"""Pre-training prose on the world and on words: encyclopedia paragraphs, tables, lecture notes, word lists."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from . import nature, word_forms, words, world
from .clauses import clause
from .facts import KINDS, statement
from .imagine import EXPLAIN
from .lang import a, bullets, cap, listed, numbered, pick
from .people import slots

_GEOGRAPHY = ("capital_city", "country_of_capital", "main_language", "currency", "landmark_country", "river_mouth")
_NATURE = ("baby_animal", "animal_class", "animal_sound", "animal_home", "usual_colour", "mix_colours", "made_from")
_WORK = ("who_does", "which_tool", "sport_object", "instrument_family", "made_from")
_SCIENCE = ("planet_clue", "next_planet", "how_many", "month_days", "next_month", "maker", "river_continent")


def _notes(kinds: tuple[str, ...], titles: tuple[str, ...]) -> Callable[[Random], str]:
    """A kind of document: statements of some kinds of facts under a title, as a list or a paragraph."""

    def draw(rng: Random) -> str:
        lines = [statement(rng, pick(rng, kinds)) for _ in range(rng.randint(6, 11))]
        return f"{pick(rng, titles)}\n\n{pick(rng, (' '.join, ' '.join, bullets, numbered))(lines)}"

    return draw


def country(rng: Random) -> str:
    parts = []
    for row in rng.sample(world.COUNTRIES, 3):
        lines = [statement(rng, kind, row) for kind in rng.sample(("capital_city", "main_language", "currency"), 3)]
        lines += [f"The country lies in {row[2]}."] if row[0] != "Australia" else []
        lines += [f"{cap(sight)} is found there." for sight, place in world.LANDMARKS if place == row[0]]
        parts.append(f"{row[0]}. " + " ".join(lines))
    return "\n\n".join(parts)


def animal(rng: Random) -> str:
    parts = []
    for name, kind, young, home, food, fact in rng.sample(nature.ANIMALS, 3):
        lines = [
            f"The {name} is {a(kind)}, because {nature.CLASS_REASON[kind]}.",
            pick(rng, (f"It eats {food}.", f"Its food is {food}.")),
            pick(rng, (f"Its young is called {a(young)}.", f"A young {name} is {a(young)}.")),
            pick(rng, (f"You may find it here: {home}.", f"Its usual home is the {home}.")),
            f"{fact}.",
        ]
        parts.append(" ".join([lines[0], *rng.sample(lines[1:], 4)]))
    return "\n\n".join(parts)


def continent(rng: Random) -> str:
    name = pick(rng, ("Europe", "Asia", "Africa", "South America", "North America"))
    rows = [row for row in world.COUNTRIES if row[2] == name]
    rows = rng.sample(rows, min(len(rows), 6))
    rivers = [row for row in world.RIVERS if row[1] == name]
    lines = [f"Among the countries of {name} are {listed([row[0] for row in rows])}."]
    lines += [statement(rng, "capital_city", row) for row in rows]
    lines += [f"The {row[0]} flows through this continent and ends in {row[2]}." for row in rivers]
    return f"{name}\n\n" + " ".join(lines)


def planets(rng: Random) -> str:
    order = world.PLANET_ORDER
    lines = [f"Counted from the Sun, the planets are {listed(order)}."]
    lines += [f"{name} {clue}." for clue, name in rng.sample(world.PLANETS, 7)]
    place = rng.randrange(1, 7)
    lines.append(f"{order[place]} has {order[place - 1]} on one side and {order[place + 1]} on the other.")
    return " ".join(lines)


def calendar(rng: Random) -> str:
    name = slots(rng)["name"]
    months = rng.sample(world.MONTHS, 4)
    start, steps = rng.randrange(7), rng.randint(2, 15)
    days = ", ".join(world.DAYS[(start + step) % 7] for step in range(1, steps + 1))
    lines = [f"The week has seven days: {listed(world.DAYS)}.", "After seven days the same weekday comes again."]
    lines += [f"{month} has {count} days in a normal year." for month, count, _ in months]
    lines.append(f"{name} counts {steps} days on from {world.DAYS[start]}: {days}.")
    lines.append(f"The year runs through {listed([row[0] for row in world.MONTHS])}.")
    return " ".join(lines)


def categories(rng: Random) -> str:
    lines = []
    for name in rng.sample(list(CATEGORIES), 4):
        items = rng.sample(CATEGORIES[name], 5)
        lines.append(
            pick(
                rng,
                (
                    f"{cap(listed(items))} are {name}.",
                    f"{cap(name)}: {', '.join(items)}.",
                    f"Some {name} are {listed(items)}.",
                    f"Sorted from A to Z, these {name} read {', '.join(sorted(items))}.",
                    f"The word {items[0]} has {len(items[0])} letters ({'-'.join(items[0])}). It is one of the {name}.",
                ),
            )
        )
    return " ".join(lines)


CATEGORIES = nature.CATEGORIES


def opposites(rng: Random) -> str:
    pairs = rng.sample(words.OPPOSITES, 6)
    same = rng.sample(words.SYNONYMS, 6)
    lines = [pick(rng, (f"The opposite of {x} is {y}.", f"What is not {x} may be {y}.")) for x, y in pairs]
    lines += [pick(rng, (f"{cap(x)} means nearly the same as {y}.", f"{cap(y)} is a synonym of {x}.")) for x, y in same]
    return " ".join(rng.sample(lines, len(lines)))


def glossary(rng: Random) -> str:
    shape = pick(rng, ("{0}: {1}. {2}", "{0} means {1}. Example: {2}", "The word '{0}' means {1}. {2}"))
    rows = sorted(rng.sample(words.MEANINGS, 5))
    return "\n".join(
        shape.format(word, meaning, text if text.endswith("?") else f"{text}.") for word, meaning, text in rows
    )


def forms(rng: Random) -> str:
    lines = [
        f"{x}, {y}, {z}: today I {x}, yesterday I {y}, and I have {z}." for x, y, z in rng.sample(word_forms.VERBS, 4)
    ]
    lines += [
        f"One {one}, two {many}. The plural of {one} is {many}." for one, many in rng.sample(word_forms.PLURALS, 4)
    ]
    lines += [
        f"{x}, {y}, {z}: the comparative is {y}, the superlative {z}." for x, y, z in rng.sample(word_forms.GRADES, 2)
    ]
    return "\n".join(cap(line) for line in rng.sample(lines, len(lines)))


def sounds_and_spelling(rng: Random) -> str:
    lines = [f"{cap(listed(group))} rhyme." for group in rng.sample(word_forms.RHYMES, 4)]
    lines += [f"Write {right}, not {wrong}." for right, wrong in rng.sample(word_forms.SPELLINGS, 4)]
    lines += [f"{cap(why)}: {gap.replace('___', right)}" for gap, right, _, why in rng.sample(words.HOMOPHONES, 3)]
    return " ".join(rng.sample(lines, len(lines)))


def pairs_of_words(rng: Random) -> str:
    rows = rng.sample(words.ANALOGIES, 5)
    lines = [f"{cap(w)} is to {x} as {y} is to {z}: {link}." for w, x, y, z, link in rows]
    lines += [f"The word {pick(rng, text.split(', '))} is {a(kind)}." for kind, text in word_forms.SPEECH]
    lines += [f"Your {chain} is your {word}." for chain, word in rng.sample(words.KIN, 4)]
    return " ".join(lines)


def grammar(rng: Random) -> str:
    """One clause taken through its forms."""
    one, two = clause(rng), clause(rng)
    return (
        f"Take the sentence '{one.now()}' In the past it becomes '{one.before()}' In the future we say '{one.later()}' "
        f"The negative is '{one.never()}' A question would be '{one.ask()}' In the passive the object comes first: "
        f"'{one.passive()}' Here the verb is {one.past}, the subject is {one.who} and the object is {one.thing}.\n\n"
        f"In the same way '{two.before()}' becomes '{two.passive()}' and, as a question, '{two.ask()}'"
    )


def riddles(rng: Random) -> str:
    lines = [f"{clue}: that is {a(thing)}, {meaning}." for thing, meaning, clue in rng.sample(nature.THINGS, 5)]
    return "\n".join(lines)


def simple_words(rng: Random) -> str:
    return " ".join(f"{cap(easy)}. {example}." for _, easy, example in rng.sample(EXPLAIN, 4))


def mixed(rng: Random) -> str:
    return " ".join(statement(rng, pick(rng, tuple(KINDS))) for _ in range(rng.randint(7, 13)))


DOCUMENTS: tuple[Callable[[Random], str], ...] = (
    _notes(_GEOGRAPHY, ("Notes on countries", "Geography", "Around the world", "Places and rivers")),
    _notes(_NATURE, ("Nature and colours", "In the field", "Animals, plants and things", "From my nature book")),
    _notes(_WORK, ("Work and play", "Jobs and tools", "In the workshop", "What people do")),
    _notes(_SCIENCE, ("Numbers and stars", "Science notes", "Things worth knowing", "Lecture notes")),
    *(country, animal, continent, planets, calendar, categories, opposites, glossary, forms, sounds_and_spelling),
    *(pairs_of_words, grammar, riddles, simple_words, mixed),
)
