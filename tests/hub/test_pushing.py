"""What a run made lies on the Hub: read back as anyone would, and what is refused."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from hub_stub import OTHER, TOKEN, Repo

from instructdiff_ui.config import SelectionSpec
from instructdiff_ui.errors import HubError, RunError
from instructdiff_ui.hub.pushing import push_dataset, push_model
from instructdiff_ui.hub.repos import MARK
from instructdiff_ui.runs.exploration import explore
from instructdiff_ui.runs.store import RunStore


def metadata(repo: Repo) -> dict:
    return yaml.safe_load(repo.files["README.md"].decode().split("---\n")[1])


def test_the_selected_rows_are_a_private_dataset(hub, store):
    pushed = push_dataset(store, "tiny-selection", token=TOKEN)
    repo = hub.repos["me/tiny-selection"]
    assert (pushed.repo_id, pushed.commit, pushed.private) == ("me/tiny-selection", repo.commit, True)
    assert pushed.url == f"{hub.url}/datasets/me/tiny-selection"
    assert (repo.private, len(repo.messages)) == (True, 1)
    rows = pd.read_parquet(io.BytesIO(repo.files["data/train.parquet"]))
    chosen = explore(store).select(store.spec())
    assert list(rows["example_id"]) == list(chosen.ids)
    assert {"instruction", "output", "domain", "decision", "delta_entropy", "delta_nll"} <= set(rows)
    record = json.loads(repo.files["selection.json"])
    assert record["ids_hash"] == chosen.ids_hash
    assert record["sources"][0]["path"] == "local:pool.jsonl"
    tokens = pd.read_parquet(io.BytesIO(repo.files["tokens/train.parquet"]))
    assert len(tokens) == len(rows)
    assert all(len(a) == len(b) for a, b in zip(tokens["input_ids"], tokens["labels"], strict=True))


def test_it_is_loaded_as_any_dataset(hub, store, tmp_path):
    push_dataset(store, "me/tiny-selection", token=TOKEN, private=False)
    code = (
        "from datasets import load_dataset\n"
        "for name in ('default', 'tokens'):\n"
        "    rows = load_dataset('me/tiny-selection', name, split='train')\n"
        "    print(len(rows), sorted(rows.column_names)[0])\n"
    )
    env = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "0", "NO_PROXY": "*"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kept = explore(store).select(store.spec()).total.selected
    assert [int(line.split()[0]) for line in done.stdout.splitlines()] == [kept, kept]


def test_the_card_says_how_to_do_it_again(hub, store):
    push_dataset(store, "me/tiny", token=TOKEN)
    repo, spec = hub.repos["me/tiny"], store.spec()
    card = repo.files["README.md"].decode()
    assert metadata(repo)["license"] == "other"
    assert metadata(repo)["size_categories"] == ["n<1K"]
    for told in (spec.hash, "mean ΔH", 'load_dataset("me/tiny"', "python -m instructdiff_ui run", "delta_entropy.svg"):
        assert told in card, told
    assert repo.files["delta_entropy.svg"].startswith(b"<svg xmlns=")


def test_nothing_names_the_machine_or_the_token(hub, store, model_folder):
    push_dataset(store, "me/rows", token=TOKEN)
    push_model(store, "me/model", token=TOKEN)
    for repo in hub.repos.values():
        for name, content in repo.files.items():
            for secret in (TOKEN, str(store.path.parent), str(model_folder), str(model_folder.parent)):
                assert secret.encode() not in content, f"{secret} in {name}"


def test_the_adapter_is_a_model_of_safetensors_alone(hub, store):
    push_model(store, "me/adapter", token=TOKEN)
    repo = hub.repos["me/adapter"]
    assert (repo.kind, repo.private) == ("models", True)
    known = {".gitattributes", MARK, "README.md", "adapter_config.json", "adapter_model.safetensors"}
    assert set(repo.files) == known
    assert "base_model" not in metadata(repo)  # it is a folder of this machine
    assert "## How the data was chosen" in repo.files["README.md"].decode()
    assert json.loads(repo.files["adapter_config.json"])["base_model_name_or_path"].startswith("local:")


def test_the_licence_is_that_of_the_source(hub, store):
    hub.repos["org/pool"] = Repo({"README.md": b"---\nlicense: cc-by-4.0\n---\n"})
    from instructdiff_ui.hub.pushing import _licences

    both = _licences([{"path": "org/pool"}, {"path": "/data/own.jsonl"}], TOKEN)
    assert (both.common, _licences([{"path": "org/pool"}], TOKEN).common) == ("other", "cc-by-4.0")
    assert "org/pool: cc-by-4.0" in both.sentence
    assert "not known here" in both.sentence
    assert _licences([{"path": "org/none"}], TOKEN).common == "other"


def test_the_same_run_is_pushed_again_and_what_is_gone_goes(hub, store):
    first = push_dataset(store, "me/rows", token=TOKEN)
    hub.repos["me/rows"].files["old.txt"] = b"left over"
    again = push_dataset(store, "me/rows", token=TOKEN)
    assert again.commit != first.commit
    assert "old.txt" not in hub.repos["me/rows"].files
    assert ".gitattributes" in hub.repos["me/rows"].files


def test_other_content_is_not_overwritten_unless_told(hub, store):
    hub.repos["me/rows"] = Repo({"data.csv": b"mine"}, private=True)
    with pytest.raises(HubError, match="holds something else already"):
        push_dataset(store, "me/rows", token=TOKEN)
    assert hub.repos["me/rows"].files == {"data.csv": b"mine"}
    push_dataset(store, "me/rows", token=TOKEN, replace=True)
    assert "data.csv" not in hub.repos["me/rows"].files


def test_a_mark_of_another_run_is_other_content(hub, store):
    push_dataset(store, "me/rows", token=TOKEN)
    repo = hub.repos["me/rows"]
    repo.files[MARK] = repo.files[MARK].replace(b'"tiny-run"', b'"another-run"')
    with pytest.raises(HubError, match="holds something else already"):
        push_dataset(store, "me/rows", token=TOKEN)


def test_private_rows_do_not_go_where_everyone_reads(hub, store):
    push_dataset(store, "me/rows", token=TOKEN, private=False)
    with pytest.raises(HubError, match="can be read by everyone"):
        push_dataset(store, "me/rows", token=TOKEN)
    assert not push_dataset(store, "me/rows", token=TOKEN, private=False).private


REFUSED = {
    "no token": (None, "me/rows", "Sign in with Hugging Face first, or set HF_TOKEN."),
    "a token that is none": ("hf_wrong", "me/rows", r"does not accept the token \(HTTP 401\)"),
    "somebody else's name": (TOKEN, "somebody/rows", r"refuses to write to 'somebody/rows' \(HTTP 403\)"),
    "a repository that I may not read": (OTHER, "me/hidden", r"refuses to write to 'me/hidden' \(HTTP 403\)"),
    "no id": (TOKEN, "../etc", "neither a path that exists nor a Hub dataset id"),
    "a rate limit": (TOKEN, "me/limited", r"limits the rate of requests \(HTTP 429\)"),
    "a failing Hub": (TOKEN, "me/failing", r"The Hub failed for 'me/failing' \(HTTP 503\)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_one_sentence_without_a_token(case, hub, store, caplog, capsys):
    hub.repos |= {
        "me/hidden": Repo(private=True),
        "me/limited": Repo(status=429, retry_after=1),
        "me/failing": Repo(status=503),
    }
    token, repo_id, sentence = REFUSED[case]
    with pytest.raises(HubError, match=sentence) as caught:
        push_dataset(store, repo_id, token=token)
    said = [str(caught.value), repr(caught.value), caplog.text, *capsys.readouterr()]
    assert all("hf_" not in text for text in said)
    assert str(caught.value).count(". ") == 0
    assert not any(repo.messages for repo in hub.repos.values())


@pytest.mark.parametrize("where", ["/commit/", "/preupload/", "/lfs-upload/", "/repos/create"])
def test_a_push_that_is_cut_can_be_repeated(where, hub, store):
    hub.cut += [where] * 20
    with pytest.raises(HubError, match="The Hub cannot be reached for 'me/rows'") as caught:
        push_dataset(store, "me/rows", token=TOKEN)
    assert TOKEN not in str(caught.value)
    assert not any(repo.messages for repo in hub.repos.values())
    hub.cut.clear()
    push_dataset(store, "me/rows", token=TOKEN)
    assert len(hub.repos["me/rows"].messages) == 1


def test_a_run_without_scores_and_a_rule_without_rows_push_nothing(hub, store, tmp_path):
    bare = RunStore(tmp_path / "bare")
    bare.create(store.config())
    for push in (push_dataset, push_model):
        with pytest.raises(RunError):
            push(bare, "me/rows", token=TOKEN)
    assert not hub.repos


def test_hostile_names_are_nothing_but_text(hub, tmp_path):
    from instructdiff_ui import api

    hostile = ["<img src=x onerror=alert(1)>", "a | b\n# c `d` [e](javascript:f)"]
    scores = {"base_nll": 2.0, "base_entropy": 1.0, "calibrated_nll": 1.0, "calibrated_entropy": 1.0, "n_tokens": 3}
    rows = [
        {"instruction": f"{hostile[0]} {i}", "output": "${1+1}", "domain": hostile[i % 2], "id": f"r{i}"} | scores
        for i in range(12)
    ]
    (tmp_path / "scored.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = RunStore(tmp_path / "run")
    api.import_scores(tmp_path / "scored.jsonl", run_dir=run.path, settings={})
    run.write_spec(SelectionSpec(gamma=0, ratio=0.5))
    push_dataset(run, "me/hostile", token=TOKEN)
    repo = hub.repos["me/hostile"]
    text = repo.files["README.md"].decode().split("---\n", 2)[2]
    shown = text.split("```")[::2]  # what is not in a fence
    assert all("<img" not in part and "](javascript" not in part.replace("\\]", "") for part in shown)
    assert "\n# c" not in text
    assert b"<img" not in repo.files["delta_entropy.svg"]
