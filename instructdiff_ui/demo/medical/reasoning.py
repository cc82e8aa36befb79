"""Families that reason from rules: word parts, blood groups, inheritance, germs and antibiotics."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .topic import cap, listed
from .topics import TOPICS

ROOTS = (
    ("tonsill", "tonsil", "itis ectomy"),
    ("append", "appendix", "ectomy"),
    ("gastr", "stomach", "itis ectomy oscopy"),
    ("nephr", "kidney", "itis ectomy"),
    ("hepat", "liver", "itis"),
    ("arthr", "joint", "itis algia oscopy"),
    ("neur", "nerve", "itis algia"),
    ("dermat", "skin", "itis"),
    ("col", "large intestine", "itis ectomy"),
    ("my", "muscle", "algia"),
    ("bronch", "airways", "itis oscopy"),
    ("cyst", "bladder", "itis ectomy oscopy"),
    ("hyster", "uterus", "ectomy"),
    ("mast", "breast", "itis ectomy"),
    ("ot", "ear", "itis algia"),
    ("rhin", "nose", "itis"),
    ("thyroid", "thyroid gland", "itis ectomy"),
    ("phleb", "vein", "itis"),
    ("oophor", "ovary", "itis ectomy"),
    ("splen", "spleen", "ectomy"),
    ("pancreat", "pancreas", "itis ectomy"),
)
ENDINGS = {
    "itis": "inflammation of the",
    "ectomy": "surgical removal of the",
    "algia": "pain in the",
    "oscopy": "looking inside the",
}

ENDING_ALONE = {
    "itis": "inflammation",
    "ectomy": "surgical removal",
    "algia": "pain",
    "oscopy": "looking inside with an instrument",
}


def word_meaning(rng: Random) -> Task:
    root, part, endings = rng.choice(ROOTS)
    ending = rng.choice(endings.split())
    word, meaning = root + ending, f"{ENDINGS[ending]} {part}"
    split = f"{cap(root)}- points to the {part} and -{ending} means {ENDING_ALONE[ending]}."
    if rng.random() < 0.5:
        ask = rng.choice(
            (
                f"Take the word {word} apart: what does it mean?",
                f"What does {word} mean, going by its parts?",
                f"My letter from the hospital says {word}. Translate, please.",
                f"Explain the parts of the word {word}.",
            )
        )
        return Task("word_meaning", ask, f"{split} The answer is {meaning}.", "", meaning)
    ask = rng.choice(
        (
            f"Build one medical word for this: {meaning}. The root is {root}-.",
            f"What single term means {meaning}? It starts with {root}-.",
            f"Which word do doctors use for {meaning} (root {root}-)?",
        )
    )
    return Task("word_meaning", ask, f"{split} The answer is {word}.", "", word)


GROUPS = ("O", "A", "B", "AB")


def blood_group(rng: Random) -> Task:
    giver, taker = rng.choice(GROUPS), rng.choice(GROUPS)
    fits = set(giver.replace("O", "")) <= set(taker.replace("O", ""))
    word = "Yes" if fits else "No"
    sign = rng.choice(("Rh negative", "Rh positive"))
    setting = rng.choice(("", f"Both are {sign}. ", "Leave the Rh factor aside. ", "Think only of the ABO groups. "))
    ask = rng.choice(
        (
            f"{setting}Can a person with blood group {taker} receive red cells from a donor of group {giver}?",
            f"{setting}Donor: group {giver}. Patient: group {taker}. May the red cells be given, yes or no?",
            f"{setting}The only bag left is group {giver} and the patient has group {taker}. Is that safe by "
            "ABO rules?",
            f"{setting}Is group {giver} blood (red cells) suitable for someone of group {taker}?",
        )
    )
    has = {"O": "no A or B marker", "A": "the A marker", "B": "the B marker", "AB": "both markers, A and B"}[giver]
    holds = {
        "O": "antibodies against A and B",
        "A": "antibodies against B",
        "B": "antibodies against A",
        "AB": "no antibodies against A or B",
    }[taker]
    end = "so nothing attacks them" if fits else "so the cells would be destroyed"
    output = (
        f"Red cells of group {giver} carry {has}. A person of group {taker} has {holds}, {end}. The answer is {word}."
    )
    return Task("blood_group", ask, output, "", word)


def inheritance_risk(rng: Random) -> Task:
    dominant = [f.one for f in TOPICS["inheritance"].facts if f.other == "autosomal dominant"]
    recessive = [f.one for f in TOPICS["inheritance"].facts if f.other == "autosomal recessive"]
    linked = [f.one for f in TOPICS["inheritance"].facts if f.other == "X-linked recessive"]
    disorder, setting, risk, why = rng.choice(
        (
            (
                rng.choice(recessive),
                "both parents are healthy carriers",
                "25%",
                "It is autosomal recessive, so a sick child must get a changed copy from each parent: a half "
                "times a half.",
            ),
            (
                rng.choice(dominant),
                "one parent has it with one changed copy, the other is healthy",
                "50%",
                "It is autosomal dominant, and one changed copy, passed on half of the time, is enough.",
            ),
            (
                rng.choice(linked),
                "the mother is a carrier, the father is healthy, and the child is a boy",
                "50%",
                "It is X-linked, and a son gets one of the two X chromosomes of his mother.",
            ),
            (
                rng.choice(linked),
                "the father has it, the mother is no carrier, and the child is a boy",
                "0%",
                "It is X-linked, and a son gets the Y chromosome, never the X, from his father.",
            ),
        )
    )
    ask = rng.choice(
        (
            f"In a family with {disorder}, {setting}. What is the risk for the child, in percent?",
            f"Genetics exercise on {disorder}: {setting}. Risk of disease for one child?",
            f"{cap(setting)}. The disorder is {disorder}. How likely is it that the child has the disease?",
            f"A couple asks about {disorder}. Here {setting}. Give the risk in percent.",
        )
    )
    return Task("inheritance_risk", ask, f"{why} The answer is {risk}.", "", risk)


def antibiotic_or_not(rng: Random) -> Task:
    fact = rng.choice([f for f in TOPICS["germ"].facts if f.other in ("a virus", "a bacterium", "a fungus")])
    word = "Yes" if fact.other == "a bacterium" else "No"
    ask = rng.choice(
        (
            f"Do antibiotics against bacteria work in {fact.one}?",
            f"A friend with {fact.one} wants an antibiotic. Does it act on the germ, yes or no?",
            f"{cap(fact.one)}: is an antibiotic against bacteria of use against the germ itself?",
            f"Yes or no: antibiotics kill the germ that causes {fact.one}.",
            f"Should I expect an antibiotic to clear the cause of {fact.one}?",
        )
    )
    reason = f"{cap(fact.one)} is caused by {fact.other}. "
    reason += "Antibiotics act on bacteria." if word == "Yes" else "Antibiotics act on bacteria and do nothing here."
    return Task("antibiotic_or_not", ask, f"{reason} The answer is {word}.", "", word)


def sort_germs(rng: Random) -> Task:
    wanted = rng.choice(("a virus", "a bacterium", "a parasite"))
    pool = list(TOPICS["germ"].facts)
    chosen = rng.sample([f for f in pool if f.other == wanted], 2) + rng.sample(
        [f for f in pool if f.other != wanted], 3
    )
    rng.shuffle(chosen)
    right = [fact.one for fact in chosen if fact.other == wanted]
    ask = rng.choice(
        (
            f"Which two of these infections are caused by {wanted}? Keep the order of the list.",
            f"From the list, pick the two due to {wanted}, in the order given.",
            f"Two entries are the work of {wanted}. Name them in order.",
        )
    )
    rest = "; ".join(f"{fact.one} comes from {fact.other}" for fact in chosen if fact.other != wanted)
    answer = listed(right)
    given = rng.choice(("\n", ", ")).join(fact.one for fact in chosen)
    return Task("sort_germs", ask, f"{cap(rest)}. The answer is {answer}.", given, answer)


FAMILIES: dict[str, Family] = {
    family.__name__: family for family in (word_meaning, blood_group, inheritance_risk, antibiotic_or_not, sort_germs)
}
