"""Recipes for functions over dictionaries, sets and pairs."""

from __future__ import annotations

from random import Random

from .program import COUNTS, FEW, MORE, NUMS, PHRASE, STRINGS, Kind, Recipe
from .words import ANIMALS, FRUITS, ints, several


def _stock(rng: Random) -> dict[str, int]:
    return {key: rng.randint(1, 20) for key in rng.sample(FRUITS[:5], rng.randint(2, 3))}


STOCK = Kind((("stock", "item"), ("first", "key"), ("left", "key")), "dict[str, int]", _stock)
EXTRA = Kind((("other", ""), ("second", ""), ("more", "")), "dict[str, int]", _stock)
NUMBERS = Kind(
    (("numbers", "x"), ("values", "x"), ("others", "x")), "list[int]", lambda rng: ints(rng, 1, 9, least=3, most=3)
)
ZOO = Kind(
    (("words", "word"), ("names", "name"), ("items", "item")),
    "list[str]",
    lambda rng: rng.sample(rng.choice((ANIMALS, FRUITS)), 4),
)
SECOND_WORDS = Kind((("others", ""), ("second", "")), "list[str]", several)
SOME = Kind((("a", "x"), ("first", "x"), ("left", "x")), "list[int]", lambda rng: ints(rng, 1, 9, least=4))
REST = Kind((("b", ""), ("second", ""), ("right", "")), "list[int]", lambda rng: ints(rng, 1, 9, least=4))

DICTS = (
    Recipe(
        "total_value sum_values total",
        "add up all values of a dictionary",
        (COUNTS,),
        "int",
        ("return sum(P1.values())", "total = 0\nfor V1 in P1:\n    total += P1[V1]\nreturn total"),
        lambda d: sum(d.values()),
        asks=("My pantry is a dict from food to amount. How much is there in all?",),
        note="`values` leaves the keys out.",
    ),
    Recipe(
        "best_key top highest",
        "find the key with the largest value in a dictionary",
        (COUNTS,),
        "str",
        (
            "return max(P1, key=P1.get)",
            "best = None\nfor V1 in P1:\n    if best is None or P1[V1] > P1[best]:\n        best = V1\nreturn best",
            "return max(P1, key=lambda k: P1[k])",
        ),
        lambda d: max(d, key=lambda k: d[k]),
        asks=("Votes are stored like {'Ana': 7, 'Ben': 9}. Who won? I need a function.",),
        note="`max` compares the keys by what `P1.get` says about them.",
    ),
    Recipe(
        "keys_above expensive above_limit",
        "list the keys of a dictionary whose value is greater than K1",
        (COUNTS,),
        "list[str]",
        (
            "return [V1 for V1, value in P1.items() if value > K1]",
            "result = []\nfor V1, value in P1.items():\n    if value > K1:\n        result.append(V1)\nreturn result",
        ),
        lambda d, k: [key for key, value in d.items() if value > k],
        (range(4, 16),),
        ("Which goods in my price table cost more than K1? The table is a dictionary.",),
        "`items` gives keys and values together.",
    ),
    Recipe(
        "swap invert turn_around",
        "swap the keys and the values of a dictionary",
        (COUNTS,),
        "dict[int, str]",
        (
            "return {value: V1 for V1, value in P1.items()}",
            "result = {}\nfor V1, value in P1.items():\n    result[value] = V1\nreturn result",
        ),
        lambda d: {v: k for k, v in d.items()},
        note="If two keys share a value, the later one wins.",
    ),
    Recipe(
        "merge add_dicts combine",
        "merge two dictionaries and add the values of keys that both have",
        (STOCK, EXTRA),
        "dict[str, int]",
        (
            "result = dict(P1)\nfor key, value in P2.items():\n    result[key] = result.get(key, 0) + value\n"
            "return result",
        ),
        lambda a, b: {k: a.get(k, 0) + b.get(k, 0) for k in {**a, **b}},
        asks=("Two shops, two stock lists as dictionaries. I want one list with the amounts added.",),
        note="Because of `dict(P1)`, the first dictionary stays unchanged.",
    ),
    Recipe(
        "raise_values double_all times_K1",
        "multiply every value of a dictionary by K1",
        (COUNTS,),
        "dict[str, int]",
        ("return {V1: value * K1 for V1, value in P1.items()}",),
        lambda d, k: {key: v * k for key, v in d.items()},
        ((2, 3, 5, 10),),
        ("Everything in the shop gets K1 times as expensive. Change the price dictionary, but give me a new one.",),
        "This is a dictionary comprehension.",
    ),
    Recipe(
        "look_up get_value find_value",
        'look up "K1" in a dictionary and give 0 if it is missing',
        (COUNTS,),
        "int",
        ('return P1.get("K1", 0)', 'if "K1" in P1:\n    return P1["K1"]\nreturn 0'),
        lambda d, k: d.get(k, 0),
        (FRUITS,),
        note="With square brackets a missing key would raise a KeyError.",
    ),
    Recipe(
        "sorted_keys by_value order_keys",
        "list the keys of a dictionary ordered by their values, smallest first",
        (COUNTS,),
        "list[str]",
        ("return sorted(P1, key=P1.get)", "return sorted(P1, key=lambda k: P1[k])"),
        lambda d: sorted(d, key=lambda k: d[k]),
        note="Going over a dictionary gives its keys, so `sorted` sees only them.",
    ),
)

GROUPING = (
    Recipe(
        "group_by_length by_length sort_by_size",
        "group strings by their length in a dictionary",
        (STRINGS,),
        "dict[int, list[str]]",
        (
            "groups = {}\nfor V1 in P1:\n    groups.setdefault(len(V1), []).append(V1)\nreturn groups",
            "groups = {}\nfor V1 in P1:\n    if len(V1) not in groups:\n        groups[len(V1)] = []\n"
            "    groups[len(V1)].append(V1)\nreturn groups",
        ),
        lambda ws: {len(w): [v for v in ws if len(v) == len(w)] for w in ws},
        note="`setdefault` makes an empty list for a key that is new.",
    ),
    Recipe(
        "group_by_letter by_first_letter make_index",
        "group strings by their first letter in a dictionary",
        (ZOO,),
        "dict[str, list[str]]",
        (
            "groups = {}\nfor V1 in P1:\n    groups.setdefault(V1[0], []).append(V1)\nreturn groups",
            "result = {}\nfor V1 in P1:\n    first = V1[0]\n    if first not in result:\n        result[first] = []\n"
            "    result[first].append(V1)\nreturn result",
        ),
        lambda ws: {w[0]: [v for v in ws if v[0] == w[0]] for w in ws},
        asks=("I am making an address book. Names with the same first letter belong on one page.",),
    ),
    Recipe(
        "split_even_odd even_and_odd partition",
        "split a list of numbers into the even and the odd ones",
        (NUMS,),
        "tuple[list[int], list[int]]",
        (
            "even = [V1 for V1 in P1 if V1 % 2 == 0]\nodd = [V1 for V1 in P1 if V1 % 2 == 1]\nreturn even, odd",
            "even, odd = [], []\nfor V1 in P1:\n    if V1 % 2 == 0:\n        even.append(V1)\n    else:\n"
            "        odd.append(V1)\nreturn even, odd",
        ),
        lambda xs: ([x for x in xs if x % 2 == 0], [x for x in xs if x % 2]),
        note="The function returns a tuple of two lists.",
    ),
    Recipe(
        "count_items tally count_all",
        "count how often each number occurs in a list",
        (FEW,),
        "dict[int, int]",
        (
            "counts = {}\nfor V1 in P1:\n    counts[V1] = counts.get(V1, 0) + 1\nreturn counts",
            "return {V1: P1.count(V1) for V1 in P1}",
        ),
        lambda xs: {x: xs.count(x) for x in xs},
        asks=("I rolled a die many times and kept the results in a list. Make a table of how often each came.",),
    ),
    Recipe(
        "most_common mode most_frequent",
        "find the most frequent number of a list",
        (FEW,),
        "int",
        (
            "return max(P1, key=P1.count)",
            "counts = {}\nfor V1 in P1:\n    counts[V1] = counts.get(V1, 0) + 1\nreturn max(counts, key=counts.get)",
        ),
        lambda xs: max(xs, key=xs.count),
        note="If several numbers are equally frequent, the first of them is returned.",
    ),
    Recipe(
        "count_words word_table frequencies",
        "count how often each word occurs in a sentence",
        (PHRASE,),
        "dict[str, int]",
        ("counts = {}\nfor V1 in P1.split():\n    counts[V1] = counts.get(V1, 0) + 1\nreturn counts",),
        lambda s: {w: s.split().count(w) for w in s.split()},
        note="`get` gives 0 for a word that was not seen before.",
    ),
    Recipe(
        "index_words places positions",
        "build a dictionary from each string of a list to its position",
        (STRINGS,),
        "dict[str, int]",
        (
            "return {V1: i for i, V1 in enumerate(P1)}",
            "result = {}\nfor i, V1 in enumerate(P1):\n    result[V1] = i\nreturn result",
        ),
        lambda ws: {w: i for i, w in enumerate(ws)},
        note="`enumerate` counts from 0.",
    ),
)

SETS = (
    Recipe(
        "common shared in_both",
        "find the values that two lists have in common, in ascending order",
        (SOME, REST),
        "list[int]",
        ("return sorted(set(P1) & set(P2))", "return sorted({x for x in P1 if x in P2})"),
        lambda a, b: sorted(set(a) & set(b)),
        asks=("Two friends each list the days they are free, as numbers. On which days can they meet?",),
        note="`&` keeps what is in both sets.",
    ),
    Recipe(
        "only_first missing not_in_second",
        "list the values of a first list that are missing in a second one",
        (SOME, REST),
        "list[int]",
        ("return [x for x in P1 if x not in P2]", "seen = set(P2)\nreturn [x for x in P1 if x not in seen]"),
        lambda a, b: [x for x in a if x not in b],
        note="A set makes the test `not in` fast.",
    ),
    Recipe(
        "all_values union join_sorted",
        "list all different values of two lists in ascending order",
        (SOME, REST),
        "list[int]",
        ("return sorted(set(P1) | set(P2))", "return sorted(set(P1 + P2))"),
        lambda a, b: sorted(set(a + b)),
        note="`|` joins two sets.",
    ),
    Recipe(
        "has_duplicates has_doubles not_unique",
        "check whether a list contains any value twice",
        (FEW,),
        "bool",
        (
            "return len(set(P1)) < len(P1)",
            "seen = set()\nfor V1 in P1:\n    if V1 in seen:\n        return True\n    seen.add(V1)\nreturn False",
        ),
        lambda xs: len(set(xs)) < len(xs),
        asks=("Ticket numbers must never repeat. Warn me if a list holds the same number twice.",),
        note="A set keeps each value only once.",
    ),
    Recipe(
        "count_different distinct number_of_kinds",
        "count the different values in a list",
        (FEW,),
        "int",
        ("return len(set(P1))",),
        lambda xs: len(set(xs)),
    ),
    Recipe(
        "is_subset all_in contained",
        "check whether all values of a first list occur in a second one",
        (NUMBERS, REST),
        "bool",
        ("return set(P1) <= set(P2)", "return all(x in P2 for x in P1)"),
        lambda a, b: set(a) <= set(b),
        note="For sets, `<=` means that every member is in the other set.",
    ),
    Recipe(
        "different in_one_only either",
        "list in ascending order the values that occur in only one of two lists",
        (SOME, REST),
        "list[int]",
        ("return sorted(set(P1) ^ set(P2))",),
        lambda a, b: sorted(set(a) ^ set(b)),
        note="The operator `^` gives the symmetric difference.",
    ),
)

PAIRS = (
    Recipe(
        "make_dict pair_up zip_dict",
        "build a dictionary from a list of keys and a list of values",
        (STRINGS, NUMBERS),
        "dict[str, int]",
        ("return dict(zip(P1, P2))", "return {key: value for key, value in zip(P1, P2)}"),
        lambda ks, vs: dict(zip(ks, vs, strict=False)),
        asks=("Names in one list, ages in another, same order. Put them together in a dict.",),
        note="`zip` pairs the items that stand at the same place.",
    ),
    Recipe(
        "add_lists sum_pairs plus",
        "add two lists of numbers item by item",
        (FEW, MORE),
        "list[int]",
        ("return [a + b for a, b in zip(P1, P2)]",),
        lambda a, b: [x + y for x, y in zip(a, b, strict=False)],
        note="`zip` stops when the shorter list ends.",
    ),
    Recipe(
        "interleave mix weave",
        "mix two lists by taking one item of each in turn",
        (FEW, MORE),
        "list[int]",
        (
            "result = []\nfor a, b in zip(P1, P2):\n    result.append(a)\n    result.append(b)\nreturn result",
            "return [x for pair in zip(P1, P2) for x in pair]",
        ),
        lambda a, b: [x for pair in zip(a, b, strict=False) for x in pair],
        asks=("Shuffle two decks like a zipper: one card from the left, one from the right, and so on.",),
        note="What is left over in the longer list is dropped.",
    ),
    Recipe(
        "count_matches same_place hits",
        "count the places where two lists hold the same value",
        (SOME, REST),
        "int",
        (
            "return sum(1 for x, y in zip(P1, P2) if x == y)",
            "count = 0\nfor i in range(min(len(P1), len(P2))):\n    if P1[i] == P2[i]:\n        count += 1\n"
            "return count",
        ),
        lambda a, b: sum(x == y for x, y in zip(a, b, strict=False)),
        asks=("To mark a test I compare the pupil's list with the key. How many entries agree?",),
    ),
    Recipe(
        "larger_of_each maxima best_of_two",
        "take the larger of each pair of numbers in two lists",
        (FEW, MORE),
        "list[int]",
        ("return [max(a, b) for a, b in zip(P1, P2)]", "return list(map(max, P1, P2))"),
        lambda a, b: [max(p) for p in zip(a, b, strict=False)],
    ),
    Recipe(
        "with_positions number_items indexed",
        "pair each string of a list with its position",
        (STRINGS,),
        "list[tuple[int, str]]",
        ("return list(enumerate(P1))", "return [(i, P1[i]) for i in range(len(P1))]"),
        lambda ws: list(enumerate(ws)),
        note="Positions start at 0.",
    ),
    Recipe(
        "join_pairs label_all combine",
        'join each pair from two lists of strings with the sign "K1"',
        (STRINGS, SECOND_WORDS),
        "list[str]",
        ('return [a + "K1" + b for a, b in zip(P1, P2)]', 'return [f"{a}K1{b}" for a, b in zip(P1, P2)]'),
        lambda a, b, k: [x + k + y for x, y in zip(a, b, strict=False)],
        (("-", ":", "/", "+", "="),),
    ),
)
