"""Facts about bones, muscles and cranial nerves."""

from __future__ import annotations

from .topic import Topic, facts

BONE = Topic(
    "bones",
    "place",
    facts(
        ("femur", "thigh", "It is the longest and strongest bone of the body."),
        ("tibia", "shin", "It carries the weight between knee and ankle."),
        ("humerus", "upper arm", "It runs from the shoulder to the elbow."),
        ("patella", "front of the knee", "Its common name is kneecap."),
        ("clavicle", "front of the shoulder", "Its common name is collarbone, and children often break it."),
        ("scapula", "back of the shoulder", "Its common name is shoulder blade."),
        ("sternum", "middle of the chest", "Its common name is breastbone."),
        ("mandible", "lower jaw", "It is the only bone of the face that moves freely."),
        ("maxilla", "upper jaw", "It holds the upper teeth."),
        ("calcaneus", "heel", "It is the largest bone of the foot."),
        ("coccyx", "lower end of the spine", "Its common name is tailbone."),
        ("stapes", "middle ear", "It is the smallest bone of the body."),
        ("frontal bone", "forehead", "It is one of the bones of the skull."),
        ("atlas", "top of the neck", "This first vertebra carries the skull."),
    ),
    (
        "In which part of the body is the {one}?",
        "Where would you find the bone called {one}?",
        "Point to the {one}: where is it?",
    ),
    ("Which bone lies in the {other}?", "Name the bone of the {other}.", "What is the bone in the {other} called?"),
    ("the {one} lies in the {other}", "the bone of the {other} is the {one}", "in the {other} you find the {one}"),
)

MUSCLE = Topic(
    "muscles",
    "action",
    facts(
        ("biceps", "bends the elbow", "You feel it swell when you lift a cup."),
        ("triceps", "straightens the elbow", "It lies on the back of the upper arm."),
        ("deltoid", "lifts the arm to the side", "It rounds the shoulder and is a common place for vaccines."),
        ("quadriceps", "straightens the knee", "It fills the front of the thigh."),
        ("gluteus maximus", "extends the hip", "It is the largest muscle of the body."),
        ("masseter", "closes the jaw", "It works hard when we chew."),
        ("diaphragm", "draws air into the lungs", "It flattens as we breathe in."),
        ("tibialis anterior", "lifts the front of the foot", "When it is weak the toes drag in walking."),
        ("gastrocnemius", "points the foot down", "It is the large muscle of the calf."),
    ),
    ("What does the {one} muscle do?", "Give the main action of the {one}.", "Which movement does the {one} make?"),
    ("Which muscle {other}?", "Name the muscle that {other}.", "What muscle {other}?"),
    (
        "the {one} {other}",
        "the muscle that {other} is the {one}",
        "the action of the {one} is easy to recall: it {other}",
    ),
)

NERVE = Topic(
    "cranial nerves",
    "task",
    facts(
        ("olfactory nerve", "smell", "It is cranial nerve I."),
        ("optic nerve", "sight", "It is cranial nerve II and leads from the retina to the brain."),
        ("oculomotor nerve", "most eye movements", "It is cranial nerve III and also narrows the pupil."),
        ("trigeminal nerve", "feeling in the face", "It is cranial nerve V and also drives the chewing muscles."),
        (
            "facial nerve",
            "movement of the face",
            "It is cranial nerve VII, and damage makes one side of the face droop.",
        ),
        ("vestibulocochlear nerve", "hearing and balance", "It is cranial nerve VIII and comes from the inner ear."),
        ("vagus nerve", "slowing the heart", "It is cranial nerve X and reaches down to the gut."),
        ("accessory nerve", "shrugging the shoulders", "It is cranial nerve XI."),
        ("hypoglossal nerve", "moving the tongue", "It is cranial nerve XII."),
    ),
    ("What is the {one} mainly for?", "Which task belongs to the {one}?", "Name the main task of the {one}."),
    ("Which cranial nerve serves {other}?", "Name the cranial nerve for {other}.", "{other}: which cranial nerve?"),
    ("the {one} serves {other}", "{other} is the work of the {one}", "damage to the {one} disturbs {other}"),
)
