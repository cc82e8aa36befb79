"""Families of patient stories: diagnosis, test, treatment, and notes to read."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .cases import options, person, shuffled_signs, vignette
from .choice import laid_out, lettered
from .diseases import DISEASES, Disease
from .topic import cap, listed


def _because(rng: Random, disease: Disease) -> str:
    signs = listed(shuffled_signs(rng, disease))
    return rng.choice(
        (
            f"{cap(signs)} point to {disease.name}. {disease.note}",
            f"{cap(signs)}, together with the finding that {disease.clue}, fit {disease.name}.",
            f"The key finding is that {disease.clue}. {disease.note}",
            f"This picture is typical of {disease.name}. {disease.note}",
        )
    )


def _unlike(rng: Random, disease: Disease, name: str = "") -> str:
    """A word on a disease that looks different, now and then."""
    other = next((d for d in DISEASES if d.name == name), None) or rng.choice([d for d in DISEASES if d != disease])
    signs = listed(shuffled_signs(rng, other)[:2])
    return rng.choice(
        (f" {cap(other.name)} would rather show {signs}.", f" In {other.name} we would expect {signs}.", "")
    )


def case_choice(rng: Random) -> Task:
    disease = rng.choice(DISEASES)
    wrong = options(rng, disease)
    letter, pairs = lettered(rng, disease.name, wrong)
    ask = rng.choice(
        (
            "What is the most likely diagnosis?",
            "Which condition fits best?",
            "Choose the diagnosis.",
            "What is wrong with this patient?",
        )
    )
    answer = f"{letter}) {disease.name}"
    text = f"{vignette(rng, disease)} {ask}\n{laid_out(rng, pairs)}"
    output = f"{_because(rng, disease)}{_unlike(rng, disease, wrong[0])} The answer is {answer}."
    return Task("case_choice", text, output, "", answer)


def case_open(rng: Random) -> Task:
    disease = rng.choice(DISEASES)
    story = vignette(rng, disease)
    ask = rng.choice(
        (
            f"{story} What is the most likely diagnosis?",
            f"What does this patient have? {story}",
            f"{story} Name the disease and say why.",
            f"Practice case for students. {story} Give the diagnosis.",
            f"Help me think this through: {story} Which disease is most likely?",
        )
    )
    output = f"{_because(rng, disease)}{_unlike(rng, disease)} The answer is {disease.name}."
    return Task("case_open", ask, output, "", disease.name)


_FIELDS = (
    ("cardiologist", "pulmonologist"),
    ("surgeon", "gastroenterologist", "urologist"),
    ("neurologist", "psychiatrist"),
    ("endocrinologist", "pediatrician", "dietitian", "hematologist"),
)


def _field(disease: Disease) -> str:
    """Diseases of one field share tests and treatments, so they make no wrong options for each other."""
    return next((field[0] for field in _FIELDS if disease.doctor in field), disease.doctor)


def case_test(rng: Random) -> Task:
    disease = rng.choice([d for d in DISEASES if not d.test.startswith("none")])
    far = [d.test for d in DISEASES if _field(d) != _field(disease) and not d.test.startswith("none")]
    wrong = [
        test for test in dict.fromkeys(far) if not set(test.split()) & set(disease.test.split()) - {"of", "the", "and"}
    ]
    who, _ = person(rng, disease)
    letter, pairs = lettered(rng, disease.test, rng.sample(wrong, 3))
    signs = listed(shuffled_signs(rng, disease))
    ask = rng.choice(
        (
            f"{cap(who)} has {signs}. The doctor suspects {disease.name}. Which test helps most?",
            f"Which test would you order first if you suspect {disease.name} in {who}?",
            f"The complaints are {signs}, and {disease.name} is suspected. Choose the test that helps most.",
            f"{cap(who)} may have {disease.name}. Which of these tests supports the diagnosis?",
        )
    )
    answer = f"{letter}) {disease.test}"
    output = rng.choice(
        (
            f"{disease.note} Test of choice: {disease.test}.",
            f"With {signs}, one thinks of {disease.name}. {disease.note} What helps most: {disease.test}.",
            f"Where {disease.name} is suspected, the usual step is this: {disease.test}. {disease.note}",
        )
    )
    output += f" The answer is {answer}."
    return Task("case_test", f"{ask}\n{laid_out(rng, pairs)}", output, "", answer)


def case_treatment(rng: Random) -> Task:
    disease = rng.choice(DISEASES)
    who, _ = person(rng, disease)
    clash = _shared_treatment(disease)
    wrong = [d.treatment for d in DISEASES if _field(d) != _field(disease) and d.name not in clash]
    letter, pairs = lettered(rng, disease.treatment, rng.sample(list(dict.fromkeys(wrong)), 3))
    signs = listed(shuffled_signs(rng, disease))
    ask = rng.choice(
        (
            f"{cap(who)} is found to have {disease.name}. Which treatment fits?",
            f"What is the usual treatment of {disease.name}?",
            f"{cap(who)} has had {signs}. Now the diagnosis is clear: {disease.name}. What do doctors offer?",
            f"{cap(who)} wants to know what can be done about {disease.name}. What is the usual treatment?",
        )
    )
    answer = f"{letter}) {disease.treatment}"
    output = rng.choice(
        (
            f"{disease.note} Typical signs are {signs}. The usual treatment is {disease.treatment}.",
            f"{disease.note} That is why doctors offer {disease.treatment}.",
            f"In {disease.name}, the mainstay is {disease.treatment}. {disease.note}",
            f"{cap(listed(shuffled_signs(rng, disease)))} go with {disease.name}. Doctors offer {disease.treatment}.",
        )
    )
    output += f" The answer is {answer}."
    return Task("case_treatment", f"{ask}\n{laid_out(rng, pairs)}", output, "", answer)


_ANTIBIOTIC = (
    "bacterial meningitis",
    "pneumonia",
    "tuberculosis",
    "a bladder infection",
    "strep throat",
    "Lyme disease",
)
_FLUIDS = (
    "acute pancreatitis",
    "a kidney stone",
    "measles",
    "pneumonia",
    "gallstones",
    "appendicitis",
    "a bladder infection",
    "a heart attack",
    "strep throat",
    "a migraine",
    "gout",
    "shingles",
    "malaria",
    "rheumatoid arthritis",
)
_STEROID = ("gout", "asthma", "COPD", "rheumatoid arthritis", "multiple sclerosis")
_HEART = ("a heart attack", "angina", "a pulmonary embolism", "heart failure", "a stroke")
_BONE = ("rickets", "osteoporosis")
_BELLY = ("gallstones", "a kidney stone", "acute pancreatitis", "appendicitis", "celiac disease")
_NERVE = ("shingles", "depression", "epilepsy", "a migraine")


def _shared_treatment(disease: Disease) -> set[str]:
    """Diseases whose treatment might be offered here too, and so is no wrong option."""
    groups = (_ANTIBIOTIC, _FLUIDS, _STEROID, _HEART, _BONE, _BELLY, _NERVE)
    return {name for group in groups if disease.name in group for name in group}


def note_diagnosis(rng: Random) -> Task:
    disease = rng.choice(DISEASES)
    who, he = person(rng, disease)
    signs = shuffled_signs(rng, disease)
    room = rng.randint(1, 30)
    note = rng.choice(
        (
            f"Bed {room}. {cap(who)}. Came in with {listed(signs)}. Findings: {disease.clue}. "
            f"Diagnosis: {disease.name}. Plan: {disease.treatment}. Review by the {disease.doctor}.",
            f"Dear colleague, thank you for seeing {who} with {disease.name}. {cap(he)} has {listed(signs)}, "
            f"and {disease.clue}. I suggest {disease.treatment}.",
            f"Discharge note. {cap(who)} was treated for {disease.name}. At the start there were {listed(signs)}. "
            f"Treatment: {disease.treatment}.",
        )
    )
    what, answer = rng.choice((("diagnosis", disease.name), ("treatment", disease.treatment)))
    ask = rng.choice(
        (
            f"Extract the {what} from the note.",
            f"What is the {what} in this note? A few words only.",
            f"Read the letter and copy out the {what}.",
            f"I only need the {what} from this text.",
            f"Find the {what}.",
        )
    )
    output = rng.choice((f"{cap(answer)}.", f"The note names it directly. The answer is {answer}."))
    return Task("note_diagnosis", ask, output, note, answer)


_ASIDES = (
    "The waiting room was full, and {he} waited an hour.",
    "We also spoke about the holidays.",
    "Parking was hard to find, so we started late.",
    "A relative came along.",
    "In the end {he} asked for a copy of the results.",
)


_URGENT = (
    "a stroke",
    "a heart attack",
    "bacterial meningitis",
    "a pulmonary embolism",
    "appendicitis",
    "acute pancreatitis",
)


def summarise_note(rng: Random) -> Task:
    disease = rng.choice([disease for disease in DISEASES if disease.name not in _URGENT])
    who, he = person(rng, disease)
    signs = listed(shuffled_signs(rng, disease))
    days = rng.choice(("two days", "three days", "a week", "two weeks", "some time"))
    note = (
        f"{cap(who)} came today. {cap(he)} has had {signs} for {days}. Finding: {disease.clue}. "
        f"{rng.choice(_ASIDES).format(he=he)} Diagnosis: {disease.name}. "
        f"We agreed on {disease.treatment}. Next visit in {rng.randint(2, 6)} weeks."
    )
    ask = rng.choice(
        (
            "Summarize this note in one sentence.",
            "Shorten the note to what matters.",
            "Give the gist of this entry.",
            "One-line summary for the handover, please.",
            "Boil this visit down to a sentence or two.",
        )
    )
    output = rng.choice(
        (
            f"{cap(who)} with {signs} has {disease.name}; the plan is {disease.treatment}.",
            f"{cap(disease.name)} in {who}, shown by {signs}. Plan: {disease.treatment}.",
            f"{cap(who)} was seen for {signs}. The diagnosis is {disease.name} and the treatment is "
            f"{disease.treatment}.",
        )
    )
    return Task("summarise_note", ask, output, note)


def list_signs(rng: Random) -> Task:
    disease = rng.choice(DISEASES)
    count = rng.choice(("Two", "Three", "Three"))
    signs = shuffled_signs(rng, disease)[: 2 if count == "Two" else 3]
    ask = rng.choice(
        (
            f"{count} typical signs of {disease.name}, please.",
            f"List {count.lower()} signs of {disease.name}.",
            f"How does {disease.name} usually show itself? Give {count.lower()} signs.",
            f"What should make me think of {disease.name}? Name {count.lower()} things.",
            f"My aunt may have {disease.name}. Which {count.lower()} signs are typical?",
        )
    )
    output = rng.choice(
        (
            "\n".join(f"- {cap(sign)}" for sign in signs),
            "\n".join(f"{place}. {cap(sign)}" for place, sign in enumerate(signs, 1)),
            f"Typical signs of {disease.name} are {listed(signs)}. {disease.note}",
            "\n".join((*(f"- {cap(sign)}" for sign in signs), disease.note)),
            f"{cap(listed(signs))}. {disease.note}",
        )
    )
    return Task("list_signs", ask, output)


def explain_disease(rng: Random) -> Task:
    disease = rng.choice(DISEASES)
    ask = rng.choice(
        (
            f"What is {disease.name}? Explain it to a patient.",
            f"My doctor mentioned {disease.name}. What does that mean?",
            f"Explain {disease.name} in plain language, two or three sentences.",
            f"Write a short leaflet text about {disease.name}.",
            f"In simple words: what goes on in {disease.name}, and what helps?",
        )
    )
    signs = listed(shuffled_signs(rng, disease))
    output = rng.choice(
        (
            f"{disease.note} People often notice {signs}. Treatment: {disease.treatment}.",
            f"{disease.note} Typical signs are {signs}. Ask your doctor about treatment, usually {disease.treatment}.",
            f"{cap(disease.name)} often shows itself by {signs}. {disease.note} The usual treatment is "
            f"{disease.treatment}.",
            f"In short: {disease.note} Common complaints are {signs}. Doctors usually treat it with "
            f"{disease.treatment}.",
        )
    )
    return Task("explain_disease", ask, output)


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (case_choice, case_open, case_test, case_treatment, note_diagnosis, summarise_note, list_signs,
                   explain_disease)
}  # fmt: skip
