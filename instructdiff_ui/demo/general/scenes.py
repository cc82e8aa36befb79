"""Short passages with what is known about them: topic, title, summary, main points and questions with answers."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from .lang import pick
from .people import slots


class Scene(NamedTuple):
    """A passage in templates. `things` are the values of `{thing}`; questions are (question, answer) pairs."""

    topic: str
    things: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    summaries: tuple[str, ...]
    points: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]


class Passage(NamedTuple):
    """A passage that was drawn from a scene."""

    topic: str
    sentences: tuple[str, ...]
    title: str
    summary: str
    points: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    values: dict[str, str]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


SCENES: tuple[Scene, ...] = (
    Scene(
        "shopping",
        ("lamp", "bicycle", "kettle", "carpet", "mirror", "bookcase", "radio", "coat"),
        (
            ("On {day} {name} went to the market in {town}.", "{name} took the bus to {town} on {day}."),
            ("{He} wanted to buy a {thing} for {his} sister.", "{He} was hoping to find a {thing}, not too dear."),
            (
                "The first seller asked too much, but {other} had a good one for {price} dollars.",
                "After an hour {he} met {other}, who sold {him} one for {price} dollars.",
            ),
            ("{name} carried it home with a smile.", "{He} was very pleased with it."),
        ),
        ("A Good Buy at the Market", "The {thing} from {town}", "{name}'s New {thing}"),
        (
            "{name} bought a {thing} from {other} in {town} for {price} dollars.",
            "On {day} {name} found a {thing} for {price} dollars in {town}.",
        ),
        ("{name} went to {town} on {day}", "{He} wanted a {thing}", "{other} sold it for {price} dollars"),
        (
            ("Where did {name} go?", "{town}"),
            ("What did {name} buy?", "a {thing}"),
            ("Who sold the {thing}?", "{other}"),
            ("How many dollars did the {thing} cost?", "{price}"),
            ("On which day did {name} go to {town}?", "{day}"),
        ),
    ),
    Scene(
        "animals",
        ("dog", "cat", "goat", "rabbit", "parrot", "pony"),
        (
            ("{name}'s {thing} ran away on {day} evening.", "On {day} evening a {thing} slipped out of {name}'s gate."),
            ("{name} looked for it in every street of {town}.", "All of {town} helped {name} to search."),
            (
                "At {time} the next day {other} heard a noise behind the bakery.",
                "The next day at {time} {other} noticed something moving in a barn.",
            ),
            ("It was the {thing}, tired but not hurt.", "There sat the {thing}, hungry but well."),
        ),
        ("The Lost {thing}", "Found Again in {town}", "A {thing} Comes Home"),
        (
            "{name}'s {thing} ran away on {day} and was found unhurt by {other} the next day.",
            "{other} found the {thing} that {name} had lost in {town}.",
        ),
        ("{name}'s {thing} got out on {day}", "There was a search all over {town}", "{other} found it unhurt"),
        (
            ("Who found the {thing}?", "{other}"),
            ("Whose {thing} was lost?", "{name}'s"),
            ("What animal was lost?", "a {thing}"),
            ("In which town did this happen?", "{town}"),
            ("On which day did the {thing} get out?", "{day}"),
        ),
    ),
    Scene(
        "sports",
        ("football", "rugby", "hockey", "basketball"),
        (
            (
                "{town} beat {far} in the {thing} match on {day}.",
                "The {thing} team of {town} won against {far} on {day}.",
            ),
            ("It rained for the whole game and the field was muddy.", "The players of {far} led until the break."),
            ("{name} scored the last point just before the end.", "In the last minute {name} decided the game."),
            ("About {many}0 people watched and cheered.", "Some {many}0 fans sang all the way home."),
        ),
        ("{town} Wins in the Last Minute", "{name} Decides the Match", "A Great Day for {town}"),
        (
            "{town} beat {far} at {thing} on {day}, thanks to {name}.",
            "A late point by {name} gave {town} the win over {far}.",
        ),
        ("{town} played against {far} on {day}", "{name} scored at the very end", "{many}0 people were there"),
        (
            ("Which team won?", "{town}"),
            ("Which team lost?", "{far}"),
            ("Who decided the match?", "{name}"),
            ("How many people watched, about?", "{many}0"),
            ("Which sport is the passage about?", "{thing}"),
        ),
    ),
    Scene(
        "weather",
        ("storm", "snowfall", "flood", "heavy rain"),
        (
            ("The {thing} reached {town} on {day} night.", "On {day} night {town} was hit by the {thing}."),
            (
                "Many roads had to be closed and {count} trees fell.",
                "It brought down {count} trees and closed the road to {far}.",
            ),
            ("Nobody was hurt, said {name}, the mayor.", "{name}, the mayor, told reporters that nobody was hurt."),
            ("Schools will open again on {later}.", "Classes at the schools begin again on {later}."),
        ),
        ("{town} After the {thing}", "Roads Closed in {town}", "Nobody Hurt in the {thing}"),
        (
            "The {thing} closed roads and brought down trees in {town}, but nobody was hurt.",
            "{town} had closed roads and fallen trees after the {thing} of {day} night.",
        ),
        ("The {thing} reached {town} on {day} night", "{count} trees fell", "Schools open again on {later}"),
        (
            ("Who is the mayor?", "{name}"),
            ("How many trees fell?", "{count}"),
            ("Which town was hit?", "{town}"),
            ("When do the schools open again?", "{later}"),
            ("How many people were hurt?", "none"),
        ),
    ),
    Scene(
        "music",
        ("violin", "piano", "flute", "cello", "guitar", "trumpet"),
        (
            ("{name} has played the {thing} for {count} years.", "For {count} years {name} has taken {thing} lessons."),
            (
                "On {day} at {time} {he} gave {his} first concert in {town}.",
                "{His} first concert took place in {town} on {day} at {time}.",
            ),
            ("{His} hands were shaking before {he} went on stage.", "Before the first note {he} felt very nervous."),
            ("At the end {his} teacher {other} clapped the loudest.", "{other}, {his} teacher, was proud of {him}."),
        ),
        ("A First Concert", "{name} Plays in {town}", "{name} and the {thing}"),
        (
            "After {count} years of lessons, {name} gave a first {thing} concert in {town}.",
            "{name} was nervous but played the {thing} well at a first concert in {town}.",
        ),
        ("{name} has played the {thing} for {count} years", "The first concert was in {town}", "{other} was proud"),
        (
            ("Which instrument does {name} play?", "the {thing}"),
            ("Who is the teacher?", "{other}"),
            ("Where was the concert?", "{town}"),
            ("At what time did the concert begin?", "{time}"),
            ("For how many years has {name} played?", "{count}"),
        ),
    ),
    Scene(
        "business",
        ("bakery", "bookshop", "cafe", "flower shop", "toy shop", "bicycle shop"),
        (
            ("A new {thing} opened in {town} last {day}.", "Since last {day} {town} has had a new {thing}."),
            (
                "The owner, {name} {family}, worked in an office in {far} before.",
                "It belongs to {name} {family}, who used to work in an office in {far}.",
            ),
            ("{He} has hired {count} people.", "So far {count} people work there."),
            ("Visitors on {later} get a small present.", "On {later} every customer gets a small present."),
        ),
        ("New {thing} in {town}", "From the Office to a {thing}", "{name} {family} Opens a {thing}"),
        (
            "{name} {family} has opened a {thing} in {town} and hired {count} people.",
            "{town} has a new {thing}, run by {name} {family} from {far}.",
        ),
        ("A {thing} opened in {town}", "The owner is {name} {family}", "Customers get a present on {later}"),
        (
            ("Who owns the {thing}?", "{name} {family}"),
            ("How many people work there?", "{count}"),
            ("Where did the owner work before?", "an office in {far}"),
            ("What kind of shop is new?", "a {thing}"),
            ("On which day do customers get a present?", "{later}"),
        ),
    ),
    Scene(
        "travel",
        ("the museum", "the castle", "the harbour", "the old mill", "the zoo", "the lighthouse"),
        (
            (
                "{name} and {other} left {town} by train at {time}.",
                "At {time} the train with {name} and {other} left {town}.",
            ),
            ("They wanted to see {thing} of {far}.", "Their plan was to visit {thing} of {far}."),
            ("The tickets cost {price} dollars in all.", "For the tickets they paid {price} dollars together."),
            (
                "Because the last train was late, they came home after midnight.",
                "They came home after midnight because the last train was late.",
            ),
        ),
        ("A Day Trip to {far}", "A Long Day in {far}", "Late Home From {far}"),
        (
            "{name} and {other} went to {far} by train to see {thing} and came home late.",
            "A late train made {name} and {other} come home after midnight from their trip to {far}.",
        ),
        ("{name} and {other} took the train to {far}", "They wanted to see {thing}", "The last train was late"),
        (
            ("When did the train leave {town}?", "{time}"),
            ("How did they travel?", "by train"),
            ("Who went with {name}?", "{other}"),
            ("How many dollars did the tickets cost?", "{price}"),
            ("Why did they come home so late?", "the last train was late"),
            ("Which town did they visit?", "{far}"),
        ),
    ),
    Scene(
        "food",
        ("apple cake", "onion soup", "potato salad", "lemon tart", "carrot cake"),
        (
            (
                "For the school fair {name} made {thing} from {his} grandmother's recipe.",
                "{name} brought {thing} to the school fair, made as {his} grandmother makes it.",
            ),
            ("{He} needed {count} eggs and got up at {time}.", "{He} began at {time} and used {count} eggs."),
            ("Everything was sold within an hour.", "Nothing was left after an hour."),
            (
                "The school earned {price} dollars with it and bought new books.",
                "The {price} dollars it brought in went into new books.",
            ),
        ),
        ("Grandmother's Recipe", "Sold Out in an Hour", "Cooking for the School Fair"),
        (
            "{name} made {thing} for the school fair and it sold out within an hour.",
            "The {thing} that {name} made brought the school {price} dollars for books.",
        ),
        ("{name} made {thing} for the school fair", "It sold out in an hour", "The school earned {price} dollars"),
        (
            ("What did {name} make?", "{thing}"),
            ("How many eggs were needed?", "{count}"),
            ("Whose recipe was it?", "{his} grandmother's"),
            ("How many dollars did the school earn?", "{price}"),
            ("What did the school buy with the money?", "new books"),
            ("When did {name} start?", "{time}"),
        ),
    ),
    Scene(
        "school",
        ("poem", "model of a bridge", "map of the town", "short play", "film about bees"),
        (
            (
                "The class of {name} {family} had to prepare a {thing} by {day}.",
                "By {day} every pupil in {name} {family}'s class had to hand in a {thing}.",
            ),
            ("{other} forgot all about it until the evening before.", "Only {other} remembered it far too late."),
            (
                "{third} came over and the two worked until {time}.",
                "With the help of {third} the work was done at {time}.",
            ),
            ("In the end it was one of the best in the class.", "The teacher liked it and put it in the hall."),
        ),
        ("Help From a Friend", "Just in Time", "A {thing} by {day}"),
        (
            "{other} forgot the school work but finished it in time with the help of {third}.",
            "With help from {third}, {other} finished the {thing} just in time.",
        ),
        ("The class had to prepare a {thing}", "{other} forgot about it", "{third} helped and it turned out well"),
        (
            ("Who is the teacher?", "{name} {family}"),
            ("Who helped?", "{third}"),
            ("Who forgot the work?", "{other}"),
            ("By which day must the work be ready?", "{day}"),
            ("What did the class have to prepare?", "a {thing}"),
        ),
    ),
    Scene(
        "gardening",
        ("tomatoes", "roses", "carrots", "sunflowers", "beans", "strawberries"),
        (
            (
                "Last spring {name} planted {thing} behind the house in {town}.",
                "Behind {his} house in {town}, {name} planted {thing} last spring.",
            ),
            ("For {count} weeks nothing could be seen.", "It took {count} weeks before anything came up."),
            (
                "Then {other}, who lives next door, told {him} to water less.",
                "{other} from next door said that {he} was using too much water.",
            ),
            ("Soon the garden was full of {thing}.", "That helped, and by summer the bed was full."),
        ),
        ("Too Much Water", "{thing} at Last", "Good Advice From Next Door"),
        (
            "{name}'s {thing} grew well only after {other} advised {him} to water less.",
            "{name} gave the {thing} too much water until {other} noticed.",
        ),
        ("{name} planted {thing} in spring", "Nothing grew for {count} weeks", "Less water solved it"),
        (
            ("What did {name} plant?", "{thing}"),
            ("Who gave the advice?", "{other}"),
            ("How many weeks passed before anything came up?", "{count}"),
            ("What was the advice?", "to water less"),
            ("Where is the garden?", "{town}"),
        ),
    ),
)


def draw_passage(rng: Random) -> Passage:
    """One passage, its slots filled."""
    scene = pick(rng, SCENES)
    values = slots(rng) | {"thing": pick(rng, scene.things)}
    titled = values | {"thing": values["thing"].title()}
    return Passage(
        scene.topic,
        tuple(pick(rng, options).format(**values) for options in scene.sentences),
        pick(rng, scene.titles).format(**titled),
        pick(rng, scene.summaries).format(**values),
        tuple(point.format(**values) for point in scene.points),
        tuple((question.format(**values), answer.format(**values)) for question, answer in scene.questions),
        values,
    )
