"""The people, things, places and units that the mathematics tasks and texts are about."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Person(NamedTuple):
    """A name with its pronouns: `they` is the subject form, `them` the object form, `their` the possessive."""

    name: str
    they: str
    them: str
    their: str

    @property
    def They(self) -> str:
        return self.they.capitalize()

    @property
    def Their(self) -> str:
        return self.their.capitalize()


class Thing(NamedTuple):
    one: str
    many: str

    @property
    def an(self) -> str:
        return f"{'an' if self.one[0] in 'aeiou' else 'a'} {self.one}"


_WOMEN = (
    "Ana", "Mia", "Lena", "Sara", "Nina", "Ella", "Ruth", "Zoe", "Ivy", "Maya", "Aisha", "Emma", "Rosa", "Hana",
    "Grace",
    "Priya", "Olga", "Lucy", "Clara", "Fatima", "Julia", "Kate", "Mei", "Anna", "Tara", "Eva",
)  # fmt: skip
_MEN = (
    "Ben", "Tom", "Omar", "Leo", "Sam", "Max", "Jan", "Ali", "Paul", "Noah", "Ivan", "Luis", "Adam", "Hugo", "Ravi",
    "Felix", "Peter", "David", "Yusuf", "Marco", "Oscar", "Daniel", "Kofi", "Erik", "Jack", "Tim",
)  # fmt: skip
PEOPLE = tuple(Person(name, "she", "her", "her") for name in _WOMEN) + tuple(
    Person(name, "he", "him", "his") for name in _MEN
)


def things(text: str) -> tuple[Thing, ...]:
    """Things from "egg/eggs box/boxes"; an underscore stands for a space."""
    return tuple(Thing(*word.replace("_", " ").split("/")) for word in text.split())


FRUIT = things(
    "apple/apples pear/pears plum/plums orange/oranges lemon/lemons peach/peaches banana/bananas mango/mangoes"
)
TOYS = things(
    "marble/marbles sticker/stickers toy_car/toy_cars card/cards shell/shells button/buttons bead/beads stamp/stamps "
    "coin/coins balloon/balloons"
)
SCHOOL = things("pencil/pencils pen/pens crayon/crayons eraser/erasers ruler/rulers notebook/notebooks folder/folders")
FOOD = things(
    "cookie/cookies muffin/muffins cupcake/cupcakes roll/rolls sandwich/sandwiches pancake/pancakes biscuit/biscuits"
)
GARDEN = things("rose/roses tulip/tulips bush/bushes tree/trees carrot/carrots onion/onions cabbage/cabbages")
ANIMALS = things("hen/hens duck/ducks goat/goats sheep/sheep cow/cows rabbit/rabbits pigeon/pigeons horse/horses")
SMALL = FRUIT + TOYS + SCHOOL + FOOD
PACKS = things("box/boxes bag/bags packet/packets basket/baskets jar/jars tray/trays")
PRICED = things(
    "notebook/notebooks mug/mugs scarf/scarves lamp/lamps ball/balls book/books cap/caps plant/plants ticket/tickets "
    "poster/posters candle/candles plate/plates towel/towels"
)
CLOTHES = things("coat/coats shirt/shirts bag/bags hat/hats jacket/jackets dress/dresses sweater/sweaters")
GROCERIES = (
    "bread", "milk", "cheese", "rice", "eggs", "butter", "soap", "honey", "tea", "coffee", "juice", "pasta", "jam",
    "salt",
    "fish", "apples",
)  # fmt: skip
MONEY = ("dollars", "euros", "pounds")
COINS = ("cents", "pence")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COLOURS = ("red", "blue", "green", "yellow", "white", "black", "purple", "orange")

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def words(number: int) -> str:
    """A number below 1000 in words: `words(342)` is "three hundred and forty-two"."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    rest = f" and {words(number % 100)}" if number % 100 else ""
    return f"{ONES[number // 100]} hundred{rest}"


def person(rng: Random) -> Person:
    return rng.choice(PEOPLE)


def two_people(rng: Random) -> tuple[Person, Person]:
    one, other = rng.sample(PEOPLE, 2)
    return one, other
