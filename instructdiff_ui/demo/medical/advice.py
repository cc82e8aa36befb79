"""Longer pieces of knowledge: mechanisms, and how two things that are often mixed up differ."""

from __future__ import annotations

WHYS: tuple[tuple[str, str], ...] = (
    (
        "the wall of the left ventricle is thicker than that of the right",
        "The left ventricle pumps blood through the whole body and needs more force than the right, "
        "which only serves the lungs.",
    ),
    (
        "antibiotics do not help against a cold",
        "A cold is caused by viruses, and antibiotics act on parts of bacteria that viruses do not have.",
    ),
    (
        "people with diabetes pass a lot of urine",
        "Glucose that spills into the urine draws water with it, so the volume rises and thirst follows.",
    ),
    (
        "smoking causes shortness of breath",
        "Smoke inflames the airways and destroys air sacs, so less air and oxygen get through.",
    ),
    (
        "the pulse rises during exercise",
        "Working muscles need more oxygen, so the heart beats faster to bring more blood.",
    ),
    ("we sweat when we are hot", "Sweat takes heat from the skin as it dries, and so it cools the body."),
    ("we shiver in the cold", "Shivering muscles burn fuel and give off heat that warms the body."),
    ("old people break bones easily", "Bone loses minerals with age, and falls become more frequent."),
    (
        "jaundice turns the skin yellow",
        "Bilirubin from old red cells builds up when the liver or bile ducts cannot clear it.",
    ),
    (
        "a blocked coronary artery is dangerous",
        "The heart muscle behind the block gets no oxygen and dies within hours.",
    ),
    ("iron deficiency makes people tired", "Without iron there is too little hemoglobin, so tissues get less oxygen."),
    (
        "vaccines protect for years",
        "Memory cells of the immune system remember the germ and react fast when it returns.",
    ),
    (
        "breast milk protects babies",
        "Breast milk carries IgA antibodies that guard the lining of the gut against germs.",
    ),
    (
        "lying flat is hard in heart failure",
        "Blood from the legs returns to a weak heart and fluid backs up into the lungs.",
    ),
    (
        "high blood pressure is called silent",
        "Most people feel nothing while it slowly harms heart, brain and kidneys.",
    ),
    (
        "vomiting and diarrhea are risky in babies",
        "A small body has little fluid in reserve, so it dries out within hours.",
    ),
    (
        "carbon monoxide is so dangerous",
        "Carbon monoxide has no smell and holds on to hemoglobin far more tightly than oxygen does.",
    ),
    ("ears pop in an airplane", "Pressure changes stretch the eardrum until the tube to the throat opens."),
    (
        "kidney failure causes anemia",
        "Sick kidneys make too little erythropoietin, so the marrow produces fewer red cells.",
    ),
    ("liver disease leads to bleeding", "The liver makes most clotting factors, and a sick liver makes too few."),
    ("long rest in bed can cause clots", "Blood moves slowly in the legs when the calf muscles do not pump."),
    (
        "full courses of antibiotics for tuberculosis last months",
        "The germ grows slowly, and stopping early lets hardy ones survive.",
    ),
    ("a newborn gets vitamin K", "Babies are born with little of it and could bleed, even into the brain."),
    (
        "grapefruit and some tablets do not mix",
        "Grapefruit blocks an enzyme in the gut wall that breaks down certain drugs, so levels rise.",
    ),
    ("sickle cells cause pain", "The stiff bent cells block small vessels, and the tissue behind lacks oxygen."),
    ("a fever is not always bad", "Many germs grow less well in heat and the immune system works faster."),
    (
        "heavy use of ibuprofen can hurt the stomach",
        "Ibuprofen lowers substances that keep the protective layer of mucus intact.",
    ),
    (
        "people with asthma wheeze",
        "Air whistles as it passes through airways that are narrow from swelling and tight muscle.",
    ),
    ("the pupil gets small in bright light", "A ring muscle in the iris closes to shield the retina."),
    (
        "handwashing prevents infection",
        "Hands carry germs from surfaces to mouth, nose and wounds, and soap washes them off.",
    ),
    ("salt can raise blood pressure", "Sodium holds water in the body, so more fluid fills the vessels."),
    ("veins have valves", "Valves stop blood from falling back on its way up to the heart."),
    (
        "a goiter grows when iodine is lacking",
        "TSH rises to drive the thyroid, and the constant push makes the gland swell.",
    ),
    (
        "the small intestine has villi",
        "Villi make the inner surface many times larger, so more nutrients can be absorbed.",
    ),
)

DIFFERENCES: tuple[tuple[str, str, str, str], ...] = (  # one, the other, what marks the first, what marks the other
    (
        "type 1 diabetes",
        "type 2 diabetes",
        "the body makes almost no insulin, often from youth",
        "the body responds poorly to insulin, mostly in adults",
    ),
    ("an artery", "a vein", "the vessel leads blood away from the heart", "the vessel leads blood back to the heart"),
    (
        "a virus",
        "a bacterium",
        "the germ can multiply only inside a living cell",
        "the germ is a cell that can live on its own",
    ),
    (
        "osteoarthritis",
        "rheumatoid arthritis",
        "cartilage wears down with age",
        "the immune system attacks the lining of joints",
    ),
    ("a sprain", "a strain", "a ligament is injured", "a muscle or tendon is injured"),
    ("a benign tumor", "a malignant tumor", "the growth stays in its place", "the growth invades and can spread"),
    (
        "angina",
        "a heart attack",
        "the pain eases with rest and no muscle dies",
        "the artery is blocked and heart muscle dies",
    ),
    (
        "a cold",
        "influenza",
        "a runny nose starts slowly with little fever",
        "high fever and aching muscles start suddenly",
    ),
    ("hypothyroidism", "hyperthyroidism", "the thyroid makes too little hormone", "the thyroid makes too much hormone"),
    ("acute illness", "chronic illness", "it starts suddenly and is short", "it lasts for months or years"),
    ("a sign", "a symptom", "the doctor can see or measure it", "only the patient can feel it"),
    (
        "asthma",
        "COPD",
        "the narrowing of the airways comes and goes",
        "the narrowing of the airways is lasting, mostly from smoking",
    ),
    ("hypoglycemia", "hyperglycemia", "blood glucose is too low", "blood glucose is too high"),
    ("hepatitis A", "hepatitis C", "it spreads by soiled food or water", "it spreads by blood"),
    (
        "a cataract",
        "glaucoma",
        "the lens of the eye is cloudy",
        "the optic nerve is damaged, often by high eye pressure",
    ),
    (
        "systolic pressure",
        "diastolic pressure",
        "it is measured while the heart squeezes",
        "it is measured while the heart fills",
    ),
    ("active immunity", "passive immunity", "the body makes its own antibodies", "ready-made antibodies are given"),
    ("nearsightedness", "farsightedness", "far things look blurred", "near things look blurred"),
    (
        "an ischemic stroke",
        "a hemorrhagic stroke",
        "a clot blocks a vessel of the brain",
        "a vessel of the brain bursts",
    ),
    ("a first-degree burn", "a second-degree burn", "the skin is only red and sore", "the skin forms blisters"),
)
