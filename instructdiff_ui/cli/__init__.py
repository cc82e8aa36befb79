"""The command line: a verb is one call of `api` and a few printed lines.

Exit codes: 0 done, 2 bad input or a failed stage (one sentence on stderr), 3 stopped.
"""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.markup import escape

from .. import api
from ..api import specs as spec_api
from ..errors import ConfigError, DataError, UserError, disk_full, steady
from .experiments import experiment_app
from .following import console, follow_job
from .hub import open_run, publish, push
from .reading import settings_in, text_of
from .reports import report
from .sharing import share
from .strategies import strategies, suggest
from .tables import table

app = typer.Typer(help="Choose fine-tuning data by differential entropy.", no_args_is_help=True, add_completion=False)

RunDir = Annotated[str, typer.Argument(help="A run directory, or the id of a run in the app's home")]
Set = Annotated[list[str], typer.Option("--set", help="A setting, such as selection.ratio=0.2; may be repeated")]
Model = Annotated[str | None, typer.Option("--model", help="Model folder (safetensors) or Hub id")]


@app.command()
def run(
    run_dir: Annotated[Path, typer.Option("--run-dir", help="Where to make the run")],
    model: Model = None,
    data: Annotated[
        list[str], typer.Option("--data", help="File, saved folder or Hub id; DOMAIN=PATH labels it; may be repeated")
    ] = [],  # noqa: B006  typer reads it
    domain_column: Annotated[str | None, typer.Option(help="Column that holds each row's domain")] = None,
    subset: Annotated[str | None, typer.Option(help="Hub datasets: the configuration")] = None,
    split: Annotated[str | None, typer.Option(help="Hub datasets and saved folders: the split")] = None,
    revision: Annotated[str | None, typer.Option(help="Hub datasets: branch, tag or commit")] = None,
    preset: Annotated[str | None, typer.Option(help=f"One of {', '.join(api.PRESETS)}")] = None,
    limit: Annotated[int | None, typer.Option(help="Use at most this many rows, drawn at random")] = None,
    name: Annotated[str | None, typer.Option(help="What the page calls the run")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings as YAML; options on the command line win")] = None,
    settings: Set = [],  # noqa: B006
    until: Annotated[str, typer.Option(help=f"How far: {', '.join(api.TARGETS)}")] = "model",
) -> None:
    """Load, calibrate, score, select, fine-tune and evaluate, in a new run directory."""
    values = settings_in(config)
    api.last_stage(until)  # a typing error must not leave a run behind
    hub = {"subset": subset, "split": split, "revision": revision}
    sources = [api.parse_source(text) | {key: value for key, value in hub.items() if value} for text in data]
    given: dict[str, Any] = {
        "model": {"path": model} if model else None,
        "name": name,
        "data": {"sources": sources or None, "domain_column": domain_column, "limit": limit},
    }
    preset = preset or values.get("preset") or (None if config else "quick")
    made = api.parse_config(_merged(values, given), preset=preset, overrides=settings)
    api.create_run(made, run_dir=run_dir)
    api.start(str(run_dir), until)
    follow_job(str(run_dir))


@app.command()
def resume(
    run: RunDir,
    until: Annotated[
        str | None, typer.Option(help=f"How far: {', '.join(api.TARGETS)}; default: as far as before")
    ] = None,
    settings: Set = [],  # noqa: B006
) -> None:
    """Go on with a run where it stopped; changed settings redo only what depends on them."""
    _change(run, settings)
    if until is None:
        api.resume(run)
    else:
        api.start(run, until)
    follow_job(run)


@app.command()
def status(
    run: RunDir, follow: Annotated[bool, typer.Option("--follow", help="Stay and show progress until it ends")] = False
) -> None:
    """Say what a run is doing and which stages are done."""
    if follow and api.status(run).active:
        follow_job(run)
        return
    now = api.status(run)
    console.print(f"{escape(steady(now.name))}: {now.state}{': ' + escape(steady(now.message)) if now.message else ''}")
    for stage in now.stages:
        seconds = f"{stage.seconds:8.1f} s" if stage.seconds is not None else ""
        console.print(f"  {stage.status:8} {stage.label:20} {seconds}")
    _warn_of_noise(run)


def _warn_of_noise(run: str) -> None:
    """Say where ΔH is not well above the noise of the arithmetic that it was computed with."""
    found = api.noise(run)
    for sentence in found.warnings if found else []:
        print(sentence, file=sys.stderr)


@app.command()
def stop(run: RunDir) -> None:
    """Stop a run's worker; what is done is kept."""
    api.stop(run)
    if not api.wait_for(run, 20):
        raise UserError("The worker has not ended yet: look again with status.")
    console.print("Stopped; resume goes on from there.")


@app.command()
def select(
    run: RunDir,
    settings: Set = [],  # noqa: B006
    spec: Annotated[Path | None, typer.Option("--spec", help="Begin with the rule in this YAML file")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Begin with the rule saved under this name")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with the default rule, not the one in force")] = False,
) -> None:
    """Select again from cached scores: `select R --set ratio=0.2 --set domains.code.ratio=0.3`."""
    if sum(map(bool, (spec, name, fresh))) > 1:
        raise ConfigError("--spec, --name and --fresh each name the rule to begin with: give one of them.")
    overrides = [s if s.startswith("selection.") else f"selection.{s}" for s in settings]
    values = {"selection": _first_rule(run, spec, name, fresh).model_dump(mode="json")}
    record = api.select(run, api.parse_config(values, overrides=overrides).selection)
    total = record["total"]
    console.print(f"{total['selected']:,} of {total['rows']:,} rows, {total['selected_tokens']:,} response tokens")
    for domain, counts in record["counts"].items():
        console.print(f"  {escape(steady(domain)):24} {counts['selected']:>8,} of {counts['rows']:>8,}")
    console.print(f"{api.status(run).path}/selected.jsonl")
    _warn_of_noise(run)


def _first_rule(run: str, path: Path | None, name: str | None, fresh: bool) -> api.SelectionSpec:
    """The rule that `--set` changes: the one in force, unless another one is named."""
    if path is not None:
        return spec_api.spec_from_yaml(text_of(path))
    if name is not None:
        return spec_api.named_spec(run, name).spec
    return api.SelectionSpec() if fresh else api.spec(run)


@app.command()
def specs(
    run: RunDir,
    save: Annotated[str | None, typer.Option("--save", help="Keep the rule in force under this name")] = None,
    note: Annotated[str, typer.Option("--note", help="What to remember about the rule that is saved")] = "",
    delete: Annotated[str | None, typer.Option("--delete", help="Delete the rule of this name")] = None,
    compare: Annotated[
        tuple[str, str] | None, typer.Option("--compare", help="Two names: what both rules keep, as a Markdown table")
    ] = None,
) -> None:
    """List the selection rules of a run that have a name; save, delete or compare them."""
    if save is not None:
        spec_api.save_spec(run, save, api.spec(run), note=note)
    if delete is not None:
        spec_api.delete_spec(run, delete)
    if compare is not None:
        _compare_specs(run, *compare)
        return
    known = spec_api.named_specs(run)
    for sentence in known.skipped:
        print(sentence, file=sys.stderr)
    for one in known.entries:
        kept, named = "–" if one.kept is None else f"{one.kept:,}", one.named
        when = named.saved_at[:16].replace("T", " ")
        line = f"{named.name:24} {kept:>10} rows  {when}  {named.spec.hash[:8]}  {named.note}"
        typer.echo(steady(line).rstrip())


def _compare_specs(run: str, a: str, b: str) -> None:
    found = spec_api.compare_specs(run, *(spec_api.named_spec(run, name).spec for name in (a, b)))
    both = found.overlap
    rows: list[list[Any]] = [
        ["rows", both.here, both.there],
        ["response tokens", both.here_tokens, both.there_tokens],
        ["rows in both", both.shared, both.shared],
        ["tokens in both", both.shared_tokens, both.shared_tokens],
        ["share that is in both", f"{both.recall_here:.3f}", f"{both.recall_there:.3f}"],
        ["Jaccard", f"{both.jaccard:.3f}", f"{both.jaccard:.3f}"],
        ["chance-corrected", f"{both.chance_corrected:.3f}", f"{both.chance_corrected:.3f}"],
    ]
    table(["", a, b], [*rows, *([one.setting, one.here, one.there] for one in found.differences)])


@app.command()
def train(run: RunDir, model: Model = None, settings: Set = []) -> None:  # noqa: B006
    """Fine-tune on the selection and measure held-out loss."""
    _change(run, [*settings, *([f"model.path={model}"] if model else [])])
    api.start(run, "model")
    follow_job(run)


@app.command()
def export(
    run: RunDir,
    format: Annotated[str, typer.Option("--format", help=f"One of {', '.join(api.EXPORT_FORMATS)}")] = "jsonl",
    out: Annotated[Path | None, typer.Option(help="What to write; default: selected, with the format's suffix")] = None,
    scores: Annotated[bool, typer.Option(help="Add id, domain and scores as columns")] = True,
    package: Annotated[
        bool, typer.Option("--package", help="A folder or .zip with original columns, scores, rule and a README")
    ] = False,
) -> None:
    """Write the selected rows for a trainer, or with their original columns."""
    known = api.EXPORT_FORMATS.get(format)
    path = out or Path("selected.zip" if package else f"selected{known.suffix if known else ''}")
    if package:
        count = api.export_package(run, path, fmt=format).rows
    else:
        count = api.export(run, path, fmt=format, scores=scores)
    console.print(f"{count:,} rows in {path}")


@app.command()
def compare(
    run: RunDir,
    kinds: Annotated[
        str | None, typer.Option(help="Also: what each strategy keeps, by this column of the data")
    ] = None,
) -> None:
    """Print every model that was evaluated in a run, and what each strategy keeps, as Markdown tables."""
    arms = api.comparison(run)
    if not arms:
        raise DataError("No model was fine-tuned and evaluated in this run yet.")
    measures = list(dict.fromkeys(key for arm in arms for key in arm.measured))
    heads = ["model", "seeds", "rows", "steps", *(f"{metric}, {domain}" for metric, domain in measures)]
    table(heads, ([arm.name, arm.seeds, arm.rows, arm.steps, *(_value(arm, key) for key in measures)] for arm in arms))
    if kinds:
        kept = api.kept_by_strategy(run, api.spec(run), kinds)
        names = list(next(iter(kept.values())).index)
        typer.echo("")
        table(["strategy", *names], ([name, *frame["kept"].reindex(names)] for name, frame in kept.items()))


def _value(arm: api.Arm, key: tuple[str, str]) -> str:
    """A mean over seeds with its 95 % interval; a single seed has none."""
    value = arm.measured.get(key)
    if value is None:
        return ""
    return f"{value.mean:.3f}" + ("" if math.isnan(value.half) else f" ± {value.half:.3f}")


app.add_typer(experiment_app, name="experiment")
app.command()(report)
app.command()(strategies)
app.command()(suggest)
app.command()(push)
app.command()(publish)
app.command("open")(open_run)
app.command()(share)

demo_app = typer.Typer(help="The demo pack: a small model, a pool with known truth, a finished run.")
app.add_typer(demo_app, name="demo")


@demo_app.command("open")
def demo_open() -> None:
    """Put the demo's finished run into the app's home, and say where it is."""
    typer.echo(api.status(api.open_demo()).path)


@demo_app.command("build")
def demo_build(
    into: Annotated[Path, typer.Option(help="Where to write the pack")] = Path("build/demo"),
    work: Annotated[Path, typer.Option(help="What a second attempt goes on with")] = Path("build/work"),
    until: Annotated[str, typer.Option(help="How far: pool, model, run")] = "run",
) -> None:
    """Make the demo pack anew from this repository alone: an hour or two on two processor cores."""
    began = time.monotonic()
    record = api.build_demo(into, work=work, until=until, say=lambda line: _say(began, line))
    typer.echo(yaml.safe_dump(record, sort_keys=False, allow_unicode=True))


def _say(began: float, line: str) -> None:
    typer.echo(f"{(time.monotonic() - began) / 60:5.1f} min  {line}")


@app.command()
def starters(
    key: Annotated[str | None, typer.Argument(help="The starter to run; without it they are listed")] = None,
    run_dir: Annotated[
        Path | None, typer.Option("--run-dir", help="Where to make the run; default: the app's home")
    ] = None,
    until: Annotated[str, typer.Option(help=f"How far: {', '.join(api.TARGETS)}")] = "model",
) -> None:
    """List ready-made runs of Hub models and datasets, sized for this machine, or start one of them."""
    if key is None:
        for one in api.starters():
            minutes = max(1, round(one.seconds / 60))
            typer.echo(f"{one.key:14} {one.rows:>6,} rows, about {minutes} min to the selection. {one.about}")
            typer.echo(f"{'':14} {one.model} on {', '.join(one.datasets)}")
        return
    made = api.starter_config(key)
    api.last_stage(until)
    run = api.create_run(made, run_dir=run_dir)
    api.start(run, until)
    follow_job(run)


@app.command()
def settings() -> None:
    """Print every setting, its default and what it means."""
    print(api.reference(), end="")


@app.command("import-scores")
def import_scores(
    file: Annotated[Path, typer.Argument(help="The released code's JSONL, or a table with this app's columns")],
    run_dir: Annotated[Path | None, typer.Option("--run-dir", help="Where to make the run")] = None,
    model: Model = None,
    settings: Set = [],  # noqa: B006
) -> None:
    """Make a run from a scored file: explorable, exportable and, with --model, trainable."""
    values = api.parse_config({"model": {"path": model} if model else None}, overrides=settings)
    made = api.import_scores(file, run_dir=run_dir, settings=values.model_dump(mode="json", exclude={"scores", "name"}))
    console.print(f"{api.status(made).facts('import_scores')['rows']:,} rows in {api.status(made).path}")


def _merged(values: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """`values` with what was given on the command line, leaving out what was not."""
    out = dict(values)
    for key, value in given.items():
        if isinstance(value, dict):
            value = _merged(out.get(key) or {}, value)
            if value:
                out[key] = value
        elif value is not None:
            out[key] = value
    return out


def _change(run: str, overrides: list[str]) -> None:
    if overrides:
        values = api.config(run).model_dump(mode="json")
        api.update_run(run, api.parse_config(values, overrides=overrides).model_dump(mode="json"))


def main() -> None:
    try:
        app()
    except UserError as error:
        sys.exit(_told(error.message))
    except BrokenPipeError:
        raise
    except OSError as error:  # a path that cannot be read or written, a full disk
        known = disk_full(error, str(error.filename or "a file"))
        sys.exit(_told(known.message if known else f"{error.filename or 'A file'}: {error.strerror or error}."))


def _told(message: str) -> int:
    print(message, file=sys.stderr)
    return 2
