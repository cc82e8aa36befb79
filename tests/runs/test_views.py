"""What the charts of a run count: every row once, under the right rule, of the right domain."""

from __future__ import annotations

import json

import numpy as np
import pytest
from test_exploration import N, tables

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.data.pool import write_examples
from instructdiff_ui.errors import ConfigError
from instructdiff_ui.runs.exploration import Exploration
from instructdiff_ui.runs.views import Views
from instructdiff_ui.selection.summary import PARTS

SPECS = [
    SelectionSpec(ratio=0.25),
    SelectionSpec(ratio=0.25, gamma=0.2, gamma_high=0.05),
    SelectionSpec(scope="global", ratio=0.5),
    SelectionSpec(strategy="ppl_min"),
    SelectionSpec(strategy="random", seed=3, exclude_calibration=True),
    SelectionSpec(domains={"math": {"ratio": 0.9}}),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with two rows that have no scores."""
    table, examples = tables()
    table.loc[[3, 8], ["delta_nll", "delta_entropy"]] = np.nan
    path = tmp_path_factory.mktemp("run") / "examples.parquet"
    write_examples(path, examples)
    return Exploration(table, path)


def parts(selection, mask=slice(None)) -> dict[str, int]:
    """Rows by part, counted one by one; rows without scores are in no chart."""
    names = {"selected": "selected", "rank": "rank", "nll_low": "filter", "nll_high": "filter", "excluded": "excluded"}
    found = dict.fromkeys(PARTS, 0)
    for decision in np.asarray(selection.decision)[mask]:
        if decision != "quarantined":
            found[names[decision]] += 1
    return found


# counts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("column", ["delta_entropy", "delta_nll"])
def test_curves_count_every_scored_row_by_part(run, spec, column):
    curve, selection = Views(run).curves(spec, column), run.select(spec)
    assert curve.column == column and curve.unscored == 2
    for domain in run.domains:
        assert curve.rows[domain] == parts(selection, (run.table["domain"] == domain).to_numpy())


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("domain", [None, "code", "math"])
def test_the_map_counts_the_rows_of_its_domain(run, spec, domain):
    counts = Views(run).map_counts(spec, domain=domain)
    mask = np.ones(N, bool) if domain is None else (run.table["domain"] == domain).to_numpy()
    table = run.table[mask & np.isfinite(run.table["delta_nll"])]
    x, y = counts.x_edges, counts.y_edges
    inside = table["delta_nll"].between(x[0], x[-1]) & table["delta_entropy"].between(y[0], y[-1])
    assert counts.total.sum() == inside.sum()
    assert counts.outside == len(table) - inside.sum()
    seen = np.zeros(N, bool)
    seen[table.index[inside]] = True
    assert {part: int(cells.sum()) for part, cells in counts.cells.items()} == parts(run.select(spec), seen)


def test_the_map_of_a_domain_lies_in_the_frame_of_all(run):
    """So that two domains compare at a glance."""
    everyone, math = (Views(run).map_counts(SPECS[0], domain=domain) for domain in (None, "math"))
    assert everyone.x_edges.tolist() == math.x_edges.tolist()
    assert (math.total <= everyone.total).all()


@pytest.mark.parametrize("length", ["n_tokens", "response_chars", "instruction_chars", "length_ratio", "score"])
def test_a_score_by_length_counts_every_row(run, length):
    spec = SPECS[0]
    counts, everyone, kept = Views(run).length_counts(spec, score="base_nll", length=length)
    positive = run.metrics[length] > 0
    assert counts.log_x
    assert counts.missing == N - positive.sum()
    assert counts.total.sum() + counts.outside == positive.sum()
    assert len(everyone.median) == len(kept.median) == len(everyone.x)


@pytest.mark.parametrize("spec", SPECS)
def test_kept_rows_against_the_rest(run, spec):
    kept = run.select(spec).selected
    found = Views(run).contrast(spec, "n_tokens")
    tokens = run.table["n_tokens"].to_numpy()
    assert (found.kept.n, found.rest.n) == (kept.sum(), N - kept.sum())
    assert found.kept.mean == pytest.approx(tokens[kept].mean())
    assert found.rest.median == np.median(tokens[~kept])
    kinds = {kind.name: kind for kind in Views(run).contrast(spec, "level")}
    for name, kind in kinds.items():
        there = run.categories["level"] == name
        assert (kind.rows, kind.kept) == (there.sum(), (there & kept).sum())


@pytest.mark.parametrize("domain", [None, "math"])
def test_correlations_are_those_of_the_rows_of_the_domain(run, domain):
    found = Views(run).correlations(domain)
    mask = (run.table["domain"] == domain) | (domain is None)
    mask &= np.isfinite(run.table["delta_nll"])
    assert found.n == mask.sum()
    a, b = found.names.index("base_nll"), found.names.index("n_tokens")
    columns = run.table.loc[mask, ["base_nll", "n_tokens"]]
    assert found.pearson[a, b] == pytest.approx(columns.corr().iloc[0, 1])
    assert found.spearman[a, b] == pytest.approx(columns.rank().corr().iloc[0, 1])


@pytest.mark.parametrize("bins", [20, 60, 120])
def test_the_coarse_counts_hold_every_scored_row(run, bins):
    found = Views(run).cube(bins)
    assert found.domains == run.domains
    for d, domain in enumerate(run.domains):
        own = run.table[(run.table["domain"] == domain) & np.isfinite(run.table["delta_nll"])]
        assert found.counts[d].sum() == len(own)
        assert found.tokens[d].sum() == own["n_tokens"].sum()
    assert (found.all_rows, found.all_tokens) == (N, run.table["n_tokens"].sum())
    for column, histogram in run.preview(SPECS[0], bins=bins).histograms.items():
        assert found.columns[column].edges.tolist() == histogram.edges, "a bin is recounted where it is drawn"


def test_the_coarse_counts_are_ready_for_the_page(run):
    payload = Views(run).cube(60).payload()
    assert payload["all_rows"] == N
    assert [domain["name"] for domain in payload["domains"]] == run.domains
    assert len(json.dumps(payload, allow_nan=False)) < 150_000


# caches ------------------------------------------------------------------------------------------------------------


def told(found: Views, spec: SelectionSpec) -> str:
    """Everything that depends on the rule, as text."""
    curves = [found.curves(spec, column) for column in ("delta_nll", "delta_entropy")]
    grids = [found.map_counts(spec), found.map_counts(spec, domain="code")]
    length, _, kept = found.length_counts(spec, score="delta_entropy", length="n_tokens")
    cells = {k: {part: own.tolist() for part, own in grid.cells.items()} for k, grid in enumerate([*grids, length])}
    return repr([[curve.rows for curve in curves], cells, kept.median.tolist(), found.contrast(spec, "score").kept])


def test_one_rule_is_never_answered_with_the_counts_of_another(run):
    kept, fresh = Views(run), {spec.hash: told(Views(run), spec) for spec in SPECS}
    assert len(set(fresh.values())) == len(SPECS)
    for spec in [*SPECS, *reversed(SPECS), SPECS[0]]:
        assert told(kept, spec) == fresh[spec.hash]


def test_more_columns_and_domains_than_are_remembered(run):
    kept, lengths = Views(run), ("n_tokens", "response_chars", "instruction_chars", "length_ratio")
    for length in (*lengths, *lengths):
        ask = {"score": "base_nll", "length": length}
        found, fresh = (of.length_counts(SPECS[0], **ask)[0].x_edges for of in (kept, Views(run)))
        assert found.tolist() == fresh.tolist()
    rows = {domain: kept.correlations(domain).n for domain in (None, "code", "math")}
    assert rows[None] == rows["code"] + rows["math"] == N - 2


# bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda of: of.map_counts(SPECS[0], domain="law"), "no domain 'law'; the domains are code, math"),
        (lambda of: of.correlations("law"), "no domain 'law'; the domains are code, math"),
        (lambda of: of.contrast(SPECS[0], "mood"), "no column 'mood'; the columns are base_nll, "),
        (lambda of: of.length_counts(SPECS[0], score="mood", length="n_tokens"), "no column 'mood'"),
        (lambda of: of.length_counts(SPECS[0], score="base_nll", length="mood"), "no column 'mood'"),
        (lambda of: of.curves(SelectionSpec(domains={"law": {"ratio": 0.5}}), "delta_nll"), "no domain 'law'"),
    ],
)
def test_what_the_run_does_not_have_is_named_with_what_it_has(run, ask, words):
    with pytest.raises(ConfigError, match=words) as error:
        ask(Views(run))
    assert "\n" not in error.value.message


def test_functions_for_the_page_answer_by_the_id_of_a_run(tmp_path):
    rows = [
        {"instruction": f"Do {k}.", "response": f"Done {k}.", "domain": "ab"[k % 2], "n_tokens": 1 + k, "grade": k % 3}
        | {"base_nll": 1.0, "base_entropy": 1.0, "calibrated_nll": 1 - k / 50, "calibrated_entropy": k / 50}
        for k in range(40)
    ]
    (tmp_path / "scored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run, spec = api.import_scores(tmp_path / "scored.jsonl"), SelectionSpec(ratio=0.5)
    kept = api.preview(run, spec).selection.total.selected
    assert sum(rows["selected"] for rows in api.curves(run, spec).rows.values()) == kept
    assert api.contrast(run, spec, "n_tokens").kept.n == sum(k.kept for k in api.contrast(run, spec, "grade")) == kept
    assert api.map_counts(run, spec, domain="a").total.sum() <= 20
    assert api.length_counts(run, spec)[0].missing == 0
    assert api.correlations(run).n == 40 and api.cube(run)["all_rows"] == 40
