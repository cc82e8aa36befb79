"""Families of direct questions, statements to judge, gaps to fill and items to match, over the topics."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .choice import VERBAL, lower_first, reasoned
from .topic import Fact, Topic, cap, listed
from .topics import TOPICS

GROUPS: dict[str, tuple[str, ...]] = {
    "ask_nutrition": ("deficiency", "nutrient"),
    "ask_hormones": ("gland", "hormone"),
    "ask_anatomy": ("organ", "system", "heart", "bone"),
    "ask_infections": ("germ", "organism", "spread"),
    "ask_drugs": ("drug_class", "drug_use"),
    "ask_remedies": ("antidote", "vaccine"),
    "ask_tests": ("test", "imaging"),
    "ask_abbreviations": ("abbreviation",),
    "ask_word_parts": ("affix",),
    "ask_terms": ("term",),
    "ask_who_and_which_doctor": ("specialist", "pioneer"),
    "ask_normal_values": ("normal",),
    "ask_inheritance": ("inheritance", "defect"),
}
_LEADS = (
    "{q}",
    "{q}",
    "{q}",
    "{q}",
    "{q}",
    "{q}",
    "{q}",
    "{q}",
    "Quick one: {q}",
    "{q} Answer in a sentence or two.",
    "Hello, could you help me revise? {q}",
    "{q} I have read two different answers.",
    "{q} Our textbook is not clear about it.",
    "I am making cards on {title}. {q}",
    "Second question of my worksheet: {q}",
    "{q} Add one thing worth remembering.",
    "{q} Please explain it simply.",
    "Trivia night, medical round: {q}",
    "For my notes on {title}: {q}",
    "{q} One sentence of explanation is enough.",
    "A student asked me this today. {q}",
    "I have a test tomorrow and forgot this. {q}",
    "Please tell me, {q}",
    "{q} Thanks!",
    "I am in nurse training. {q}",
    "We argued about this at lunch and nobody was sure. {q}",
    "My daughter has homework on {title}. {q}",
    "sorry, short of time: {q}",
)
_SHORT = (
    *("",) * 5,
    "Answer in a few words.",
    "No explanation, please.",
    "Keep it to a few words.",
    "A short answer will do.",
    "Short answer only.",
)


def _question(rng: Random, topic: Topic, back: float) -> tuple[Fact, str, str]:
    """A fact, a question on it and its answer, asked back with the probability `back`."""
    fact = rng.choice(topic.facts)
    if topic.unique(fact) and rng.random() < back:
        return fact, cap(rng.choice(topic.back).format(one=fact.one, other=fact.other)), fact.one
    return fact, cap(rng.choice(topic.ask).format(one=fact.one, other=fact.other)), fact.other


def _family(name: str, keys: tuple[str, ...]) -> Family:
    def draw_task(rng: Random) -> Task:
        key = rng.choice(keys)
        topic = TOPICS[key]
        fact, question, answer = _question(rng, topic, 0.8 if key in VERBAL else 0.45)
        phrase = key in VERBAL and answer == fact.other  # "bends the elbow" does not fit "The answer is ..."
        if phrase or rng.random() < 0.4:
            return Task(name, f"{question} {rng.choice(_SHORT)}".strip(), f"{cap(answer)}.", "", answer)
        lead = rng.choice(_LEADS)
        if lead.startswith("Please tell me"):
            question = question[0].lower() + question[1:] if question.split()[0] in _ASKING else question
        return Task(name, lead.format(q=question, title=topic.title), reasoned(rng, topic, fact, answer), "", answer)

    return draw_task


_ASKING = ("What", "Which", "Where", "How", "Who", "At", "When", "Name", "Give", "In", "Is")


def _claim(rng: Random) -> tuple[Topic, Fact, str, bool]:
    """A statement that is true, or false by a wrong second half."""
    topic = TOPICS[rng.choice(list(TOPICS))]
    fact = rng.choice(topic.facts)
    if rng.random() < 0.5:
        return topic, fact, topic.state(rng, fact), True
    wrong = rng.choice(topic.others(fact))
    return topic, fact, topic.state(rng, Fact(fact.one, wrong.other, "")), False


_DENIALS = (
    "No,",
    "In fact,",
    "That is not right:",
    "The claim is wrong, since",
    "Not quite:",
    "This mixes two things up:",
)


def true_false(rng: Random) -> Task:
    topic, fact, claim, holds = _claim(rng)
    ask = rng.choice(
        (
            f"True or false? {claim}.",
            f'Is this statement true or false: "{claim}."',
            f"{claim}. True or false, and why?",
            f"Say whether this is true or false and explain in a sentence. {claim}.",
            f'I read this on a flash card: "{claim}." True or false?',
            f"Check this sentence from my notes on {topic.title}. True or false? {claim}.",
        )
    )
    said = topic.state(rng, fact)
    word = "True" if holds else "False"
    reason = f"{said}." if holds else f"{rng.choice(_DENIALS)} {lower_first(said)}."
    more = rng.choice((f"{said}. {fact.note}", f"{reason} {fact.note}" if not holds else f"{said}. {fact.note}"))
    output = rng.choice((f"{reason} The answer is {word}.", f"{more} The answer is {word}."))
    return Task("true_false", ask, output, "", word)


def true_false_short(rng: Random) -> Task:
    _, _, claim, holds = _claim(rng)
    word = "True" if holds else "False"
    ask = rng.choice(
        (
            f"Reply True or False only: {claim}.",
            f"{claim}. Just say True or False.",
            f"One word, True or False. {claim}.",
            f"Mark this statement True or False, nothing else.\n{claim}.",
        )
    )
    return Task("true_false_short", ask, word, "", word)


def correct_the_mistake(rng: Random) -> Task:
    topic = TOPICS[rng.choice(list(TOPICS))]
    fact = rng.choice(topic.facts)
    wrong = rng.choice(topic.others(fact))
    template = rng.choice(topic.say)
    bad = cap(template.format(one=fact.one, other=wrong.other))
    good = cap(template.format(one=fact.one, other=fact.other))
    ask, given = rng.choice(
        (
            ("Correct the mistake in this sentence from a student's notes.", f"{bad}."),
            ("The second half of the claim is wrong. Write it correctly.", f"{fact.one} / {wrong.other}"),
            (f"This line on {topic.title} contains an error about {fact.one}. Put it right.", f"{bad}."),
            ("Please proofread for medical accuracy.", f"{bad}."),
            (f'A pupil wrote: "{bad}." What should it say about {fact.one}?', ""),
            (f'Fix this: "{bad}." Keep {fact.one}, change the rest.', ""),
        )
    )
    output = rng.choice((f"{good}. {fact.note}", f"{good}.", f"Correct version: {good}. {fact.note}"))
    return Task("correct_the_mistake", ask, output, given)


def _distinct(rng: Random, topic: Topic, count: int) -> list[Fact]:
    """Facts none of which would fit the other half of another."""
    first = rng.choice(topic.facts)
    chosen = [first]
    pool = topic.others(first)
    rng.shuffle(pool)
    for item in pool:
        if len(chosen) == count:
            break
        if all(item.one in {other.one for other in topic.others(fact)} for fact in chosen):
            chosen.append(item)
    return chosen


_MATCHED = (
    "deficiency",
    "hormone",
    "bone",
    "muscle",
    "nerve",
    "cell",
    "organism",
    "vaccine",
    "antibody",
    "drug_class",
    "drug_use",
    "antidote",
    "test",
    "specialist",
    "affix",
    "term",
    "abbreviation",
    "pioneer",
    "spread",
)


def matching(rng: Random) -> Task:
    topic = TOPICS[rng.choice(_MATCHED)]
    chosen = _distinct(rng, topic, 3)
    right = [fact.other for fact in chosen]
    rng.shuffle(right)
    letters = {text: letter for letter, text in zip("ABC", right, strict=True)}
    table = "\n".join(f"{place}. {fact.one}" for place, fact in enumerate(chosen, 1))
    table += "\n" + "\n".join(f"{letter}) {text}" for text, letter in letters.items())
    answer = ", ".join(f"{place}-{letters[fact.other]}" for place, fact in enumerate(chosen, 1))
    ask = rng.choice(
        (
            "Match each number with the right letter.",
            f"Match the items. Topic: {topic.title}.",
            f"Which letter belongs to which number? This is about {topic.title}.",
            "Pair the left terms with their partners and give the pairs like 1-A, 2-B, 3-C.",
            f"Connect each entry with its {topic.kind}.",
        )
    )
    said = "; ".join(f"{fact.one}: {fact.other}" for fact in chosen)
    return Task("matching", ask, f"{cap(said)}. The answer is {answer}.", table, answer)


def fill_the_gap(rng: Random) -> Task:
    topic = TOPICS[rng.choice(list(TOPICS))]
    fact = rng.choice(topic.facts)
    sentence = cap(rng.choice(topic.say).format(one=fact.one, other="____"))
    hint = f"it starts with {fact.other[0].upper()}"
    ask = rng.choice(
        (
            f"Fill the gap: {sentence}. (Looked for: {topic.kind}; {hint}.)",
            f"Complete the sentence with the right {topic.kind}. Hint: {hint}.\n{sentence}.",
            f"What is missing here? {sentence}. The topic is {topic.title}, and {hint}.",
            f"{sentence}. Please fill in the blank; {hint}.",
        )
    )
    output = rng.choice((f"{cap(fact.other)}.", f"{topic.state(rng, fact)}. The answer is {fact.other}."))
    return Task("fill_the_gap", ask, output, "", fact.other)


_SHARES = {
    "gland": "come from {0}, but {odd} comes from {other}",
    "system": "belong to {0}, but {odd} belongs to {other}",
    "germ": "are caused by {0}, but {odd} is caused by {other}",
    "inheritance": "are {0}, but {odd} is {other}",
}


def odd_one_out(rng: Random) -> Task:
    key = rng.choice(("gland", "system", "germ", "inheritance"))
    topic = TOPICS[key]
    groups: dict[str, list[str]] = {}
    for fact in topic.facts:
        groups.setdefault(fact.other, []).append(fact.one)
    most = min(3, max(len(ones) for ones in groups.values()))
    big = [other for other, ones in groups.items() if len(ones) >= most]
    shared = rng.choice(big)
    odd_group = rng.choice([other for other in groups if other != shared])
    odd = rng.choice(groups[odd_group])
    same = rng.sample(groups[shared], min(3, len(groups[shared])))
    items = [*same, odd]
    rng.shuffle(items)
    ask = rng.choice(
        (
            f"Which one does not belong with the others: {listed(items, 'or')}?",
            f"Find the odd one out by {topic.kind}: {listed(items)}.",
            f"One of these differs from the rest in its {topic.kind}. Which? {cap(', '.join(items))}.",
            f"{cap(listed(items))}: all but one share the same {topic.kind}. Name the exception.",
            f"Odd one out ({topic.kind})? {' / '.join(items)}",
        )
    )
    why = f"{cap(listed(same))} {_SHARES[key].format(shared, odd=odd, other=odd_group)}."
    fact = next(fact for fact in topic.facts if fact.one == odd)
    if rng.random() < 0.6:
        why += f" {fact.note}"
    return Task("odd_one_out", ask, f"{why} The answer is {odd}.", "", odd)


FAMILIES: dict[str, Family] = {name: _family(name, keys) for name, keys in GROUPS.items()}
FAMILIES |= {
    "true_false": true_false,
    "true_false_short": true_false_short,
    "correct_the_mistake": correct_the_mistake,
    "matching": matching,
    "fill_the_gap": fill_the_gap,
    "odd_one_out": odd_one_out,
}
