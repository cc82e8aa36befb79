"""Dragging a cut-off line recounts the page before the server answers: in the browser, from a cube, nearly exactly."""

import gradio as gr
import pytest
from driving import ROOT
from small_figures import HOSTILE, LINES, Board, density, rule_of, scores

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.ui.chart import chart
from instructdiff_ui.ui.live import live
from instructdiff_ui.ui.view import h, view

pytestmark = pytest.mark.browser

LIVE = (ROOT / "assets" / "live.js").read_text(encoding="utf-8")
SPECS = [
    SelectionSpec(strategy=strategy, scope=scope, budget=budget, gamma=gamma, gamma_high=high, ratio=ratio)
    for strategy in ("instructdiff", "instructdiff_max")
    for scope in ("domain", "global")
    for budget in ("rows", "tokens")
    for gamma, high, ratio in ((0.1, None, 0.1), (0, None, 0.5), (0.3, 0.02, 0.01), (0.05, 0.2, 0.8))
] + [
    SelectionSpec(strategy="instructdiff_mid", ratio=0.3),
    SelectionSpec(domains={"math": {"gamma": 0.2, "ratio": 0.4}, HOSTILE: {"ratio": 0.02}}),
]


# The counting itself, against the exact selection.


@pytest.fixture(scope="module")
def large():
    return Board(scores(20_000, ["code", "math", "medical", HOSTILE]))


@pytest.fixture
def counted(page, large):
    """Evaluates a function of (cube, argument) with the functions of assets/live.js at hand."""

    def run(function, argument):
        script = f"([payload, argument]) => {{ {LIVE}\nreturn ({function})(unpackCube(payload), argument); }}"
        return page.evaluate(script, [large.payload(), argument])

    return run


def test_preview_keeps_what_the_server_keeps(counted, large):
    plain = "(cube, rules) => rules.map((r) => { const p = preview(cube, r); return [[...p.domains], [...p.groups]] })"
    for spec, (domains, groups) in zip(SPECS, counted(plain, [rule_of(s, large.domains) for s in SPECS]), strict=True):
        exact = large.selections.select(spec)
        for name, found in domains:
            counts = exact.counts[name]
            assert found["kept"] == pytest.approx(counts.selected, abs=0.02 * counts.rows), spec
            assert found["tokens"] == pytest.approx(counts.selected_tokens, abs=0.02 * counts.tokens), spec
        for name, lines in groups:
            assert_lines_match(large.table, name, lines, exact)


def assert_lines_match(table, name, lines, exact):
    """Each line leaves as many rows below it as the server's does, to 2 %."""
    rows = table if name == "all" else table[table["domain"] == name]
    cutoff = exact.cutoffs[name]
    for kind, (column, value) in {
        "beta": ("delta_entropy", cutoff.delta_entropy),
        "gamma_low": ("delta_nll", cutoff.nll_low),
        "gamma_high": ("delta_nll", cutoff.nll_high),
    }.items():
        assert (lines[kind] is None) == (value is None)
        if value is not None:
            below = [(rows[column] < x).mean() for x in (lines[kind], value)]
            assert below[0] == pytest.approx(below[1], abs=0.02), (exact.spec, kind)


@pytest.mark.parametrize("column", list(LINES))
@pytest.mark.parametrize("spec", [SPECS[0], SPECS[6], SPECS[-1]])
def test_bins_split_as_the_server_splits_them(counted, large, column, spec):
    hist = large.bins[column].count(large.selections.select(spec))
    ends = [None, *hist.edges[1:-1], None]
    split = """(cube, [rule, column, ends]) => { const p = preview(cube, rule); return cube.domains.map((d) =>
        ends.slice(1).map((_, i) => splitBin(cube, d, p.domains.get(d.name), column,
                                             ends[i] ?? -Infinity, ends[i + 1] ?? Infinity))) }"""
    found = counted(split, [rule_of(spec, large.domains), column, ends])
    for domain, shares in zip(hist.domains, found, strict=True):
        totals = hist.totals(domain)
        for part in ("selected", "filter"):
            wrong = [s[part] * n - exact for s, n, exact in zip(shares, totals, hist.counts[domain][part], strict=True)]
            assert sum(map(abs, wrong)) < 0.03 * sum(totals), (domain, part)


@pytest.mark.parametrize("spec", [SPECS[0], SPECS[4], SPECS[8], SPECS[-1]])
@pytest.mark.parametrize("line", ["beta", "gamma_low", "gamma_high"])
def test_a_moved_line_asks_for_the_share_the_server_reads_from_it(counted, large, spec, line):
    exact = large.selections.select(spec)
    group = "all" if spec.scope == "global" else "math"
    cutoff = exact.cutoffs[group]
    part = {"beta": "ratio", "gamma_low": "low", "gamma_high": "high"}[line]
    for shift in (-0.1, -0.02, 0, 0.05):
        value = {"beta": cutoff.delta_entropy, "gamma_low": cutoff.nll_low, "gamma_high": cutoff.nll_high}[line] + shift
        rule = rule_of(spec, large.domains, linked=False, ends=False)
        moved = counted("(cube, [r, l, v]) => movedRule(cube, r, l, v)", [rule, f"{line}:{group}", value])
        if line == "beta":
            asked = large.selections.ratio_at(spec, group, value)
        else:
            asked = large.selections.gamma_at(spec, group, value, end=line.removeprefix("gamma_"))
        assert moved[part]["math"] == pytest.approx(asked, abs=0.015)
        others = {name for name in large.domains if moved[part][name] != rule[part][name]}
        assert others <= ({"math"} if group == "math" else set(large.domains))


def test_linked_lines_and_ends_move_together(counted, large):
    rule = rule_of(SPECS[0], large.domains, linked=True, ends=True)
    moved = counted("(cube, r) => movedRule(cube, r, 'gamma_low:math', -1e9)", rule)
    assert {*moved["low"].values(), *moved["high"].values()} == {0}
    assert moved["ratio"] == rule["ratio"]


def test_strategies_that_rank_by_something_else_have_no_preview(counted, large):
    for spec in (SelectionSpec(strategy="random"), SelectionSpec(strategy="instructdiff_mid", budget="tokens")):
        assert counted("(cube, r) => preview(cube, r)", rule_of(spec, large.domains)) is None


# On a page.

DOMAINS = ["code", "math", HOSTILE]


def numbers(board, spec):
    """What a page says about a selection."""
    exact = board.selections.select(spec)
    total = exact.total
    said = {
        "kept": f"{total.selected:,}",
        "kept_share": f"{100 * total.selected / total.rows:.3g} %",
        "tokens_share": f"{100 * total.selected_tokens / total.tokens:.3g} %",
        **{f"kept:{name}": f"{counts.selected:,}" for name, counts in exact.counts.items()},
        **{f"cut:{name}": f"{cut.delta_entropy:.3f}".replace("-", "−") for name, cut in exact.cutoffs.items()},
    }
    spans = [h("span", {"data-live": name}, text) for name, text in said.items()]
    boxes = {"ratio": spec.ratio, "gamma:code": spec.gammas_of("code")[0], "ratio:math": spec.ratio_of("math")}
    inputs = [h("input", {"data-live": name, "value": f"{100 * v:.4g}"}) for name, v in boxes.items()]
    return h("div", {}, *spans, *inputs, h("i", {"data-live": "mix:code", "style": "width:1%"}))


@pytest.fixture(scope="module")
def url():
    board = Board(scores(6000, DOMAINS))
    start = {"linked": True, "ends": True, "sign": "calibrated-base"}

    def shown(spec, options):
        figures = [board.histogram(column, spec, **options) for column in LINES]
        return [*figures, density(board, spec) if spec.scope == "global" else None, numbers(board, spec), spec, options]

    def release(spec, options, event: gr.EventData):
        event = dict(event._data)
        if event["name"] != "beta" and not event["name"].startswith("beta:") and options["sign"] == "base-calibrated":
            event["value"] = -event["value"]
        spec = board.moved(spec, event, linked=options["linked"])
        return [*shown(spec, options), event["name"]]

    with gr.Blocks() as demo:
        cube = live("cube")
        spec, options = gr.State(SelectionSpec()), gr.State(start)
        figures = [chart(name, label=name) for name in ("entropy", "nll", "map")]
        kpis = view(elem_id="numbers", label="numbers")
        said = gr.Textbox(label="said", elem_id="said")
        outputs = [*figures, kpis, spec, options]
        for figure in figures:
            figure.release(release, [spec, options], [*outputs, said])
        for name, rule, changes in (
            ("plain", SelectionSpec(), {}),
            ("single", SelectionSpec(), {"linked": False}),
            ("pool", SelectionSpec(scope="global"), {}),
            ("flipped", SelectionSpec(), {"sign": "base-calibrated"}),
        ):
            button = gr.Button(name, elem_id=f"show-{name}")
            button.click(lambda rule=rule, changes=changes: shown(rule, start | changes), None, outputs)
        gr.Button("no cube", elem_id="no-cube").click(lambda: None, None, cube)
        demo.load(board.payload, None, cube)
    demo.launch(prevent_thread_lock=True, quiet=True)
    yield demo.local_url
    demo.close()


@pytest.fixture
def opened(page, url):
    def show(name):
        page.goto(url)
        page.wait_for_function("window.instructdiff?.cube")
        page.click(f"#show-{name}")
        page.wait_for_selector("#entropy .chart-handle")
        page.wait_for_selector("#nll .chart-handle")
        return page

    return show


ROWS = r"""([id, domain, part]) => {
  const plot = document.querySelector(`#${id} .chart-plot`);
  const k = plot._fullData.findIndex((t) => t.meta?.domain === domain && t.meta.part === part);
  const node = [...plot.querySelectorAll('.barlayer .trace')].find((n) => n.__data__[0].trace.index === k);
  const axis = plot._fullLayout[plot._fullData[k].yaxis.replace('y', 'yaxis')];
  const paths = [...node.querySelectorAll('path')].filter((path) => path.getClientRects().length);
  const heights = paths.flatMap((p) => [...p.getAttribute('d').matchAll(/M[^,]+,([\d.-]+)V([\d.-]+)H/g)]);
  return heights.reduce((sum, [, from, to]) => sum + (from - to), 0) / (axis.c2p(0) - axis.c2p(1));
}"""


def rows(page, chart, domain, part="selected"):
    """Rows that the drawn bars of a part add up to."""
    return page.evaluate(ROWS, [chart, domain, part])


def handle(page, name):
    return page.locator(f'.chart-handle[data-name="{name}"]').first


def value(page, name):
    return float(handle(page, name).get_attribute("aria-valuenow"))


def said(page, name):
    return page.locator(f'[data-live="{name}"]').text_content()


def answered(page):
    return page.locator("#said textarea, #said input").input_value()


def hold(page, name, *, dx=0, dy=0):
    """Take a line and move it, without letting go."""
    box = handle(page, name).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 20)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=6)
    page.wait_for_function("document.querySelector('[data-live=kept]').textContent.startsWith('≈')")


def let_go(page):
    page.mouse.up()
    page.wait_for_function("document.querySelector('#said textarea, #said input').value !== ''")
    page.wait_for_function("!document.querySelector('#numbers').textContent.includes('≈')")


def number(text):
    return float(text.lstrip("≈").replace(",", "").replace("−", "-").rstrip(" %"))


def test_everything_follows_a_line_before_it_is_released(opened, console):
    page = opened("plain")
    cut = value(page, "beta:math")
    before = {domain: rows(page, "entropy", domain) for domain in DOMAINS}
    hold(page, "beta:code", dx=60)
    assert answered(page) == ""
    assert value(page, "beta:math") > cut + 0.05  # linked: the same share of every domain
    during = {domain: rows(page, "entropy", domain) for domain in DOMAINS}
    assert all(during[domain] > 1.5 * before[domain] for domain in DOMAINS)
    assert rows(page, "nll", HOSTILE) == pytest.approx(during[HOSTILE], rel=0.05)
    assert number(said(page, "kept")) == pytest.approx(sum(during.values()), rel=0.03)
    assert number(said(page, "cut:math")) == pytest.approx(value(page, "beta:math"), abs=0.002)
    share = float(page.locator('[data-live="ratio:math"]').input_value())
    assert share == pytest.approx(float(page.locator('[data-live="ratio"]').input_value()))
    assert share == pytest.approx(number(said(page, "kept_share")), rel=0.02)
    guess = {name: number(said(page, name)) for name in ("kept", f"kept:{HOSTILE}", "tokens_share", "cut:math")}
    let_go(page)
    for name, guessed in guess.items():
        assert guessed == pytest.approx(number(said(page, name)), rel=0.05, abs=0.01), name
    assert rows(page, "entropy", "math") == pytest.approx(number(said(page, "kept:math")), rel=0.02)
    assert console.errors == []


def test_escape_puts_everything_back_and_sends_nothing(opened):
    page = opened("plain")
    place, kept = value(page, "beta:code"), said(page, "kept")
    bars = [rows(page, chart, domain) for chart in ("entropy", "nll") for domain in DOMAINS]
    share = page.locator('[data-live="ratio:math"]').input_value()
    hold(page, "beta:code", dx=80)
    page.keyboard.press("Escape")
    page.mouse.move(5, 5)
    page.mouse.up()
    assert (value(page, "beta:code"), said(page, "kept")) == (place, kept)
    assert [rows(page, chart, domain) for chart in ("entropy", "nll") for domain in DOMAINS] == bars
    assert page.locator('[data-live="ratio:math"]').input_value() == share
    assert page.locator('[data-live="mix:code"]').evaluate("e => e.style.width") == "1%"
    page.wait_for_timeout(300)
    assert answered(page) == ""


def test_a_single_line_leaves_the_other_domains_alone(opened):
    page = opened("single")
    others = [value(page, "beta:math"), rows(page, "entropy", "math"), rows(page, "nll", HOSTILE)]
    before = rows(page, "entropy", "code")
    hold(page, "beta:code", dx=40)
    assert rows(page, "entropy", "code") > 1.5 * before
    assert [value(page, "beta:math"), rows(page, "entropy", "math"), rows(page, "nll", HOSTILE)] == others
    let_go(page)


def test_the_filter_moves_both_ends_and_every_cut_off(opened):
    page = opened("plain")
    high, cut = value(page, "gamma_high:code"), value(page, "beta:math")
    filtered, kept = rows(page, "entropy", "math", "filter"), rows(page, "entropy", "math")
    hold(page, "gamma_low:math", dx=25)
    assert value(page, "gamma_high:code") < high
    assert value(page, "beta:math") != cut  # the budget stays
    assert rows(page, "entropy", "math", "filter") > 1.2 * filtered
    assert rows(page, "entropy", "math") == pytest.approx(kept, rel=0.05)
    assert float(page.locator('[data-live="gamma:code"]').input_value()) > 11
    let_go(page)
    assert float(page.locator('[data-live="gamma:code"]').input_value()) > 11


def test_a_shown_sign_is_turned_back(opened):
    page = opened("flipped")
    low = value(page, "gamma_low:code")  # on the right: what is shown is base − calibrated
    assert low > value(page, "gamma_high:code")
    filtered = rows(page, "nll", "code", "filter")
    hold(page, "gamma_low:code", dx=-12)
    assert rows(page, "nll", "code", "filter") > 1.05 * filtered
    share = float(page.locator('[data-live="gamma:code"]').input_value())
    let_go(page)
    assert float(page.locator('[data-live="gamma:code"]').input_value()) == pytest.approx(share, abs=1)
    assert rows(page, "nll", "code", "filter") == pytest.approx(filtered * share / 10, rel=0.15)


def test_lines_of_a_map_move_up_and_down_too(opened, console):
    page = opened("pool")
    page.wait_for_selector("#map .chart-handle")
    lying = page.locator('#map .chart-handle[data-name="beta:all"]')
    assert lying.get_attribute("aria-orientation") == "vertical"
    before, cut = float(lying.get_attribute("aria-valuenow")), value(page, "beta:all")
    box = lying.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 360, box["y"] - 22, steps=5)
    page.wait_for_function("document.querySelector('[data-live=kept]').textContent.startsWith('≈')")
    assert float(lying.get_attribute("aria-valuenow")) > before
    assert lying.bounding_box()["x"] == box["x"]
    assert value(page, "beta:all") > cut  # every panel of the histogram has the pool's line
    let_go(page)
    assert answered(page) == "beta:all"
    assert console.errors == []


def test_arrow_keys_move_a_lying_line_and_escape_takes_it_back(opened):
    page = opened("pool")
    page.wait_for_selector("#map .chart-handle")
    lying = page.locator('#map .chart-handle[data-name="beta:all"]')
    before = float(lying.get_attribute("aria-valuenow"))
    lying.focus()
    page.keyboard.press("ArrowUp")
    small = float(lying.get_attribute("aria-valuenow")) - before
    page.keyboard.press("Escape")
    assert float(lying.get_attribute("aria-valuenow")) == before
    page.keyboard.press("Shift+ArrowUp")
    assert float(lying.get_attribute("aria-valuenow")) - before == pytest.approx(10 * small)
    page.wait_for_function("document.querySelector('#said textarea, #said input').value === 'beta:all'")


def test_zoom_survives_a_drag_and_its_answer(opened):
    page = opened("plain")
    x_range = "() => document.querySelector('#entropy .chart-plot')._fullLayout.xaxis.range.map(Number)"
    plot = page.locator("#entropy .nsewdrag").first.bounding_box()
    page.mouse.move(plot["x"] + plot["width"] * 0.1, plot["y"] + 20)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.9, plot["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_timeout(600)  # plotly waits for a second click before it zooms
    zoomed = page.evaluate(x_range)
    before = rows(page, "entropy", "code")
    hold(page, "beta:code", dx=30)
    assert page.evaluate(x_range) == zoomed
    assert rows(page, "entropy", "code") > before
    let_go(page)
    assert page.evaluate(x_range) == zoomed


def test_an_answer_that_changes_nothing_takes_the_marks_away(opened):
    page = opened("plain")
    kept = said(page, "kept")
    hold(page, "beta:code", dx=0.4)  # less than a step of β in the end
    box = handle(page, "beta:code").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.up()
    page.wait_for_function("!document.querySelector('#numbers').textContent.includes('≈')")
    assert number(said(page, "kept")) == pytest.approx(number(kept), rel=0.1)


def test_without_a_cube_lines_move_alone(opened, console):
    page = opened("plain")
    page.click("#no-cube")
    page.wait_for_function("window.instructdiff.cube === null")
    kept, before = said(page, "kept"), rows(page, "entropy", "code")
    handle(page, "beta:code").scroll_into_view_if_needed()
    box = handle(page, "beta:code").bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 48, box["y"] + 20, steps=4)
    assert (said(page, "kept"), rows(page, "entropy", "code")) == (kept, before)
    page.mouse.up()
    page.wait_for_function("document.querySelector('#said textarea, #said input').value === 'beta:code'")
    assert console.errors == []
