"""Word problems of one step: putting together, taking away, comparing, equal groups and sharing."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import ANIMALS, FOOD, FRUIT, GARDEN, PACKS, SCHOOL, SMALL, TOYS, person, two_people
from .mental import add_in_parts, add_up_groups, count_in_steps, sometimes, subtract_in_parts
from .texts import named, say, worked


def joining(rng: Random) -> Task:
    a, b = rng.randint(3, 60), rng.randint(3, 39)
    p, q = two_people(rng)
    t, g = rng.choice(SMALL), rng.choice(ANIMALS)
    question = say(
        rng,
        (
            "{p.name} has {a} {t.many}. {q.name} gives {p.them} {b} more. How many {t.many} does {p.name} have now?"
            " || {p.name} now has {c} {t.many}.",
            "How many {t.many} are there altogether if {p.name} brings {a} and {q.name} brings {b}?"
            " || There are {c} {t.many} altogether.",
            "There were {a} people on the bus. At the next stop {b} people got on and nobody got off. How many people"
            " are"
            " on the bus now? || There are {c} people on the bus.",
            "A farmer keeps {a} {g.many} in one field and {b} in another. Find the total number of {g.many}."
            " || The farmer keeps {c} {g.many}.",
            "{p.name} read {a} pages on Saturday and {b} pages on Sunday. How many pages is that in all?"
            " || {p.name} read {c} pages.",
            "I counted {a} {t.many} in the morning and another {b} after lunch. What is my count for the day?",
            "{b} new pupils join a school club that had {a} members. How big is the club now? || The club now has {c}"
            " members.",
            "Last week our library lent {a} books. On Monday it lent {b} more. Total? || The library lent {c} books.",
            "{p.name} scored {a} points in the first game. In the second game {p.they} scored {b}. Add up {p.their}"
            " points."
            " || {p.name} scored {c} points in all.",
        ),
        p=p, q=q, t=t, g=g, a=a, b=b, c=a + b,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Add the two amounts: {a} + {b} = {c}.",
            "We put both parts together.\n{a} + {b} = {c}.",
            "{a} + {b} = {c}.",
            "The start is {a} and {b} more are added, so {a} + {b} = {c}.",
        ),
        a=a, b=b, c=a + b,
    )  # fmt: skip
    steps = sometimes(rng, steps, add_in_parts(a, b), 0.4)
    return worked(rng, "joining", question, steps, a + b, f"{a} + {b}")


def taking_away(rng: Random) -> Task:
    a = rng.randint(12, 80)
    b = rng.randint(3, a - 3)
    p, q = two_people(rng)
    t, f = rng.choice(SMALL), rng.choice(FOOD)
    question = say(
        rng,
        (
            "{p.name} had {a} {t.many} and gave {b} of them to {q.name}. How many are left?"
            " || {p.name} has {c} {t.many} left.",
            "A baker made {a} {f.many}. By noon {b} were sold. How many {f.many} remain? || {c} {f.many} remain.",
            "A book has {a} pages. {p.name} has read {b}. How many pages are still to read?"
            " || {c} pages are still to read.",
            "{b} of the {a} seats in the hall are taken. How many seats are free? || {c} seats are free.",
            "We started with {a} {t.many}, but {b} got lost on the way. What do we have now?"
            " || We have {c} {t.many} now.",
            "Out of {a} eggs, {b} broke. How many eggs are whole? || {c} eggs are whole.",
            "{p.name} must walk {a} km this week and has done {b} km so far. What distance is left?"
            " || There are {c} km left.",
            "The tank held {a} litres of water. After watering the garden, {b} litres had been used. How much water is"
            " left? || There are {c} litres left.",
            "{a} children were in the park. Then {b} went home. How many stayed? || {c} children stayed.",
        ),
        p=p, q=q, t=t, f=f, a=a, b=b, c=a - b,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Take {b} away from {a}: {a} - {b} = {c}.",
            "{a} - {b} = {c}.",
            "Something is taken away, so we subtract.\n{a} - {b} = {c}.",
            "Start with {a} and remove {b}.\n{a} - {b} = {c}, because {c} + {b} = {a}.",
        ),
        a=a, b=b, c=a - b,
    )  # fmt: skip
    steps = sometimes(rng, steps, subtract_in_parts(a, b), 0.4)
    return worked(rng, "taking_away", question, steps, a - b, f"{a} - {b}")


def how_many_more(rng: Random) -> Task:
    b = rng.randint(4, 50)
    a = b + rng.randint(3, 40)
    p, q = two_people(rng)
    t = rng.choice(SMALL)
    question = say(
        rng,
        (
            "{p.name} has {a} {t.many} and {q.name} has {b}. How many more does {p.name} have?"
            " || {p.name} has {c} more.",
            "{q.name} has {b} {t.many}. {p.name} has {a}. How many fewer {t.many} does {q.name} have than {p.name}?"
            " || {q.name} has {c} fewer.",
            "One tower is {a} m tall and another is {b} m tall. What is the difference in height?"
            " || The difference is {c} m.",
            "Class A collected {a} bottles, class B only {b}. By how many did class A win? || Class A won by {c}.",
            "How much longer is a rope of {a} m than a rope of {b} m? || It is {c} m longer.",
            "{p.name} weighs {a} kg and the dog weighs {b} kg. Find the difference.",
            "It rained on {a} days this winter and on {b} days last winter. How many more rainy days were there this"
            " winter? || There were {c} more rainy days.",
            "{p.name} wants {a} {t.many} for a party but only has {b}. How many more are needed?"
            " || {p.name} needs {c} more.",
        ),
        p=p, q=q, t=t, a=a, b=b, c=a - b,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "To compare, subtract the smaller number from the larger one: {a} - {b} = {c}.",
            "The difference is {a} - {b} = {c}.",
            "{a} is more than {b}.\n{a} - {b} = {c}.",
            "Count up from {b} to {a}: {b} + {c} = {a}, so the difference is {c}.",
        ),
        a=a, b=b, c=a - b,
    )  # fmt: skip
    steps = sometimes(rng, steps, subtract_in_parts(a, b))
    return worked(rng, "how_many_more", question, steps, a - b, f"{a} - {b}")


def equal_groups(rng: Random) -> Task:
    a, b = rng.randint(2, 12), rng.randint(2, 10)
    p, t, k, g = person(rng), rng.choice(SMALL), rng.choice(PACKS), rng.choice(GARDEN)
    question = say(
        rng,
        (
            "There are {a} {k.many} with {b} {t.many} in each. How many {t.many} are there? || There are {c} {t.many}.",
            "{p.name} plants {a} rows of {g.many}. Each row has {b}. How many {g.many} is that? || That is {c}"
            " {g.many}.",
            "Each of {a} children gets {b} {t.many}. How many {t.many} are needed? || {c} {t.many} are needed.",
            "Training plan: {p.name} runs {b} km a day for {a} days. What is the total distance?"
            " || {p.name} runs {c} km.",
            "How many wheels are on {a} cars if each car has 4 wheels and {b} bicycles are parked elsewhere?",
            "A cinema has {a} rows and {b} seats per row. How many people can sit down? || {c} people can sit down.",
            "If one {k.one} holds {b} {t.many}, how many do {a} {k.many} hold?"
            " || They hold {c} {t.many}.",
            "{p.name} drinks {b} glasses of water every day. How many glasses are that in {a} days?"
            " || {p.name} drinks {c} glasses.",
            "I bought {a} packs of cards for my class, {b} cards to a pack. How many cards did I buy? || You bought"
            " {c} cards.",
        ),
        p=p, t=t, k=k, g=g, a=a, b=b, c=a * b,
    )  # fmt: skip
    if "wheels" in question:
        steps = f"The bicycles do not matter here.\n{a} * 4 = {a * 4}."
        return worked(rng, "equal_groups", question, steps, a * 4, f"{a} * 4")
    steps = say(
        rng,
        (
            "{a} equal groups of {b}: {a} * {b} = {c}.",
            "Multiply: {a} * {b} = {c}.",
            "Every group has the same size, so we multiply.\n{a} * {b} = {c}.",
            "{a} * {b} = {c}.",
        ),
        a=a, b=b, c=a * b,
    )  # fmt: skip
    steps = sometimes(rng, steps, add_up_groups(a, b), 0.4)
    return worked(rng, "equal_groups", question, steps, a * b, f"{a} * {b}")


def sharing(rng: Random) -> Task:
    b, c = rng.randint(2, 10), rng.randint(2, 12)
    a = b * c
    p, t, k = person(rng), rng.choice(SMALL), rng.choice(PACKS)
    question = say(
        rng,
        (
            "{p.name} shares {a} {t.many} equally among {b} friends. How many does each friend get?"
            " || Each friend gets {c} {t.many}.",
            "{a} {t.many} are packed into {b} {k.many}, the same number in each. How many are in one {k.one}?"
            " || Each {k.one} holds {c} {t.many}.",
            "A teacher splits {a} pupils into {b} equal teams. How many pupils are in a team? || A team has {c}"
            " pupils.",
            "A rope of {a} m is cut into {b} equal pieces. How long is each piece? || Each piece is {c} m long.",
            "{b} brothers did the same amount of work on a job of {a} hours. How many hours did each work?"
            " || Each worked {c} hours.",
            "{p.name} puts {a} {t.many} into {k.many} of {b}. How many {k.many} does {p.they} fill?"
            " || {p.name} fills {c} {k.many}.",
            "I have {a} photos and want to put {b} on every page of an album. How many pages do I need?"
            " || You need {c} pages.",
            "{a} chairs have to stand in {b} equal rows. Chairs per row? || There are {c} chairs in a row.",
            "It took {b} days to read a story of {a} pages, the same number each day. How many pages a day was that?"
            " || That was {c} pages a day.",
        ),
        p=p, t=t, k=k, a=a, b=b, c=c,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Divide: {a} / {b} = {c}.",
            "{a} / {b} = {c}, because {b} * {c} = {a}.",
            "Equal parts mean division.\n{a} / {b} = {c}.",
            "We look for a number that gives {a} when multiplied by {b}.\n{b} * {c} = {a}, so {a} / {b} = {c}.",
        ),
        a=a, b=b, c=c,
    )  # fmt: skip
    steps = sometimes(rng, steps, count_in_steps(a, b), 0.4)
    return worked(rng, "sharing", question, steps, c, f"{a} / {b}")


def left_over(rng: Random) -> Task:
    b, c = rng.randint(3, 10), rng.randint(2, 9)
    r = rng.randint(1, b - 1)
    a = b * c + r
    p, t, k, f = person(rng), rng.choice(TOYS + SCHOOL), rng.choice(PACKS), rng.choice(FRUIT)
    question = say(
        rng,
        (
            "{p.name} deals {a} cards to {b} players so that each gets the same number. How many cards are left over?",
            "What is the remainder when {a} is divided by {b}?",
            "{a} {t.many} are put into {k.many} of {b}. How many {t.many} do not fill a {k.one}?",
            "A ribbon of {a} cm is cut into pieces of {b} cm. How many cm are left at the end?",
            "Divide {a} by {b} and tell me what remains.",
            "After sharing {a} {f.many} fairly among {b} people, how many {f.many} remain?",
            "{p.name} has {a} flowers and makes bunches of {b}. As many bunches as possible are made. How many flowers"
            " are left?",
            "There are {a} pupils. They form teams of {b}. How many pupils are left without a full team?",
        ),
        p=p, t=t, k=k, f=f, a=a, b=b,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "{b} * {c} = {d} is the largest multiple of {b} that fits.\n{a} - {d} = {r}.",
            "{b} goes {c} times into {a}: {b} * {c} = {d}.\nThe rest is {a} - {d} = {r}.",
            "First {c} * {b} = {d}, then {a} - {d} = {r}.",
        ),
        a=a, b=b, c=c, d=b * c, r=r,
    ).replace(" 1 times", " 1 time")  # fmt: skip
    return worked(rng, "left_over", question, steps, r, f"{a} % {b}")


def trips_needed(rng: Random) -> Task:
    b, c = rng.randint(4, 10), rng.randint(2, 8)
    r = rng.randint(1, b - 1)
    a = b * c + r
    p, t, k = person(rng), rng.choice(SMALL), rng.choice(PACKS)
    question = say(
        rng,
        (
            "{a} people want to cross the river. The boat carries {b} at a time. How many trips are needed?"
            " || They need {n} trips.",
            "A {k.one} holds {b} {t.many}. How many {k.many} does {p.name} need for {a} {t.many}?"
            " || {p.name} needs {n} {k.many}.",
            "{p.name} has to carry {a} bricks and can lift {b} each time. How many times must {p.they} go?"
            " || {p.name} must go {n} times.",
            "One table seats {b} guests. There are {a} guests. How many tables should we set up?"
            " || Set up {n} tables.",
            "A school takes {a} children to the museum in small buses with {b} seats for children. How many buses have"
            " to be ordered? || {n} buses have to be ordered.",
            "We need {a} rolls and they come in packs of {b}. How many packs must we buy? || We must buy {n} packs.",
            "{p.name} can read {b} pages in an evening. The story has {a} pages. On how many evenings will {p.they}"
            " read?"
            " || {p.name} will read on {n} evenings.",
        ),
        p=p, t=t, k=k, a=a, b=b, n=c + 1,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "{c} are not enough: {c} * {b} = {d}, and {a} - {d} = {r} remain.\nOne more is needed: {c} + 1 = {n}.",
            "{c} * {b} = {d}, which is less than {a}.\n{n} * {b} = {e}, which is enough.",
            "{b} goes {c} times into {a} with {r} left over.\nThe rest needs one more, so {c} + 1 = {n}.",
        ),
        a=a, b=b, c=c, d=b * c, r=r, n=c + 1, e=b * (c + 1),
    )  # fmt: skip
    return worked(rng, "trips_needed", question, steps, c + 1, f"({a} - {r}) / {b} + 1")


FAMILIES = named(joining, taking_away, how_many_more, equal_groups, sharing, left_over, trips_needed)
