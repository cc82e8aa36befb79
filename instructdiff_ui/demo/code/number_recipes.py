"""Recipes for functions over numbers: primes, digits, sequences, recursion, bits, conversion, dates."""

from __future__ import annotations

import math

from .program import BIG, SMALL, Kind, N, Recipe

PLACE = Kind((("n", "i"), ("count", "i")), "int", lambda rng: rng.randint(3, 9))
OTHER = Kind((("b", ""), ("m", ""), ("other", "")), "int", lambda rng: rng.randint(2, 30))
YEAR = Kind((("year", ""), ("y", "")), "int", lambda rng: rng.choice((1900, 2000, *range(1990, 2031))))


BINARY = Kind((("bits", "bit"), ("text", "digit")), "str", lambda rng: bin(rng.randint(2, 40))[2:])


def primes(limit: int) -> list[int]:
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, n))]


def fibonacci(count: int) -> list[int]:
    row = [0, 1]
    while len(row) < count:
        row.append(row[-1] + row[-2])
    return row[:count]


def fizz(n: int, a: int, b: int) -> str:
    return ("Fizz" * (n % a == 0) + "Buzz" * (n % b == 0)) or str(n)


DIVIDING = (
    Recipe(
        "is_prime prime check_prime",
        "check whether a number is prime",
        (N,),
        "bool",
        (
            "if P1 < 2:\n    return False\nfor d in range(2, P1):\n    if P1 % d == 0:\n        return False\n"
            "return True",
            "return P1 > 1 and all(P1 % d for d in range(2, P1))",
            "if P1 < 2:\n    return False\nd = 2\nwhile d * d <= P1:\n    if P1 % d == 0:\n        return False\n"
            "    d += 1\n"
            "return True",
        ),
        lambda n: n > 1 and all(n % d for d in range(2, n)),
        asks=("A prime has no divisor except 1 and itself. Please test a number for that.",),
        note="1 is not a prime number.",
    ),
    Recipe(
        "primes_up_to list_primes primes",
        "list all prime numbers up to a given number",
        (N,),
        "list[int]",
        (
            "result = []\nfor k in range(2, P1 + 1):\n    if all(k % p for p in result):\n        result.append(k)\n"
            "return result",
            "return [k for k in range(2, P1 + 1) if all(k % d for d in range(2, k))]",
        ),
        primes,
        note="It is enough to test the smaller primes as divisors.",
    ),
    Recipe(
        "gcd greatest_divisor common_divisor",
        "find the greatest common divisor of two numbers",
        (N, OTHER),
        "int",
        (
            "while P2:\n    P1, P2 = P2, P1 % P2\nreturn P1",
            "if P2 == 0:\n    return P1\nreturn FN(P2, P1 % P2)",
        ),
        math.gcd,
        asks=("I must shorten fractions. For that I need the largest number that divides both parts.",),
        note="This is the method of Euclid.",
    ),
    Recipe(
        "lcm common_multiple least_multiple",
        "find the least common multiple of two numbers",
        (N, OTHER),
        "int",
        ("result = P1\nwhile result % P2 != 0:\n    result += P1\nreturn result",),
        math.lcm,
        asks=("Two buses leave now, one every a minutes, one every b minutes. When do they leave together again?",),
        note="The loop walks through the multiples of the first number.",
    ),
    Recipe(
        "divisors factors all_divisors",
        "list all divisors of a number",
        (N,),
        "list[int]",
        (
            "return [d for d in range(1, P1 + 1) if P1 % d == 0]",
            "result = []\nfor d in range(1, P1 + 1):\n    if P1 % d == 0:\n        result.append(d)\nreturn result",
        ),
        lambda n: [d for d in range(1, n + 1) if n % d == 0],
    ),
    Recipe(
        "is_leap leap_year check_leap",
        "check whether a year is a leap year",
        (YEAR,),
        "bool",
        (
            "return P1 % 4 == 0 and (P1 % 100 != 0 or P1 % 400 == 0)",
            "if P1 % 400 == 0:\n    return True\nif P1 % 100 == 0:\n    return False\nreturn P1 % 4 == 0",
        ),
        lambda y: y % 4 == 0 and (y % 100 != 0 or y % 400 == 0),
        asks=("February has 29 days in some years. Tell me for a year whether it is one of them.",),
        note="Full centuries are leap years only if 400 divides them.",
    ),
    Recipe(
        "fizzbuzz fizz say_number",
        'give "Fizz" for multiples of K1, "Buzz" for multiples of K2, "FizzBuzz" for both and else the number as text',
        (N,),
        "str",
        (
            'if P1 % K1 == 0 and P1 % K2 == 0:\n    return "FizzBuzz"\nif P1 % K1 == 0:\n    return "Fizz"\n'
            'if P1 % K2 == 0:\n    return "Buzz"\nreturn str(P1)',
            'word = ""\nif P1 % K1 == 0:\n    word += "Fizz"\nif P1 % K2 == 0:\n    word += "Buzz"\n'
            "return word or str(P1)",
        ),
        fizz,
        ((2, 3, 4), (5, 7)),
        note="The case of both must come first, or it is never reached.",
    ),
    Recipe(
        "is_perfect perfect equals_divisor_sum",
        "check whether a number is the sum of its smaller divisors",
        (Kind(N.names, "int", lambda rng: rng.choice((6, 28, 12, 8, 10, 15))),),
        "bool",
        ("return sum(d for d in range(1, P1) if P1 % d == 0) == P1",),
        lambda n: sum(d for d in range(1, n) if n % d == 0) == n,
        note="Such numbers are called perfect, for example 6 = 1 + 2 + 3.",
    ),
)

DIGITS = (
    Recipe(
        "digit_sum sum_digits add_digits",
        "add up the digits of a number",
        (BIG,),
        "int",
        (
            "return sum(int(V1) for V1 in str(P1))",
            "total = 0\nwhile P1 > 0:\n    total += P1 % 10\n    P1 //= 10\nreturn total",
        ),
        lambda n: sum(map(int, str(n))),
        asks=("For 482 I want 4 + 8 + 2. Please write that for any positive whole number.",),
        note="`% 10` gives the last digit and `// 10` removes it.",
    ),
    Recipe(
        "digits to_digits split_number",
        "split a number into the list of its digits",
        (BIG,),
        "list[int]",
        ("return [int(V1) for V1 in str(P1)]", "return list(map(int, str(P1)))"),
        lambda n: [int(d) for d in str(n)],
    ),
    Recipe(
        "reverse_number turn_digits mirrored",
        "reverse the digits of a number",
        (BIG,),
        "int",
        (
            "return int(str(P1)[::-1])",
            "result = 0\nwhile P1 > 0:\n    result = result * 10 + P1 % 10\n    P1 //= 10\nreturn result",
        ),
        lambda n: int(str(n)[::-1]),
        note="A zero at the end disappears, since 0012 is 12.",
    ),
    Recipe(
        "largest_digit biggest_digit top_digit",
        "find the largest digit of a number",
        (BIG,),
        "int",
        ("return max(int(V1) for V1 in str(P1))", "return int(max(str(P1)))"),
        lambda n: int(max(str(n))),
    ),
    Recipe(
        "digital_root single_digit repeated_sum",
        "add up the digits of a number again and again until one digit is left",
        (BIG,),
        "int",
        ("while P1 > 9:\n    P1 = sum(int(V1) for V1 in str(P1))\nreturn P1",),
        lambda n: 1 + (n - 1) % 9,
        note="The loop ends as soon as the number is below 10.",
    ),
    Recipe(
        "to_binary binary as_bits",
        "write a positive number in binary without using bin",
        (N,),
        "str",
        ('bits = ""\nwhile P1 > 0:\n    bits = str(P1 % 2) + bits\n    P1 //= 2\nreturn bits',),
        lambda n: bin(n)[2:],
        note="The rest after division by 2 is the last binary digit.",
    ),
    Recipe(
        "from_binary binary_value read_bits",
        "turn a text of binary digits into a number",
        (BINARY,),
        "int",
        ("return int(P1, 2)", "value = 0\nfor V1 in P1:\n    value = value * 2 + int(V1)\nreturn value"),
        lambda s: int(s, 2),
        note="`int` takes the base as its second argument.",
    ),
    Recipe(
        "count_ones bit_count ones",
        "count the ones in the binary form of a number",
        (N,),
        "int",
        ('return bin(P1).count("1")', "count = 0\nwhile P1:\n    count += P1 & 1\n    P1 >>= 1\nreturn count"),
        lambda n: bin(n).count("1"),
        note="`P1 & 1` looks at the last bit and `>>=` shifts it away.",
    ),
    Recipe(
        "is_power_of_two power_of_two only_one_bit",
        "check whether a positive number is a power of two",
        (Kind(N.names, "int", lambda rng: rng.choice((2, 4, 8, 16, 32, 6, 12, 20, 24))),),
        "bool",
        ("return P1 > 0 and P1 & (P1 - 1) == 0", "while P1 % 2 == 0:\n    P1 //= 2\nreturn P1 == 1"),
        lambda n: n & (n - 1) == 0,
        note="A power of two has a single 1 in binary.",
    ),
)

RECURSION = (
    Recipe(
        "factorial fact product_to",
        "compute the factorial of a number with recursion",
        (PLACE,),
        "int",
        ("if P1 <= 1:\n    return 1\nreturn P1 * FN(P1 - 1)", "return 1 if P1 < 2 else P1 * FN(P1 - 1)"),
        math.factorial,
        asks=("How many ways are there to line up n people? Solve it with a function that calls itself.",),
        note="Every recursion needs a case where it stops, here 1.",
    ),
    Recipe(
        "fib fibonacci fib_number",
        "compute the Fibonacci number at a given place with recursion, where place 0 is 0 and place 1 is 1",
        (PLACE,),
        "int",
        ("if P1 < 2:\n    return P1\nreturn FN(P1 - 1) + FN(P1 - 2)",),
        lambda n: fibonacci(n + 1)[n],
        note="Each number is the sum of the two before it. The calls get slow for large numbers.",
    ),
    Recipe(
        "sum_to add_to total_to",
        "add the numbers from 1 to a given number with recursion",
        (N,),
        "int",
        ("if P1 == 0:\n    return 0\nreturn P1 + FN(P1 - 1)",),
        lambda n: n * (n + 1) // 2,
        asks=("No loop allowed: 1 + 2 + ... + n by recursion.",),
    ),
    Recipe(
        "power raise_to pow_by_hand",
        "raise K1 to a given whole power without the operator **",
        (SMALL,),
        "int",
        (
            "if P1 == 0:\n    return 1\nreturn K1 * FN(P1 - 1)",
            "result = 1\nfor _ in range(P1):\n    result *= K1\nreturn result",
        ),
        lambda n, k: k**n,
        ((2, 3, 4, 5, 10),),
        note="Any number to the power 0 is 1.",
    ),
    Recipe(
        "countdown count_down down_to_one",
        "build the list of numbers from a given number down to 1 with recursion",
        (SMALL,),
        "list[int]",
        ("if P1 == 0:\n    return []\nreturn [P1] + FN(P1 - 1)",),
        lambda n: list(range(n, 0, -1)),
    ),
    Recipe(
        "count_digits digit_count how_many_digits",
        "count the digits of a positive number with recursion",
        (BIG,),
        "int",
        ("if P1 < 10:\n    return 1\nreturn 1 + FN(P1 // 10)",),
        lambda n: len(str(n)),
        note="`// 10` takes the last digit away.",
    ),
)
