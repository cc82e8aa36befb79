"""Snippets of which it is known what they print and why: loops, strings, lists, dictionaries, conditions, functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .words import FRUITS, NAMES, PHRASES, SUBJECTS, THINGS, WORDS, ints, several, show


@dataclass(frozen=True)
class Snippet:
    code: str
    printed: str  # one line
    why: str  # how one comes to it, as whole sentences


Maker = Callable[[Random], Snippet]


def commas(values: object) -> str:
    """`[1, 2, 3]` -> `1, 2, 3`."""
    return ", ".join(map(str, values))  # type: ignore[call-overload]


def sum_loop(rng: Random) -> Snippet:
    var, item = rng.choice((("total", "n"), ("result", "x"), ("s", "i"), ("points", "p")))
    values, start = ints(rng, 1, 9, most=5), rng.choice((0, 0, 0, 1, 5, 10))
    sums = [start + sum(values[: i + 1]) for i in range(len(values))]
    code = f"{var} = {start}\nfor {item} in {values}:\n    {var} += {item}\nprint({var})"
    return Snippet(code, str(sums[-1]), f"`{var}` starts at {start} and becomes {commas(sums)}.")


def product_loop(rng: Random) -> Snippet:
    var, stop = rng.choice(("product", "p", "result")), rng.randint(3, 6)
    seen, value = [], 1
    for i in range(1, stop):
        value *= i
        seen.append(value)
    code = f"{var} = 1\nfor i in range(1, {stop}):\n    {var} *= i\nprint({var})"
    return Snippet(code, str(value), f"`i` runs from 1 to {stop - 1}, so `{var}` is {commas(seen)} in turn.")


def filtered_count(rng: Random) -> Snippet:
    values, limit = ints(rng, 1, 20, least=4), rng.randint(5, 15)
    kept = [x for x in values if x > limit]
    code = f"count = 0\nfor x in {values}:\n    if x > {limit}:\n        count += 1\nprint(count)"
    if not kept:
        return Snippet(code, "0", f"No value is above {limit}, so `count` stays 0.")
    which = f"The values above {limit} are {commas(kept)}." if len(kept) > 1 else f"Only {kept[0]} is above {limit}."
    return Snippet(code, str(len(kept)), which)


def while_loop(rng: Random) -> Snippet:
    start, step, limit = rng.randint(0, 5), rng.randint(2, 6), rng.randint(10, 25)
    seen = [start]
    while seen[-1] < limit:
        seen.append(seen[-1] + step)
    code = f"n = {start}\nwhile n < {limit}:\n    n += {step}\nprint(n)"
    return Snippet(
        code, str(seen[-1]), f"`n` goes {commas(seen)} and the loop stops, as {seen[-1]} is not below {limit}."
    )


def halving(rng: Random) -> Snippet:
    start = rng.randint(8, 100)
    seen = [start]
    while seen[-1] > 1:
        seen.append(seen[-1] // 2)
    code = f"n = {start}\nsteps = 0\nwhile n > 1:\n    n = n // 2\n    steps += 1\nprint(steps)"
    return Snippet(code, str(len(seen) - 1), f"`n` goes {commas(seen)}, which takes {len(seen) - 1} steps.")


def break_loop(rng: Random) -> Snippet:
    values, limit = ints(rng, 1, 20, least=4), rng.randint(6, 14)
    hit = next((x for x in values if x > limit), None)
    code = f"found = 0\nfor x in {values}:\n    if x > {limit}:\n        found = x\n        break\nprint(found)"
    why = f"The first value above {limit} is {hit}, and `break` ends the loop there."
    return Snippet(code, str(hit or 0), why if hit else f"No value is above {limit}, so `found` stays 0.")


def continue_loop(rng: Random) -> Snippet:
    stop, skip = rng.randint(5, 9), rng.randint(2, 4)
    kept = [i for i in range(1, stop) if i % skip]
    code = (
        f"total = 0\nfor i in range(1, {stop}):\n    if i % {skip} == 0:\n        continue\n    total += i\n"
        f"print(total)"
    )
    plus = " + ".join(map(str, kept))
    return Snippet(code, str(sum(kept)), f"Multiples of {skip} are skipped, which leaves {plus} = {sum(kept)}.")


def nested_loops(rng: Random) -> Snippet:
    outer, inner = rng.randint(2, 6), rng.randint(2, 6)
    code = f"count = 0\nfor i in range({outer}):\n    for j in range({inner}):\n        count += 1\nprint(count)"
    why = f"The inner loop runs {inner} times in each of {outer} rounds, and {outer} * {inner} = {outer * inner}."
    return Snippet(code, str(outer * inner), why)


def loop_maximum(rng: Random) -> Snippet:
    values = ints(rng, 1, 40, least=4)
    best = [max(values[: i + 1]) for i in range(len(values))]
    steps = list(dict.fromkeys(best))
    code = f"best = {values[0]}\nfor x in {values[1:]}:\n    if x > best:\n        best = x\nprint(best)"
    more = f"`best` becomes {commas(steps)}." if len(steps) > 1 else f"Nothing is larger than {steps[0]}."
    return Snippet(code, str(steps[-1]), more)


def joined_loop(rng: Random) -> Snippet:
    word = rng.choice(WORDS)
    if rng.random() < 0.5:
        code = f'out = ""\nfor c in "{word}":\n    out = c + out\nprint(out)'
        return Snippet(code, word[::-1], "Each letter is put in front, so the word comes out backwards.")
    vowels = "".join(c for c in word if c in "aeiou")
    code = f'out = ""\nfor c in "{word}":\n    if c in "aeiou":\n        out += c\nprint(out)'
    return Snippet(code, vowels, f'Only the vowels of "{word}" are collected.')


def string_method(rng: Random) -> Snippet:
    text = rng.choice(PHRASES)
    letter = rng.choice([c for c in text if c.isalpha()])
    word = rng.choice(text.split())
    new = rng.choice([w for w in WORDS if w != word])
    call, value, why = rng.choice(
        (
            ("upper()", text.upper(), "`upper` makes every letter a capital."),
            ("title()", text.title(), "`title` gives every word a capital letter."),
            ("capitalize()", text.capitalize(), "`capitalize` changes only the first letter of the text."),
            (f'count("{letter}")', text.count(letter), f'The letter "{letter}" is counted.'),
            (f'find("{letter}")', text.find(letter), "`find` gives the position of the first match, counting from 0."),
            (f'replace("{word}", "{new}")', text.replace(word, new), f'Every "{word}" is replaced.'),
            ("split()", text.split(), "`split` cuts at the spaces and gives a list."),
            (f'startswith("{word}")', text.startswith(word), "`startswith` compares the beginning of the text."),
            ("isalpha()", text.isalpha(), "`isalpha` is true only if all characters are letters."),
        )
    )
    name = rng.choice(("text", "s", "line", "phrase"))
    code = rng.choice((f'{name} = "{text}"\nprint({name}.{call})', f'print("{text}".{call})'))
    return Snippet(code, str(value), why)


def string_slice(rng: Random) -> Snippet:
    word = rng.choice([w for w in WORDS if len(w) > 4])
    i, j = rng.randint(0, 2), rng.randint(3, 4)
    cut, value, why = rng.choice(
        (
            (f"[{i}:{j}]", word[i:j], f"The slice takes the positions {i} to {j - 1}."),
            (f"[:{j}]", word[:j], f"The slice takes the first {j} letters."),
            (f"[{j}:]", word[j:], f"The slice starts at position {j} and goes to the end."),
            (f"[-{j}:]", word[-j:], f"A negative start counts from the end, so these are the last {j} letters."),
            ("[::-1]", word[::-1], "The step -1 walks backwards."),
            ("[::2]", word[::2], "The step 2 takes every second letter."),
            (f"[{i}]", word[i], f"Positions start at 0, so index {i} is letter number {i + 1}."),
            ("[-1]", word[-1], "Index -1 is the last letter."),
        )
    )
    code = rng.choice((f'word = "{word}"\nprint(word{cut})', f's = "{word}"\nprint(s{cut})', f'print("{word}"{cut})'))
    return Snippet(code, value, why)


def list_slice(rng: Random) -> Snippet:
    values = ints(rng, 1, 20, least=5)
    i, j = rng.randint(1, 2), rng.randint(3, 4)
    cut, why = rng.choice(
        (
            (slice(i, j), f"Positions {i} to {j - 1} are taken, the end is not included."),
            (slice(None, j), f"These are the first {j} items."),
            (slice(i, None), f"Everything from position {i} on is taken."),
            (slice(-i, None), "A negative start counts from the end."),
            (slice(None, None, 2), "Every second item is taken."),
            (slice(None, None, -1), "The step -1 reverses the list."),
        )
    )
    parts = ["" if part is None else str(part) for part in (cut.start, cut.stop)]
    written = ":".join(parts) + (f":{cut.step}" if cut.step else "")
    name = rng.choice(("values", "data", "nums", "a"))
    return Snippet(f"{name} = {values}\nprint({name}[{written}])", str(values[cut]), why)


def list_change(rng: Random) -> Snippet:
    items = ints(rng, 1, 20, least=3, most=4)
    new, place = rng.randint(21, 40), rng.randint(0, 2)
    done, line, why = list(items), "", ""
    match rng.randrange(6):
        case 0:
            done.append(new)
            line, why = f"append({new})", "`append` adds one item at the end."
        case 1:
            done.insert(place, new)
            line, why = f"insert({place}, {new})", f"`insert` puts {new} at position {place} and moves the rest on."
        case 2:
            done.pop()
            line, why = "pop()", "`pop` without a position removes the last item."
        case 3:
            done.remove(items[place])
            line, why = f"remove({items[place]})", "`remove` takes out the first item with that value."
        case 4:
            done.sort()
            line, why = "sort()", "`sort` puts the list itself in order, from small to large."
        case _:
            done.extend([new, new + 1])
            line, why = f"extend([{new}, {new + 1}])", "`extend` adds each item of the other list."
    name = rng.choice(("items", "xs", "numbers", "queue"))
    return Snippet(f"{name} = {items}\n{name}.{line}\nprint({name})", str(done), why)


def alias(rng: Random) -> Snippet:
    items, new = ints(rng, 1, 9, least=2, most=4), rng.randint(10, 30)
    if rng.random() < 0.5:
        why = "`a` and `b` are two names for the same list, so the change shows in both."
        return Snippet(f"a = {items}\nb = a\nb.append({new})\nprint(a)", str([*items, new]), why)
    copied = rng.choice(("a.copy()", "a[:]", "list(a)"))
    return Snippet(
        f"a = {items}\nb = {copied}\nb.append({new})\nprint(a)", str(items), "`b` is a copy, so `a` keeps its items."
    )


def dict_use(rng: Random) -> Snippet:
    keys = rng.sample(rng.choice((FRUITS, NAMES, THINGS, SUBJECTS)), 3)
    data = {key: rng.randint(1, 20) for key in keys}
    key, other = keys[rng.randrange(2)], keys.pop()
    value = data.pop(other)
    name = rng.choice(("prices", "data", "stock", "points", "d"))
    line, printed, why = rng.choice(
        (
            (f'print({name}["{key}"])', data[key], f'The value stored under "{key}" is looked up.'),
            (f'print({name}.get("{other}", 0))', 0, f'"{other}" is not a key, so `get` gives the default 0.'),
            (f"print(len({name}))", 2, "`len` counts the keys."),
            (f"print(sum({name}.values()))", sum(data.values()), "`values` gives the numbers, and `sum` adds them."),
            (f"print(list({name}))", list(data), "A list made from a dictionary holds its keys."),
            (f'print("{other}" in {name})', False, f"`in` looks at the keys, and {other} is not one."),
            (
                f'{name}["{key}"] += {value}\nprint({name}["{key}"])',
                data[key] + value,
                f"{data[key]} + {value} = {data[key] + value}.",
            ),
            (f'{name}["{other}"] = {value}\nprint(len({name}))', 3, "A new key is added to the two old ones."),
            (
                f"print(max({name}, key={name}.get))",
                max(data, key=lambda k: data[k]),
                "This is the key with the largest value.",
            ),
        )
    )
    return Snippet(f"{name} = {show(data)}\n{line}", str(printed), why)


def branches(rng: Random) -> Snippet:
    value, low = rng.randint(1, 40), rng.randint(8, 15)
    high = low + rng.randint(5, 12)
    words = rng.choice(
        (("cold", "mild", "hot"), ("small", "medium", "large"), ("low", "normal", "high"), ("slow", "ok", "fast"))
    )
    var = rng.choice(("t", "x", "size", "level", "speed"))
    code = (
        f'{var} = {value}\nif {var} < {low}:\n    print("{words[0]}")\nelif {var} < {high}:\n'
        f'    print("{words[1]}")\nelse:\n    print("{words[2]}")'
    )
    if value < low:
        return Snippet(code, words[0], f"{value} is below {low}, so the first branch runs.")
    if value < high:
        return Snippet(code, words[1], f"{value} is not below {low} but below {high}, so the second branch runs.")
    return Snippet(code, words[2], f"{value} is neither below {low} nor below {high}, so `else` runs.")


def formatted(rng: Random) -> Snippet:
    name, thing, n = rng.choice(NAMES), rng.choice(FRUITS), rng.randint(2, 30)
    price = rng.randint(100, 999) / 100
    code, printed, why = rng.choice(
        (
            (f'name = "{name}"\nn = {n}\nprint(f"{{name}} is {{n}} years old")', f"{name} is {n} years old",
             "The names in braces are replaced by their values."),
            (f'price = {price}\nprint(f"{{price:.1f}}")', f"{price:.1f}", "`.1f` keeps one digit after the point."),
            (f"n = {n}\nprint(f\"{{n:04d}}\")", f"{n:04d}", "`04d` fills with zeros up to four digits."),
            (f'item = "{thing}"\nprint(f"{{item.upper()}}!")', f"{thing.upper()}!",
             "The method call inside the braces runs first."),
            (f'a = {n}\nb = {n + 3}\nprint(f"{{a}} + {{b}} = {{a + b}}")', f"{n} + {n + 3} = {2 * n + 3}",
             "Braces may hold a whole expression."),
            (f'print("-".join({show([name, thing])}))', f"{name}-{thing}", "`join` puts the dash between the items."),
            (f'print("{{}} has {{}}".format("{name}", {n}))', f"{name} has {n}", "`format` fills the braces in order."),
            (f'print("{name}", {n}, sep=":")', f"{name}:{n}", "`sep` is put between the printed values."),
            (f'print("{thing[:3]}" * 2 + "!")', f"{thing[:3] * 2}!", "A string times 2 is written twice."),
        )
    )  # fmt: skip
    return Snippet(code, printed, why)


def comprehension(rng: Random) -> Snippet:
    stop, k = rng.randint(4, 8), rng.randint(2, 9)
    words = several(rng, 3, 3)
    code, printed, why = rng.choice(
        (
            (f"print([x * {k} for x in range({stop})])", [x * k for x in range(stop)],
             f"`x` runs from 0 to {stop - 1} and each value is multiplied by {k}."),
            (f"print([x for x in range({stop + 6}) if x % {k} == 0])", [x for x in range(stop + 6) if x % k == 0],
             f"Only multiples of {k} below {stop + 6} are kept, and 0 is one of them."),
            (f"print([len(w) for w in {show(words)}])", [len(w) for w in words],
             "Each word is replaced by its length."),
            (f"print(sum(x * x for x in range({stop})))", sum(x * x for x in range(stop)),
             f"The squares of 0 to {stop - 1} are added."),
            (f"print([w[0] for w in {show(words)}])", [w[0] for w in words],
             "Index 0 gives the first letter of each word."),
            (f"print([x + {k} for x in {(v := ints(rng, 1, 9, most=4))}])", [x + k for x in v],
             f"{k} is added to each item."),
        )
    )  # fmt: skip
    return Snippet(code, str(printed), why)


def function_call(rng: Random) -> Snippet:
    a, b, k = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 5)
    code, printed, why = rng.choice(
        (
            (f"def f(x, y={k}):\n    return x * y\n\nprint(f({a}))", a * k,
             f"`y` keeps its default {k}, so the result is {a} * {k} = {a * k}."),
            (f"def f(x, y={k}):\n    return x * y\n\nprint(f({a}, {b}))", a * b,
             f"The default is not used, so the result is {a} * {b} = {a * b}."),
            (f"def add(a, b):\n    return a + b\n\nprint(add({a}, add({b}, {k})))", a + b + k,
             f"The inner call gives {b + k}, and {a} + {b + k} = {a + b + k}."),
            (f"def f(x):\n    x = x + {k}\n    return x\n\nx = {a}\nf(x)\nprint(x)", a,
             "The function changes only its own local `x`."),
            (f"def double(x):\n    x * 2\n\nprint(double({a}))", None,
             "There is no `return`, so the call gives `None`."),
            (f"def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)\n\nprint(fact({k}))", [2, 6, 24, 120][k - 2],
             f"The calls multiply the numbers from {k} down to 1."),
            (f"square = lambda x: x * x\nprint(square({a}) + {b})", a * a + b,
             f"{a} * {a} = {a * a}, and {b} more is {a * a + b}."),
            (f"def rest(*args):\n    return len(args)\n\nprint(rest({commas(range(k))}))", k,
             "`*args` collects all arguments."),
        )
    )  # fmt: skip
    return Snippet(code, str(printed), why)


def sets_and_tuples(rng: Random) -> Snippet:
    values = ints(rng, 1, 5, least=4, most=6)
    one, two = sorted(rng.sample(range(1, 9), 4)), sorted(rng.sample(range(1, 9), 4))
    a, b = rng.sample(range(2, 30), 2)
    code, printed, why = rng.choice(
        (
            (f"print(len(set({values})))", len(set(values)), "A set keeps each value once."),
            (f"print(sorted(set({values})))", sorted(set(values)),
             "Doubles go away, then the values are put in order."),
            (f"a = set({one})\nb = set({two})\nprint(sorted(a & b))", sorted(set(one) & set(two)),
             "`&` keeps what both sets have."),
            (f"a = set({one})\nb = set({two})\nprint(sorted(a | b))", sorted(set(one) | set(two)),
             "`|` joins the two sets."),
            (f"a = set({one})\nb = set({two})\nprint(sorted(a - b))", sorted(set(one) - set(two)),
             "`-` removes what `b` has."),
            (f"a, b = {a}, {b}\na, b = b, a\nprint(a)", b, "The two values are swapped."),
            (f"pair = ({a}, {b})\nx, y = pair\nprint(y - x)", b - a, f"`x` is {a} and `y` is {b}."),
            (f"first, *rest = {values}\nprint(rest)", values[1:], "The star collects everything after the first item."),
        )
    )  # fmt: skip
    return Snippet(code, str(printed), why)


LOOPS: tuple[Maker, ...] = (sum_loop, product_loop, filtered_count, nested_loops, loop_maximum, joined_loop)
STEPS: tuple[Maker, ...] = (while_loop, halving, break_loop, continue_loop)
SLICES: tuple[Maker, ...] = (string_slice, list_slice)
LISTS: tuple[Maker, ...] = (list_change, alias)
ALL: tuple[Maker, ...] = (
    *LOOPS, *STEPS, *SLICES, *LISTS, string_method, dict_use, branches, formatted, comprehension, function_call,
    sets_and_tuples,
)  # fmt: skip
