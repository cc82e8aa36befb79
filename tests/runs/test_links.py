"""The state of a link: there and back, short for an address, and nothing that it did not write."""

import base64
import json
import re
import zlib
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.config import DomainRule, SelectionSpec
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.runs import links
from instructdiff_ui.runs.store import RunStore

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
views = st.dictionaries(
    st.text(), st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
)
specs = st.builds(
    SelectionSpec,
    gamma=st.floats(0, 0.49),
    ratio=st.floats(0.001, 1),
    domains=st.dictionaries(st.text(max_size=9), st.builds(DomainRule, ratio=st.none() | st.floats(0.001, 1))),
    pinned=st.lists(st.text(max_size=9), max_size=5, unique=True).map(tuple),
)
MANY = SelectionSpec(pinned=tuple(f"{i * 2654435761 % 2**32:08x}" for i in range(2000)))


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "run")


def packed(value, *, level: int = 9) -> str:
    written = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(zlib.compress(written, level)).rstrip(b"=").decode()


@given(specs, views)
@settings(deadline=None)
def test_there_and_back(spec, view):
    text = links.pack(spec, view)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert links.unpack(text) == (spec, view)


def test_the_default_is_next_to_nothing(store):
    state = links.encode(store, SelectionSpec(), {})
    assert len(state) < 20
    assert links.decode(store, state) == (SelectionSpec(), {})
    assert not store.path.exists(), "nothing was written"


def test_a_long_state_is_kept_in_the_run(store):
    state = links.encode(store, MANY, {"page": 3})
    assert re.fullmatch(r"@[0-9a-f]{16}", state)
    assert links.decode(store, state) == (MANY, {"page": 3})
    assert [path.name for path in (store.path / "shared").iterdir()] == [f"{state[1:]}.txt"]
    assert links.encode(store, MANY, {"page": 3}) == state


def test_more_rows_by_hand_than_a_link_holds(store):
    spec = SelectionSpec(excluded=tuple(f"row-{i:060}" for i in range(5000)))
    with pytest.raises(ConfigError, match="save the rule under a name instead"):
        links.encode(store, spec, {})


def test_a_kept_state_that_is_not_there_or_was_changed(store):
    with pytest.raises(ConfigError, match="is not in this run"):
        links.decode(store, "@0123456789abcdef")
    state = links.encode(store, MANY, {})
    path = store.path / "shared" / f"{state[1:]}.txt"
    path.write_text(links.pack(SelectionSpec(), {}))
    with pytest.raises(ConfigError, match="was changed"):
        links.decode(store, state)
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        links.decode(store, state)


@pytest.mark.parametrize(
    "state", ["@", "@../../etc/passwd", "@0123456789ABCDEF", "@0123456789abcdef\n", "@0123456789abcdef0", "@@", "@."]
)
def test_a_kept_state_is_named_by_its_hash_alone(store, state):
    with pytest.raises(ConfigError, match="names no kept state"):
        links.decode(store, state)


GOOD = packed({"view": {"page": 1}})
HOSTILE = {
    "empty": "",
    "padding": GOOD + "=",
    "newline": GOOD + "\n",
    "other letters": "é" * 20,
    "one letter": "A",
    "no deflate": base64.urlsafe_b64encode(b"hello").decode().rstrip("="),
    "cut off": GOOD[:-6],
    "something after": packed({}) + "AAAA",
    "no json": packed(b"hello"),
    "no utf-8": packed(b"\xff\xfe\xfd"),
    "list": packed([]),
    "number": packed(3),
    "deep": packed(b"[" * 100_000),
    "deep view": packed(b'{"view":' + b'{"a":' * 50_000),
    "nan": packed(b'{"view": {"a": NaN}}'),
    "spec is a list": packed({"spec": []}),
    "view is text": packed({"view": "x"}),
    "unknown part": packed({"spec": {}, "run": {}}),
    "unknown setting": packed({"spec": {"beta": 1}}),
    "out of range": packed({"spec": {"gamma": 0.5}}),
    "nested spec": packed({"spec": {"pinned": [[[["x"] * 9000]]]}}),
    "bomb": packed(b" " * 50_000_000),
    "long": "A" * 600_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_was_not_written_here_gets_one_short_sentence(store, case):
    with pytest.raises(ConfigError) as caught:
        links.decode(store, HOSTILE[case])
    assert len(caught.value.message) < 450


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_is_a_state_or_a_sentence(text):
    with suppress(ConfigError):
        links.unpack(text)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_inside_are_a_state_or_a_sentence(content):
    try:
        spec, view = links.unpack(packed(content))
    except ConfigError:
        return
    assert isinstance(spec, SelectionSpec) and isinstance(view, dict)


def test_a_bomb_is_not_inflated(monkeypatch):
    """Inflating stops at the limit: what is read has the limit's size at most."""
    sizes = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self):
            self.inner = real()

        def decompress(self, *arguments):
            sizes.append(len(found := self.inner.decompress(*arguments)))
            return found

        def __getattr__(self, name):
            return getattr(self.inner, name)

    monkeypatch.setattr(links.zlib, "decompressobj", Watched)
    with pytest.raises(ConfigError, match="larger than"):
        links.unpack(HOSTILE["bomb"])
    assert sizes == [links.MAX_JSON]


def test_a_state_too_long_for_an_address_is_kept_only_when_asked(store):
    many = SelectionSpec(pinned=tuple(sha256(bytes([n // 256, n % 256])).hexdigest() for n in range(400)))
    assert links.encode(store, many, {}, keep=False) == ""
    assert not (store.path / "shared").exists()
    assert links.encode(store, many, {}).startswith("@")
    endless = SelectionSpec(pinned=tuple(f"{n:032x}" for n in range(20_000)))
    assert links.encode(store, endless, {}, keep=False) == ""
