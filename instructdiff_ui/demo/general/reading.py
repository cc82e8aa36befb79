"""Families on a passage given as input: summarise, title, extract, answer, classify, find what does not fit."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .lang import asked, bullets, cap, low, numbered, pick, with_choices
from .people import DAYS
from .reviews import review
from .scenes import SCENES, draw_passage

_TOPICS = tuple(scene.topic for scene in SCENES)


def summary(rng: Random) -> Task:
    passage = draw_passage(rng)
    ask = pick(
        rng,
        (
            "Summarise the passage in one sentence.",
            "What is this about? One sentence, please.",
            "Sum up the text below in a single sentence.",
            "I have no time to read all this. Give me the main point in one sentence.",
            "Write a one-sentence summary.",
            "tl;dr please",
            "Could you shorten this text to one sentence?",
            "Shorten this to one line for our newsletter.",
        ),
    )
    return Task("summary", ask, passage.summary, passage.text)


def title(rng: Random) -> Task:
    passage = draw_passage(rng)
    ask = pick(
        rng,
        (
            "Give this text a title.",
            "Suggest a good title for the passage.",
            "What would be a fitting title for this little report?",
            "I need a short title for this text, please.",
            "Title?",
            "Think of a title for the story below, no more than eight words.",
        ),
    )
    return Task("title", ask, cap(passage.title), passage.text)


def key_points(rng: Random) -> Task:
    passage = draw_passage(rng)
    ask = pick(
        rng,
        (
            "Turn the passage into three bullet points.",
            "List the main facts of this text.",
            "Give me the three main points as a list.",
            "Make short notes from this text.",
            "I need this as bullet points for a slide.",
            "What are the key facts here? List them.",
        ),
    )
    points = [cap(point) for point in passage.points]
    layout = bullets if "bullet" in ask or rng.random() < 0.5 else numbered
    return Task("key_points", ask, layout(points), passage.text)


def passage_question(rng: Random) -> Task:
    passage = draw_passage(rng)
    question, answer = pick(rng, passage.questions)
    ask = pick(
        rng,
        (
            f"{question}",
            f"Read the text and answer: {question}",
            f"{question} Use only the passage.",
            f"According to the passage: {low(question)}",
            f"Here is a short text. {question}",
            f"{question} You will find it in the text.",
        ),
    )
    found = next((sentence for sentence in passage.sentences if answer in sentence), "")
    if found and rng.random() < 0.5:
        start = pick(rng, ("The text says:", "We read:", "The passage tells us:"))
        return Task("passage_question", ask, f'{start} "{found}" The answer is {answer}.', passage.text, answer)
    return Task("passage_question", ask, f"{cap(answer)}.", passage.text, answer)


def extract_names(rng: Random) -> Task:
    passage = draw_passage(rng)
    people = [passage.values[key] for key in ("name", "other", "third")]
    text = passage.text
    names = sorted((name for name in people if name in text), key=text.index)
    ask = pick(
        rng,
        (
            "List the first names of the people in this text, in the order in which they appear.",
            "Which people are named in the passage? First names only, in order, with commas between them.",
            "Pull out the first names of all people, in order of appearance.",
            "Names only: which people does the text mention? Give first names in order, separated by commas.",
        ),
    )
    answer = ", ".join(names)
    return Task("extract_names", ask, f"{answer}.", text, answer)


def extract_one(rng: Random) -> Task:
    passage = draw_passage(rng)
    text = passage.text
    days = [day for day in DAYS if day in text]
    options = (
        [
            (
                "first town",
                min((passage.values[key] for key in ("town", "far") if passage.values[key] in text), key=text.index),
            )
        ]
        if (passage.values["town"] in text or passage.values["far"] in text)
        else []
    )
    options += [("first day of the week", min(days, key=text.index))] if days else []
    options += [("amount in dollars", f"{passage.values['price']} dollars")] if "dollars" in text else []
    options += [("time of day", passage.values["time"])] if "o'clock" in text else []
    if not options:
        options = [("first person's name", passage.values["name"])]
    kind, answer = pick(rng, options)
    ask = pick(
        rng,
        (
            f"Extract the {kind} that the text mentions.",
            f"Find the {kind} in this text.",
            f"What is the {kind} in the passage? Nothing else, please.",
            f"Copy out the {kind} from the text below.",
            f"I only need the {kind} from this.",
        ),
    )
    return Task("extract_one", ask, cap(answer), text, answer)


def topic(rng: Random) -> Task:
    passage = draw_passage(rng)
    near = {"shopping": "business", "business": "shopping", "animals": "gardening", "gardening": "animals"}
    wrong = rng.sample([one for one in _TOPICS if one not in (passage.topic, near.get(passage.topic), "school")], 2)
    ask = pick(
        rng,
        (
            "What is the main topic of the text?",
            "Which topic fits this text best?",
            "Under which heading should we file this text?",
            "Which label is right for the passage below?",
        ),
    )
    told = f"the text is mainly about {passage.topic}."
    return asked(rng, "topic", with_choices(rng, ask, [passage.topic, *wrong]), passage.topic, told, passage.text)


def sentiment(rng: Random) -> Task:
    text, mood, reason = review(rng)
    ask = pick(
        rng,
        (
            "Is this review positive or negative?",
            "Positive or negative?",
            "Did the writer like it? Say positive or negative.",
            "Classify the mood of this comment as positive or negative.",
            "A customer sent us this. Is it positive or negative?",
            "Sentiment of the text (positive/negative)?",
        ),
    )
    return asked(rng, "sentiment", ask, mood, reason, text)


def out_of_place(rng: Random) -> Task:
    passage, other = draw_passage(rng), draw_passage(rng)
    while other.topic == passage.topic:
        other = draw_passage(rng)
    strange = other.sentences[2]
    place = rng.randint(1, 3)
    lines = [*passage.sentences[:place], strange, *passage.sentences[place:]]
    ask = pick(
        rng,
        (
            "One of the numbered sentences comes from another text. Which number is it?",
            "Which sentence does not fit in here? Give its number.",
            "Somebody mixed a wrong sentence into this story. What is its number?",
            "Find the sentence that does not belong and give its number.",
        ),
    )
    told = f"the text is about {passage.topic}, but sentence {place + 1} is about something else."
    return asked(rng, "out_of_place", ask, str(place + 1), told, numbered(lines))


def contradiction(rng: Random) -> Task:
    passage = draw_passage(rng)
    values = passage.values
    name, day, later, town, far = (values[key] for key in ("name", "day", "later", "town", "far"))
    said, denied = pick(
        rng,
        (
            (f"{name} never leaves the house before noon.", f"At nine this morning {name} was already out shopping."),
            (f"The shop in {town} is closed every {day}.", f"Last {day} {name} bought bread in that shop."),
            (f"{name} has no brothers or sisters.", f"{name}'s sister lives in {far}."),
            (f"The meeting is on {day}.", f"Everybody came to the meeting on {later}, as planned."),
            (f"{name} cannot swim.", f"{name} swam across the lake last summer."),
            (f"There is no train from {town} to {far}.", f"{name} took the train from {town} to {far} yesterday."),
            (f"{name} does not eat meat.", f"For dinner {name} had a large plate of beef."),
            (f"It has not rained in {town} for a month.", f"Yesterday {name} got wet in the rain in {town}."),
        ),
    )
    fill = rng.sample(
        (
            f"{values['other']} lives next door.",
            "The house has a green roof.",
            f"{values['third']} works in a bank.",
            "The garden is full of roses.",
            "There is a small cafe at the corner.",
            "A bus runs every hour.",
        ),
        2,
    )
    lines = rng.sample([said, denied, *fill], 4)
    first, second = sorted((lines.index(said) + 1, lines.index(denied) + 1))
    ask = pick(
        rng,
        (
            "Two of these sentences cannot both be true. Which ones? Answer like '1 and 2'.",
            "Find the contradiction. Give the two numbers in the form '1 and 2'.",
            "Which two statements contradict each other? Write the numbers as '1 and 2'.",
            "Something is wrong in these notes. Which two lines do not agree? Reply in the form '1 and 2'.",
        ),
    )
    answer = f"{first} and {second}"
    told = f'"{said}" and "{denied}" cannot both be true.'
    return asked(rng, "contradiction", ask, answer, told, numbered(lines))


def true_or_false(rng: Random) -> Task:
    passage = draw_passage(rng)
    lie = rng.random() < 0.5
    point = pick(rng, passage.points)
    claim = point
    if lie:
        swaps = [
            (passage.values[one], passage.values[two])
            for one, two in (
                ("town", "far"),
                ("day", "later"),
                ("other", "third"),
                ("name", "third"),
                ("price", "date"),
            )
        ]
        usable = [(old, new) for old, new in swaps if old in point and new not in passage.text]
        if not usable:
            lie = False
        else:
            claim = point.replace(*pick(rng, usable))
    claim = cap(claim)
    ask = pick(
        rng,
        (
            f"True or false, according to the text: {claim}.",
            f"{claim}. Is that true or false? Check with the passage.",
            f"Does the text say this: '{claim}'? Reply true or false.",
            f"Someone claims: {claim}. True or false?",
        ),
    )
    told = f"the text says: {cap(point)}." if lie else "this agrees with the text."
    return asked(rng, "true_or_false", ask, "false" if lie else "true", told, passage.text)


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        *(summary, title, key_points, passage_question, extract_names, extract_one, topic, sentiment),
        *(out_of_place, contradiction, true_or_false),
    )
}
