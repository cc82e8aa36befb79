"""The model card: names that look like Markdown or HTML are only names."""

from instructdiff_ui.config import parse_config
from instructdiff_ui.runs.card import model_card

HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) | `x` **b**"


def card(name: str) -> str:
    counts = {"rows": 10, "selected": 5, "tokens": 100, "selected_tokens": 50}
    config = parse_config(
        {"name": name, "model": {"path": "a ``b`"}, "data": {"sources": [{"path": "some `odd` file.jsonl"}]}}
    )
    selection = {
        "spec": {"scope": "domain", "ratio": 0.5, "budget": "rows", "strategy": "random", "seed": 1, "gamma": 0.1},
        "total": counts,
        "counts": {name: counts},
        "cutoffs": {},
        "spec_hash": "1",
        "ids_hash": "2",
    }
    training = {"method": "lora", "steps": 1, "rows": 5, "peak_learning_rate": 1e-4, "final_loss": 1.0}
    result = {"metric": "nll", "domain": name, "model": "base", "value": 1.0, "stderr": 0.1, "n": 3}
    model = {"path": "a ``b`", "revision": "c"}
    return model_card(config, model=model, selection=selection, training=training, results=[result])


def test_names_are_only_names():
    found = card(HOSTILE)
    body = found.split("---\n", 2)[2]
    assert "<img" not in body and "&lt;img" in body
    assert "[a](" not in body and "\\[a\\](" in body
    rows = [line for line in body.splitlines() if line.startswith("| &lt;")]
    assert [line.replace("\\|", "").count("|") for line in rows] == [6, 4], "a name adds no cells"


def test_code_spans_end_where_their_text_ends():
    found = card("plain")
    assert "of ``some `odd` file.jsonl``," in found
    assert "From ``` a ``b` ``` (revision" in found
