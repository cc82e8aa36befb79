"""Families of small reasoning: days, months, causes, rules, riddles, rows."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .lang import a, asked, cap, listed, pick, table
from .nature import THINGS
from .world import DAYS, MONTHS

_CAUSES = table("""
The ice cubes melted | they were left in the sun
The plant died | nobody had watered it for weeks
The streets were wet | it had rained all night
The bread burned | it stayed in the oven too long
The car stopped | it ran out of fuel
The baby cried | it was hungry
The lake froze | it was very cold for many days
The room was dark | the lamp was broken
The bicycle would not roll well | both tyres were flat
The milk turned sour | it stood in the warm kitchen for days
The train was late | there was snow on the rails
The boat sank | it had a large hole
The dog barked | a stranger came to the door
The soup tasted bad | the cook had used far too much salt
The children were tired | they had walked for six hours
The shop was closed | it was a holiday
The glass broke | it fell on the stone floor
The paint came off on her dress | the bench had just been painted
The balloon burst | it touched a sharp thorn
The clock stopped | its battery was empty
The cake stayed flat | the baker forgot the baking powder
His shoes were muddy | he had walked across a wet field
""")
# kind | what all of them have | some of them | things that lack it
_RULES = table("""
birds | have feathers | penguin, owl, duck, swan, robin | dog, frog, bee
mammals | feed their young with milk | whale, bat, dog, horse, cow | hen, trout, snake
fish | have gills | trout, salmon, shark | horse, owl, cat
insects | have six legs | ant, bee, beetle, moth | spider, dog, hen
trees | have roots | oak, pine, birch, willow | bicycle, table, boat
reptiles | have scales | snake, lizard, crocodile | frog, cow, bat
""")
_HOUSE_RULES = table("""
the light is red | cars must stop | Cars may drive on
the flag is up | swimming is forbidden | Swimming is allowed now
it rains | the match is played indoors | The match is played outdoors today
the bell rings | the lesson ends | The lesson has not ended yet
the shop is closed | the door is locked | The door is not locked
a guest is under six | the ticket is free | The ticket of this guest is not free
the box has a star on it | it holds glass | This box holds no glass
the fee is paid | the library card is sent out | No library card has been sent out
the road is icy | the school bus does not run | The school bus is running
the alarm sounds | everyone leaves the building | Nobody is leaving the building
the tank is empty | the motor stops | The motor is running
Anna cooks | there is soup | There is no soup today
it is Sunday | the museum is free | The museum is not free today
the cat is hungry | it sits by the door | The cat is not sitting by the door
""")


def weekday_after(rng: Random) -> Task:
    start, steps = rng.randrange(7), rng.randint(2, 20)
    day = DAYS[start]
    back = rng.random() < 0.3
    answer = DAYS[(start - steps if back else start + steps) % 7]
    ask = pick(
        rng,
        (
            f"Today is {day}. What day of the week was it {steps} days ago?",
            f"If today is {day}, which weekday was {steps} days back?",
            f"I sent a letter {steps} days ago. Today is {day}. On which weekday did I send it?",
        )
        if back
        else (
            f"Today is {day}. What day will it be in {steps} days?",
            f"Which weekday comes {steps} days after {day}?",
            f"The parcel takes {steps} days and I post it on {day}. On which weekday does it arrive?",
            f"My holiday starts in {steps} days and today is {day}. On which day of the week does it start?",
            f"It is {day} now. The meeting is {steps} days away. What weekday is that?",
        ),
    )
    weeks, rest = divmod(steps, 7)
    direction = "back" if back else "on"
    told = f"{weeks * 7} days are full weeks, so we go {direction} {rest} more from {day}" if weeks else ""
    told = told or f"counting {steps} days {direction} from {day}"
    return asked(rng, "weekday_after", ask, answer, f"{told}, which gives {answer}.")


def month_after(rng: Random) -> Task:
    names = [row[0] for row in MONTHS]
    start, steps = rng.randrange(12), rng.randint(2, 8)
    answer = names[(start + steps) % 12]
    ask = pick(
        rng,
        (
            f"It is {names[start]}. Which month will it be in {steps} months?",
            f"A course starts in {names[start]} and ends {steps} months later. In which month does it end?",
            f"Which month is {steps} months after {names[start]}?",
            f"The baby was due {steps} months from {names[start]}. Which month is that?",
        ),
    )
    path = ", ".join(names[(start + step) % 12] for step in range(1, steps + 1))
    return asked(rng, "month_after", ask, answer, f"counting on from {names[start]}: {path}.")


def cause(rng: Random) -> Task:
    effect, reason = pick(rng, _CAUSES)
    wrong = [row[1] for row in rng.sample([row for row in _CAUSES if row[0] != effect], 2)]
    mixed = rng.sample([reason, *wrong], 3)
    letters = [f"{letter}) {text}" for letter, text in zip("ABC", mixed, strict=True)]
    answer = "ABC"[mixed.index(reason)]
    ask = pick(
        rng,
        (
            f"{effect}. What is the most likely reason?",
            f"Why might this have happened? {effect}.",
            f"Choose the best cause for this effect: {effect}.",
            f"Which of the three explains it? {effect}.",
        ),
    )
    form = pick(rng, ("short", "full"))
    output = f"{answer}." if form == "short" else f"{effect} because {reason}. The answer is {answer}."
    return Task("cause", f"{ask}\n" + "\n".join(letters) + "\nGive the letter.", output, "", answer)


def because(rng: Random) -> Task:
    effect, reason = pick(rng, _CAUSES)
    ask = pick(
        rng,
        (
            f"Complete the sentence with a likely reason: {effect} because ...",
            f"Give one good reason for this: {effect}.",
            f"Why? {effect}.",
            f"Finish this for me: {effect} because ...",
            f"Name a possible cause. {effect}.",
        ),
    )
    return Task("because", ask, pick(rng, (f"{effect} because {reason}.", f"Probably because {reason}.")))


def rule(rng: Random) -> Task:
    kinds, fact, names, strangers = pick(rng, _RULES)
    single = kinds if kinds == "fish" else kinds.rstrip("s")
    if rng.random() < 0.6:
        one = a(pick(rng, names.split(", ")))
        ask = pick(
            rng,
            (
                f"All {kinds} {fact}. {cap(one)} is {a(single)}. Does {one} {fact}? Yes or no?",
                f"If all {kinds} {fact} and {one} is {a(single)}, does {one} {fact}? Yes or no?",
                f"Yes or no: {one} is {a(single)}, and all {kinds} {fact}. Does {one} {fact}?",
            ),
        )
        return asked(rng, "rule", ask, "yes", f"{one} is {a(single)}, and all {kinds} {fact}.")
    one = a(pick(rng, strangers.split(", ")))
    ask = pick(
        rng,
        (
            f"All {kinds} {fact}. {cap(one)} does not {fact}. Can {one} be {a(single)}? Yes or no?",
            f"Suppose all {kinds} {fact}. Could {one}, which does not {fact}, be {a(single)}? Yes or no?",
            f"Yes or no: all {kinds} {fact} and {one} does not. Can it be {a(single)}?",
        ),
    )
    return asked(rng, "rule", ask, "no", f"all {kinds} {fact}, but {one} does not, so it is not {a(single)}.")


def if_then(rng: Random) -> Task:
    when, then, denied = pick(rng, _HOUSE_RULES)
    known = f"Rule: if {when}, {then}."
    plain = rng.random() < 0.5
    seen = f"{cap(when)}." if plain else f"{denied}."
    part = f"{'Is it certain' if plain else 'Is it possible'} that {then if plain else when}?"
    ask = pick(
        rng,
        (
            f"{known} {seen} {part} Yes or no?",
            f"{seen} {known} {part} Reply yes or no.",
            f"{part} Yes or no? {known} {seen}",
            f"A sign says: if {when}, {then}. {seen} {part} Say yes or no.",
        ),
    )
    told = f"the rule says that if {when}, {then}." if plain else f"if {when}, then {then}, but we know: {denied}."
    return asked(rng, "if_then", ask, "yes" if plain else "no", told)


def riddle(rng: Random) -> Task:
    thing, meaning, clue = pick(rng, THINGS)
    wrong = [row[0] for row in rng.sample([row for row in THINGS if row[0] != thing], 2)]
    ask = pick(
        rng,
        (
            f"{clue}. What am I?",
            f"Here is a riddle: {clue}. What am I?",
            f"Riddle time! {clue}. It starts with '{thing[0]}'. What is it?",
            f"Solve this riddle. {clue}. Is it {listed([a(word) for word in sorted([thing, *wrong])], 'or')}?",
            f"What am I? {clue}.",
        ),
    )
    return asked(rng, "riddle", ask, a(thing), f"{a(thing)} is {meaning}, so it fits the riddle.")


def next_in_row(rng: Random) -> Task:
    kind = pick(rng, ("letters", "numbers", "days", "months"))
    start, step, count = rng.randint(0, 8), rng.randint(1, 3), 4
    if kind == "letters":
        row = [chr(65 + start + step * place) for place in range(count + 1)]
    elif kind == "numbers":
        step = rng.randint(2, 10)
        row = [str(start + step * place) for place in range(count + 1)]
    else:
        names = DAYS if kind == "days" else [line[0] for line in MONTHS]
        step = rng.randint(1, 2)
        row = [names[(start + step * place) % len(names)] for place in range(count + 1)]
    shown = ", ".join(row[:-1])
    ask = pick(
        rng,
        (
            f"What comes next: {shown}, ...?",
            f"Continue the row: {shown}",
            f"{shown}, ? Which one is missing at the end?",
        ),
    )
    return asked(
        rng, "next_in_row", ask, row[-1], f"each step goes {step} further, and after {row[-2]} comes {row[-1]}."
    )


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (weekday_after, month_after, cause, because, rule, if_then, riddle, next_in_row)
}
