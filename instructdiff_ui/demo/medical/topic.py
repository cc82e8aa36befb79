"""What a topic of medical facts is: pairs of things with a note, and the ways to ask for and to state them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple


class Fact(NamedTuple):
    """`one` goes with `other`; `note` is a whole sentence that explains why or adds to it."""

    one: str
    other: str
    note: str


@dataclass(frozen=True)
class Topic:
    """Facts of one kind. `ask` asks for `other` given {one}; `back` asks for `one` given {other}; `say` states both.

    `apart` names groups of `one` that must not stand together as options, since both would be right.
    """

    title: str
    kind: str  # what `other` is, such as "disease"
    facts: tuple[Fact, ...]
    ask: tuple[str, ...]
    back: tuple[str, ...]
    say: tuple[str, ...]
    apart: tuple[tuple[str, ...], ...] = ()

    def unique(self, fact: Fact) -> bool:
        """Whether `one` alone goes with its `other`, so that asking back has one answer."""
        return sum(other.other == fact.other for other in self.facts) == 1 and not self._near(fact.one)

    def _near(self, one: str) -> set[str]:
        return {name for group in self.apart if one in group for name in group}

    def others(self, fact: Fact) -> list[Fact]:
        """Facts that are no right answer beside `fact`, one for each `other`."""
        near = self._near(fact.one)
        found: dict[str, Fact] = {}
        for item in self.facts:
            if item.other != fact.other and item.one != fact.one and item.one not in near:
                found.setdefault(item.other, item)
        return list(found.values())

    def state(self, rng: Random, fact: Fact) -> str:
        return cap(rng.choice(self.say).format(one=fact.one, other=fact.other))


def cap(text: str) -> str:
    return text if text.startswith("pH") else text[:1].upper() + text[1:]


def listed(items: list[str] | tuple[str, ...], word: str = "and") -> str:
    """`x, y and z`."""
    items = list(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def facts(*rows: tuple[str, str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(*row) for row in rows)
