"""Families of explaining and advising: why, difference, first aid, order of steps, warning signs, leaflets."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .advice import DIFFERENCES, WHYS
from .choice import laid_out, lettered
from .helping import ADVICE, FIRST_AID, PATHS, WARNINGS
from .topic import cap, listed


def why(rng: Random) -> Task:
    thing, reason = rng.choice(WHYS)
    ask = rng.choice(
        (
            f"Explain why {thing}.",
            f"Why is it that {thing}?",
            f"A pupil wants to know why {thing}. Keep it simple.",
            f"What is the reason that {thing}?",
            f"In one or two sentences: what explains that {thing}?",
            f"{cap(thing)}. How come?",
        )
    )
    output = rng.choice((reason, reason, f"Put simply: {reason}", f"{reason} That is why {thing}."))
    return Task("why", ask, output)


def why_choice(rng: Random) -> Task:
    place = rng.randrange(len(WHYS))
    thing, reason = WHYS[place]
    wrong = [WHYS[at][1] for at in rng.sample([at for at in range(len(WHYS)) if at != place], 2)]
    short = [text.rstrip(".") for text in (reason, *wrong)]
    letter, pairs = lettered(rng, short[0], short[1:])
    ask = rng.choice(
        (
            f"Which sentence explains why {thing}?",
            f"Choose the reason why {thing}.",
            f"{cap(thing)}. Which of these is the explanation?",
        )
    )
    lines = "\n".join(f"{mark}) {text}" for mark, text in pairs)
    output = f"{reason} That is why {thing}. The answer is {letter}."
    return Task("why_choice", ask, output, lines, letter)


def difference(rng: Random) -> Task:
    one, two, first, second = rng.choice(DIFFERENCES)
    swap = rng.random() < 0.5
    names = (two, one) if swap else (one, two)
    ask = rng.choice(
        (
            f"What is the difference between {names[0]} and {names[1]}?",
            f"{cap(names[0])} and {names[1]}: how do they differ?",
            f"I always mix up {names[0]} and {names[1]}. Help?",
            f"Compare {names[0]} with {names[1]} in one or two sentences.",
            f"How would you explain to a patient that {names[0]} is not the same as {names[1]}?",
        )
    )
    output = rng.choice(
        (
            f"With {one}, {first}. With {two}, {second}.",
            f"The key point for {one} is that {first}, while for {two} it is that {second}.",
            f"- {cap(one)}: {first}\n- {cap(two)}: {second}",
        )
    )
    return Task("difference", ask, output)


def which_of_two(rng: Random) -> Task:
    one, two, first, second = rng.choice(DIFFERENCES)
    answer, mark, other = rng.choice(((one, first, two), (two, second, one)))
    names = [answer, other]
    rng.shuffle(names)
    ask = rng.choice(
        (
            f"{cap(mark)}. Is this {names[0]} or {names[1]}?",
            f"{cap(names[0])} or {names[1]}: in which case is it true that {mark}?",
            f"Decide between {names[0]} and {names[1]}. The description says that {mark}.",
            f"Think of {names[0]} and {names[1]}. For one of them we can say that {mark}. Which one?",
        )
    )
    contrast = second if answer == one else first
    output = rng.choice(
        (
            f"With {other} it is different: there, {contrast}. The answer is {answer}.",
            f'The words "{mark}" describe it; for {other} we would say that {contrast}. The answer is {answer}.',
        )
    )
    return Task("which_of_two", ask, output, "", answer)


def first_aid(rng: Random) -> Task:
    problem, steps, care = rng.choice(FIRST_AID)
    ask = rng.choice(
        (
            f"First aid for {problem}?",
            f"What should I do for {problem}? Short steps, please.",
            f"Write a card for the kitchen wall about {problem}.",
            f"Quick, what are the steps for {problem}?",
            f"List in order what a helper does for {problem}.",
            f"How do you help in case of {problem}?",
        )
    )
    numbered = "\n".join(f"{place}. {cap(step)}." for place, step in enumerate(steps, 1))
    output = rng.choice(
        (
            f"{numbered}\n{care}",
            numbered,
            f"First {steps[0]}, then {', then '.join(steps[1:])}. {care}",
        )
    )
    return Task("first_aid", ask, output)


def first_step(rng: Random) -> Task:
    problem, steps, _ = rng.choice(FIRST_AID)
    ask = rng.choice(
        (
            f"In case of {problem}, what is the very first step?",
            f"Which of these comes first when you help in case of {problem}?",
            f"Put the help for {problem} in order and name the first step.",
            f"Where does a helper begin in case of {problem}?",
        )
    )
    mixed = rng.sample(steps, len(steps))
    given = "\n".join(f"- {step}" for step in mixed)
    order = ", then ".join(steps)
    return Task("first_step", ask, f"The order is: {order}. The answer is {steps[0]}.", given, steps[0])


def path_next(rng: Random) -> Task:
    name, stations = rng.choice(PATHS)
    place = rng.randrange(len(stations) - 1)
    here, there = stations[place], stations[place + 1]
    forward = rng.random() < 0.6
    answer, given, word = (there, here, "after") if forward else (here, there, "before")
    ask = rng.choice(
        (
            f"Think of {name}. What comes directly {word} this part: {given}?",
            f"Topic: {name}. Name the part directly {word} this one: {given}.",
            f"Following {name}, which part comes just {word} the {given}?",
            f"On the route ({name}), what lies directly {word} the {given}?",
        )
    )
    output = f"The order is {', '.join(stations)}. The answer is {answer}."
    if rng.random() < 0.25:
        ask, output = f"{ask} Just name it.", f"{cap(answer)}."
    return Task("path_next", ask, output, "", answer)


def put_in_order(rng: Random) -> Task:
    name, stations = rng.choice([path for path in PATHS if len(path[1]) >= 4])
    start = rng.randrange(len(stations) - 3)
    part = list(stations[start : start + 4])
    mixed = rng.sample(part, 4)
    answer = ", ".join(part)
    ask = rng.choice(
        (
            f"Put these in the right order, thinking of {name}.",
            f"Put the parts in order. Topic: {name}.",
            f"Please sort this list. It is about {name}.",
            f"These four got mixed up; the topic is {name}. Give the correct order.",
        )
    )
    output = rng.choice(
        (
            f"The first on the list is {part[0]} and the last is {part[-1]}. The answer is {answer}.",
            f"Start with {part[0]}, go on to {part[1]} and {part[2]}, and end with {part[3]}. The answer is {answer}.",
            f"{cap(answer)}.",
        )
    )
    return Task("put_in_order", ask, output, rng.choice((", ", "\n")).join(mixed), answer)


def warning_signs(rng: Random) -> Task:
    thing, signs = rng.choice(WARNINGS)
    ask = rng.choice(
        (
            f"Which warning signs with {thing} mean that a doctor should be seen soon?",
            f"When is {thing} a reason to worry? Three points.",
            f"List the red flags for {thing}.",
            f"Write a leaflet line on danger signs in {thing}.",
            f"A neighbor asks about {thing}. What should she look out for?",
        )
    )
    mixed = rng.sample(signs, 3)
    output = rng.choice(
        (
            "\n".join(f"- {cap(sign)}" for sign in mixed),
            f"Get medical help if there is {listed(mixed, 'or')}.",
            f"With {thing}, watch for {listed(mixed)}. Any of these needs a doctor without delay.",
        )
    )
    return Task("warning_signs", ask, output)


def give_advice(rng: Random) -> Task:
    thing, tips = rng.choice(ADVICE)
    ask = rng.choice(
        (
            f"Give three short tips for {thing}.",
            f"Patient leaflet, three lines, about {thing}.",
            f"What everyday advice would a nurse give on {thing}?",
            f"Advice about {thing}, please. Friendly and short.",
            f"I have to write a poster on {thing}. What should it say?",
        )
    )
    mixed = rng.sample(tips, len(tips))
    output = rng.choice(
        ("\n".join(f"- {tip}" for tip in mixed), " ".join(mixed), " ".join((*mixed, "Ask if you are unsure.")))
    )
    return Task("give_advice", ask, output)


def tip_belongs(rng: Random) -> Task:
    thing, tips = rng.choice(ADVICE[10:] + ADVICE[7:8] + ADVICE[3:4])
    others = [name for name, _ in ADVICE[10:] if name != thing]
    letter, pairs = lettered(rng, thing, rng.sample(others, 3))
    ask = rng.choice(
        (
            "To which topic does this leaflet text belong?",
            "Choose the right heading for the advice.",
            "A page lost its title. Which title fits?",
        )
    )
    text = f"{' '.join(rng.sample(tips, len(tips)))}\n{laid_out(rng, pairs)}"
    answer = f"{letter}) {thing}"
    return Task(
        "tip_belongs",
        ask,
        f'The tips "{tips[0]}" and "{tips[1]}" fit this topic. The answer is {answer}.',
        text,
        answer,
    )


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        why,
        why_choice,
        difference,
        which_of_two,
        first_aid,
        first_step,
        path_next,
        put_in_order,
        warning_signs,
        give_advice,
        tip_belongs,
    )
}
