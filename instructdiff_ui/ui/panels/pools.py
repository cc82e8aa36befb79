"""The pool before any model runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...api import RunConfig, RunStatus, StarterView
from .. import format as fmt
from ..palette import domain_colours
from ..view import Node, div, h, span
from .parts import TEXT_LIMIT, head, kpi


def data_summary(report: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> Node:
    if report is None:
        return div("empty", "Name a model and a dataset above, then press Load and check.")
    aside = report["quarantined"]["rows"]
    model = facts["model"]
    cells = [
        kpi("Pool", fmt.count(facts["rows"]), "rows"),
        kpi("Held out", fmt.count(facts["heldout"]), "rows for evaluation"),
        kpi("Domains", str(len(report["domains"]))),
        kpi("Response tokens", fmt.short(facts["response_tokens"]), f"template {facts['template']}"),
        kpi("Truncated", fmt.count(facts["truncated"]), f"at {facts['max_length']:,} tokens"),
        kpi("Set aside", fmt.count(aside), "rows, listed below" if aside else "every row is usable"),
        kpi("Model", fmt.short(model["n_parameters"] or 0), f"parameters · {model['architecture']}"),
    ]
    return div("kpis", *cells)


def imported_summary(now: RunStatus) -> Node:
    """The pool of a run that was made from a scored file."""
    facts = now.facts("import_scores")
    source = facts["sources"][0]
    return div(
        "kpis",
        kpi("Pool", fmt.count(facts["rows"]), "rows with scores"),
        kpi("Set aside", fmt.count(facts["quarantined"]), "rows"),
        kpi("Imported from", source["name"], f"sha256 {source['revision'][:12]}"),
    )


def run_line(config: RunConfig) -> Node:
    """What the open run was made of, since the form above is for the next one."""
    sources = ", ".join(source.path for source in config.data.sources) or config.scores or ""
    said = [
        f"model {config.model.path}" if config.model else "no model",
        f"data {sources}",
        f"preset {config.preset}" if config.preset else None,
        f"at most {config.data.limit:,} rows" if config.data.limit else None,
        f"seed {config.data.seed}",
    ]
    return div("muted small run-line", f"{config.title}: " + " · ".join(part for part in said if part))


def domain_counts(report: Mapping[str, Any] | None) -> Node:
    if report is None:
        return []
    colours = domain_colours(report["domains"])
    lengths = (report["lengths"] or {}).get("response") or {"domains": {}}
    rows = [
        h(
            "tr",
            {},
            h("td", {}, h("i", {"class": "dot", "style": f"background:{colours[name]}"}), name),
            h("td", {"class": "num"}, fmt.count(rows)),
            h("td", {"class": "num"}, fmt.count(report["heldout_domains"].get(name, 0))),
            *(
                h(
                    "td",
                    {"class": "num"},
                    fmt.count(lengths["domains"][name][key]) if name in lengths["domains"] else "–",
                )
                for key in ("median", "p95", "max")
            ),
        )
        for name, rows in report["domains"].items()
    ]
    titles = head(["Domain", "Rows", "Held out", "Median", "95 %", "Longest"], left=1)
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table"}, titles, h("tbody", {}, *rows)))


def previews(report: Mapping[str, Any] | None) -> Node:
    """The first rows as the model reads them, the response tokens marked."""
    if report is None:
        return []
    return div("previews", *(_preview(row, first=k == 0) for k, row in enumerate(report["previews"])))


def _preview(row: Mapping[str, Any], *, first: bool) -> Node:
    sizes = f"{row['n_prompt_tokens']:,} prompt + {row['n_response_tokens']:,} response tokens"
    cut = " · truncated" if row["truncated"] else ""
    tokens = [h("mark", {"class": f"token t{k % 2}"}, token) for k, token in enumerate(row["tokens"][:2000])]
    return h(
        "details",
        {"open": first, "data-key": row["example_id"]},
        h("summary", {}, span("name", f"{row['domain']} · {row['example_id']}"), span("muted", f" {sizes}{cut}")),
        h("pre", {"class": "text"}, span("muted", row["prompt"][:TEXT_LIMIT]), *tokens),
    )


def quarantine(rows: Sequence[Any], *, shown: int = 500) -> Node:
    """Every row that was set aside: where it stands, why, and how it begins."""
    if not rows:
        return div("muted", "No row was set aside.")
    body = [
        h(
            "tr",
            {},
            h("td", {}, f"{row.source}, row {row.row}"),
            h("td", {}, row.reason),
            h("td", {"class": "muted clip"}, fmt.clipped(row.text)),
        )
        for row in rows[:shown]
    ]
    more = (
        f"The first {shown} of {len(rows):,}; the run's quarantined.parquet holds all." if len(rows) > shown else None
    )
    table = h("table", {"class": "grid-table"}, head(["Where", "Why", "Row"], left=3), h("tbody", {}, *body))
    return div("scroll tall", table, div("muted small", more) if more else None)


def starters(found: Sequence[StarterView]) -> Node:
    """Ready-made runs, each with its size and time on this machine, and a button that makes it."""
    return div("starters", *(_starter(one) for one in found))


def _starter(one: StarterView) -> Node:
    minutes = max(1, round(one.seconds / 60))
    button = {"class": "do", "data-event": "start", "data-key": one.key, "aria-label": f"Load {one.title}"}
    return div(
        "starter",
        h("b", {}, one.title),
        div("", one.about),
        div("muted small", f"{fmt.count(one.rows)} rows: about {minutes} min to the selection, after the download"),
        div("muted small", ", ".join(one.datasets)),
        h("button", button, "Load"),
    )
