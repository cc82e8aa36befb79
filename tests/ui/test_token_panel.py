"""The heat map of a response: shades, their scale, what is said in words, and what a long or hostile one costs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui.api.tokens import TokenView
from instructdiff_ui.ui.panels.tokenview import (
    CHANGED,
    FLOOR,
    METRICS,
    means,
    scale,
    shades,
    token_panel,
    visible,
)

HOSTILE = "<img src=x onerror=alert(1)> ${1+1} {{x}}"
STYLE = (Path(__file__).parents[2] / "assets" / "style.css").read_text(encoding="utf-8")
TEXT = {"light": "#1d2129", "dark": "#e6e8eb"}
PANEL = {"light": "#ffffff", "dark": "#171b21"}


def made(delta_entropy, *, delta_nll=None, tokens=None, **others) -> TokenView:
    """A view with these ΔH, from a base entropy of 5 nats, and these ΔNLL, from a base NLL of 5."""
    change = np.asarray(delta_entropy, np.float32)
    rise = np.zeros_like(change) if delta_nll is None else np.asarray(delta_nll, np.float32)
    five = np.full(len(change), 5, np.float32)
    words = tuple(tokens) if tokens is not None else tuple(f" w{k}" for k in range(len(change)))
    known = {"ended": False, "truncated": False, "source": "stored"} | others
    return TokenView("row", words, five, five, five + rise, five - change, **known)


def said(node) -> str:
    return node if isinstance(node, str) else "".join(said(child) for child in node[2:])


def elements(node, tag: str, name: str | None = None) -> list:
    if isinstance(node, str):
        return []
    here = [node] if node[0] == tag and (name is None or name in node[1].get("class", "").split()) else []
    return here + [found for child in node[2:] for found in elements(child, tag, name)]


def response(tree) -> list:
    return elements(tree, "div", "toks")[0][2:]


def size(tree) -> int:
    return len(json.dumps(tree, ensure_ascii=False).encode())


# shades ------------------------------------------------------------------------------------------------------------

changes = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=60)


@given(changes)
def test_the_shades_of_the_opposite_change_are_the_opposite_shades(values):
    change = np.asarray(values, np.float32)
    high, low, no = np.maximum(change, 0), np.maximum(-change, 0), np.zeros_like(change)
    words = ("w",) * len(change)
    there = TokenView("row", words, no, high, no, low, ended=False, truncated=False, source="stored")
    back = TokenView("row", words, no, low, no, high, ended=False, truncated=False, source="stored")
    mirrored = [name.translate(str.maketrans("np", "pn")) for name in shades(back, "delta_entropy")]
    assert shades(there, "delta_entropy") == mirrored
    assert all(name[:5] != "tok-n" for name, x in zip(mirrored, change, strict=True) if x > 0)


def test_green_is_surer_and_purple_less_sure():
    assert shades(made([1, -1, 0, 0.5]), "delta_entropy") == ["tok-p9", "tok-n9", "", "tok-p4"]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_likelier_token_is_green_in_whichever_sign_it_is_shown(sign):
    view = made([0, 0], delta_nll=[-1, 1], tokens=["a", "b"])
    tree = token_panel(view, metric="delta_nll", sign=sign)
    assert [token[1]["class"] for token in response(tree)] == ["tok-p9", "tok-n9"]
    assert f"ΔNLL {'−' if sign > 0 else ''}1.000" in response(tree)[0][1]["title"]
    low, high = ("1.000", "−1.000") if sign > 0 else ("−1.000", "1.000")
    legend = said(elements(tree, "div", "tok-legend")[0])
    assert f"less likely after calibration {low}" in legend and f"{high} likelier" in legend


def test_the_scale_is_clipped_so_that_one_token_does_not_pale_the_others():
    values = np.append(np.full(99, 0.5), 40)
    assert scale(made(values), "delta_entropy") == pytest.approx(np.percentile(values, 98), abs=1e-5)
    assert set(shades(made(values), "delta_entropy")) == {"tok-p9"}


def test_a_response_in_which_nothing_happens_stays_pale():
    view = made([0.001, -0.002, 0])
    assert scale(view, "delta_entropy") == FLOOR
    assert shades(view, "delta_entropy") == ["", "", ""]


def test_the_values_of_one_model_share_the_scale_of_both():
    view = made([4.0, 0.0])  # H calibrated is 1 and 5
    assert scale(view, "base_entropy") == scale(view, "calibrated_entropy")
    assert shades(view, "base_entropy") == ["tok-s9", "tok-s9"]
    assert shades(view, "calibrated_entropy") == ["tok-s2", "tok-s9"]


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, share: float, under: str) -> str:
    parts = [(int(colour[k : k + 2], 16), int(under[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in parts)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["surer", "less", "one"])
def test_text_can_be_read_on_every_shade(theme, kind):
    colours = re.findall(rf"--tok-{kind}: (#[0-9a-f]{{6}});", STYLE)
    assert len(colours) == 2
    for level in range(1, 10):
        shade = mixed(colours[theme == "dark"], level / 9, PANEL[theme])
        assert contrast(TEXT[theme], shade) >= 4.5, f"{kind} {level}"


def test_the_stylesheet_has_every_shade():
    for level in range(1, 10):
        assert f".tok-p{level}, .tok-n{level}, .tok-s{level} {{" in STYLE


# words -------------------------------------------------------------------------------------------------------------


def test_the_means_are_said():
    view = made([0.5, -0.7], delta_nll=[-0.2, -0.4])
    assert means(view, 1) == ("mean over 2 tokens: ΔH −0.100 (H 5.000 → 5.100), ΔNLL −0.300 (NLL 5.000 → 4.700)")
    assert "ΔNLL 0.300" in means(view, -1)
    assert "over 1 token:" in means(made([1]), 1)


def test_a_tooltip_says_everything_of_a_token():
    tree = token_panel(made([0.5, -0.7], delta_nll=[-0.2, 0.4]))
    assert response(tree)[1][1]["title"] == ("“w1” · 2 of 2\nH 5.000 → 5.700, ΔH −0.700\nNLL 5.000 → 5.400, ΔNLL 0.400")


@pytest.mark.parametrize("metric", METRICS)
def test_the_metric_shown_is_pressed(metric):
    tree = token_panel(made([0.5, -0.7]), metric=metric)
    buttons = [b for b in elements(tree, "button") if b[1]["data-event"] == "token-metric"]
    assert [b[1]["data-key"] for b in buttons] == list(METRICS)
    assert [b[1]["data-key"] for b in buttons if b[1]["aria-pressed"] == "true"] == [metric]
    assert METRICS[metric] in said(elements(tree, "div", "lbl")[0])


def test_the_table_holds_the_tokens_that_changed_most_with_their_context():
    values = np.zeros(30)
    values[[3, 17, 29]] = [0.2, -0.9, 0.4]
    tree = token_panel(made(values))
    lines = elements(elements(tree, "tbody")[0], "tr")
    assert len(lines) == CHANGED
    first = [said(cell) for cell in elements(lines[0], "td")]
    assert first == [" w14 w15 w16 w17 w18 w19 w20", "18", "−0.900", "5.000 → 5.900"]
    assert [said(elements(line, "b")[0]) for line in lines[:3]] == [" w17", " w29", " w3"]
    assert elements(lines[0], "b")[0][1]["class"].startswith("tok-n")


def test_where_an_nll_is_shown_the_table_is_of_its_change():
    view = made([0.9, 0, 0], delta_nll=[0, 0, 0.3])
    for metric in ("delta_nll", "base_nll", "calibrated_nll"):
        tree = token_panel(view, metric=metric, sign=-1)
        assert [said(cell) for cell in elements(tree, "td")][:3] == [" w0 w1 w2", "3", "−0.300"]
        assert said(elements(tree, "b")[0]) == " w2"


def test_what_is_special_about_a_response_is_noted():
    notes = said(token_panel(made([1], ended=True, truncated=False, source="computed")))
    assert "end of the sequence" in notes and "Computed now" in notes
    assert "was cut" in said(token_panel(made([1], truncated=True)))
    assert not elements(token_panel(made([1])), "div", "hint")
    ended = token_panel(made([1, 1], tokens=["a", "<|end|>"], ended=True))
    assert response(ended)[1][1]["title"].startswith("end of sequence · 2 of 2")


# texts -------------------------------------------------------------------------------------------------------------


def test_hostile_text_stays_text():
    tree = token_panel(made([1, 2], tokens=[HOSTILE, HOSTILE]))
    assert [token[2] for token in response(tree)] == [HOSTILE, HOSTILE]
    assert not elements(tree, "img")
    assert not any("style" in token[1] for token in response(tree))


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        (" the", " the"),
        ("  ", "··"),
        ("\n", "↵\n"),
        ("\n\n", "↵\n↵\n"),
        ("\t", "⇥\t"),
        (".\n", ".\n"),
        ("", "◦"),
        ("\u200b", "‹U+200B›"),
        ("\u202e", "‹U+202E›"),
        ("日本", "日本"),
    ],
)
def test_tokens_that_show_nothing_get_a_mark(token, shown):
    assert visible(token) == shown
    drawn = response(token_panel(made([1], tokens=[token])))[0]
    assert drawn[2] == shown
    assert ("ws" in drawn[1]["class"].split()) == (shown not in (" the", ".\n", "日本"))


def test_a_part_of_a_character_is_named():
    tree = token_panel(made([1, 1], tokens=["", "é"]))
    assert response(tree)[0][1]["title"].startswith("part of the next character")


def test_a_context_stays_on_one_line():
    tree = token_panel(made([0, 1, 0], tokens=[".\n", "\n", "x"]))
    assert said(elements(tree, "td")[0]) == ".↵↵x"


# size --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1_000, 2_048, 4_096, 20_000])
@pytest.mark.parametrize("metric", ["delta_entropy", "delta_nll", "base_nll"])
def test_a_long_response_stays_small(n, metric):
    rng = np.random.default_rng(0)
    view = made(-rng.exponential(3, n), delta_nll=-rng.exponential(5, n), tokens=[" somewhat"] * n)
    tree = token_panel(view, metric=metric)
    assert size(tree) < 200_000
    assert f"mean over {n:,} tokens" in said(elements(tree, "div", "tok-means")[0])
    assert len(response(tree)) == min(n, 4_096)
    assert ("The first 4,096 of 20,000 tokens are shown" in said(tree)) == (n == 20_000)
    titles = [token[1].get("title", "") for token in response(tree)]
    assert {1_000: "\n" in titles[5], 2_048: titles[5].startswith("6: "), 4_096: not titles[5]}.get(n, True)


# states ------------------------------------------------------------------------------------------------------------


def events(tree) -> list[str]:
    return [button[1]["data-event"] for button in elements(tree, "button")]


def test_without_values_they_are_offered():
    assert events(token_panel(None)) == ["tokens"]
    assert "not stored" in said(token_panel(None))


def test_while_they_are_made_nothing_can_be_pressed():
    for view in (None, made([1])):
        tree = token_panel(view, working=True)
        assert events(tree) == [] and "Scoring this row" in said(tree)


def test_an_error_is_said_and_may_be_tried_again():
    tree = token_panel(None, message=HOSTILE)
    assert HOSTILE in said(elements(tree, "div", "message")[0]) and events(tree) == ["tokens"]
    closed = token_panel(None, message="There is no calibrated model.", offer=False)
    assert events(closed) == [] and "no calibrated model" in said(closed)


def test_the_views_of_two_metrics_differ_in_shades_alone():
    view = made([1, -1], delta_nll=[1, -1])
    one, other = (response(token_panel(view, metric=metric)) for metric in ("delta_entropy", "delta_nll"))
    assert [token[2] for token in one] == [token[2] for token in other]
    assert [token[1]["title"] for token in one] == [token[1]["title"] for token in other]
    assert [token[1]["class"] for token in one] != [token[1]["class"] for token in other]
