"""Families in which something is read, counted or worked out: lab tables, vital signs, doses."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from ..task import Family, Task
from .topic import cap


class Lab(NamedTuple):
    name: str
    low: float
    high: float
    unit: str
    digits: int
    if_low: str
    if_high: str


LABS = (
    Lab("hemoglobin", 12.0, 16.0, "g/dL", 1, "anemia", "too many red blood cells"),
    Lab("sodium", 135, 145, "mmol/L", 0, "hyponatremia", "hypernatremia"),
    Lab("potassium", 3.5, 5.0, "mmol/L", 1, "hypokalemia", "hyperkalemia"),
    Lab("fasting glucose", 70, 99, "mg/dL", 0, "hypoglycemia", "hyperglycemia"),
    Lab("calcium", 8.5, 10.5, "mg/dL", 1, "hypocalcemia", "hypercalcemia"),
    Lab("platelets", 150, 400, "thousand per microliter", 0, "thrombocytopenia", "thrombocytosis"),
    Lab("white blood cells", 4.0, 11.0, "thousand per microliter", 1, "leukopenia", "leukocytosis"),
    Lab("TSH", 0.4, 4.0, "mU/L", 1, "an overactive thyroid", "an underactive thyroid"),
)


def show(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def value_of(rng: Random, lab: Lab, state: str) -> str:
    """A value that is low, normal or high for this test."""
    width = lab.high - lab.low
    ranges = {
        "low": (lab.low - width * 0.6 if lab.low > width else lab.low * 0.3, lab.low - width * 0.15),
        "normal": (lab.low + width * 0.15, lab.high - width * 0.15),
        "high": (lab.high + width * 0.15, lab.high + width * 0.8),
    }
    bottom, top = ranges[state]
    return show(max(0.1, rng.uniform(min(bottom, top), max(bottom, top))), lab.digits)


def lab_table(rng: Random) -> Task:
    labs = rng.sample(LABS, rng.choice((3, 3, 4)))
    place = rng.randrange(len(labs))
    state = rng.choice(("low", "high"))
    values = [value_of(rng, lab, state if at == place else "normal") for at, lab in enumerate(labs)]
    table = "\n".join(
        f"{cap(lab.name)}: {value} {lab.unit} (normal {show(lab.low, lab.digits)} to {show(lab.high, lab.digits)})"
        for lab, value in zip(labs, values, strict=True)
    )
    odd = labs[place]
    ask = rng.choice(
        (
            "Which value in this report is outside the normal range?",
            "One result is abnormal. Which test is it?",
            "Look at the lab sheet and name the test that is not normal.",
            "My blood test came back. Is there anything out of range?",
            "Find the abnormal result.",
        )
    )
    meaning = odd.if_low if state == "low" else odd.if_high
    edge = show(odd.low if state == "low" else odd.high, odd.digits)
    words = ("below", "lower limit") if state == "low" else ("above", "upper limit")
    output = (
        f"The value for {odd.name} is {values[place]}, {words[0]} the {words[1]} of {edge}, which suggests {meaning}. "
        f"{'Both' if len(labs) == 3 else 'All'} other values are normal. The answer is {odd.name}."
    )
    return Task("lab_table", ask, output, table, odd.name)


def lab_value(rng: Random) -> Task:
    lab = rng.choice(LABS)
    state = rng.choice(("low", "normal", "high"))
    value = value_of(rng, lab, state)
    limits = f"{show(lab.low, lab.digits)} to {show(lab.high, lab.digits)} {lab.unit}"
    ask = rng.choice(
        (
            f"My {lab.name} result is {value} {lab.unit}. The normal range is {limits}. Low, normal or high?",
            f"Normal {lab.name}: {limits}. The patient has {value}. Is that low, normal or high?",
            f"Is {value} {lab.unit} low, normal or high for {lab.name} (range {limits})?",
            f"A lab reports {lab.name} of {value} {lab.unit}; the sheet gives {limits}. Classify: low, normal or high.",
        )
    )
    reason = {
        "low": f"{value} is less than {show(lab.low, lab.digits)}, and such a value suggests {lab.if_low}.",
        "normal": f"{value} lies between {show(lab.low, lab.digits)} and {show(lab.high, lab.digits)}.",
        "high": f"{value} is more than {show(lab.high, lab.digits)}, and such a value suggests {lab.if_high}.",
    }[state]
    return Task("lab_value", ask, f"{reason} The answer is {state}.", "", state)


def pulse_count(rng: Random) -> Task:
    seconds, factor = rng.choice(((15, 4), (30, 2), (10, 6), (20, 3)))
    rate = factor * rng.randint(40 // factor + 1, 150 // factor)
    beats = rate // factor
    who = rng.choice(("a patient", "an adult at rest", "my grandfather", "a woman in the clinic", "a runner"))
    ask = rng.choice(
        (
            f"I counted {beats} beats in {seconds} seconds in {who}. What is the heart rate per minute?",
            f"The pulse of {who} gives {beats} beats over {seconds} seconds. Work out beats per minute.",
            f"{beats} beats in {seconds} seconds: how many beats per minute?",
            f"A nurse feels the wrist of {who} for {seconds} seconds and counts {beats}. Pulse per minute?",
        )
    )
    verdict = "slow" if rate < 60 else "fast" if rate > 100 else "normal"
    output = rng.choice(
        (
            f"One minute holds {factor} times {seconds} seconds, so {beats} × {factor} = {rate}. For an adult at rest "
            f"this is {verdict}. The answer is {rate}.",
            f"{beats} × {factor} = {rate} beats per minute. The answer is {rate}.",
        )
    )
    return Task("pulse_count", ask, output, "", str(rate))


def vital_sign(rng: Random) -> Task:
    kind = rng.choice(("pulse", "temperature", "breathing", "oxygen"))
    if kind == "pulse":
        rate = rng.choice((rng.randint(38, 55), rng.randint(62, 98), rng.randint(105, 150)))
        found = f"a resting pulse of {rate} per minute"
        word = "bradycardia" if rate < 60 else "tachycardia" if rate > 100 else "normal"
        why = "The normal resting rate is 60 to 100."
    elif kind == "temperature":
        tenths = rng.choice((rng.randint(340, 348), rng.randint(363, 372), rng.randint(383, 401)))
        found = f"a body temperature of {tenths / 10:.1f} degrees Celsius"
        word = "hypothermia" if tenths < 350 else "fever" if tenths >= 380 else "normal"
        why = "Normal is about 37 degrees; below 35 is hypothermia and 38 or more is fever."
    elif kind == "breathing":
        rate = rng.choice((rng.randint(6, 10), rng.randint(13, 19), rng.randint(24, 36)))
        found = f"{rate} breaths per minute at rest"
        word = "bradypnea" if rate < 12 else "tachypnea" if rate > 20 else "normal"
        why = "An adult breathes 12 to 20 times a minute at rest."
    else:
        level = rng.choice((rng.randint(78, 89), rng.randint(95, 99)))
        found = f"an oxygen saturation of {level} percent"
        word = "hypoxemia" if level < 90 else "normal"
        why = "Normal saturation is 95 to 100 percent, and a value below 90 is clearly too low."
    ask = rng.choice(
        (
            f"An adult has {found}. Give the medical word for this, or say normal.",
            f"On the chart I see {found} in a grown man. Normal, or is there a term for it?",
            f"Name the finding in an adult, or write normal: {found}.",
            f"What do you call {found} in an adult? If nothing is wrong, say normal.",
        )
    )
    return Task(
        "vital_sign",
        ask,
        f"{why} The answer is {word}." if rng.random() < 0.5 else f"Finding: {found}. {why} The answer is {word}.",
        "",
        word,
    )


def tablet_dose(rng: Random) -> Task:
    strength = rng.choice((5, 10, 20, 25, 50, 100, 250, 500))
    count, times = rng.randint(1, 3), rng.randint(1, 4)
    dose, total = strength * count, count * times
    often = {1: "once", 2: "twice", 3: "three times", 4: "four times"}[times]
    ask = rng.choice(
        (
            f"A patient takes {dose} mg of a drug {often} a day. Each tablet has {strength} mg. How many "
            "tablets a day?",
            f"Tablets of {strength} mg, dose {dose} mg {often} daily. Tablets needed per day?",
            f"The plan says {dose} mg {often} a day and the box holds {strength} mg tablets. How many for one day?",
            f"Work out the tablets for one day: {dose} mg {often} daily, {strength} mg each.",
        )
    )
    output = (
        f"One dose is {dose} / {strength} = {count} {'tablet' if count == 1 else 'tablets'}. "
        f"For the day that makes {count} × {times} = {total}. The answer is {total}."
    )
    return Task("tablet_dose", ask, output, "", str(total))


def weight_dose(rng: Random) -> Task:
    kilos, per = rng.randint(8, 40), rng.choice((2, 5, 10, 15, 20))
    total = kilos * per
    who = rng.choice(("A child", "A girl", "A boy", "A small patient"))
    ask = rng.choice(
        (
            f"{who} weighs {kilos} kg. The dose is {per} mg per kg. How many mg is one dose?",
            f"Dose by weight: {per} mg/kg for {kilos} kg. Give the total in mg.",
            f"{who} of {kilos} kg needs {per} mg of the drug for each kilogram. What is the single dose in mg?",
            f"Please check my sum for a ward exercise: {kilos} kg at {per} mg/kg comes to how many mg?",
        )
    )
    output = f"Multiply weight by dose per kilogram: {kilos} × {per} = {total} mg. The answer is {total}."
    return Task("weight_dose", ask, output, "", str(total))


FAMILIES: dict[str, Family] = {
    family.__name__: family for family in (lab_table, lab_value, pulse_count, vital_sign, tablet_dose, weight_dose)
}
