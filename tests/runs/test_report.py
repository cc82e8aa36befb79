"""The report of a run: what it says, that every number is the run's, and that no text of the data becomes markup."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tiny_rows import instruction_rows
from typer.testing import CliRunner

from instructdiff_ui import api
from instructdiff_ui.cli import app
from instructdiff_ui.config import from_yaml, parse_config
from instructdiff_ui.errors import ConfigError, DataError
from instructdiff_ui.runs.home import open_store
from instructdiff_ui.runs.report import numbers, svg
from instructdiff_ui.runs.report.document import document
from instructdiff_ui.runs.report.markdown import fenced, inline
from instructdiff_ui.runs.report.samples import CLIP, clipped

HOSTILE = '<img src=x onerror="window.hit=1"> </pre></style><script>alert(1)</script> ${1+1} {{1+1}} ```\n```` | *x*'
HOSTILE_DOMAIN = "<b>art</b> | `x`"


def scored_run(folder: Path, *, n: int = 120, domains: int = 2, **settings) -> str:
    """A run made from a scored file, with hostile texts and a hostile domain."""
    names = [HOSTILE_DOMAIN, *(f"domain {k}" for k in range(1, domains))]
    rows = [
        {
            "instruction": f"{HOSTILE} {i}",
            "output": HOSTILE if i % 2 else "word " * 2_000,
            "domain": names[i % domains],
            "n_tokens": 3 + i % 7,
            "base_nll": 2.0,
            "base_entropy": 2.0,
            "calibrated_nll": 2.0 - math.sin(i) - 0.2,
            "calibrated_entropy": 2.0 - math.cos(3 * i),
        }
        for i in range(n)
    ]
    path = folder / "scored.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return api.import_scores(path, run_dir=folder / "run", settings={"name": f"run {HOSTILE}"[:80], **settings})


@pytest.fixture(scope="module")
def scored(tmp_path_factory) -> str:
    """For all tests of the module: they look at it."""
    folder = tmp_path_factory.mktemp("scored")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTDIFF_HOME", str(folder / "home"))
        return scored_run(folder)


@pytest.fixture
def own(tmp_path) -> str:
    """A run that a test may change."""
    return scored_run(tmp_path)


def blocks_of(run: str, key: str) -> tuple:
    return next(one.blocks for one in document(open_store(run)).sections if one.key == key)


class Seen(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.ids: list[str] = []
        self._style = False
        self.feed(html)
        self.words = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._style = tag == "style"
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        self._style = False

    def handle_data(self, data):
        self.text += "" if self._style else data


# a run that was scored, and nothing more ---------------------------------------------------------------------------


def test_a_report_without_an_experiment_says_what_was_selected_and_no_more(scored):
    made = api.report(scored)
    total = api.preview(scored, api.spec(scored)).selection.total
    for text in (Seen(made.html).words, " ".join(made.markdown.split())):
        assert f"keeps {total.selected} of {total.rows} rows" in text
        assert "No experiment was made of this run" in text
        assert "better than random" not in text.lower()
    assert made.title == api.config(scored).title


def test_the_sections_are_those_that_the_run_has(scored):
    found = [one.key for one in document(open_store(scored)).sections]
    assert found == [
        "answer",
        "setup",
        "distributions",
        "selection",
        "stability",
        "samples",
        "cost",
        "reproducing",
    ]


def test_a_page_needs_nothing_else_and_holds_no_markup_of_the_data(scored):
    seen = Seen(api.report(scored).html)
    assert not seen.tags & {"script", "img", "b", "iframe", "object", "link", "form", "base"}
    names = {name for name, _ in seen.attributes}
    assert not {name for name in names if name.startswith("on")} and not names & {
        "src",
        "style",
        "srcset",
        "xlink:href",
    }
    assert all(value.startswith("#") for name, value in seen.attributes if name == "href")
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in seen.attributes
    assert len(seen.ids) == len(set(seen.ids))
    assert {value[1:] for name, value in seen.attributes if name == "href"} <= set(seen.ids)
    assert "<script>alert(1)</script> ${1+1} {{1+1}}" in seen.words  # as text
    assert HOSTILE_DOMAIN in seen.words


def test_styles_fetch_nothing(scored):
    style = re.search(r"<style>(.*?)</style>", api.report(scored).html, re.S)[1]
    assert not re.search(r"@import|@font-face|https?:|src\s*:", style)
    assert set(re.findall(r"url\((.*?)\)", style)) == {"#hatch", "#cross"}


def test_markdown_keeps_the_data_in_fences(scored):
    """Outside of code nothing of the data is markup; within it, it stands as it is."""
    outside, inside, fence = [], [], None
    for line in api.report(scored).markdown.splitlines():
        opening = re.match(r"(`{3,})(\w*)$", line)
        if fence is None and opening:
            fence = opening[1]
        elif fence is not None and re.fullmatch(rf"`{{{len(fence)},}}\s*", line):
            fence = None
        else:
            (outside if fence is None else inside).append(line)
    assert fence is None
    assert not [line for line in outside if "<img" in line or "<script" in line or "<b>" in line]
    assert any("<script>alert(1)</script>" in line for line in inside)


def test_the_table_of_counts_is_the_selection(scored):
    counts = api.preview(scored, api.spec(scored)).selection.counts
    table = next(
        b for s in document(open_store(scored)).sections if s.key == "selection" for b in s.blocks if b.kind == "table"
    )
    rows = {row[0]: row for row in table.rows}
    assert set(rows) == {*counts, "all"}
    for name, one in counts.items():
        assert rows[name][1:3] == (str(one.rows), str(one.selected))
        kept_and_dropped = [int(cell.replace(",", "")) for cell in (rows[name][2], *rows[name][6:11])]
        assert sum(kept_and_dropped) == one.rows


def test_the_sign_of_delta_nll_is_the_one_that_was_set(tmp_path):
    run = scored_run(tmp_path, delta_nll_sign="base-calibrated")
    table = api.explore_run(run).table
    mean = -float(table[table["domain"] == HOSTILE_DOMAIN]["delta_nll"].mean())
    blocks = blocks_of(run, "distributions")
    shown = [b for b in blocks if b.kind == "table"][1].rows[0]
    cut = api.preview(run, api.spec(run)).selection.cutoffs[HOSTILE_DOMAIN]
    assert shown[2] == numbers.fixed(mean)
    assert shown[-2:] == (numbers.fixed(-cut.nll_high), numbers.fixed(-cut.nll_low))
    assert "ΔNLL = NLL base − NLL calibrated" in api.report(run).markdown


def test_samples_are_chosen_by_rank(scored):
    chosen = api.preview(scored, api.spec(scored)).selection
    mine = [b for b in blocks_of(scored, "samples") if b.kind == "sample"]
    kept = chosen.counts[HOSTILE_DOMAIN].selected
    assert [b.title for b in mine[:3]] == [f"kept, rank {k}" for k in (1, kept // 2 + 1, kept)]
    assert [b.title for b in mine[3:5]] == ["dropped: ΔNLL too low", "dropped: ΔNLL too high"]
    assert mine[5].title.startswith("dropped by rank, rank ")
    assert all(len(b.response) <= CLIP + 1 for b in mine)
    assert any(b.response.endswith("…") for b in mine)


def test_all_of_a_domain_may_be_kept(own):
    spec = api.SelectionSpec(gamma=0.0, ratio=1.0)
    api.select(own, spec)
    made = api.report(own)
    assert "keeps 120 of 120 rows" in made.markdown
    assert "kept, rank 60" in made.markdown


def test_a_rule_that_no_longer_fits_is_told(own):
    store = open_store(own)
    store.write_spec(api.spec(own).model_copy(update={"pinned": ("gone",)}))
    assert "The rule does not fit these scores." in api.report(own).markdown


def test_twenty_domains_stay_below_a_megabyte(tmp_path):
    run = scored_run(tmp_path, n=2_000, domains=20)
    assert len(api.report(run).html.encode()) < 1_000_000


def test_a_run_in_which_nothing_was_done_yet(settings, tmp_path):
    run = api.create_run(parse_config(settings), run_dir=tmp_path / "run")
    text = api.report(run).markdown
    assert "Nothing was selected in this run yet." in text
    assert "This run has no scores yet" in text
    assert "Not done under the settings that the run has now: Load, Tokenise" in text


# doing it again ----------------------------------------------------------------------------------------------------


def code(markdown: str, caption: str) -> str:
    return re.search(rf"`{re.escape(caption)}`\n\n(`{{3,}})yaml\n(.*?)\n\1(?:\n|$)", markdown, re.S)[2]


def test_the_settings_in_the_report_are_the_runs(scored):
    assert from_yaml(code(api.report(scored).markdown, "config.yaml")) == api.config(scored)


def test_another_rule_than_the_one_of_the_settings_is_in_the_commands(own):
    api.select(own, api.SelectionSpec(ratio=0.2))
    assert "select runs/run --fresh --set ratio=0.2" in api.report(own).markdown
    kept = api.explore_run(own).table["example_id"].iloc[0]
    api.select(own, api.SelectionSpec(pinned=(kept,)))
    text = api.report(own).markdown
    assert "select runs/run --spec selection.yaml" in text
    assert api.spec_from_yaml(code(text, "selection.yaml")) == api.spec(own)


# an experiment -----------------------------------------------------------------------------------------------------

ARMS = [
    {"name": "lowest ΔH", "selection": {"strategy": "instructdiff"}},
    {"name": "all <b>rows</b> | `x`", "selection": {"strategy": "random", "ratio": 1.0}, "steps": "epochs"},
]


@pytest.fixture(scope="module")
def tried(tmp_path_factory, model_folder):
    """A run with a finished experiment of three arms and two seeds."""
    folder = tmp_path_factory.mktemp("report")
    pool = folder / "pool.jsonl"
    pool.write_text("".join(json.dumps(row) + "\n" for row in instruction_rows(60)), encoding="utf-8")
    quick = {
        "num_train_epochs": 1,
        "batch_size": 4,
        "per_device_train_batch_size": 4,
        "lora_r": 2,
        "learning_rate": 1e-2,
    }
    settings = {
        "model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"},
        "data": {"sources": [{"path": str(pool)}], "domain_column": "domain", "heldout_ratio": 0.1},
        "calibration": {"ratio": 0.2, "training": quick},
        "selection": {"ratio": 0.25},
        "finetune": quick,
    }
    run = api.create_run(parse_config(settings), run_dir=folder / "run")
    assert api.run_here(run, "selection") == "done"
    asked = api.experiment_settings({"name": "first", "ratios": [0.25], "seeds": 2, "arms": ARMS})
    key = api.create_experiment(run, asked)
    assert api.run_experiment_here(run, key) == "done"
    return run, key


def test_an_experiment_is_told_in_the_words_of_its_verdicts(tried):
    run, key = tried
    result, made = api.experiment(run, key), api.report(run)
    words = Seen(made.html).words
    judged = [arm for arm in result.arms if not arm.is_reference]
    assert len(judged) == 2
    for arm in judged:
        sentence = arm.verdicts["nll", "all"].sentence
        assert sentence in words
        assert inline(sentence) in made.markdown
    assert words.index(judged[0].verdicts["nll", "all"].sentence) < words.index("The rule in force")
    assert "not for what another calibration would have selected" in words
    assert ARMS[1]["name"] in words


def test_the_numbers_of_an_arm_are_those_of_the_experiment(tried):
    run, key = tried
    result = api.experiment(run, key)
    tables = [b for b in blocks_of(run, "arms") if b.kind == "table" and not b.facts]
    rows = {row[0]: dict(zip(tables[0].heads, row, strict=True)) for row in tables[0].rows}
    for arm in result.arms:
        mean = arm.measured["nll", "all"]
        assert rows[arm.name]["all"] == f"{mean.mean:.3f} ± {mean.half:.3f}"
        assert rows[arm.name]["rows"] == str(int(arm.mean("rows")))
        assert rows[arm.name]["seeds"] == "2"
    lowest = next(arm for arm in result.arms if arm.name == "lowest ΔH").verdicts["nll", "all"]
    line = next(row for row in tables[1].rows if row[0].startswith("lowest ΔH"))
    assert line[1] == numbers.fixed(lowest.difference.mean, signed=True)
    assert line[-1] == lowest.word
    shared = result.overlaps["random", "lowest ΔH"].shared
    overlap = next(t for t in tables if t.heads[0] == "").rows[0]
    assert overlap[2].startswith(f"{shared} (")


def test_every_model_names_its_artifacts_and_its_cost(tried):
    run, key = tried
    text = api.report(run).markdown
    for arm in api.experiment(run, key).arms:
        for trial in arm.done:
            assert trial.finetune in text and trial.evaluate in text
    folders = {path.parent.name for path in (open_store(run).path / "artifacts").glob("*/manifest.json")}
    assert set(re.findall(r"\b[a-z-]+-[0-9a-f]{12}\b", text)) <= folders
    settings = api.experiment_settings(yaml.safe_load(code(text, "experiment.yaml")))
    assert settings == api.experiment(run, key).settings
    assert f"experiment run runs/{open_store(run).run_id} --file experiment.yaml" in text


def test_operations_are_counted_by_parameters_and_tokens(tried):
    run, _ = tried
    store = open_store(run)
    report = json.loads(next(store.path.glob("artifacts/tokens-*/report.json")).read_text())
    read = sum(report["lengths"][part]["all"]["mean"] for part in ("prompt", "response")) * report["rows"]
    parameters = api.status(run).facts("tokens")["model"]["n_parameters"]
    table = next(b for b in blocks_of(run, "cost") if b.kind == "table")
    flops = {row[0]: row[-1] for row in table.rows}
    assert flops["Score base"] == numbers.power(2 * parameters * read)
    assert flops["Load"] == numbers.NONE


def test_an_unfinished_experiment_says_so_and_a_failure_its_reason(tried):
    run, _ = tried
    asked = {"name": "second", "ratios": [0.25], "seeds": 3, "arms": [ARMS[0]]}
    key = api.create_experiment(run, api.experiment_settings(asked))
    store = open_store(run)
    from instructdiff_ui.files import write_json
    from instructdiff_ui.runs.experiments.planning import trials

    waiting = [trial for trial in trials(store, api.experiment(run, key).settings) if trial.seed == 2]
    folder = waiting[1].stage("finetune").folder(store)
    write_json(folder / "failure.json", {"message": "The <b>disk</b> is full."})
    try:
        text = api.report(run, experiment="second").markdown
        assert "Not finished: 4 of 6 models are trained and measured." in text
        assert "Fine-tune: The &lt;b>disk&lt;/b> is full." in text
    finally:
        (folder / "failure.json").unlink()
        api.delete_experiment(run, key)


def test_an_experiment_that_is_not_there(tried):
    with pytest.raises(ConfigError, match="There is no experiment 'other'"):
        api.report(tried[0], experiment="other")


def test_a_run_that_was_evaluated_without_an_experiment_shows_means_and_no_verdict(tried, tmp_path):
    run, key = tried
    store = open_store(run)
    record = store.path / "experiments" / f"{key}.json"
    aside = record.rename(tmp_path / "aside.json")
    try:
        text = api.report(run).markdown
    finally:
        aside.rename(record)
    assert "## Models of the run" in text and "so no verdict is given" in text
    assert "## Against random rows" not in text


# files -------------------------------------------------------------------------------------------------------------


def test_files_are_written_by_their_suffix(scored, tmp_path):
    page, text = tmp_path / "out" / "a.html", tmp_path / "a.MD"
    assert api.write_report(scored, page) == [page]
    assert api.write_report(scored, text) == [text]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert text.read_text(encoding="utf-8").startswith("# run")
    both = api.write_report(scored, tmp_path / "both")
    assert [path.name for path in both] == ["report.html", "report.md"]
    assert api.write_report(scored, tmp_path / "both") == both  # over those that were there


def test_a_path_that_is_no_report(scored, tmp_path):
    with pytest.raises(ConfigError, match=r"'a\.pdf' is neither"):
        api.write_report(scored, tmp_path / "a.pdf")
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="is a file"):
        api.write_report(scored, tmp_path / "taken")


def test_the_verb_writes_and_says_where(scored, tmp_path):
    done = CliRunner().invoke(app, ["report", scored, "--out", str(tmp_path / "report.html")])
    assert done.exit_code == 0
    assert done.output.strip() == str(tmp_path / "report.html")


# writing -----------------------------------------------------------------------------------------------------------


@given(st.text())
def test_a_fence_cannot_be_closed_from_within(text):
    first, *body, last = fenced(text).split("\n")
    assert last == first and set(first) == {"`"}
    assert not [line for line in body if re.fullmatch(rf" {{0,3}}`{{{len(first)},}}\s*", line)]


@given(st.text(alphabet=st.sampled_from("ab1 \n<>&`*_[]()|\\#-+=~$.!")))
def test_inline_text_is_one_line_without_markup(text):
    written = inline(text)
    assert "\n" not in written and "<" not in written
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]|~$]", written)
    assert not re.match(r"#{1,6}(\s|$)|>|[+-](\s|$)|\d+[.)](\s|$)|[=-]+\s*$", written)
    back = re.sub(r"\\(.)", r"\1", written).replace("&lt;", "<").replace("&amp;", "&")
    assert back == " ".join(text.split())


def test_characters_that_are_none_are_shown():
    assert clipped("a\x1b[31mb\x00\ud800\r\nc\td") == "a�[31mb��\nc\td"


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        (numbers.fixed(-0.0001), "0.000"),
        (numbers.fixed(-1.5), "−1.500"),
        (numbers.fixed(1.5, 1, signed=True), "+1.5"),
        (numbers.fixed(math.nan), "–"),
        (numbers.percent(0.9999), "99.9\N{NO-BREAK SPACE}%"),
        (numbers.percent(1.0), "100\N{NO-BREAK SPACE}%"),
        (numbers.duration(0.147), "0.15 s"),
        (numbers.duration(59.7), "1:00 min"),
        (numbers.duration(3_725), "1:02:05 h"),
        (numbers.power(2.5e15), "2.50 · 10¹⁵"),
        (numbers.power(0), "–"),
        (numbers.chance(0.0312), "0.031"),
        (numbers.chance(0.0501), "0.0501"),  # two digits would put it on the other side of the level
        (numbers.chance(1e-9), "< 0.001"),
        (numbers.agreement(0.999), "> 0.99"),
    ],
)
def test_numbers_as_a_reader_wants_them(shown, value):
    assert shown == value


def areas(path: str) -> list[float]:
    boxes = re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)H([\d.]+)V", path)
    return [(float(right) - float(left)) * (float(low) - float(high)) for left, low, high, right in boxes]


def test_bars_have_the_area_of_their_counts():
    drawn = svg.histogram(
        [0, 1, 2, 3], {"selected": [4, 0, 2], "rank": [1, 5, 0]}, [("beta", 1.5)], tone=9, alt="a <b>"
    )
    kept, dropped = (areas(path) for path in re.findall(r'<path d="([^"]+)"', drawn))
    assert len(kept) == len(dropped) == 2  # an empty bin is not drawn
    assert kept[0] / kept[1] == pytest.approx(2, rel=0.01)
    assert dropped[1] / kept[1] == pytest.approx(2.5, rel=0.01)
    assert 'class="histogram tone1"' in drawn and "a &lt;b&gt;" in drawn
    middle = svg.WIDTH / 2
    assert f'x1="{middle:g}"' in drawn


@pytest.mark.parametrize(("low", "high"), [(-3.4, 0.2), (0, 1e-4), (-1e6, 3e6), (0.1, 0.1)])
def test_ticks_are_round_and_within(low, high):
    found = svg.ticks(low, high, 6)
    assert len(found) <= 7
    assert all(low - 1e-9 * abs(low) <= value <= high + 1e-9 + abs(high) * 1e-9 for value in found)


def test_a_forest_without_any_interval_can_be_drawn():
    nothing = svg.Mark("x" * 80, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, "undecided", "–")
    drawn = svg.forest([nothing], better="left", alt="nothing")
    assert "nan" not in drawn and "circle" not in drawn


def test_a_forest_marks_what_could_not_be_seen():
    mark = svg.Mark("a", -0.2, -0.3, -0.1, -0.25, -0.15, 0.05, "better", "−0.200")
    drawn = svg.forest([mark], better="left", alt="one")
    band = re.search(r'<rect x="([\d.]+)"[^>]*width="([\d.]+)"[^>]*class="band"', drawn)
    line = re.search(r'<line x1="([\d.]+)"[^>]*x2="([\d.]+)"[^>]*class="interval better"', drawn)
    zero = float(re.search(r'<line x1="([\d.]+)"[^>]*class="reference"', drawn)[1])
    left, width = map(float, band.groups())
    assert left + width / 2 == pytest.approx(zero, abs=0.2)
    unit = (float(line[2]) - float(line[1])) / 0.2
    assert width == pytest.approx(0.1 * unit, rel=0.02)
    assert float(line[2]) < zero
