"""Families on lists and short strings given as input: sort, count, pick out, lay out anew."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .clauses import clause
from .lang import asked, bullets, cap, numbered, pick
from .nature import CATEGORIES, CLASHES
from .people import BOYS, GIRLS, TOWNS
from .scenes import draw_passage

_POOLS = (*CATEGORIES.values(), GIRLS, BOYS, TOWNS)


def _words(rng: Random, fewest: int = 3, most: int = 6) -> list[str]:
    return rng.sample(pick(rng, _POOLS), rng.randint(fewest, most))


def _shown(rng: Random, items: list[str]) -> str:
    """A list as someone would paste it."""
    return pick(rng, (", ".join, ", ".join, "\n".join, bullets, "; ".join))(items)


def sort_words(rng: Random) -> Task:
    items = _words(rng)
    back = rng.random() < 0.25
    answer = ", ".join(sorted(items, key=str.lower, reverse=back))
    ask = pick(
        rng,
        ("Sort these from Z to A.", "Reverse alphabetical order, please.", "Put the words in order from Z back to A.")
        if back
        else (
            "Put these words in alphabetical order.",
            "Sort the list from A to Z.",
            "Alphabetical order, please.",
            "I am making an index. Please sort these entries alphabetically.",
            "Arrange the words as a dictionary would.",
            "Could you put these in ABC order for me?",
        ),
    )
    return Task("sort_words", ask, answer, _shown(rng, items), answer)


def sort_numbers(rng: Random) -> Task:
    numbers = rng.sample(range(1, pick(rng, (30, 100, 500))), rng.randint(4, 6))
    down = rng.random() < 0.4
    answer = ", ".join(map(str, sorted(numbers, reverse=down)))
    ask = pick(
        rng,
        ("Sort from largest to smallest.", "Put the biggest number first and so on down.", "Order these high to low.")
        if down
        else (
            "Sort from smallest to largest.",
            "Put these numbers in order, lowest first.",
            "Order these low to high.",
        ),
    )
    return Task("sort_numbers", ask, answer, _shown(rng, [str(number) for number in numbers]), answer)


def count_words(rng: Random) -> Task:
    sentence = pick(rng, (clause(rng).before(), clause(rng).now(), pick(rng, draw_passage(rng).sentences)))
    count = len(sentence.split())
    ask = pick(
        rng,
        (
            "How many words are in this sentence?",
            "Count the words.",
            "Word count, please.",
            "My telegram is paid by the word. How many words is this?",
            "How many words does the sentence below have?",
        ),
    )
    told = "counting them: " + ", ".join(f"{n} {word.strip('.,?')}" for n, word in enumerate(sentence.split(), 1)) + "."
    return asked(rng, "count_words", ask, str(count), told, sentence)


def count_items(rng: Random) -> Task:
    items = _words(rng, 3, 8)
    ask = pick(
        rng,
        (
            "How many items are on the list?",
            "Count the entries.",
            "How many things are listed here?",
            "Number of items?",
        ),
    )
    told = f"the list starts with {items[0]} and ends with {items[-1]}, and it has {len(items)} items."
    return asked(rng, "count_items", ask, str(len(items)), told, _shown(rng, items))


def pick_members(rng: Random) -> Task:
    name = pick(rng, tuple(CATEGORIES))
    other = pick(rng, [key for key in CATEGORIES if key != name and {name, key} not in CLASHES])
    wanted = rng.sample(CATEGORIES[name], rng.randint(2, 3))
    rest = [item for item in CATEGORIES[other] if item not in CATEGORIES[name]]
    items = rng.sample([*wanted, *rng.sample(rest, rng.randint(2, 3))], len(wanted) + 2)
    wanted = [item for item in items if item in CATEGORIES[name]]
    if not wanted:
        wanted, items = [CATEGORIES[name][0]], [*items, CATEGORIES[name][0]]
    answer = ", ".join(wanted)
    ask = pick(
        rng,
        (
            f"Pick out the {name} from this list.",
            f"Which of these are {name}? Keep the order of the list.",
            f"Copy only the {name}, with commas between them.",
            f"Filter the list: I only want the {name}.",
            f"Leave out everything that does not belong to the {name}.",
        ),
    )
    return Task("pick_members", ask, answer, _shown(rng, items), answer)


def relayout(rng: Random) -> Task:
    items = _words(rng)
    shape, make = pick(
        rng, (("a bulleted list", bullets), ("a numbered list", numbered), ("one line with commas", ", ".join))
    )
    shown = "\n".join(items) if shape == "one line with commas" else ", ".join(items)
    ask = pick(
        rng,
        (
            f"Write this as {shape}.",
            f"Turn the list into {shape}.",
            f"Please format it as {shape}, same order.",
            f"For my notes I need {shape} instead.",
            f"Convert to {shape}.",
        ),
    )
    return Task("relayout", ask, make(items), shown)


def remove_repeats(rng: Random) -> Task:
    items = _words(rng, 3, 5)
    again = rng.sample(items, rng.randint(1, 2))
    mixed = [*items]
    for item in again:
        mixed.insert(rng.randint(items.index(item) + 1, len(mixed)), item)
    answer = ", ".join(dict.fromkeys(mixed))
    ask = pick(
        rng,
        (
            "Remove the words that occur twice, keeping the first of each.",
            "Some entries are there twice. Give me the list without repeats.",
            "Delete the duplicates, same order.",
            "Clean up this list: every word only once.",
        ),
    )
    return Task("remove_repeats", ask, answer, ", ".join(mixed), answer)


def longest_word(rng: Random) -> Task:
    items = _words(rng, 3, 5)
    sizes = sorted(map(len, items))
    if sizes[-1] == sizes[-2]:
        items.append("refrigerators")
    longest = max(items, key=len)
    ask = pick(
        rng,
        (
            "Which word is the longest?",
            "Find the word with the most letters.",
            "Which of these has the most letters?",
            "One of these words is longer than all others. Which one?",
        ),
    )
    told = f"{longest} has {len(longest)} letters, more than any other word here."
    return asked(rng, "longest_word", ask, longest, told, _shown(rng, items))


def nth_item(rng: Random) -> Task:
    items = _words(rng, 4, 6)
    name, place = pick(rng, (("first", 0), ("second", 1), ("third", 2), ("fourth", 3), ("last", -1)))
    ask = pick(
        rng,
        (
            f"What is the {name} item of this list?",
            f"Which entry comes {name}?",
            f"Read me the {name} thing on the list.",
            f"I need the {name} one only.",
        ),
    )
    told = f"reading from the start, the {name} item is {items[place]}."
    return asked(rng, "nth_item", ask, items[place], told, _shown(rng, items))


def in_order(rng: Random) -> Task:
    passage = draw_passage(rng)
    steps = pick(rng, _ORDERED)
    order = rng.sample(range(len(steps)), len(steps))
    shown = [steps[place] for place in order]
    answer = ", ".join(str(order.index(place) + 1) for place in range(len(steps)))
    ask = pick(
        rng,
        (
            "Put the numbered steps in the right order. Give only the numbers, with commas.",
            "These steps are mixed up. What is the right order of the numbers?",
            "In which order do these things happen? Answer with the numbers, separated by commas.",
            f"{passage.values['name']} mixed up these lines. Give the right order of the numbers, with commas.",
        ),
    )
    told = "first " + ", then ".join(f"{step[:1].lower()}{step[1:]}" for step in steps) + "."
    output = f"{answer}." if rng.random() < 0.5 else f"{cap(told)} The answer is {answer}."
    return Task("in_order", ask, output, numbered(shown), answer)


_ORDERED = (
    ("Boil the water", "Pour it over the tea leaves", "Wait four minutes", "Drink the tea"),
    ("Dig a hole", "Put the seed in", "Cover it with soil", "Watch the plant come up"),
    ("Write the letter", "Put it into the envelope", "Stick on a stamp", "Drop it in the letter box"),
    ("Wake up", "Get dressed", "Leave the house", "Arrive at school"),
    ("Buy a ticket", "Get on the train", "Find a seat", "Get off at the last stop"),
    ("Fill the bucket", "Wash the floor", "Let the floor dry", "Put the chairs back"),
    ("Crack the eggs", "Beat the eggs with a fork", "Pour them into the hot pan", "Eat the omelette"),
    ("Knead the dough", "Let the dough rise", "Bake the bread", "Cut the first slice"),
    ("Wet your hands", "Rub them with soap", "Rinse off the soap", "Dry your hands"),
    ("Sort the clothes", "Start the washing machine", "Hang the wet clothes up", "Fold the dry clothes"),
)

FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        *(sort_words, sort_numbers, count_words, count_items, pick_members, relayout, remove_repeats, longest_word),
        *(nth_item, in_order),
    )
}
