"""The demo pack: a small base model, an instruction pool with known truth, and a finished run over it."""
