"""Kinds of pre-training text about patients, mechanisms, first aid and sums at the bedside."""

from __future__ import annotations

from random import Random

from .advice import DIFFERENCES, WHYS
from .cases import person, shuffled_signs, vignette
from .diseases import DISEASES
from .helping import ADVICE, FIRST_AID, PATHS, WARNINGS
from .prose_facts import PEOPLE
from .reasoning import ENDING_ALONE, ENDINGS, ROOTS
from .skills import LABS, show, value_of
from .topic import cap, listed
from .topics import TOPICS


def case_story(rng: Random) -> str:
    disease = rng.choice(DISEASES)
    end = rng.choice(
        (
            f"The diagnosis is {disease.name}. {disease.note} The usual treatment is {disease.treatment}.",
            f"All this points to {disease.name}. {disease.note}",
            f"This picture is typical of {disease.name}. Most helpful test: {disease.test}. Treatment: "
            f"{disease.treatment}.",
            f"The doctor thinks of {disease.name}. {disease.note} Plan: {disease.treatment}.",
        )
    )
    return f"{vignette(rng, disease)} {end}"


def ward_round(rng: Random) -> str:
    beds = []
    for bed, disease in enumerate(rng.sample(DISEASES, rng.randint(2, 3)), rng.randint(1, 12)):
        who, _ = person(rng, disease)
        signs = listed(shuffled_signs(rng, disease))
        beds.append(f"Bed {bed}: {who} with {signs}. Diagnosis: {disease.name}. Plan: {disease.treatment}.")
    return rng.choice(("Ward round.\n", "Handover of the night shift.\n", "")) + "\n".join(beds)


def encyclopedia(rng: Random) -> str:
    disease = rng.choice(DISEASES)
    signs = listed(shuffled_signs(rng, disease))
    test = "" if disease.test.startswith("none") else f" Most helpful test: {disease.test}."
    return rng.choice(
        (
            f"{cap(disease.name)}. Typical signs are {signs}. {disease.note}{test} Usual treatment: "
            f"{disease.treatment}.",
            f"{disease.note} This is what happens in {disease.name}. People notice {signs}. Usual treatment: "
            f"{disease.treatment}.",
            f"How is {disease.name} recognized? By {signs}. It helps to know that often {disease.clue}.{test}",
        )
    )


def discharge(rng: Random) -> str:
    disease = rng.choice(DISEASES)
    who, he = person(rng, disease)
    signs = listed(shuffled_signs(rng, disease))
    return (
        f"Discharge note. {cap(who)} came with {signs}. Finding: {disease.clue}. Diagnosis: {disease.name}. "
        f"Treatment: {disease.treatment}. In short: {who} with {signs} has {disease.name}, and {he} "
        f"needs {disease.treatment}."
    )


def mechanism(rng: Random) -> str:
    parts = []
    for thing, reason in rng.sample(WHYS, rng.randint(2, 4)):
        parts.append(
            rng.choice(
                (f"Why is it that {thing}? {reason}", f"{cap(thing)}. {reason}", f"{reason} That is why {thing}.")
            )
        )
    return rng.choice((" ", "\n")).join(parts)


def contrasts(rng: Random) -> str:
    parts = []
    for one, two, first, second in rng.sample(DIFFERENCES, rng.randint(2, 3)):
        parts.append(
            rng.choice(
                (
                    f"{cap(one)} and {two} differ. With {one}, {first}. With {two}, {second}.",
                    f"The key point for {one} is that {first}, while for {two} it is that {second}.",
                    f"{cap(one)}: {first}. {cap(two)}: {second}.",
                )
            )
        )
    return "\n".join(parts)


def helper(rng: Random) -> str:
    problem, steps, care = rng.choice(FIRST_AID)
    numbered = "\n".join(f"{place}. {cap(step)}." for place, step in enumerate(steps, 1))
    name = rng.choice(PEOPLE)
    return rng.choice(
        (
            f"First aid for {problem}\n{numbered}\n{care}",
            f"{name} had to deal with {problem}. The course had taught the order: first {steps[0]}, then "
            f"{', then '.join(steps[1:])}. {care}",
            f"In case of {problem}, the first step is this: {steps[0]}. Then {', then '.join(steps[1:])}. {care}",
        )
    )


def journey(rng: Random) -> str:
    parts = []
    for name, stations in rng.sample(PATHS, rng.randint(1, 3)):
        place = rng.randrange(len(stations) - 1)
        parts.append(
            f"{cap(name)}: {', '.join(stations)}. Directly after {stations[place]} comes {stations[place + 1]}, "
            f"and the last part is {stations[-1]}."
        )
    return " ".join(parts)


def red_flags(rng: Random) -> str:
    thing, signs = rng.choice(WARNINGS)
    return rng.choice(
        (
            f"{cap(thing)} is often harmless, but get medical help if there is {listed(signs, 'or')}.",
            f"Red flags for {thing}:\n" + "\n".join(f"- {cap(sign)}" for sign in signs),
            f"With {thing}, watch for {listed(signs)}. Any of these needs a doctor without delay.",
        )
    )


def leaflet(rng: Random) -> str:
    thing, tips = rng.choice(ADVICE)
    return rng.choice(
        (f"Advice for {thing}. {' '.join(tips)}", f"{cap(thing)}\n" + "\n".join(f"- {tip}" for tip in tips))
    )


def lab_notes(rng: Random) -> str:
    parts = []
    for lab in rng.sample(LABS, 3):
        state = rng.choice(("low", "normal", "high"))
        value = value_of(rng, lab, state)
        edges = show(lab.low, lab.digits), show(lab.high, lab.digits)
        meaning = {
            "low": f"is below {edges[0]}, so it is low and suggests {lab.if_low}",
            "normal": f"lies between {edges[0]} and {edges[1]}, so it is normal",
            "high": f"is above {edges[1]}, so it is high and suggests {lab.if_high}",
        }[state]
        parts.append(f"{cap(lab.name)} (normal {edges[0]} to {edges[1]} {lab.unit}): {value} {meaning}.")
    return rng.choice((" ", "\n")).join(parts)


def sums(rng: Random) -> str:
    """Pulse and doses worked out."""
    seconds, factor = rng.choice(((15, 4), (30, 2), (10, 6), (20, 3)))
    beats = rng.randint(40 // factor + 1, 150 // factor)
    rate = beats * factor
    verdict = "slow" if rate < 60 else "fast" if rate > 100 else "normal"
    kilos, per = rng.randint(8, 40), rng.choice((2, 5, 10, 15, 20))
    strength, count, times = rng.choice((5, 10, 20, 25, 50, 100, 250, 500)), rng.randint(1, 3), rng.randint(1, 4)
    often = {1: "once", 2: "twice", 3: "three times", 4: "four times"}[times]
    items = [
        f"{beats} beats in {seconds} seconds make {beats} × {factor} = {rate} beats per minute, which is {verdict}.",
        f"A child of {kilos} kg who needs {per} mg per kg gets {kilos} × {per} = {kilos * per} mg.",
        f"A dose of {strength * count} mg in tablets of {strength} mg is {strength * count} / {strength} "
        f"= {count}; taken "
        f"{often} a day that is {count} × {times} = {count * times} for the day.",
    ]
    rng.shuffle(items)
    return " ".join(items)


def vital_notes(rng: Random) -> str:
    pulse, breaths, tenths = rng.randint(40, 140), rng.randint(7, 34), rng.randint(342, 400)
    heart = "bradycardia" if pulse < 60 else "tachycardia" if pulse > 100 else "normal"
    air = "bradypnea" if breaths < 12 else "tachypnea" if breaths > 20 else "normal"
    warm = "hypothermia" if tenths < 350 else "fever" if tenths >= 380 else "no fever"
    return (
        f"Chart of an adult: pulse {pulse} per minute ({heart}; 60 to 100 is normal), breathing {breaths} per minute "
        f"({air}; 12 to 20 is normal), temperature {tenths / 10:.1f} degrees ({warm}; fever starts at 38)."
    )


def word_building(rng: Random) -> str:
    parts = []
    for root, part, endings in rng.sample(ROOTS, 3):
        ending = rng.choice(endings.split())
        parts.append(
            rng.choice(
                (
                    f"{cap(root + ending)} is {ENDINGS[ending]} {part}: {root}- points to the {part} and -{ending} "
                    "means "
                    f"{ENDING_ALONE[ending]}.",
                    f"The word {root}{ending} means {ENDINGS[ending]} {part}.",
                )
            )
        )
    return " ".join(parts)


def transfusion(rng: Random) -> str:
    facts = [
        "Red cells of group O carry no A or B marker, so they suit every group.",
        "A person of group AB has no antibodies against A or B and can receive red cells of any group.",
        "Group A has the A marker and antibodies against B, so it can receive groups A and O.",
        "Group B has the B marker and antibodies against A, so it can receive groups B and O.",
        "A person of group O has antibodies against A and B and can receive only group O.",
    ]
    return " ".join(rng.sample(facts, rng.randint(2, 4)))


def family_risk(rng: Random) -> str:
    by: dict[str, list[str]] = {}
    for fact in TOPICS["inheritance"].facts:
        by.setdefault(fact.other, []).append(fact.one)
    lines = [
        f"{cap(rng.choice(by['autosomal recessive']))} is autosomal recessive: when both parents are "
        "healthy carriers, the "
        "risk for each child is 25%.",
        f"{cap(rng.choice(by['autosomal dominant']))} is autosomal dominant: when one parent has it, the "
        "risk for each child is 50%.",
        f"{cap(rng.choice(by['X-linked recessive']))} is X-linked recessive: half of the sons of a "
        "carrier mother have it, "
        "so the risk for a boy is 50%. A sick father gives his sons the Y chromosome, so their risk from him is 0%.",
    ]
    return " ".join(rng.sample(lines, 2))


def drug_sense(rng: Random) -> str:
    parts = []
    for fact in rng.sample(TOPICS["germ"].facts, 3):
        tail = (
            "so antibiotics act on it"
            if fact.other == "a bacterium"
            else "so antibiotics against bacteria do not act on it"
        )
        parts.append(f"{cap(fact.one)} is caused by {fact.other}, {tail}.")
    return " ".join(parts)


def chart_language(rng: Random) -> str:
    one, two = rng.sample(TOPICS["term"].facts[:18], 2)
    short = rng.choice(TOPICS["abbreviation"].facts)
    return (
        f"The chart says: {one.one} and {two.one}. In everyday words: {one.other} and {two.other}. "
        f"It also says {short.one}, which stands for {short.other}. {short.note}"
    )


KINDS = (
    case_story,
    case_story,
    case_story,
    ward_round,
    encyclopedia,
    encyclopedia,
    discharge,
    mechanism,
    contrasts,
    helper,
    journey,
    red_flags,
    leaflet,
    lab_notes,
    sums,
    vital_notes,
    word_building,
    transfusion,
    family_risk,
    drug_sense,
    chart_language,
)
