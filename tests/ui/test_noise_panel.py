"""The note of Explore on domains whose ΔH is not well above numerical noise."""

from __future__ import annotations

from trees import HOSTILE, elements, said, tags

from instructdiff_ui.api import DomainNoise, Noise
from instructdiff_ui.ui.panels.noise_panel import noise_note


def one(domain: str, *, iqr: float = 0.02) -> DomainNoise:
    return DomainNoise(domain, "bfloat16", 8, noise=0.01, sd=0.1, iqr=iqr)


def test_nothing_is_said_where_nothing_was_measured_or_all_is_well():
    assert noise_note(None) == []
    assert noise_note(Noise((one("math", iqr=1.0),))) == []


def test_each_domain_that_is_close_has_its_sentence():
    note = noise_note(Noise((one("code", iqr=1.0), one("math"), one(HOSTILE))))
    lines = [said(line) for line in elements(note, "div")[1:]]
    assert len(lines) == 2
    assert lines[0].startswith("ΔH of math spreads over 0.020 nats (IQR); bfloat16 arithmetic alone moves it by 0.010")
    assert HOSTILE in lines[1]
    assert tags(note) == {"div"}


def test_many_domains_are_counted():
    lines = elements(noise_note(Noise(tuple(one(f"d{n}") for n in range(20)))), "div")[1:]
    assert len(lines) == 5
    assert said(lines[-1]) == "So it is with 16 further domains."


def test_a_check_that_could_not_be_made_is_told():
    assert "could not be measured (OutOfMemoryError: full)" in said(noise_note(Noise((), "OutOfMemoryError: full")))
