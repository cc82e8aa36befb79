"""One response as a heat map: every token shaded by what calibration did there, and the tokens that changed most.

Purple is less sure (or less likely) after calibration and green surer, in whichever sign a number is shown; values of
one model alone are shaded in blue. Shades are classes of the stylesheet, `tok-n9` … `tok-p9` and `tok-s1` … `tok-s9`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...api.tokens import TokenView
from .. import format as fmt
from ..view import Node, div, h, span
from .parts import head, segmented

_MEASURED = ("delta_entropy", "delta_nll", "base_entropy", "calibrated_entropy", "base_nll", "calibrated_nll")
METRICS = {name: fmt.METRICS[name] for name in _MEASURED}
LEVELS = 9  # shades on either side of none
FLOOR = 0.05  # nats; a response in which less than this happens stays pale
FULL, BRIEF, MOST = 1_000, 2_048, 4_096  # tokens with whole tooltips, with brief ones, and shown at all
CHANGED = 8  # tokens in the table
CONTEXT = 3  # tokens on either side of each


def token_panel(
    view: TokenView | None,
    *,
    metric: str = "delta_entropy",
    sign: int = 1,
    working: bool = False,
    message: str = "",
    offer: bool = True,
) -> Node:
    """The heat map of `view`; without one, the offer to make it, that it is being made, or why it is not there.

    `sign` is that of ΔNLL as it is shown; `offer` says whether a button stands beside `message`. The clicks are
    `tokens` (make it) and `token-metric` with the metric as key.
    """
    if view is None or working:
        return div("tokens", _absent(working, message, offer))
    return div(
        "tokens",
        div("lbl", f"Response, shaded by {METRICS[metric]} of each token"),
        segmented("token-metric", list(METRICS.items()), metric, label="What shades the tokens"),
        div("tok-means", means(view, sign)),
        _legend(metric, scale(view, metric), sign),
        _notes(view),
        _response(view, metric, sign),
        _most_changed(view, metric, sign),
    )


def _absent(working: bool, message: str, offer: bool) -> Node:
    if working:
        return div("muted", "Scoring this row under the base and the calibrated model …")
    button = h("button", {"class": "do", "data-event": "tokens"}, "Show tokens")
    if message:
        return div("", div("message" if offer else "muted small", message), button if offer else None)
    hint = "The values of single tokens are not stored: the models of this run score the row again, in some seconds."
    return div("", div("muted small", hint), button)


# --- from values to shades


def surer(view: TokenView, metric: str) -> np.ndarray:
    """The values of a metric so that above 0 is surer, or likelier, after calibration; (n,)."""
    values = getattr(view, metric)
    return -values if metric == "delta_nll" else values


def scale(view: TokenView, metric: str) -> float:
    """The value in nats of the last shade: the 98th percentile of |value| in this response, but `FLOOR` at least.

    Both models share theirs, so that going from one to the other shows what changed.
    """
    if metric.startswith("delta"):
        pooled = getattr(view, metric)
    else:
        kind = metric.partition("_")[2]
        pooled = np.concatenate([getattr(view, f"base_{kind}"), getattr(view, f"calibrated_{kind}")])
    return max(FLOOR, float(np.percentile(np.abs(pooled), 98)))


def shades(view: TokenView, metric: str) -> list[str]:
    """A class per token: `tok-p1` … `tok-p9` surer, `tok-n1` … `tok-n9` less sure, `tok-s1` … of one model, or none."""
    levels = np.clip(np.rint(LEVELS * surer(view, metric) / scale(view, metric)), -LEVELS, LEVELS).astype(int)
    up = "p" if metric.startswith("delta") else "s"
    return [f"tok-{up if level > 0 else 'n'}{abs(level)}" if level else "" for level in levels]


# --- what is said


def means(view: TokenView, sign: int) -> str:
    """The means over the tokens, which are the row's scores."""
    n = len(view.tokens)
    mean = {name: getattr(view, name).mean(dtype=np.float64) for name in METRICS}
    return (
        f"mean over {n:,} token{'s' if n != 1 else ''}: "
        f"ΔH {fmt.nats(mean['delta_entropy'])} (H {_change(mean['base_entropy'], mean['calibrated_entropy'])}), "
        f"ΔNLL {fmt.nats(sign * mean['delta_nll'])} (NLL {_change(mean['base_nll'], mean['calibrated_nll'])})"
    )


def _change(before: float, after: float) -> str:
    return f"{fmt.nats(before)} → {fmt.nats(after)}"


def _notes(view: TokenView) -> Node | None:
    n = len(view.tokens)
    said = {
        "The response was cut at the longest length; the rest was neither scored nor trained on.": view.truncated,
        "The last token is the end of the sequence.": view.ended,
        f"The first {MOST:,} of {n:,} tokens are shown; means and table are of all.": n > MOST,
        "The response is long, so hovering tells one value alone.": FULL < n <= BRIEF,
        "The response is long, so hovering tells nothing.": n > BRIEF,
        "Computed now by the models of this run.": view.source == "computed",
    }
    text = " ".join(sentence for sentence, holds in said.items() if holds)
    return div("hint", text) if text else None


def _legend(metric: str, limit: float, sign: int) -> Node:
    unit = "nats, clipped at the 98th percentile of this response"
    if not metric.startswith("delta"):
        bar = [h("i", {"class": f"tok-s{level}" if level else ""}) for level in range(LEVELS + 1)]
        ends = ("0", f"{fmt.nats(limit)} and above")
    else:
        bar = [_swatch(level) for level in range(-LEVELS, LEVELS + 1)]
        low, high = (-limit, limit) if metric == "delta_entropy" else (sign * limit, -sign * limit)
        less, more = ("less sure", "surer") if metric == "delta_entropy" else ("less likely", "likelier")
        ends = (f"{less} after calibration {fmt.nats(low)}", f"{fmt.nats(high)} {more}")
    return div(
        "tok-legend", span("", ends[0]), h("span", {"class": "tok-bar"}, *bar), span("", ends[1]), span("muted", unit)
    )


def _swatch(level: int) -> Node:
    return h("i", {"class": f"tok-{'p' if level > 0 else 'n'}{abs(level)}" if level else ""})


def _response(view: TokenView, metric: str, sign: int) -> Node:
    names = shades(view, metric)[:MOST]
    n = len(view.tokens)
    tokens = []
    for k, name in enumerate(names):
        name = f"{name} ws".strip() if unseen(view.tokens[k]) else name
        attributes = {"class": name} if name else {}
        if n <= BRIEF:
            attributes["title"] = _tooltip(view, k, sign) if n <= FULL else _brief(view, k, metric, sign)
        tokens.append(h("span", attributes, visible(view.tokens[k])))
    return h("div", {"class": "toks", "data-scroll": "tokens"}, *tokens)


def _tooltip(view: TokenView, k: int, sign: int) -> str:
    return (
        f"{_name(view, k)} · {k + 1} of {len(view.tokens)}\n"
        f"H {_change(view.base_entropy[k], view.calibrated_entropy[k])}, ΔH {fmt.nats(view.delta_entropy[k])}\n"
        f"NLL {_change(view.base_nll[k], view.calibrated_nll[k])}, ΔNLL {fmt.nats(sign * view.delta_nll[k])}"
    )


def _brief(view: TokenView, k: int, metric: str, sign: int) -> str:
    value = getattr(view, metric)[k] * (sign if metric == "delta_nll" else 1)
    return f"{k + 1}: {fmt.nats(value)}"


def _name(view: TokenView, k: int) -> str:
    if view.ended and k == len(view.tokens) - 1:
        return "end of sequence"
    return f"“{fmt.clipped(visible(view.tokens[k]), 24)}”" if view.tokens[k] else "part of the next character"


def visible(token: str) -> str:
    """The text of a token, with marks where nothing of it could be seen; line breaks still break."""
    if not token:
        return "◦"  # a part of a character, which stands with its last part
    if not unseen(token):
        return token
    return "".join(_MARKS.get(letter, f"‹U+{ord(letter):04X}›") for letter in token)


def unseen(token: str) -> bool:
    """Whether a token shows nothing: it is empty, or of blanks and control characters alone."""
    return all(letter == " " or not letter.isprintable() for letter in token)


_MARKS = {" ": "·", "\n": "↵\n", "\t": "⇥\t", "\r": "␍"}


# --- the tokens that changed most


def _most_changed(view: TokenView, metric: str, sign: int) -> Node:
    """The tokens with the largest |ΔH|, or |ΔNLL| where an NLL is shown, in words and numbers."""
    kind = "delta_nll" if metric.endswith("nll") else "delta_entropy"
    order = np.argsort(-np.abs(getattr(view, kind)), kind="stable")[:CHANGED]
    names = shades(view, kind)
    lines = [_line(view, int(k), kind, sign, names[k]) for k in order]
    top = head([f"Most changed by {METRICS[kind]}", "#", METRICS[kind], "base → calibrated"], left=1)
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table tok-most"}, top, h("tbody", {}, *lines)))


def _line(view: TokenView, k: int, kind: str, sign: int, shade: str) -> Node:
    before, after = view.tokens[max(0, k - CONTEXT) : k], view.tokens[k + 1 : k + 1 + CONTEXT]
    place = h("td", {}, _flat(before)[-40:], h("b", {"class": shade}, _flat([view.tokens[k]])[:80]), _flat(after)[:40])
    change = getattr(view, kind)[k] * (sign if kind == "delta_nll" else 1)
    part = kind.removeprefix("delta_")
    models = _change(getattr(view, f"base_{part}")[k], getattr(view, f"calibrated_{part}")[k])
    return h("tr", {}, place, *(h("td", {"class": "num"}, text) for text in (f"{k + 1:,}", fmt.nats(change), models)))


def _flat(tokens: Sequence[str]) -> str:
    """Tokens on one line, with a mark for every line break."""
    return "".join(visible(token).replace("↵\n", "↵").replace("\n", "↵") for token in tokens)
