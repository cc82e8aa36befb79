"""How long a run will take: counted by hand, monotone, and sane for every kind of machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.runs import estimate as module
from instructdiff_ui.runs.estimate import CUDA_EFFICIENCY, STARTING, estimate, machine_rate, rows_within
from instructdiff_ui.runs.hardware import Hardware

# 1,000 parameters, of which 10 · 20 = 200 are the head
SMALL = {"parameters": 1000, "vocabulary": 10, "width": 20, "tokens_per_row": 5, "response_tokens_per_row": 2}
TENTH = {"calibration_ratio": 0.1, "epochs": 1}


def seconds(rows=100, *, rate=1000.0, **changed):
    return estimate(**(SMALL | TENTH | {"rows": rows, "rate": rate} | changed)) - STARTING


def test_by_hand():
    # scoring a row: 2 models · (2 · 800 · 5 + 2 · 200 · 2) = 17,600; calibration: 6 · 1000 · 5 · 0.1 = 3,000
    assert seconds(1) == pytest.approx(20.6)
    assert seconds(100) == pytest.approx(2060)
    assert seconds(1, epochs=3) == pytest.approx(17.6 + 9.0)
    assert seconds(1, calibration_ratio=1) == pytest.approx(17.6 + 30.0)
    assert seconds(1, seeds=3) == pytest.approx(4 * 8.8 + 3 * 3.0), "the base model is scored once"
    assert seconds(1, rate=2000.0) == pytest.approx(10.3)
    assert seconds(1, response_tokens_per_row=5) == pytest.approx(2 * 2 * 1000 * 5 / 1000 + 3.0)


def test_no_rows_take_the_time_of_starting():
    assert seconds(0) == 0


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_more_rows_take_longer(rows, more):
    assert seconds(rows) < seconds(rows + more)


@pytest.mark.parametrize(
    ("within", "rows"), [(0, 200), (199, 200), (200, 200), (299.9, 200), (300, 300), (4321, 4300), (1e9, 10_000)]
)
def test_the_rows_that_fit_are_round_and_bounded(within, rows):
    assert rows_within(within, lambda n: float(n)) == rows


def test_known_cards_by_their_names():
    def peak(name):
        return machine_rate(Hardware(8, 64.0, (name,))) / CUDA_EFFICIENCY / 1e12

    assert peak("NVIDIA H100 80GB HBM3, 80 GB") == pytest.approx(989)
    assert peak("NVIDIA A100-SXM4-40GB, 40 GB") == pytest.approx(312)
    assert peak("NVIDIA A10, 23 GB") == pytest.approx(125)
    assert peak("NVIDIA A10G, 23 GB") == pytest.approx(70)
    assert peak("NVIDIA L4, 23 GB") == pytest.approx(121)
    assert peak("NVIDIA L40S, 45 GB") == pytest.approx(362)
    assert peak("Tesla T4, 15 GB") == pytest.approx(8.1)
    assert peak("NVIDIA GeForce RTX 4070 Ti SUPER, 16 GB") == pytest.approx(58)
    assert peak("NVIDIA Something 9999, 16 GB") == pytest.approx(20), "an unknown card is a modest one"


def test_machines_without_a_known_card(monkeypatch):
    monkeypatch.setattr(module, "_matmul_rate", lambda: 100e9)
    assert machine_rate(Hardware(2, 8.0, ())) == pytest.approx(70e9)
    assert machine_rate(Hardware(8, 16.0, ("Apple GPU (MPS)",))) == pytest.approx(1e12)


def test_the_processor_is_measured_once_and_without_torch():
    code = (
        "import sys; from instructdiff_ui.runs.estimate import machine_rate; "
        "from instructdiff_ui.runs.hardware import Hardware; here = Hardware(1, None, ()); "
        "print(machine_rate(here) == machine_rate(here) > 1e8, 'torch' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
