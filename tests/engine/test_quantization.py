"""4-bit base weights: what the loader is told, what is refused, and, where bitsandbytes is there, what comes out."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
import torch
from tiny_models import EOS_ID, PAD_ID, random_examples, save_tiny_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from instructdiff_ui.config import ModelConfig, TrainingConfig, parse_config
from instructdiff_ui.engine import models as module
from instructdiff_ui.engine.models import Models
from instructdiff_ui.engine.scoring import score
from instructdiff_ui.engine.training import train
from instructdiff_ui.errors import ConfigError, ModelError

IDS = torch.tensor([[5, 6, 7, 8]])


def in_4bit(folder, **changes) -> Models:
    return Models(ModelConfig(path=str(folder), device="cpu", dtype="float32", quantization="4bit", **changes))


def test_the_loader_is_told_nf4_with_double_quantisation_and_the_dtype_of_the_run(base_folder, monkeypatch):
    told = {}
    load = AutoModelForCausalLM.from_pretrained

    def listen(path, *, quantization_config, device_map, **how):
        told.update(vars(quantization_config), device_map=device_map)
        return load(path, **how)

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", listen)
    monkeypatch.setattr(module, "find_spec", lambda name: object())
    models = Models(ModelConfig(path=str(base_folder), device="cpu", dtype="bfloat16", quantization="4bit"))
    with models.base():
        pass
    assert told["_load_in_4bit"] and told["bnb_4bit_use_double_quant"]
    assert (told["bnb_4bit_quant_type"], told["bnb_4bit_compute_dtype"]) == ("nf4", torch.bfloat16)
    assert told["device_map"] == {"": torch.device("cpu")}


def test_without_bitsandbytes_it_says_what_to_install(base_folder, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="needs bitsandbytes: pip install bitsandbytes"), in_4bit(base_folder).base():
        pass


def test_quantised_weights_are_not_trained_themselves(base_folder, tmp_path):
    with pytest.raises(ModelError, match="'4bit', and quantised weights cannot all be trained; set method to lora"):
        train(
            in_4bit(base_folder),
            random_examples(4),
            config=TrainingConfig(method="full"),
            output_dir=tmp_path,
            eos_id=EOS_ID,
            pad_id=PAD_ID,
        )


@pytest.mark.parametrize(
    "section", [{"finetune": {"method": "full"}}, {"calibration": {"training": {"method": "full"}}}]
)
def test_a_run_with_full_training_and_4_bits_is_refused_at_once(section):
    with pytest.raises(ConfigError, match=r"model.quantization '4bit' needs method lora, but .*method is 'full'"):
        parse_config({"model": {"path": "m", "quantization": "4bit"}} | section)


@pytest.mark.skipif(find_spec("bitsandbytes") is None, reason="needs bitsandbytes, which is not installed here")
def test_both_models_share_the_4_bit_base(tmp_path):
    folder = save_tiny_model(tmp_path / "model")
    size = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 2}
    torch.manual_seed(0)
    LlamaForCausalLM(LlamaConfig(vocab_size=258, **size)).save_pretrained(folder)  # a block of NF4 is 64 weights
    models, rows = in_4bit(folder), random_examples(20, longest=20)
    with models.base() as model, torch.inference_mode():
        assert type(model.model.layers[0].mlp.up_proj).__name__ == "Linear4bit"
        before = model(IDS).logits
    config = TrainingConfig(batch_size=4, num_train_epochs=4, learning_rate=1e-2, lora_r=4)
    result = train(models, rows, config=config, output_dir=tmp_path, eos_id=EOS_ID, pad_id=PAD_ID)
    how = {"batch_tokens": 500, "logits_mb": 1, "eos_id": EOS_ID}
    with models.base() as model, torch.inference_mode():
        assert torch.equal(model(IDS).logits, before)
        base = sum(s.nll for s in score(model, rows, **how))
    with models.tuned(result.path) as model:
        assert sum(s.nll for s in score(model, rows, **how)) < base
    with models.base() as model, torch.inference_mode():
        assert torch.equal(model(IDS).logits, before)
