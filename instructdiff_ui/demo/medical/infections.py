"""Facts about infections, vaccines, inherited disorders, antibodies and the history of medicine."""

from __future__ import annotations

from .topic import Topic, facts

GERM = Topic(
    "infections and the kind of germ",
    "kind of germ",
    facts(
        ("influenza", "a virus", "That is why antibiotics do not help against it."),
        ("measles", "a virus", "It brings fever, cough, red eyes and a rash, and a vaccine prevents it."),
        ("chickenpox", "a virus", "It causes itchy blisters and can return years later as shingles."),
        ("polio", "a virus", "It can damage the spinal cord and leave a limb weak."),
        ("rabies", "a virus", "It reaches the brain along the nerves after a bite."),
        ("hepatitis B", "a virus", "It attacks the liver and spreads by blood and sex."),
        ("AIDS", "a virus", "HIV destroys helper T cells and so weakens the immune system."),
        ("the common cold", "a virus", "Rest and fluids are enough, because it passes by itself."),
        ("tuberculosis", "a bacterium", "It needs months of treatment with several antibiotics."),
        ("cholera", "a bacterium", "Its toxin makes the gut pour out watery stool."),
        ("tetanus", "a bacterium", "Its toxin makes muscles stiff, often first those of the jaw."),
        ("strep throat", "a bacterium", "Penicillin treats it and prevents rheumatic fever."),
        ("whooping cough", "a bacterium", "Fits of coughing end in a high-pitched breath."),
        ("Lyme disease", "a bacterium", "A spreading red ring on the skin is an early sign."),
        ("typhoid fever", "a bacterium", "It comes from food or water soiled by stool."),
        ("syphilis", "a bacterium", "It starts with a painless sore and is treated with penicillin."),
        ("malaria", "a parasite", "It lives in red blood cells and causes bouts of fever."),
        ("scabies", "a parasite", "Tiny mites dig into the skin and cause itching at night."),
        ("toxoplasmosis", "a parasite", "Cats spread it, so pregnant women should avoid cat litter."),
        ("sleeping sickness", "a parasite", "The tsetse fly carries it in parts of Africa."),
        ("athlete's foot", "a fungus", "Moist skin between the toes cracks and itches."),
        ("thrush", "a fungus", "White patches in the mouth can be wiped off."),
        ("ringworm", "a fungus", "In spite of its name no worm is involved."),
    ),
    (
        "What kind of germ causes {one}?",
        "Is {one} caused by a virus, a bacterium, a fungus or a parasite?",
        "Name the type of organism behind {one}.",
    ),
    ("Which of these infections is caused by {other}?", "Name an infection caused by {other}."),
    ("{one} is caused by {other}", "the cause of {one} is {other}", "{other} causes {one}"),
)

SPREAD = Topic(
    "how infections spread",
    "way of spread",
    facts(
        ("malaria", "the bite of an infected mosquito", "Bed nets keep the insects away at night."),
        ("Lyme disease", "the bite of an infected tick", "Ticks should be pulled out soon with fine tweezers."),
        ("plague", "the bite of infected fleas", "The fleas live on rats and other rodents."),
        ("sleeping sickness", "the bite of the tsetse fly", "The disease occurs only in Africa."),
        ("rabies", "the bite of an infected mammal", "The wound must be washed and a vaccine given at once."),
        ("measles", "tiny droplets in the air", "It is one of the most catching diseases known."),
        ("cholera", "water soiled by stool", "Clean water and washed hands prevent it."),
        ("tetanus", "soil in a dirty wound", "A booster every ten years protects adults."),
        ("hepatitis C", "infected blood", "Shared needles are a common cause."),
        ("gonorrhea", "sexual contact", "Condoms lower the risk."),
        ("scabies", "long skin contact", "The whole household is treated at the same time."),
        ("botulism", "badly canned food", "The toxin blocks nerves and weakens the muscles."),
        ("toxoplasmosis", "cat litter or raw meat", "It can harm the unborn child."),
    ),
    (
        "How is {one} usually spread?",
        "How do people most often catch {one}?",
        "What is the typical way to get {one}?",
    ),
    ("Which infection is spread by {other}?", "Name the disease that people catch from {other}."),
    ("{one} is spread by {other}", "people catch {one} through {other}", "the usual route of {one} is {other}"),
    (("hepatitis C", "gonorrhea"), ("plague", "measles"), ("scabies", "gonorrhea"), ("toxoplasmosis", "cholera")),
)

BUG = Topic(
    "infections and their organisms",
    "organism",
    facts(
        ("tuberculosis", "Mycobacterium tuberculosis", "It grows slowly, most often in the lungs."),
        ("strep throat", "Streptococcus pyogenes", "It causes a sore throat with fever but no cough."),
        ("tetanus", "Clostridium tetani", "Its spores wait in soil and enter through dirty wounds."),
        ("cholera", "Vibrio cholerae", "Patients lose liters of fluid as watery stool."),
        ("malaria", "Plasmodium", "It enters first the liver and then the red blood cells."),
        ("Lyme disease", "Borrelia", "It is a coiled bacterium carried by ticks."),
        ("syphilis", "Treponema pallidum", "It is a thin coiled bacterium."),
        ("thrush", "Candida", "This yeast grows when defenses are weak or after antibiotics."),
        ("most urinary tract infections", "Escherichia coli", "It comes from the gut and climbs up the urethra."),
        ("stomach ulcers not due to pain pills", "Helicobacter pylori", "Antibiotics and an acid blocker clear it."),
        ("plague", "Yersinia pestis", "Fleas of rats carry it."),
        ("whooping cough", "Bordetella pertussis", "The vaccine against it is given to infants."),
        ("mononucleosis", "Epstein-Barr virus", "It spreads in saliva and makes teenagers very tired."),
        ("skin boils", "Staphylococcus aureus", "It lives in the nose of many healthy people."),
        ("botulism", "Clostridium botulinum", "Its toxin is among the strongest poisons known."),
    ),
    ("Which organism causes {one}?", "Name the germ that causes {one}.", "What is the usual organism in {one}?"),
    ("What does {other} cause?", "Which illness is due to {other}?", "{other} is the usual cause of what?"),
    ("{other} causes {one}", "the organism behind {one} is {other}", "{one} is an infection with {other}"),
    (("skin boils", "strep throat"),),
)

VACCINE = Topic(
    "vaccines",
    "protection",
    facts(
        ("the MMR vaccine", "measles, mumps and rubella", "It is a live vaccine, so it is not given in pregnancy."),
        ("the BCG vaccine", "tuberculosis", "It protects small children from severe forms."),
        ("the HPV vaccine", "cancer of the cervix", "It works best before sexual life begins."),
        ("the DTaP vaccine", "diphtheria, tetanus and whooping cough", "It is given to infants in several doses."),
        ("the hepatitis B vaccine", "a virus of the liver", "The first dose is often given at birth."),
        ("the flu vaccine", "influenza", "It is given each year because the virus changes."),
        ("the rotavirus vaccine", "severe diarrhea in infants", "It is given as drops by mouth."),
        ("the varicella vaccine", "chickenpox", "It is a live vaccine."),
        (
            "the pneumococcal vaccine",
            "a common bacterial pneumonia",
            "It is advised for infants and for people over 65.",
        ),
    ),
    ("What does {one} protect against?", "Name the target of {one}.", "Against what is {one} given?"),
    ("Which vaccine protects against {other}?", "Name the vaccine against {other}."),
    ("{one} protects against {other}", "protection from {other} comes from {one}", "{one} is given to prevent {other}"),
)

ANTIBODY = Topic(
    "antibodies",
    "feature",
    facts(
        ("IgG", "crosses the placenta", "It is the most common antibody in the blood and protects the newborn."),
        ("IgA", "guards tears, saliva and breast milk", "It protects the linings of nose, mouth and gut."),
        ("IgM", "is the first to appear in an infection", "It is a large molecule built of five units."),
        ("IgE", "triggers allergy", "It sits on mast cells and makes them release histamine."),
    ),
    ("What is {one} known for?", "Name the chief feature of {one}.", "What should a student remember about {one}?"),
    ("Which antibody {other}?", "Name the immune globulin that {other}.", "Which class of antibody {other}?"),
    ("{one} {other}", "the antibody that {other} is {one}", "among the antibodies, {one} {other}"),
)

INHERIT = Topic(
    "inherited disorders",
    "way of inheritance",
    facts(
        (
            "cystic fibrosis",
            "autosomal recessive",
            "Both parents carry one changed copy, and mucus is thick and sticky.",
        ),
        ("sickle cell disease", "autosomal recessive", "Red cells bend into sickles and block small vessels."),
        ("phenylketonuria", "autosomal recessive", "A special diet from birth protects the brain."),
        ("Tay-Sachs disease", "autosomal recessive", "A missing enzyme lets fat build up in nerve cells."),
        ("Huntington disease", "autosomal dominant", "Jerky movements and memory loss start in middle age."),
        ("Marfan syndrome", "autosomal dominant", "People are tall with long fingers, and the aorta is weak."),
        ("achondroplasia", "autosomal dominant", "It is the most common cause of short limbs."),
        ("hemophilia A", "X-linked recessive", "Factor VIII is missing, so boys bleed into joints."),
        ("Duchenne muscular dystrophy", "X-linked recessive", "Boys lose muscle strength from early childhood."),
        ("red-green color blindness", "X-linked recessive", "It affects far more men than women."),
    ),
    (
        "How is {one} inherited?",
        "Name the pattern of inheritance of {one}.",
        "What is the mode of inheritance in {one}?",
    ),
    ("Which disorder is {other}?", "Name a disorder that is {other}."),
    ("{one} is {other}", "{one} follows an {other} pattern", "the inheritance of {one} is {other}"),
)

DEFECT = Topic(
    "causes of inherited and inborn disorders",
    "cause",
    facts(
        ("Down syndrome", "an extra chromosome 21", "It is the most common disorder of chromosome number in children."),
        ("Turner syndrome", "a missing X chromosome", "Girls are short and their ovaries do not work."),
        ("Klinefelter syndrome", "an extra X chromosome in a male", "Men have small testes and are often tall."),
        ("hemophilia A", "missing clotting factor VIII", "Even a small injury can lead to long bleeding."),
        ("sickle cell disease", "abnormal hemoglobin", "The red cells bend when oxygen is low."),
        (
            "phenylketonuria",
            "a missing enzyme for phenylalanine",
            "All newborns are screened for it with a heel prick.",
        ),
        ("cystic fibrosis", "a faulty chloride channel", "The sweat is very salty, which is used as a test."),
        ("albinism", "lack of the pigment melanin", "Skin and hair are pale and the eyes dislike light."),
        ("Marfan syndrome", "faulty connective tissue", "The lens and the aorta are weak as well."),
    ),
    ("What is the cause of {one}?", "What lies behind {one}?", "Which change in the body causes {one}?"),
    ("Which disorder is due to {other}?", "Name the disorder that comes from {other}."),
    ("{one} is due to {other}", "{other} causes {one}", "the cause of {one} is {other}"),
)

PIONEER = Topic(
    "history of medicine",
    "achievement",
    facts(
        ("Edward Jenner", "introduced vaccination against smallpox", "In 1796 he used matter from cowpox."),
        ("Alexander Fleming", "discovered penicillin", "In 1928 a mold killed the bacteria on his dish."),
        ("Wilhelm Röntgen", "discovered X-rays", "The first picture, in 1895, showed the hand of his wife."),
        ("Robert Koch", "found the germ of tuberculosis", "He announced it in Berlin in 1882."),
        ("Joseph Lister", "introduced antiseptic surgery", "He used carbolic acid on wounds and tools."),
        (
            "Ignaz Semmelweis",
            "made doctors wash their hands",
            "Deaths of mothers after birth fell sharply in his ward.",
        ),
        ("William Harvey", "described the circulation of the blood", "His book appeared in 1628."),
        ("James Lind", "showed that citrus fruit cures scurvy", "He tested it on sailors in 1747."),
        ("John Snow", "traced cholera to a water pump", "He drew a map of the cases in London in 1854."),
        ("Karl Landsteiner", "discovered the ABO blood groups", "This made safe blood transfusion possible."),
        ("Frederick Banting", "helped discover insulin", "With Charles Best he worked on it in Toronto in 1921."),
        ("René Laennec", "invented the stethoscope", "His first one was a roll of paper, in 1816."),
    ),
    ("What is {one} known for?", "What did {one} do for medicine?", "Why do books on medicine name {one}?"),
    ("Who {other}?", "Name the person who {other}.", "Which pioneer {other}?"),
    ("{one} {other}", "it was {one} who {other}", "the person who {other} was {one}"),
)
