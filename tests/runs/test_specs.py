"""Named rules: what is kept, what a damaged file does, two rules in words, and a rule as a command and as YAML."""

import json
import shlex

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from instructdiff_ui.config import DomainRule, SelectionSpec, parse_config
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.runs import specs
from instructdiff_ui.runs.specs import Difference
from instructdiff_ui.runs.store import RunStore

share = st.floats(0, 0.4999)
ratio = st.floats(0, 1, exclude_min=True)
text = st.text(max_size=12)
rules = st.builds(DomainRule, gamma=st.none() | share, gamma_high=st.none() | share, ratio=st.none() | ratio)


@st.composite
def any_spec(draw, names=text, hands=6) -> SelectionSpec:
    scope = draw(st.sampled_from(["domain", "global"]))
    by_hand = draw(st.lists(text, unique=True, max_size=hands))
    cut = draw(st.integers(0, len(by_hand)))
    return SelectionSpec(
        strategy=draw(st.sampled_from(["instructdiff", "random", "ppl_max"])),
        gamma=draw(share),
        gamma_high=draw(st.none() | share),
        ratio=draw(ratio),
        seed=draw(st.integers(0, 2**70)),
        budget=draw(st.sampled_from(["rows", "tokens"])),
        filter=draw(st.sampled_from(["quantile", "rank"])),
        scope=scope,
        domains=draw(st.dictionaries(names, rules, max_size=3)) if scope == "domain" else {},
        pinned=tuple(by_hand[:cut]),
        excluded=tuple(by_hand[cut:]),
        exclude_calibration=draw(st.booleans()),
    )


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "run")


# keeping -----------------------------------------------------------------------------------------------------------


def test_a_rule_is_kept_found_and_deleted(store):
    spec = SelectionSpec(ratio=0.3, domains={"math": DomainRule(gamma=0.2)})
    made = specs.save(store, "  Wide   β ", spec, "for the report")
    assert (made.name, made.note, made.saved_at[-6:]) == ("Wide β", "for the report", "+00:00")
    assert [one.spec for one in specs.saved(store).specs] == [spec]
    assert specs.get(store, "Wide β") == specs.get(store, made.slug) == made
    record = json.loads((store.path / "specs" / f"{made.slug}.json").read_text())
    assert (set(record), record["spec"]) == ({"name", "note", "saved_at", "spec"}, spec.model_dump(mode="json"))
    specs.delete(store, made.slug)
    assert specs.saved(store).specs == ()


def test_the_same_name_is_replaced_and_others_come_in_the_order_they_were_saved(store):
    for name, ratio in (("b", 0.1), ("a", 0.2), ("b", 0.3)):
        specs.save(store, name, SelectionSpec(ratio=ratio))
    assert [(one.name, one.spec.ratio) for one in specs.saved(store).specs] == [("a", 0.2), ("b", 0.3)]


def test_names_that_look_alike_are_files_of_their_own(store):
    names = ["β = 0.1", "γ = 0.1", "a/b", "a b", "../../a", "A b", "…"]
    for name in names:
        specs.save(store, name, SelectionSpec())
    assert {one.name for one in specs.saved(store).specs} == set(names)
    assert {path.parent for path in store.path.rglob("*.json")} == {store.path / "specs"}


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "a\0b", "a\x1b[31mb", "\u202e", None, 3, "\ud800"])
def test_a_name_is_1_to_60_printable_characters(store, name):
    with pytest.raises(ConfigError, match="1 to 60 printable characters"):
        specs.save(store, name, SelectionSpec())
    assert not (store.path / "specs").exists()


def test_a_note_has_an_end(store):
    with pytest.raises(ConfigError, match=r"at most 1,000 characters"):
        specs.save(store, "a", SelectionSpec(), "x" * 1001)


def test_no_such_rule(store):
    with pytest.raises(ConfigError, match="There is no rule named 'a'; there is none"):
        specs.get(store, "a")
    specs.save(store, "b", SelectionSpec())
    for key in ("a", "../specs/b", "", "b.json"):
        with pytest.raises(ConfigError, match="there is b"):
            specs.delete(store, key)


GOOD = {"name": "a", "note": "", "saved_at": "2026-01-01T00:00:00+00:00", "spec": {}}
FOREIGN = {
    "half": '{"name": "a"',
    "bytes": b"\xff\xfe",
    "deep": "[" * 100_000,
    "list": "[]",
    "other settings": json.dumps({"model": "x"}),
    "one more": json.dumps(GOOD | {"x": 1}),
    "no spec": json.dumps(GOOD | {"spec": None}),
    "bad spec": json.dumps(GOOD | {"spec": {"gamma": 7}}),
    "unknown setting": json.dumps(GOOD | {"spec": {"beta": 7}}),
    "nan": json.dumps(GOOD | {"spec": {"gamma": float("nan")}}),
    "time": json.dumps(GOOD | {"saved_at": "yesterday"}),
    "number": json.dumps(GOOD | {"saved_at": 3}),
    "name": json.dumps(GOOD | {"name": ["a"]}),
    "renamed": json.dumps(GOOD),
    "huge": json.dumps(GOOD | {"spec": {"gamma": "x" * 1_000_000}}),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_damaged_or_foreign_file_is_skipped_and_said(store, case):
    good = specs.save(store, "good", SelectionSpec())
    content = FOREIGN[case]
    (store.path / "specs" / "other.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    found = specs.saved(store)
    assert found.specs == (good,)
    (sentence,) = found.skipped
    assert sentence.startswith("specs/other.json is left out: ")
    assert len(sentence) < 450


def test_times_of_other_zones_sort_by_time(store):
    late = specs.save(store, "late", SelectionSpec())
    for name, when in (("first", "2020-01-01T01:00:00+02:00"), ("second", "2020-01-01T00:00:00+00:00")):
        made = specs.save(store, name, SelectionSpec())
        path = store.path / "specs" / f"{made.slug}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"saved_at": when}))
    assert [one.name for one in specs.saved(store).specs] == ["first", "second", late.name]


# two rules in words ------------------------------------------------------------------------------------------------


def test_what_differs_is_said_in_words():
    a = SelectionSpec(gamma_high=0.05, ratio=0.15, domains={"math": DomainRule(ratio=0.3)}, pinned=("x", "y"))
    b = SelectionSpec(strategy="random", seed=3, budget="tokens", pinned=("y", "z"), exclude_calibration=True)
    assert specs.difference(a, b) == [
        Difference("strategy", "instructdiff", "random"),
        Difference("γ, upper end", "5 %", "10 %"),
        Difference("β", "15 %", "10 %"),
        Difference("β counts", "rows", "response tokens"),
        Difference("seed of the random strategy", "0", "3"),
        Difference("β of math", "30 %", "as the rest"),
        Difference("rows kept by hand", "2, 1 of them only here", "2, 1 of them only there"),
        Difference("rows that calibration trained on", "in the pool", "left out"),
    ]


def test_rows_by_hand_are_counted():
    found = specs.difference(SelectionSpec(excluded=("a", "b")), SelectionSpec())
    assert found == [Difference("rows dropped by hand", "2", "0")]


@given(any_spec(), any_spec())
@examples(deadline=None)
def test_rules_that_differ_say_so_and_equal_ones_do_not(a, b):
    assert specs.difference(a, a) == []
    there = {one.setting: (one.there, one.here) for one in specs.difference(b, a)}
    assert {one.setting for one in specs.difference(a, b)} == set(there)
    if (a.ratio, a.strategy, a.gammas_of()) != (b.ratio, b.strategy, b.gammas_of()):
        assert there


# as a command and as YAML ------------------------------------------------------------------------------------------


@given(any_spec())
@examples(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_yaml_and_back(spec):
    again = specs.from_yaml(specs.to_yaml(spec))
    assert again == spec
    assert again.hash == spec.hash


def test_yaml_holds_what_is_not_the_default_and_the_hash():
    spec = SelectionSpec(ratio=0.15, domains={"code": DomainRule(ratio=0.3)})
    comment, rest = specs.to_yaml(spec).split("\n", 1)
    assert spec.hash in comment
    assert rest == "ratio: 0.15\ndomains:\n  code:\n    ratio: 0.3\n"
    assert specs.from_yaml(specs.to_yaml(SelectionSpec())) == SelectionSpec()


def test_yaml_of_a_whole_run_or_of_its_selection_block():
    config = parse_config({"name": "x", "selection": {"ratio": 0.3}})
    assert specs.from_yaml(config.to_yaml()) == config.selection
    assert specs.from_yaml("selection:\n  ratio: 0.3\n") == SelectionSpec(ratio=0.3)
    assert specs.from_yaml("selection:\n") == SelectionSpec()


BOMB = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*{'a' if i == 0 else f'b{i - 1}'}, *a]\n" for i in range(40))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "holds no settings"),
        ("- 1", "holds no settings"),
        ("ratio: [", "not YAML"),
        ("ratio: 7", "ratio is 7"),
        ("beta: 0.1", "no setting 'beta'"),
        ("selection: {ratio: 0.1}\nbeta: 1", "no setting 'selection'"),
        ("selection: 3", "holds no settings"),
        ("ratio: !!python/object/apply:os.system [ls]", "not YAML"),
        (BOMB, "aliases"),
        ("[" * 5000, "not YAML"),
        ("gamma: .nan", "gamma is nan"),
        ("ratio: " + "x" * 100_000, "ratio is"),
        ("#" * 8_000_001, "at most 8,000,000"),
        ("a: \0", "not YAML"),
    ],
)
def test_yaml_that_is_no_rule_gets_one_short_sentence(written, words):
    with pytest.raises(ConfigError, match=words) as caught:
        specs.from_yaml(written)
    assert len(caught.value.message) < 450


def parsed(command: str) -> SelectionSpec:
    """What the settings of a command stand for, as `select` reads them."""
    words = shlex.split(command)
    assert words[:6] == ["python", "-m", "instructdiff_ui", "select", "my run", "--fresh"]
    assert set(words[6::2]) <= {"--set"}
    return parse_config({}, overrides=[f"selection.{pair}" for pair in words[7::2]]).selection


@given(any_spec(names=st.text("abcdefgh_-0123456789äΩ", min_size=1, max_size=8), hands=0))
@examples(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_command_means_the_same_rule(spec):
    command = specs.command("my run", spec)
    if "--spec" not in command:
        assert parsed(command).hash == spec.hash


def test_a_command_says_what_is_not_the_default():
    spec = SelectionSpec(ratio=0.15, domains={"code": DomainRule(ratio=0.3)}, exclude_calibration=True)
    assert specs.command("runs/my mix", spec) == (
        "python -m instructdiff_ui select 'runs/my mix' --fresh --set ratio=0.15 --set domains.code.ratio=0.3 "
        "--set exclude_calibration=true"
    )
    assert specs.command("r", SelectionSpec()) == "python -m instructdiff_ui select r --fresh"


@pytest.mark.parametrize(
    "spec",
    [
        SelectionSpec(pinned=("a",)),
        SelectionSpec(excluded=("a",)),
        *(SelectionSpec(domains={name: DomainRule(ratio=0.3)}) for name in ("a.b", "a b", "a=b", "", "'; rm -rf x")),
        SelectionSpec(domains={"math": DomainRule()}),
    ],
)
def test_what_does_not_go_on_a_line_goes_into_a_file(spec):
    assert specs.command("r", spec) == "python -m instructdiff_ui select r --spec selection.yaml"
