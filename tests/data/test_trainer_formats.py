"""Exports are read by the trainers' own loaders, as they are."""

import json
import sys
from dataclasses import replace

import datasets
import pytest
import yaml

from instructdiff_ui.config import DataConfig, SourceConfig
from instructdiff_ui.data.columns import recognise, to_example
from instructdiff_ui.data.export import FORMATS, Prompts, write_format
from instructdiff_ui.data.export.shapes import SPEAKERS, turns
from instructdiff_ui.data.pool import load_pool
from instructdiff_ui.data.templates import Renderer
from instructdiff_ui.data.tokens import tokenise
from instructdiff_ui.errors import DataError

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXTS = [
    {"instruction": "What is two and two?", "input": "", "output": "Four.", "messages_seen": 3, "text": "trap"},
    {"instruction": "Übersetze:\n", "input": "${1+1} <b>\r\n\t", "output": '"é😀\u2028"\n\n{x}', "text": None},
    {"instruction": "Long?", "input": "", "output": "long " * 200_000, "prompt": "trap", "messages": "trap"},
]
CHATS = [
    [("user", "Hi"), ("assistant", "Hello.")],
    [("system", "Be brief.\n"), ("user", "One?"), ("assistant", "1"), ("user", "Two? é"), ("assistant", "2")],
    [("user", "Weather?"), ("assistant", "I look."), ("tool", '{"sun": true}'), ("assistant", "Sunny.")],
    [("user", "Bye"), ("assistant", "So long."), ("user", "Wait!")],  # what follows the response is in no example
]


def convert(rows):
    layout = recognise(list(dict.fromkeys(name for row in rows for name in row)), rows, mapping())
    return [to_example(row, layout, source="s.jsonl", number=n, domain="d") for n, row in enumerate(rows, 1)]


def mapping():
    return SourceConfig(path="s").columns


def chat_rows(chats=CHATS):
    return [{"messages": [{"role": role, "content": text} for role, text in chat], "tag": "x"} for chat in chats]


def paired(examples):
    return [(example, {"example_id": example.example_id, "domain": "d", "base_nll": 0.5}) for example in examples]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")


@pytest.fixture
def written(tmp_path):
    """Writes examples in a format; gives the file that holds the rows."""

    def write(examples, fmt, *, prompts=None):
        path = tmp_path / f"{fmt}-{len(list(tmp_path.iterdir()))}{FORMATS[fmt].suffix}"
        write_format(path, paired(examples), fmt, prompts=prompts, name="mine")
        return path / {"llama-factory": "mine.json", "axolotl": "mine.jsonl"}.get(fmt, "")

    return write


def loaded(path):
    return datasets.load_dataset("json", data_files=str(path), split="train")


# --- what each form is


def test_texts_in_every_form(written):
    examples = convert(TEXTS)
    beside = {"example_id": examples[1].example_id, "domain": "d", "base_nll": 0.5}
    row = TEXTS[1]
    user = f"{row['instruction']}\n\n{row['input']}"
    said = [{"role": "user", "content": user}, {"role": "assistant", "content": row["output"]}]
    fields = {name: row[name] for name in ("instruction", "input", "output")}
    expected = {
        "alpaca": fields,
        "sharegpt": {"conversations": [{"from": "human", "value": user}, {"from": "gpt", "value": row["output"]}]},
        "trl-messages": {"messages": said},
        "llama-factory": fields,
        "axolotl": fields,
    }
    for fmt, form in expected.items():
        rows = loaded(written(examples, fmt))
        assert rows[1] == form | beside, fmt
        assert len(rows) == 3, fmt
    # A dataset's column named text, prompt or messages would make a trainer take the rows for another kind.
    assert set(loaded(written(examples, "trl-prompt-completion")).column_names) == {"prompt", "completion", *beside}


def test_chats_in_every_form(written):
    examples = convert(chat_rows())
    every = [chat[: 1 + max(n for n, (role, _) in enumerate(chat) if role == "assistant")] for chat in CHATS]
    for fmt in ("trl-messages", "axolotl"):
        rows = loaded(written(examples, fmt))
        assert [[(t["role"], t["content"]) for t in row["messages"]] for row in rows] == every, fmt
    for fmt in ("sharegpt", "llama-factory"):
        rows = loaded(written(examples, fmt))
        names = [[(SPEAKERS[role], text) for role, text in chat] for chat in every]
        assert [[(t["from"], t["value"]) for t in row["conversations"]] for row in rows] == names, fmt
    rows = loaded(written(examples, "trl-prompt-completion"))
    assert [[(t["role"], t["content"]) for t in row["prompt"] + row["completion"]] for row in rows] == every
    assert all(len(row["completion"]) == 1 for row in rows)


def test_without_scores_there_is_the_form_alone(tmp_path):
    (example, *_) = convert(TEXTS)
    for fmt, names in {"alpaca": ["instruction", "input", "output"], "trl-messages": ["messages"]}.items():
        write_format(tmp_path / "rows.json", [(example, {})], fmt)
        assert loaded(tmp_path / "rows.json").column_names == names


def test_a_chat_that_a_form_cannot_hold_is_refused_by_name(written):
    one, brief, *_ = convert(chat_rows())
    assert loaded(written([one], "alpaca"))[0]["instruction"] == "Hi"
    with pytest.raises(DataError, match=rf"Row {brief.example_id} \(s.jsonl, row 2\) is a chat .* export as sharegpt"):
        written([one, brief], "alpaca")


@pytest.mark.parametrize(
    "roles",
    [
        ("user", "user", "assistant"),
        ("user", "system", "assistant"),
        ("user", "assistant", "tool", "tool", "assistant"),
        ("assistant", "user", "assistant"),
    ],
)
def test_llama_factory_would_drop_these_in_silence(written, roles):
    (example,) = convert(chat_rows([[(role, f"{n}") for n, role in enumerate(roles)]]))
    with pytest.raises(DataError, match="does not alternate, which llama-factory cannot hold: exclude the row"):
        written([example], "llama-factory")
    assert len(loaded(written([example], "sharegpt"))[0]["conversations"]) == len(roles)


CALL = {"function": {"name": "look", "arguments": "{}"}}


@pytest.mark.parametrize(
    "stored",
    [
        lambda turns: turns,
        json.dumps,
        lambda turns: {key: [turn.get(key) for turn in turns] for key in ("role", "content", "tool_calls")},
    ],
    ids=["list", "JSON text", "one list per field"],
)
def test_calls_of_tools_are_never_dropped(written, stored):
    said = [{"role": "user", "content": "Weather?"}, {"role": "assistant", "content": "", "tool_calls": [CALL]}]
    said += [{"role": "tool", "content": "sun"}, {"role": "assistant", "content": "Sunny.", "tool_calls": []}]
    (example,) = convert([{"messages": stored(said), "id": "7"}])
    for fmt in ("trl-prompt-completion", "trl-messages", "sharegpt", "llama-factory", "axolotl"):
        with pytest.raises(DataError, match=r"turns that call tools, .* export as jsonl, which keeps the turns"):
            written([example], fmt)
    assert json.loads(written([example], "jsonl").read_text("utf-8"))["messages"] == stored(said)
    (plain,) = convert([{"messages": stored([{**turn, "tool_calls": None} for turn in said])}])
    assert written([plain], "trl-messages").exists()


# --- back into this app


@pytest.mark.parametrize("fmt", FORMATS)
def test_this_app_reads_every_format_again(written, fmt):
    examples = convert(TEXTS)
    if fmt == "trl-prompt-completion":  # the input is part of the prompt
        prompts = Prompts("alpaca")
        expected = [(prompts.text(example), example.response) for example in examples]
        pool = read_again(written(examples, fmt, prompts=prompts))
    else:
        folded = fmt in ("trl-messages", "sharegpt")
        expected = [(turns(e)[0].content if folded else e.instruction, e.response) for e in examples]
        pool = read_again(written(examples, fmt))
        assert folded or [example.input for example in pool] == [example.input for example in examples]
    assert [(example.instruction, example.response) for example in pool] == expected


@pytest.mark.parametrize("fmt", [fmt for fmt in FORMATS if fmt != "alpaca"])
def test_this_app_reads_every_format_of_chats_again(written, fmt):
    examples = convert(chat_rows())
    pool = read_again(written(examples, fmt))
    assert [(e.messages, e.response) for e in pool] == [(e.messages, e.response) for e in examples]
    assert [e.example_id for e in pool] == [e.example_id for e in examples]


def read_again(path):
    return load_pool(DataConfig(sources=[SourceConfig(path=str(path))], heldout_ratio=0)).examples


# --- TRL


@pytest.fixture
def prepare(model_folder, tmp_path):
    """TRL's own preparation of a file: (text with loss, text without, row) of each row."""
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    def run(path, *, chat_template=None, **options):
        tokenizer = AutoTokenizer.from_pretrained(model_folder)
        tokenizer.chat_template = chat_template
        args = SFTConfig(
            output_dir=str(tmp_path / "out"), max_length=None, report_to="none", use_cpu=True, bf16=False, **options
        )
        rows = loaded(path)
        trainer = SFTTrainer(str(model_folder), args=args, train_dataset=rows, processing_class=tokenizer)
        found = []
        for row in trainer.train_dataset:
            kept = [label for label in row["labels"] if label != -100]
            masked = [i for i, label in zip(row["input_ids"], row["labels"], strict=True) if label == -100]
            found.append((tokenizer.decode(kept), tokenizer.decode(masked), row))
        return tokenizer, found

    return run


def test_trl_trains_on_the_tokens_that_this_app_trained_on(written, prepare):
    examples = convert([*TEXTS[:2], TEXTS[2] | {"output": "long " * 50}])
    for prompts in (
        Prompts("alpaca", separator="\n"),
        Prompts("plain", use_input=False),
        Prompts("custom", "Q: {instruction} A:"),
    ):
        tokenizer, found = prepare(written(examples, "trl-prompt-completion", prompts=prompts))
        renderer = Renderer(prompts.template, prompts.custom_template, prompts.separator, prompts.use_input, tokenizer)
        ours = tokenise(examples, renderer, tokenizer, max_length=10_000, overlong="drop").examples
        assert len(found) == len(ours) == 3
        for (_, _, row), example in zip(found, ours, strict=True):
            response = [*example.response_ids, tokenizer.eos_token_id]
            assert row["input_ids"] == [*example.prompt_ids, *response]
            assert row["labels"] == [-100] * len(example.prompt_ids) + response


def test_trl_writes_chats_as_this_app_did(written, prepare):
    texts, chats = convert([*TEXTS[:2], TEXTS[2] | {"output": "long " * 50}]), convert(chat_rows())
    for examples in (texts, chats):
        path = written(examples, "trl-prompt-completion", prompts=Prompts("chat"))
        tokenizer, found = prepare(path, chat_template=CHATML)
        renderer = Renderer("chat", None, "", True, tokenizer)
        for (kept, masked, _), example in zip(found, examples, strict=True):
            assert masked == renderer.prompt(example)
            assert kept == f"{example.response}<|im_end|>\n"


def test_trl_reads_messages(written, prepare):
    examples = convert(chat_rows())
    answers = CHATML.replace(
        "{{ message['content'] }}<|im_end|>",
        "{% if message['role'] == 'assistant' %}"
        "{% generation %}{{ message['content'] }}<|im_end|>{% endgeneration %}{% else %}{{ message['content'] }}"
        "<|im_end|>{% endif %}",
    )
    _, found = prepare(written(examples, "trl-messages"), chat_template=answers, assistant_only_loss=True)
    assert [kept for kept, _, _ in found] == [
        "Hello.<|im_end|>", "1<|im_end|>2<|im_end|>", "I look.<|im_end|>Sunny.<|im_end|>", "So long.<|im_end|>"
    ]  # fmt: skip
    assert "Be brief.\n" in found[1][1]


def test_trl_trains_a_step_on_an_export(written, model_folder, tmp_path):
    from trl import SFTConfig, SFTTrainer

    rows = loaded(written(convert(TEXTS[:2]), "trl-prompt-completion", prompts=Prompts("alpaca")))
    args = SFTConfig(output_dir=str(tmp_path / "out"), max_steps=1, report_to="none", use_cpu=True, bf16=False)
    trainer = SFTTrainer(str(model_folder), args=args, train_dataset=rows)
    assert trainer.train().training_loss > 0


# --- LLaMA-Factory


def llama_factory_entry(path):
    return json.loads((path.parent / "dataset_info.json").read_text("utf-8"))["mine"]


def test_the_entry_for_llama_factory(written):
    """data/README.md of LLaMA-Factory: columns and tags name what is in the file; those left out are absent."""
    texts = llama_factory_entry(written(convert(TEXTS), "llama-factory"))
    assert texts == {
        "file_name": "mine.json",
        "formatting": "alpaca",
        "columns": {"prompt": "instruction", "query": "input", "response": "output"},
    }
    path = written(convert(chat_rows()), "llama-factory")
    chats = llama_factory_entry(path)
    assert (chats["formatting"], chats["columns"]) == ("sharegpt", {"messages": "conversations"})
    tags = chats["tags"]
    seen = {turn[tags["role_tag"]] for row in loaded(path) for turn in row["conversations"]}
    assert seen == {tags[f"{role}_tag"] for role in ("user", "assistant", "observation", "system")}
    assert all(tags["content_tag"] in turn for row in loaded(path) for turn in row["conversations"])


def test_llama_factory_loads_an_export(written, monkeypatch, tmp_path):
    monkeypatch.setenv("DISABLE_VERSION_CHECK", "1")
    loader = pytest.importorskip("llamafactory.data.loader")
    hparams = pytest.importorskip("llamafactory.hparams")
    from transformers import Seq2SeqTrainingArguments

    def rows(path):
        data = hparams.DataArguments(dataset="mine", dataset_dir=str(path.parent), template="default")
        model = hparams.ModelArguments(model_name_or_path="none", cache_dir=str(tmp_path / "cache"))
        training = Seq2SeqTrainingArguments(output_dir=str(tmp_path / "out"))
        return loader._get_merged_dataset(["mine"], model, data, training, stage="sft")

    texts = convert(TEXTS)
    for row, example in zip(rows(written(texts, "llama-factory")), texts, strict=True):
        asked = "\n".join(part for part in (example.instruction, example.input) if part)
        assert row["_prompt"] == [{"role": "user", "content": asked}]
        assert row["_response"] == [{"role": "assistant", "content": example.response}]
    chats = convert(chat_rows())
    names = {"tool": "observation"}
    for row, example in zip(rows(written(chats, "llama-factory")), chats, strict=True):
        before = [{"role": names.get(m.role, m.role), "content": m.content} for m in example.messages]
        system = before.pop(0)["content"] if before[0]["role"] == "system" else ""
        assert (row["_prompt"], row["_system"]) == (before, system)
        assert row["_response"] == [{"role": "assistant", "content": example.response}]


# --- Axolotl


def stanza(path):
    (found,) = yaml.safe_load((path.parent / "axolotl.yaml").read_text("utf-8"))["datasets"]
    return found


def test_the_stanza_for_axolotl(written):
    """Axolotl's docs on dataset formats: alpaca has fixed fields; chat_template is told where turns and roles are."""
    assert stanza(written(convert(TEXTS), "axolotl")) == {"path": "mine.jsonl", "ds_type": "json", "type": "alpaca"}
    for examples, prompts in ((convert(chat_rows()), None), (convert(TEXTS), Prompts("chat"))):
        path = written(examples, "axolotl", prompts=prompts)
        found = stanza(path)
        assert (found["path"], found["ds_type"], found["type"]) == ("mine.jsonl", "json", "chat_template")
        turn = loaded(path)[0][found["field_messages"]][-1]
        assert turn[found["message_property_mappings"]["role"]] in found["roles_to_train"]
        assert turn[found["message_property_mappings"]["content"]] == examples[0].response


def test_axolotl_loads_an_export(written, monkeypatch, tmp_path, model_folder):
    monkeypatch.setenv("AXOLOTL_DO_NOT_TRACK", "1")
    shared = pytest.importorskip("axolotl.utils.data.shared")
    wrappers = pytest.importorskip("axolotl.utils.data.wrappers")
    from axolotl.utils.dict import DictDefault
    from axolotl.utils.schemas.datasets import SFTDataset
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    tokenizer.chat_template = CHATML
    texts, chats = convert([*TEXTS[:2], TEXTS[2] | {"output": "long " * 50}]), convert(chat_rows())

    def prepared(path):
        monkeypatch.chdir(path.parent)
        config = DictDefault(SFTDataset(**stanza(path)).model_dump(exclude_none=True))
        rows = shared.load_dataset_with_config(config, use_auth_token=False)
        cfg = DictDefault({"sequence_len": 4096, "train_on_inputs": False, "dataset_num_proc": 1, "datasets": [config]})
        made, _ = wrappers.get_dataset_wrapper(config, tokenizer, cfg, config.type, rows)
        return [
            (tokenizer.decode(row["input_ids"]), tokenizer.decode([i for i in row["labels"] if i != -100]))
            for row in made
        ]

    for (whole, kept), example in zip(prepared(written(texts, "axolotl")), texts, strict=True):
        assert example.instruction in whole
        assert example.input in whole
        assert kept == f"{example.response}{tokenizer.eos_token}"
    renderer = Renderer("chat", None, "", True, tokenizer)
    for (whole, kept), example in zip(prepared(written(chats, "axolotl")), chats, strict=True):
        assert whole.startswith(f"{renderer.prompt(example)}{example.response}")
        answers = [m.content for m in example.messages if m.role == "assistant"]
        assert all(answer in kept for answer in [*answers, example.response])
        assert not any(m.content in kept for m in example.messages if m.role != "assistant")


def test_the_trainers_are_not_needed_to_export(written, monkeypatch):
    for name in ("trl", "llamafactory", "axolotl"):
        monkeypatch.setitem(sys.modules, name, None)
    for fmt in FORMATS:
        assert written([replace(convert(TEXTS)[0], example_id="e")], fmt).exists()
