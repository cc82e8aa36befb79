"""Families of practical help: how-tos, recipes, tips, advice, packing lists, pros and cons, comparisons, schedules."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .advice import ADVICE, COMPARISONS, DISHES, HOW_TO, PACKING, PLANS, SIDES, TIPS
from .lang import bullets, cap, listed, numbered, pick
from .people import slots


def _steps(rng: Random, steps: list[str]) -> str:
    """Steps as a numbered list or as a paragraph."""
    if rng.random() < 0.6:
        return numbered([f"{cap(step)}." for step in steps])
    words = ("First", "Then", "Next", "After that", "Finally")
    places = [words[min(place, 3)] if place < len(steps) - 1 else words[-1] for place in range(len(steps))]
    return " ".join(f"{word} {step}." for word, step in zip(places, steps, strict=True))


def how_to(rng: Random) -> Task:
    task, *steps = pick(rng, HOW_TO)
    ask = pick(
        rng,
        (
            f"How do I {task}?",
            f"Explain step by step how to {task}.",
            f"I have never done this before: I want to {task}. What do I do?",
            f"Give me short instructions to {task}.",
            f"What is the best way to {task}?",
            f"My grandmother asked me to {task}. Steps, please.",
        ),
    )
    return Task("how_to", ask, _steps(rng, list(steps)))


def recipe(rng: Random) -> Task:
    dish, ingredients, *steps = pick(rng, DISHES)
    ask = pick(
        rng,
        (
            f"Give me a simple recipe for {dish}.",
            f"How do I make {dish}?",
            f"I want to cook {dish} tonight. What do I need and what do I do?",
            f"Recipe for {dish}, please. Keep it easy.",
            f"Write down how to make {dish} for a beginner.",
            f"My children want {dish}. How is it made?",
        ),
    )
    return Task("recipe", ask, f"You need {ingredients}.\n{_steps(rng, list(steps))}")


def tips(rng: Random) -> Task:
    goal, *advice = pick(rng, TIPS)
    count = rng.randint(2, 3)
    chosen = rng.sample(advice, count)
    number = "two" if count == 2 else "three"
    ask = pick(
        rng,
        (
            f"Give me {number} tips on how to {goal}.",
            f"How can I {goal}? {cap(number)} ideas are enough.",
            f"I would like to {goal}. Do you have {number} tips?",
            f"List {number} ways to {goal}.",
            f"{cap(number)} short tips: how to {goal}.",
        ),
    )
    lines = [f"{cap(tip)}." for tip in chosen]
    return Task("tips", ask, pick(rng, (numbered(lines), bullets(lines), " ".join(lines))))


def advice(rng: Random) -> Task:
    trouble, answer, more = pick(rng, ADVICE)
    ask = pick(
        rng,
        (
            f"{trouble} What should I do?",
            f"I need some advice. {trouble}",
            f"{trouble} Any ideas?",
            f"What would you do in my place? {trouble}",
            f"{trouble} I do not know whom else to ask.",
        ),
    )
    start = pick(rng, ("", "", "That is not easy. ", "Do not worry too much. ", "I understand. "))
    return Task("advice", ask, f"{start}{answer} {more}")


def packing_list(rng: Random) -> Task:
    trip, needed, season = pick(rng, PACKING)
    items = needed.split(", ")
    count = rng.randint(4, len(items))
    chosen = rng.sample(items, count)
    values = slots(rng)
    ask = pick(
        rng,
        (
            f"What should I pack for {trip}?",
            f"Write a packing list for {trip}.",
            f"We leave for {trip} on {values['day']}. What must not be forgotten?",
            f"I am getting ready for {trip}. Name {count} things I should take.",
            f"Packing list, please: {trip}, {count} items.",
        ),
    )
    lines = [cap(item) for item in chosen]
    return Task(
        "packing_list",
        ask,
        pick(rng, (bullets(lines), numbered(lines), f"Take these things: {listed(chosen)}. {season}.")),
    )


def pros_and_cons(rng: Random) -> Task:
    thing, good, bad = pick(rng, SIDES)
    likes, faults = good.split("; "), bad.split("; ")
    ask = pick(
        rng,
        (
            f"What are the pros and cons of {thing}?",
            f"Give me two good and two bad points of {thing}.",
            f"I am thinking about {thing}. What speaks for it and what against it?",
            f"List advantages and disadvantages of {thing}.",
            f"Pros and cons: {thing}.",
        ),
    )
    layout = pick(
        rng,
        (
            f"Pros:\n{bullets([cap(one) for one in likes])}\nCons:\n{bullets([cap(one) for one in faults])}",
            f"On the good side, {likes[0]}, and {likes[1]}. On the other hand, {faults[0]}, and {faults[1]}.",
            f"For it: {likes[0]}; {likes[1]}. Against it: {faults[0]}; {faults[1]}.",
        ),
    )
    return Task("pros_and_cons", ask, layout)


def compare(rng: Random) -> Task:
    one, two, same, first, second = pick(rng, COMPARISONS)
    ask = pick(
        rng,
        (
            f"What is the difference between {one} and {two}?",
            f"Compare {one} with {two}.",
            f"How are {one} and {two} alike, and how do they differ?",
            f"I always mix up {one} and {two}. Can you help?",
            f"{cap(one)} or {two}: what is the difference?",
            f"Explain to a pupil how {one} differs from {two}.",
        ),
    )
    text = pick(
        rng,
        (
            f"Both {same}. {cap(first)}, while {second}.",
            f"{cap(one)} and {two} are alike in one way: both {same}. But {first}, and {second}.",
            f"{cap(first)}. By contrast, {second}. Still, both {same}.",
        ),
    )
    return Task("compare", ask, text)


def schedule(rng: Random) -> Task:
    plan, *parts = pick(rng, PLANS)
    start = rng.randint(7, 10)
    values = slots(rng)
    hours = [start + 2 * place for place in range(len(parts))]
    lines = [f"{hour}:00 {cap(part)}" for hour, part in zip(hours, parts, strict=True)]
    ask = pick(
        rng,
        (
            f"Make a small schedule for {plan}, starting at {start}:00.",
            f"Plan {plan} for me. I can start at {start} in the morning.",
            f"I need a timetable for {plan}. Begin at {start}:00, with two hours for each part.",
            f"{values['name']} wants to organise {plan} on {values['day']} from {start}:00. Suggest a plan.",
        ),
    )
    return Task("schedule", ask, "\n".join(lines))


FAMILIES: dict[str, Family] = {
    family.__name__: family for family in (how_to, recipe, tips, advice, packing_list, pros_and_cons, compare, schedule)
}
