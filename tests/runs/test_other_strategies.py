"""Strategies that need more than the scores: what their stages leave, what rests on it, and what refuses."""

import json
import math
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny_models import EOS_ID, save_tiny_model, tiny_tokenizer
from transformers import AutoModelForCausalLM

from instructdiff_ui import api
from instructdiff_ui.config import SelectionSpec, parse_config, updated
from instructdiff_ui.data.pool import read_examples
from instructdiff_ui.data.tokens import read_tokens
from instructdiff_ui.data.zipbytes import zip_bytes
from instructdiff_ui.errors import ConfigError, RunError
from instructdiff_ui.runs import measures, scoringwork
from instructdiff_ui.runs.exploration import explore
from instructdiff_ui.runs.plan import extra_stages, plan, scored_stage
from instructdiff_ui.runs.results import artifact_of
from instructdiff_ui.runs.store import RunStore
from instructdiff_ui.runs.worker import perform
from instructdiff_ui.selection.rows import RowQuery
from instructdiff_ui.selection.ziporder import zip_order

EXTRA = ("ifd", "superfiltering", "selectit", "zip", "instruction_length_max", "inst_resp_ratio_min")
SPEC = SelectionSpec(ratio=0.25)


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory):
    return save_tiny_model(tmp_path_factory.mktemp("small") / "gpt2", arch="gpt2", seed=3)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Where the run lies that the first test makes and every test has a copy of."""
    return tmp_path_factory.mktemp("finished") / "run"


@pytest.fixture
def made(settings, pool_file, small_folder, finished, tmp_path):
    """A scored run of a few rows of three kinds that names a small model."""
    if not finished.exists():
        rows = [json.loads(line) | {"level": k % 3} for k, line in enumerate(pool_file.read_text().splitlines())]
        pool_file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        settings["baselines"] = {"small_model": {"path": str(small_folder), "dtype": "float32", "device": "cpu"}}
        settings["data"]["limit"] = 20
        run = api.create_run(parse_config(settings), run_dir=finished)
        assert api.run_here(run) == "done"
    return RunStore(shutil.copytree(finished, tmp_path / "run"))


def computed(store, strategy, **spec):
    """The columns that the strategy's stages leave, by id."""
    if spec:
        store.write_spec(SelectionSpec(**spec))
    assert perform(store, until=f"strategy:{strategy}") == "done", api.status(str(store.path)).message
    asked = store.spec().model_copy(update={"strategy": strategy})
    folder = extra_stages(store.config(), asked)[-1].folder(store)
    return pd.read_parquet(folder / "columns.parquet").set_index("example_id")


def naive_nll(model_folder, prompt, response):
    """−(1/n) Σ log p, in float64 from the whole of the logits."""
    import torch

    model = AutoModelForCausalLM.from_pretrained(model_folder).double().eval()
    with torch.no_grad():
        logits = model(torch.tensor([[*prompt, *response]])).logits[0].numpy()
    total = 0.0
    for t, token in enumerate(response, len(prompt)):
        z = logits[t - 1]
        total += np.log(np.exp(z - z.max()).sum()) + z.max() - z[token]
    return total / len(response)


def tokens_of(store):
    return {row.example_id: row for row in read_tokens(artifact_of(store, "tokens") / "tokens.parquet")}


def examples_of(store):
    return {row.example_id: row for row in read_examples(artifact_of(store, "pool") / "examples.parquet")}


# numbers -------------------------------------------------------------------------------------------------------------


def test_ifd_is_the_loss_after_the_prompt_over_that_after_the_bare_header(made, model_folder):
    columns, rows = computed(made, "ifd"), tokens_of(made)
    assert set(columns.index) == set(rows)
    header = tuple(tiny_tokenizer()("### Response:", add_special_tokens=False)["input_ids"])
    for name in list(rows)[:4]:
        row = rows[name]
        bare = naive_nll(model_folder, header, row.response_ids)
        asked = naive_nll(model_folder, row.prompt_ids, row.response_ids)
        assert columns.bare_nll[name] == pytest.approx(bare, abs=1e-5)
        assert columns.ifd[name] == pytest.approx(asked / bare, abs=1e-5)
    base = explore(made).table.set_index("example_id")["base_nll"]
    assert (columns.ifd * columns.bare_nll).to_dict() == pytest.approx(base.to_dict())
    shards = pd.concat(map(pd.read_parquet, (artifact_folder(made, "score-bare") / "shards").glob("*")))
    lengths = {name: len(row.response_ids) for name, row in rows.items()}
    assert dict(zip(shards.example_id, shards.n_tokens, strict=True)) == lengths, "both passes score the same tokens"


def artifact_folder(store, name):
    return next((store.path / "artifacts").glob(f"{name}-*"))


def test_superfiltering_is_the_ratio_of_perplexities_under_the_small_model(made, small_folder):
    columns, examples = computed(made, "superfiltering"), examples_of(made)
    encode = tiny_tokenizer()
    for name in list(columns.index)[:4]:
        row = replace(examples[name])
        response = encode(row.response, add_special_tokens=False)["input_ids"]
        asked = naive_nll(small_folder, encode(f"{row.instruction}\n", add_special_tokens=False)["input_ids"], response)
        alone = naive_nll(small_folder, [EOS_ID], response)  # BOS and EOS are one token here
        assert columns.superfilter_ifd[name] == pytest.approx(math.exp(asked) / math.exp(alone), rel=1e-4)


def test_a_row_too_long_for_the_small_model_is_cut_as_the_policy_says(settings, tmp_path, small_folder):
    long = [
        {"instruction": "a" * 600, "output": "b", "domain": "d"},  # no room for a response in 512 positions
        {"instruction": "a" * 500, "output": "b" * 100, "domain": "d"},
        *({"instruction": f"Say {k}.", "output": f"It is {k}.", "domain": "d"} for k in range(18)),
    ]
    (tmp_path / "long.jsonl").write_text("".join(json.dumps(row) + "\n" for row in long))
    big = save_tiny_model(tmp_path / "big")
    config = json.loads((big / "config.json").read_text()) | {"max_position_embeddings": 2048}
    (big / "config.json").write_text(json.dumps(config))
    settings["model"]["path"] = str(big)
    settings["data"] |= {"sources": [{"path": str(tmp_path / "long.jsonl")}], "heldout_ratio": 0}
    settings["baselines"] = {"small_model": {"path": str(small_folder), "dtype": "float32", "device": "cpu"}}
    for overlong, unscored in (("truncate", 1), ("drop", 2)):
        settings["data"]["overlong"] = overlong
        run = api.create_run(parse_config(settings), run_dir=tmp_path / overlong)
        columns = computed(RunStore(run), "superfiltering")
        assert len(columns) == 20 and int(columns.superfilter_ifd.isna().sum()) == unscored


def test_lengths_are_of_the_instruction_without_a_template(made):
    columns, examples, rows = computed(made, "instruction_length_max"), examples_of(made), tokens_of(made)
    for name, row in columns.iterrows():
        n = len(examples[name].instruction.encode())  # one token a byte
        assert row.instruction_tokens == n
        assert row.inst_resp_ratio == n / len(rows[name].response_ids)


def test_the_zip_order_is_that_of_each_domain_or_of_the_pool(made):
    examples = sorted((row for name, row in examples_of(made).items() if name in tokens_of(made)), key=by_id)
    within = computed(made, "zip", ratio=0.25)["zip_rank"]
    for domain in ("code", "math"):
        there = [row for row in examples if row.domain == domain]
        order = zip_order([zip_bytes(row) for row in there], count=math.ceil(0.3 * len(there)))
        expected = {there[place].example_id: rank for rank, place in enumerate(order, 1)}
        found = within[[row.example_id for row in there]].dropna()
        assert found.to_dict() == expected
    over = computed(made, "zip", ratio=0.25, scope="global")["zip_rank_pool"].dropna()
    order = zip_order([zip_bytes(row) for row in examples], count=math.ceil(0.3 * len(examples)))
    assert over.to_dict() == {examples[place].example_id: rank for rank, place in enumerate(order, 1)}


def by_id(row):
    return row.example_id


def test_a_zip_order_of_tokens_goes_on_until_they_are_reached(made):
    ranks = computed(made, "zip", ratio=0.5, budget="tokens")["zip_rank"]
    tokens = pd.Series({name: len(row.response_ids) for name, row in tokens_of(made).items()})
    domains = pd.Series({name: row.domain for name, row in examples_of(made).items()})
    for domain in ("code", "math"):
        mine = tokens[domains[tokens.index] == domain]
        assert mine[ranks[mine.index].notna()].sum() >= 0.5 * mine.sum()
    record = api.select(str(made.path), SelectionSpec(strategy="zip", ratio=0.5, budget="tokens"))
    assert record["total"]["selected_tokens"] >= 0.5 * record["total"]["tokens"]


def test_selectit_weighs_the_models_by_their_size(made, small_folder):
    alone = computed(made, "selectit")["selectit"]
    model = {"path": str(small_folder), "dtype": "float32", "device": "cpu"}
    made.write_config(updated(made.config(), {"baselines": {"selectit_models": [model]}}))
    both = computed(made, "selectit")["selectit"]
    base, further, _ = extra_stages(made.config(), SelectionSpec(strategy="selectit"))[-3:]
    sizes = [made.manifest(stage.name, stage.fingerprint)["facts"]["n_parameters"] for stage in (base, further)]
    shards = (further.folder(made) / "shards").glob("*.parquet")
    other = pd.concat(map(pd.read_parquet, shards)).set_index("example_id")["score"]
    expected = (sizes[0] * alone + sizes[1] * other[alone.index]) / sum(sizes)
    assert both[alone.index].to_dict() == pytest.approx(expected.to_dict())
    assert sizes[0] != sizes[1]


# stages --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("strategy", "batches"), [("ifd", 12), ("superfiltering", 12), ("selectit", 60)])
def test_a_pass_that_was_stopped_goes_on_where_it_was(made, strategy, batches, monkeypatch):
    monkeypatch.setattr(scoringwork, "UNIT_BATCHES", 1)
    config = made.config()
    made.write_config(updated(config, {"scoring": {"batch_tokens": 16}}))  # changes no fingerprint
    calls = []

    def stop_soon() -> bool:
        calls.append(1)
        return len(calls) > batches

    assert perform(made, until=f"strategy:{strategy}", should_stop=stop_soon) == "stopped"
    last = extra_stages(config, SelectionSpec(strategy=strategy))
    folder = next(stage for stage in reversed(last) if stage.accelerator).folder(made)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("shards/*.parquet")}
    assert before and not any(path.name == "columns.parquet" for path in folder.iterdir())
    columns = computed(made, strategy)
    after = {path: path.stat().st_mtime_ns for path in folder.rglob("shards/*.parquet")}
    assert len(after) > len(before) and all(after[path] == before[path] for path in before)
    assert len(columns) == len(explore(made).table) and columns.notna().all().all()


@pytest.mark.parametrize("strategy", EXTRA)
def test_a_run_whose_rule_ranks_otherwise_does_what_that_needs_and_no_more(made, strategy):
    before = {folder.name for folder in (made.path / "artifacts").iterdir()}
    made.write_spec(SPEC.model_copy(update={"strategy": strategy}))
    assert api.run_here(str(made.path)) == "done"
    record = json.loads((made.path / "selection.json").read_text())
    assert record["spec"]["strategy"] == strategy and record["total"]["selected"] <= 0.25 * record["total"]["rows"]
    new = {folder.name.rpartition("-")[0] for folder in (made.path / "artifacts").iterdir()} - {
        name.rpartition("-")[0] for name in before
    }
    stages = {stage.name for stage in extra_stages(made.config(), made.spec())}
    assert new == stages - {"pool", "tokens", "score-base"}
    first = json.loads((made.path / "selected.jsonl").read_text().splitlines()[0])
    assert measures.RANKINGS[strategy].column in first


def test_ifd_keeps_the_highest_up_to_one_and_counts_what_it_cannot_rank(made):
    ifd = computed(made, "ifd")["ifd"]
    chosen = explore(made).select(SPEC.model_copy(update={"strategy": "ifd", "ratio": 1.0}))
    fits = set(ifd.index[ifd <= 1])
    assert set(chosen.ids) == fits and 0 < len(fits) < len(ifd), "the case shows nothing"
    assert chosen.total.selected == len(fits) and chosen.total.decisions["rank"] == len(ifd) - len(fits)
    assert int((chosen.rank > 0).sum()) == len(fits)


# exploring -----------------------------------------------------------------------------------------------------------


def test_what_is_computed_can_be_explored_like_any_other(made):
    run = str(made.path)
    assert not set(EXTRA) & set(api.strategies(run))
    assert set(api.missing_strategies(run)) == {"consensus", "inst_resp_ratio_max", *EXTRA}
    assert "base model" in api.missing_strategies(run)["ifd"]
    first = explore(made)
    assert explore(made) is first
    computed(made, "ifd")
    computed(made, "instruction_length_max")
    assert explore(made) is not first
    assert {"ifd", "instruction_length_max", "inst_resp_ratio_min"} <= set(api.strategies(run))
    assert {"ifd", "bare_nll", "instruction_tokens", "inst_resp_ratio"} <= set(api.columns(run)["metrics"])
    page = api.rows(
        run, SPEC.model_copy(update={"strategy": "ifd"}), RowQuery(sort_by="ifd", ranges={"ifd": (None, 1)})
    )
    assert page.rows["ifd"].is_monotonic_increasing and page.rows["ifd"].max() <= 1
    assert "ifd" in api.kept_by_strategy(run, SPEC, api.categories(run)[0])
    path = made.path / "out.jsonl"
    api.export(run, path, fmt="jsonl", spec=SPEC, scores=True)
    assert {"ifd", "inst_resp_ratio"} <= set(json.loads(path.read_text().splitlines()[0]))
    assert api.contrast(run, SPEC, "ifd") and api.correlations(run)
    assert api.row(run, SPEC, explore(made).table["example_id"][0]).scores["ifd"] > 0


def test_columns_of_other_settings_are_not_shown(made):
    computed(made, "superfiltering")
    assert "superfilter_ifd" in explore(made).table
    other = {"baselines": {"small_model": {"revision": "other"}}}
    made.write_config(updated(made.config(), other))
    assert "superfilter_ifd" not in explore(made).table
    assert "superfiltering" in api.missing_strategies(str(made.path))


def test_the_zip_order_that_goes_farthest_is_shown_and_serves_shorter_ones(made):
    run = str(made.path)
    computed(made, "zip", ratio=0.5)
    ranks = explore(made).table["zip_rank"]
    assert "zip_rank_pool" not in explore(made).table
    spec = SelectionSpec(strategy="zip", ratio=0.25)
    previewed = explore(made).select(spec).ids
    assert api.select(run, spec)["ids"] == previewed
    assert explore(made).table["zip_rank"].equals(ranks)
    with pytest.raises(ConfigError, match=r"has ranked .* rows of code, and β asks for more: compute it again"):
        explore(made).select(spec.model_copy(update={"ratio": 0.9}))
    assert "zip" not in api.kept_by_strategy(run, SelectionSpec(ratio=0.9), api.categories(run)[0])
    with pytest.raises(ConfigError, match="ranks by zip_rank_pool, which this run does not have yet: compute"):
        explore(made).select(spec.model_copy(update={"scope": "global"}))


@pytest.mark.parametrize("strategy", EXTRA)
def test_a_selection_loads_no_model(made, strategy):
    with pytest.raises(RunError, match=f"What the strategy {strategy} ranks by is not there yet: compute"):
        api.select(str(made.path), SelectionSpec(strategy=strategy))
    assert made.spec() == made.config().selection


def test_what_cannot_be_computed_is_refused(made, monkeypatch):
    run = str(made.path)
    with pytest.raises(ConfigError, match="There is no strategy 'best'"):
        api.compute_strategy(run, "best")
    with pytest.raises(ConfigError, match="The strategy ppl_min ranks by the scores of the run"):
        api.compute_strategy(run, "ppl_min")
    made.write_config(made.config().model_copy(update={"baselines": type(made.config().baselines)()}))
    with pytest.raises(ConfigError, match=r"cannot be computed. It scores with a small second model: name one in base"):
        api.compute_strategy(run, "superfiltering")
    started = []
    monkeypatch.setattr(api.explore.executor, "start", lambda store, until: started.append((store.path, until)))
    api.compute_strategy(run, "ifd")
    assert started == [(made.path, "strategy:ifd")]


def test_superfiltering_asks_for_its_model_at_once(settings):
    with pytest.raises(ConfigError, match=r"superfiltering needs a small model: name one in baselines\.small_model"):
        parse_config(settings | {"selection": {"strategy": "superfiltering"}})


# imported scores -----------------------------------------------------------------------------------------------------


@pytest.fixture
def imported(tmp_path, model_folder):
    rng = np.random.default_rng(2)
    rows = [
        {"instruction": f"Do {i}.", "output": f"Done {i} {'x' * (i % 5)}.", "domain": "ab"[i % 2], "n_tokens": 3}
        | {name: rng.random() for name in ("base_nll", "base_entropy", "calibrated_nll", "calibrated_entropy")}
        for i in range(20)
    ]
    (tmp_path / "scored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def of(settings):
        run = api.import_scores(tmp_path / "scored.jsonl", settings=settings, run_dir=tmp_path / f"run{len(settings)}")
        return RunStore(run)

    return of


def test_imported_scores_without_a_model_can_be_zipped_and_no_more(imported):
    store = imported({})
    run = str(store.path)
    computed(store, "zip", ratio=0.2)
    assert api.select(run, SelectionSpec(strategy="zip", ratio=0.2))["total"]["selected"] == 4
    with pytest.raises(ConfigError, match="needs the base model, and this run was made from a scored file without one"):
        api.compute_strategy(run, "ifd")
    assert "model.path" in api.missing_strategies(run)["selectit"]


def test_imported_scores_with_a_model_are_measured_by_it(imported, model_folder):
    store = imported({"model": {"path": str(model_folder), "dtype": "float32", "device": "cpu"}})
    ifd = computed(store, "ifd")
    assert len(ifd) == 20 and ifd.ifd.notna().all()
    assert (artifact_folder(store, "score-base") / "manifest.json").is_file(), "IFD needs base scores of these tokens"
    record = api.select(str(store.path), SelectionSpec(strategy="ifd", ratio=0.2))
    assert set(record["ids"]) <= set(ifd.index[ifd.ifd <= 1])


# the plan ------------------------------------------------------------------------------------------------------------


def names(stages):
    return [stage.name for stage in stages]


BASE = {"model": {"path": "m"}, "data": {"sources": [{"path": "d"}]}}


@pytest.mark.parametrize(
    ("strategy", "extra"),
    [
        ("ifd", ["score-bare"]),
        ("superfiltering", ["score-small"]),
        ("selectit", ["rate", "rate-2", "selectit"]),
        ("zip", ["zip-domain-rows-20"]),
        ("inst_resp_ratio_max", ["lengths"]),
    ],
)
def test_a_strategy_adds_its_stages_before_the_selection_and_nothing_else(strategy, extra):
    config = parse_config(BASE | {"baselines": {"small_model": {"path": "s"}, "selectit_models": [{"path": "t"}]}})
    plain, asked = (plan(config, SelectionSpec(strategy=name)) for name in ("instructdiff", strategy))
    place = names(plain).index("select")
    assert names(asked) == [*names(plain)[:place], *extra, *names(plain)[place:]]
    assert [s.fingerprint for s in plain[:place]] == [s.fingerprint for s in asked[:place]]
    assert names(scored_stage(asked).upstream) == names(scored_stage(plain).upstream)
    assert extra_stages(config, SelectionSpec()) == []
    assert set(names(extra_stages(config, SelectionSpec(strategy=strategy)))) <= {s.name for s in asked}


def test_models_of_other_strategies_change_no_stage():
    more = BASE | {"baselines": {"small_model": {"path": "s"}, "selectit_models": [{"path": "t"}]}}
    before, after = (plan(parse_config(values), SelectionSpec()) for values in (BASE, more))
    assert [s.fingerprint for s in before] == [s.fingerprint for s in after]


def test_every_round_ranks_by_its_own_rule():
    values = BASE | {"calibration": {"rounds": 2, "seeds": 2}, "selection": {"strategy": "zip", "ratio": 0.45}}
    stages = {stage.name: stage for stage in plan(parse_config(values), SelectionSpec(strategy="ifd"))}
    assert names(stages["select"].upstream) == ["combine", "zip-domain-rows-50"]
    assert names(stages["select-2"].upstream) == ["combine-2", "score-bare"]
    once = plan(parse_config(values), SelectionSpec(strategy="zip", ratio=0.5))
    assert names(once).count("zip-domain-rows-50") == 1


@pytest.mark.parametrize(
    ("spec", "percent"),
    [
        ({}, 20),
        ({"ratio": 0.2}, 20),
        ({"ratio": 0.3}, 30),
        ({"ratio": 0.301}, 40),
        ({"ratio": 1.0}, 100),
        ({"ratio": 0.1, "domains": {"a": {"ratio": 0.7}, "b": {"gamma": 0.2}}}, 70),
    ],
)
def test_zip_goes_as_far_as_the_rule_and_a_little_on(spec, percent):
    stage = extra_stages(parse_config(BASE), SelectionSpec(strategy="zip", **spec))[-1]
    assert stage.settings["percent"] == percent
