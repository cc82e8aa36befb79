"""Tasks with words for a response: choosing the operation, writing a problem, explaining an idea or a fact."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import PACKS, SMALL, person, two_people
from .texts import brief, free, named, say, worked

_OPERATIONS = {
    "addition": (
        "{p.name} has {a} {t.many} and gets {b} more. How many are there now?",
        "Two walls of {a} m and {b} m stand in one line. How long are they together?",
        "A cow and a calf weigh {a} kg and {b} kg. What is their weight together?",
    ),
    "subtraction": (
        "{p.name} had {c} {t.many} and lost {b}. How many are left?",
        "How much taller is a tree of {c} m than a tree of {b} m?",
        "{c} pages in the book, {b} already read. How many are still to read?",
    ),
    "multiplication": (
        "There are {b} {k.many} with {a} {t.many} in each. How many {t.many} are there?",
        "{p.name} drives {a} km every day for {b} days. How far is that in all?",
        "One ticket costs {a} euros. What do {b} tickets cost?",
    ),
    "division": (
        "{p.name} shares {m} {t.many} equally among {b} friends. How many does each get?",
        "A rope of {m} m is cut into {b} equal pieces. How long is a piece?",
        "{m} eggs go into boxes of {b}. How many boxes are filled?",
    ),
}
_REASONS = {
    "addition": (
        "Two amounts are put together.",
        "We want the total of two parts.",
        "Something is joined to what is there.",
    ),
    "subtraction": ("We want to know a difference.", "One number is compared with or taken from a larger one."),
    "multiplication": ("There are several equal groups.", "The same amount is taken many times."),
    "division": ("A total is split into equal parts.", "We know the total and want equal groups."),
}


def which_operation(rng: Random) -> Task:
    name = rng.choice(tuple(_OPERATIONS))
    b = rng.randint(2, 9)
    a = rng.randint(2, 30)
    problem = say(
        rng,
        _OPERATIONS[name],
        p=person(rng),
        t=rng.choice(SMALL),
        k=rng.choice(PACKS),
        a=a,
        b=b,
        c=a + b,
        m=b * rng.randint(2, 9),
    )
    question = say(
        rng,
        (
            "Which operation solves this problem: addition, subtraction, multiplication or division?",
            "Do not calculate. Just name the operation that is needed.",
            "Should I add, subtract, multiply or divide here? Name the"
            " operation with its noun.",
            "Choose addition, subtraction, multiplication or division for the problem below.",
        ),
    )  # fmt: skip
    if rng.random() < 0.4:
        return brief("which_operation", question, name, input=problem)
    return worked(rng, "which_operation", question, rng.choice(_REASONS[name]), name, input=problem)


def write_equation(rng: Random) -> Task:
    """A problem is put as an expression, which is then worked out."""
    a, b, c = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 20)
    p = person(rng)
    problem, text, value = rng.choice(
        (
            (f"{p.name} buys {a} pens for {b} euros each and a bag for {c} euros", f"{a} * {b} + {c}", a * b + c),
            (f"{a + c} birds sit in a tree and {c} fly away", f"{a + c} - {c}", a),
            (f"{a * b} sweets are shared by {b} children", f"{a * b} / {b}", a),
            (f"{p.name} walks {a} km to the lake, {b} km around it and {c} km home", f"{a} + {b} + {c}", a + b + c),
            (f"{p.name} has {a * b + c} euros and buys {a} books for {b} euros each", f"{a * b + c} - {a} * {b}", c),
        )
    )
    question = say(
        rng,
        (
            "Write one equation for this: {s}. What is the result?",
            "Turn the sentence into an equation and say what comes out: {s}.",
            "{S}. Write that as an equation. What is the result?",
            "{S}. How would you write this with numbers and signs, and what is the value?",
        ),
        s=problem, S=problem,
    )  # fmt: skip
    sign = next(sign for sign in "*/-+" if sign in text)
    lead = {
        "*": "The same amount is taken several times, so there is a product.",
        "/": "An amount is split into equal parts, so we divide.",
        "-": "Something is taken away, so we subtract.",
        "+": "The parts are put together, so we add.",
    }[sign]
    steps = rng.choice(("The equation is {t} = {v}.", "{lead}\nThe equation is {t} = {v}.", "{lead}\n{t} = {v}."))
    return worked(rng, "write_equation", question, steps.format(t=text, v=value, lead=lead), value, text)


def write_problem(rng: Random) -> Task:
    p, q = two_people(rng)
    t, k = rng.choice(SMALL), rng.choice(PACKS)
    kind = rng.choice("+-*/")
    a, b = rng.randint(3, 12), rng.randint(2, 9)
    first = {"+": a, "-": a + b, "*": a, "/": a * b}[kind]
    value = {"+": a + b, "-": a, "*": a * b, "/": a}[kind]
    equation = f"{first} {kind} {b}"
    question = say(
        rng,
        (
            "Write a short word problem for {e}.", "Make up a story that can be solved with {e}.",
            "I need a word problem for my"
            " class. It should use {e}.", "Invent a problem whose solution is {e} = {v}.",
            "Tell a tiny story for the sum {e}."
            if kind == "+"
            else "Tell a tiny story for {e}.", "Think of an everyday situation for {e} = {v} and put it into words.",
        ),
        e=equation, v=value,
    )  # fmt: skip
    story = say(
        rng,
        {
            "+": (
                "{p.name} has {x} {t.many}. {q.name} brings {b} more. How many {t.many} do they have together?",
                "{x} children are playing outside and {b} more join them. How many children are playing now?",
            ),
            "-": (
                "{p.name} has {x} {t.many} and gives {b} of them to {q.name}. How many does {p.name} keep?",
                "There are {x} rolls on the table. The family eats {b} of them. How many rolls are left?",
            ),
            "*": (
                "{p.name} fills {x} {k.many} and puts {b} {t.many} into each of them. How many {t.many} are packed?",
                "A ticket costs {b} euros. {p.name} buys {x} tickets. How much does {p.they} pay?",
            ),
            "/": (
                "{p.name} shares {x} {t.many} equally among {b} friends. How many does each friend get?",
                "{x} chairs stand in {b} equal rows. How many chairs are in a row?",
            ),
        }[kind],
        p=p, q=q, t=t, k=k, x=first, b=b,
    )  # fmt: skip
    if rng.random() < 0.5:
        story += f" ({equation} = {value})"
    return free("write_problem", question, story)


_IDEAS = {
    "an odd number": (
        "An odd number is a whole number that 2 does not divide. It ends in 1, 3, 5, 7 or 9. {e} is even, since"
        " 2 * {h} = {e}, so the next number is odd.",
        "A whole number is odd if one is left over when you put it into pairs. For example, 7 is three pairs and one"
        " more.",
    ),
    "a square number": (
        "A square number is a whole number multiplied by itself. {a} * {a} = {sq}, so {sq} is a square number.",
        "You get one when you multiply a whole number by itself. The first ones are 1, 4, 9, 16 and 25. They are"
        " called square because that many dots can be laid out as a square.",
    ),
    "the denominator": (
        "The denominator is the number below the line of a fraction. It says how many equal parts the whole has. In"
        " 2/5 the denominator is 5.",
        "It is the lower number of a fraction. In 3/8 it is 8, because the whole is cut into 8 equal parts.",
    ),
    "the median": (
        "The median is the value in the middle when the numbers are put in order. For 3, 8 and 20 it is 8.",
        "Sort the values and take the middle one. With 2, 5, 6, 9 and 30 the median is 6, and it would stay 6 if the"
        " 30 were a 300.",
    ),
    "an equation": (
        "An equation says that two sides are worth the same, with an equals sign between them. {a} + {b} = {ab} is an"
        " equation.",
        "It is a statement with an equals sign. Sometimes a number is missing, as in x + {b} = {ab}, and solving it"
        " means finding that x is {a}.",
    ),
    "a right angle": (
        "A right angle is a quarter of a full turn, which is 90 degrees. The corners of a sheet of paper are right"
        " angles.",
        "It is the angle between two lines that meet like the sides of a square. Four of them make a full turn, since"
        " 4 * 90 = 360.",
    ),
    "an even number": (
        "An even number can be split into two equal whole parts. It ends in 0, 2, 4, 6 or 8. For example, {e} is even"
        " because"
        " 2 * {h} = {e}.",
        "A whole number is even if 2 divides it with no remainder. {e} / 2 = {h}, so {e} is even.",
    ),
    "a prime number": (
        "A prime number has exactly two factors, 1 and itself. 7 is prime. {e} is not prime, because 2 * {h} = {e}.",
        "It is a number larger than 1 that only 1 and the number itself divide. The first ones are 2, 3, 5, 7 and 11.",
    ),
    "the perimeter": (
        "The perimeter is the distance all the way around a shape. For a rectangle of {a} cm by {b} cm we add the"
        " sides:"
        " {a} + {b} + {a} + {b} = {p} cm.",
        "It is the length of the edge. A square with a side of {a} cm has a perimeter of 4 * {a} = {q} cm.",
    ),
    "the area of a rectangle": (
        "The area tells how many unit squares cover the rectangle. Multiply length by width: {a} * {b} = {c}.",
        "It is length times width. A rectangle of {a} m by {b} m has an area of {a} * {b} = {c} square metres.",
    ),
    "an average": (
        "To find an average, add all the values and divide by how many there are. For {a} and {z} we get {a} + {z} ="
        " {s} and"
        " {s} / 2 = {m}.",
        "The average is the value everyone would have after sharing equally. With {a} and {z} the total is {s}, and"
        " {s} / 2 ="
        " {m}.",
    ),
    "a remainder": (
        "The remainder is what is left when a division does not come out exactly. {n} divided by {b} is {a} with"
        " remainder 1,"
        " because {a} * {b} = {c} and {n} - {c} = 1.",
        "It is the part that is too small to share. If {b} people share {n} cards, {c} cards are dealt and 1 remains.",
    ),
    "a multiple": (
        "A multiple of a number is what you get when you multiply it by a whole number. {c} is a multiple of {a},"
        " because {a} *"
        " {b} = {c}.",
        "The multiples of {a} are the numbers in its times table, such as 2 * {a} = {d} and {b} * {a} = {c}.",
    ),
    "a fraction": (
        "A fraction names parts of a whole. In 3/4 the 4 says that there are four equal parts and the 3 says that we"
        " take three.",
        "It is a part of something split equally. 1/2 of {e} is {e} / 2 = {h}.",
    ),
    "percent": (
        "Percent means out of one hundred. 50% is one half, so 50% of {e} is {e} / 2 = {h}.",
        "It is a fraction with 100 below the line. 25% is 25 out of 100, which is one quarter.",
    ),
    "a factor": (
        "A factor divides a number with no remainder. {a} is a factor of {c}, because {a} * {b} = {c}.",
        "Factors are the numbers that are multiplied. In {a} * {b} = {c} both {a} and {b} are factors of {c}.",
    ),
}  # fmt: skip


def explain_idea(rng: Random) -> Task:
    name = rng.choice(tuple(_IDEAS))
    question = say(
        rng,
        (
            "Explain what {n} is, with an example.", "What is {n}?",
            "My daughter asks what {n} is. What should I tell her?",
            "Can you tell me what {n} is? An example would help.", "How would you explain {n} to a pupil?",
            "Explain {n} in simple words.", "In one or two sentences, what do we mean by {n}?",
            "Define {n} for a ten year old.",
            "I forgot what {n} is. Remind me.",
        ),
        n=name,
    )  # fmt: skip
    a, b, h = rng.randint(3, 9), rng.randint(3, 9), rng.randint(4, 20)
    m = rng.randint(1, 6)
    output = say(
        rng, _IDEAS[name], a=a, b=b, c=a * b, d=2 * a, e=2 * h, h=h, p=2 * (a + b), q=4 * a, z=a + 2 * m,
        s=2 * a + 2 * m,
        m=a + m, n=a * b + 1, sq=a * a, ab=a + b,
    )  # fmt: skip
    return free("explain_idea", question, output)


def explain_method(rng: Random) -> Task:
    a, b = rng.randint(21, 69), rng.randint(12, 29)
    n, m = rng.randint(3, 9), rng.randint(12, 19)
    tens, ones = m // 10 * 10, m % 10
    question, output = rng.choice(
        (
            (
                rng.choice(("How do I add {a} and {b} in my head?", "Explain a way to add {a} and {b} without paper.")),
                "Add the tens and the ones one after the other. {a} + {bt} = {x}, and then {x} + {bo} = {s}.",
            ),
            (
                rng.choice(("How can I multiply {n} by {m} easily?", "Show a trick for {n} * {m}.")),
                "Split {m} into {t} and {o}. {n} * {t} = {y} and {n} * {o} = {z}. Now add: {y} + {z} = {w}.",
            ),
            (
                rng.choice(("How do you check that {s} - {b} = {a}?", "How can I be sure that {s} - {b} is {a}?")),
                "Use the opposite operation. Add {b} to the result: {a} + {b} = {s}. This is the number we started"
                " from, so it is"
                " right.",
            ),
            (
                rng.choice(("How do I find 10% of {r}?", "What is the quick way to get 10% of {r}, and 20%?")),
                "10% is one tenth, so divide by 10: {r} / 10 = {q}. For 20% double it: 2 * {q} = {u}.",
            ),
            (
                rng.choice(("Why is {n} * {k} the same as {k} * {n}?",
                    "Explain why {n} * {k} and {k} * {n} are equal.")),
                "Think of {n} rows with {k} dots. If you turn the page, you see {k} rows with {n} dots. The dots stay"
                " the same:"
                " {n} * {k} = {v} and {k} * {n} = {v}.",
            ),
            (
                rng.choice(("How do I multiply {a} by 10?", "What happens to {a} when it is multiplied by 10?")),
                "Every digit moves one place to the left and a 0 fills the ones. {a} * 10 = {ten}.",
            ),
        )
    )  # fmt: skip
    k = rng.randint(2, 9)
    q = rng.randint(2, 12)
    values = {
        "a": a, "b": b, "s": a + b, "bt": b // 10 * 10, "bo": b % 10, "x": a + b // 10 * 10, "n": n, "m": m, "t": tens,
        "o": ones, "y": n * tens,
        "z": n * ones,
        "w": n * m, "r": q * 10, "q": q, "u": 2 * q, "k": k, "v": n * k, "ten": a * 10,
    }  # fmt: skip
    return free("explain_method", question.format(**values), output.format(**values))


def fact_family(rng: Random) -> Task:
    a, b = rng.sample(range(2, 13), 2)
    times = rng.random() < 0.6
    c = a * b if times else a + b
    do, undo = ("*", "/") if times else ("+", "-")
    question = say(
        rng,
        (
            "Write the four equations that go with {a}, {b} and {c}.",
            "Use {a}, {b} and {c} to write all the facts you can with"
            " {do} and {undo}.", "{a} {do} {b} = {c}. Which three other facts follow?",
            "Give the fact family of {a}, {b}, {c}.",
        ),
        a=a, b=b, c=c, do=do, undo=undo,
    )  # fmt: skip
    facts = [f"{a} {do} {b} = {c}", f"{b} {do} {a} = {c}", f"{c} {undo} {a} = {b}", f"{c} {undo} {b} = {a}"]
    if "follow" in question:
        facts = facts[1:]
    return free("fact_family", question, rng.choice(("\n", ", ")).join(facts))


def list_multiples(rng: Random) -> Task:
    a, n = rng.randint(2, 12), rng.randint(3, 8)
    question = say(
        rng,
        (
            "List the first {n} multiples of {a}.", "Count in steps of {a}, {n} numbers, starting at {a}.",
            "Write {n} numbers of the {a} times table from the start.",
            "Give me the numbers from {a} up to {last} in steps of {a}.",
        ),
        a=a, n=n, last=a * n,
    )  # fmt: skip
    return brief("list_multiples", question, ", ".join(str(a * k) for k in range(1, n + 1)))


FAMILIES = named(
    which_operation, write_equation, write_problem, explain_idea, explain_method, fact_family, list_multiples
)  # fmt: skip
