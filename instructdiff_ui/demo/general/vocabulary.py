"""Families about words: their meaning and what belongs together."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from . import words
from .lang import asked, cap, listed, pick, with_choices
from .nature import CATEGORIES, CLASHES


def _others(rng: Random, column: tuple[str, ...], avoid: tuple[str, ...], count: int = 2) -> list[str]:
    return rng.sample([word for word in dict.fromkeys(column) if word not in avoid], count)


def _other_groups(name: str) -> list[str]:
    return [other for other in CATEGORIES if other != name and {name, other} not in CLASHES]


def synonym(rng: Random) -> Task:
    word, same = pick(rng, words.SYNONYMS)
    opposite = [pair[1] for pair in words.OPPOSITES if pair[0] == word]
    near = tuple(pair[1] for pair in words.SYNONYMS)
    wrong = (opposite + _others(rng, near, (word, same), 3))[:2]
    ask = pick(
        rng,
        (
            f"Which word means nearly the same as '{word}'?",
            f"Which of these is a synonym of '{word}'?",
            f"Which word could replace '{word}' without much change of meaning?",
            f"Which word is closest in meaning to '{word}'?",
        ),
    )
    reason = pick(
        rng,
        (
            f"'{word}' and '{same}' mean nearly the same.",
            f"'{same}' is a synonym of '{word}', while '{wrong[0]}' has another meaning.",
            f"If something can be called '{word}' in a sentence, '{same}' will mostly do as well.",
        )[: 2 if wrong else 1],
    )
    return asked(rng, "synonym", with_choices(rng, ask, [same, *wrong]), same, reason)


def opposite(rng: Random) -> Task:
    word, other = pick(rng, words.OPPOSITES)
    wrong = _others(rng, tuple(pair[1] for pair in words.OPPOSITES), (word, other, "light"), 2)
    ask = pick(
        rng,
        (
            f"What is the opposite of '{word}'?",
            f"Give the antonym of '{word}'.",
            f"Which word means the opposite of '{word}'?",
            f"Which of these words is the opposite of '{word}'?",
        ),
    )
    reason = pick(
        rng,
        (
            f"'{other}' is the opposite of '{word}'.",
            f"The words '{word}' and '{other}' are opposites.",
            f"What is not '{word}' but quite the other way round is '{other}'.",
        ),
    )
    return asked(rng, "opposite", with_choices(rng, ask, [other, *wrong]), other, reason)


def definition(rng: Random) -> Task:
    word, meaning, sentence = pick(rng, words.MEANINGS)
    ask = pick(
        rng,
        (
            f"What does '{word}' mean?",
            f"Define the word '{word}'.",
            f"Explain '{word}' in a few simple words and give an example.",
            f"I came across the word '{word}' in a book. What does it mean?",
            f"I am learning English. Could you explain '{word}' and use it in a sentence?",
            f"Meaning of '{word}', please, with one example sentence.",
        ),
    )
    stop = "" if sentence.endswith("?") else "."
    output = pick(
        rng,
        (
            f"'{cap(word)}' means {meaning}. For example: {sentence}{stop}",
            f"The word '{word}' means: {meaning}. You could say: '{sentence}{stop}'",
            f"It means {meaning}.\nExample: {sentence}{stop}",
        ),
    )
    return Task("definition", ask, output)


def word_for_meaning(rng: Random) -> Task:
    word, meaning, sentence = pick(rng, words.MEANINGS)
    hint = f"It starts with '{word[0]}' and has {len(word)} letters"
    ask = pick(
        rng,
        (
            f"Which word means '{meaning}'? {hint}.",
            f"Find the word. Meaning: {meaning}. {hint}.",
            f"Crossword help: '{meaning}', {len(word)} letters, starting with {word[0].upper()}.",
            f"What is the word for this: {meaning}? {hint}.",
        ),
    )
    reason = pick(rng, (f"'{word}' means {meaning}.", f"the word with this meaning is '{word}', as in: {sentence}."))
    return asked(rng, "word_for_meaning", ask, word, reason.replace("?.", "?"))


def sentence_with(rng: Random) -> Task:
    word, meaning, sentence = pick(rng, words.MEANINGS)
    ask = pick(
        rng,
        (
            f"Use the word '{word}' in a sentence.",
            f"Write one sentence with '{word}' in it.",
            f"Show me how to use '{word}'. One sentence is enough.",
            f"My pupils do not know '{word}'. Give them an example sentence.",
            f"Make a sentence with '{word}' ({meaning}).",
        ),
    )
    return Task("sentence_with", ask, sentence if sentence.endswith("?") else f"{sentence}.")


def odd_one_out(rng: Random) -> Task:
    name = pick(rng, tuple(CATEGORIES))
    other = pick(rng, _other_groups(name))
    items = rng.sample(CATEGORIES[name], 3)
    odd = pick(rng, [item for item in CATEGORIES[other] if item not in CATEGORIES[name]])
    mixed = rng.sample([*items, odd], 4)
    ask = pick(
        rng,
        (
            f"Which word does not belong: {', '.join(mixed)}?",
            f"Find the odd one out: {', '.join(mixed)}.",
            f"{cap(listed(mixed))}: which of these four is different from the rest?",
            f"Three of these go together. Which one does not? {' / '.join(mixed)}",
        ),
    )
    reason = pick(
        rng,
        (
            f"{listed(items)} are {name}, but {odd} is not.",
            f"three of the words are {name}; {odd} belongs to the {other}.",
        ),
    )
    return asked(rng, "odd_one_out", ask, odd, reason)


def category(rng: Random) -> Task:
    name = pick(rng, tuple(CATEGORIES))
    items = rng.sample(CATEGORIES[name], 3)
    wrong = rng.sample(_other_groups(name), 2)
    ask = with_choices(rng, f"Which group do {listed(items)} belong to?", [name, *wrong])
    reason = pick(rng, (f"{listed(items)} are all {name}.", f"the three words name {name}."))
    return asked(rng, "category", ask, name, reason)


def members(rng: Random) -> Task:
    name = pick(rng, tuple(CATEGORIES))
    count = rng.randint(3, 6)
    items = rng.sample(CATEGORIES[name], count)
    number = ("three", "four", "five", "six")[count - 3]
    ask = pick(
        rng,
        (
            f"Name {number} {name}.",
            f"List {number} {name}, please.",
            f"Give me {number} examples of {name}.",
            f"I need {number} {name} for a word game. Can you help?",
            f"Can you think of {number} {name}? A list will do.",
            f"For a class on new words I want {number} {name}.",
        ),
    )
    output = pick(rng, (f"{cap(listed(items))}.", "\n".join(f"- {cap(item)}" for item in items), ", ".join(items)))
    return Task("members", ask, output)


def analogy(rng: Random) -> Task:
    one, two, three, four, link = pick(rng, words.ANALOGIES)
    if rng.random() < 0.5:
        one, two, three, four = three, four, one, two
    ask = pick(
        rng,
        (
            f"Complete: {one} is to {two} as {three} is to ___.",
            f"If {one} goes with {two}, what goes with {three} in the same way?",
            f"{one} : {two} = {three} : ?",
            f"{cap(one)} and {two} are a pair. Which word makes the same kind of pair with {three}?",
        ),
    )
    reason = f"in both pairs {link}: {one} and {two}, {three} and {four}."
    return asked(rng, "analogy", ask, four, reason)


def choose_word(rng: Random) -> Task:
    gap, right, wrong, why = pick(rng, words.HOMOPHONES)
    one, two = rng.sample([right, wrong], 2)
    ask = pick(
        rng,
        (
            f"Fill the gap with '{one}' or '{two}': {gap}",
            f"Which word is right here, '{one}' or '{two}'? {gap}",
            f"Should I write '{one}' or '{two}' in this sentence? {gap}",
            f"Choose the right word ({one}/{two}). {gap}",
        ),
    )
    return asked(rng, "choose_word", ask, right, pick(rng, (f"{why}.", f"we need '{right}' because {why}.")))


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        synonym,
        opposite,
        definition,
        word_for_meaning,
        sentence_with,
        odd_one_out,
        category,
        members,
        analogy,
        choose_word,
    )
}
