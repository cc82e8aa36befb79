"""Patients with one of the diseases, told as short stories without the diagnosis."""

from __future__ import annotations

from random import Random

from .diseases import DISEASES, Disease
from .topic import listed

PLACES = (
    "to the clinic",
    "to the family doctor",
    "to the emergency room",
    "to a small rural practice",
    "to the walk-in center",
    "to the health center",
    "to the hospital",
)
JOBS = (
    "teacher",
    "farmer",
    "bus driver",
    "cook",
    "nurse",
    "builder",
    "shop worker",
    "painter",
    "office worker",
    "gardener",
    "musician",
    "baker",
)


def person(rng: Random, disease: Disease) -> tuple[str, str]:
    """A patient such as `a 12-year-old boy`, and the pronoun."""
    age = rng.randint(*disease.ages)
    male = disease.sex == "m" or (disease.sex == "" and rng.random() < 0.5)
    words = ("boy", "man") if male else ("girl", "woman")
    noun = words[0] if age < 18 else words[1]
    if 25 <= age < 63 and rng.random() < 0.4:
        noun = f"{'male' if male else 'female'} {rng.choice(JOBS)}" if rng.random() < 0.3 else rng.choice(JOBS)
    article = "an" if age in (8, 11, 18) or 80 <= age < 90 else "a"
    return f"{article} {age}-year-old {noun}", "he" if male else "she"


def shuffled_signs(rng: Random, disease: Disease) -> list[str]:
    return rng.sample(disease.signs, 3)


def vignette(rng: Random, disease: Disease) -> str:
    """A few sentences about a patient, without the diagnosis."""
    who, pronoun = person(rng, disease)
    signs = listed(shuffled_signs(rng, disease))
    place, he = rng.choice(PLACES), pronoun.capitalize()
    who_cap = who[0].upper() + who[1:]
    clue = disease.clue
    clue_cap = clue[0].upper() + clue[1:]
    return rng.choice(
        (
            f"{who_cap} comes {place} with {signs}. {clue_cap}.",
            f"{who_cap} reports {signs}. We also learn that {clue}.",
            f"{he} is {who}. The complaints are {signs}, and {clue}.",
            f"{clue_cap}. The patient, {who}, has {signs}.",
            f"{who_cap} is brought {place} by the family because of {signs}. The doctor notes that {clue}.",
            f"Patient: {who}. Complaints: {signs}. Finding: {clue}.",
            f"My notes from today: {who}, {signs}; {clue}.",
        )
    )


def options(rng: Random, disease: Disease, count: int = 3) -> list[str]:
    """Other diseases that share no sign with this one."""
    others = [d for d in DISEASES if d.name != disease.name and not set(d.signs) & set(disease.signs)]
    return [d.name for d in rng.sample(others, count)]
