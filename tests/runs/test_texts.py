"""The texts of a run's rows: searched, clipped and given back as their dataset wrote them."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructdiff_ui.data.examples import Example, Message
from instructdiff_ui.data.pool import write_examples
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.runs.texts import FILE, Texts

HOSTILE = '<img src=x onerror="alert(1)"> ${1+1} \u202e'


def example(k, instruction="Do it.", response="Done.", **other):
    return Example(f"r{k}", "all", instruction, other.pop("input", ""), response, row=k, source="rows.jsonl", **other)


def texts_of(folder, examples, *, order=None, kept_rows=0):
    write_examples(folder / "examples.parquet", examples)
    ids = [one.example_id for one in (examples if order is None else [examples[k] for k in order])]
    return Texts(folder / "examples.parquet", pa.array(ids, pa.large_string()), kept_rows=kept_rows)


ROWS = [
    example(0, "Add 1+1.", "It is 2."),
    example(1, "  Say Hello ", "HELLO, world", input=" to Ann\n"),
    example(2, HOSTILE, "x" * 100_000 + "needle"),
    example(
        3, "Füge ein ß hinzu", "Straße (alt)", extra={"level": 3, "tags": ["a"], "n": None}, columns={"q": "input"}
    ),
    example(4, "Chat", "ok", messages=(Message("user", "Chat"),)),
]


@pytest.fixture
def texts(tmp_path):
    return texts_of(tmp_path, ROWS)


def found(texts, text, regex=False):
    return np.flatnonzero(texts.search(text, regex=regex)).tolist()


def test_plain_text_is_found_in_either_text_whatever_the_case(texts):
    assert found(texts, "hello") == [1]
    assert found(texts, "1+1") == [0, 2]
    assert found(texts, "FÜGE") == [3]
    assert found(texts, "needle") == [2]
    assert found(texts, "to ann") == [1], "the input belongs to the instruction"
    assert found(texts, "(") == [2, 3]
    assert found(texts, "nothing like it") == []


def test_patterns_are_matched_whatever_the_case(texts):
    assert found(texts, r"^say|\bis \d", regex=True) == [0, 1]
    assert found(texts, r"stra(ß|ss)e", regex=True) == [3]


@pytest.mark.parametrize("pattern", ["(", "a{2000}", "(?=x)", r"\1", "[z-a]", "*"])
def test_a_pattern_that_re2_refuses_is_named(texts, pattern):
    with pytest.raises(ConfigError, match=r"^The pattern .* is no regular expression: .+\.$") as refused:
        texts.search(pattern, regex=True)
    assert "\n" not in refused.value.message and repr(pattern) in refused.value.message


def test_half_a_character_is_refused(texts):
    with pytest.raises(ConfigError, match="half of a surrogate pair"):
        texts.search("\ud800", regex=False)


@given(st.text(st.characters(codec="ascii", exclude_characters="\n"), min_size=1, max_size=3))
@settings(deadline=None, max_examples=60)
def test_plain_search_agrees_with_python(tmp_path_factory, text):
    rows = [example(k, *pair) for k, pair in enumerate([("Add (1)", "a+b*C"), ("$&x", "\\d [ab]"), ("ABC", ".,;")])]
    texts = texts_of(tmp_path_factory.mktemp("texts"), rows)
    held = [text.lower() in row.instruction.lower() or text.lower() in row.response.lower() for row in rows]
    assert texts.search(text, regex=False).tolist() == held


def test_texts_are_clipped_by_characters(texts):
    clipped = texts.take([3, 1, 2], 7)
    assert clipped.instruction == ["Füge ei", "Say Hel", HOSTILE[:7]]
    assert clipped.response == ["Straße ", "HELLO, ", "xxxxxxx"]
    assert texts.take([], 7).instruction == []


def test_rows_come_back_as_they_were(texts):
    assert [texts.example(k) for k in range(5)] == ROWS


def test_characters_are_counted_as_the_page_shows_them(texts):
    shown = [f"{row.instruction}\n{row.input}".strip() for row in ROWS]
    assert texts.instruction_chars.tolist() == [len(text) for text in shown]
    assert texts.response_chars.tolist() == [len(row.response) for row in ROWS]


def test_the_order_is_that_of_the_table(tmp_path):
    order = [4, 1, 3]  # a table may leave rows out, and have another order
    texts = texts_of(tmp_path, ROWS, order=order)
    assert len(texts) == 3
    assert [texts.example(k) for k in range(3)] == [ROWS[k] for k in order]
    assert texts.response_chars.tolist() == [len(ROWS[k].response) for k in order]
    assert found(texts, "hello") == [1] and found(texts, "ok") == [0]
    assert texts.take([2], 4).instruction == ["Füge"]
    assert texts.numbers["level"].tolist() == pytest.approx([np.nan, np.nan, 3.0], nan_ok=True)


def test_many_batches_and_row_groups(tmp_path):
    rows = [example(k, f"Task {k}.", f"Answer {k}.", extra={"k": k}) for k in range(25_000)]
    texts = texts_of(tmp_path, rows)
    assert found(texts, "task 24999") == [24_999]
    assert found(texts, r"^answer 1999\.|^task 12345\.", regex=True) == [1999, 12_345]
    for k in (0, 1999, 2000, 9999, 10_000, 24_999):
        assert texts.example(k) == rows[k]
        assert texts.take([k], 99).response == [rows[k].response]
    assert texts.numbers["k"].tolist() == list(range(25_000))


def test_the_file_is_written_once_and_again_when_the_examples_change(tmp_path):
    texts_of(tmp_path, ROWS)
    file = tmp_path / FILE
    first = file.stat().st_mtime_ns
    texts_of(tmp_path, ROWS)
    assert file.stat().st_mtime_ns == first
    other = texts_of(tmp_path, [*ROWS, example(9, "One more", "row")])
    assert file.stat().st_mtime_ns != first and found(other, "one more") == [5]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["examples.parquet", FILE]


@pytest.mark.parametrize("damage", [b"", b"ARROW1\0\0", b"no arrow at all"])
def test_a_damaged_file_is_written_anew(tmp_path, damage):
    texts_of(tmp_path, ROWS)
    (tmp_path / FILE).write_bytes(damage)
    assert found(texts_of(tmp_path, ROWS), "hello") == [1]
    assert (tmp_path / FILE).stat().st_size > 100


def test_few_rows_need_no_file(tmp_path):
    assert found(texts_of(tmp_path, ROWS, kept_rows=5), "hello") == [1]
    assert not (tmp_path / FILE).exists()


def test_a_folder_that_cannot_be_written_in_costs_memory_alone(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("instructdiff_ui.files.tempfile.mkstemp", refused)
    write = "instructdiff_ui.data.pool.replacing"
    monkeypatch.setattr(write, _Straight)
    assert found(texts_of(tmp_path, ROWS), "hello") == [1]
    assert not (tmp_path / FILE).exists()


class _Straight:
    """The examples themselves are written whatever the folder says."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        return False


def own(tmp_path, **columns):
    """The dataset's own columns of rows whose values are given by column."""
    n = max(len(values) for values in columns.values())
    rows = [example(k, extra={name: values[k] for name, values in columns.items()}) for k in range(n)]
    return texts_of(tmp_path, rows)


def test_own_columns_of_numbers(tmp_path):
    texts = own(
        tmp_path, a=[1, 2.5, None], b=[1, "2", 3], c=[True, False, True], d=[None, None, None], e=[10**400, 1, 2]
    )
    assert list(texts.numbers) == ["a"]
    assert texts.numbers["a"].tolist() == pytest.approx([1, 2.5, np.nan], nan_ok=True)


def test_own_columns_of_few_values(tmp_path):
    texts = own(tmp_path, a=["x", None, "x"], b=[True, 1, "True"], c=[[1], "a", "b"], d=[0.5, 1.5, 0.5])
    assert {name: (codes.tolist(), names) for name, (codes, names) in texts.labels.items()} == {
        "a": ([0, -1, 0], ["x"]),
        "b": ([0, 1, 0], ["True", "1"]),
    }


def test_a_column_of_too_many_values_is_none(tmp_path):
    texts = own(tmp_path, a=[f"v{k}" for k in range(1500)], b=[f"v{k % 2}" for k in range(1500)])
    assert list(texts.labels) == ["b"]


def test_scores_in_the_file_are_no_columns_of_the_dataset(tmp_path):
    texts = own(tmp_path, base_nll=[1.0, 2.0], domain=["a", "b"], mine=[1.0, 2.0])
    assert list(texts.numbers) == ["mine"] and list(texts.labels) == []
