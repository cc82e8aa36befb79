"""Numbers themselves: comparing, ordering, rounding, parity, divisors, sequences, place value, riddles."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import person, words
from .texts import brief, listing, named, say, upper_first, worked


def largest_or_smallest(rng: Random) -> Task:
    numbers = rng.sample(range(3, 100), rng.randint(3, 6))
    largest = rng.random() < 0.5
    word, other = ("largest", "biggest") if largest else ("smallest", "lowest")
    answer = max(numbers) if largest else min(numbers)
    question = say(
        rng,
        (
            "Which of these numbers is the {w}?", "Find the {w} number in the list.",
            "Tell me the {o} of these values.",
            "Here are the points of some players. What is the {o} score?",
            "Look at the temperatures. Which one is the {o}?",
            "Pick out the {w} number.",
        ),
        w=word, o=other,
    )  # fmt: skip
    text = rng.choice((", ", " ", "; ", "\n")).join(map(str, numbers))
    if rng.random() < 0.5:
        return brief("largest_or_smallest", question, answer, str(answer), input=text)
    steps = say(
        rng,
        ("In order the numbers are {s}.", "Sorted: {s}. We want the {w}.", "Every other number is {c} than {a}."),
        s=", ".join(map(str, sorted(numbers))), w=word, a=answer, c="smaller" if largest else "larger",
    )  # fmt: skip
    return worked(rng, "largest_or_smallest", question, steps, answer, str(answer), input=text)


def put_in_order(rng: Random) -> Task:
    numbers = rng.sample(range(2, 200 if rng.random() < 0.3 else 60), rng.randint(3, 6))
    up = rng.random() < 0.6
    if numbers == sorted(numbers, reverse=not up):
        numbers = numbers[1:] + numbers[:1]
    answer = ", ".join(map(str, sorted(numbers, reverse=not up)))
    question = say(
        rng,
        (
            "Put these numbers in order from {d}.", "Sort the list from {d}.", "Write the numbers again, {d}.",
            "The cards below fell on the floor. Line them up from {d}.", "Arrange from {d}.",
        ),
        d="smallest to largest" if up else "largest to smallest",
    )  # fmt: skip
    text = ", ".join(map(str, numbers))
    if rng.random() < 0.4:
        return brief("put_in_order", f"{question[:-1]}: {text}", answer)
    if rng.random() < 0.5:
        return brief("put_in_order", question, answer, input=text)
    first = answer.split(", ")[0]
    steps = f"The {'smallest' if up else 'largest'} is {first}, so it comes first. Then we go on with the others."
    return worked(rng, "put_in_order", question, steps, answer, input=text)


def rounding(rng: Random) -> Task:
    unit = rng.choice((10, 10, 10, 100))
    n = rng.randint(11, 99) if unit == 10 else rng.randint(110, 990)
    n += n % unit == 0
    low = n // unit * unit
    up = n - low >= unit / 2
    answer = low + unit if up else low
    question = say(
        rng,
        (
            "Round {n} to the nearest {u}.", "What is {n} rounded to the nearest {u}?",
            "{n} people came. About how many is"
            " that, to the nearest {u}?", "Give {n} to the nearest {u}.",
            "The walk is {n} km. Round this to the nearest {u}.",
            "Which multiple of {u} is closest to {n}?",
        ),
        n=n, u="ten" if unit == 10 else "hundred",
    ).replace("multiple of ten", "multiple of 10").replace("multiple of hundred", "multiple of 100")  # fmt: skip
    steps = say(
        rng,
        (
            "{n} lies between {l} and {h}.\nThe distances are {n} - {l} = {x} and {h} - {n} = {y}, so we go {d}.",
            "Its neighbours are {l} and {h}.\n{why}",
        ),
        n=n, l=low, h=low + unit, x=n - low, y=low + unit - n, d="up" if up else "down",
        why=f"{n - low} is {'half or more' if up else 'less than half'} of {unit}, so we round"
            f" {'up' if up else 'down'}.",
    )  # fmt: skip
    return worked(rng, "rounding", question, steps, answer, str(answer))


def even_or_odd(rng: Random) -> Task:
    n = rng.randint(3, 300)
    answer = "odd" if n % 2 else "even"
    question = say(
        rng,
        (
            "Is {n} even or odd?", "Even or odd: {n}?", "Say whether {n} is an even or an odd number.",
            "{n} children want to walk in pairs. Is the number even or odd?",
            "Decide if {n} is odd or even and give the reason.",
        ),
        n=n,
    )  # fmt: skip
    if "reason" not in question and rng.random() < 0.3:
        return brief("even_or_odd", question, answer.capitalize(), stop=".")
    steps = say(
        rng,
        (
            "The last digit of {n} is {d}, which is {a}.",
            "We look at the last digit only: {d}.",
            "{h} * 2 = {e}, so {n} can be split in two equal parts." if n % 2 == 0 else "{h} * 2 = {e}, and 1 is left"
                " over.",
        ),
        n=n, d=n % 10, a=answer, h=n // 2, e=n // 2 * 2,
    )  # fmt: skip
    return worked(rng, "even_or_odd", question, steps, answer)


def divisible(rng: Random) -> Task:
    d = rng.choice((2, 3, 4, 5, 6, 7, 8, 9, 10))
    q, r = rng.randint(3, 12), rng.choice((0, 0, rng.randint(1, d - 1)))
    n = d * q + r
    question = say(
        rng,
        (
            "Is {n} divisible by {d}?", "Can {n} be divided by {d} without a remainder?", "Is {n} a multiple of {d}?",
            "Does {d} go into {n} exactly? Answer yes or no.",
            "{n} pupils, teams of {d}: does everyone find a full team?",
            "Can I pack {n} eggs in boxes of {d} so that every box is full?", "Is {n} in the {d} times table?",
        ),
        n=n, d=d,
    )  # fmt: skip
    if r == 0:
        steps = say(rng, ("{d} * {q} = {n}, so nothing is left over.", "{n} / {d} = {q} exactly."), n=n, d=d, q=q)
    else:
        steps = say(
            rng,
            ("{d} * {q} = {m} and {n} - {m} = {r}, so {r} is left over.",
            "{m} is a multiple of {d} and so is {k}, but {n} lies between them."),
            n=n, d=d, q=q, m=d * q, r=r, k=d * q + d,
        )  # fmt: skip
    return worked(rng, "divisible", question, steps, "no" if r else "yes")


def next_number(rng: Random) -> Task:
    kind = rng.choice(("up", "up", "down", "double"))
    d = rng.randint(2, 12)
    if kind == "double":
        a, d = rng.randint(1, 9), 2
        run = [a * 2**k for k in range(5)]
        why = f"Each number is twice the one before.\n{run[3]} * 2 = {run[4]}."
        check = f"{run[3]} * 2"
    else:
        a = rng.randint(1, 30)
        run = [a + d * k for k in range(5)][:: -1 if kind == "down" else 1]
        sign = "-" if kind == "down" else "+"
        check = f"{run[3]} {sign} {d}"
        change = f"{run[0]} - {run[1]} = {d}" if kind == "down" else f"{run[1]} - {run[0]} = {d}"
        why = rng.choice(
            (
                f"The step is {change}, and the numbers go {kind}.\n{check} = {run[4]}.",
                f"The numbers go {kind} by {d} each time.\n{check} = {run[4]}.",
            )
        )
    question = say(
        rng,
        (
            "What comes next: {r}, ...?", "Find the next number of the sequence {r}.",
            "{r}, __ Fill in the next number.",
            "A pattern starts {r}. Which number follows?", "Continue with one more number: {r}.",
            "A clock shows these numbers one after another: {r}. What will it show next?",
        ),
        r=", ".join(map(str, run[:4])),
    )  # fmt: skip
    return worked(rng, "next_number", question, why, run[4], check)


def place_value(rng: Random) -> Task:
    n = rng.randint(111, 999)
    place, size = rng.choice((("hundreds", 100), ("tens", 10), ("ones", 1)))
    digit = n // size % 10
    question = say(
        rng,
        (
            "Which digit of {n} is in the {p} place?", "What is the {p} digit in {n}?",
            "In the number {n}, which digit stands"
            " for the {p}?", "How many {p} does the number {n} show in its {p} place?", "Name the {p} digit: {n}.",
        ),
        n=n, p=place,
    )  # fmt: skip
    if rng.random() < 0.3:
        return brief("place_value", question, digit, str(digit))
    steps = say(
        rng,
        (
            "{n} = {h} + {t} + {o}, that is {a} hundreds, {b} tens and {c} ones.",
            "From left to right the digits {a}, {b}, {c} are the hundreds, tens and ones.",
        ),
        n=n, h=n // 100 * 100, t=n // 10 % 10 * 10, o=n % 10, a=n // 100, b=n // 10 % 10, c=n % 10,
    )  # fmt: skip
    return worked(rng, "place_value", question, steps, digit, str(digit))


def words_and_figures(rng: Random) -> Task:
    n = rng.choice((rng.randint(13, 99), rng.randint(101, 999)))
    if rng.random() < 0.5:
        question = say(
            rng,
            ("Write {w} in figures.", "Which number is {w}?", "{W}: write it with digits.",
            "A cheque says \"{w}\". What is it in figures?"),
            w=words(n), W=upper_first(words(n)),
        )  # fmt: skip
        return brief("words_and_figures", question, n, str(n), stop=rng.choice(("", ".")))
    question = say(
        rng, ("Write {n} in words.", "How do you say {n}?", "Spell out the number {n}.", "What is {n} in words?"), n=n
    )
    return brief("words_and_figures", question, words(n), stop=rng.choice(("", ".")))


def factors(rng: Random) -> Task:
    n = rng.choice(
        (6, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 22, 24, 25, 26, 27, 28, 30, 32, 33, 34, 35, 36, 38, 39, 40)
    )
    divisors = [d for d in range(1, n + 1) if n % d == 0]
    question = say(
        rng,
        (
            "List all the factors of {n}.", "Which whole numbers divide {n} exactly?",
            "What are the factors of {n}, in order?",
            "Find every number that goes into {n} with no remainder.",
            "{n} chairs are set in equal rows. Which numbers of rows"
            " are possible?",
        ),
        n=n,
    )  # fmt: skip
    pairs = [f"{d} * {n // d} = {n}" for d in divisors if d * d <= n]
    steps = rng.choice(("Look for pairs: ", "The pairs are ", "We have ")) + listing(pairs) + "."
    return worked(rng, "factors", question, steps, listing(divisors))


def prime(rng: Random) -> Task:
    n = rng.randint(5, 60)
    divisor = next(d for d in range(2, n + 1) if n % d == 0)
    question = say(
        rng,
        ("Is {n} a prime number?", "Prime or not: {n}?", "Tell me if {n} is prime, with a reason.",
        "Does {n} have other factors than 1 and itself, or is it prime? Say yes if it is prime, no if it is not."),
        n=n,
    )  # fmt: skip
    if divisor == n:
        steps = rng.choice(
            (f"Only 1 and {n} divide {n}.", f"No smaller number except 1 goes into {n} without a remainder.")
        )
    else:
        steps = f"{divisor} * {n // divisor} = {n}, so {n} has more factors than 1 and itself."
    answer = "yes" if divisor == n else "no"
    if question.startswith("Prime or"):
        answer = "prime" if divisor == n else "not prime"
    return worked(rng, "prime", question, steps, answer)


def riddle(rng: Random) -> Task:
    n, a, b = rng.randint(2, 12), rng.randint(2, 9), rng.randint(2, 20)
    r = n * a + b
    question = say(
        rng,
        (
            "I think of a number, multiply it by {a} and add {b}. I get {r}. What is my number?",
            "{p.name} says: take my number {a} times, then add {b}, and you reach {r}. Which number has {p.they}"
            " chosen?",
            "A secret number was multiplied by {a}. Then {b} was added and the result was {r}. Find the secret number.",
            "{r} is {b} more than {a} times a certain number. Which one?",
            "Guess the number! {a} times the number, plus {b}, makes {r}.",
        ),
        p=person(rng), a=a, b=b, r=r,
    )  # fmt: skip
    steps = say(
        rng,
        (
            "Go backwards. First take away {b}: {r} - {b} = {m}.\nThen divide by {a}: {m} / {a} = {n}.",
            "{r} - {b} = {m}.\n{m} / {a} = {n}.\nCheck: {a} * {n} = {m} and {m} + {b} = {r}.",
        ),
        a=a, b=b, r=r, m=r - b, n=n,
    )  # fmt: skip
    return worked(rng, "riddle", question, steps, n, f"({r} - {b}) / {a}")


FAMILIES = named(
    largest_or_smallest, put_in_order, rounding, even_or_odd, divisible, next_number, place_value, words_and_figures,
    factors, prime, riddle,
)  # fmt: skip
