"""Recipes for sorting and searching."""

from __future__ import annotations

from bisect import bisect_left

from .program import FEW, NUMS, SIGNED, STRINGS, Kind, Recipe
from .words import NAMES, ints

PEOPLE = Kind(
    (("people", "p"), ("pairs", "p"), ("entries", "p")),
    "list[tuple[str, int]]",
    lambda rng: [(name, rng.randint(18, 70)) for name in rng.sample(NAMES, 3)],
)
ORDERED = Kind((("numbers", "x"), ("data", "x"), ("values", "x")), "list[int]", lambda rng: sorted(ints(rng, least=4)))
TARGET = Kind((("target", ""), ("wanted", ""), ("key", "")), "int", lambda rng: rng.randint(1, 20))
SORTED_MORE = Kind((("b", ""), ("second", ""), ("other", "")), "list[int]", lambda rng: sorted(ints(rng, most=3)))


SORTING = (
    Recipe(
        "sort_by_length by_length shortest_first",
        "sort a list of strings by length, the shortest first",
        (STRINGS,),
        "list[str]",
        ("return sorted(P1, key=len)", "return sorted(P1, key=lambda s: len(s))"),
        lambda ws: sorted(ws, key=len),
        asks=("Names of different length look nicer from short to long. Order a list that way.",),
        note="Strings of equal length keep their order, since sorting is stable.",
    ),
    Recipe(
        "sort_by_second by_age oldest_last",
        "sort a list of pairs by their second part",
        (PEOPLE,),
        "list[tuple[str, int]]",
        ("return sorted(P1, key=lambda V1: V1[1])",),
        lambda ps: sorted(ps, key=lambda p: p[1]),
        asks=('I have pairs such as ("Ana", 30). Sort them by the number, smallest first.',),
        note="`key` is a function that says what to compare.",
    ),
    Recipe(
        "descending largest_first sort_down",
        "sort numbers from large to small",
        (NUMS,),
        "list[int]",
        ("return sorted(P1, reverse=True)", "return sorted(P1)[::-1]", "return sorted(P1, key=lambda x: -x)"),
        lambda xs: sorted(xs, reverse=True),
        note="`sorted` makes a new list and leaves the old one alone.",
    ),
    Recipe(
        "bubble_sort bubble sort_by_swaps",
        "sort a list of numbers with bubble sort",
        (NUMS,),
        "list[int]",
        (
            "P1 = list(P1)\nfor end in range(len(P1) - 1, 0, -1):\n    for i in range(end):\n"
            "        if P1[i] > P1[i + 1]:\n"
            "            P1[i], P1[i + 1] = P1[i + 1], P1[i]\nreturn P1",
        ),
        sorted,
        asks=("We learn sorting by hand. Swap neighbours until the list is in order, no built-in sort.",),
        note="After each round the largest remaining number is at its place.",
    ),
    Recipe(
        "insertion_sort insert_sort sort_cards",
        "sort a list of numbers by inserting each one at its place",
        (NUMS,),
        "list[int]",
        (
            "result = []\nfor V1 in P1:\n    i = 0\n    while i < len(result) and result[i] < V1:\n        i += 1\n"
            "    result.insert(i, V1)\nreturn result",
        ),
        sorted,
        note="This is how many people sort cards in their hand.",
    ),
    Recipe(
        "largest_K1 top_K1 best_K1",
        "get the K1 largest numbers of a list, largest first",
        (NUMS,),
        "list[int]",
        ("return sorted(P1, reverse=True)[:K1]", "return sorted(P1)[::-1][:K1]"),
        lambda xs, k: sorted(xs, reverse=True)[:k],
        ((2, 3, 4),),
        ("Only the K1 best results count in our cup. Get them from a list of points.",),
    ),
    Recipe(
        "sort_by_last by_last_letter last_letter_order",
        "sort strings by their last letter",
        (STRINGS,),
        "list[str]",
        ("return sorted(P1, key=lambda s: s[-1])",),
        lambda ws: sorted(ws, key=lambda s: s[-1]),
        note="Index -1 is the last letter.",
    ),
    Recipe(
        "merge merge_sorted join_ordered",
        "merge two sorted lists into one sorted list",
        (ORDERED, SORTED_MORE),
        "list[int]",
        (
            "result = []\ni = j = 0\nwhile i < len(P1) and j < len(P2):\n    if P1[i] <= P2[j]:\n"
            "        result.append(P1[i])\n"
            "        i += 1\n    else:\n        result.append(P2[j])\n        j += 1\nreturn result + P1[i:] + P2[j:]",
            "return sorted(P1 + P2)",
        ),
        lambda a, b: sorted(a + b),
    ),
    Recipe(
        "is_sorted in_order ascending",
        "check whether a list is in ascending order",
        (NUMS,),
        "bool",
        (
            "return all(a <= b for a, b in zip(P1, P1[1:]))",
            "return P1 == sorted(P1)",
            "for i in range(len(P1) - 1):\n    if P1[i] > P1[i + 1]:\n        return False\nreturn True",
        ),
        lambda xs: xs == sorted(xs),
        note="Equal neighbours are allowed.",
    ),
)

SEARCHING = (
    Recipe(
        "binary_search find_sorted search",
        "find the position of a value in a sorted list with binary search, or -1",
        (Kind(ORDERED.names, "list[int]", lambda rng: sorted(rng.sample(range(1, 20), 5))), TARGET),
        "int",
        (
            "low, high = 0, len(P1) - 1\nwhile low <= high:\n    mid = (low + high) // 2\n    if P1[mid] == P2:\n"
            "        return mid\n    if P1[mid] < P2:\n        low = mid + 1\n    else:\n        high = mid - 1\n"
            "return -1",
        ),
        lambda xs, t: bisect_left(xs, t) if t in xs else -1,
        asks=("My list is sorted, so looking at every item is a waste. Search it by halving. Not found means -1.",),
        note="Each step halves the part that is left, so it takes O(log n) steps.",
    ),
    Recipe(
        "find_first first_above first_larger",
        "find the first number of a list that is greater than K1, or None",
        (NUMS,),
        "int | None",
        (
            "for V1 in P1:\n    if V1 > K1:\n        return V1\nreturn None",
            "return next((V1 for V1 in P1 if V1 > K1), None)",
        ),
        lambda xs, k: next((x for x in xs if x > k), None),
        (range(8, 28),),
        ("Return the first reading over K1 in a list. If there is none, return None.",),
        "`return` leaves the loop at once.",
    ),
    Recipe(
        "largest maximum biggest",
        "find the largest number of a list without using max",
        (SIGNED,),
        "int",
        ("best = P1[0]\nfor V1 in P1:\n    if V1 > best:\n        best = V1\nreturn best",),
        max,
        note="Starting with the first item also works for negative numbers.",
    ),
    Recipe(
        "second_largest runner_up second_best",
        "find the second largest of the different numbers in a list",
        (Kind(NUMS.names, "list[int]", lambda rng: rng.sample(range(1, 40), 4)),),
        "int",
        ("return sorted(set(P1))[-2]", "rest = [V1 for V1 in P1 if V1 != max(P1)]\nreturn max(rest)"),
        lambda xs: sorted(set(xs))[-2],
        asks=("Silver medal! Who came second by points? The points are a list of numbers.",),
    ),
    Recipe(
        "position index_of find_index",
        "find the position of the first K1 in a list of numbers, or -1",
        (FEW,),
        "int",
        (
            "for i, V1 in enumerate(P1):\n    if V1 == K1:\n        return i\nreturn -1",
            "return P1.index(K1) if K1 in P1 else -1",
        ),
        lambda xs, k: xs.index(k) if k in xs else -1,
        ((1, 2, 3, 4, 5),),
        note="Without the test, `index` would raise a ValueError for a missing value.",
    ),
    Recipe(
        "all_positions indexes_of where",
        "list all positions at which K1 occurs in a list",
        (FEW,),
        "list[int]",
        ("return [i for i, V1 in enumerate(P1) if V1 == K1]", "return [i for i in range(len(P1)) if P1[i] == K1]"),
        lambda xs, k: [i for i, x in enumerate(xs) if x == k],
        ((1, 2, 3, 4, 5),),
    ),
    Recipe(
        "has_pair pair_with_sum two_sum",
        "check whether two different items of a list add up to K1",
        (NUMS,),
        "bool",
        (
            "seen = set()\nfor V1 in P1:\n    if K1 - V1 in seen:\n        return True\n    seen.add(V1)\nreturn False",
            "for i in range(len(P1)):\n    for j in range(i):\n        if P1[i] + P1[j] == K1:\n"
            "            return True\nreturn False",
        ),
        lambda xs, k: any(xs[i] + xs[j] == k for i in range(len(xs)) for j in range(i)),
        (range(10, 40),),
        ("Can I spend exactly K1 euros on two items? Prices are in a list.",),
    ),
    Recipe(
        "closest nearest closest_to",
        "find the number of a list that is closest to a target",
        (NUMS, TARGET),
        "int",
        ("return min(P1, key=lambda x: abs(x - P2))",),
        lambda xs, t: min(xs, key=lambda x: abs(x - t)),
        note="`abs` makes the distance positive.",
    ),
    Recipe(
        "longest longest_word longest_item",
        "find the longest string of a list",
        (STRINGS,),
        "str",
        (
            "return max(P1, key=len)",
            "best = P1[0]\nfor V1 in P1:\n    if len(V1) > len(best):\n        best = V1\nreturn best",
        ),
        lambda ws: max(ws, key=len),
    ),
)
