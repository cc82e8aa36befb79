"""The report of a run as one document: its sections in order, each where the run has something to say.

Knows no format: `html` and `markdown` write the same document.
"""

from __future__ import annotations

import time

from ... import __version__
from ..store import RunStore
from .answer import answer
from .arms import arms
from .blocks import Document, section
from .cost import cost
from .distributions import distributions
from .facts import Facts
from .models import models
from .numbers import moment
from .reproducing import reproducing
from .samples import samples
from .selection import selection
from .setup import setup
from .stability import stability


def document(store: RunStore, *, experiment: str | None = None) -> Document:
    """The report of a run, with an experiment by id or name; without one the newest that has come to something.

    Raises `ConfigError` for an experiment that is not there.
    """
    run = Facts(store, experiment)
    sections = (
        section("answer", "In short", answer(run)),
        section("setup", "Setup", setup(run)),
        section("distributions", "Distributions", distributions(run)),
        section("selection", "Selection", selection(run)),
        section("stability", "Stability", stability(run)),
        section("arms", "Against random rows", arms(run)),
        section("models", "Models of the run", [] if run.experiment else models(run)),
        section("samples", "Rows, kept and dropped", samples(run)),
        section("cost", "Cost", cost(run)),
        section("reproducing", "How to do it again", reproducing(run)),
    )
    return Document(
        title=run.config.title,
        subtitle=f"Run {store.run_id}, report of {moment(time.time())}",
        sections=tuple(one for one in sections if one.blocks),
        made_by=f"Made with InstructDiff UI {__version__}. Every number comes from the files of the run.",
    )
