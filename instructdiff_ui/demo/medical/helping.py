"""Practical knowledge: first aid, paths through the body, warning signs, everyday advice."""

from __future__ import annotations

FIRST_AID: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "a nosebleed",
        ("sit up and lean forward", "pinch the soft part of the nose for ten minutes", "breathe through the mouth"),
        "Get help if it still bleeds after thirty minutes.",
    ),
    (
        "a small burn",
        (
            "cool it under running water for twenty minutes",
            "take off rings near it",
            "cover it loosely with clean film",
        ),
        "Do not use butter or ice.",
    ),
    (
        "a choking adult who cannot cough",
        (
            "call for help",
            "give five blows between the shoulder blades",
            "give five belly thrusts",
            "repeat until the object comes out",
        ),
        "Start CPR if the person becomes limp.",
    ),
    (
        "an adult who does not breathe normally",
        (
            "call the emergency number",
            "start chest compressions, 100 to 120 a minute",
            "use a defibrillator as soon as it arrives",
        ),
        "Do not stop until help takes over.",
    ),
    (
        "heavy bleeding from a limb",
        ("press firmly on the wound with a clean cloth", "call the emergency number", "keep pressing until help comes"),
        "Use a tourniquet if pressure fails.",
    ),
    (
        "a seizure",
        ("move hard objects away", "put something soft under the head", "turn the person on the side afterwards"),
        "Never put anything between the teeth, and call help if it lasts over five minutes.",
    ),
    (
        "a faint",
        ("lay the person flat", "raise the legs", "let fresh air in"),
        "Get help if the person does not wake in a minute.",
    ),
    (
        "a sprained ankle",
        ("rest the foot", "cool it with a wrapped ice pack", "wrap it with an elastic bandage", "raise the leg"),
        "See a doctor if you cannot put weight on it.",
    ),
    (
        "a severe allergic reaction",
        ("inject adrenaline into the outer thigh", "call the emergency number", "lay the person down with raised legs"),
        "Give a second dose after five to ten minutes if there is no change.",
    ),
    (
        "heat stroke",
        ("call the emergency number", "move the person into the shade", "cool the skin with water and a fan"),
        "Confusion with hot skin is an emergency.",
    ),
    (
        "a chemical splash in the eye",
        ("rinse with plenty of clean water for twenty minutes", "hold the eye wide open", "get medical help"),
        "Do not rub the eye.",
    ),
    (
        "low blood sugar in an awake person",
        (
            "give juice or glucose tablets",
            "wait ten to fifteen minutes",
            "measure the blood sugar again",
            "offer a snack",
        ),
        "Never pour a drink into a drowsy person.",
    ),
    (
        "a tick bite",
        ("grip the tick close to the skin with fine tweezers", "pull it straight out", "clean the skin"),
        "Watch the place for a growing red ring during the next weeks.",
    ),
    (
        "a bee sting",
        ("remove the stinger quickly", "wash the skin", "cool it"),
        "Trouble breathing calls for emergency help.",
    ),
)

PATHS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("food from mouth to exit", ("mouth", "esophagus", "stomach", "small intestine", "large intestine", "rectum")),
    ("air on its way in", ("nose", "throat", "larynx", "trachea", "bronchi", "alveoli")),
    (
        "blood from the body to the lungs",
        ("large hollow veins", "right atrium", "right ventricle", "pulmonary artery", "lungs"),
    ),
    (
        "blood from the lungs to the body",
        ("pulmonary veins", "left atrium", "left ventricle", "aorta", "arteries of the body"),
    ),
    ("urine on its way out", ("kidney", "ureter", "bladder", "urethra")),
    ("light in the eye", ("cornea", "pupil", "lens", "retina", "optic nerve")),
    ("sound in the ear", ("ear canal", "eardrum", "small bones of the middle ear", "cochlea", "hearing nerve")),
    ("blood in a circle from the heart", ("heart", "arteries", "capillaries", "veins")),
    ("the spine from top to bottom", ("neck", "chest", "lower back", "sacrum", "tailbone")),
    ("the small intestine in order", ("duodenum", "jejunum", "ileum")),
    ("the growth of a baby before birth", ("fertilized egg", "embryo", "fetus", "newborn")),
    ("the arm from top to tip", ("shoulder", "upper arm", "elbow", "forearm", "wrist", "fingers")),
    ("the leg from top to tip", ("hip", "thigh", "knee", "shin", "ankle", "toes")),
    ("an egg cell after release", ("ovary", "fallopian tube", "uterus")),
    ("the skin from outside to inside", ("epidermis", "dermis", "fat layer")),
    ("the heartbeat signal", ("sinus node", "AV node", "bundle of His", "Purkinje fibers")),
)

WARNINGS: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("a headache", ("a sudden start like a thunderclap", "fever with a stiff neck", "new weakness or confusion")),
    ("back pain", ("loss of bladder control", "numbness between the legs", "weakness in a leg")),
    ("a mole", ("change in size or color", "an uneven edge", "bleeding")),
    ("chest pain", ("spread to arm or jaw", "sweating", "shortness of breath")),
    ("a cough", ("blood in the phlegm", "weight loss", "a length of more than three weeks")),
    ("fever in a baby", ("an age under three months", "a rash that does not fade under a glass", "refusal to drink")),
    ("diarrhea", ("blood in the stool", "very little urine", "high fever")),
    ("a head injury", ("repeated vomiting", "growing drowsiness", "unequal pupils")),
    ("belly pain", ("a belly hard as a board", "fainting", "vomiting of blood")),
    ("pregnancy", ("bleeding", "severe headache with blurred vision", "fewer movements of the baby")),
    ("a leg wound", ("spreading redness", "pus", "fever")),
    ("asthma", ("trouble speaking a full sentence", "blue lips", "no relief from the inhaler")),
)

ADVICE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "high blood pressure",
        ("Eat less salt.", "Walk for half an hour on most days.", "Measure your pressure regularly."),
    ),
    ("constipation", ("Drink enough water.", "Eat whole grains, fruit and vegetables.", "Move every day.")),
    (
        "trouble sleeping",
        ("Keep regular bedtimes.", "Avoid coffee in the evening.", "Leave the phone outside the bedroom."),
    ),
    (
        "type 2 diabetes",
        ("Keep a healthy weight.", "Check your feet every day.", "Choose water instead of sweet drinks."),
    ),
    ("a cold", ("Rest and drink plenty.", "Wash your hands often.", "Cough into your elbow.")),
    ("acid reflux", ("Eat small meals.", "Do not lie down right after eating.", "Raise the head of your bed.")),
    (
        "osteoporosis",
        ("Eat foods rich in calcium.", "Get some sun for vitamin D.", "Clear away rugs that could make you fall."),
    ),
    (
        "asthma",
        ("Carry your reliever inhaler.", "Avoid smoke.", "Use the steroid inhaler daily, even when you feel well."),
    ),
    ("back pain", ("Stay active.", "Lift with bent knees.", "Change your position often at work.")),
    ("gout", ("Drink less beer.", "Drink plenty of water.", "Eat less red meat and shellfish.")),
    (
        "travel to a malaria area",
        ("Sleep under a net.", "Wear long sleeves in the evening.", "Take the tablets as advised."),
    ),
    ("a flu season", ("Get the yearly vaccine.", "Stay home when you are ill.", "Air the rooms well.")),
    (
        "antibiotic tablets",
        ("Take them at the times you were told.", "Do not share them.", "Call us if a rash appears."),
    ),
    ("warfarin", ("Have your INR checked.", "Tell every doctor that you take it.", "Report any bleeding.")),
    ("iron tablets", ("Take them with orange juice.", "Do not take them with tea.", "Do not worry about dark stool.")),
    ("sunny days", ("Use sunscreen.", "Wear a hat.", "Stay in the shade around noon.")),
)
