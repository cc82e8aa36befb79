"""Families of free writing: stories, poems, slogans, product texts, headlines, explanations, descriptions."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from . import nature, world
from .facts import statement
from .imagine import EXPLAIN, PLACES, POEMS, PRODUCTS, TALES
from .lang import a, cap, listed, pick
from .people import BOYS, GIRLS, slots
from .scenes import draw_passage


def story(rng: Random) -> Task:
    who, wish, trouble, turn, end = pick(rng, TALES)
    values = slots(rng)
    told = f" {wish} {trouble} {turn} {end} "
    male, female = " his " in told or " him " in told or " he " in told, " her " in told or " she " in told
    hero = pick(rng, BOYS if male else GIRLS if female else BOYS + GIRLS)
    ask = pick(
        rng,
        (
            f"Write a very short story about {who}.",
            f"Tell me a story of three or four sentences about {who} called {hero}.",
            f"My daughter wants a bedtime story about {who}. Make it short.",
            f"Short story, please: {who}, happy ending.",
            f"Begin with 'Once' and tell a little story about {who}.",
        ),
    )
    start = pick(rng, ("Once there was", "Once upon a time there lived"))
    called = f" called {hero}" if hero in ask or rng.random() < 0.5 else ""
    lines = [f"{start} {who}{called} who {wish}.", f"{trouble}.", f"{turn}.", f"{end}."]
    return Task("story", ask, " ".join(line.format(**values) for line in lines))


def poem(rng: Random) -> Task:
    theme, lines = pick(rng, POEMS)
    first, second, third = lines
    ask = pick(
        rng,
        (
            f"Write a short poem about {theme}.",
            f"Three lines about {theme}, like a haiku.",
            f"I would like a tiny poem on {theme}.",
            f"Make up a small poem. Theme: {theme}.",
            f"Can you write something poetic about {theme}? No more than three lines.",
            f"Poem about {theme} for a birthday card, three short lines.",
        ),
    )
    return Task("poem", ask, "\n".join((pick(rng, first), pick(rng, second), pick(rng, third))))


def _product(rng: Random) -> tuple[str, str, str, str, str]:
    kind, strong, use, slogans, who = pick(rng, PRODUCTS)
    return kind, pick(rng, strong.split("; ")), use, pick(rng, slogans.split("; ")), who


def product_text(rng: Random) -> Task:
    kind, strong, use, _, who = _product(rng)
    ask = pick(
        rng,
        (
            f"Write a short product description for {a(kind)}.",
            f"Describe {a(kind)} for our web shop in two or three sentences.",
            f"I sell {a(kind)} and need a friendly text for it.",
            f"Product text: {kind}, meant for {who}.",
            f"We are putting {a(kind)} into the catalogue. Please write two sentences about it.",
        ),
    )
    start = pick(rng, (f"Meet our new {kind}.", f"Here is {a(kind)} for every day.", f"Looking for {a(kind)}?"))
    end = pick(rng, ("Order yours today.", f"A good gift for {who}.", "You will wonder how you lived without it."))
    return Task("product_text", ask, f"{start} It {strong} and {use}. {end}")


def slogan(rng: Random) -> Task:
    kind, strong, _, line, who = _product(rng)
    ask = pick(
        rng,
        (
            f"Write a slogan for {a(kind)}.",
            f"I need a catchy line to advertise {a(kind)}.",
            f"Suggest a slogan for {a(kind)} that {strong}.",
            f"Slogan for {a(kind)}, please. It is for {who}.",
            f"Our company makes {a(kind)}. What could be our slogan?",
        ),
    )
    return Task("slogan", ask, pick(rng, (f"{line}.", f'"{line}."', f"How about this: {line}.")))


def headline(rng: Random) -> Task:
    passage = draw_passage(rng)
    points = [cap(point) for point in passage.points[:2]]
    ask = pick(
        rng,
        (
            "Write a newspaper headline from these notes.",
            "Make a headline for this news item.",
            "Our local paper needs a headline for this.",
            "What headline would you print above this? Short, please.",
        ),
    )
    return Task("headline", ask, cap(passage.title), f"{points[0]}. {points[1]}.")


def write_up(rng: Random) -> Task:
    passage = draw_passage(rng)
    notes = [cap(point) for point in passage.points]
    ask = pick(
        rng,
        (
            "Write a short paragraph from these notes.",
            "Turn the bullet points into running text.",
            "Make full sentences out of my notes.",
            "Please write this up as one short paragraph.",
            "These are my notes. I need them as normal text.",
        ),
    )
    return Task("write_up", ask, " ".join(f"{note}." for note in notes), "\n".join(f"- {note}" for note in notes))


def explain(rng: Random) -> Task:
    thing, easy, example = pick(rng, EXPLAIN)
    age = pick(rng, ("five", "six", "seven", "eight"))
    ask = pick(
        rng,
        (
            f"Explain {thing} to a child.",
            f"How would you explain {thing} to my {age}-year-old son?",
            f"What is {thing}? Use simple words, please.",
            f"My little sister wants to know what {thing} is. What can I tell her?",
            f"Explain {thing} as if I were {age}.",
        ),
    )
    start = pick(rng, ("", "", "Let me try. ", "Good question! "))
    return Task("explain", ask, f"{start}{cap(easy)}. {example}.")


def about_animal(rng: Random) -> Task:
    animal, kind, young, home, food, fact = pick(rng, nature.ANIMALS)
    ask = pick(
        rng,
        (
            f"Tell me something about the {animal}.",
            f"Write a few sentences about {a(animal)} for a school poster.",
            f"What should a pupil know about the {animal}?",
            f"Describe the {animal}: class, food and young.",
            f"Two or three facts about the {animal}, please.",
        ),
    )
    parts = [f"The {animal} is {a(kind)}.", f"It eats {food}.", f"A young {animal} is called {a(young)}.", f"{fact}."]
    if rng.random() < 0.5:
        parts[1] = f"Its usual home is the {home}, and it eats {food}."
    if "class, food" not in ask and rng.random() < 0.4:
        parts.pop(2)
    return Task("about_animal", ask, " ".join(parts))


def about_country(rng: Random) -> Task:
    row = pick(rng, world.COUNTRIES)
    country = row[0]
    ask = pick(
        rng,
        (
            f"Give me a short portrait of {country}.",
            f"Write three sentences about {country}.",
            f"What should a traveller know about {country}?",
            f"I have to say something about {country} in class. What are the basic facts?",
            f"Basic facts about {country}, please: capital, language, money.",
        ),
    )
    parts = [statement(rng, "capital_city", row), statement(rng, "main_language", row), statement(rng, "currency", row)]
    if country != "Australia":
        parts[0] = f"{country} is a country in {row[2]} with the capital {row[1]}."
    sights = [sight for sight, place in world.LANDMARKS if place == country]
    if sights:
        parts.append(f"Many visitors come to see {listed(sights)}.")
    return Task("about_country", ask, " ".join(parts))


def describe_place(rng: Random) -> Task:
    place, sight, sound, feeling = pick(rng, PLACES)
    ask = pick(
        rng,
        (
            f"Describe {place} in two or three sentences.",
            f"Paint {place} with words.",
            f"I need the opening of a story that is set in {place}.",
            f"Write a short description of {place}.",
            f"What might you see and hear in {place}?",
            f"Set the scene for me: {place}.",
        ),
    )
    sights, sounds, feelings = sight.split("; "), sound.split("; "), feeling.split("; ")
    return Task(
        "describe_place", ask, f"{cap(pick(rng, sights))}. {cap(pick(rng, sounds))}. {cap(pick(rng, feelings))}."
    )


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        *(story, poem, product_text, slogan, headline, write_up, explain, about_animal, about_country),
        describe_place,
    )
}
