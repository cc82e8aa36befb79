"""Families that ask for knowledge: errors, built-ins, costs, differences, terms, keywords, modules, expressions."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .asking import fence, said
from .facts import CHOICES, COSTS, DIFFERENCES, ERRORS, KEYWORDS, METHODS, MODULES, TERMS, TOOLS
from .words import NAMES, WORDS, a, capital

_ERROR_ASKS = (
    "Which error does this raise?", "Name the exception.", "My script stops here. What is the error called?",
    "What kind of error do I get from this code?",
    "These lines end in a traceback. Which exception is it?",
    "error name?", "Python complains about this. What type of error is shown?",
    "Tell me the exception class and the reason.",
    "This code fails. With which error?", "Please name the error a beginner would see here and explain it.",
)  # fmt: skip


def error_case(rng: Random) -> tuple[str, str, str]:
    """(error, cause, snippet)."""
    error, cause, snippets = rng.choice(ERRORS)
    return error, cause, rng.choice(snippets).format(n=rng.randint(5, 30), w=rng.choice(WORDS))


def name_error(rng: Random) -> Task:
    error, cause, code = error_case(rng)
    asked = rng.choice(_ERROR_ASKS)
    why = rng.choice(
        (f"The cause is {cause}.", f"The problem here is {cause}.", f"{capital(error)} stands for {cause}.",
         f"Python raises this for {cause}.")
    )  # fmt: skip
    plain = rng.random() < 0.3 and "explain" not in asked and "reason" not in asked
    return Task("name_error", asked, error if plain else f"{why} The answer is {error}.", code, error)


def handle_error(rng: Random) -> Task:
    error, cause, code = error_case(rng)
    while error in ("SyntaxError", "IndentationError", "UnboundLocalError", "AssertionError", "RecursionError"):
        error, cause, code = error_case(rng)
    fallback = rng.choice(("sorry", "not possible", "try again", "oops", "something went wrong", f"caught {error}"))
    lines = code.replace("\n", "\n    ")
    fixed = f'try:\n    {lines}\nexcept {error}:\n    message = "{fallback}"'
    asked = rng.choice(
        (f'Catch the {error} and set `message` to "{fallback}".',
         f'Put a try around this code. If {a(error)} comes, `message` should be "{fallback}".',
         f'This raises {a(error)}. Handle it, so that the variable `message` holds "{fallback}" afterwards.',
         f'The lines below must not stop my program. On {error}, store "{fallback}" in `message`.')
    )  # fmt: skip
    text = f"{fence(fixed)}\nThe error comes from {cause}."
    return Task("handle_error", asked, rng.choice((fixed, text)), code, check=f'assert message == "{fallback}"')


def explain_error(rng: Random) -> Task:
    error, cause, code = error_case(rng)
    who = rng.choice(NAMES)
    asked = rng.choice(
        (f"When does Python raise {a(error)}?", f"What does {error} mean?",
         f"I keep getting {error}. What is wrong, in general?",
         f"{who} sees {error} on the screen. What should {who} look for?", f"Explain {error} in one sentence.",
         f"Describe the usual cause of {a(error)}.", f"{error}?? help", f"For my notes: what causes {error}?",
         f"Could you kindly tell me what {error} stands for?", f"{who} asks what {a(error)} is. Give a short reply.")
    )  # fmt: skip
    output = rng.choice(
        (f"It is raised for {cause}.", f"{error} means that there is {cause}.", f"The usual cause is {cause}.",
         f"Look for {cause}. That is what {error} reports.", f"Python raises {a(error)} when it meets {cause}.")
    )  # fmt: skip
    if asked.startswith(("Explain", "Could", "When", "What")):  # the reply says what the error is
        output = rng.choice(
            (f"{error} means that there is {cause}.", f"Python raises {a(error)} when it meets {cause}.",
             f"{capital(a(error))} is the error that Python raises for {cause}.")
        )  # fmt: skip
    if "one sentence" not in asked and "short reply" not in asked and rng.random() < 0.6:
        lead = rng.choice(("This code raises it:", "A small example:", "You get it here, for instance:"))
        output = f"{output} {lead}\n{fence(code)}"
    return Task("explain_error", asked, output)


def which_tool(rng: Random) -> Task:
    name, does, call, value = rng.choice(TOOLS)
    what = "method" if name in METHODS else "built-in function"
    asked = rng.choice(
        (f"Which {what} is used to {does}?", f"Name the Python {what} to {does}.",
         f"I want to {does}. Which {what} do I need?",
         f"What is the {what} called that {said(does)}?", f"There is a {what} to {does}, but I forgot its name.",
         f"{what} to {does}?", f"Fill in the name: this {what} {said(does)}.",
         f"I forgot what the {what} is called that {said(does)}.",
         f"A friend wants to {does} in Python. What is the right {what}?")
    )  # fmt: skip
    example = f" For example, {call} gives {value}." if call and rng.random() < 0.6 else ""
    output = rng.choice(
        (f"{name}", f"The {what} `{name}` {said(does)}.{example} The answer is {name}.",
         f"Use `{name}` to {does}.{example} The answer is {name}.", f"It {said(does)}.{example} The answer is {name}.")
    )  # fmt: skip
    return Task("which_tool", asked, output, answer=name)


def use_tool(rng: Random) -> Task:
    name, does, call, value = rng.choice([tool for tool in TOOLS if tool[2] and tool[0] != "type"])
    asked = rng.choice(
        (f"What does `{name}` do?", f"Explain `{name}` with a small example.", f"Can you show how `{name}` works?",
         f"Describe `{name}` for a beginner.", f"{name} in one or two sentences, please.",
         f"What is `{name}` good for in Python?",
         f"I saw `{name}` in some code. What is it for?", f"tell me about {name}()", f"When would I use `{name}`?")
    )  # fmt: skip
    output = rng.choice(
        (f"`{name}` is used to {does}. For example, `{call}` gives `{value}`.",
         f"It {said(does)}.\n{fence(f'{call}  # {value}')}",
         f"Use `{name}` to {does}: `{call}` is `{value}`.",
         f"`{name}` {said(does)}, so `{call}` gives `{value}`.")
    )  # fmt: skip
    return Task("use_tool", asked, output)


def complexity(rng: Random) -> Task:
    cost, reason, snippets = rng.choice(COSTS)
    x = rng.choice(("items", "values", "data", "numbers", "names"))
    code = rng.choice(snippets).format(x=x, k=rng.randint(0, 9))
    asked = rng.choice(
        ("What is the time complexity of this function?", "Give the running time in big O notation.",
         "How does the time grow with n?",
         "big O of this?", "How expensive is this function for n items, in big O?",
         "What is the complexity of this code, in big O?",
         "Is this fast for large input? Give its order of growth.",
         "Estimate the cost of a call in O notation, with the reason.")
    )  # fmt: skip
    output = rng.choice((cost, f"{reason} The answer is {cost}.", f"{reason} So the answer is {cost}."))
    return Task("complexity", asked, f"{reason} The answer is {cost}." if "reason" in asked else output, code, cost)


def difference(rng: Random) -> Task:
    one, other, text = rng.choice(DIFFERENCES)
    asked = rng.choice(
        (f"What is the difference between {one} and {other}?", f"How do {one} and {other} differ?",
         f"{one} or {other}? Explain.",
         f"I always mix up {one} and {other}. Help!", f"Compare {one} with {other} in two sentences.",
         f"Please explain how {one} is different from {other}.",
         f"In an interview they asked me how {one} and {other} differ. What should I have said?",
         f"Python: {one} versus {other}?", f"Why are there both {one} and {other}?")
    )  # fmt: skip
    return Task("difference", capital(asked), text)


def term(rng: Random) -> Task:
    name, meaning = rng.choice(TERMS)
    if rng.random() < 0.5:
        asked = rng.choice(
            (f"What is {a(name)}?", f"Define the term {name}.", f"Explain in one sentence what {a(name)} is in Python.",
             f"My book mentions {a(name)} but never says what that is. What is it?", f"{name}, short definition please")
        )  # fmt: skip
        output = rng.choice(
            (f"It is {meaning}.", f"{capital(a(name))} is {meaning}.", f"In Python, {a(name)} is {meaning}.")
        )
        return Task("term", asked, output)
    asked = rng.choice(
        (f"What do programmers call {meaning}?", f"Which word stands for {meaning}?", f"Give the term: {meaning}.",
         f"{capital(meaning)}: what is the name for this?", f"What is the Python word for {meaning}?")
    )  # fmt: skip
    return Task("term", asked, rng.choice((capital(name), f"The answer is {name}.")), answer=name)


def keyword(rng: Random) -> Task:
    word, does = rng.choice(KEYWORDS)
    asked = rng.choice(
        (f"Which Python keyword {does}?", f"Name the keyword that {does}.",
         f"I need the word that {does}. Which is it?",
         f"There is a reserved word in Python that {does}. What is it?", f"What is the keyword in Python that {does}?",
         f"keyword: {does}?",
         f"In Python there is a reserved word which {does}. Please name it.")
    )  # fmt: skip
    output = rng.choice(
        (word, f"The keyword `{word}` {does}. The answer is {word}.", f"`{word}` {does}. The answer is {word}.")
    )
    return Task("keyword", asked, output, answer=word)


def structure(rng: Random) -> Task:
    need, kind, reason = rng.choice(CHOICES)
    who = rng.choice(NAMES)
    asked = rng.choice(
        (f"List, tuple, set or dictionary: which one fits best to {need}?",
         f"I have to {need}. Which built-in collection do I take?",
         f"{who} wants to {need}. Should that be a list, a tuple, a set or a dictionary?",
         f"Choose from list, tuple, set, dictionary. The job is to {need}.",
         f"best type to {need}? (list/tuple/set/dictionary)",
         f"To {need}, would you use a list, a set, a tuple or a dictionary, and why?")
    )  # fmt: skip
    why = f"{reason} The answer is {kind}."
    return Task("structure", asked, why if "why" in asked or rng.random() < 0.6 else capital(kind), answer=kind)


def module(rng: Random) -> Task:
    name, need = rng.choice(MODULES)
    asked = rng.choice(
        (f"Which module of the standard library do I import to {need}?", f"I want to {need}. What must I import?",
         f"Name the standard module to {need}.", f"import what, to {need}?",
         f"My program has to {need}. Which module helps?",
         f"What goes after `import` if I need to {need}?")
    )  # fmt: skip
    output = rng.choice((name, f"The module `{name}` lets you {need}. The answer is {name}.", f"import {name}"))
    return Task("module", asked, name if output.startswith("import") else output, answer=name)


KNOWING: dict[str, Family] = {
    "name_error": name_error,
    "handle_error": handle_error,
    "explain_error": explain_error,
    "which_tool": which_tool,
    "use_tool": use_tool,
    "complexity": complexity,
    "difference": difference,
    "term": term,
    "keyword": keyword,
    "structure": structure,
    "module": module,
}
