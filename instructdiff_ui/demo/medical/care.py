"""Facts about care: tests, specialists, imaging, normal values, child development."""

from __future__ import annotations

from .topic import Topic, facts

TEST = Topic(
    "tests",
    "purpose",
    facts(
        (
            "hemoglobin A1c",
            "average blood glucose over about three months",
            "Sugar sticks to hemoglobin as long as the red cell lives.",
        ),
        ("troponin", "damage to the heart muscle", "It leaks from dying heart cells into the blood."),
        ("creatinine", "the work of the kidneys", "It rises when the kidneys filter too little."),
        ("TSH", "the work of the thyroid", "It is high when the gland makes too little hormone."),
        ("ALT", "damage to the liver", "This enzyme leaks from injured liver cells."),
        ("lipase", "inflammation of the pancreas", "It rises several times above normal in acute pancreatitis."),
        ("ferritin", "iron stores", "A low value proves that iron is lacking."),
        ("INR", "the effect of warfarin", "A high value means that blood clots slowly."),
        ("PSA", "disease of the prostate", "It can be raised by cancer but also by harmless growth."),
        ("hCG", "pregnancy", "The early placenta makes this hormone."),
        ("uric acid", "risk of gout", "Its crystals cause pain when they settle in a joint."),
        ("an ECG", "the electrical activity of the heart", "It shows rhythm problems and many heart attacks."),
        ("an EEG", "the electrical activity of the brain", "It is used in people who have seizures."),
        ("spirometry", "how much air the lungs can move", "It helps to diagnose asthma and COPD."),
        ("a lumbar puncture", "the fluid around brain and spinal cord", "It is done when meningitis is suspected."),
        ("a colonoscopy", "the inside of the large intestine", "It finds polyps and early cancer."),
        ("a mammogram", "lumps in the breast", "It is an X-ray used for screening."),
        ("a Pap smear", "early changes of the cervix", "Cells are brushed off and looked at under the microscope."),
        ("a DEXA scan", "bone density", "It is used to diagnose osteoporosis."),
        ("an audiogram", "hearing", "The person presses a button when a tone is heard."),
    ),
    (
        "What does {one} tell us about?",
        "What is {one} used to check?",
        "A doctor orders {one}. What is being checked?",
    ),
    ("Which test checks {other}?", "Name the test for {other}.", "Which test would you choose to look at {other}?"),
    ("{one} is used to check {other}", "to look at {other} we use {one}", "{one} tells us about {other}"),
)

SPECIALIST = Topic(
    "specialists",
    "field",
    facts(
        ("cardiologist", "the heart", "Chest pain on effort and rhythm problems belong here."),
        ("dermatologist", "the skin", "Moles that change and long-lasting rashes belong here."),
        ("neurologist", "the brain and nerves", "Stroke, seizures and Parkinson disease belong here."),
        ("nephrologist", "the kidneys", "Kidney failure and dialysis belong here."),
        ("pulmonologist", "the lungs", "Asthma that is hard to control belongs here."),
        ("gastroenterologist", "the stomach and bowels", "Ulcers and long-lasting diarrhea belong here."),
        ("endocrinologist", "hormones and glands", "Diabetes and thyroid problems belong here."),
        ("hematologist", "the blood", "Leukemia and clotting problems belong here."),
        ("oncologist", "cancer", "This doctor plans treatment with drugs against tumors."),
        ("ophthalmologist", "the eyes", "Cataract and glaucoma belong here."),
        ("rheumatologist", "inflamed joints", "Rheumatoid arthritis and gout belong here."),
        ("urologist", "the bladder and prostate", "Kidney stones that need removal belong here too."),
        ("pediatrician", "children", "This doctor sees patients from birth to the teens."),
        ("geriatrician", "old people", "This doctor looks after frail patients with several diseases."),
        ("psychiatrist", "mental illness", "Depression and psychosis belong here."),
        ("gynecologist", "the female reproductive organs", "Heavy periods and fibroids belong here."),
        ("orthopedic surgeon", "broken bones", "Hip replacement is a common operation here."),
        (
            "anesthesiologist",
            "sleep and pain relief in surgery",
            "This doctor watches breathing and pulse during an operation.",
        ),
        ("ENT specialist", "ears, nose and throat", "Hearing loss and tonsil problems belong here."),
    ),
    (
        "What does the {one} deal with?",
        "Which field is the work of the {one}?",
        "What does the {one} look after?",
    ),
    ("Which doctor specializes in {other}?", "Name the specialist for {other}.", "Who is the expert for {other}?"),
    (
        "the {one} deals with {other}",
        "for {other} you go to the {one}",
        "the expert for {other} is the {one}",
    ),
    (("hematologist", "oncologist"), ("neurologist", "psychiatrist"), ("rheumatologist", "orthopedic surgeon")),
)

IMAGING = Topic(
    "imaging",
    "use",
    facts(
        ("ultrasound", "watching a baby in the womb", "It uses sound waves and no radiation."),
        ("a plain X-ray", "a first look at a broken bone", "Bone stops the rays and looks white."),
        (
            "a CT scan of the head",
            "finding fresh bleeding in the brain fast",
            "It takes only minutes, which matters after an injury.",
        ),
        ("MRI", "showing a slipped disk and the spinal cord", "It uses a strong magnet and no X-rays."),
        ("an echocardiogram", "watching the heart valves move", "It is an ultrasound of the heart."),
        ("a coronary angiogram", "finding a blocked artery of the heart", "Dye is put in through a thin tube."),
        ("a DEXA scan", "measuring bone density", "The dose of X-rays is very small."),
        (
            "a PET scan",
            "showing where a cancer has spread",
            "Active cells take up a sugar with a weak radioactive label.",
        ),
    ),
    ("What is {one} best suited for?", "Name a classic use of {one}.", "For which purpose would you choose {one}?"),
    ("Which imaging test suits best for {other}?", "Choose the imaging method for {other}."),
    ("{one} is well suited for {other}", "for {other} we choose {one}", "a classic use of {one} is {other}"),
    (("MRI", "a CT scan of the head", "a PET scan"),),
)

NORMAL = Topic(
    "normal values of adults",
    "normal value",
    facts(
        ("resting heart rate", "60 to 100 beats per minute", "Trained athletes may have a slower pulse."),
        ("body temperature", "about 37 degrees Celsius", "From 38 degrees on we speak of fever."),
        ("breathing rate at rest", "12 to 20 breaths per minute", "It rises with fever, pain and effort."),
        ("resting blood pressure", "below 120 over 80 mmHg", "A value of 140 over 90 or more is clearly high."),
        ("pH of arterial blood", "7.35 to 7.45", "Below this range the blood is too acid."),
        ("oxygen saturation", "95 to 100 percent", "A clip on the finger measures it."),
        ("fasting blood glucose", "70 to 99 mg/dL", "A value of 126 mg/dL or more, found twice, means diabetes."),
        ("body mass index", "18.5 to 24.9", "It is weight in kilograms divided by height in meters squared."),
        ("blood sodium", "135 to 145 mmol/L", "Sodium is the main salt outside the cells."),
        ("blood potassium", "3.5 to 5.0 mmol/L", "Values far outside can stop the heart."),
        ("blood volume", "about 5 liters", "A donor gives about half a liter."),
        ("length of pregnancy", "about 40 weeks", "It is counted from the first day of the last period."),
        ("number of bones", "206", "A baby has more, because some fuse later."),
        ("number of permanent teeth", "32", "The wisdom teeth are included."),
        ("number of chromosomes in a body cell", "46", "They form 23 pairs."),
    ),
    (
        "What is the normal {one} in an adult?",
        "Give the usual {one} of a healthy adult.",
        "State the normal {one} in adults.",
    ),
    ("In adults, {other} is the normal value of what?",),
    (
        "the normal {one} is {other}",
        "in a healthy adult the {one} is {other}",
        "textbooks give the normal {one} as {other}",
    ),
)

MILESTONE = Topic(
    "milestones of a child",
    "age",
    facts(
        ("smiling at people", "6 to 8 weeks", "The first social smile delights parents."),
        ("sitting without support", "6 to 8 months", "The back is then strong enough to hold the child up."),
        ("the first milk tooth", "6 months", "The lower front teeth usually come first."),
        ("walking alone", "12 to 15 months", "A child who does not walk by 18 months should be seen by a doctor."),
        ("joining two words", "2 years", "Before that, children use single words."),
        ("riding a tricycle", "3 years", "At this age children also copy a circle."),
        ("hopping on one foot", "4 years", "Balance improves quickly at this age."),
        ("losing the first milk tooth", "6 years", "The first permanent molars come at this age too."),
    ),
    ("At about what age do we expect {one}?", "When is {one} usual in a child?", "Give the typical age for {one}."),
    ("Which step is typical at {other}?", "Name the milestone at about {other}."),
    ("{one} is expected at about {other}", "at about {other} we expect {one}", "the usual age for {one} is {other}"),
    (("sitting without support", "the first milk tooth"),),
)
