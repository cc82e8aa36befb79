"""The cards, lists and tables of the page, as trees for `view`. Pure: api values in, trees out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..api import SCORES, Hardware, Page, Preview, RowView, RunConfig, RunStatus, RunSummary, SelectionSpec
from . import format as fmt
from .palette import domain_colours
from .view import Node, div, h, span

STATE_WORDS = {
    "new": "not started",
    "starting": "starting…",
    "queued": "waiting",
    "running": "running",
    "stopping": "stopping…",
    "done": "done",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}
DECISIONS = {
    "selected": "kept",
    "nll_low": "ΔNLL low",
    "nll_high": "ΔNLL high",
    "rank": "rank",
    "excluded": "excluded",
    "quarantined": "quarantined",
}
HIDDEN = ("messages", "example_id", *SCORES)  # columns that the row view shows in its own way
TEXT_LIMIT = 20_000  # characters of one text that are sent to the page


# the sidebar -------------------------------------------------------------------------------------------------------


def run_list(runs: Sequence[RunSummary], current: str | None) -> Node:
    if not runs:
        return div("muted small", "No runs yet. Start one in the Data tab.")
    return div("runs", *(_run_item(run, run.run_id == current) for run in runs[:50]))


def _run_item(run: RunSummary, current: bool) -> Node:
    size = fmt.short(run.rows) if run.rows is not None else ""
    attributes = {
        "class": f"run{' on' if current else ''}",
        "data-event": "open",
        "data-key": run.run_id,
        "title": f"{run.name} · {run.state} · {run.path}",
        "aria-current": "true" if current else None,
    }
    dot = span(f"dot state-{run.state.split(':')[0]}")
    return h("button", attributes, dot, span("name", run.name), span("muted", size))


def job_card(now: RunStatus | None) -> Node:
    """What the worker is doing: stage, share, rate, time left; or why it ended."""
    if now is None:
        return div("card", div("lbl", "Job"), span("muted", "No run is open."))
    running = next((stage.label for stage in now.stages if stage.status in ("running", "queued", "failed")), None)
    title = f"{STATE_WORDS[now.state]}{' · ' + running if running and now.state != 'done' else ''}"
    parts: list[Node | None] = [div("lbl", "Job"), div(f"job-title state-text-{now.state}", title)]
    step = now.progress
    if step is not None and step.total == 0:
        parts.append(div("muted small", "preparing: models and libraries are loaded"))
    elif step is not None:
        share = step.step / step.total if step.total else 0.0
        parts += [
            div(
                "job-line", h("b", {}, f"{100 * share:.0f} %"), span("muted", fmt.pace(step.rate, step.unit, step.eta))
            ),
            bar(share, label=f"{running or 'job'} progress"),
        ]
    if now.message:
        parts.append(div("message" if now.state == "failed" else "muted small", now.message))
    if now.state not in ("new", "starting"):
        parts.append(h("button", {"class": "link", "data-event": "log"}, "Show the log"))
    return div("card", *parts)


def hardware_card(found: Hardware) -> Node:
    memory = f" · {found.memory_gb:.0f} GB" if found.memory_gb else ""
    lines = found.accelerators or ("no accelerator: models run on the CPU",)
    return div(
        "card",
        div("lbl", "Hardware"),
        div("", f"{found.cores} CPU cores{memory}"),
        *(div("muted small", line) for line in lines),
    )


def bar(share: float, *, label: str) -> Node:
    value = f"{100 * min(1.0, max(0.0, share)):.1f}"
    attributes = {
        "class": "bar",
        "role": "progressbar",
        "aria-valuenow": value,
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-label": label,
    }
    return h("div", attributes, h("i", {"style": f"width:{value}%"}))


def stage_list(now: RunStatus | None) -> Node:
    """Every stage of the run and how it stands."""
    if now is None:
        return div("muted", "Open or start a run first.")
    signs = {"done": "✓", "running": "▸", "queued": "…", "failed": "✕", "waiting": "·"}
    rows = [
        h(
            "tr",
            {"class": f"stage-{stage.status}"},
            h("td", {"class": "sign"}, signs[stage.status]),
            h("td", {}, stage.label),
            h("td", {"class": "muted"}, stage.status),
            h("td", {"class": "num"}, fmt.duration(stage.seconds) if stage.seconds is not None else ""),
            h("td", {"class": "muted facts"}, _facts(stage.facts)),
        )
        for stage in now.stages
    ]
    return h("table", {"class": "stages"}, h("tbody", {}, *rows))


def _facts(facts: Mapping[str, Any]) -> str:
    names = {
        "rows": "rows",
        "heldout": "held out",
        "quarantined": "set aside",
        "truncated": "truncated",
        "tokens": "tokens",
        "steps": "steps",
    }
    said = [f"{facts[key]:,} {word}" for key, word in names.items() if facts.get(key)]
    said += [f"loss {facts['final_loss']:.3f}"] if "final_loss" in facts else []
    said += [f"{facts['dtype']} on {facts['device']}"] if "dtype" in facts else []
    return " · ".join(said)


# data --------------------------------------------------------------------------------------------------------------


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


def kpi(label: str, value: str, note: str = "") -> Node:
    return div("kpi", div("lbl", label), div("value", value), div("note", note) if note else None)


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
    head = _head(["Domain", "Rows", "Held out", "Median", "95 %", "Longest"], left=1)
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table"}, head, h("tbody", {}, *rows)))


def _head(names: Sequence[str], *, left: int) -> Node:
    cells = [h("th", {"scope": "col", "class": "" if k < left else "num"}, name) for k, name in enumerate(names)]
    return h("thead", {}, h("tr", {}, *cells))


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
    table = h("table", {"class": "grid-table"}, _head(["Where", "Why", "Row"], left=3), h("tbody", {}, *body))
    return div("scroll tall", table, div("muted small", more) if more else None)


# explore -----------------------------------------------------------------------------------------------------------


def selection_kpis(preview: Preview | None, now: RunStatus | None, *, committed: bool) -> Node:
    if now is None:
        return div("empty", "Open or start a run first.")
    if preview is None:
        return div("empty", "This run has no scores yet. Calibrate and score it first.")
    total, spec = preview.selection.total, preview.selection.spec
    share = total.selected_tokens / total.tokens if total.tokens else 0.0
    cells = [
        kpi("Kept", fmt.count(total.selected), f"of {fmt.count(total.rows)}"),
        kpi("Response tokens", fmt.short(total.selected_tokens), fmt.percent(share)),
        kpi("γ, each end", fmt.percent(spec.gamma), "of ΔNLL dropped"),
        kpi("β", fmt.percent(spec.ratio), f"of the {spec.budget}, {spec.scope}"),
        _calibration_kpi(now),
        kpi("Selection", "saved" if committed else "preview", f"spec {spec.hash[:8]}"),
    ]
    return div("kpis", *cells)


def _calibration_kpi(now: RunStatus) -> Node:
    """How far calibration moved the model, which is confounded with the sign of ΔH (METHOD.md §2)."""
    facts = now.facts("calibrate")
    if not facts:
        return kpi("Calibration", "imported", "scores")
    note = f"steps, peak lr {facts['peak_learning_rate']:g}, loss {facts['final_loss']:.3f}"
    return kpi("Calibration", fmt.count(facts["steps"]), note)


def domain_table(preview: Preview | None, *, column: str, sign: int) -> Node:
    """Statistics of ΔH or ΔNLL per domain, what is kept, and the γ and β of each domain to edit."""
    if preview is None:
        return []
    spec, statistics = preview.selection.spec, preview.statistics[column]
    colours = domain_colours(preview.selection.counts)
    names = ["Domain", "N", "Kept", "Tokens", "Mean", "Median", "SD", "Min", "Max", "Below 0", "γ", "β"]
    rows = [
        _domain_row(name, preview, statistics.loc[name], spec, colours[name], sign) for name in preview.selection.counts
    ]
    table = h("table", {"class": "grid-table domains"}, _head(names, left=1), h("tbody", {}, *rows))
    return h("div", {"class": "scroll"}, table)


def _domain_row(name: str, preview: Preview, stats: Any, spec: SelectionSpec, colour: str, sign: int) -> Node:
    counts = preview.selection.counts[name]
    low, high = sorted((sign * stats["min"], sign * stats["max"]))
    below = stats["share_below_zero"] if sign > 0 else 1 - stats["share_below_zero"]
    values = [sign * stats["mean"], sign * stats["median"], stats["sd"], low, high]
    return h(
        "tr",
        {},
        h("td", {}, h("i", {"class": "dot", "style": f"background:{colour}"}), name),
        h("td", {"class": "num"}, fmt.count(counts.rows)),
        h("td", {"class": "num strong"}, fmt.count(counts.selected)),
        h("td", {"class": "num"}, fmt.short(counts.selected_tokens)),
        *(h("td", {"class": "num"}, fmt.nats(value)) for value in values),
        h("td", {"class": "num"}, fmt.percent(below)),
        h("td", {"class": "num"}, _rule_input(name, "gamma", spec.gamma_of(name), spec, "0", "0.4999")),
        h("td", {"class": "num"}, _rule_input(name, "ratio", spec.ratio_of(name), spec, "0.0001", "1")),
    )


def _rule_input(domain: str, part: str, value: float, spec: SelectionSpec, bottom: str, top: str) -> Node:
    letter = "γ" if part == "gamma" else "β"
    own = getattr(spec.domains.get(domain), part, None) is not None
    attributes = {
        "type": "number",
        "class": "own" if own else "",
        "value": f"{value:.6g}",
        "min": bottom,
        "max": top,
        "step": "any",
        "data-event": "rule",
        "data-key": f"{part}:{domain}",
        "aria-label": f"{letter} of {domain}",
        "disabled": spec.scope == "global",
    }
    return h("input", attributes)


COLUMNS = (
    ("decision", "Decision"),
    ("domain", "Domain"),
    ("instruction", "Instruction"),
    ("delta_entropy", "ΔH"),
    ("delta_nll", "ΔNLL"),
    ("n_tokens", "Tokens"),
)
SORTABLE = tuple(name for name, _ in COLUMNS)
_TEXT_COLUMNS = 3


def rows_table(page: Page | None, *, sort_by: str, descending: bool, current: str | None, sign: int) -> Node:
    if page is None:
        return []
    head = [_sort_header(k, name, label, sort_by, descending) for k, (name, label) in enumerate(COLUMNS)]
    body = [_row(row, current, sign) for row in page.rows.to_dict("records")]
    if not body:
        return div("empty", "No row matches.")
    table = h("table", {"class": "grid-table rows"}, h("thead", {}, h("tr", {}, *head)), h("tbody", {}, *body))
    return div("", h("div", {"class": "scroll"}, table), _pager(page))


def _sort_header(k: int, name: str, label: str, sort_by: str, descending: bool) -> Node:
    here = name == sort_by
    arrow = (" ↓" if descending else " ↑") if here else ""
    sort = ("descending" if descending else "ascending") if here else None
    button = h("button", {"class": "sort", "data-event": "sort", "data-key": name}, label + arrow)
    return h("th", {"scope": "col", "class": "" if k < _TEXT_COLUMNS else "num", "aria-sort": sort}, button)


def _row(row: Mapping[Any, Any], current: str | None, sign: int) -> Node:
    attributes = {
        "data-event": "row",
        "data-key": row["example_id"],
        "tabindex": "0",
        "class": "on" if row["example_id"] == current else "",
    }
    mark = (
        h("span", {"class": "cal", "title": "calibration trained on this row"}, "cal")
        if row["in_calibration"]
        else None
    )
    return h(
        "tr",
        attributes,
        h("td", {}, h("i", {"class": f"dot d-{row['decision']}"}), DECISIONS[row["decision"]]),
        h("td", {}, row["domain"]),
        h("td", {"class": "clip"}, fmt.clipped(row["instruction"], 160), mark),
        h("td", {"class": "num"}, fmt.nats(row["delta_entropy"])),
        h("td", {"class": "num"}, fmt.nats(sign * row["delta_nll"])),
        h("td", {"class": "num"}, fmt.count(row["n_tokens"])),
    )


def _pager(page: Page) -> Node:
    def button(label: str, to: int, off: bool, name: str) -> Node:
        attributes = {"data-event": "page", "data-key": str(to), "disabled": off, "aria-label": name}
        return h("button", attributes, label)

    return div(
        "pager",
        span("muted", "1 row" if page.total == 1 else f"{page.total:,} rows"),
        button("‹", page.page - 1, page.page <= 1, "previous page"),
        span("", f"{page.page:,} / {page.pages:,}"),
        button("›", page.page + 1, page.page >= page.pages, "next page"),
    )


def row_view(view: RowView | None, *, sign: int) -> Node:
    """One row with its text, its scores and why it was kept or dropped."""
    if view is None:
        return div("muted", "Click a row to read it.")
    example = view.example
    scores = view.scores
    shown = [
        ("ΔH", fmt.nats(scores["delta_entropy"], 4)),
        ("± SE", fmt.nats(scores.get("delta_entropy_se"), 4)),
        ("ΔNLL", fmt.nats(sign * scores["delta_nll"], 4)),
        ("H base → calibrated", f"{fmt.nats(scores['base_entropy'])} → {fmt.nats(scores['calibrated_entropy'])}"),
        ("NLL base → calibrated", f"{fmt.nats(scores['base_nll'])} → {fmt.nats(scores['calibrated_nll'])}"),
        ("tokens", fmt.count(scores["n_tokens"])),
    ]
    extra = {name: value for name, value in example.extra.items() if name not in HIDDEN}
    return div(
        "row-view",
        div("row-title", h("b", {}, example.example_id), span("muted", f"{example.domain} · {example.source}")),
        div("why", why(view, sign=sign)),
        h("dl", {"class": "scores"}, *(div("", h("dt", {}, name), h("dd", {}, value)) for name, value in shown)),
        _text("Instruction", example.instruction),
        _text("Input", example.input) if example.input else None,
        _text("Response", example.response),
        _text("Other columns", "\n".join(f"{name}: {value}" for name, value in extra.items())) if extra else None,
    )


def why(view: RowView, *, sign: int) -> str:
    """Why the row was kept or dropped, in a sentence with the margin to the cut-off."""
    cut, scores = view.cutoff, view.scores
    if view.decision in ("nll_low", "nll_high"):
        side = "low" if view.decision == "nll_low" else "high"
        bound = cut[view.decision] or 0.0
        margin = abs(scores["delta_nll"] - bound)
        word = "below" if (side == "low") == (sign > 0) else "above"
        return (
            f"Dropped by the filter: its ΔNLL is {fmt.nats(margin)} nats {word} the cut-off {fmt.nats(sign * bound)}."
        )
    if view.decision == "excluded":
        return "Dropped: excluded by hand, or a calibration row that the rule leaves out."
    limit = cut["delta_entropy"]
    if view.decision == "selected" and not view.rank:
        return "Kept by hand."
    place = f"ΔH rank {view.rank:,} of {view.ranked:,} after the filter"
    if limit is None:
        return f"{place}; nothing was kept by rank."
    margin = abs(scores["delta_entropy"] - limit)
    if view.decision == "selected":
        return f"Kept: {place}, {fmt.nats(margin)} nats inside the cut-off {fmt.nats(limit)}."
    return f"Dropped: {place}, {fmt.nats(margin)} nats beyond the cut-off {fmt.nats(limit)}."


def _text(label: str, text: str) -> Node:
    cut = f"\n… {len(text) - TEXT_LIMIT:,} more characters" if len(text) > TEXT_LIMIT else ""
    return div("", div("lbl", label), h("pre", {"class": "text", "data-scroll": label}, text[:TEXT_LIMIT] + cut))


# fine-tune ---------------------------------------------------------------------------------------------------------


def evaluation_table(results: Sequence[Mapping[str, Any]] | None) -> Node:
    """Held-out loss per domain and model, with its standard error over examples."""
    if not results:
        return []
    models = list(dict.fromkeys(result["model"] for result in results))
    cell = {(r["domain"], r["model"]): r for r in results}
    domains = list(dict.fromkeys(result["domain"] for result in results))
    rows = []
    for domain in domains:
        best = min((cell[domain, m]["value"] for m in models if (domain, m) in cell), default=None)
        n = next(cell[domain, m]["n"] for m in models if (domain, m) in cell)
        rows.append(
            h(
                "tr",
                {"class": "total" if domain == "all" else ""},
                h("td", {}, domain),
                h("td", {"class": "num"}, fmt.count(n)),
                *(_loss_cell(cell.get((domain, m)), best) for m in models),
            )
        )
    head = _head(["Domain", "Held-out rows", *models], left=1)
    return h("div", {"class": "scroll"}, h("table", {"class": "grid-table"}, head, h("tbody", {}, *rows)))


def _loss_cell(result: Mapping[str, Any] | None, best: float | None) -> Node:
    if result is None:
        return h("td", {"class": "num"}, "–")
    text = f"{fmt.nats(result['value'])} ± {fmt.nats(result['stderr'])}"
    return h("td", {"class": f"num{' strong' if result['value'] == best else ''}"}, text)


def answers(texts: Mapping[str, str] | None) -> Node:
    if not texts:
        return div("muted", "Write an instruction and press Generate: both models answer it.")
    return div(
        "answers", *(div("card", div("lbl", name), h("pre", {"class": "text"}, text)) for name, text in texts.items())
    )
