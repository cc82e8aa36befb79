"""Programs with a common mistake, what the user complains about, the repair and the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Repair:
    """A program with F, X, V for function, parameter and item and K for a number; `wrong` replaces `right` in it."""

    code: str
    right: str
    wrong: str
    complaint: str
    reason: str
    check: str


CASES: tuple[Repair, ...] = (
    Repair(
        "def F(X):\n    total = 0\n    for V in X:\n        total += V\n    return total",
        "        total += V\n    return",
        "        total += V\n        return",
        "It should add up the list but returns only the first number.",
        "The `return` stood inside the loop, so it left after one round.",
        "assert F([K, 2, 3]) == K + 5",
    ),
    Repair(
        "def F(X):\n    total = 0\n    for V in X:\n        total += V\n    return total",
        "total += V",
        "total = V",
        "It should add up the list but returns only the last number.",
        "`=` replaced the total; `+=` adds to it.",
        "assert F([K, 2, 3]) == K + 5",
    ),
    Repair(
        "def F(X):\n    result = 1\n    for V in X:\n        result *= V\n    return result",
        "result = 1",
        "result = 0",
        "It should multiply all numbers but always gives 0.",
        "A product must start at 1, because 0 times anything is 0.",
        "assert F([K, 2]) == K * 2",
    ),
    Repair(
        "def F(X):\n    best = X[0]\n    for V in X:\n        if V > best:\n            best = V\n    return best",
        "V > best",
        "V < best",
        "It should find the largest number but finds the smallest.",
        "The comparison pointed the wrong way.",
        "assert F([1, K, 2]) == max(K, 2)",
    ),
    Repair(
        "def F(X):\n    best = X[0]\n    for V in X:\n        if V > best:\n            best = V\n    return best",
        "best = X[0]",
        "best = 0",
        "For a list of negative numbers it returns 0 instead of the largest.",
        "Starting with the first item works for negative numbers too.",
        "assert F([-K, -50]) == -K",
    ),
    Repair(
        "def F(X):\n    return [V for V in X if V % 2 == 0]",
        "== 0",
        "== 1",
        "It should keep the even numbers but keeps the odd ones.",
        "An even number has the rest 0 after division by 2.",
        "assert F([1, 2, 4]) == [2, 4]",
    ),
    Repair(
        "def F(X):\n    return [V for V in X if V >= K]",
        ">= K",
        "> K",
        "It should keep numbers of at least K, but K itself is missing.",
        "`>` leaves K out, `>=` keeps it.",
        "assert F([0, K]) == [K]",
    ),
    Repair(
        "def F(n):\n    return [i * K for i in range(1, n + 1)]",
        "n + 1",
        "n",
        "It should list the first n multiples of K, but the last one is missing.",
        "`range` does not include its end.",
        "assert F(2) == [K, 2 * K]",
    ),
    Repair(
        "def F(X):\n    for i in range(len(X)):\n        X[i] *= K\n    return X",
        "range(len(X))",
        "range(len(X) + 1)",
        "It stops with an IndexError.",
        "The last valid index is `len(X) - 1`, and `range(len(X))` ends there.",
        "assert F([1, 2]) == [K, 2 * K]",
    ),
    Repair(
        "def F(n):\n    if n == 0:\n        return 1\n    return n * F(n - 1)",
        "n - 1",
        "n",
        "It ends in a RecursionError.",
        "Each call must come closer to 0, so the argument has to shrink.",
        "assert F(3) == 6",
    ),
    Repair(
        "def F(n):\n    if n == 0:\n        return 0\n    return K + F(n - 1)",
        "    if n == 0:\n        return 0\n",
        "",
        "The recursion should give K times n but never ends.",
        "A recursion needs a case in which it stops.",
        "assert F(2) == 2 * K",
    ),
    Repair(
        "def F(x, bag=None):\n    if bag is None:\n        bag = []\n    bag.append(x)\n    return bag",
        "bag=None):\n    if bag is None:\n        bag = []\n",
        "bag=[]):\n",
        "The second call still remembers the item of the first one.",
        "A default value is made only once, so a list as default is shared by all calls.",
        "assert F(1) == [1]\nassert F(K) == [K]",
    ),
    Repair(
        "def F(X):\n    return sum(X) / len(X)",
        "/ len(X)",
        "// len(X)",
        "The average of [1, 2] comes out as 1.",
        "`//` rounds down, `/` keeps the fraction.",
        "assert F([1, 2]) == 1.5",
    ),
    Repair(
        "def F(X):\n    if not X:\n        return 0\n    return sum(X) / len(X)",
        "    if not X:\n        return 0\n",
        "",
        "An empty list raises a ZeroDivisionError. It should give 0.",
        "The empty list has to be treated first.",
        "assert F([]) == 0\nassert F([K]) == K",
    ),
    Repair(
        'def F(name):\n    return "Hello, " + name + "!"',
        "return ",
        "",
        "It gives None in place of the greeting.",
        "Without `return` a function gives back None.",
        'assert F("Ana") == "Hello, Ana!"',
    ),
    Repair(
        'def F(age):\n    return "Age: " + str(age)',
        "str(age)",
        "age",
        "It raises a TypeError for a number.",
        "Text and numbers cannot be added; `str` makes text of the number.",
        'assert F(K) == "Age: K"',
    ),
    Repair(
        'def F(n):\n    if n > K:\n        return "big"\n    return "small"',
        "n > K:",
        "n > K",
        "Python says SyntaxError.",
        "The colon at the end of the `if` line was missing.",
        'assert F(K) == "small"',
    ),
    Repair(
        "def F(n):\n    if n == K:\n        return True\n    return False",
        "n == K",
        "n = K",
        "I get a SyntaxError in the second line.",
        "A comparison needs `==`, a single `=` assigns.",
        "assert F(K)",
    ),
    Repair(
        "def F(X):\n    return sorted(X)",
        "sorted(X)",
        "X.sort()",
        "It should return the sorted list but gives None.",
        "`sort` changes the list and returns None; `sorted` returns a new list.",
        "assert F([K, 1]) == sorted([K, 1])",
    ),
    Repair(
        "def F(text):\n    return text.upper()",
        "return text.upper()",
        "text.upper()\n    return text",
        "The text comes back unchanged instead of in capitals.",
        "Strings cannot be changed, so the new string has to be returned.",
        'assert F("tea") == "TEA"',
    ),
    Repair(
        "def F(n):\n    while n > K:\n        n -= 1\n    return n",
        "n -= 1",
        "n += 1",
        "The loop never ends for large n. It should count down to K.",
        "The number has to get smaller for the loop to end.",
        "assert F(K + 3) == K",
    ),
    Repair(
        "def F(word):\n    return word == word[::-1]",
        "[::-1]",
        "[::1]",
        "It calls every word a palindrome.",
        "Only the step -1 reverses the word.",
        'assert F("noon")\nassert not F("tea")',
    ),
    Repair(
        "def F(X):\n    return X[-1]",
        "X[-1]",
        "X[len(X)]",
        "I want the last item, but it raises an IndexError.",
        "Counting starts at 0, so index `len(X)` is one too far.",
        "assert F([1, K]) == K",
    ),
    Repair(
        "def F(X, key):\n    return X.get(key, K)",
        "X.get(key, K)",
        "X[key]",
        "A missing key should give K, not a KeyError.",
        "`get` takes a default for missing keys.",
        'assert F({}, "a") == K',
    ),
    Repair(
        "def F(X):\n    copy = list(X)\n    copy.append(K)\n    return copy",
        "list(X)",
        "X",
        "It also changes the list of the caller.",
        "A plain assignment makes a second name, not a copy.",
        "old = [1]\nassert F(old) == [1, K]\nassert old == [1]",
    ),
    Repair(
        "def F(X):\n    return [V for V in X if V != K]",
        "return [V for V in X if V != K]",
        "for V in X:\n        if V == K:\n            X.remove(V)\n    return X",
        "When two K stand side by side, one is left over.",
        "Do not remove items from a list while looping over it; build a new list.",
        "assert F([K, K, 1 + K]) == [1 + K]",
    ),
)
