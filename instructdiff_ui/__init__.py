"""InstructDiff UI: choose fine-tuning data by differential entropy, in the browser or headless."""

__version__ = "0.1.0"
