"""What can go wrong because of input, said for a person.

Everything that a user can mend is a `UserError`: one sentence that names the value, the row or the field, and what is
allowed. The CLI prints it and exits with 2; the page shows it; a stage records it as its cause. Anything else that is
raised is a bug and keeps its traceback.
"""

from __future__ import annotations

import errno
import re
import unicodedata

_SECRETS = re.compile(
    r"hf_(?:[A-Za-z0-9]{16,}|(?:oauth|jwt|app)_[\w.-]{8,})|(?<=://)[^\s/@]+(?=@)|(?i:(?<=bearer )\S{8,})", re.A
)
_STEERING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # direction


def hidden(text: str) -> str:
    """A library's text without tokens of the Hub, and without names and passwords in addresses."""
    return _SECRETS.sub("…", text)


def steady(text: str) -> str:
    """A text with � for whatever would steer a terminal or turn the direction of what stands around it."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(one) else one for one in text)


def _steers(character: str) -> bool:
    return character in _STEERING or (character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs"))


class UserError(Exception):
    """A cause that the user can mend, in one sentence."""

    def __init__(self, message: str):
        # one line that is only text and keeps what is secret, whatever a library's message looked like
        super().__init__(steady(hidden(" ".join(message.split()))))

    @property
    def message(self) -> str:
        return str(self)


class ConfigError(UserError):
    """A setting that is unknown or out of range."""


class DataError(UserError):
    """A dataset, file, column or row that cannot be used."""


class ModelError(UserError):
    """A model or tokenizer that cannot be loaded, trained or scored."""


class HubError(UserError):
    """The Hugging Face Hub refused, has no such repository, or cannot be reached."""


class RunError(UserError):
    """A run directory that is missing, busy, unfinished or made by a newer version."""


class Stopped(Exception):
    """The user asked the job to stop; what is done is kept."""


def disk_full(error: OSError, where: str) -> UserError | None:
    """The sentence for a full disk, or None when `error` is something else."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    return RunError(f"The disk is full: could not write {where}. Free some space and resume; finished work is kept.")
