"""All the topics of the medical banks, by a short name."""

from __future__ import annotations

from . import body, care, drugs, frame, infections, nutrition, words
from .topic import Topic

TOPICS: dict[str, Topic] = {
    "deficiency": nutrition.LACK,
    "nutrient": nutrition.ROLE,
    "gland": body.GLAND,
    "hormone": body.HORMONE,
    "organ": body.ORGAN,
    "system": body.SYSTEM,
    "bone": frame.BONE,
    "muscle": frame.MUSCLE,
    "nerve": frame.NERVE,
    "cell": body.CELL,
    "enzyme": nutrition.ENZYME,
    "heart": body.HEART,
    "germ": infections.GERM,
    "spread": infections.SPREAD,
    "organism": infections.BUG,
    "vaccine": infections.VACCINE,
    "antibody": infections.ANTIBODY,
    "inheritance": infections.INHERIT,
    "defect": infections.DEFECT,
    "pioneer": infections.PIONEER,
    "drug_class": drugs.DRUG_CLASS,
    "drug_use": drugs.DRUG_USE,
    "side_effect": drugs.SIDE,
    "antidote": drugs.ANTIDOTE,
    "test": care.TEST,
    "specialist": care.SPECIALIST,
    "imaging": care.IMAGING,
    "normal": care.NORMAL,
    "milestone": care.MILESTONE,
    "affix": words.AFFIX,
    "term": words.TERM,
    "abbreviation": words.ABBREVIATION,
}
