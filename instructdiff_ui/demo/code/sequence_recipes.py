"""Recipes for sequences, conversions and dates."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from .program import SMALL, Kind, N, Recipe

PLACE = Kind((("n", "i"), ("count", "i")), "int", lambda rng: rng.randint(3, 9))
CELSIUS = Kind((("celsius", ""), ("c", ""), ("temperature", "")), "float", lambda rng: rng.randrange(-20, 45, 5))
AMOUNT = Kind((("seconds", ""), ("total", "")), "int", lambda rng: rng.randint(100, 9000))
CENTS = Kind((("cents", ""), ("amount", "")), "int", lambda rng: rng.randint(105, 2000))
ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
ROMAN_TEXT = 'pairs = [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]\n'


def _month(rng: Random) -> str:
    return f"{rng.randint(2020, 2030)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


DAY = Kind((("day", ""), ("text", ""), ("date_text", "")), "str", _month)


def fibonacci(count: int) -> list[int]:
    row = [0, 1]
    while len(row) < count:
        row.append(row[-1] + row[-2])
    return row[:count]


def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps


def roman(n: int) -> str:
    out = ""
    for value, sign in ROMAN:
        out += sign * (n // value)
        n %= value
    return out


SEQUENCES = (
    Recipe(
        "fibonacci fib_list fib_row",
        "list the first Fibonacci numbers, starting with 0 and 1",
        (PLACE,),
        "list[int]",
        (
            "row = [0, 1]\nwhile len(row) < P1:\n    row.append(row[-1] + row[-2])\nreturn row[:P1]",
            "row = []\na, b = 0, 1\nfor _ in range(P1):\n    row.append(a)\n    a, b = b, a + b\nreturn row",
        ),
        fibonacci,
        note="Each number is the sum of the two before it.",
    ),
    Recipe(
        "collatz_steps collatz steps_to_one",
        "count the steps to 1 if an even number is halved and an odd number n becomes 3n + 1",
        (N,),
        "int",
        (
            "steps = 0\nwhile P1 != 1:\n    if P1 % 2 == 0:\n        P1 //= 2\n    else:\n        P1 = 3 * P1 + 1\n"
            "    steps += 1\n"
            "return steps",
        ),
        collatz,
        note="This is known as the Collatz sequence.",
    ),
    Recipe(
        "triangle triangular triangle_numbers",
        "list the first triangle numbers, that is 1, 3, 6 and so on",
        (SMALL,),
        "list[int]",
        (
            "return [k * (k + 1) // 2 for k in range(1, P1 + 1)]",
            "result = []\ntotal = 0\nfor k in range(1, P1 + 1):\n    total += k\n    result.append(total)\n"
            "return result",
        ),
        lambda n: [k * (k + 1) // 2 for k in range(1, n + 1)],
    ),
    Recipe(
        "powers powers_of_K1 list_powers",
        "list the powers of K1, beginning with 1",
        (SMALL,),
        "list[int]",
        (
            "return [K1 ** i for i in range(P1)]",
            "result = [1]\nwhile len(result) < P1:\n    result.append(result[-1] * K1)\nreturn result",
        ),
        lambda n, k: [k**i for i in range(n)],
        ((2, 3, 5, 10),),
    ),
    Recipe(
        "multiples table_of_K1 multiples_of_K1",
        "list the first multiples of K1",
        (SMALL,),
        "list[int]",
        ("return [K1 * i for i in range(1, P1 + 1)]", "return list(range(K1, K1 * P1 + 1, K1))"),
        lambda n, k: [k * i for i in range(1, n + 1)],
        (range(3, 13),),
        ("My son learns the times table of K1. Make the first n entries of it.",),
    ),
    Recipe(
        "halves halve_down halving",
        "list a number and its halves, rounded down, until 1 is reached",
        (N,),
        "list[int]",
        ("result = [P1]\nwhile result[-1] > 1:\n    result.append(result[-1] // 2)\nreturn result",),
        lambda n: [n >> i for i in range(n.bit_length())],
        note="`//` divides and rounds down.",
    ),
    Recipe(
        "stars star_triangle steps_of_stars",
        'build a list of rows of the sign "K1", the first with one, the next with two and so on',
        (SMALL,),
        "list[str]",
        ('return ["K1" * i for i in range(1, P1 + 1)]',),
        lambda n, k: [k * i for i in range(1, n + 1)],
        (("*", "#", "o", "x", "+"),),
    ),
)

CONVERTING = (
    Recipe(
        "to_fahrenheit fahrenheit c_to_f",
        "turn degrees Celsius into degrees Fahrenheit",
        (CELSIUS,),
        "float",
        ("return P1 * 9 / 5 + 32", "return P1 * 1.8 + 32"),
        lambda c: c * 9 / 5 + 32,
        asks=("The oven shows Celsius but my recipe says Fahrenheit. Formula as a Python function, please.",),
        note="Water freezes at 0 degrees Celsius, which is 32 degrees Fahrenheit.",
    ),
    Recipe(
        "to_minutes minutes_seconds split_seconds",
        "split a number of seconds into full minutes and the seconds left",
        (AMOUNT,),
        "tuple[int, int]",
        ("return P1 // 60, P1 % 60", "return divmod(P1, 60)", "minutes = P1 // 60\nreturn minutes, P1 - minutes * 60"),
        lambda s: divmod(s, 60),
        note="`divmod` gives the quotient and the rest at once.",
    ),
    Recipe(
        "clock clock_time to_clock",
        'write a number of minutes as hours and minutes, such as "2:05"',
        (Kind((("minutes", ""), ("total", "")), "int", lambda rng: rng.randint(61, 600)),),
        "str",
        ('return f"{P1 // 60}:{P1 % 60:02d}"', 'hours, rest = divmod(P1, 60)\nreturn f"{hours}:{rest:02d}"'),
        lambda m: f"{m // 60}:{m % 60:02d}",
        asks=("A film lasts 125 minutes. Show such a length like 2:05.",),
        note="`:02d` writes at least two digits.",
    ),
    Recipe(
        "to_roman roman_number roman",
        "write a number from 1 to 39 in Roman numerals",
        (N,),
        "str",
        (ROMAN_TEXT + 'result = ""\nfor value, sign in pairs:\n    while P1 >= value:\n        result += sign\n'
                      '        P1 -= value\nreturn result',
         ROMAN_TEXT + 'result = ""\nfor value, sign in pairs:\n    result += sign * (P1 // value)\n    P1 %= value\n'
                      'return result'),
        roman,
        note="The signs are tried from the largest to the smallest.",
    ),
    Recipe(
        "price_text format_price in_euros",
        'write an amount of cents as a price with two decimals, such as "3.50 K1"',
        (CENTS,),
        "str",
        ('return f"{P1 / 100:.2f} K1"',),
        lambda c, k: f"{c / 100:.2f} {k}",
        (("euros", "dollars", "pounds"),),
        note="`.2f` always shows two digits after the point.",
    ),
    Recipe(
        "clamp limit_value keep_inside",
        "limit a number to the range from K1 to K2",
        (N,),
        "int",
        ("return max(K1, min(P1, K2))", "if P1 < K1:\n    return K1\nif P1 > K2:\n    return K2\nreturn P1"),
        lambda n, low, high: max(low, min(n, high)),
        (range(3, 10), range(12, 26)),
        ("The volume knob goes from K1 to K2. Values outside must snap to the nearer end.",),
    ),
    Recipe(
        "grade to_grade mark",
        'give "pass" for at least K1 points and "fail" otherwise',
        (N,),
        "str",
        ('return "pass" if P1 >= K1 else "fail"', 'if P1 >= K1:\n    return "pass"\nreturn "fail"'),
        lambda n, k: "pass" if n >= k else "fail",
        (range(8, 22),),
    ),
)  # fmt: skip

DATES = (
    Recipe(
        "weekday_name day_name name_of_day",
        'get the weekday name of a date given as text like "2024-05-17"',
        (DAY,),
        "str",
        (
            'names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]\nreturn names[date.fromisoformat(P1).weekday()]',
            'return date.fromisoformat(P1).strftime("%a")',
        ),
        lambda s: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[date.fromisoformat(s).weekday()],
        note="`weekday` counts from Monday, which is 0. Short names are used.",
        imports="from datetime import date",
    ),
    Recipe(
        "add_days later shift_date",
        "find the date K1 days after a date given as ISO text",
        (DAY,),
        "str",
        (
            "later = date.fromisoformat(P1) + timedelta(days=K1)\nreturn later.isoformat()",
            "return str(date.fromisoformat(P1) + timedelta(days=K1))",
        ),
        lambda s, k: str(date.fromisoformat(s) + timedelta(days=k)),
        (range(2, 60),),
        ("Books are lent for K1 days. From the day of lending, get the day they are due, both as ISO text.",),
        "A `timedelta` is a length of time.",
        "from datetime import date, timedelta",
    ),
    Recipe(
        "year_of get_year which_year",
        'get the year of a date text like "2024-05-17" as a number, without imports',
        (DAY,),
        "int",
        ("return int(P1[:4])", 'return int(P1.split("-")[0])', 'year, month, day = P1.split("-")\nreturn int(year)'),
        lambda s: int(s[:4]),
    ),
    Recipe(
        "turn_date day_first european",
        'turn a date text like "2024-05-17" into "17.05.2024"',
        (DAY,),
        "str",
        (
            'year, month, day = P1.split("-")\nreturn f"{day}.{month}.{year}"',
            'return ".".join(reversed(P1.split("-")))',
        ),
        lambda s: ".".join(s.split("-")[::-1]),
        asks=("Our files say 2024-05-17, but the boss wants 17.05.2024. Convert one such text.",),
    ),
    Recipe(
        "is_weekend weekend free_day",
        "check whether a date given as ISO text is a Saturday or a Sunday",
        (DAY,),
        "bool",
        ("return date.fromisoformat(P1).weekday() >= 5", "return date.fromisoformat(P1).isoweekday() in (6, 7)"),
        lambda s: date.fromisoformat(s).weekday() >= 5,
        note="`weekday` gives 5 for Saturday and 6 for Sunday.",
        imports="from datetime import date",
    ),
    Recipe(
        "days_between gap days_apart",
        "count the days between two dates given as ISO text",
        (DAY, Kind((("other", ""), ("end", "")), "str", _month)),
        "int",
        ("start = date.fromisoformat(P1)\nstop = date.fromisoformat(P2)\nreturn abs((stop - start).days)",),
        lambda s, t: abs((date.fromisoformat(t) - date.fromisoformat(s)).days),
        asks=("How long until the holiday? Two ISO dates in, a number of days out.",),
        note="The difference of two dates has the field `days`.",
        imports="from datetime import date",
    ),
)
