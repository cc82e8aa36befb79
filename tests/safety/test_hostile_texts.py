"""Names and texts of strangers in whatever leaves the page: READMEs, cards, reports and the terminal.

The Markdown is read by a parser as the Hub's would, with HTML and tables: what it
makes of a hostile name is text alone.
"""

from __future__ import annotations

import json
import zipfile

import pytest
import yaml
from hub_stub import TOKEN, HubStub, hub_stub, talking_to
from markdown_it import MarkdownIt
from typer.testing import CliRunner
from ui.scored_runs import scored_rows

from instructdiff_ui import api
from instructdiff_ui.cli import app
from instructdiff_ui.errors import DataError, steady
from instructdiff_ui.hub.cards import extended_model_card
from instructdiff_ui.hub.publishing import publish_run
from instructdiff_ui.hub.pushing import push_dataset
from instructdiff_ui.runs.package import export_package
from instructdiff_ui.runs.store import RunStore

HOSTILE = (
    "![p](http://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "# Heading",
    "a | b | c\n---\nlicense: evil\n---\n# d",
    "<http://evil.example> [r][r]\n\n[r]: javascript:alert(1)",
    "x\x1b[2J\x1b]0;title\x07\x9b31m \u202egnp",
    "```\n<b>``` `code` **bold** ~~x~~ $y$",
    "&lt;img&gt; &#x3C;b&#x3E;",
)
NAME = "![n](http://evil.example/n) <b> # `x` |\x1b[31m"


@pytest.fixture
def run(tmp_path) -> RunStore:
    rows = scored_rows(
        90, domains=HOSTILE, instruction=lambda k: HOSTILE[k % 9] * 2, response=lambda k: HOSTILE[(k + 1) % 9]
    )
    for row in rows:
        row["# col | ![c](http://evil.example/c)"] = HOSTILE[0]
    (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    api.import_scores(tmp_path / "scores.jsonl", run_dir=tmp_path / "run", settings={"name": NAME})
    return RunStore(tmp_path / "run")


@pytest.fixture
def hub(tmp_path):
    with hub_stub({}) as stub, talking_to(stub.url, tmp_path / "cache"):
        stub.users[TOKEN] = "me"
        yield stub


def parts(text: str):
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    reader.validateLink = lambda url: True  # else it would not see those that are worst
    for token in reader.parse(text):
        yield token
        yield from token.children or ()


def checked(text: str) -> list[str]:
    """The headings of Markdown that shows, links to and hides nothing but text; pictures of its own aside."""
    assert not {one for one in text if one not in "\n" and steady(one) != one}
    tokens = list(parts(text))
    for one in tokens:
        assert one.type not in ("html_block", "html_inline", "link_open"), one
        assert one.type != "image" or one.attrs["src"] == "delta_entropy.svg", one
    widths: list[int] = []
    for one in tokens:
        if one.type == "tr_open":
            widths.append(0)
        elif one.type in ("th_open", "td_open"):
            widths[-1] += 1
        elif one.type == "table_close":
            assert len(set(widths)) == 1, "a name adds no cells"
            widths = []
    return [tokens[k + 1].content for k, one in enumerate(tokens) if one.type == "heading_open"]


def split(card: str) -> tuple[dict, str]:
    _, header, body = card.split("---\n", 2)
    return yaml.safe_load(header), body


def test_the_parser_would_see_it():
    """Else the tests below could not fail."""
    for text in HOSTILE[:3] + HOSTILE[5:6]:
        with pytest.raises(AssertionError):
            checked(text)
    assert checked(HOSTILE[3]) == ["Heading"] and checked("x\n\n" + HOSTILE[4])


@pytest.mark.parametrize("fmt", api.EXPORT_FORMATS)
def test_the_readme_of_an_export(run, tmp_path, fmt):
    try:
        export_package(run, tmp_path / "out.zip", fmt=fmt, spec=run.spec())
    except DataError as error:  # a format that cannot hold such rows says so
        assert "\n" not in error.message
        return
    with zipfile.ZipFile(tmp_path / "out.zip") as file:
        assert not [name for name in file.namelist() if ".." in name or name.startswith("/")]
        title, *rest = checked(file.read("README.md").decode())
    assert "evil" in title and rest == ["Load it"]


def test_the_report(run):
    headings = checked(api.report(str(run.path)).markdown)
    assert "evil" in headings[0] and len(headings) > 8


def test_the_cards_on_the_hub(run, hub: HubStub):
    push_dataset(run, "me/rows", token=TOKEN)
    publish_run(run, "me/run", token=TOKEN)
    for name in ("me/rows", "me/run"):
        header, body = split(hub.repos[name].files["README.md"].decode())
        assert run.path.parent.name not in body.replace("\\", ""), "where it lay stays here"
        assert header["license"] == "other"
        headings = checked(body)
        assert "evil" in headings[0] and not [one for one in headings if one in ("d", "Heading")]
    assert b"<script" not in hub.repos["me/rows"].files["delta_entropy.svg"]


def test_the_card_of_a_model_that_somebody_else_published(hub):
    """Its text came with their run: what it shows is text, what its metadata say is looked through."""
    theirs = "---\nlicense: mit\ntags: [a]\nlibrary_name: {a: b}\nextra: <b>\n---\n\n# T\n\n" + "\n\n".join(
        [*HOSTILE, "\\\\[x](http://evil.example)", "`\\`[x](http://evil.example)", "\\![x](http://evil.example)"]
    )
    how = {"repo_id": "me/model", "base_id": "org/base", "method": "lora", "sources": [], "licence": None}
    evil = 'x")\nimport os  # "'
    card = extended_model_card(theirs, base_revision=evil, title=NAME, **how)
    header, body = split(card)
    assert header == {"tags": ["a"], "base_model": "org/base", "base_model_relation": "adapter"}
    checked(body)
    assert json.dumps(evil) in body and "\nimport os" not in body
    for broken in ("---\n[\n---\n\nx", "---\n- a\n---\n\nx", "no front matter"):
        assert split(extended_model_card(broken, base_revision=None, title="t", **how))[0]["base_model"] == "org/base"


def test_the_terminal(run):
    """Nothing steers it: not in tables, nor in what is said of a run."""
    path = str(run.path)
    for arguments in (["status", path], ["select", path], ["suggest", path], ["strategies", path], ["specs", path]):
        done = CliRunner().invoke(app, arguments, color=True)
        assert "No such command" not in done.output
        assert "\x1b[2J" not in done.output and "\x07" not in done.output and "\x9b" not in done.output, arguments
        assert "\u202e" not in done.output and "\x1b[31m" not in done.output, arguments


def test_an_error_is_one_line_that_steers_nothing():
    said = DataError("No \x1b[31msuch\x07 column \u202eabc\nat all").message
    assert said == "No �[31msuch� column �abc at all"
