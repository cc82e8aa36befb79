"""Recipes for functions over strings: counting, changing, testing, ciphers and simple parsing."""

from __future__ import annotations

import itertools
from random import Random

from .program import LETTER, PHRASE, TEXT, WORD, Kind, Recipe
from .words import NAMES, PHRASES, WORDS


def _mail(rng: Random) -> str:
    return f"{rng.choice(NAMES).lower()}@{rng.choice(WORDS)}.{rng.choice(('com', 'org', 'net'))}"


def _file(rng: Random) -> str:
    return f"{rng.choice(WORDS)}.{rng.choice(('txt', 'py', 'csv', 'md', 'json'))}"


def _lines(rng: Random) -> str:
    return "\n".join(rng.sample(PHRASES, rng.randint(2, 3)))


def _mixed(rng: Random) -> str:
    return f"{rng.choice(WORDS)} {rng.randint(1, 99)} {rng.choice(WORDS)} {rng.randint(1, 99)}"


def _maybe_mirror(rng: Random) -> str:
    return rng.choice(("level", "noon", "radar", rng.choice(WORDS)))


MAIL = Kind((("address", ""), ("email", ""), ("mail", "")), "str", _mail)
FILE = Kind((("filename", ""), ("name", ""), ("path", "")), "str", _file)
LINES = Kind((("text", "line"), ("content", "line")), "str", _lines)
MIXED = Kind((("text", "char"), ("s", "c"), ("line", "ch")), "str", _mixed)
MIRROR = Kind((("word", ""), ("text", ""), ("s", "")), "str", _maybe_mirror)
FIRST = Kind(
    (("word", ""), ("a", ""), ("one", "")), "str", lambda rng: rng.choice(("listen", "stone", "night", "earth"))
)
SECOND = Kind(
    (("other", ""), ("b", ""), ("two", "")), "str", lambda rng: rng.choice(("silent", "notes", "thing", "heart"))
)

TEXT_COUNTING = (
    Recipe(
        "count_vowels vowels number_of_vowels",
        "count the vowels in a text|find how many vowels a string has",
        (TEXT,),
        "int",
        (
            'return sum(1 for V1 in P1 if V1 in "aeiou")',
            'count = 0\nfor V1 in P1.lower():\n    if V1 in "aeiou":\n        count += 1\nreturn count',
            'return sum(P1.count(v) for v in "aeiou")',
        ),
        lambda s: sum(c in "aeiou" for c in s),
        asks=("My little sister asks how many vowels her sentence has. Code for that? Lower case is enough.",),
        note="The vowels are a, e, i, o and u.",
    ),
    Recipe(
        "count_words word_count words_in",
        "count the words in a sentence",
        (PHRASE,),
        "int",
        ("return len(P1.split())", "words = P1.split()\nreturn len(words)"),
        lambda s: len(s.split()),
        asks=("An essay must have a certain number of words. How do I count them if the text is a string?",),
        note="`split` without an argument cuts at any white space.",
    ),
    Recipe(
        "count_letter letter_count how_often",
        "count how often a letter occurs in a text",
        (TEXT, LETTER),
        "int",
        ("return P1.count(P2)", "return sum(1 for V1 in P1 if V1 == P2)"),
        lambda s, c: s.count(c),
        note="The method `count` does the same work as the loop.",
    ),
    Recipe(
        "letter_counts count_each frequencies",
        "count every letter of a word in a dictionary|build a dictionary that tells how often each letter of a word "
        "occurs",
        (WORD,),
        "dict[str, int]",
        (
            "counts = {}\nfor V1 in P1:\n    counts[V1] = counts.get(V1, 0) + 1\nreturn counts",
            "counts = {}\nfor V1 in P1:\n    if V1 not in counts:\n        counts[V1] = 0\n    counts[V1] += 1\n"
            "return counts",
            "return {V1: P1.count(V1) for V1 in P1}",
        ),
        lambda s: {c: s.count(c) for c in s},
        note="`get` with the default 0 handles letters that are new.",
    ),
    Recipe(
        "count_digits digits_in number_of_digits",
        "count the digits in a text",
        (MIXED,),
        "int",
        ("return sum(1 for V1 in P1 if V1.isdigit())", "return len([V1 for V1 in P1 if V1.isdigit()])"),
        lambda s: sum(c.isdigit() for c in s),
        note="`isdigit` is true for the characters 0 to 9.",
    ),
    Recipe(
        "count_lines line_count lines_in",
        "count the lines of a text",
        (LINES,),
        "int",
        ("return len(P1.splitlines())", 'return P1.count("\\n") + 1'),
        lambda s: len(s.splitlines()),
    ),
    Recipe(
        "longest_word longest find_longest",
        "find the longest word of a sentence",
        (PHRASE,),
        "str",
        (
            "return max(P1.split(), key=len)",
            'best = ""\nfor V1 in P1.split():\n    if len(V1) > len(best):\n        best = V1\nreturn best',
        ),
        lambda s: max(s.split(), key=len),
        note="If two words are equally long, the first one wins.",
    ),
)

CHANGING = (
    Recipe(
        "reverse backwards reverse_text",
        "reverse a string",
        (WORD,),
        "str",
        (
            "return P1[::-1]",
            'result = ""\nfor V1 in P1:\n    result = V1 + result\nreturn result',
            'return "".join(reversed(P1))',
        ),
        lambda s: s[::-1],
        asks=("I want to read words from right to left, `abc` becomes `cba`. Any idea?",),
        note="A slice with step -1 runs from the last character to the first.",
    ),
    Recipe(
        "reverse_words swap_words words_backwards",
        "reverse the order of the words in a sentence",
        (PHRASE,),
        "str",
        ('return " ".join(P1.split()[::-1])', 'words = P1.split()\nwords.reverse()\nreturn " ".join(words)'),
        lambda s: " ".join(s.split()[::-1]),
        note="The letters inside each word keep their order.",
    ),
    Recipe(
        "remove_vowels without_vowels drop_vowels",
        "remove all vowels from a text",
        (TEXT,),
        "str",
        (
            'return "".join(V1 for V1 in P1 if V1 not in "aeiou")',
            'for vowel in "aeiou":\n    P1 = P1.replace(vowel, "")\nreturn P1',
        ),
        lambda s: "".join(c for c in s if c not in "aeiou"),
    ),
    Recipe(
        "title_case capitalize_words big_letters",
        "give every word of a sentence a capital first letter",
        (PHRASE,),
        "str",
        ('return " ".join(V1.capitalize() for V1 in P1.split())', "return P1.title()"),
        lambda s: s.title(),
        asks=("Book titles arrive in lower case. Make the first letter of each word a capital.",),
    ),
    Recipe(
        "initials make_initials first_letters",
        "build the initials of a phrase in capitals",
        (PHRASE,),
        "str",
        (
            'return "".join(V1[0].upper() for V1 in P1.split())',
            'result = ""\nfor V1 in P1.split():\n    result += V1[0].upper()\nreturn result',
        ),
        lambda s: "".join(w[0].upper() for w in s.split()),
        asks=("`see you soon` should become `SYS`. Write the function for such short forms.",),
    ),
    Recipe(
        "snake_case to_snake with_underscores",
        "replace the spaces of a text by underscores",
        (PHRASE,),
        "str",
        ('return P1.replace(" ", "_")', 'return "_".join(P1.split())'),
        lambda s: s.replace(" ", "_"),
        asks=("File names must not hold spaces here. Put an underscore in place of each one.",),
    ),
    Recipe(
        "shorten cut_text truncate",
        'cut a text after K1 characters and add "..." if it was longer',
        (TEXT,),
        "str",
        (
            'if len(P1) <= K1:\n    return P1\nreturn P1[:K1] + "..."',
            'return P1 if len(P1) <= K1 else P1[:K1] + "..."',
        ),
        lambda s, k: s if len(s) <= k else s[:k] + "...",
        (range(4, 13),),
        ("Headlines over K1 characters break my page. Cut them there and add three dots.",),
    ),
    Recipe(
        "pad_left fill_left right_align",
        "fill a word on the left with dots up to K1 characters",
        (WORD,),
        "str",
        ('return P1.rjust(K1, ".")', 'return "." * (K1 - len(P1)) + P1'),
        lambda s, k: s.rjust(k, "."),
        (range(9, 15),),
        note="A longer word stays as it is.",
    ),
    Recipe(
        "stretch double_letters repeat_letters",
        "write every letter of a word K1 times",
        (WORD,),
        "str",
        ('return "".join(V1 * K1 for V1 in P1)', 'result = ""\nfor V1 in P1:\n    result += V1 * K1\nreturn result'),
        lambda s, k: "".join(c * k for c in s),
        ((2, 3),),
    ),
    Recipe(
        "swap_ends exchange_ends flip_ends",
        "swap the first and the last letter of a word",
        (WORD,),
        "str",
        ("return P1[-1] + P1[1:-1] + P1[0]",),
        lambda s: s[-1] + s[1:-1] + s[0],
        note="The word needs at least two letters.",
    ),
)

TESTING = (
    Recipe(
        "is_palindrome reads_same same_backwards",
        "check whether a word reads the same backwards|tell whether a word is a palindrome",
        (MIRROR,),
        "bool",
        (
            "return P1 == P1[::-1]",
            "for i in range(len(P1) // 2):\n    if P1[i] != P1[-1 - i]:\n        return False\nreturn True",
        ),
        lambda s: s == s[::-1],
        asks=("Words like `noon` are the same from both sides. Test a word for that.",),
        note="A palindrome is equal to its own reverse.",
    ),
    Recipe(
        "is_anagram same_letters are_anagrams",
        "check whether two words use exactly the same letters",
        (FIRST, SECOND),
        "bool",
        ("return sorted(P1) == sorted(P2)",),
        lambda s, t: sorted(s) == sorted(t),
        note="Sorting both words brings equal letters to equal places.",
    ),
    Recipe(
        "is_valid_email looks_like_mail check_mail",
        'check whether a text has exactly one "@" and a dot after it',
        (MAIL,),
        "bool",
        (
            'if P1.count("@") != 1:\n    return False\nname, host = P1.split("@")\nreturn "." in host',
            'return P1.count("@") == 1 and "." in P1.split("@")[1]',
        ),
        lambda s: s.count("@") == 1 and "." in s.split("@")[1],
        asks=("Visitors type their mail address into a form. I want a very rough test: one @ and a dot behind it.",),
        note="This is a rough test, not a full check of addresses.",
    ),
    Recipe(
        "is_strong good_password valid_password",
        "check whether a password has at least K1 characters and a digit",
        (MIXED,),
        "bool",
        (
            "return len(P1) >= K1 and any(V1.isdigit() for V1 in P1)",
            "if len(P1) < K1:\n    return False\nfor V1 in P1:\n    if V1.isdigit():\n        return True\n"
            "return False",
        ),
        lambda s, k: len(s) >= k and any(c.isdigit() for c in s),
        (range(6, 17),),
        ("Rule: passwords need K1 or more characters, one of them a digit. Code the rule.",),
        "`and` skips its right side when the left side is false.",
    ),
    Recipe(
        "has_double double_letter twice_in_a_row",
        "check whether a word has the same letter twice in a row",
        (WORD,),
        "bool",
        (
            "return any(a == b for a, b in zip(P1, P1[1:]))",
            "for i in range(len(P1) - 1):\n    if P1[i] == P1[i + 1]:\n        return True\nreturn False",
        ),
        lambda s: any(a == b for a, b in itertools.pairwise(s)),
        note="`zip` pairs each letter with the next one.",
    ),
    Recipe(
        "all_different unique_letters no_repeats",
        "check whether all letters of a word are different",
        (WORD,),
        "bool",
        ("return len(set(P1)) == len(P1)",),
        lambda s: len(set(s)) == len(s),
        note="A set drops doubles, so its length shrinks if a letter repeats.",
    ),
    Recipe(
        "has_extension is_type ends_with",
        'check whether a file name ends in ".K1"',
        (FILE,),
        "bool",
        ('return P1.endswith(".K1")', 'return P1.split(".")[-1] == "K1"', 'return P1.lower().endswith(".K1")'),
        lambda s, k: s.endswith(f".{k}"),
        (("txt", "py", "csv", "md"),),
        ("A folder is full of files. For one name, say whether it is a K1 file.",),
    ),
)
