"""The published functions over HTTP and MCP: what is there, a whole run by either, and what bad input is told."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import socket
import time
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio.utils import get_function_description
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from hub_stub import TOKEN, Repo, hub_stub, talking_to
from scored_runs import scored_rows, scored_run
from starlette.middleware import Middleware

from instructdiff_ui import api
from instructdiff_ui.api import remote
from instructdiff_ui.runs import home, visitors
from instructdiff_ui.ui import endpoints, identity, page
from instructdiff_ui.ui.identity import HEADER, Door, serve_visitors

mcp = pytest.importorskip("mcp")

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
NAMES = [function.__name__ for function in remote.PUBLISHED]
QUICK = {"num_train_epochs": 1, "batch_size": 4, "per_device_train_batch_size": 4, "lora_r": 2, "learning_rate": 1e-2}
SETTINGS = {
    "data": {"heldout_ratio": 0.1},
    "calibration": {"ratio": 0.2, "training": QUICK},
    "scoring": {"shard_rows": 8, "batch_tokens": 512},
    "selection": {"ratio": 0.25},
    "finetune": QUICK,
}


@pytest.fixture(scope="module")
def url():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = page.build()
    made.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, mcp_server=True, show_error=False, server_port=port
    )
    yield made.local_url
    made.close()


@pytest.fixture
def ask(url, tmp_path):
    client = Client(url, verbose=False, download_files=tmp_path / "downloads")
    return lambda name, **arguments: client.predict(**arguments, api_name=f"/{name}")


@pytest.fixture
def scored(tmp_path):
    return scored_run(tmp_path, scored_rows())


def refused(ask, name: str, **arguments) -> str:
    """The sentence that a call is refused with."""
    with pytest.raises(AppError) as told:
        ask(name, **arguments)
    said = str(told.value)
    assert "Traceback" not in said and "\n" not in said and said.endswith("."), said
    return said


# what is published -------------------------------------------------------------------------------------------------


def test_the_server_describes_the_published_functions_and_nothing_else(url):
    info = httpx.get(f"{url}gradio_api/info").json()
    assert info["unnamed_endpoints"] == {}
    assert list(info["named_endpoints"]) == [f"/{name}" for name in NAMES]
    for function in remote.PUBLISHED:
        there = info["named_endpoints"][f"/{function.__name__}"]
        assert there["description"]
        signature = inspect.signature(function)
        assert [one["parameter_name"] for one in there["parameters"]] == list(signature.parameters)
        assert all(one["type"] for one in (*there["parameters"], *there["returns"])), function.__name__
        assert len(there["returns"]) == 1
        required = [one["parameter_name"] for one in there["parameters"] if not one["parameter_has_default"]]
        assert required == [p.name for p in signature.parameters.values() if p.default is p.empty]


@pytest.mark.parametrize("function", remote.PUBLISHED, ids=NAMES)
def test_every_function_says_what_it_does_and_takes(function):
    summary, arguments, returns = get_function_description(function)
    assert summary.endswith(".") and returns
    assert list(arguments) == list(inspect.signature(function).parameters)
    assert all(line.endswith(".") for line in arguments.values()), arguments


def test_what_changes_something_is_marked():
    assert set(NAMES) >= remote.CHANGES | remote.SLOW
    assert not remote.CHANGES & remote.SLOW
    assert {"create_run", "start", "select", "delete_run"} <= remote.CHANGES


def test_the_docs_list_these_functions():
    rows = re.findall(r"^\| `(\w+)`( ★)? \| (.*?) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.M)
    assert [row[0] for row in rows] == NAMES
    assert {name for name, star, *_ in rows if star} == remote.CHANGES
    for function, (_, _, arguments, about) in zip(remote.PUBLISHED, rows, strict=True):
        assert re.findall(r"`(\w+)`", arguments) == list(inspect.signature(function).parameters)
        assert about == (inspect.getdoc(function) or "").splitlines()[0]


# a whole run -------------------------------------------------------------------------------------------------------


def test_the_script_of_the_docs_does_a_whole_run(url, model_folder, pool_file, tmp_path, monkeypatch):
    script = re.search(r"<!-- script -->\n```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)[1]
    for placeholder, value in {
        "http://127.0.0.1:7860": url,
        "HuggingFaceTB/SmolLM2-135M": str(model_folder),
        "pool.jsonl": str(pool_file),
        '{"data": {"limit": 1000}}': repr(SETTINGS | {"model": {"dtype": "float32", "device": "cpu"}}),
    }.items():
        assert placeholder in script
        script = script.replace(placeholder, value)
    said: list[tuple] = []
    scope = {"print": lambda *words: said.append(words)}
    exec(compile(script, str(DOCS), "exec"), scope)

    assert scope["found"]["rows"] + scope["found"]["heldout_rows"] == 60
    assert {one["domain"] for one in scope["found"]["domains"]} == {
        one["domain"] for one in scope["preview"]["domains"]
    }
    chosen, exported = scope["chosen"], Path(scope["file"])
    assert scope["preview"]["selected"] == chosen["selected"] > 0
    assert scope["preview"]["rule_hash"] == chosen["rule_hash"]
    ids = {json.loads(line)["example_id"] for line in exported.read_text(encoding="utf-8").splitlines()}
    kept = scope["ask"]("rows", run=scope["run"], show="kept", page_size=100)
    assert ids == {row["example_id"] for row in kept["rows"]} and len(ids) == chosen["selected"]
    study_of(scope["ask"], scope["run"], exported)
    models = [words[0] for words in said if len(words) == 2 and isinstance(words[1], list)]
    assert models[:2] == ["base", "calibrated"] and len(models) == 3
    assert Path(said[-1][0]).read_text(encoding="utf-8").startswith("# ")


def study_of(ask, run: str, exported: Path) -> None:
    """What else is known of a run that a model was trained in."""
    described = ask("describe_run", run=run)
    assert described["rows"] == ask("rows", run=run)["total"] and described["tokens"]["response"][0]["domain"] == "all"
    one = json.loads(exported.read_text(encoding="utf-8").splitlines()[0])
    values = ask("token_view", run=run, example_id=one["example_id"])
    assert len(values["tokens"]) == len(values["base_nll"]) == len(values["calibrated_entropy"]) == one["n_tokens"]
    assert "proof" in {study["study"] for study in ask("list_experiments", run=run)["studies"]}
    dry = ask("run_experiment", run=run, study="proof", seeds=2, dry_run=True)
    assert dry["experiment"] is None and dry["cost"]["trials"] > 0
    assert ask("list_experiments", run=run)["experiments"] == []
    assert "'nothing'" in refused(ask, "run_experiment", run=run, study="nothing")


def test_an_mcp_client_does_a_whole_run(url, model_folder, pool_file):
    asyncio.run(mcp_session(url, str(model_folder), str(pool_file)))


async def mcp_session(url: str, model: str, dataset: str) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with (
        streamablehttp_client(f"{url}gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert list(tools) == NAMES
        create = tools["create_run"].inputSchema
        assert create["required"] == ["model", "datasets"]
        assert create["properties"]["preset"]["enum"] == ["quick", "paper", "official"]
        assert all(one["description"] for one in create["properties"].values())

        async def ask(name: str, **arguments):
            answer = await session.call_tool(name, arguments)
            text = answer.content[0].text
            assert not answer.isError, text
            return text if name in ("export", "report") else json.loads(text)

        described = await ask("describe_dataset", datasets=[dataset], domain_column="domain")
        assert described["rows"] + described["heldout_rows"] == 60
        settings = SETTINGS | {"model": {"dtype": "float32", "device": "cpu"}}
        made = await ask("create_run", model=model, datasets=[dataset], domain_column="domain", settings=settings)
        run = made["run"]
        now = await ask("start", run=run, target="model")
        until = time.monotonic() + 240
        while now["active"] and time.monotonic() < until:
            await asyncio.sleep(0.5)
            now = await ask("status", run=run)
        assert now["state"] == "done", now
        assert [one["run"] for one in await ask("list_runs")] == [run]
        preview = await ask("preview_selection", run=run, ratio=0.4, gamma=0.0)
        chosen = await ask("select", run=run, ratio=0.4, gamma=0.0)
        assert preview["selected"] == chosen["selected"] > 0
        lines = httpx.get(await ask("export", run=run)).text.splitlines()
        kept = await ask("rows", run=run, show="kept", page_size=100)
        assert {json.loads(line)["example_id"] for line in lines} == {row["example_id"] for row in kept["rows"]}
        wanted = await ask("run_experiment", run=run, study="proof", seeds=1, ratios=[0.5])
        now = await ask("stop", run=run)
        while now["active"] and time.monotonic() < until:
            await asyncio.sleep(0.5)
            now = await ask("status", run=run)
        assert now["state"] == "stopped"
        shown = await ask("show_experiment", run=run)
        assert shown["experiment"] == wanted["experiment"] and "random" in {arm["name"] for arm in shown["arms"]}
        assert (await ask("compare", run=run))[0]["name"] == "base"
        assert httpx.get(await ask("report", run=run)).text.lower().startswith("<!doctype html>")
        bad = await session.call_tool("preview_selection", {"run": run, "ratio": 7})
        assert bad.isError and "ratio is 7" in bad.content[0].text and "Traceback" not in bad.content[0].text


# on a public server ------------------------------------------------------------------------------------------------


@pytest.fixture
def public(monkeypatch):
    monkeypatch.setattr(visitors, "_default", None)
    with gr.Blocks(analytics_enabled=False) as made:
        endpoints.publish()
    serve_visitors(made)
    made.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, mcp_server=True, show_error=False,
        app_kwargs={"middleware": [Middleware(Door, public=True)]},
    )  # fmt: skip
    yield made.local_url
    made.close()


@pytest.fixture
def hub(tmp_path):
    """Whose sizes the server looks at before it makes a visitor's run."""
    weights = {"config.json": b"{}", "model.safetensors": b"weights"}
    with hub_stub({"org/tiny": Repo(weights, kind="models")}) as stub, talking_to(stub.url, tmp_path / "cache"):
        yield stub


def asking_as(url: str, headers: dict[str, str]):
    """A function that calls a published one over HTTP with these headers."""
    client = Client(url, verbose=False, headers=headers)
    return lambda name, **arguments: client.predict(**arguments, api_name=f"/{name}")


def test_visitors_have_runs_of_their_own_by_their_keys(public, hub, pool_file, model_folder):
    mine, other, nobody = (asking_as(public, headers) for headers in ({HEADER: "m" * 40}, {HEADER: "o" * 40}, {}))
    kept = mine("upload_dataset", file=handle_file(pool_file))["dataset"]
    assert mine("describe_dataset", datasets=[kept])["rows"] > 0
    run = mine("create_run", model="org/tiny", datasets=[kept])["run"]
    assert [one["run"] for one in mine("list_runs")] == [run]
    for key, known in {"m" * 40: [run], "o" * 40: [], "": [], "short": []}.items():
        assert asyncio.run(runs_by_mcp(public, {HEADER: key} if key else {})) == known
    for stranger in (other, nobody):
        assert stranger("list_runs") == []
        for name, more in {"status": {}, "describe_run": {}, "start": {}, "delete_run": {}, "export": {}}.items():
            assert "There is no run" in refused(stranger, name, run=run, **more)
    assert "has to know you" in refused(nobody, "create_run", model="org/tiny", datasets=["org/data"])
    with pytest.raises(httpx.HTTPStatusError, match="403"):  # the file is refused before the function is asked
        nobody("upload_dataset", file=handle_file(pool_file))
    for asked in (mine, other, nobody):
        assert "reads no paths" in refused(asked, "describe_dataset", datasets=[str(pool_file)])
    assert "reads no paths" in refused(other, "describe_dataset", datasets=[kept])
    assert "in a job here" in refused(mine, "describe_dataset", datasets=["org/data"])
    assert "reads no paths" in refused(mine, "create_run", model=str(model_folder), datasets=[kept])


def test_a_script_with_a_token_is_its_account_and_pushes_as_it(public, hub, monkeypatch, tmp_path):
    monkeypatch.setattr(identity, "_accounts", identity.Accounts())
    hub.users |= {TOKEN: "me"}
    me = {"authorization": f"Bearer {TOKEN}"}
    mine, account = asking_as(public, me), api.Visitor("hub:id-me")
    with api.acting_as(None):
        run = scored_run(tmp_path, scored_rows())
        made = home.open_store(run).path
    with api.acting_as(account):
        home.runs_dir().mkdir(parents=True)
        made.rename(home.runs_dir() / run)
    assert mine("push_to_hub", run=run, repo_id="rows")["repo_id"] == "me/rows"
    assert asyncio.run(runs_by_mcp(public, me)) == [run]
    guest, unknown = (asking_as(public, one) for one in ({HEADER: "m" * 40}, {"authorization": "Bearer hf_x"}))
    assert "There is no run" in refused(guest, "push_to_hub", run=run, repo_id="rows")
    assert "The Hub does not know the token" in refused(unknown, "list_runs")


async def runs_by_mcp(url: str, headers: dict[str, str]) -> list[str]:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with (
        streamablehttp_client(f"{url}gradio_api/mcp/", headers=headers) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        if len(headers.get(HEADER, "")) in range(1, 32) or not headers:
            told = await session.call_tool("open_demo", {})
            assert told.isError
            told = await session.call_tool("create_run", {"model": "org/tiny", "datasets": ["org/data"]})
            assert told.isError and "has to know you" in told.content[0].text
        answer = await session.call_tool("list_runs", {})
        return [one["run"] for one in json.loads(answer.content[0].text)]


# single functions --------------------------------------------------------------------------------------------------


def test_two_plain_requests_are_a_call(url, scored):
    """As curl does it."""
    posted = httpx.post(f"{url}gradio_api/call/v2/status", json={"run": scored}).json()
    answer = httpx.get(f"{url}gradio_api/call/status/{posted['event_id']}").text
    kind, data = re.search(r"event: (\w+)\ndata: (.*)\n", answer).groups()
    assert kind == "complete" and json.loads(data)[0]["run"] == scored


def test_a_preview_changes_nothing_and_a_selection_is_saved(ask, scored):
    before = ask("preview_selection", run=scored)
    other = ask("preview_selection", run=scored, ratio=0.5, gamma=0.0, strategy="random", rule={"seed": 3})
    assert other["selected"] == 30 != before["selected"]
    assert ask("preview_selection", run=scored) == before
    ask("select", run=scored, ratio=0.5, gamma=0.0, strategy="random", rule={"seed": 3}, save_as="half")
    now = ask("preview_selection", run=scored)
    assert (now["rule"], now["rule_hash"]) == (other["rule"], other["rule_hash"])
    assert sum(domain["selected"] for domain in now["domains"]) == now["selected"]


def test_rows_are_asked_for_by_page_and_one_by_one(ask, scored):
    page = ask("rows", run=scored, page=2, page_size=7, sort_by="delta_nll", descending=True, domains=["math"])
    assert (len(page["rows"]), page["page"], {row["domain"] for row in page["rows"]}) == (7, 2, {"math"})
    values = [row["delta_nll"] for row in page["rows"]]
    assert values == sorted(values, reverse=True)
    found = ask("row", run=scored, example_id=page["rows"][0]["example_id"])
    assert found["response"] and found["decision"] and not found["clipped"]
    assert {one["metric"] for one in found["scores"]} >= {"delta_entropy", "delta_nll"}


def test_runs_over_one_pool_are_compared(ask, tmp_path):
    one, other = (scored_run(tmp_path, scored_rows(seed=seed), name=name) for seed, name in enumerate(("one", "other")))
    keys = {candidate["key"] for candidate in ask("comparable_runs", run=one)}
    assert keys == {other}
    (pair,) = ask("compare_runs", run=one, others=[other])["others"]
    assert pair["overlap"]["rows"] == 60 and 0 <= pair["overlap"]["jaccard"] <= 1


def test_thresholds_are_suggested_and_strategies_listed(ask, scored):
    assert [one["threshold"] for one in ask("suggest", run=scored)] == ["gamma", "ratio"]
    found = ask("strategies", run=scored)
    assert "instructdiff" in found["ready"]
    assert "ifd" in {one["strategy"] for one in found["missing"]}


def test_an_uploaded_file_becomes_a_dataset(ask, pool_file):
    kept = ask("upload_dataset", file=handle_file(pool_file))["dataset"]
    found = ask("describe_dataset", datasets=[f"mine={kept}"])
    assert [one["domain"] for one in found["domains"]] == ["mine"]


def test_rows_that_cannot_be_used_are_told_with_a_reason(ask, tmp_path):
    rows = [{"instruction": f"Say {n}.", "output": f"{n}" if n else ""} for n in range(5)]
    (tmp_path / "gap.json").write_text(json.dumps(rows), encoding="utf-8")
    found = ask("describe_dataset", datasets=[str(tmp_path / "gap.json")])
    assert found["rows"] == 4 and found["set_aside"]["rows"] == 1
    assert found["set_aside"]["reasons"][0]["rows"] == 1 and found["set_aside"]["first"][0]["row"] == 1


def test_a_job_that_a_worker_does_needs_no_work_from_the_request(ask, scored):
    assert ask("work", run=scored)["state"] == "done"


def test_the_hub_is_not_written_to_without_a_name(ask, scored):
    for name in ("push_to_hub", "push_model_to_hub", "publish_to_hub"):
        refused(ask, name, run=scored, repo_id="no name")
        assert "There is no run" in refused(ask, name, run="nope", repo_id="org/name")
    assert "org/name" in refused(ask, "open_from_hub", link="")


def test_a_run_is_deleted(ask, scored):
    assert ask("delete_run", run=scored)["deleted"]
    assert ask("list_runs") == []


# bad input ---------------------------------------------------------------------------------------------------------


def test_bad_input_is_told_in_one_sentence(ask, scored, model_folder, pool_file):
    assert "'<b>nope</b>'" in refused(ask, "status", run="<b>nope</b>"), "plain text: no page shows it"
    assert "ratio is 7" in refused(ask, "preview_selection", run=scored, ratio=7.0)
    assert "gamma is 0.5" in refused(ask, "select", run=scored, gamma=0.5)
    assert "given twice" in refused(ask, "select", run=scored, gamma=0.1, rule={"gamma": 0.2})
    assert "'budgets'" in refused(ask, "preview_selection", run=scored, rule={"budgets": "rows"})
    assert "target is 'moon'" in refused(ask, "start", run=scored, target="moon")
    assert "format is 'exe'" in refused(ask, "export", run=scored, format="exe")
    assert "'nothing'" in refused(ask, "row", run=scored, example_id="nothing")
    assert "page_size" in refused(ask, "rows", run=scored, page_size=100_000)
    assert "no_such" in refused(ask, "describe_dataset", datasets=[str(pool_file)], domain_column="no_such")
    assert "datasets" in refused(ask, "describe_dataset", datasets=[])
    assert "fine-tuned" in refused(ask, "compare", run=scored)
    assert "run_experiment" in refused(ask, "show_experiment", run=scored)
    made = {"model": str(model_folder), "datasets": [str(pool_file)]}
    assert "settings is '{bad'" in refused(ask, "create_run", **made, settings="{bad")
    assert "'colour'" in refused(ask, "create_run", **made, settings={"colour": "red"})
    assert "preset is 'fast'" in refused(ask, "create_run", **made, preset="fast")


def test_a_run_without_scores_exports_nothing(ask, model_folder, pool_file):
    run = ask("create_run", model=str(model_folder), datasets=[str(pool_file)])["run"]
    for name in ("export", "preview_selection", "rows", "suggest"):
        assert "no scores yet" in refused(ask, name, run=run)
    assert ask("status", run=run)["state"] == "new"
    assert ask("describe_run", run=run)["rows"] is None


def test_a_path_of_the_server_is_no_upload(ask, url, pool_file):
    for file in ({"path": str(pool_file)}, str(pool_file), {"path": ["a"]}, None):
        assert "No file was uploaded" in refused(ask, "upload_dataset", file=file)


def test_a_failure_of_the_server_says_nothing_of_its_inside():
    def broken(run: str) -> dict[str, int]:
        raise KeyError("/secret/place")

    with pytest.raises(gr.Error) as told:
        endpoints.endpoint(broken)("x")
    assert "secret" not in told.value.message


def test_a_long_value_is_not_sent_back_whole():
    with pytest.raises(gr.Error) as told:
        endpoints.endpoint(remote.start)("run", "x" * 100_000)
    assert len(told.value.message) <= endpoints.MAX_SENTENCE


def test_text_of_a_dataset_is_never_taken_for_a_file(ask, tmp_path):
    """An object of the shape of a file reference would be fetched and served by gradio."""
    trap = {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}
    paths = {"path": lambda k: f"/etc/host{'s' if k % 2 else 'name'}", "extra": lambda k: trap}
    run = scored_run(tmp_path, scored_rows(**paths))
    found = ask("rows", run=run, page_size=1)
    assert {"column": "path", "value": "/etc/hostname"} in found["rows"][0]["columns"]
    view = ask("row", run=run, example_id=found["rows"][0]["example_id"])
    assert json.loads(view["other_columns"])["extra"] == trap
