"""The `state` of a link: a selection rule and what the page shows of it, as a short text for an address.

The text is JSON of what is not the default, deflated, in base64url without padding. One that is too long for an
address is kept in the run, in `shared/<hash>.txt`, and the link says `@<hash>`. Knows nothing of pages: what stands in
`view` is for the page to check.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import Any, NoReturn

from ..config import SelectionSpec, digest
from ..errors import ConfigError, RunError
from ..files import write_text
from .specs import parsed
from .store import RunStore

MAX_LINK = 4_000  # characters of a state that stands in the address itself
MAX_JSON = 256 * 1024  # bytes, inflated
MAX_TEXT = 2 * MAX_JSON  # characters of a state, wherever it stands

View = dict[str, Any]


def encode(store: RunStore, spec: SelectionSpec, view: View, *, keep: bool = True) -> str:
    """The state for a link to this run; a long one is kept in the run and named by its hash, or empty without `keep`.

    Raises `ConfigError` for what is too large to keep, and `RunError` where the run cannot be written.
    """
    try:
        text = pack(spec, view)
    except ConfigError:
        if keep:
            raise
        return ""
    if len(text) <= MAX_LINK or not keep:
        return text if len(text) <= MAX_LINK else ""
    path = store.path / "shared" / f"{digest(text)}.txt"
    try:
        if not path.exists():
            write_text(path, text)
    except OSError as error:
        raise RunError(f"The link is too long for an address, and {path.parent} cannot be written: {error}.") from None
    return f"@{path.stem}"


def decode(store: RunStore, state: str) -> tuple[SelectionSpec, View]:
    """The rule and the view of a link's state; `ConfigError` for anything that `encode` did not make."""
    if not state.startswith("@"):
        return unpack(state)
    if not re.fullmatch(r"@[0-9a-f]{16}", state):
        _refuse("it names no kept state")
    try:
        text = (store.path / "shared" / f"{state[1:]}.txt").read_text(encoding="ascii")
    except FileNotFoundError:
        _refuse(f"what {state} stands for is not in this run")
    except (OSError, UnicodeDecodeError):
        _refuse(f"what {state} stands for cannot be read")
    if digest(text) != state[1:]:
        _refuse(f"what {state} stands for was changed")
    return unpack(text)


def pack(spec: SelectionSpec, view: View) -> str:
    """Rule and view as text for an address; `ConfigError` where they are too large to share."""
    state = {"spec": spec.model_dump(mode="json", exclude_defaults=True), "view": view}
    own = {key: value for key, value in state.items() if value}
    written = json.dumps(own, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    if len(written) > MAX_JSON:
        raise ConfigError(
            f"The rule and view are {len(written):,} bytes, and a link holds {MAX_JSON:,}: too many rows are kept or "
            "dropped by hand; save the rule under a name instead."
        )
    return base64.urlsafe_b64encode(zlib.compress(written, 9)).rstrip(b"=").decode("ascii")


def unpack(text: str) -> tuple[SelectionSpec, View]:
    """The rule and the view that `pack` wrote; `ConfigError` for anything else."""
    try:
        state = json.loads(_inflated(text), parse_constant=lambda name: _refuse(f"{name} is no value"))
    except (ValueError, RecursionError):
        _refuse("it holds no JSON")
    try:
        json.dumps(state, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a pair of surrogates
        _refuse("it holds text that is no text")
    if not isinstance(state, dict) or not all(isinstance(part, dict) for part in state.values()):
        _refuse("it holds no settings")
    if unknown := sorted(set(state) - {"spec", "view"}):
        _refuse(f"it has an unknown part {unknown[0][:40]!r}, and the parts are spec and view")
    return parsed(state.get("spec", {})), state.get("view", {})


def _inflated(text: str) -> bytes:
    """The bytes in a state; never more than `MAX_JSON`, however much they claim to be."""
    if len(text) > MAX_TEXT or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        _refuse("it is not one that this app writes")
    reader = zlib.decompressobj()
    try:
        found = reader.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), MAX_JSON)
    except (binascii.Error, zlib.error):
        _refuse("it is cut off or damaged")
    if reader.unconsumed_tail:
        _refuse(f"it is larger than {MAX_JSON:,} bytes")
    if not reader.eof or reader.unused_data:
        _refuse("it is cut off or damaged")
    return found


def _refuse(why: str) -> NoReturn:
    raise ConfigError(f"This link cannot be opened: {why}.")
