"""Reviews of things and places, with their mood."""

from __future__ import annotations

from random import Random

from .lang import cap, pick

# what is reviewed, good remarks, bad remarks
_SUBJECTS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("the hotel", "the little hotel by the lake", "our room in the old hotel"),
        (
            "the bed was soft and the room was quiet",
            "the staff were kind and quick",
            "breakfast was fresh and plentiful",
        ),
        (
            "the room was dirty and smelled of smoke",
            "nobody answered when we called",
            "the noise kept us awake all night",
        ),
    ),
    (
        ("the restaurant", "the new fish restaurant", "lunch at the corner cafe"),
        ("the food was hot and full of flavour", "our waiter was friendly", "the price was more than fair"),
        ("the soup was cold", "we waited an hour for our food", "the waiter was rude"),
    ),
    (
        ("this kettle", "the lamp I ordered", "this bag", "the garden chair"),
        ("it works perfectly", "it looks even better than in the picture", "it arrived a day early"),
        ("it broke after two days", "the handle came off at once", "it arrived late and scratched"),
    ),
    (
        ("the book", "her new novel", "the film", "the play last night"),
        ("I laughed from start to end", "the story kept me up until midnight", "the ending was beautiful"),
        ("the story was dull", "I nearly fell asleep", "the ending made no sense"),
    ),
    (
        ("the train ride", "the bus tour", "the boat trip"),
        ("we left on time and had a lovely view", "the guide knew everything", "the seats were very comfortable"),
        ("we left two hours late", "the seats were broken", "the guide did not seem to care"),
    ),
    (
        ("the swimming course", "the cooking class", "the language course"),
        ("I learned a lot and had fun", "the teacher explained everything well", "I would do it again at once"),
        ("I learned nothing new", "the teacher came late each time", "there were far too many people"),
    ),
)
_GOOD = ("I loved {0}", "{0} was wonderful", "I am so happy with {0}", "What a joy {0} was", "Ten out of ten for {0}")
_BAD = ("I hated {0}", "{0} was a disappointment", "I regret paying for {0}", "{0} was a waste of money", "Never again")


def review(rng: Random) -> tuple[str, str, str]:
    """The text of a review, its mood, and why it has that mood."""
    names, good, bad = pick(rng, _SUBJECTS)
    likes = rng.random() < 0.5
    remarks = rng.sample(good if likes else bad, 2)
    first = cap(pick(rng, _GOOD if likes else _BAD).format(pick(rng, names)))
    body = pick(rng, (f"{first}: {remarks[0]}, and {remarks[1]}.", f"{first}! {cap(remarks[0])}. {cap(remarks[1])}."))
    plain = f"{cap(remarks[0])}. {cap(remarks[1])}."
    text = plain if rng.random() < 0.2 else body
    mood = "positive" if likes else "negative"
    reason = pick(
        rng,
        (
            f'the writer is {"pleased" if likes else "not pleased"}: "{remarks[0]}".',
            f'words such as "{remarks[1]}" show that the writer {"liked" if likes else "did not like"} it.',
        ),
    )
    return text, mood, reason
