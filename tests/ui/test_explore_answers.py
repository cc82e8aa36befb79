"""Whole answers of the Explore tab: whatever is chosen, one good value for every component, small and harmless."""

from __future__ import annotations

import json
from itertools import product

import gradio as gr
import pytest
from scored_runs import scored_rows, scored_run
from test_figures import valid
from trees import HOSTILE, tags

from instructdiff_ui import api
from instructdiff_ui.api import SelectionSpec
from instructdiff_ui.ui import figures
from instructdiff_ui.ui.explore import tab as explore_tab
from instructdiff_ui.ui.explore.analysis import PANELS
from instructdiff_ui.ui.explore.charts import BESIDE, KINDS
from instructdiff_ui.ui.explore.scene import Scene
from instructdiff_ui.ui.state import Drawing, Steps, TableState

LAYOUTS = ("side by side", "overlaid")
SPEC = SelectionSpec(ratio=0.25)
MOST = 300_000  # bytes of one answer
HUGE = "y" * 1_000_000


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Runs that all tests of this file share."""

    def made(name: str, rows: list[dict], **settings) -> str:
        folder = tmp_path_factory.mktemp(name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
            run = scored_run(folder, rows, **settings)
            return api.status(run).path

    return made


@pytest.fixture(scope="module")
def run(make):
    """Three domains, one of them of a single row, and texts that would be markup if anything took them for it."""
    rows = scored_rows(
        90,
        domains=("code", HOSTILE),
        instruction=lambda k: f"Do task {k}. {HOSTILE}",
        response=lambda k: HUGE if k == 3 else f"{HOSTILE} {k}",
        quality=lambda k: ["good", HOSTILE, None][k % 3],
        prompt=lambda k: f"{k % 4} {HUGE[:50_000]}",
        in_calibration=lambda k: k % 10 == 0,
    )
    return make("run", [rows[0] | {"domain": "lonely"}, *rows[1:]])


@pytest.fixture(scope="module")
def tab():
    with gr.Blocks():
        made = explore_tab.build()
        made.finetune = gr.Button()
    return made


def answer(tab, run, spec=SPEC, table=None, drawing=None) -> dict[str, object]:
    """By component: what is sent when the rule, the table or the drawing changed, the open panel included."""
    steps, table, drawing = Steps(spec), table or TableState(), drawing or Drawing()
    now = api.status(run)
    shown = list(zip(tab.outputs, tab.show(run, now, steps, table, drawing), strict=True))
    shown += zip(tab.analysis.outputs, tab.analysis.show(Scene(run, now, steps, table, drawing)), strict=True)
    return {component.elem_id or str(component._id): value for component, value in shown}


def checked(values) -> dict[str, dict]:
    """The figures among the values of an answer, after everything in it was looked at."""
    for name, value in values.items():
        assert json.dumps(value, allow_nan=False) is not None, name
        if isinstance(value, list):
            assert tags(value) <= TAGS, name
            harmless(value)
    return {name: value for name, value in values.items() if isinstance(value, dict) and "layout" in value}


TAGS = {"div", "span", "p", "b", "i", "code", "pre", "button", "input", "label", "details", "summary"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "ul", "li"}


def harmless(node) -> None:
    """No attribute runs anything, and none that is laid out as style comes from a dataset."""
    if isinstance(node, str) or not node:
        return
    for name, value in node[1].items():
        assert not name.startswith("on") and name not in ("href", "src", "srcdoc")
        assert name not in ("style", "class") or HOSTILE not in str(value)
    for child in node[2:]:
        harmless(child)


def labels(part, key="") -> list[str]:
    """Every text of a figure that plotly draws, and so reads as markup; `meta` and names of lines are not drawn."""
    if isinstance(part, dict):
        drawn = {name: value for name, value in part.items() if name not in ("meta", "shapes", "uirevision")}
        return [text for name, value in drawn.items() for text in labels(value, name)]
    if isinstance(part, list):
        return [text for value in part for text in labels(value, key)]
    return [part] if isinstance(part, str) else []


# every choice ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "layout"), list(product(KINDS, LAYOUTS)))
def test_every_choice_fills_every_component(tab, run, kind, layout):
    for (_, beside), panel in product(BESIDE, PANELS):
        drawing = Drawing(kind=kind, layout=layout, beside=beside, panel=panel)
        found = answer(tab, run, drawing=drawing)
        drawn = checked(found)
        assert {"entropy-chart", "second-chart"} <= set(drawn)
        for name in ("entropy-chart", "second-chart"):
            rule = drawn[name]["layout"]["meta"]["rule"]
            assert set(rule["ratio"]) == {"code", "lonely", HOSTILE}
            assert json.loads(json.dumps(rule)) == rule
            if panel == "domains":
                valid(drawn[name])
        shown = [name for name in PANELS if found[f"panel-{name}"]["visible"]]
        assert shown == [panel]


@pytest.mark.parametrize("panel", PANELS)
def test_the_open_panel_is_filled_and_the_others_are_left(tab, run, panel):
    scene = Scene(run, api.status(run), Steps(SPEC), TableState(), Drawing(panel=panel))
    values = dict(zip(tab.analysis.outputs, tab.analysis.show(scene), strict=True))
    for name, filled in tab.analysis.views.items():
        assert all((values[component] == gr.skip()) == (name != panel) for component in filled)
    for figure in checked({c.elem_id or str(c._id): v for c, v in values.items()}).values():
        valid(figure)
        assert figure["data"]


def test_every_column_can_be_looked_at(tab, run):
    columns = api.columns(run)
    for name in [*columns["metrics"], *columns["kinds"]]:
        for figure in checked(answer(tab, run, drawing=Drawing(panel="contrast", contrast=name))).values():
            valid(figure)
    for length, score in product(("n_tokens", "length_ratio"), ("delta_nll", "base_entropy")):
        checked(answer(tab, run, drawing=Drawing(panel="length", length=length, score=score)))
    for correlation, domain in product(("spearman", "pearson"), ("", "code", "lonely")):
        drawing = Drawing(panel="correlation", correlation=correlation, correlation_domain=domain)
        for figure in checked(answer(tab, run, drawing=drawing)).values():
            valid(figure)
    for domain in ("code", "lonely", HOSTILE):
        valid(checked(answer(tab, run, drawing=Drawing(map_domain=domain)))["second-chart"])


# rules -------------------------------------------------------------------------------------------------------------

RULES = {
    "one ranking": SelectionSpec(scope="global", budget="tokens"),
    "no filter": SelectionSpec(strategy="entropy_mid"),
    "other ends": SelectionSpec(gamma=0, gamma_high=0.3, filter="rank"),
    "a domain of its own": SelectionSpec(domains={HOSTILE: {"gamma": 0.2, "ratio": 0.9}}),
    "calibration rows left out": SelectionSpec(exclude_calibration=True),
    "everything kept": SelectionSpec(ratio=1, gamma=0),
    "everything dropped by hand": SelectionSpec(excluded=tuple(f"r{k}" for k in range(90))),
    "everything kept by hand": SelectionSpec(pinned=tuple(f"r{k}" for k in range(90))),
}


@pytest.mark.parametrize("spec", RULES.values(), ids=RULES)
def test_every_rule_can_be_drawn_in_every_way(tab, run, spec):
    table = TableState().asked(show="all").opened("r0")
    for kind, (_, beside) in product(KINDS, BESIDE):
        for figure in checked(answer(tab, run, spec, table, Drawing(kind=kind, beside=beside))).values():
            valid(figure)
    for panel in PANELS:
        checked(answer(tab, run, spec, table, Drawing(panel=panel)))


def test_the_number_of_rows_to_train_on_is_that_of_the_rule(tab, run):
    values = dict(zip(tab.outputs, tab.show(run, api.status(run), Steps(SPEC), TableState(), Drawing()), strict=True))
    assert values[tab.finetune]["value"] == f"Fine-tune on {api.preview(run, SPEC).selection.total.selected} rows"


# hostile and huge --------------------------------------------------------------------------------------------------


def test_texts_of_a_dataset_are_never_markup(tab, run):
    table = TableState().asked(show="all", search="<img", domains=[HOSTILE]).opened("r1")
    written = 0
    for kind, layout, panel in product(KINDS, LAYOUTS, PANELS):
        drawing = Drawing(kind=kind, layout=layout, panel=panel, category="quality")
        found = answer(tab, run, table=table, drawing=drawing)
        written += json.dumps(found).count("<img")
        for figure in checked(found).values():
            assert not [text for text in labels(figure) if "<img" in text or "%{x}" in text]
        for name, value in found.items():
            assert not isinstance(value, str) or name in ("link-state", "command", "yaml") or "<img" not in value
    assert written > 0, "they are shown, as text"


@pytest.mark.parametrize("panel", PANELS)
def test_a_row_of_a_million_characters_is_not_sent(tab, run, panel):
    assert len(api.row(run, SPEC, "r3").example.response) == len(HUGE)
    table = TableState(extra="response_chars").asked(show="all", sort_by="response_chars", descending=True).opened("r3")
    drawing = Drawing(panel=panel, contrast="quality")
    assert len(json.dumps(list(answer(tab, run, table=table, drawing=drawing).values())).encode()) < MOST
    opened = tab.prefill(run, api.status(run), table, drawing)
    assert len(opened) == len(tab.prefilled)
    assert len(json.dumps(opened, allow_nan=False).encode()) < MOST
    assert len(json.dumps(api.cube(run, bins=drawing.bins)).encode()) < MOST


def test_long_texts_are_no_kinds_of_rows(run):
    """A system prompt of 50,000 characters is no head of a table."""
    assert api.categories(run) == ["quality"]


# other runs --------------------------------------------------------------------------------------------------------


def test_a_single_domain(tab, make):
    single = make("single", scored_rows(40, domains=("only",)))
    for kind, layout in product(KINDS, LAYOUTS):
        for figure in checked(answer(tab, single, drawing=Drawing(kind=kind, layout=layout))).values():
            valid(figure)
    for panel in PANELS:
        checked(answer(tab, single, drawing=Drawing(panel=panel)))
    found = answer(tab, single)
    assert any(shape.get("name") == "beta:only" for shape in found["second-chart"]["layout"]["shapes"])


def test_a_single_row(tab, make):
    single = make("row", scored_rows(1))
    for kind, (_, beside) in product(KINDS, BESIDE):
        for figure in checked(answer(tab, single, drawing=Drawing(kind=kind, beside=beside))).values():
            valid(figure)
    for panel in PANELS:
        checked(answer(tab, single, table=TableState().opened("r0"), drawing=Drawing(panel=panel)))


def test_rows_that_are_all_alike(tab, make):
    same = dict.fromkeys(("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy"), lambda k: 1.5)
    alike = make("alike", scored_rows(20, **same))
    for kind, panel in product(KINDS, PANELS):
        for figure in checked(answer(tab, alike, drawing=Drawing(kind=kind, panel=panel))).values():
            valid(figure)


def lines(figure) -> dict[str, float]:
    return {shape["name"]: shape["x0"] for shape in figure["layout"]["shapes"] if "name" in shape and "x0" in shape}


def test_the_other_sign_turns_every_line_of_likelihood(tab, make):
    rows = scored_rows(60)
    usual = make("usual", rows)
    turned = make("turned", rows, delta_nll_sign="base-calibrated")
    spec = SelectionSpec(gamma=0.05, gamma_high=0.2)
    for beside, domain in (("map", "math"), ("nll", "")):
        drawing = Drawing(beside=beside, map_domain=domain)
        here, there = (answer(tab, run, spec, drawing=drawing) for run in (usual, turned))
        assert there["second-chart"]["layout"]["meta"]["rule"]["sign"] == "base-calibrated"
        ours, others = lines(here["second-chart"]), lines(there["second-chart"])
        for end in ("gamma_low:math", "gamma_high:math"):
            assert others[end] == pytest.approx(-ours[end])
            line, group, value = figures.released({"name": end, "value": others[end]}, sign="base-calibrated")
            assert (f"{line}:{group}", value) == (end, pytest.approx(ours[end])), "dropped where it is, it stays"
        assert lines(here["entropy-chart"]) == lines(there["entropy-chart"]), "ΔH has one sign"
    for kind, panel in product(KINDS, PANELS):
        checked(answer(tab, turned, spec, drawing=Drawing(kind=kind, panel=panel, beside="nll")))


def test_without_scores_there_is_only_what_to_do(tab):
    values = dict(zip(tab.outputs, tab.show(None, None, None, TableState(), Drawing()), strict=True))
    assert values[tab.body] == gr.update(visible=False)
    assert values[tab.link] == ""
    assert "Open or start a run" in json.dumps(values[tab.rule.kpis])
    assert set(map(str, tab.prefill(None, None, TableState(), Drawing()))) == {str(gr.skip())}


def test_the_demo_run_fills_everything_too(tab, tiny_pack, monkeypatch):
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    demo = api.open_demo()
    spec = api.spec(demo)
    table = TableState().opened(api.preview(demo, spec).selection.ids[0])
    for kind, panel in product(KINDS, PANELS):
        found = answer(tab, demo, spec, table, Drawing(kind=kind, panel=panel))
        for figure in checked(found).values():
            valid(figure)
    assert "Versus random" in json.dumps(found["kpis"]) and "steps" in json.dumps(found["kpis"])
    assert found["link-state"], "a row is open"
    assert len(tab.prefill(demo, api.status(demo), table, Drawing())) == len(tab.prefilled)
