"""Families that change a given sentence: tense, voice, manners, grammar, punctuation."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .clauses import clause
from .lang import cap, pick, table

# rude | polite (other ways are possible, so these have no short answer)
_RUDE = table("""
Give me the menu. | Could you please bring me the menu?
Be quiet. | Would you mind speaking a little more quietly, please?
I want a window seat. | I would like a window seat, if possible.
Send me the report now. | Could you please send me the report as soon as you can?
Move your car. | Would you be so kind as to move your car?
You made a mistake in my bill. | I think there may be a small mistake in my bill. Could you check it, please?
Open the door. | Could you open the door for me, please?
Call me back today. | Could you please call me back today when you have a moment?
Tell me where the station is. | Excuse me, could you tell me where the station is?
I don't want your soup. | Thank you, but I would rather not have soup today.
Wait here. | Would you please wait here for a moment?
Lend me your pen. | May I borrow your pen for a moment, please?
Your music is too loud. | I am sorry to trouble you, but could you turn the music down a little?
Fix the heating. | Could you please have a look at the heating? The room is rather cold.
Turn off the light. | Would you turn off the light, please?
Hurry up. | Could we go a little faster, please? We are short of time.
I can't come to your party. | Thank you so much for the invitation, but I am afraid I cannot come.
You are wrong. | I see it a little differently. May I explain?
Help me with these boxes. | Could you give me a hand with these boxes, please?
Answer my letter. | I would be very glad to hear from you about my letter.
I want my money back. | I would like to ask for my money back, please.
Close the window. | Would you mind closing the window?
Stop calling me at night. | May I ask you not to call me late at night? Thank you.
Pass the salt. | Could you pass me the salt, please?
You are late again. | I was a little worried. Could you please try to be on time?
Get me some water. | Could I have some water, please?
Don't park here. | We would be grateful if you did not park here.
Finish this by Friday. | Would it be possible to finish this by Friday?
Repeat that. | I am sorry, I did not catch that. Could you say it again?
Take off your shoes. | Would you please take off your shoes at the door?
""")
# wrong | right
_GRAMMAR = table("""
She don't like coffee. | She doesn't like coffee.
He have two sisters. | He has two sisters.
I seen him yesterday. | I saw him yesterday.
They was late for school. | They were late for school.
She can sings very well. | She can sing very well.
I have a apple in my bag. | I have an apple in my bag.
There is three cats on the roof. | There are three cats on the roof.
He go to work by bus. | He goes to work by bus.
We didn't saw the film. | We didn't see the film.
This shoes are too small. | These shoes are too small.
My brother is more taller than me. | My brother is taller than me.
I am agree with you. | I agree with you.
She is here since Monday. | She has been here since Monday.
He did a mistake in the test. | He made a mistake in the test.
The childs are in the garden. | The children are in the garden.
I look forward to see you. | I look forward to seeing you.
Where you live? | Where do you live?
Me and Tom went home. | Tom and I went home.
She gave to me a book. | She gave me a book.
I don't know nothing about it. | I don't know anything about it.
He speaks English very good. | He speaks English very well.
Each of the boys have a ball. | Each of the boys has a ball.
We are living here for ten years. | We have been living here for ten years.
I have went there twice. | I have gone there twice.
The news are good today. | The news is good today.
He is a honest man. | He is an honest man.
Did you went to the shop? | Did you go to the shop?
She is good in mathematics. | She is good at mathematics.
How much apples do you want? | How many apples do you want?
I must to leave now. | I must leave now.
He runs more fast than me. | He runs faster than me.
The informations were useful. | The information was useful.
We arrived to the station at nine. | We arrived at the station at nine.
One of my friend lives in Rome. | One of my friends lives in Rome.
""")


def _on_sentence(rng: Random, family: str, asks: tuple[str, ...], sentence: str, answer: str) -> Task:
    """A task that gives a sentence, as input or after a colon, and wants it rewritten."""
    ask = pick(rng, asks)
    output = (
        answer if rng.random() < 0.8 else pick(rng, ("Here it is: ", "It should read: ", "You could write: ")) + answer
    )
    kept = answer if output == answer else ""
    if rng.random() < 0.7:
        return Task(family, ask, output, sentence, kept)
    return Task(family, f"{ask.rstrip('.?')}: {sentence}", output, "", kept)


def to_past(rng: Random) -> Task:
    one = clause(rng)
    asks = (
        "Put this into the past tense.",
        "Rewrite the sentence in the simple past.",
        "Change this to the past.",
        "Write it as if it happened yesterday, without adding a word.",
        "Can you put this sentence in the past?",
    )
    return _on_sentence(rng, "to_past", asks, one.now(), one.before())


def to_future(rng: Random) -> Task:
    one = clause(rng)
    asks = (
        "Put this into the future with 'will'.",
        "Rewrite the sentence in the future tense, using 'will'.",
        "This happened. Say that it will happen instead.",
        "Change the past tense to the future with 'will'.",
    )
    return _on_sentence(rng, "to_future", asks, one.before(), one.later())


def to_passive(rng: Random) -> Task:
    one = clause(rng)._replace(when="")
    asks = (
        "Rewrite in the passive voice.",
        "Make this sentence passive.",
        "Turn the active sentence into a passive one.",
        "Put the object first and use the passive voice.",
        "Passive, please.",
    )
    return _on_sentence(rng, "to_passive", asks, one.before(), one.passive())


def to_active(rng: Random) -> Task:
    one = clause(rng)._replace(when="")
    asks = (
        "Rewrite in the active voice.",
        "Make this sentence active.",
        "My editor does not like the passive voice. Please turn this into an active sentence.",
        "Say who did it first: change the passive to active.",
    )
    return _on_sentence(rng, "to_active", asks, one.passive(), one.before())


def negative(rng: Random) -> Task:
    one = clause(rng)
    asks = (
        "Make this sentence negative with 'did not'.",
        "Say that this did not happen. Use 'did not'.",
        "Write the negative form of the sentence, using 'did not'.",
        "The opposite is true. Rewrite it with 'did not'.",
    )
    return _on_sentence(rng, "negative", asks, one.before(), one.never())


def to_question(rng: Random) -> Task:
    one = clause(rng)
    asks = (
        "Turn this statement into a yes-or-no question.",
        "Make a question that starts with 'Did'.",
        "Rewrite this as a question with 'did'.",
        "How would you ask whether this happened? Start with 'Did'.",
    )
    return _on_sentence(rng, "to_question", asks, one.before(), one.ask())


def fix_grammar(rng: Random) -> Task:
    if rng.random() < 0.5:
        wrong, right = pick(rng, _GRAMMAR)
    else:
        one = clause(rng)._replace(when="")
        wrong, right = pick(
            rng,
            (
                (one.never().replace(one.base, one.past, 1), one.never()),
                (one.now().replace(one.present, one.base, 1), one.now()),
                (one.later().replace(one.base, one.past, 1), one.later()),
            ),
        )
        if wrong == right:
            wrong, right = pick(rng, _GRAMMAR)
    asks = (
        "Correct the grammar.",
        "Fix the mistake in this sentence.",
        "There is one mistake here. Please correct it.",
        "Is this good English? If not, write it correctly.",
        "Write this without the error.",
        "Please check this sentence before I send it.",
    )
    return _on_sentence(rng, "fix_grammar", asks, wrong, right)


def fix_punctuation(rng: Random) -> Task:
    one, two = clause(rng), clause(rng)
    right = pick(rng, (f"{one.before()} {two.before()}", f"{one.ask()} {two.later()}", f"{one.now()} {two.never()}"))
    wrong = right.lower().replace(".", "").replace("?", "")
    asks = (
        "Add capital letters and punctuation.",
        "Punctuate these two sentences and use capitals where needed.",
        "I typed this on my phone in a hurry. Please put in the capitals, full stops and question marks.",
        "Fix the capitals and the punctuation. There are two sentences.",
        "My keyboard dropped all capitals and stops. Please put them back.",
    )
    return Task("fix_punctuation", pick(rng, asks), right, wrong, right)


def polite(rng: Random) -> Task:
    rude, kind = pick(rng, _RUDE)
    asks = (
        "Say this more politely.",
        "Rewrite this in a friendly and polite way.",
        "How can I say this without being rude?",
        "This sounds too harsh for an email to a customer. Make it polite.",
        "Please make the tone kinder.",
        "Polite version, please.",
    )
    ask = pick(rng, asks)
    if rng.random() < 0.5:
        return Task("polite", ask, kind, rude)
    return Task("polite", f"{ask.rstrip('.?')}: {rude}", kind)


def join_sentences(rng: Random) -> Task:
    one, two = (clause(rng)._replace(when="") for _ in range(2))
    word = pick(rng, ("and", "but", "while", "before", "after"))
    right = f"{one.before()[:-1]} {word} {two.who} {two.past} {two.thing}."
    asks = (
        f"Join the two sentences with '{word}'.",
        f"Make one sentence out of these two. Use '{word}'.",
        f"Combine the sentences, putting '{word}' between them.",
        f"These sentences are too short. Connect them with the word '{word}'.",
    )
    return Task("join_sentences", pick(rng, asks), right, f"{one.before()} {two.before()}", right)


def find_part(rng: Random) -> Task:
    one = clause(rng)
    part, answer = pick(rng, (("verb", one.past), ("subject", one.who), ("object", one.thing)))
    asks = (
        f"What is the {part} of this sentence?",
        f"Find the {part} in the sentence.",
        f"Underline the {part}: which word or words would you mark?",
        f"Copy out the {part} of the sentence below.",
    )
    output = f"{cap(answer)}." if rng.random() < 0.5 else f'The {part} is "{answer}". The answer is {answer}.'
    return Task("find_part", pick(rng, asks), output, one.before(), answer)


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        *(to_past, to_future, to_passive, to_active, negative, to_question, fix_grammar, fix_punctuation),
        *(polite, join_sentences, find_part),
    )
}
