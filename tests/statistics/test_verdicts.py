"""Words and sentences for the arms of a table, and Holm's correction."""

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.statistics import METRICS, Difference, holm, verdicts
from instructdiff_ui.statistics.wording import sentence

NLL, EXACT = METRICS["nll"], METRICS["exact_match"]
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)
EXAMPLES = np.random.default_rng(9).normal(2, 1, 60)


def losses(seed, mean=0.0, seeds=3):
    rng = np.random.default_rng(seed)
    return mean + EXAMPLES + 0.01 * rng.normal(size=(seeds, 1)) + 0.05 * rng.normal(size=(seeds, 60))


def against(reference, arms, metric=NLL):
    return verdicts({name: (arm, reference) for name, arm in arms.items()}, metric=metric)


def answers(seed, share, seeds=4):
    return (np.random.default_rng(seed).random((seeds, 200)) < share).astype(float)


# Holm --------------------------------------------------------------------------------------------------------------


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_test_without_p_counts_all_the_same():
    adjusted = holm([0.01, math.nan, 0.02])
    assert adjusted[[0, 2]] == pytest.approx([0.03, 0.04]) and math.isnan(adjusted[1])


def test_of_no_arms_there_is_nothing_to_correct():
    assert holm([]).shape == (0,)


@given(P_VALUES)
def test_holm_rejects_what_its_steps_reject(p):
    """Step down from the smallest p until one exceeds level ÷ tests left."""
    level, rejected = 0.05, set()
    for step, i in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[i] * (len(p) - step) > level:
            break
        rejected.add(i)
    assert {i for i, adjusted in enumerate(holm(p)) if adjusted <= level} == rejected


@given(P_VALUES, st.randoms())
def test_holm_lies_between_p_and_bonferroni_keeps_the_order_and_knows_no_places(p, random):
    adjusted = holm(p)
    assert (adjusted >= p).all() and (adjusted <= np.minimum(np.array(p) * len(p), 1)).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()
    order = random.sample(range(len(p)), len(p))
    assert (holm(np.array(p)[order]) == adjusted[order]).all()


# words -------------------------------------------------------------------------------------------------------------


def test_every_arm_gets_its_word():
    arms = {
        "lower": losses(1, -0.3),
        "higher": losses(2, +0.3),
        "alike": losses(3),
        "once": losses(4, -0.3, seeds=1),
        "unmeasured": np.full((3, 60), math.nan),
        "same": losses(0),
    }
    words = {name: verdict.word for name, verdict in against(losses(0), arms).items()}
    assert words == {
        "lower": "better",
        "higher": "worse",
        "alike": "no detectable difference",
        "once": "undecided",
        "unmeasured": "undecided",
        "same": "no detectable difference",
    }


def test_more_right_answers_are_better():
    told = against(answers(0, 0.45), {"more": answers(1, 0.7), "fewer": answers(2, 0.2)}, EXACT)
    assert (told["more"].word, told["fewer"].word) == ("better", "worse")
    assert told["more"].sentence.startswith("Higher share of right answers than random by 2")
    assert "percentage points" in told["more"].sentence


def test_more_arms_make_it_harder():
    reference, arm = losses(0), losses(1, -0.01)
    alone = against(reference, {"arm": arm})["arm"]
    among = against(reference, {"arm": arm, **{str(i): losses(10 + i) for i in range(6)}})["arm"]
    assert alone.p == alone.difference.p and among.p == pytest.approx(7 * alone.p)
    assert (alone.word, among.word) == ("better", "no detectable difference")
    assert among.difference.detectable > alone.difference.detectable
    assert "as one of 7 it does not" in among.sentence


def test_neither_the_order_of_arms_nor_a_second_look_changes_anything():
    arms = {str(i): losses(i + 1, -0.02 * i) for i in range(4)}
    told = against(losses(0), arms)
    assert against(losses(0), dict(reversed(arms.items()))) == told
    assert list(told) == list(arms)


def test_every_budget_has_a_reference_of_its_own():
    pairs = {"small": (losses(1, 0.7), losses(0, 1.0)), "large": (losses(2, 0.7), losses(3, 0.4, seeds=4))}
    told = verdicts(pairs, metric=NLL)
    assert (told["small"].word, told["large"].word) == ("better", "worse")


def test_no_arms_no_verdicts():
    assert verdicts({}, metric=NLL) == {}


# sentences ---------------------------------------------------------------------------------------------------------

LOWER = Difference(-0.042, -0.06, -0.02, (3, 3), 200, low=-0.074, high=-0.01, p=0.0043, detectable=0.045)


def said(word, found, metric=NLL, p=0.03, tests=7):
    return sentence(word, found, metric=metric, p=p, level=0.05, tests=tests)


def test_a_better_loss():
    assert said("better", LOWER) == (
        "Lower held-out loss than random by 0.042 nats "
        "(95 % interval 0.010 to 0.074; 3 seeds, 200 examples; p = 0.03 after correction for 7 comparisons)."
    )


def test_a_worse_share_by_a_single_arm_with_other_seeds():
    found = replace(LOWER, seeds=(2, 5))
    assert said("worse", found, metric=EXACT, tests=1) == (
        "Lower share of right answers than random by 4.2 percentage points "
        "(95 % interval 1.0 to 7.4; 2 seeds against 5, 200 examples; p = 0.03)."
    )


def test_a_higher_loss():
    found = replace(LOWER, mean=0.042, low=0.01, high=0.074)
    assert said("worse", found, p=1e-9).startswith(
        "Higher held-out loss than random by 0.042 nats (95 % interval 0.010 to"
    )
    assert "p < 0.001" in said("worse", found, p=1e-9)


def test_nothing_detected():
    found = replace(LOWER, mean=-0.004, low=-0.031, high=0.023, p=0.7)
    assert said("no detectable difference", found, p=1.0) == (
        "No detectable difference from random: −0.004 nats (95 % interval −0.031 to +0.023; 3 seeds, 200 examples); "
        "this experiment could have seen a difference of about 0.045 nats or more."
    )


def test_nothing_detected_for_the_many_arms():
    assert said("no detectable difference", LOWER, p=0.0504).endswith(
        " As the only comparison it would count (p = 0.0043); as one of 7 it does not (p = 0.0504)."
    )


def test_nothing_to_tell_apart():
    found = replace(LOWER, mean=0.0, low=0.0, high=0.0, p=1.0, detectable=math.nan)
    text = said("no detectable difference", found, p=1.0)
    assert text == "No detectable difference from random: the same result on every example."


def test_undecided():
    assert said("undecided", replace(LOWER, unknown="one seed tells nothing"), p=math.nan) == (
        "Undecided: one seed tells nothing."
    )


@pytest.mark.parametrize(("scale", "shown"), [(1e-4, "0.0000042 nats"), (1e3, "42 nats"), (1, "0.042 nats")])
def test_small_and_large_differences_keep_two_digits_of_the_interval(scale, shown):
    found = replace(LOWER, mean=-0.042 * scale, low=-0.074 * scale, high=-0.01 * scale)
    assert f"by {shown} " in said("better", found)


@pytest.mark.parametrize(
    ("p", "shown"), [(0.04996, "p = 0.04996"), (0.05, "p = 0.05"), (0.012345, "p = 0.012"), (1.0, "p = 1")]
)
def test_p_is_never_rounded_over_the_level(p, shown):
    assert f"{shown} after" in said("better", LOWER, p=p)


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    found = replace(LOWER, mean=-0.00001, low=-0.03, high=0.03, p=0.99)
    assert "random: 0.000 nats" in said("no detectable difference", found, p=1.0)


def test_the_package_loads_without_scipy():
    code = "import sys, instructdiff_ui.statistics; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
