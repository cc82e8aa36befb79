"""Rules, links, searches, names and experiments that are huge, malformed or slow: one sentence, at once."""

from __future__ import annotations

import base64
import time
import zlib

import pytest
from ui.scored_runs import scored_rows, scored_run

from instructdiff_ui import api
from instructdiff_ui.api import Visitor
from instructdiff_ui.config import from_yaml
from instructdiff_ui.errors import UserError

LAUGHS = "a: &a [l, l, l, l, l, l, l, l, l]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HUGE = 10**9


@pytest.fixture
def run(tmp_path):
    return scored_run(tmp_path, scored_rows(40, response=lambda k: "a" * 5_000 + "!"))


@pytest.fixture(autouse=True)
def at_once():
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 20


def refused(function, *arguments, **named) -> str:
    with pytest.raises(UserError) as told:
        function(*arguments, **named)
    message = told.value.message
    assert len(message) < 1_200 and "\n" not in message, message[:2_000]
    return message


# rules and links ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [api.spec_from_yaml, from_yaml], ids=["rule", "settings"])
@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        f"name: x\n{LAUGHS}",
        "a: &a [*a]",
        "[" * 5_000,
        "? " * 2_000,
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "ratio: !!timestamp 9999-99-99",
        "ratio: .nan",
        "\x00",
        "- 1",
        f"ratio: {'9' * 5_000}",
    ],
)
def test_yaml(read, text):
    refused(read, text)


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "state",
    [
        packed(b"0" * 300_000_000),
        packed(b'{"spec":' + b"[" * 200_000),
        packed(b'{"spec": {"ratio": NaN}}'),
        packed(b'{"spec": {"ratio": 1e999}}'),
        packed(b'{"spec": {"__class__": "x"}}'),
        packed(b'{"spec": {"pinned": ["' + b"x" * 200_000 + b'"], "ratio": "x"}}'),
        "A" * 3_000_000,
        "@../../../etc/passwd",
        "@" + "0" * 16,
        "@0123456789abcdef/../x",
        "%00",
        "\ud800",
    ],
    ids=range(12),
)
def test_links(run, state):
    refused(api.open_link, run, state)


@pytest.mark.parametrize("name", ["x" * 1_000_000, "", "\x00", "a\x1b[31m", "\u202ea", "a\u2028b\x07"])
def test_names_of_rules(run, name):
    refused(api.save_spec, run, name, api.spec(run))
    assert list((api.list_runs()[0].path and api.named_specs(run)).entries) == []


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "..", "<img src=x onerror=alert(1)>", "-rf", "con", "a/b"])
def test_names_of_rules_that_stay_in_their_folder(run, name, home):
    before = {path for path in home.rglob("*") if path.is_file()}
    saved = api.save_spec(run, name, api.spec(run))
    (made,) = {path for path in home.rglob("*") if path.is_file()} - before
    assert made.parent.name == "specs" and made.parent.parent.name == run
    assert api.named_spec(run, name) == saved
    api.delete_spec(run, name)
    assert not made.exists()


# searches ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "((a{1,100}){1,10}){1,1}$", "(.*)(.*)(.*)(.*)(.*)x", "a?" * 400]
)
def test_searches_take_linear_time(run, pattern):
    began = time.monotonic()
    try:
        api.rows(run, api.spec(run), api.RowQuery(search=pattern, regex=True))
    except UserError as error:
        assert "\n" not in error.message and len(error.message) < 1_500
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("pattern", ["(", "[", "\\", "(?<=a)b", "(a{1000}){1000}{1000}", "\\p{Evil}"])
def test_searches_that_are_none(run, pattern):
    refused(lambda: api.rows(run, api.spec(run), api.RowQuery(search=pattern, regex=True)))


def test_a_search_of_a_megabyte(run):
    with pytest.raises(ValueError, match="1000"):
        api.RowQuery(search="x" * 1_000_000)


# settings and experiments ------------------------------------------------------------------------------------------

MODEL = {"path": "demo:model"}
SOURCES = {"sources": [{"path": "demo:pool.jsonl"}]}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 1_000_000},
        {"calibration": {"seeds": HUGE}},
        {"calibration": {"seeds": list(range(100_000))}},
        {"rounds": HUGE},
        {"calibration": {"rounds": HUGE}},
        {"data": SOURCES | {"discover_domains": HUGE}},
        {"data": {"sources": [{"path": "demo:pool.jsonl"}] * 100_000}},
        {"data": SOURCES | {"limit": -1}},
        {"scoring": {"logits_mb": HUGE, "nonsense": 1}},
        {"selection": {"ratio": float("nan")}},
        {"selection": {"domains": {"x" * 1_000_000: {"ratio": 2}}}},
    ],
    ids=lambda changes: next(iter(changes)) + str(next(iter(changes.values())))[:20],
)
def test_settings_of_runs(changes, monkeypatch, tiny_pack):
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    with api.acting_as(Visitor("key:" + "a" * 43)):
        refused(lambda: api.create_run(api.parse_config({"model": MODEL, "data": SOURCES} | changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": HUGE},
        {"ratios": [k / HUGE for k in range(1, 100_000)]},
        {"ratios": [1e-300, float("inf")]},
        {"arms": [{"name": f"a{k}"} for k in range(10_000)]},
        {"arms": [{"name": "x" * 1_000_000}]},
        {"arms": [{"name": "a", "selection": {"ratio": "x" * 1_000_000}}]},
        {"arms": [{"name": "a", "scorer": {"path": "/etc"}}]},
        {"name": "x" * 1_000_000},
        {"rule": {"strategy": "x" * 1_000_000}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_experiments(changes, monkeypatch, tiny_pack):
    monkeypatch.setenv("INSTRUCTDIFF_DEMO", str(tiny_pack))
    with api.acting_as(Visitor("key:" + "a" * 43)):
        run = api.copy_run(api.open_demo())
        settings = {"name": "e", "arms": [{"name": "one", "selection": {"ratio": 0.2}}]}
        refused(lambda: api.create_experiment(run, api.experiment_settings(settings | changes)))
