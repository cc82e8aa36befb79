"""Facts about vitamins, minerals and digestive enzymes."""

from __future__ import annotations

from .topic import Topic, facts

LACK = Topic(
    "vitamins and minerals",
    "illness",
    facts(
        ("vitamin A", "night blindness", "The eye needs vitamin A to make the pigment that sees in dim light."),
        ("vitamin B1", "beriberi", "Vitamin B1 helps nerves and heart muscle draw energy from sugar."),
        ("vitamin B3", "pellagra", "Pellagra shows as skin rash, diarrhea and confusion."),
        (
            "vitamin C",
            "scurvy",
            "Vitamin C is needed to build collagen, so gums bleed and wounds heal slowly without it.",
        ),
        (
            "vitamin D",
            "rickets in children",
            "Without vitamin D the gut takes up too little calcium and bones stay soft.",
        ),
        ("vitamin K", "poor blood clotting", "The liver needs vitamin K to make several clotting factors."),
        ("iron", "iron-deficiency anemia", "Iron is part of hemoglobin, which carries oxygen in red blood cells."),
        ("iodine", "goiter", "The thyroid gland swells when it lacks iodine to make its hormones."),
        ("fluoride", "weak tooth enamel", "Fluoride hardens enamel and so protects teeth from decay."),
        ("protein", "kwashiorkor", "Children with kwashiorkor have thin limbs and a swollen belly."),
        (
            "folate in early pregnancy",
            "neural tube defects",
            "The tube that becomes the spinal cord needs folate to close.",
        ),
        ("fiber", "constipation", "Fiber holds water in the stool and keeps it soft."),
        ("fluid", "dehydration", "Thirst, a dry mouth and dark urine are early signs."),
    ),
    (
        "Which problem is caused by a lack of {one}?",
        "What happens when a diet gives too little {one}?",
        "A person gets too little {one} for months. Which problem is typical?",
        "A shortage of {one} leads to what?",
    ),
    (
        "A lack of what causes {other}?",
        "Too little of what leads to {other}?",
        "What is missing when diet causes {other}?",
    ),
    (
        "a lack of {one} causes {other}",
        "{other} can result from too little {one}",
        "too little {one} leads to {other}",
        "people who get too little {one} are at risk of {other}",
    ),
    (("fiber", "fluid"), ("vitamin C", "iron")),
)

ROLE = Topic(
    "what nutrients do",
    "task in the body",
    facts(
        ("vitamin A", "seeing in dim light", "Liver, carrots and eggs are good sources of vitamin A."),
        ("vitamin C", "building collagen", "Oranges, peppers and berries are rich in vitamin C."),
        ("vitamin D", "absorbing calcium from the gut", "Sunlight on the skin lets the body make vitamin D."),
        ("vitamin K", "making clotting factors", "Green leafy vegetables such as kale hold much vitamin K."),
        ("vitamin B12", "making the covering of nerves", "Vitamin B12 is found in meat, fish, eggs and milk."),
        ("iron", "carrying oxygen in hemoglobin", "Red meat, beans and lentils are good sources of iron."),
        ("iodine", "making thyroid hormone", "Iodized salt and sea fish supply iodine."),
        ("calcium", "hardening bones", "Milk, yogurt and cheese are rich in calcium."),
        ("fiber", "keeping stools soft", "Whole grains, fruit and vegetables supply fiber."),
        ("protein", "building and repairing muscle", "Meat, fish, eggs and beans are rich in protein."),
    ),
    (
        "What does the body need {one} for?",
        "Name the main role of {one}.",
        "What is {one} mainly used for in the body?",
    ),
    ("Which nutrient is needed for {other}?", "What does the body use for {other}?", "Name the nutrient for {other}."),
    (
        "the body needs {one} for {other}",
        "{one} is needed for {other}",
        "{other} depends on {one}",
    ),
    (("vitamin D", "calcium"), ("protein", "vitamin C"), ("protein", "iron")),
)

ENZYME = Topic(
    "digestive enzymes and juices",
    "food part",
    facts(
        ("amylase", "starch", "It is found in saliva and in the juice of the pancreas."),
        ("pepsin", "protein", "It works in the acid of the stomach."),
        ("trypsin", "protein", "It comes from the pancreas and works in the small intestine."),
        ("lipase", "fat", "It comes mainly from the pancreas and needs help from bile."),
        ("lactase", "milk sugar", "People who lack it get gas and loose stools from milk."),
        ("sucrase", "table sugar", "It sits on the wall of the small intestine."),
    ),
    ("What does the enzyme {one} break down?", "Which part of food does {one} split?", "{one} acts on what?"),
    ("Which enzyme breaks down {other}?", "Name an enzyme that splits {other}.", "What enzyme digests {other}?"),
    ("{one} breaks down {other}", "{other} is split by {one}", "the enzyme {one} digests {other}"),
)
