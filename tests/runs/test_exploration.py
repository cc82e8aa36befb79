"""A scored run explored: its rows, its borderline, one row's neighbourhood, and cut-off lines that are moved."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructdiff_ui import api
from instructdiff_ui.api import explore
from instructdiff_ui.config import DomainRule, SelectionSpec, validated
from instructdiff_ui.data.examples import Example
from instructdiff_ui.data.pool import write_examples
from instructdiff_ui.errors import ConfigError, DataError
from instructdiff_ui.runs.cutoffs import moved
from instructdiff_ui.runs.exploration import Exploration
from instructdiff_ui.selection.rows import RowQuery

N = 120


def tables(*, error=True, seed=0):
    """The delta table of a run and its examples, which come in another order and are more."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(1, 0.3, (N, 4)).round(2)
    table = pd.DataFrame(scores, columns=["base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy"])
    table.insert(0, "example_id", [f"r{(7919 * i) % 10007:05d}" for i in range(N)])
    table.insert(1, "domain", rng.choice(["code", "math"], N))
    table.insert(2, "n_tokens", rng.integers(1, 30, N))
    table["delta_nll"] = table["calibrated_nll"] - table["base_nll"]
    table["delta_entropy"] = table["base_entropy"] - table["calibrated_entropy"]
    table["delta_entropy_se"] = rng.uniform(0.01, 0.1, N) if error else np.nan
    table["in_calibration"] = rng.random(N) < 0.2
    examples = [
        Example(
            example_id=example_id,
            domain=domain,
            instruction=f"Do task {k} <b>now</b>.",
            input="with care" if k % 3 == 0 else "",
            response="Done. " * (1 + k % 4),
            extra={"level": k % 4, "score": k / 7, "rank": k, "text": f"t{k}"},
        )
        for k, (example_id, domain) in enumerate(zip(table["example_id"], table["domain"], strict=True))
    ]
    return table, [Example("unscored", "code", "x", "", "y"), *reversed(examples)]


@pytest.fixture(scope="module", params=[True, False], ids=["error", "no error"])
def run(request, tmp_path_factory):
    table, examples = tables(error=request.param)
    path = tmp_path_factory.mktemp("run") / "examples.parquet"
    write_examples(path, examples)
    return Exploration(table, path)


SPEC = SelectionSpec(ratio=0.25)


def ids(page):
    return page.rows["example_id"].tolist()


def test_metrics_are_scores_lengths_and_the_datasets_numbers(run):
    scores = ["base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy", "delta_nll", "delta_entropy"]
    error = ["delta_entropy_se"] if np.isfinite(run.table["delta_entropy_se"]).any() else []
    lengths = ["n_tokens", "instruction_chars", "response_chars", "length_ratio"]
    assert list(run.metrics) == [*scores, *error, *lengths, "level", "score", "data:rank"]
    assert all(len(values) == N for values in run.metrics.values())
    for k in (0, 1, 77):
        instruction = f"Do task {k} <b>now</b>." + ("\nwith care" if k % 3 == 0 else "")
        assert run.metrics["instruction_chars"][k] == len(instruction)
        assert run.metrics["length_ratio"][k] == len(instruction) / (6 * (1 + k % 4))
        assert run.metrics["data:rank"][k] == k
    assert list(run.kinds) == ["level"] and run.kinds["level"].names == ["0", "1", "2", "3"]
    assert run.categories["level"].tolist() == [str(k % 4) for k in range(N)]


def test_a_page_tells_all_there_is_to_show_of_a_row(run):
    spec = SPEC.model_copy(update={"pinned": (run.table["example_id"][4],), "excluded": (run.table["example_id"][6],)})
    page = run.rows(spec, RowQuery(sort_by="score", page_size=10))
    first = ["example_id", "domain", "decision", "rank", "in_calibration", "by_hand", "borderline"]
    assert list(page.rows) == [*first, *run.metrics, "instruction", "response"]
    assert ids(page) == run.table["example_id"][:10].tolist()
    selection, near = run.select(spec), run.borderline(spec)
    for k, row in enumerate(page.rows.to_dict("records")):
        assert row["decision"] == selection.decision[k] and row["rank"] == selection.rank[k]
        assert row["by_hand"] == {4: "kept", 6: "dropped"}.get(k, "")
        assert row["borderline"] == near[k] and row["in_calibration"] == run.table["in_calibration"][k]
        assert row["domain"] == run.table["domain"][k] and row["level"] == k % 4
        assert row["delta_entropy"] == run.table["delta_entropy"][k]
        assert row["instruction"].startswith(f"Do task {k} <b>now</b>.") and row["response"] == "Done. " * (1 + k % 4)
    assert json.dumps(page.rows.to_dict("records"), default=float)


def test_counts_are_of_what_the_other_filters_leave(run):
    query = RowQuery(domains=("math",), ranges={"n_tokens": (5, 20)}, search="task", show="kept")
    page = run.rows(SPEC, query)
    fits = ((run.table["domain"] == "math") & run.table["n_tokens"].between(5, 20)).to_numpy()
    kept, near = run.select(SPEC).selected, run.borderline(SPEC)
    assert page.counts == {
        "all": fits.sum(),
        "kept": (fits & kept).sum(),
        "dropped": (fits & ~kept).sum(),
        "borderline": (fits & near).sum(),
    }
    assert page.total == page.counts["kept"] > 0


def test_search_looks_at_both_texts_and_composes_with_the_rest(run):
    found = run.rows(SPEC, RowQuery(search="  TASK 117 ", sort_by="score"))
    assert ids(found) == [run.table["example_id"][117]]
    found = run.rows(SPEC, RowQuery(search=r"task \d5\b", regex=True, sort_by="score", page_size=100))
    assert ids(found) == run.table["example_id"][15:100:10].tolist()
    assert run.rows(SPEC, RowQuery(search="care", kinds={"level": "0"})).total == sum(k % 12 == 0 for k in range(N))
    with pytest.raises(ConfigError, match="is no regular expression"):
        run.rows(SPEC, RowQuery(search="(", regex=True))


def test_all_that_match_can_be_taken_by_hand_up_to_a_limit(run):
    query = RowQuery(ranges={"score": (None, 2)}, page_size=5, page=2, sort_by="delta_nll")
    assert run.matching(SPEC, query, 15) == tuple(run.table["example_id"][:15])
    with pytest.raises(ConfigError, match="15 rows match, but at most 14 can be chosen by hand"):
        run.matching(SPEC, query, 14)
    kept = run.matching(SPEC, RowQuery(show="kept"))
    assert list(kept) == run.select(SPEC).ids


def test_by_hand_shows_rows_kept_and_dropped_by_hand(run):
    by_hand = run.table["example_id"][[3, 9, 30]].tolist()
    spec = SPEC.model_copy(update={"pinned": tuple(by_hand[:2]), "excluded": (by_hand[2],)})
    assert ids(run.rows(spec, RowQuery(show="by_hand", sort_by="score"))) == by_hand


@pytest.mark.parametrize("k", [0, 5, 119])
@pytest.mark.parametrize("scope", ["domain", "global"])
def test_a_row_knows_its_place_in_its_domain(run, k, scope):
    spec = SelectionSpec(ratio=0.25, scope=scope)
    example_id = run.table["example_id"][k]
    view = run.row(spec, example_id)
    same = run.table[run.table["domain"] == run.table["domain"][k]]
    selection = run.select(spec)
    assert (view.example.example_id, view.decision) == (example_id, selection.decision[k])
    assert view.borderline == run.borderline(spec)[k] and view.by_hand == ""
    assert view.ranked == (selection.rank > 0)[same.index if scope == "domain" else slice(None)].sum()
    for name in ("delta_entropy", "n_tokens", "base_nll"):
        below, equal = (same[name] < same[name][k]).sum(), (same[name] == same[name][k]).sum()
        assert view.percentiles[name] == pytest.approx(100 * (below + equal / 2) / len(same))
    assert set(view.percentiles) == set(run.metrics)
    away = sum(((same[c] - same[c][k]) / same[c].std(ddof=0)) ** 2 for c in ("delta_entropy", "delta_nll")).drop(k)
    nearest = away.to_frame("d").assign(id=same["example_id"]).sort_values(["d", "id"]).index[:5]
    assert [near.example_id for near in view.neighbours] == run.table["example_id"][nearest].tolist()
    for near, place in zip(view.neighbours, nearest, strict=True):
        assert (near.delta_nll, near.n_tokens) == (run.table["delta_nll"][place], run.table["n_tokens"][place])
        assert near.decision == selection.decision[place] and near.instruction.startswith(f"Do task {place} <b>")


def test_a_lonely_or_unscored_row_has_no_neighbours(tmp_path):
    table, examples = tables()
    table.loc[0, "domain"] = "lonely"
    table.loc[1, ["delta_entropy", "delta_nll"]] = np.nan
    table.loc[2:4, "domain"] = "few"
    write_examples(tmp_path / "examples.parquet", examples)
    run = Exploration(table, tmp_path / "examples.parquet")
    views = [run.row(SPEC, table["example_id"][k]) for k in range(3)]
    assert [len(view.neighbours) for view in views] == [0, 0, 2]
    assert "delta_entropy" not in views[1].percentiles and views[1].decision == "quarantined"
    assert views[0].percentiles["delta_entropy"] == 50


def test_rows_are_given_back_by_id(run):
    some = run.table["example_id"][[5, 1]].tolist()
    assert [one.extra["rank"] for one in run.examples_of(some)] == [5, 1]
    assert len(run.examples) == N and list(run.examples) == run.table["example_id"].tolist()
    assert "unscored" not in run.examples and run.examples[some[0]].extra["rank"] == 5
    with pytest.raises(DataError, match="There is no row 'nobody'"):
        run.row(SPEC, "nobody")


def test_borderline_follows_the_errors_where_there_are_any(run):
    selection, near = run.select(SPEC), run.borderline(SPEC)
    error = run.table["delta_entropy_se"]
    cut = np.array([selection.cutoff_of(d).delta_entropy for d in run.table["domain"]])
    kept = np.array([selection.counts[d].selected for d in run.table["domain"]])
    by_error = np.abs(run.table["delta_entropy"] - cut) <= error
    by_rank = np.abs(selection.rank - kept) <= 0.05 * kept
    expected = (by_error if np.isfinite(error).any() else by_rank) & (selection.rank > 0)
    assert near.tolist() == expected.tolist() and 0 < near.sum() < N / 2


def test_moving_a_line_puts_the_cut_where_it_was_dropped(run):
    spec = SelectionSpec(gamma=0.1, ratio=0.2, domains={"code": {"gamma_high": 0.3}})
    at = float(np.quantile(run.table["delta_nll"][run.table["domain"] == "math"], 0.2))
    low = run.move_cutoff(spec, line="gamma_low", group="math", value=at, linked=True, ends=False)
    assert low.gammas_of("math") == (pytest.approx(0.2, abs=0.02), 0.1)
    assert low.gammas_of("code") == (low.gamma, 0.3)
    both = run.move_cutoff(spec, line="gamma_low", group="math", value=at, linked=True)
    assert both.gammas_of("code") == both.gammas_of("math") == (low.gamma, low.gamma)
    assert both.gamma_high is None and both.domains == {}
    beta = run.move_cutoff(spec, line="beta", group="code", value=0.0, linked=False)
    assert beta.ratio == 0.2 and beta.ratio_of("code") != 0.2 and beta.gammas_of("code") == (0.1, 0.3)


gammas = st.sampled_from([0.0, 0.1, 0.2, 0.3])
rules = st.builds(DomainRule, gamma=st.none() | gammas, gamma_high=st.none() | gammas, ratio=st.none() | st.just(0.5))
specs = st.builds(
    SelectionSpec,
    gamma=gammas,
    gamma_high=st.none() | gammas,
    ratio=st.just(0.2),
    domains=st.dictionaries(st.sampled_from(["a", "b"]), rules, max_size=2),
)


@given(specs, st.sampled_from(["gamma_low", "gamma_high", "beta"]), st.booleans(), st.booleans())
def test_a_moved_line_changes_what_it_belongs_to_and_nothing_else(spec, line, linked, ends):
    after = moved(spec, line=line, group="a", share=0.4, linked=linked, ends=ends)
    for name in (None, "a", "b", "c"):
        low, high = spec.gammas_of(name)
        ratio = spec.ratio_of(name or "")
        if linked or name == "a":
            low = 0.4 if line == "gamma_low" or (line == "gamma_high" and ends) else low
            high = 0.4 if line == "gamma_high" or (line == "gamma_low" and ends) else high
            ratio = 0.4 if line == "beta" else ratio
        assert after.gammas_of(name) == (low, high)
        assert after.ratio_of(name or "") == ratio
    assert moved(after, line=line, group="a", share=0.4, linked=linked, ends=ends) == after


def test_one_ranking_moves_for_all(run):
    spec = SelectionSpec(scope="global")
    after = run.move_cutoff(spec, line="gamma_high", group="all", value=0.0, linked=False, ends=False)
    assert after.gamma == 0.1 and after.gamma_high > 0.3 and after.domains == {}


def test_an_imported_run_answers_the_same_questions(tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        {"instruction": f"Do {i}.", "output": f"Done {i}.", "domain": "ab"[i % 2], "n_tokens": 3, "grade": i % 3}
        | {name: rng.random() for name in ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")}
        for i in range(40)
    ]
    (tmp_path / "scored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = api.import_scores(tmp_path / "scored.jsonl", run_dir=tmp_path / "run")
    names = explore.columns(run)
    assert (
        names["kinds"] == ["grade"] and names["metrics"][-1] == "grade" and "delta_entropy_se" not in names["metrics"]
    )
    query = validated(RowQuery, {"search": "done 7", "show": "all", "kinds": {"grade": "1"}})
    (example_id,) = explore.matching(run, SPEC, query)
    page = explore.rows(run, SPEC, query)
    assert ids(page) == [example_id] and page.rows["response"][0] == "Done 7."
    view = explore.row(run, SPEC, example_id)
    assert view.example.extra["grade"] == 1 and len(view.neighbours) == 5
    after = explore.move_cutoff(run, SPEC, line="gamma_high", group="b", value=0.0, linked=False, ends=False)
    assert after.gamma == SPEC.gamma and after.domains["b"].gamma is None
    assert explore.rows(run, SPEC).total == 40
    with pytest.raises(ConfigError, match="40 rows match, but at most 9"):
        explore.matching(run, SPEC, RowQuery(), limit=9)


@pytest.mark.parametrize("descending", [False, True])
def test_rows_sort_by_their_instruction(run, descending):
    query = RowQuery(sort_by="instruction", descending=descending, page_size=100)
    pages = [run.rows(SPEC, query.model_copy(update={"page": page})) for page in (1, 2)]
    shown = [text for page in pages for text in page.rows["instruction"]]
    assert len(shown) == N
    assert shown == sorted(shown, reverse=descending)
