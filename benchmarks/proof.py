"""Every strategy against random rows, on the demo pack and on a user's own rows: the tables of docs/results.md.

python -m benchmarks.proof demo --work build/proof-demo
python -m benchmarks.proof rows --model MODEL --pool pool.jsonl --heldout heldout.jsonl --work build/proof-rows

What is done stays in `--work`, so that a second call goes on, or prints the tables again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHOICE = re.compile(r"^([A-D])\. (.+)$", re.MULTILINE)
RIGHT = re.compile(r"The answer is ([A-D])\.")
STUDIES = ("strategies", "range", "filter", "calibration", "rounds", "method")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=("demo", "rows"))
    parser.add_argument("--work", type=Path, required=True, help="where the run is kept")
    parser.add_argument("--model", help="rows: a folder with safetensors, or a Hub id")
    parser.add_argument("--small-model", help="a small model for Superfiltering; default: none, or the model itself")
    parser.add_argument("--pool", type=Path, help="rows: JSONL with instruction, input, output, domain")
    parser.add_argument("--heldout", type=Path, help="rows: JSONL of the same columns, disjoint from the pool")
    parser.add_argument("--limit", type=int, default=2_000, help="rows of the pool, drawn at random")
    parser.add_argument("--heldout-rows", type=int, default=400, help="held-out rows, an equal part of each domain")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--without", nargs="*", default=[], help="arms to leave out, by name")
    parser.add_argument("--studies", nargs="*", default=["strategies"], choices=STUDIES)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    os.environ["INSTRUCTDIFF_HOME"] = str(arguments.work.resolve() / "home")
    run = demo_run() if arguments.which == "demo" else own_run(arguments)
    for study in arguments.studies:
        print_study(run, study, seeds=arguments.seeds, without=arguments.without)


def demo_run() -> str:
    """The demo's run without generated answers: its model is too small to give right ones (docs/demo.md)."""
    from instructdiff_ui import api

    run = api.open_demo()
    changes: dict[str, Any] = {"evaluation": {"answer_column": None}}
    changes["baselines"] = {"small_model": {"path": "demo:model", "dtype": "float32", "device": "cpu"}}
    api.update_run(run, changes)
    return run


def own_run(arguments: argparse.Namespace) -> str:
    from instructdiff_ui import api

    folder = arguments.work.resolve() / "run"
    if not (folder / "config.yaml").exists():
        heldout = prepared(arguments.heldout, arguments.work / "heldout.jsonl", rows=arguments.heldout_rows)
        training = {"method": "full", "learning_rate": 5e-4, "num_train_epochs": 2, "batch_size": 16}
        values = {
            "name": "proof",
            "model": {"path": arguments.model},
            "data": {
                "sources": [{"path": str(arguments.pool.resolve())}],
                "heldout_sources": [{"path": str(heldout.resolve())}],
                "domain_column": "domain",
                "limit": arguments.limit,
                "max_length": 512,
            },
            "calibration": {"training": training},
            "finetune": training,
            "evaluation": {"choices_column": "choices", "choice_answer_column": "choice"},
            "baselines": {"small_model": {"path": arguments.small_model or arguments.model}},
        }
        api.create_run(api.parse_config(values, preset="paper"), run_dir=folder)
    run = str(folder)
    if api.run_here(run, "data") != "done":
        raise SystemExit(api.status(run).message)
    return run


def prepared(source: Path, target: Path, *, rows: int) -> Path:
    """The first held-out rows of each domain, with the options of lettered questions as columns of their own."""
    every = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    domains = sorted({row["domain"] for row in every})
    kept = [row for name in domains for row in [r for r in every if r["domain"] == name][: rows // len(domains)]]
    for row in kept:
        options, right = CHOICE.findall(row["instruction"]), RIGHT.findall(row["output"])
        asked = len(options) == 4 and bool(right)
        row["choices"] = json.dumps([f"The answer is {a}. {text}" for a, text in options]) if asked else None
        row["choice"] = right[-1] if asked else None
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8")
    return target


def print_study(run: str, study: str, *, seeds: int, without: list[str]) -> None:
    from instructdiff_ui import api

    every = next(one for one in api.studies(run) if one.key == study).arms
    arms = [arm.model_dump(mode="json") for arm in every if arm.name not in without]
    settings = api.study_settings(run, study, changes={"seeds": seeds, "arms": arms})
    same = [one.id for one in api.experiments(run) if one.record.parsed == settings]
    key = same[0] if same else api.create_experiment(run, settings)
    cost, began = api.experiment_cost(run, settings), time.monotonic()
    print(f"{study}: {cost.trials} models, {cost.stages} stages to do, about {cost.seconds / 60:.0f} min", flush=True)
    ended = api.run_experiment_here(run, key)
    print(f"{ended} after {(time.monotonic() - began) / 60:.1f} min\n")
    result = api.experiment(run, key)
    for metric in result.metrics:
        print("\n".join(table(api, result, metric)), end="\n\n")
    for arm in result.arms:
        for trial in arm.trials:
            if trial.state == "failed":
                print(f"{arm.name}, seed {trial.seed}: {trial.reason}")


def table(api: Any, result: Any, metric: str) -> Iterable[str]:
    """One metric as Markdown: a line for every arm, domains side by side."""
    domains = [domain for name, domain in result.measures if name == metric]
    heads = ["arm", "rows", "tokens", "steps", *domains, "against random (95 % interval)", "could see", "verdict"]
    counts = {arm.verdicts[metric, "all"].difference.examples for arm in result.arms if (metric, "all") in arm.verdicts}
    yield f"{api.METRIC_NAMES[metric]}, {' or '.join(map(str, sorted(counts)))} held-out rows:\n"
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for arm in (*result.models, *result.arms):
        sizes = [f"{arm.mean(what):,.0f}" if arm.done else "" for what in ("rows", "tokens", "steps")]
        verdict = arm.verdicts.get((metric, "all"))
        yield f"| {' | '.join([arm.name, *sizes, *(value(arm, metric, d) for d in domains), *said(verdict, metric)])} |"


def value(arm: Any, metric: str, domain: str) -> str:
    found = arm.measured.get((metric, domain))
    if found is None:
        return ""
    scale, digits = (1, 3) if metric == "nll" else (100, 1)
    return f"{scale * found.mean:.{digits}f} ± {scale * found.half:.{digits}f}".removesuffix(" ± nan")


def said(verdict: Any, metric: str) -> list[str]:
    if verdict is None:
        return ["", "", ""]
    scale, digits = (1, 3) if metric == "nll" else (100, 1)
    found = verdict.difference
    mean, low, high = (f"{scale * number:+.{digits}f}" for number in (found.mean, found.low, found.high))
    return [f"{mean} ({low} to {high})", f"{scale * found.detectable:.{digits}f}", verdict.word]


if __name__ == "__main__":
    main()
