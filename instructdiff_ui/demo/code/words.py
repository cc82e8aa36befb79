"""The words and small values that the code tasks and the prose about code draw from."""

from __future__ import annotations

from random import Random

NAMES = (
    "Ana", "Ben", "Carla", "Dan", "Eva", "Finn", "Grace", "Hugo", "Iris", "Jon", "Kim", "Leo", "Mia", "Nora", "Omar",
    "Paula", "Rosa", "Sam", "Tom", "Vera",
)  # fmt: skip
FRUITS = (
    "apple",
    "banana",
    "cherry",
    "fig",
    "grape",
    "kiwi",
    "lemon",
    "mango",
    "melon",
    "orange",
    "peach",
    "pear",
    "plum",
)
ANIMALS = (
    "ant",
    "bear",
    "cat",
    "dog",
    "eagle",
    "fox",
    "goat",
    "horse",
    "lion",
    "mouse",
    "otter",
    "owl",
    "wolf",
    "zebra",
)
THINGS = (
    "bag",
    "book",
    "box",
    "chair",
    "clock",
    "cup",
    "key",
    "lamp",
    "map",
    "pen",
    "phone",
    "plate",
    "spoon",
    "table",
)
CITIES = ("Berlin", "Cairo", "Delhi", "Lima", "Lisbon", "London", "Madrid", "Oslo", "Paris", "Rome", "Tokyo", "Vienna")
COLORS = ("black", "blue", "brown", "gold", "gray", "green", "orange", "pink", "red", "silver", "white", "yellow")
WORDS = (
    "apple", "banana", "bridge", "butter", "candle", "coffee", "garden", "happy", "hello", "letter", "level", "little",
    "mirror", "morning", "noon", "paper", "pepper", "planet", "python", "radar", "river", "school", "silver", "summer",
    "table", "tomato", "train", "window", "winter", "yellow",
)  # fmt: skip
PHRASES = (
    "a cup of tea", "all is well", "blue sky", "call me later", "good morning", "green tea", "keep it simple",
    "the cat sat down", "hello world", "one step at a time", "open the door", "rain in spring", "read the book",
    "red and blue", "see you soon", "the big red bus", "the end", "time to go home", "two small birds", "warm bread",
)  # fmt: skip
BANKS = (FRUITS, ANIMALS, THINGS, CITIES, COLORS, NAMES)
SUBJECTS = ("art", "biology", "chemistry", "french", "history", "maths", "music", "physics")


def several(rng: Random, low: int = 3, high: int = 5) -> list[str]:
    """Some different words of one sort."""
    return rng.sample(rng.choice(BANKS), rng.randint(low, high))


def ints(rng: Random, low: int = 1, high: int = 30, *, least: int = 3, most: int = 6) -> list[int]:
    """Some whole numbers, seldom with repeats."""
    return [rng.randint(low, high) for _ in range(rng.randint(least, most))]


def show(value: object) -> str:
    """A value as code writes it, with double quotes."""
    return repr(value).replace("'", '"')


def third(goal: str) -> str:
    """`count the words` -> `counts the words`."""
    verb, _, rest = goal.partition(" ")
    ending = "es" if verb.endswith(("ch", "sh", "o", "s", "x", "z")) else "s"
    rest = f"{verb}{ending} {rest}"
    for second in ("give", "add", "return", "skip", "offer", "compute", "keep"):
        rest = rest.replace(f" and {second} ", f" and {second}s ").replace(f" or {second} ", f" or {second}s ")
    return rest


def capital(text: str) -> str:
    """The text with a capital first letter, the rest left as it is."""
    return text[:1].upper() + text[1:]


def a(noun: str) -> str:
    """The noun with its indefinite article."""
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
