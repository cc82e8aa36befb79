"""Recipes for ciphers and for parsing text."""

from __future__ import annotations

import re
from itertools import groupby
from random import Random

from .program import PHRASE, SMALL, WORD, Kind, Recipe
from .words import FRUITS, NAMES, PHRASES, WORDS


def _joined(mark: str) -> Kind:
    """Values separated by a mark, as read from a file."""

    def one(rng: Random) -> str:
        return mark.join(str(rng.randint(1, 40)) for _ in range(rng.randint(3, 4)))

    return Kind((("line", "part"), ("text", "part"), ("row", "cell"), ("text", "piece")), "str", one)


def _setting(rng: Random) -> str:
    return ";".join(f"{key}={rng.randint(1, 30)}" for key in rng.sample(FRUITS, 2))


def _record(rng: Random) -> str:
    return f"{rng.choice(NAMES)}, {rng.randint(18, 80)}"


def _mail(rng: Random) -> str:
    return f"{rng.choice(NAMES).lower()}@{rng.choice(WORDS)}.{rng.choice(('com', 'org', 'net'))}"


def _file(rng: Random) -> str:
    return f"{rng.choice(WORDS)}.{rng.choice(('txt', 'py', 'csv', 'md', 'json'))}"


def _lines(rng: Random) -> str:
    return "\n".join(rng.sample(PHRASES, rng.randint(2, 3)))


def _mixed(rng: Random) -> str:
    return f"{rng.choice(WORDS)} {rng.randint(1, 99)} {rng.choice(WORDS)} {rng.randint(1, 99)}"


def _run(rng: Random) -> str:
    return "".join(rng.choice("abxyz") * rng.randint(1, 4) for _ in range(rng.randint(2, 3)))


def _runs(text: str) -> str:
    return "".join(f"{key}{len(list(group))}" for key, group in groupby(text))


SETTINGS = Kind((("line", "part"), ("text", "pair")), "str", _setting)
RECORD = Kind((("line", ""), ("record", ""), ("entry", "")), "str", _record)
MAIL = Kind((("address", ""), ("email", ""), ("mail", "")), "str", _mail)
FILE = Kind((("filename", ""), ("name", ""), ("path", "")), "str", _file)
LINES = Kind((("text", "line"), ("content", "line")), "str", _lines)
MIXED = Kind((("text", "char"), ("s", "c"), ("line", "ch")), "str", _mixed)
RUN = Kind((("text", "char"), ("s", "c")), "str", _run)
ROTATIONS = {
    k: str.maketrans("abcdefghijklmnopqrstuvwxyz", ("abcdefghijklmnopqrstuvwxyz" * 2)[k : k + 26]) for k in range(26)
}

CIPHERS = (
    Recipe(
        "caesar shift encode",
        "move every letter of a lower-case word K1 places on in the alphabet",
        (WORD,),
        "str",
        (
            'result = ""\nfor V1 in P1:\n    place = (ord(V1) - 97 + K1) % 26\n    result += chr(place + 97)\n'
            "return result",
            'abc = "abcdefghijklmnopqrstuvwxyz"\nreturn "".join(abc[(abc.index(V1) + K1) % 26] for V1 in P1)',
        ),
        lambda s, k: s.translate(ROTATIONS[k]),
        (range(1, 26),),
        ("Julius Caesar hid his messages by shifting letters. Do so with a shift of K1 for a lower-case word.",),
        "The `% 26` lets the alphabet start again after z.",
    ),
    Recipe(
        "rle encode_runs run_length",
        "turn runs of equal letters into the letter and its count|do a simple run-length encoding of a text",
        (RUN,),
        "str",
        (
            'result = ""\ni = 0\nwhile i < len(P1):\n    j = i\n    while j < len(P1) and P1[j] == P1[i]:\n'
            "        j += 1\n"
            "    result += P1[i] + str(j - i)\n    i = j\nreturn result",
        ),
        _runs,
        asks=("`aaab` should become `a3b1`. How do I write this kind of compression?",),
        note="The inner loop walks to the end of each run.",
    ),
    Recipe(
        "to_codes letter_codes codes",
        "get the character code of every letter in a word",
        (WORD,),
        "list[int]",
        ("return [ord(V1) for V1 in P1]", "return list(map(ord, P1))"),
        lambda s: [ord(c) for c in s],
        note="`ord` gives the code of a letter, and chr goes the other way.",
    ),
    Recipe(
        "letter_places alphabet_places places",
        "replace each letter of a lower-case word by its place in the alphabet, with a as 1",
        (WORD,),
        "list[int]",
        ("return [ord(V1) - 96 for V1 in P1]",),
        lambda s: [ord(c) - 96 for c in s],
        asks=("For a secret code, a is 1, b is 2 and so on. Turn a word into such numbers.",),
        note="The code of `a` is 97, hence the 96.",
    ),
    Recipe(
        "hide mask_text hide_letters",
        "hide all but the last K1 letters of a word with stars",
        (WORD,),
        "str",
        ('return "*" * (len(P1) - K1) + P1[-K1:]',),
        lambda s, k: "*" * (len(s) - k) + s[-k:],
        ((2, 3),),
        ("Only the last K1 letters of a code may be shown, with stars in place of the rest.",),
    ),
    Recipe(
        "pig add_ay move_letter",
        'move the first letter of a word to its end and add "ay"',
        (WORD,),
        "str",
        ('return P1[1:] + P1[0] + "ay"', 'return f"{P1[1:]}{P1[0]}ay"'),
        lambda s: s[1:] + s[0] + "ay",
    ),
)

PARSING = (
    Recipe(
        "parse_numbers read_row to_numbers",
        "turn a text of numbers separated by commas into a list of whole numbers",
        (_joined(","),),
        "list[int]",
        ('return [int(V1) for V1 in P1.split(",")]', 'return list(map(int, P1.split(",")))'),
        lambda s: [int(x) for x in s.split(",")],
        asks=('I read lines such as "3,14,15" from a csv file and need the numbers in a list.',),
        note="`int` turns each piece of text into a number.",
    ),
    Recipe(
        "sum_text add_numbers total_of_line",
        "add up the numbers in a text, which are separated by spaces",
        (_joined(" "),),
        "int",
        ("return sum(int(V1) for V1 in P1.split())", "return sum(map(int, P1.split()))"),
        lambda s: sum(map(int, s.split())),
    ),
    Recipe(
        "parse_pairs read_settings to_dict",
        'turn a text like "a=1;b=2" into a dictionary with whole numbers as values',
        (SETTINGS,),
        "dict[str, int]",
        (
            'result = {}\nfor V1 in P1.split(";"):\n    key, value = V1.split("=")\n    result[key] = int(value)\n'
            "return result",
            'pairs = [V1.split("=") for V1 in P1.split(";")]\nreturn {key: int(value) for key, value in pairs}',
        ),
        lambda s: {p.split("=")[0]: int(p.split("=")[1]) for p in s.split(";")},
        asks=('Settings come as one line, for example "cup=2;lamp=5". Parse it into a dict.',),
        note="The text is cut twice, first at `;` and then at `=`.",
    ),
    Recipe(
        "parse_record read_person split_entry",
        'split a line like "Ana, 30" into the name and the age as a number',
        (RECORD,),
        "tuple[str, int]",
        (
            'name, age = P1.split(",")\nreturn name.strip(), int(age)',
            'parts = P1.split(", ")\nreturn parts[0], int(parts[1])',
        ),
        lambda s: (s.split(", ")[0], int(s.split(", ")[1])),
        note="`int` ignores the space before the number.",
    ),
    Recipe(
        "extension file_type suffix",
        "get the part of a file name after the last dot",
        (FILE,),
        "str",
        ('return P1.split(".")[-1]', 'return P1.rsplit(".", 1)[1]'),
        lambda s: s.split(".")[-1],
    ),
    Recipe(
        "user_name before_at mail_name",
        'get the part of a mail address before the "@"',
        (MAIL,),
        "str",
        ('return P1.split("@")[0]', 'return P1[:P1.index("@")]', 'name, host = P1.split("@")\nreturn name'),
        lambda s: s.split("@")[0],
    ),
    Recipe(
        "longest_line widest width",
        "find the length of the longest line in a text",
        (LINES,),
        "int",
        ("return max(len(V1) for V1 in P1.splitlines())", "return max(map(len, P1.splitlines()))"),
        lambda s: max(map(len, s.splitlines())),
    ),
    Recipe(
        "find_numbers all_numbers extract_numbers",
        "find all whole numbers in a text with a regular expression",
        (MIXED,),
        "list[int]",
        (
            'return [int(x) for x in re.findall(r"\\d+", P1)]',
            'return list(map(int, re.findall(r"\\d+", P1)))',
            'found = re.findall(r"[0-9]+", P1)\nreturn [int(x) for x in found]',
        ),
        lambda s: [int(x) for x in re.findall(r"\d+", s)],
        asks=("Pull the numbers out of free text with `re`. They should come back as int.",),
        note=r"In the pattern, `\d+` stands for one or more digits.",
        imports="import re",
    ),
    Recipe(
        "words_of_size long_enough find_words",
        "find the words with at least K1 letters in a lower-case text with a regular expression",
        (PHRASE,),
        "list[str]",
        ('return re.findall(r"[a-z]{K1,}", P1)', 'return [V1 for V1 in re.findall(r"[a-z]+", P1) if len(V1) >= K1]'),
        lambda s, k: re.findall(rf"[a-z]{{{k},}}", s),
        ((3, 4, 5),),
        note="The braces in a pattern say how often something may repeat.",
        imports="import re",
    ),
    Recipe(
        "repeat_text times_text again",
        "repeat a word a given number of times with a dash in between",
        (WORD, SMALL),
        "str",
        ('return "-".join([P1] * P2)', 'parts = []\nfor _ in range(P2):\n    parts.append(P1)\nreturn "-".join(parts)'),
        lambda s, n: "-".join([s] * n),
    ),
)
