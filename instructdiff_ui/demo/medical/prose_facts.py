"""Pre-training text that states the facts of the topics: books, notes, talks, tables, quizzes told."""

from __future__ import annotations

from random import Random

from .choice import draw, laid_out, lettered, lower_first
from .topic import Fact, Topic, cap, listed
from .topics import TOPICS

_KEYS = tuple(TOPICS)
PEOPLE = (
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Elena",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kofi",
    "Lena",
    "Maria",
    "Nils",
    "Omar",
    "Priya",
    "Rosa",
    "Samuel",
    "Tara",
    "Victor",
)


def any_topic(rng: Random) -> Topic:
    return TOPICS[rng.choice(_KEYS)]


def some(rng: Random, topic: Topic, count: int) -> list[Fact]:
    return rng.sample(topic.facts, min(count, len(topic.facts)))


def textbook(rng: Random) -> str:
    topic = any_topic(rng)
    opening = rng.choice(
        (
            f"This section deals with {topic.title}. ",
            f"Every student of medicine learns about {topic.title}. ",
            f"A few words on {topic.title}. ",
            f"{cap(topic.title)} fill a whole chapter. "
            if topic.title.endswith("s")
            else f"We turn to {topic.title}. ",
            "",
            "",
        )
    )
    return opening + " ".join(f"{topic.state(rng, fact)}. {fact.note}" for fact in some(rng, topic, rng.randint(3, 6)))


def glossary(rng: Random) -> str:
    topic = any_topic(rng)
    dash = rng.choice((": ", " - ", " = "))
    return "\n".join(f"{cap(fact.one)}{dash}{fact.other}. {fact.note}" for fact in some(rng, topic, rng.randint(4, 7)))


def plain_list(rng: Random) -> str:
    topic = any_topic(rng)
    title = rng.choice((f"{cap(topic.title)} at a glance", f"Notes on {topic.title}", f"Revision: {topic.title}"))
    lines = [f"- {topic.state(rng, fact)}." for fact in some(rng, topic, rng.randint(5, 8))]
    return "\n".join((title, *lines))


def table(rng: Random) -> str:
    topic = any_topic(rng)
    rows = [f"{fact.one} | {fact.other}" for fact in some(rng, topic, rng.randint(5, 9))]
    return "\n".join((f"Table: {topic.title} ({topic.kind} on the right)", *rows))


def teacher_and_student(rng: Random) -> str:
    topic, (one, two) = any_topic(rng), rng.sample(PEOPLE, 2)
    lines = []
    for fact in some(rng, topic, rng.randint(2, 4)):
        question = cap(rng.choice(topic.ask).format(one=fact.one, other=fact.other))
        reply = rng.choice((cap(fact.other), topic.state(rng, fact), f"I think it is this: {fact.other}"))
        comment = rng.choice((f"Right. {fact.note}", f"Yes. {fact.note}", f"Good, {one}. {fact.note}"))
        verb = "asked" if question.endswith("?") else "said"
        lines.append(f'"{question}" {verb} Dr. {two}. "{reply}," said {one}. "{comment}"')
    return "\n".join(lines)


def back_dialogue(rng: Random) -> str:
    topic, name = any_topic(rng), rng.choice(PEOPLE)
    facts = [fact for fact in some(rng, topic, 5) if topic.unique(fact)][:3] or some(rng, topic, 2)
    lines = [f"{name} was asked to name things from memory. The theme was {topic.title}."]
    for fact in facts:
        if topic.unique(fact):
            question = cap(rng.choice(topic.back).format(one=fact.one, other=fact.other))
            lines.append(
                f"{question} {cap(fact.one)}, {rng.choice(('of course', 'said ' + name, 'as the book says'))}."
            )
        lines.append(fact.note)
    return " ".join(lines)


def quiz_told(rng: Random) -> str:
    """A multiple-choice item with the reasoning that leads to the letter."""
    parts = []
    for number in range(1, rng.randint(2, 4)):
        topic = any_topic(rng)
        fact, question, right, wrong = draw(rng, topic)
        letter, pairs = lettered(rng, right, wrong)
        said = topic.state(rng, fact)
        other = rng.choice(pairs)
        reason = rng.choice(
            (
                f"{said}. {fact.note} So the right choice is {letter}) {right}.",
                f"Choice {letter} is right: {lower_first(said)}.",
                f"{letter}) {right}. {fact.note}",
                f"We look for the option that fits. {said}, so it is {letter}) {right}.",
                f"Option {letter}, {right}, fits. {said}.",
            )
        )
        if other[0] != letter and rng.random() < 0.4:
            reason += f" Option {other[0]}, {other[1]}, does not fit."
        parts.append(f"{number}. {question}\n{laid_out(rng, pairs)}\n{reason}")
    return "\n\n".join(parts)


def mistakes(rng: Random) -> str:
    topic = any_topic(rng)
    parts = []
    for fact in some(rng, topic, rng.randint(2, 4)):
        wrong = rng.choice(topic.others(fact))
        template = rng.choice(topic.say)
        bad, good = (template.format(one=fact.one, other=text) for text in (wrong.other, fact.other))
        parts.append(
            rng.choice(
                (
                    f'"{cap(bad)}" is false. The truth is: {good}. {fact.note}',
                    f"Some write that {bad}. That is wrong, since {good}.",
                    f"False: {bad}. True: {good}.",
                    f'"{cap(good)}" is true. {fact.note}',
                    f'The sentence "{cap(bad)}" should read: {good}. {fact.note}',
                )
            )
        )
    return " ".join(parts)


def compared(rng: Random) -> str:
    topic = any_topic(rng)
    first = rng.choice(topic.facts)
    others = rng.sample(topic.others(first), min(2, len(topic.others(first))))
    said = [lower_first(topic.state(rng, fact)) for fact in (first, *others)]
    middle = rng.choice(("By contrast,", "In the same chapter we read that", "On the other hand,", "Do not confuse:"))
    last = f" And {said[2]}. {others[1].note}" if len(said) > 2 else ""
    return f"{cap(said[0])}. {first.note} {middle} {said[1]}. {others[0].note}{last}"


def diary(rng: Random) -> str:
    day = rng.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
    topics = [any_topic(rng) for _ in range(rng.randint(2, 3))]
    start = rng.choice(
        (
            "Slept badly, but studied anyway.",
            "A long day on the ward.",
            "Rain all day, so I stayed with my books.",
            "The exam is near.",
            "Tea, lamp, books.",
        )
    )
    pieces = []
    for topic in topics:
        fact = rng.choice(topic.facts)
        said = lower_first(topic.state(rng, fact))
        pieces.append(
            rng.choice(
                (
                    f"I finally know that {said}. {fact.note}",
                    f"Today I learned that {said}.",
                    f"To remember: {said}. {fact.note}",
                )
            )
        )
    return f"{day}. {start} {' '.join(pieces)}"


def matched(rng: Random) -> str:
    topic = any_topic(rng)
    chosen = some(rng, topic, 3)
    pairs = [f"{fact.one} goes with {fact.other}" for fact in chosen]
    return (
        f"When we match {topic.title}, {listed(pairs)}. "
        + " ".join(fact.note for fact in chosen if not fact.note.startswith(("It ", "They ", "This ", "Its ")))
    ).strip()


def gaps(rng: Random) -> str:
    topic = any_topic(rng)
    parts = []
    for fact in some(rng, topic, rng.randint(2, 4)):
        template = rng.choice(topic.say)
        parts.append(f"{cap(template.format(one=fact.one, other='____'))}. The gap holds: {fact.other}. {fact.note}")
    return "\n".join(parts)


def groups(rng: Random) -> str:
    """What shares a property, and what stands apart."""
    topic = TOPICS[rng.choice(("gland", "system", "germ", "inheritance"))]
    kinds: dict[str, list[str]] = {}
    for fact in topic.facts:
        kinds.setdefault(fact.other, []).append(fact.one)
    one, two = rng.sample(list(kinds), 2)
    first, odd = rng.sample(kinds[one], min(3, len(kinds[one]))), rng.choice(kinds[two])
    return rng.choice(
        (
            f"{cap(listed(first))} go with {one}, but {odd} goes with {two}, so {odd} is the odd one out.",
            f"Sorted by {topic.kind}: under {one} we find {listed(first)}; under {two} we find {odd}.",
            f"Among {topic.title}, {listed(first)} belong to {one}. {cap(odd)}, however, belongs to {two}.",
        )
    )


KINDS = (
    textbook,
    textbook,
    textbook,
    glossary,
    plain_list,
    table,
    teacher_and_student,
    back_dialogue,
    quiz_told,
    quiz_told,
    quiz_told,
    mistakes,
    compared,
    diary,
    matched,
    gaps,
    groups,
)
