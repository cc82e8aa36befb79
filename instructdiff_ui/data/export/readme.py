"""What stands beside exported rows: which lines load them where people train."""

from __future__ import annotations

import json

_LOAD = {
    "json": 'from datasets import load_dataset\n\nrows = load_dataset("json", data_files="{data}", split="train")',
    "csv": 'import pandas as pd\n\nrows = pd.read_csv("{data}")',
    "parquet": 'import pandas as pd\n\nrows = pd.read_parquet("{data}")',
    "datasets": 'from datasets import load_from_disk\n\nrows = load_from_disk("{data}")',
}
_TRL = """from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

rows = load_dataset("json", data_files="{data}", split="train")
args = SFTConfig(output_dir="out"OPTIONS)
SFTTrainer({model}, args=args, train_dataset=rows).train()"""
_AXOLOTL = """cd {data}  # the stanza names the file beside it
cat axolotl.yaml >> your-config.yaml  # a config that has no datasets yet
axolotl train your-config.yaml"""

LINES: dict[str, tuple[str, str]] = {  # format → language of the lines, lines
    "jsonl": ("python", _LOAD["json"]),
    "json": ("python", _LOAD["json"]),
    "csv": ("python", _LOAD["csv"]),
    "parquet": ("python", _LOAD["parquet"]),
    "datasets": ("python", _LOAD["datasets"]),
    "trl-prompt-completion": ("python", _TRL.replace("OPTIONS", "")),
    "trl-messages": ("python", _TRL.replace("OPTIONS", ", assistant_only_loss=True")),
    "alpaca": ("python", _LOAD["json"]),
    "sharegpt": ("python", _LOAD["json"]),
    "llama-factory": ("sh", "llamafactory-cli train your-config.yaml dataset_dir={data} dataset={name}"),
    "axolotl": ("sh", _AXOLOTL),
}


def load_lines(fmt: str, *, data: str, name: str, model: str) -> str:
    """A fenced block with the lines that load `data`, a file or a folder, in the consumer of `fmt`."""
    language, lines = LINES[fmt]
    for place, value in {"{data}": data, "{name}": name, "{model}": json.dumps(model, ensure_ascii=False)}.items():
        lines = lines.replace(place, value)
    return f"```{language}\n{lines}\n```"
