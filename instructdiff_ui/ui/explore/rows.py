"""The rows: a table that is filtered, sorted and paged on the server, and one row whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from ... import api
from ...api import SelectionSpec, UserError
from .. import format as fmt
from ..panels import rowviews, table, tokenview
from ..state import TableState, with_hand
from ..view import view
from .scene import Scene


@dataclass
class RowsCard:
    search: gr.Textbox
    regex: gr.Checkbox
    domain: gr.Dropdown
    more: gr.Dropdown
    extra: gr.Dropdown
    measure: gr.Dropdown
    low: gr.Number
    high: gr.Number
    bound: gr.Button
    table: gr.HTML
    row: gr.HTML  # what the rule does to the open row
    text: gr.HTML  # the row itself
    numbers: gr.HTML

    @property
    def filters(self) -> list[Any]:
        """What narrows the rows as one types or chooses; `filter_values` gives what they show."""
        return [self.search, self.regex, self.domain, self.more]

    @property
    def outputs(self) -> list[Any]:
        return [self.table, self.row, self.text, self.numbers]

    def show(self, scene: Scene, *, text: Any = None) -> list[Any]:
        """The page of rows and the open row; its text is sent when it is opened, not with every rule."""
        state = scene.table
        page = api.rows(scene.run, scene.spec, state.query)
        tree = table.rows_table(page, state.query, extra=state.extra, current=state.current, sign=scene.sign)
        row = api.row(scene.run, scene.spec, state.current) if state.current is not None else None
        return [
            tree,
            rowviews.row_facts(row, sign=scene.sign),
            gr.skip() if text is None else text,
            rowviews.row_numbers(row, sign=scene.sign),
        ]


def text_of(run: str, table: TableState, *, sign: int, compute: bool = False) -> Any:
    """The open row with its token view; `compute` lets the models score it where nothing is stored."""
    if table.current is None:
        return rowviews.row_text(None, [])
    tokens = token_tree(run, table.current, metric=table.metric, sign=sign, compute=compute)
    return rowviews.row_text(api.row(run, api.spec(run), table.current), tokens)


def token_tree(run: str, example_id: str, *, metric: str, sign: int, compute: bool) -> Any:
    """The heat map of a row from stored values; where there are none, the offer to compute them, or why not."""
    try:
        found = api.token_view(run, example_id, compute=compute)
    except UserError as error:  # without `compute` there is nothing to compute with
        return tokenview.token_panel(None, message=error.message, offer=compute)
    return tokenview.token_panel(found, metric=metric, sign=sign)


def after_event(state: TableState, event: Mapping[str, Any]) -> TableState:
    """The table after a click on a head, a segment, a filter, the pager or a row."""
    key = event["key"]
    match event["event"]:
        case "sort":
            return state.sorted_by(key)
        case "page":
            return state.asked(page=int(key))
        case "show":
            return state.asked(show=key)
        case "unfilter":
            return without_filter(state, key)
        case "token-metric":
            return replace(state, metric=key)
        case "tokens":  # of the open row
            return state
        case _:
            return state.opened(key)


def without_filter(state: TableState, key: str) -> TableState:
    """The table without the filter of one chip, or without any."""
    if key == "all":
        query = state.query
        return replace(state, query=type(query)(sort_by=query.sort_by, descending=query.descending))
    part, _, name = key.partition(":")
    query = state.query
    changes: dict[str, dict[str, Any]] = {
        "search": {"search": "", "regex": False},
        "domain": {"domains": [domain for domain in query.domains if domain != name]},
        "range": {"ranges": {key: bounds for key, bounds in query.ranges.items() if key != name}},
        "kind": {"kinds": {key: value for key, value in query.kinds.items() if key != name}},
        "region": {"region": None},
    }
    return state.asked(**changes[part])


def filtered(state: TableState, search: str, regex: bool, domain: str) -> TableState:
    """What the controls say; the page stays where they say nothing new, as when a link has filled them."""
    query = state.query
    domains = (domain,) if domain else ()
    if (search or "", regex, domains) == (query.search, query.regex, query.domains):
        return state
    return state.asked(search=search or "", regex=regex, domains=domains)


def filter_values(state: TableState) -> list[Any]:
    """What the filter controls show of a query."""
    query = state.query
    more = query.show if query.show in table.MORE_SHOWN else "all"
    return [query.search, query.regex, next(iter(query.domains), ""), more]


def with_choices(state: TableState, *, more: str, extra: str) -> TableState:
    """With the decision and the further column that were chosen; "any" leaves the segment that is on."""
    segment = state.query.show if state.query.show in table.SHOWN else "all"
    show = segment if more == "all" else more
    return replace(state if show == state.query.show else state.asked(show=show), extra=extra)


def bounded(state: TableState, measure: str, low: float | None, high: float | None, *, sign: int = 1) -> TableState:
    """With a range of one metric, ΔNLL in the sign that is shown; two empty fields take it off."""
    low, high = table.turned(measure, (low, high), sign)
    ranges = {name: bounds for name, bounds in state.query.ranges.items() if name != measure}
    if low is not None or high is not None:
        ranges[measure] = (low, high)
    return state.asked(ranges=ranges)


def by_hand(run: str, spec: SelectionSpec, state: TableState, event: Mapping[str, Any]) -> SelectionSpec:
    """The rule after one row, or all that match, were kept or dropped by hand or left to the rule again."""
    hand = event["event"].removesuffix("-all")
    whole = hand != event["event"]
    ids = api.matching(run, spec, state.query) if whole else (event["key"],)
    return with_hand(spec, ids, "rule" if hand == "rule-again" else hand)


HAND = ("keep", "drop", "rule-again", "keep-all", "drop-all", "rule-again-all")


def build() -> RowsCard:
    with gr.Row(equal_height=False, elem_classes=["pair"]):
        with gr.Column(elem_classes=["box"], scale=3, min_width=360):
            gr.HTML("<h3>Rows</h3>", padding=False)
            with gr.Row(elem_classes=["tight", "filters"]):
                search = gr.Textbox(placeholder="search text", label="Search", show_label=False, min_width=150, scale=3)
                regex = gr.Checkbox(False, label="regex", min_width=70, scale=0, elem_id="regex")
                domain = _choice([("all domains", "")], "Domain of the rows", 132)
                more = _choice(
                    [("any decision", "all"), *((word, name) for name, word in table.MORE_SHOWN.items())],
                    "Decision on the rows",
                    136,
                    value="all",
                )
            with gr.Accordion("Filter by a range, show a further column", open=False), gr.Row(elem_classes=["tight"]):
                measure = gr.Dropdown(
                    [("ΔH", "delta_entropy")], value="delta_entropy", label="Column", min_width=150, elem_id="measure"
                )
                low = gr.Number(None, label="from", min_width=90, elem_id="range-low")
                high = gr.Number(None, label="to", min_width=90, elem_id="range-high")
                bound = gr.Button("Filter", size="sm", min_width=80, scale=0, elem_id="range")
                extra = gr.Dropdown([("none", "")], value="", label="Further column", min_width=150, elem_id="extra")
            rows = view(elem_id="rows", label="Rows")
        with gr.Column(elem_classes=["box", "sticky"], scale=2, min_width=320):
            gr.HTML("<h3>Row</h3>", padding=False)
            with gr.Column(elem_id="row", elem_classes=["row-view"]):
                row = view(elem_id="row-facts", label="What the rule does to the row")
                text = view(elem_id="row-text", label="The row")
                numbers = view(elem_id="row-numbers", label="How the row compares")
    return RowsCard(
        search=search,
        regex=regex,
        domain=domain,
        more=more,
        extra=extra,
        measure=measure,
        low=low,
        high=high,
        bound=bound,
        table=rows,
        row=row,
        text=text,
        numbers=numbers,
    )


def _choice(choices: list, label: str, width: int, *, value: str = "") -> gr.Dropdown:
    return gr.Dropdown(choices, value=value, label=label, show_label=False, min_width=width)


def measures(run: str, *, stored: bool = False) -> list[tuple[str, str]]:
    """The numeric columns of a run, by name for people; `stored` tells that ΔNLL has the sign of the table."""
    turned = stored and api.config(run).delta_nll_sign != "calibrated-base"
    words = {"delta_nll": "ΔNLL (calibrated − base)"} if turned else {}
    return [(words.get(name, fmt.metric(name)), name) for name in api.columns(run)["metrics"]]
