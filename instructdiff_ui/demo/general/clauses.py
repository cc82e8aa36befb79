"""Simple clauses in several forms: present, past, passive, negative, future."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from .lang import cap, pick, table

# who | base | present | past | participle | object | is or are
_VERBS = table("""
the baker, my aunt, our neighbour | bake | bakes | baked | baked | the bread, a cherry cake, a large pie
the teacher, my brother, Mrs Hill | write | writes | wrote | written | a long letter, the report, a short story
the gardener, my uncle, Mr Reed | plant | plants | planted | planted | the roses, a row of beans, two young trees
the dog, a fox, the boy next door | chase | chases | chased | chased | the cat, a rabbit, the hens
the painter, my cousin, our landlord | paint | paints | painted | painted | the fence, the kitchen door, the old boat
the cook, my father, the waiter | wash | washes | washed | washed | the plates, a big pot, the glasses
the child, my sister, the pupil | draw | draws | drew | drawn | a house, the harbour, two horses
the farmer, Mr Novak, her son | sell | sells | sold | sold | the apples, a brown cow, fresh eggs
the mechanic, my friend, Mrs Costa | repair | repairs | repaired | repaired | the car, an old bicycle, the engine
the postman, a boy, the new driver | bring | brings | brought | brought | the parcel, a letter, the newspaper
the tailor, my grandmother, Mrs Berg | make | makes | made | made | a warm coat, the curtains, a blue dress
the captain, the sailor, my nephew | clean | cleans | cleaned | cleaned | the ship, the deck, the windows
the girl, the student, my niece | read | reads | read | read | the whole book, a funny poem, the newspaper
the builder, my grandfather, Mr Weber | build | builds | built | built | a stone wall, the bridge, a small house
the singer, the choir, the teacher | sing | sings | sang | sung | an old song, the last verse, a lullaby
the visitor, my mother, our guest | choose | chooses | chose | chosen | the small table, a green hat, the window seat
the thief, the monkey, the bird | steal | steals | stole | stolen | the ring, a spoon, the biscuits
the guard, the porter, the caretaker | close | closes | closed | closed | the gate, the heavy door, the shop
the chef, my cousin, the old woman | cook | cooks | cooked | cooked | the soup, a fine dinner, the potatoes
the manager, the clerk, Mrs Tanaka | open | opens | opened | opened | the letter, the office, the meeting
the farmer, the girl, my aunt | feed | feeds | fed | fed | the hens, the horses, a small goat
the hunter, the police officer, the shepherd | find | finds | found | found | the path, a lost sheep, the key
""")
_WHEN = (
    "in the morning",
    "after lunch",
    "before supper",
    "at noon",
    "in the evening",
    "with great care",
    "very early",
    "",
)


class Clause(NamedTuple):
    who: str
    base: str
    present: str
    past: str
    done: str
    thing: str
    when: str

    def _say(self, *parts: str, end: str = ".") -> str:
        return cap(" ".join(part for part in (*parts, self.when) if part)) + end

    @property
    def many(self) -> bool:
        """Whether the object is plural."""
        return self.thing.endswith("s") and not self.thing.startswith("a ")

    def now(self) -> str:
        return self._say(self.who, self.present, self.thing)

    def before(self) -> str:
        return self._say(self.who, self.past, self.thing)

    def later(self) -> str:
        return self._say(self.who, "will", self.base, self.thing)

    def never(self) -> str:
        return self._say(self.who, "did not", self.base, self.thing)

    def passive(self) -> str:
        return self._say(self.thing, "were" if self.many else "was", self.done, "by", self.who)

    def ask(self) -> str:
        return self._say("did", self.who, self.base, self.thing, end="?")


def clause(rng: Random) -> Clause:
    who, base, present, past, done, thing = pick(rng, _VERBS)
    return Clause(pick(rng, who.split(", ")), base, present, past, done, pick(rng, thing.split(", ")), pick(rng, _WHEN))
