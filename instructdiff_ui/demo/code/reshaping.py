"""Families that change the form of a program: hints, docstrings, names, comprehensions, f-strings, tests, gaps."""

from __future__ import annotations

import re
from random import Random

from ..task import Family, Task
from .asking import fence, hand_over, matching, said
from .program import Program
from .recipes import RECIPES
from .words import FRUITS, NAMES, THINGS, WORDS, capital, ints, several, show

_SHORT = tuple(recipe for recipe in RECIPES if max(len(body) for body in recipe.bodies) < 230)


def _any(rng: Random) -> Program:
    program = matching(rng, _SHORT)
    while "without" in program.goal:  # that is a wish for the author of the code, and says nothing about it
        program = matching(rng, _SHORT)
    return program


def _given(rng: Random, code: str, lead: str) -> str:
    """Code alone, or fenced under a sentence."""
    return code if rng.random() < 0.5 else f"{lead}\n{fence(code)}"


def type_hints(rng: Random) -> Task:
    program = _any(rng)
    asked = rng.choice(
        ("Add type hints to this function.", "Please annotate the parameters and the result.",
         "Same code with type hints, please.",
         "Our checker wants types. Add them.", "Which types belong here? Write the function with annotations.",
         f"Put type hints on `{program.name}`.", "types please",
         "Rewrite the first line with type hints and keep the rest.")
    )  # fmt: skip
    lead = rng.choice(
        (
            "With type hints:",
            f"The result of `{program.name}` has a type now, too:",
            "Annotated version:",
            "Only the first line changes:",
        )
    )
    return Task("type_hints", asked, _given(rng, program.code(hints=True), lead), program.code(), check=program.check)


def docstring(rng: Random) -> Task:
    program = _any(rng)
    asked = rng.choice(
        ("Add a docstring.", "This function has no docstring. Write one.", f"Document `{program.name}` with one line.",
         "Please add a short docstring that says what the function does.",
         "Put a one-line docstring under the def line.",
         "My teacher wants every function documented. Can you do this one?", "docstring for this pls",
         "Describe the function in its docstring.")
    )  # fmt: skip
    lead = rng.choice(("With a docstring:", f"`{program.name}` is documented now:", "Here it is:", "I added one line:"))
    return Task("docstring", asked, _given(rng, program.code(doc=True), lead), program.code(), check=program.check)


def rename(rng: Random) -> Task:
    program = _any(rng)
    new = rng.choice(
        [
            n
            for n in ("work_out", "compute_it", "my_function", "process", "helper", "get_it", "step_one", "run")
            if n != program.name
        ]
    )
    asked = rng.choice(
        (f"Rename the function to `{new}`.", f"Call this function `{new}` instead of `{program.name}`.",
         f"I want another name: `{new}`. Change the code.",
         f"`{program.name}` should be named `{new}`. Nothing else changes.", f"new name for this function: {new}",
         f"Please give the function the name `{new}`.")
    )  # fmt: skip
    code, check = (text.replace(f"{program.name}(", f"{new}(") for text in (program.code(), program.check))
    return Task("rename", asked, _given(rng, code, f"Now it is called `{new}`:"), program.code(), check=check)


def explain(rng: Random) -> Task:
    program = _any(rng)
    asked = rng.choice(
        ("What does this function do?", "Explain this code in one or two sentences.",
         "Please describe what the function is for.",
         "I found this in an old file. What is it good for?", "Summarize the code below.", "explain pls",
         "Tell a beginner what happens here.",
         "Say in plain English what this code does.", f"What is the purpose of `{program.name}`?",
         "Read this function and explain it with an example.")
    )  # fmt: skip
    text = rng.choice(
        (
            "It {goals}.",
            "The function {goals}.",
            "`{name}` {goals}.",
            "This code is used to {goal}.",
            "Its purpose is to {goal}.",
        )
    ).format(goals=said(program.goal), goal=program.goal, name=program.name)
    example = f" For example, `{program.call}` gives `{program.value}`."
    way = rng.random() < 0.45
    if way:
        text += f" {_way(program)}"
    if "example" in asked or not (way or program.note) or rng.random() < 0.6:
        text += example
    if program.note and rng.random() < 0.7:
        text += f" {program.note}"
    return Task("explain", asked, text, program.code())


def _way(program: Program) -> str:
    """How the function goes about it, as far as its form shows."""
    body = program.body
    if f"{program.name}(" in body:
        return "It calls itself on a smaller case until the simplest one is reached."
    if re.search(r"^ +while ", body, re.MULTILINE):
        return "A `while` loop does the work, and the result is returned in the end."
    if re.search(r"^ +for ", body, re.MULTILINE):
        return "It does so step by step in a `for` loop."
    return "The work is done in a single line." if "\n" not in body else "A few short lines are enough for that."


def result_of_call(rng: Random) -> Task:
    program = _any(rng)
    while "\\n" in program.call or not program.value.strip('"[]{}') or ". " in program.value:
        program = _any(rng)
    asked = rng.choice(
        (f"What does `{program.call}` return?", f"What is the value of `{program.call}`?",
         f"Given this function, evaluate `{program.call}`.",
         f"Tell me the result of `{program.call}`.", f"I call `{program.call}`. What do I get back?",
         f"{program.call} = ?")
    )  # fmt: skip
    value = program.value.strip('"') if program.value.startswith('"') else program.value
    why = rng.choice(("The function {goals}.", "It {goals}.", "`{name}` {goals}.")).format(
        goals=said(program.goal), name=program.name
    )
    return Task(
        "result_of_call",
        asked,
        value if rng.random() < 0.35 else f"{why} The answer is {value}.",
        program.code(),
        value,
    )


def write_tests(rng: Random) -> Task:
    program = _any(rng)
    asked = rng.choice(
        ("Write a test for this function.", "Add assert lines that test the function.",
         f"Please test `{program.name}` with assert.",
         "How could I test this? Keep the function and add asserts below it.", "tests for this?",
         "Show the function with a small test after it.",
         "Keep the code and give me one or two assertions for it.")
    )  # fmt: skip
    code = f"{program.code()}\n\n{program.check}"
    return Task(
        "write_tests",
        asked,
        _given(rng, code, rng.choice(("With a test:", "The asserts pass silently:", "Function and test:"))),
        program.code(),
        check=program.check,
    )


def complete(rng: Random) -> Task:
    program = _any(rng)
    head = f"{program.imports}\n\n" if program.imports else ""
    gap = f'{head}{program.header}\n    """{capital(program.goal)}."""\n    ...'
    asked = rng.choice(
        ("Complete the function.", "Fill in the missing body.", "Replace the dots with working code.",
         "The docstring says what is wanted. Finish the function.",
         "Please write the body of this function.", f"finish this: it should {program.goal}",
         "My friend only wrote the first lines. Please complete them.",
         f"Implement `{program.name}` as described in its docstring.")
    )  # fmt: skip
    return Task("complete", asked, hand_over(rng, program, program.code(doc=True)), gap, check=program.check)


def loop_pair(rng: Random) -> tuple[str, str, str]:
    """(loop, comprehension, check), all about one new list."""
    out = rng.choice(("result", "out", "new", "kept", "found"))
    k = rng.randint(2, 9)
    if rng.random() < 0.5:
        items, item, values = "numbers", rng.choice(("n", "x", "number")), show(ints(rng, most=5))
        make = rng.choice((f"{item} * {k}", f"{item} + {k}", f"{item} ** 2", item, f"{item} - {k}", f"str({item})"))
        test = rng.choice(
            (f"{item} % 2 == 0", f"{item} > {k}", f"{item} % {k} == 0", f"{item} < {k + 10}", f"{item} != {k}")
        )
    else:
        items, item, values = "words", rng.choice(("w", "word", "s")), show(several(rng))
        make = rng.choice((f"{item}.upper()", f"len({item})", f"{item}[0]", f"{item}[::-1]", item, f'{item} + "!"'))
        test = rng.choice(
            (f"len({item}) > {k % 4 + 3}", f'"a" in {item}', f'{item}.endswith("e")', f'{item}[0] != "b"')
        )
    filtered = make == item or rng.random() < 0.5
    given = f"{items} = {values}\n"
    if filtered:
        loop = f"{given}{out} = []\nfor {item} in {items}:\n    if {test}:\n        {out}.append({make})"
        short = f"{given}{out} = [{make} for {item} in {items} if {test}]"
    else:
        loop = f"{given}{out} = []\nfor {item} in {items}:\n    {out}.append({make})"
        short = f"{given}{out} = [{make} for {item} in {items}]"
    return loop, short, f"assert {out} == [{short.partition(f'{out} = [')[2]}"


def to_comprehension(rng: Random) -> Task:
    loop, short, check = loop_pair(rng)
    asked = rng.choice(
        ("Rewrite the loop as a list comprehension.", "Can this be done in one line?",
         "Turn this loop into a comprehension.",
         "shorter version with a comprehension?", "Please replace the loop with a list comprehension.",
         "My reviewer says this loop should be a comprehension. How does that look?",
         "Make this more compact, same result.")
    )  # fmt: skip
    lead = rng.choice(("As a comprehension:", "The loop becomes one line:", "Same result, shorter:", "Like this:"))
    return Task("to_comprehension", asked, _given(rng, short, lead), loop, check=check)


def to_loop(rng: Random) -> Task:
    loop, short, check = loop_pair(rng)
    asked = rng.choice(
        ("Write this comprehension as a normal loop.", "I do not understand comprehensions yet. Show it as a for loop.",
         "Unfold the comprehension into a loop.",
         "Please rewrite without a comprehension.", "for loop version please",
         "Make this easier to read for a beginner by using a loop and append.")
    )  # fmt: skip
    lead = rng.choice(("As a loop:", "This does the same step by step:", "With a loop and `append`:"))
    return Task("to_loop", asked, _given(rng, loop, lead), short, check=check)


def to_fstring(rng: Random) -> Task:
    name, thing, n = rng.choice(NAMES), rng.choice((*FRUITS, *THINGS)), rng.randint(2, 40)
    var, text = rng.choice((("name", name), ("item", thing), ("who", name), ("word", rng.choice(WORDS))))
    one, two, three = rng.choice(
        (("", " has ", " points"), ("", " got number ", "."), ("Hello ", ", you are number ", " in the queue"))
        if var in ("name", "who")
        else (("Read ", ": ", " times"), ("The word ", " occurs ", " times"))
        if var == "word"
        else (("Item ", ": ", ""), ("One ", " costs ", " euros"), ("We sold ", ": ", ""), ("Stock of ", ": ", "."))
    )
    given = f'{var} = "{text}"\nn = {n}\n'
    plus = " + ".join(
        part for part in (f'"{one}"' if one else "", var, f'"{two}"', "str(n)", f'"{three}"' if three else "") if part
    )
    old = rng.choice((plus, f'"{one}{{}}{two}{{}}{three}".format({var}, n)', f'"{one}%s{two}%d{three}" % ({var}, n)'))
    code = f'{given}line = f"{one}{{{var}}}{two}{{n}}{three}"'
    asked = rng.choice(
        ("Use an f-string here.", "Convert this to an f-string.", "Rewrite the last line with an f-string.",
         "This is hard to read. Can an f-string help?",
         "Please modernize the string formatting.", "f-string version?", "Replace the old formatting with an f-string.")
    )  # fmt: skip
    return Task("to_fstring", asked,
        _given(rng, code, rng.choice(("With an f-string:", "Names in braces are replaced by values:"))),
        f"{given}line = {old}",
                check=f'assert line == "{one}{text}{two}{n}{three}"')  # fmt: skip


def one_liner(rng: Random) -> Task:
    xs, ws = show(ints(rng)), show(several(rng))
    k = rng.randint(2, 9)
    goal, given, line = rng.choice(
        (("the sum of the numbers above {k}", xs, "result = sum(x for x in data if x > {k})"),
         ("the numbers from large to small", xs, "result = sorted(data, reverse=True)"),
         ("each number times {k}", xs, "result = [x * {k} for x in data]"),
         ("the words joined by commas", ws, 'result = ", ".join(data)'),
         ("the longest word", ws, "result = max(data, key=len)"),
         ("a dictionary from each word to its length", ws, "result = {{w: len(w) for w in data}}"),
         ("the words sorted by length", ws, "result = sorted(data, key=len)"),
         ("the number of multiples of {k}", xs, "result = sum(x % {k} == 0 for x in data)"),
         ("the list without doubles, in order", xs, "result = list(dict.fromkeys(data))"),
         ("the last {k} items", xs, "result = data[-{k}:]"),
         ("every second item", ws, "result = data[::2]"),
         ("the average", xs, "result = sum(data) / len(data)"),
         ("all words in capitals", ws, "result = [w.upper() for w in data]"),
         ("the set of first letters", ws, "result = {{w[0] for w in data}}"))
    )  # fmt: skip
    goal, line = goal.format(k=k), line.format(k=k)
    asked = rng.choice(
        (f"In one line: store {goal} in `result`.", f"One-liner for {goal}? The list is `data`.",
         f"With the list below, compute {goal}. One line, name it `result`.",
         f"I need {goal} from `data`. Keep it to a single line.", f"Shortest way to get {goal} as `result`?",
         f"Given `data`, put {goal} into `result`.")
    )  # fmt: skip
    code = f"data = {given}\n{line}"
    return Task(
        "one_liner",
        asked,
        _given(rng, code, "One line is enough:"),
        f"data = {given}",
        check=f"assert result == {line.partition(' = ')[2]}",
    )


RESHAPING: dict[str, Family] = {
    family.__name__: family
    for family in (type_hints, docstring, rename, explain, result_of_call, write_tests, complete, to_comprehension,
        to_loop, to_fstring, one_liner)
}  # fmt: skip
