"""Material given in the input: receipts, tables, lists of results, worked solutions to be checked."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import DAYS, GROCERIES, MONEY, PEOPLE, SMALL, person
from .texts import brief, free, listing, named, say, worked


def receipt(rng: Random) -> Task:
    items, m = rng.sample(GROCERIES, rng.randint(3, 4)), rng.choice(MONEY)
    prices = [rng.randint(1, 12) for _ in items]
    gap = rng.choice((": ", " ", " - "))
    rows = (f"{item}{gap}{price}" for item, price in zip(items, prices, strict=True))
    text = rng.choice(("\n", "\n", ", ")).join(rows)
    question = say(
        rng,
        (
            "Add up this receipt. All prices are in {m}.", "What is the total of the bill below, in {m}?",
            "{p.name} bought these things. How many {m} did {p.they} spend?",
            "Check the till for me: what do these come to in"
            " {m}?", "Here is what I put in my basket, with prices in {m}. How much do I pay?",
        ),
        m=m, p=person(rng),
    )  # fmt: skip
    total, steps = prices[0], []
    for price in prices[1:]:
        steps.append(f"{total} + {price} = {total + price}.")
        total += price
    return worked(rng, "receipt", question, "\n".join(steps), total, " + ".join(map(str, prices)), input=text)


def _results(rng: Random) -> tuple[list[str], list[int], str]:
    if rng.random() < 0.5:
        start, count = rng.randrange(7), rng.randint(3, 5)
        names = [DAYS[(start + k) % 7] for k in range(count)]
    else:
        names = [p.name for p in rng.sample(PEOPLE, rng.randint(3, 5))]
    values = rng.sample(range(3, 50), len(names))
    row = rng.choice(("{}: {}", "{} | {}", "{} {}", "{} - {}"))
    return names, values, "\n".join(row.format(*pair) for pair in zip(names, values, strict=True))


def table_top(rng: Random) -> Task:
    names, values, text = _results(rng)
    most = rng.random() < 0.6
    best = max(values) if most else min(values)
    answer = names[values.index(best)]
    what = rng.choice(("tickets sold", "pages read", "visitors", "eggs found", "messages", "steps counted"))
    question = say(
        rng,
        (
            "Which line of the table has the {w} number?", "The table gives the number of {x}. Where is it {w}?",
            "{who} has the {w} number of {x} here?", "Look at the number of {x} below. {who} comes out {w}?",
            "{Find} has the {w} number in this table.", "Read the table. {who} goes with the {w} number?",
        ),
        w="highest" if most else "lowest", x=what, who="Which day" if answer in DAYS else "Who",
        Find="Say which day" if answer in DAYS else "Tell me who",
    )  # fmt: skip
    if rng.random() < 0.3:
        return brief("table_top", question, answer, input=text, stop=".")
    steps = say(
        rng,
        (
            "The numbers in order are {v}. The {w} is {b}.",
            "Go through the lines one by one and keep the {w} number: it is {b}, and it stands beside {n}.",
            "The {w} number in the table is {b}. It belongs to {n}.",
            "Sorted, the numbers are {v}, so we look for {b}. That is the line of {n}.",
        ),
        v=listing(sorted(values)), w="highest" if most else "lowest", b=best, n=answer,
    )  # fmt: skip
    return worked(rng, "table_top", question, steps, answer, input=text)


def table_difference(rng: Random) -> Task:
    names, values, text = _results(rng)
    i, j = rng.sample(range(len(names)), 2)
    if values[i] < values[j]:
        i, j = j, i
    question = say(
        rng,
        (
            "How much larger is the number for {a} than the number for {b}?",
            "How much higher is {a} than {b} in this table?",
            "Use the table to find the difference between {a} and {b}.",
            "Compare the numbers for {b} and {a}. How big is the gap?",
            "What is the number for {a} minus the number for {b}?",
        ),
        a=names[i], b=names[j],
    )  # fmt: skip
    a, b = values[i], values[j]
    steps = say(
        rng,
        ("{x} has {a} and {y} has {b}.\n{a} - {b} = {d}.", "The table shows {a} for {x} and {b} for {y}.\n{a} - {b} ="
            " {d}."),
        x=names[i], y=names[j], a=a, b=b, d=a - b,
    )  # fmt: skip
    return worked(rng, "table_difference", question, steps, a - b, f"{a} - {b}", input=text)


def table_total(rng: Random) -> Task:
    names, values, text = _results(rng)
    names, values = names[:4], values[:4]
    text = "\n".join(text.split("\n")[:4])
    question = say(
        rng,
        (
            "What do the numbers in this table add up to?", "Find the total of the list.", "Add the values below.",
            "Please add up this column for me.", "How much do all the lines come to together?",
            "Here are our results. What is the sum?", "Work out the grand total.",
            "We counted birds. How many did we see"
            " in all?",
        ),
    )  # fmt: skip
    total, steps = values[0], []
    for value in values[1:]:
        steps.append(f"{total} + {value} = {total + value}.")
        total += value
    return worked(rng, "table_total", question, "\n".join(steps), total, " + ".join(map(str, values)), input=text)


def _sum(rng: Random) -> tuple[str, int, str]:
    a, b, n, m = rng.randint(11, 60), rng.randint(11, 39), rng.randint(2, 12), rng.randint(2, 12)
    return rng.choice(
        (
            (f"{a} + {b}", a + b, f"{a + b} - {b} = {a}"),
            (f"{a + b} - {b}", a, f"{a} + {b} = {a + b}"),
            (f"{n} * {m}", n * m, f"{n * m} / {m} = {n}"),
            (f"{n * m} / {n}", m, f"{n} * {m} = {n * m}"),
        )
    )


def true_or_false(rng: Random) -> Task:
    left, value, check = _sum(rng)
    right = rng.random() < 0.5
    shown = value if right else max(1, value + rng.choice((-10, -2, -1, 1, 2, 10)))
    right = shown == value
    question = say(
        rng,
        (
            "True or false?", "Is this equation true or false?", "My pupil wrote this. Is it true or false?",
            "Check the equation. Say true or false.", "Tell me whether the line below is true or false and why.",
            "Does the equation hold? Reply with true or false.",
        ),
    )  # fmt: skip
    steps = f"{left} = {value}, and the equation says {shown}." if not right else f"{left} = {value}. Check: {check}."
    text = f"{left} = {shown}"
    if rng.random() < 0.3:
        return worked(rng, "true_or_false", f"True or false: {text}", steps, "true" if right else "false")
    return worked(rng, "true_or_false", question, steps, "true" if right else "false", input=text)


def spot_mistake(rng: Random) -> Task:
    p = person(rng)
    a, b, c = rng.randint(2, 9), rng.randint(3, 9), rng.randint(5, 30)
    wrong = a * b + rng.choice((-2, -1, 1, 2, 10))
    slip = rng.random() < 0.5
    problem = rng.choice(
        (
            f"{p.name} has {a} boxes with {b} pens and {c} loose pens. How many pens are there?",
            f"{a} tickets at {b} dollars and a drink for {c} dollars. What is the total?",
            f"{a} rows of {b} chairs and {c} more chairs. How many chairs?",
        )
    )
    if slip:
        solution = f"{a} * {b} = {wrong}, {wrong} + {c} = {wrong + c}. Total: {wrong + c}"
        why = f"The first step is wrong: {a} * {b} = {a * b}, not {wrong}."
    else:
        solution = f"{a} + {b} = {a + b}, {a + b} + {c} = {a + b + c}. Total: {a + b + c}"
        why = f"The first step should multiply, not add, because there are {a} equal groups: {a} * {b} = {a * b}."
    question = say(
        rng,
        (
            "Find the mistake in this solution and give the right result.",
            "Something is wrong in the work below. What should"
            " the result be?", "Mark this pupil's work. Say what is wrong and correct it.",
            "I keep losing a point on this one."
            " Where is my error, and what is the correct number?", "{n} solved it like this. Correct the solution.",
        ),
        n=p.name,
    )  # fmt: skip
    total = a * b + c
    steps = f"{why}\nThen {a * b} + {c} = {total}."
    return worked(rng, "spot_mistake", question, steps, total, f"{a} * {b} + {c}", input=f"{problem}\n{solution}")


def odd_one_out(rng: Random) -> Task:
    d = rng.choice((2, 3, 4, 5, 6, 7, 9, 10))
    good = [d * k for k in rng.sample(range(2, 13), 4)]
    n = d * rng.randint(2, 12)
    odd = n + rng.randint(1, d - 1)
    numbers = [*good, odd]
    rng.shuffle(numbers)
    word = rng.choice((f"a multiple of {d}", f"in the {d} times table", f"divisible by {d}"))
    question = say(
        rng,
        (
            "Which number is not {w}?", "One of these numbers is not {w}. Which one?",
            "All but one are {w}. Name the one that is"
            " not.", "Pick the number that is not {w}.", "Find the one number here that is not {w}.",
            "Four of these five numbers are {w}. What is the fifth?",
            "Find the number that does not belong. The others are {w}.",
        ),
        w=word,
    ).replace("others are a multiple", "others are each a multiple").replace("All but one are a",
    "All but one is a").replace("numbers are a multiple", "numbers are each a multiple")  # fmt: skip
    steps = say(
        rng,
        (
            "{n} is a multiple of {d} and the next one is {m}. {o} lies between them.",
            "Dividing {o} by {d} leaves a remainder of {r}. The others can be divided by {d} exactly.",
            "{d} * {k} = {n}, and {o} - {n} = {r}, so {o} is not a multiple of {d}. All the others are.",
        ),
        n=n, d=d, m=n + d, o=odd, r=odd - n, k=n // d,
    )  # fmt: skip
    return worked(rng, "odd_one_out", question, steps, odd, str(odd), input=listing(numbers))


def read_story(rng: Random) -> Task:
    """A short text with more numbers than the question needs."""
    p, t = person(rng), rng.choice(SMALL)
    a, b, c, d = rng.randint(3, 9), rng.randint(2, 9), rng.randint(10, 40), rng.randint(7, 12)
    text = say(
        rng,
        (
            "{p.name} is {d} years old. On {w} {p.they} took {a} bags to the market. In each bag were {b} {t.many}."
            " The walk took"
            " {c} minutes.",
            "The market is {c} minutes from the house. {p.name}, aged {d}, went there on {w} with {a} bags and put"
            " {b} {t.many}"
            " into each of them.",
            "On {w} it was {c} degrees. {p.name} had {a} bags, {b} {t.many} in every bag, and {d} friends to help.",
        ),
        p=p, d=d, w=rng.choice(DAYS), a=a, b=b, t=t, c=c,
    )  # fmt: skip
    question = say(
        rng,
        (
            "Read the story. How many {t} were in the bags altogether?",
            "How many {t} did {p} have? Use only what you need from"
            " the text.", "Some numbers in this text are not needed. Find the total number of {t}.",
            "From the text: total of {t}?",
        ),
        t=t.many, p=p.name,
    )  # fmt: skip
    steps = say(
        rng,
        ("Only the bags matter.\n{a} * {b} = {c}.", "There are {a} bags with {b} in each: {a} * {b} = {c}.",
        "We do not need the other numbers.\n{a} * {b} = {c}."),
        a=a, b=b, c=a * b,
    )  # fmt: skip
    return worked(rng, "read_story", question, steps, a * b, f"{a} * {b}", input=text)


def describe_table(rng: Random) -> Task:
    names, values, text = _results(rng)
    question = say(
        rng,
        (
            "Describe this table in two or three sentences.", "Write a short summary of the numbers.",
            "What does the table show?"
            " Say it in words.", "Sum up these numbers in words.",
            "Put the main points of this table into a few sentences.",
            "What are the most important things to see in these numbers?",
        ),
    )  # fmt: skip
    top, low = max(values), min(values)
    first, last, n = names[values.index(top)], names[values.index(low)], len(values)
    plus = " + ".join(map(str, values))
    output = say(
        rng,
        (
            "The highest number is {t} for {a}, and the lowest is {l} for {b}. The difference between them is {t} -"
            " {l} = {d}.",
            "{a} has the highest number, {t}. {b} has the lowest, only {l}. All {n} numbers together make {s} = {sum}.",
            "There are {n} entries. They go from {l} ({b}) up to {t} ({a}), so the gap is {t} - {l} = {d}.",
            "The table lists {n} {kind} with a number for each. {a} is at the top with {t}, {d} more than {b}, who is"
            " at the bottom with {l}.",
            "We see {n} {kind} and their numbers. {b} has the smallest, {l}, and {a} the largest, {t}. The sum of all"
            " the numbers is {s} = {sum}.",
            "In total the numbers come to {s} = {sum}. The largest share belongs to {a} with {t}, while {b} adds only"
            " {l}.",
        ),
        t=top, l=low, a=first, b=last, d=top - low, n=n, s=plus, sum=sum(values),
        kind="days" if first in DAYS else "people",
    )  # fmt: skip
    if first in DAYS:
        output = output.replace(", who is", ", which is")
    return free("describe_table", question, output, input=text)


FAMILIES = named(
    receipt, table_top, table_difference, table_total, true_or_false, spot_mistake, odd_one_out, read_story,
    describe_table
)  # fmt: skip
