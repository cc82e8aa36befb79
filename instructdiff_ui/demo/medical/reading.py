"""Families that read or rewrite a short text, or teach a few facts."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .choice import VERBAL, lower_first
from .topic import cap
from .topics import TOPICS

_COMPLAINTS = (
    "dyspnea",
    "epistaxis",
    "pruritus",
    "syncope",
    "jaundice",
    "edema",
    "alopecia",
    "insomnia",
    "vertigo",
    "dysphagia",
    "hematuria",
    "tinnitus",
    "pyrexia",
)


def plain_words(rng: Random) -> Task:
    """Rewrite a chart line for the patient."""
    rows = rng.sample([fact for fact in TOPICS["term"].facts if fact.one in _COMPLAINTS], 2)
    verb = rng.choice(("reports", "has had", "complains of"))
    days = rng.choice(("three days", "a week", "two weeks", "a month"))
    names = [row.one for row in rows]
    chart = f"The patient {verb} {names[0]} and {names[1]} for {days}."
    ask = rng.choice(
        (
            "Rewrite this line in plain words.",
            "Say it so that the patient understands.",
            "Replace the medical terms with everyday words.",
            "Translate the chart entry for the family.",
        )
    )
    output = chart.replace(names[0], rows[0].other).replace(names[1], rows[1].other)
    return Task("plain_words", ask, output, chart)


def spell_out(rng: Random) -> Task:
    short = rng.choice([f for f in TOPICS["abbreviation"].facts if f.one in ("UTI", "COPD", "DVT", "MI", "GERD", "TB")])
    other = rng.choice(
        ("BP is normal.", "HR is 80.", "BMI is 24.", "IV line in place.", "The patient is NPO until noon.")
    )
    days = rng.randint(1, 9)
    line = rng.choice((f"Day {days}: treated for {short.one}. {other}", f"{other} History of {short.one}. Day {days}."))
    ask = rng.choice(
        (
            f"What does {short.one} in this note stand for?",
            f"Spell out {short.one} from the chart line.",
            f"I cannot read this. What is {short.one}?",
        )
    )
    output = rng.choice((f"{cap(short.other)}.", f"{short.note} The answer is {short.other}."))
    return Task("spell_out", ask, output, line, short.other)


def read_passage(rng: Random) -> Task:
    """A passage of facts with a question on one of them."""
    key = rng.choice(
        ("hormone", "cell", "drug_use", "organism", "vaccine", "pioneer", "specialist", "test", "spread", "heart")
    )
    topic = TOPICS[key]
    first = rng.choice([fact for fact in topic.facts if topic.unique(fact)])
    rest = rng.sample([fact for fact in topic.others(first) if topic.unique(fact)], 2)
    chosen = rng.sample([first, *rest], 3)
    passage = " ".join(f"{topic.state(rng, fact)}. {fact.note}" for fact in chosen)
    back = key in VERBAL or rng.random() < 0.5
    template = rng.choice(topic.back if back else topic.ask)
    question = cap(template.format(one=first.one, other=first.other))
    answer = first.one if back else first.other
    lead = rng.choice(
        ("{q}", "{q}", "Read the text. {q}", "Use only the passage. {q}", "Look it up in the text below. {q}")
    )
    said = topic.state(rng, first)
    output = rng.choice((f"{cap(answer)}.", f"The text says that {lower_first(said)}. The answer is {answer}."))
    return Task("read_passage", lead.format(q=question), output, passage, answer)


def three_facts(rng: Random) -> Task:
    topic = TOPICS[rng.choice(list(TOPICS))]
    count, word = rng.choice(((2, "two"), (3, "three")))
    chosen = rng.sample(topic.facts, count)
    ask = rng.choice(
        (
            f"Teach me {word} facts about {topic.title}.",
            f"Write {word} flash cards on {topic.title}.",
            f"Give {word} examples from the topic: {topic.title}.",
            f"{cap(word)} things worth knowing on {topic.title}?",
            f"Help me revise {topic.title} with {word} short lines.",
        )
    )
    output = rng.choice(
        (
            "\n".join(f"- {topic.state(rng, fact)}. {fact.note}" for fact in chosen),
            " ".join(f"{topic.state(rng, fact)}. {fact.note}" for fact in chosen),
            "\n".join(f"{cap(fact.one)}: {fact.other}" for fact in chosen),
        )
    )
    return Task("three_facts", ask, output)


FAMILIES: dict[str, Family] = {
    family.__name__: family for family in (plain_words, spell_out, read_passage, three_facts)
}
