"""Families about the forms of words: plural, tense, comparison, rhyme, spelling, letters."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from . import word_forms, words
from .lang import a, asked, pick, with_choices
from .nature import CATEGORIES


def plural(rng: Random) -> Task:
    one, many = pick(rng, word_forms.PLURALS)
    ask = pick(
        rng,
        (
            f"What is the plural of '{one}'?",
            f"One {one}, two ...? Give the missing word.",
            f"Write '{one}' in the plural.",
            f"How do you write more than one {one}?",
            f"I want to write about three of them, not one {one}. Which form is right?",
        ),
    )
    reason = pick(
        rng,
        (
            f"we say one {one} but two {many}.",
            f"the plural of '{one}' is '{many}'.",
            f"'{many}' is the form for more than one {one}.",
        ),
    )
    return asked(rng, "plural", ask, many, reason)


def past_tense(rng: Random) -> Task:
    verb, past, _ = pick(rng, word_forms.VERBS)
    ask = pick(
        rng,
        (
            f"What is the past tense of '{verb}'?",
            f"Today I {verb}. Yesterday I ...? Give the verb.",
            f"Put the verb '{verb}' into the simple past.",
            f"Which form of '{verb}' goes with 'yesterday'?",
            f"My book says 'we {verb}'. How do I say that about last week? Give only the new form of the verb.",
        ),
    )
    reason = pick(
        rng,
        (
            f"today I {verb}, yesterday I {past}.",
            f"the past tense of '{verb}' is '{past}'.",
            f"we {verb} now, but last week we {past}.",
        ),
    )
    return asked(rng, "past_tense", ask, past, reason)


def participle(rng: Random) -> Task:
    verb, past, done = pick(rng, word_forms.VERBS)
    ask = pick(
        rng,
        (
            f"Which form of '{verb}' follows 'I have'?",
            f"Complete the row: {verb}, {past}, ...",
            f"What is the past participle of '{verb}'?",
            f"Give the third form of the verb '{verb}'.",
        ),
    )
    reason = pick(rng, (f"the three forms are {verb}, {past}, {done}.", f"we say 'I {past}' but 'I have {done}'."))
    return asked(rng, "participle", ask, done, reason)


def grade(rng: Random) -> Task:
    plain, more, most = pick(rng, word_forms.GRADES)
    form, answer = pick(rng, (("comparative", more), ("superlative", most)))
    ask = pick(
        rng,
        (
            f"What is the {form} of '{plain}'?",
            f"Give the {form} form of the adjective '{plain}'.",
            f"Complete the row with the missing form: {plain}, "
            + (f"..., {most}" if answer == more else f"{more}, ..."),
        ),
    )
    reason = pick(
        rng, (f"the forms are {plain}, {more}, {most}.", f"we say {plain}, then {more}, and the {most} of all.")
    )
    return asked(rng, "grade", ask, answer, reason)


def rhyme(rng: Random) -> Task:
    group = pick(rng, word_forms.RHYMES)
    word, answer = rng.sample(group, 2)
    wrong = [pick(rng, other) for other in rng.sample([other for other in word_forms.RHYMES if other != group], 2)]
    ask = pick(
        rng,
        (
            f"Which word rhymes with '{word}'?",
            f"I am writing a poem and a line ends in '{word}'. Which of these words rhymes?",
            f"Which of these words ends in the same sound as '{word}'?",
            f"Find the rhyme for '{word}'. Which is it?",
        ),
    )
    reason = f"'{word}' and '{answer}' end in the same sound."
    return asked(rng, "rhyme", with_choices(rng, ask, [answer, *wrong]), answer, reason)


def spelling(rng: Random) -> Task:
    right, wrong = pick(rng, word_forms.SPELLINGS)
    both = rng.sample([right, wrong], 2)
    ask = pick(
        rng,
        (
            f"Which spelling is right: '{both[0]}' or '{both[1]}'?",
            f"How do you spell '{wrong}' correctly?",
            f"Correct the spelling of this word: {wrong}",
            f"Is it '{both[0]}' or '{both[1]}'?",
            f"I wrote '{wrong}' and my teacher marked it. What is the right spelling?",
        ),
    )
    reason = pick(rng, (f"the right spelling is '{right}', not '{wrong}'.", f"'{wrong}' is a common mistake."))
    return asked(rng, "spelling", ask, right, reason)


def part_of_speech(rng: Random) -> Task:
    kind, text = pick(rng, word_forms.SPEECH)
    word = pick(rng, text.split(", "))
    ask = pick(
        rng,
        (
            f"Is '{word}' a noun, a verb, an adjective or an adverb?",
            f"What part of speech is '{word}': noun, verb, adjective or adverb?",
            f"Noun, verb, adjective, adverb: which one is '{word}'?",
            f"How would a grammar book label the word '{word}': noun, verb, adjective or adverb?",
        ),
    )
    use = {"noun": "names a thing, person or place", "verb": "tells what someone does"}
    use |= {"adjective": "tells what something is like", "adverb": "tells how or when something is done"}
    return asked(rng, "part_of_speech", ask, kind, f"'{word}' {use[kind]}, so it is {a(kind)}.")


def count_letters(rng: Random) -> Task:
    word = pick(rng, pick(rng, (tuple(row[0] for row in words.MEANINGS), *CATEGORIES.values())))
    ask = pick(
        rng,
        (
            f"How many letters does the word '{word}' have?",
            f"Count the letters in '{word}'.",
            f"What is the number of letters in '{word}'?",
            f"I want to paint the word '{word}' on a sign. How many letters will I need to paint?",
        ),
    )
    return asked(rng, "count_letters", ask, str(len(word)), f"the letters are {'-'.join(word)}.")


def first_letter(rng: Random) -> Task:
    word = pick(rng, pick(rng, tuple(CATEGORIES.values())))
    end, place = pick(rng, (("first", 0), ("last", -1), ("second", 1), ("third", 2)))
    ask = pick(
        rng,
        (
            f"What is the {end} letter of '{word}'?",
            f"Give me the {end} letter of the word '{word}'.",
            f"Spell '{word}' in your mind. Which letter comes {end}?",
            f"Which letter is the {end} one in '{word}'?",
        ),
    )
    return asked(rng, "first_letter", ask, word[place], f"'{word}' is spelled {'-'.join(word)}.")


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (plural, past_tense, participle, grade, rhyme, spelling, part_of_speech, count_letters, first_letter)
}
