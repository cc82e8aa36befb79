"""What can go wrong because of input, said for a person.

Everything that a user can mend is a `UserError`: one sentence that names the value, the row or the field, and what is
allowed. The CLI prints it and exits with 2; the page shows it; a stage records it as its cause. Anything else that is
raised is a bug and keeps its traceback.
"""

from __future__ import annotations

import errno


class UserError(Exception):
    """A cause that the user can mend, in one sentence."""

    def __init__(self, message: str):
        super().__init__(" ".join(message.split()))  # one line, whatever a library's message looked like

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
