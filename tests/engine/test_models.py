from __future__ import annotations

import json
import shutil

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tiny_models import CONTEXT_LENGTH, EOS_ID, VOCAB_SIZE, save_tiny_model, tiny_model

from instructdiff_ui.config import ModelConfig
from instructdiff_ui.engine.models import Models, describe, load_tokenizer, resolve_device, resolve_dtype
from instructdiff_ui.errors import ModelError

IDS = torch.tensor([[5, 6, 7, 8]])
CPU = torch.device("cpu")


@torch.inference_mode()
def logits(model):
    return model(IDS).logits


@pytest.fixture
def adapter(tmp_path, base_folder):
    """A LoRA adapter that changes what the model says."""
    peft_model = get_peft_model(tiny_model(), LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, parameter in peft_model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    peft_model.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_adapter_off_is_the_untouched_base_bit_for_bit(base_folder, adapter, dtype):
    models = Models(ModelConfig(path=str(base_folder), device="cpu", dtype=dtype))
    with models.base() as model:
        before = logits(model)
        weights = model
    with models.tuned(adapter) as model:
        assert model is weights  # one set of weights serves both
        tuned = logits(model)
        assert not torch.equal(tuned, before)
    with models.base() as model:
        assert torch.equal(logits(model), before)
    with models.tuned(adapter) as model:
        assert torch.equal(logits(model), tuned)
    models.detach()
    with models.base() as model:
        assert torch.equal(logits(model), before)
        assert not hasattr(model, "peft_config")


def test_a_full_model_takes_the_place_of_the_base_until_that_is_asked_for(models, tmp_path):
    other = save_tiny_model(tmp_path / "other", seed=1, tokenizer=False)
    with models.base() as model:
        before = logits(model)
    with models.tuned(other) as model:
        assert torch.equal(logits(model), logits(tiny_model(seed=1)))
    with models.base() as model:
        assert torch.equal(logits(model), before)


def test_models_are_in_eval_mode_and_hold_no_gradients(models):
    with models.base() as model:
        assert not model.training
        assert not any(parameter.requires_grad for parameter in model.parameters())


def test_describe_tells_a_model_without_loading_it(base_folder):
    info = describe(ModelConfig(path=str(base_folder)))
    assert (info.architecture, info.vocab_size, info.context_length) == ("LlamaForCausalLM", VOCAB_SIZE, CONTEXT_LENGTH)
    assert info.n_parameters == sum(p.numel() for p in tiny_model().parameters())
    assert not info.has_chat_template


def test_the_revision_of_a_folder_follows_its_content_and_not_its_place(base_folder, tmp_path):
    shutil.copytree(base_folder, tmp_path / "copy")
    revision = describe(ModelConfig(path=str(base_folder))).revision
    assert describe(ModelConfig(path=str(tmp_path / "copy"))).revision == revision
    (tmp_path / "copy" / "notes.txt").write_text("not part of the model")
    assert describe(ModelConfig(path=str(tmp_path / "copy"))).revision == revision
    (tmp_path / "copy" / "tokenizer_config.json").write_text("{}")
    assert describe(ModelConfig(path=str(tmp_path / "copy"))).revision != revision


def test_a_chat_template_is_seen(tmp_path):
    folder = save_tiny_model(tmp_path)
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert describe(ModelConfig(path=str(folder))).has_chat_template


def no_config(folder):
    (folder / "config.json").unlink()


def only_pickle(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def no_weights(folder):
    (folder / "model.safetensors").unlink()


def cut_weights(folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def settings(**changes):
    def change(folder):
        file = folder / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return change


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (no_config, "is not a model folder: it has no config.json"),
        (only_pickle, r"as a pickle \(pytorch_model.bin\), which can run code; convert them to safetensors"),
        (no_weights, "has a config.json but no weights"),
        (cut_weights, "is cut short or damaged"),
        (settings(model_type="vit"), r"is not a causal language model \(model_type 'vit'\)"),
        (settings(architectures=["LlamaForSequenceClassification"]), "is a LlamaForSequenceClassification, not a"),
        (settings(model_type="unheard"), "is an architecture that transformers does not know"),
        (settings(model_type="unheard", auto_map={"AutoConfig": "x.py"}), "needs code from its repository"),
        (lambda folder: (folder / "config.json").write_text("{"), "is not valid JSON"),
    ],
)
def test_a_folder_that_is_not_a_model_is_refused_in_one_sentence(tmp_path, damage, sentence):
    folder = save_tiny_model(tmp_path / "model")
    damage(folder)
    with pytest.raises(ModelError, match=sentence):
        describe(ModelConfig(path=str(folder)))
    with pytest.raises(ModelError, match=sentence), Models(ModelConfig(path=str(folder), dtype="float32")).base():
        pass


def test_a_folder_that_is_not_there_is_named():
    with pytest.raises(ModelError, match="There is no folder /no/such/model"):
        describe(ModelConfig(path="/no/such/model"))


def test_an_adapter_is_not_a_base_model(adapter):
    with pytest.raises(ModelError, match="is a LoRA adapter, not a model"):
        describe(ModelConfig(path=str(adapter)))


def test_an_adapter_of_another_model_is_refused_and_the_base_survives(models, tmp_path):
    other = get_peft_model(tiny_model("gpt2"), LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM"))
    other.save_pretrained(tmp_path / "gpt2")
    with models.base() as model:
        before = logits(model)
    with pytest.raises(ModelError, match="Could not load the adapter"), models.tuned(tmp_path / "gpt2"):
        pass
    with models.base() as model:
        assert torch.equal(logits(model), before)


def test_the_tokenizer_of_a_model(base_folder):
    tokenizer = load_tokenizer(ModelConfig(path=str(base_folder)))
    ids = tokenizer("2 ≤ π\n", add_special_tokens=False).input_ids
    assert tokenizer.decode(ids) == "2 ≤ π\n"
    assert tokenizer.eos_token_id == EOS_ID


def test_a_model_without_a_tokenizer_is_refused(tmp_path):
    folder = save_tiny_model(tmp_path, tokenizer=False)
    with pytest.raises(ModelError, match="has no tokenizer"):
        load_tokenizer(ModelConfig(path=str(folder)))


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_not_there_is_refused():
    assert resolve_device("auto").type in ("cpu", "mps")
    with pytest.raises(ModelError, match=r"model.device is 'cuda', but this machine has no such device; it has .*cpu"):
        resolve_device("cuda")


def test_the_dtype_that_is_asked_for_is_taken():
    assert resolve_dtype("bfloat16", CPU) == torch.bfloat16
    assert resolve_dtype("float16", CPU, hidden_size=4096) == torch.float16


@pytest.mark.parametrize(("gain", "expected"), [(0.0, torch.float32), (1.2, torch.float32), (1.9, torch.bfloat16)])
def test_on_cpu_bfloat16_is_taken_only_where_it_was_measured_to_be_much_faster(gain, expected, monkeypatch):
    from instructdiff_ui.engine import models as module

    monkeypatch.setattr(module, "bfloat16_gain", lambda hidden_size: gain)
    assert resolve_dtype("auto", CPU, hidden_size=576) == expected
    assert resolve_dtype("auto", CPU, hidden_size=None) == torch.float32
