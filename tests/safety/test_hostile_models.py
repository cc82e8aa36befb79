"""Models that hold code, lie about their size or point elsewhere: one sentence, and nothing of theirs is run."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shutil
import struct
import time

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tiny_models import tiny_model

from instructdiff_ui import api
from instructdiff_ui.config import ModelConfig
from instructdiff_ui.engine.models import Models, describe, load_tokenizer
from instructdiff_ui.errors import UserError
from instructdiff_ui.runs.decoding import decoder


@pytest.fixture
def folder(model_folder, tmp_path):
    return shutil.copytree(model_folder, tmp_path / "model")


@pytest.fixture
def marker(tmp_path):
    """A file that hostile code would make: at the end it must not be there."""
    path = tmp_path / "marker"
    yield path
    assert not path.exists(), "code of a stranger was run"


class Payload:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mknod, (str(self.marker),)


def test_the_payload_would_run(tmp_path):
    """Else the tests below could not fail."""
    pickle.loads(pickle.dumps(Payload(tmp_path / "made")))
    assert (tmp_path / "made").exists()


def refused(path) -> str:
    """The sentence that a model is refused with, wherever it is first looked at."""
    config = ModelConfig(path=str(path), dtype="float32", device="cpu")
    with pytest.raises(UserError) as told:
        describe(config)
        load_tokenizer(config)
        with Models(config).base():
            pass
    assert "\n" not in told.value.message and len(told.value.message) < 1_000
    return told.value.message


def settings(folder, name="config.json", **changes):
    file = folder / name
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


@pytest.mark.parametrize("how", ["pickle", "torch", "zip"])
def test_a_pickle_dressed_as_safetensors(folder, marker, how):
    weights = folder / "model.safetensors"
    if how == "pickle":
        weights.write_bytes(pickle.dumps(Payload(marker)))
    else:
        torch.save({"lm_head.weight": Payload(marker)}, weights, _use_new_zipfile_serialization=how == "zip")
    refused(folder)


def test_a_pickle_beside_safetensors_is_not_opened(folder, marker):
    for name in ("pytorch_model.bin", "optimizer.pt", "training_args.bin", "adapter_model.bin"):
        (folder / name).write_bytes(pickle.dumps(Payload(marker)))
    with Models(ModelConfig(path=str(folder), dtype="float32", device="cpu")).base():
        pass


@pytest.mark.parametrize("length", [2**63, 2**40, 100_000_001, 7, 0])
def test_a_header_that_says_it_is_huge(folder, length):
    began = time.monotonic()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", length) + b"{" * 1_000)
    refused(folder)
    assert time.monotonic() - began < 30


def test_a_tensor_that_says_it_is_huge(folder):
    header = json.dumps({"a": {"dtype": "F32", "shape": [2**40, 2**20], "data_offsets": [0, 2**62]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    refused(folder)


def test_an_index_that_points_out_of_the_folder(folder, marker, tmp_path):
    (tmp_path / "outside.safetensors").write_bytes(pickle.dumps(Payload(marker)))
    (folder / "model.safetensors").rename(folder / "model-00001-of-00001.safetensors")
    names = dict.fromkeys(["lm_head.weight", "model.norm.weight"], "../outside.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))
    refused(folder)


@pytest.mark.parametrize("known", [True, False])
def test_code_that_comes_with_a_model(folder, marker, known):
    (folder / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass Config: ...\nclass Model: ...\n")
    code = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model", "AutoTokenizer": ["evil.Model", None]}
    settings(folder, auto_map=code, **({} if known else {"model_type": "evil"}))
    settings(folder, "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Model", "evil.Model"]},
             tokenizer_class="EvilTokenizer")  # fmt: skip
    if not known:
        assert "never run" in refused(folder)
    else:  # an architecture that the library has itself: its own code is used, or none
        config = ModelConfig(path=str(folder), dtype="float32", device="cpu")
        try:
            load_tokenizer(config)
            with Models(config).base():
                pass
        except UserError as error:
            assert "\n" not in error.message


@pytest.fixture
def adapter(folder, tmp_path):
    get_peft_model(tiny_model(), LoraConfig(r=2, target_modules=["q_proj"])).save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def tuned(folder, adapter):
    with Models(ModelConfig(path=str(folder), dtype="float32", device="cpu")).tuned(str(adapter)):
        pass


def test_an_adapter_is_put_on_the_models_own_base(folder, adapter, marker, tmp_path):
    """It may name another base and code: neither is looked at."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "model.safetensors").write_bytes(pickle.dumps(Payload(marker)))
    evil = {"AutoModelForCausalLM": "evil.Model", "base_model_class": "Popen", "parent_library": "subprocess"}
    settings(adapter, "adapter_config.json", base_model_name_or_path=str(tmp_path / "other"), auto_mapping=evil)
    tuned(folder, adapter)


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_model.bin"])
def test_an_adapter_that_is_a_pickle(folder, adapter, marker, name):
    (adapter / "adapter_model.safetensors").unlink()
    (adapter / name).write_bytes(pickle.dumps(Payload(marker)))
    with pytest.raises(UserError) as told:
        tuned(folder, adapter)
    assert "\n" not in told.value.message


@pytest.mark.parametrize("changes", [{"r": 10**9}, {"r": -1}, {"target_modules": "(a+)+$" * 50}, {"peft_type": "EVIL"}])
def test_an_adapter_with_odd_settings(folder, adapter, changes):
    settings(adapter, "adapter_config.json", **changes)
    with pytest.raises(UserError) as told:
        tuned(folder, adapter)
    assert "\n" not in told.value.message


@pytest.mark.parametrize("pattern", ["(a+)+$", "(?:(?:(?:a{1,1000}){1,1000}){1,1000})", "(", "\\"])
def test_a_tokenizer_with_an_odd_pattern(folder, pattern):
    file = json.loads((folder / "tokenizer.json").read_text())
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    file["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split, file["pre_tokenizer"]]}
    (folder / "tokenizer.json").write_text(json.dumps(file))
    began = time.monotonic()
    try:
        tokenizer = load_tokenizer(ModelConfig(path=str(folder)))
        tokenizer("a" * 2_000 + "!")
    except UserError as error:
        assert "\n" not in error.message
    assert time.monotonic() - began < 20


# where the library in Rust gives up (its error is no Exception, and would end the process), or raises a bare one
SPECIAL = [{"SpecialToken": {"id": "X", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
PAIR = [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]
GIVES_UP = {
    "at loading": {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}},
    "at a text": {"post_processor": {"type": "TemplateProcessing", "single": SPECIAL, "pair": PAIR,
                                     "special_tokens": {}}},
    "at decoding": {"decoder": {"type": "Strip", "content": "a", "start": 100, "stop": 100}},
    "without an unknown token": {"model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {"a": 0}}},
    "without an id for it": {"model": {"type": "Unigram", "unk_id": None, "vocab": [["a", -1.0], ["b", -1.0]],
                                       "byte_fallback": False}},
}  # fmt: skip


def spoilt(folder, how):
    settings(folder, "tokenizer.json", **GIVES_UP[how])


@pytest.mark.parametrize("how", list(GIVES_UP))
def test_a_tokenizer_on_which_its_library_gives_up(folder, how):
    spoilt(folder, how)
    with pytest.raises(UserError) as told:
        tokenizer = load_tokenizer(ModelConfig(path=str(folder)))
        tokenizer.batch_decode([tokenizer("hello world a a")["input_ids"]])
    message = told.value.message
    assert "\n" not in message and len(message) < 500 and str(folder) in message and message.endswith(".")


@pytest.mark.parametrize("how", ["at loading", "at decoding"])
def test_the_page_that_shows_single_tokens_says_so(folder, how):
    ids = load_tokenizer(ModelConfig(path=str(folder)))("hello world a a")["input_ids"]
    spoilt(folder, how)
    with pytest.raises(UserError, match=r"(?i)the tokenizer of .*\.$"):
        decoder(str(folder), None).decode(ids)


@pytest.mark.parametrize("how", ["at loading", "at a text"])
def test_the_job_of_such_a_model_ends_with_a_sentence(folder, how, settings_of_a_run):
    spoilt(folder, how)
    run = api.create_run(api.parse_config(settings_of_a_run))
    api.start(run, "data")
    assert api.wait_for(run, 120)
    now = api.status(run)
    assert now.state == "failed" and "tokenizer of" in now.message and "Unexpected" not in now.message
    assert "Traceback" not in api.log_tail(run)


@pytest.fixture
def settings_of_a_run(folder, pool_file):
    return {"model": {"path": str(folder), "device": "cpu"}, "data": {"sources": [{"path": str(pool_file)}]}}


def test_a_tokenizer_that_is_well_stays_what_it_is(folder, tmp_path):
    tokenizer = load_tokenizer(ModelConfig(path=str(folder)))
    ids = tokenizer("a text with words")["input_ids"]
    assert tokenizer.decode(ids) == "a text with words" == copy.deepcopy(tokenizer).decode(ids)
    tokenizer.save_pretrained(tmp_path / "saved")
    saved = json.loads((tmp_path / "saved" / "tokenizer_config.json").read_text())
    assert saved["tokenizer_class"] == json.loads((folder / "tokenizer_config.json").read_text())["tokenizer_class"]
    with pytest.raises(ValueError, match="You need to specify"):
        tokenizer(None)  # of whoever wrote that, and no failure of the tokenizer


@pytest.mark.parametrize(
    "changes",
    [{"vocab_size": 10**12}, {"hidden_size": -1}, {"num_hidden_layers": 10**9}, {"architectures": [{}]},
     {"vocab_size": "many"}, {"model_type": ["llama"]}],
)  # fmt: skip
def test_odd_numbers_in_the_settings(folder, changes):
    settings(folder, **changes)
    config = ModelConfig(path=str(folder), dtype="float32", device="cpu")
    with pytest.raises(UserError) as told:
        describe(config)
    assert "\n" not in told.value.message


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "", "\x00", '{"a": ' * 50_000])
def test_a_config_that_is_none(folder, text):
    (folder / "config.json").write_text(text)
    refused(folder)
