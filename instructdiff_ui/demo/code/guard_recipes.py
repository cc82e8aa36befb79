"""Recipes for matrices, stacks and functions that guard against bad input."""

from __future__ import annotations

from random import Random

from .program import FEW, GRID, NUMS, STRINGS, WORD, Kind, N, Recipe
from .words import CITIES, NAMES, ints


def _maybe_number(rng: Random) -> str:
    return rng.choice((str(rng.randint(1, 99)), rng.choice(("abc", "ten", "", "1.5", "x7"))))


def _brackets(rng: Random) -> str:
    return rng.choice(("()", "(())", "()()", "(()", "())", ")(", "(()())", "((", "()(())", "())("))


def _paired(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def _is_int(text: str) -> bool:
    return text.isdigit()


def _collapse(xs: list[int]) -> list[int]:
    stack: list[int] = []
    for x in xs:
        if stack and stack[-1] == x:
            stack.pop()
        else:
            stack.append(x)
    return stack


MAYBE = Kind((("text", ""), ("value", ""), ("entry", "")), "str", _maybe_number)
BRACKETS = Kind((("text", "char"), ("s", "c")), "str", _brackets)
DIVISOR = Kind((("b", ""), ("divisor", ""), ("parts", "")), "int", lambda rng: rng.choice((0, 2, 3, 4, 5)))
INDEX = Kind((("index", ""), ("place", ""), ("i", "")), "int", lambda rng: rng.randint(0, 6))

GRIDS = (
    Recipe(
        "transpose flip columns",
        "swap the rows and columns of a matrix",
        (GRID,),
        "list[list[int]]",
        ("return [list(column) for column in zip(*P1)]", "return [[V1[i] for V1 in P1] for i in range(len(P1[0]))]"),
        lambda m: [list(c) for c in zip(*m, strict=True)],
        note="The star hands each row to `zip` as its own argument.",
    ),
    Recipe(
        "row_sums sums_of_rows add_rows",
        "compute the sum of each row of a matrix",
        (GRID,),
        "list[int]",
        ("return [sum(V1) for V1 in P1]", "return list(map(sum, P1))"),
        lambda m: [sum(r) for r in m],
        asks=("Each row holds one week of sales. Give the sum per week for such a list of lists.",),
    ),
    Recipe(
        "column_sums sums_of_columns add_columns",
        "compute the sum of each column of a matrix",
        (GRID,),
        "list[int]",
        ("return [sum(column) for column in zip(*P1)]",),
        lambda m: [sum(c) for c in zip(*m, strict=True)],
        note="`zip(*P1)` walks over the columns.",
    ),
    Recipe(
        "flatten to_list flat",
        "turn a list of lists into one flat list",
        (GRID,),
        "list[int]",
        (
            "return [x for V1 in P1 for x in V1]",
            "result = []\nfor V1 in P1:\n    result.extend(V1)\nreturn result",
            "return sum(P1, [])",
        ),
        lambda m: [x for r in m for x in r],
        note="The two `for` parts are read from left to right.",
    ),
    Recipe(
        "largest_cell grid_max top_value",
        "find the largest number in a matrix",
        (GRID,),
        "int",
        ("return max(max(V1) for V1 in P1)", "return max(x for V1 in P1 for x in V1)"),
        lambda m: max(map(max, m)),
    ),
    Recipe(
        "diagonal main_diagonal from_corner",
        "get the main diagonal of a square matrix",
        (Kind(GRID.names, "list[list[int]]", lambda rng: [ints(rng, 1, 9, most=3) for _ in range(3)]),),
        "list[int]",
        ("return [P1[i][i] for i in range(len(P1))]", "return [V1[i] for i, V1 in enumerate(P1)]"),
        lambda m: [m[i][i] for i in range(len(m))],
    ),
    Recipe(
        "make_grid empty_board zero_rows",
        "build a matrix of zeros with a given number of rows and K1 columns",
        (Kind((("rows", ""), ("n", ""), ("height", "")), "int", lambda rng: rng.randint(1, 3)),),
        "list[list[int]]",
        ("return [[0] * K1 for _ in range(P1)]",),
        lambda n, k: [[0] * k for _ in range(n)],
        ((2, 3, 4),),
        ("For a board game I need rows of K1 zeros each. The number of rows is the argument.",),
        "`[[0] * K1] * P1` would repeat the same row object.",
    ),
    Recipe(
        "scale times_K1 multiply_grid",
        "multiply every number of a matrix by K1",
        (GRID,),
        "list[list[int]]",
        ("return [[x * K1 for x in V1] for V1 in P1]",),
        lambda m, k: [[x * k for x in r] for r in m],
        (range(2, 10),),
    ),
)

STACKS = (
    Recipe(
        "is_balanced balanced brackets_ok",
        "check whether every opening bracket in a text is closed",
        (BRACKETS,),
        "bool",
        (
            'depth = 0\nfor V1 in P1:\n    if V1 == "(":\n        depth += 1\n    elif V1 == ")":\n        depth -= 1\n'
            "    if depth < 0:\n        return False\nreturn depth == 0",
            'stack = []\nfor V1 in P1:\n    if V1 == "(":\n        stack.append(V1)\n    elif not stack:\n'
            "        return False\n"
            "    else:\n        stack.pop()\nreturn not stack",
        ),
        _paired,
        asks=("Formulas like `(()` are broken. Write the check for round brackets.",),
        note="A closing bracket without a partner fails at once.",
    ),
    Recipe(
        "reverse_with_stack unstack turn_over",
        "reverse a list with a stack",
        (NUMS,),
        "list[int]",
        ("stack = list(P1)\nresult = []\nwhile stack:\n    result.append(stack.pop())\nreturn result",),
        lambda xs: xs[::-1],
        note="What went on last comes off first.",
    ),
    Recipe(
        "serve queue_order take_turns",
        "serve a queue from the front until K1 are left and return those served",
        (STRINGS,),
        "list[str]",
        ("queue = list(P1)\nserved = []\nwhile len(queue) > K1:\n    served.append(queue.pop(0))\nreturn served",),
        lambda ws, k: ws[: max(0, len(ws) - k)],
        ((1, 2),),
        note="`pop(0)` takes the first item, which is fair in a queue.",
    ),
    Recipe(
        "remove_pairs collapse drop_pairs",
        "remove neighbouring equal numbers pair by pair with a stack",
        (FEW,),
        "list[int]",
        (
            "stack = []\nfor V1 in P1:\n    if stack and stack[-1] == V1:\n        stack.pop()\n    else:\n"
            "        stack.append(V1)\n"
            "return stack",
        ),
        _collapse,
        note="The last item of the list is the top of the stack.",
    ),
    Recipe(
        "max_depth deepest nesting",
        "find how deep the round brackets of a text are nested",
        (Kind(BRACKETS.names, "str", lambda rng: rng.choice(("()", "(())", "()()", "(()())", "((()))", "()(())"))),),
        "int",
        (
            'depth = deepest = 0\nfor V1 in P1:\n    if V1 == "(":\n        depth += 1\n'
            "        deepest = max(deepest, depth)\n"
            '    elif V1 == ")":\n        depth -= 1\nreturn deepest',
        ),
        lambda s: max(s[:i].count("(") - s[:i].count(")") for i in range(len(s) + 1)),
    ),
    Recipe(
        "undo apply_with_undo play",
        'build a list from words, where the word "undo" removes the last one added',
        (
            Kind(
                (("words", "word"), ("commands", "c")),
                "list[str]",
                lambda rng: [*rng.sample(NAMES, 3), "undo", rng.choice(NAMES)],
            ),
        ),
        "list[str]",
        (
            'done = []\nfor V1 in P1:\n    if V1 == "undo":\n        done.pop()\n    else:\n        done.append(V1)\n'
            "return done",
        ),
        lambda ws: [*ws[:2], ws[4]],
        asks=('An editor logs its steps. The entry "undo" cancels the step before. What remains?',),
    ),
)

GUARDING = (
    Recipe(
        "to_int safe_int read_int",
        "turn a text into a whole number, or give K1 if that fails",
        (MAYBE,),
        "int | None",
        ("try:\n    return int(P1)\nexcept ValueError:\n    return K1",),
        lambda s, k: int(s) if _is_int(s) else k,
        ((None, 0, -1),),
        ("People type nonsense into my form. Convert the entry to int, and fall back to K1 on bad input.",),
        "`int` raises a ValueError for text that is no whole number.",
    ),
    Recipe(
        "safe_divide divide share",
        "divide two numbers and give None when the second one is 0",
        (N, DIVISOR),
        "float | None",
        (
            "try:\n    return P1 / P2\nexcept ZeroDivisionError:\n    return None",
            "if P2 == 0:\n    return None\nreturn P1 / P2",
            "return None if P2 == 0 else P1 / P2",
        ),
        lambda a, b: a / b if b else None,
        note="Dividing by zero raises a ZeroDivisionError.",
    ),
    Recipe(
        "item_at safe_get pick",
        "get the item at a position of a list, or None if there is no such position",
        (NUMS, INDEX),
        "int | None",
        (
            "try:\n    return P1[P2]\nexcept IndexError:\n    return None",
            "if P2 < len(P1):\n    return P1[P2]\nreturn None",
        ),
        lambda xs, i: xs[i] if i < len(xs) else None,
        asks=(
            "Sometimes I ask my list for a place it does not have, and the program stops. I want None in that case.",
        ),
        note="An index past the end raises an IndexError.",
    ),
    Recipe(
        "safe_mean mean_or_zero average",
        "compute the average of a list and give 0 for an empty list",
        (Kind(NUMS.names, "list[int]", lambda rng: rng.choice(([], ints(rng), ints(rng)))),),
        "float",
        ("if not P1:\n    return 0\nreturn sum(P1) / len(P1)", "return sum(P1) / len(P1) if P1 else 0"),
        lambda xs: sum(xs) / len(xs) if xs else 0,
        note="An empty list counts as false.",
    ),
    Recipe(
        "check_age valid_age age_ok",
        "check whether a text is a whole number from 0 to K1",
        (MAYBE,),
        "bool",
        (
            "return P1.isdigit() and int(P1) <= K1",
            "try:\n    return 0 <= int(P1) <= K1\nexcept ValueError:\n    return False",
        ),
        lambda s, k: _is_int(s) and int(s) <= k,
        ((50, 60, 99, 120),),
        ("Is what the user typed a fine age? It has to be digits only and at most K1.",),
    ),
    Recipe(
        "add_valid sum_valid total_of_good",
        "add up the texts of a list that are whole numbers and skip the others",
        (Kind((("texts", "t"), ("entries", "e")), "list[str]", lambda rng: [_maybe_number(rng) for _ in range(3)]),),
        "int",
        (
            "total = 0\nfor V1 in P1:\n    try:\n        total += int(V1)\n    except ValueError:\n        continue\n"
            "return total",
            "return sum(int(V1) for V1 in P1 if V1.isdigit())",
        ),
        lambda ts: sum(int(t) for t in ts if _is_int(t)),
        note="Bad entries are skipped without a message.",
    ),
    Recipe(
        "type_name kind_of what_is",
        "tell whether a text holds a whole number, a decimal number or a word",
        (MAYBE,),
        "str",
        (
            'try:\n    int(P1)\n    return "whole"\nexcept ValueError:\n    pass\n'
            'try:\n    float(P1)\n    return "decimal"\nexcept ValueError:\n    return "word"',
        ),
        lambda s: "whole" if _is_int(s) else "decimal" if s == "1.5" else "word",
    ),
    Recipe(
        "first_or_default first_item head",
        'get the first letter of a word, or "K1" if the word is empty',
        (Kind(WORD.names, "str", lambda rng: rng.choice(("", rng.choice(NAMES), rng.choice(CITIES)))),),
        "str",
        ('return P1[0] if P1 else "K1"', 'try:\n    return P1[0]\nexcept IndexError:\n    return "K1"'),
        lambda s, k: s[0] if s else k,
        (("?", "-", "none"),),
    ),
)
