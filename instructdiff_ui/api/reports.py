"""The report of a run: a page, and a Markdown file, of what was chosen, how sure that is, and how to do it again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigError, DataError
from ..files import write_text
from ..runs import home
from ..runs.report.document import document
from ..runs.report.html import html
from ..runs.report.markdown import markdown

NAME = "report"  # of the files in a folder


@dataclass(frozen=True)
class Report:
    """One report, written twice: `html` is a whole file that needs nothing else."""

    title: str
    html: str
    markdown: str


def report(run: str, *, experiment: str | None = None) -> Report:
    """The report of a run, with an experiment by id or name; without one, the newest that has come to something.

    What the run does not have is left out, or said to be missing. `ConfigError` for an experiment that is not there.
    """
    made = document(home.open_store(run), experiment=experiment)
    return Report(made.title, html(made), markdown(made))


def write_report(run: str, path: str | Path, experiment: str | None = None) -> list[Path]:
    """Write the report to an `.html` or `.md` file, or both into a folder; returns what was written.

    Each file is written whole or not at all, over one that was there. `ConfigError` for another suffix.
    """
    path = Path(path).expanduser()
    suffix = path.suffix.lower()
    if not path.is_dir() and suffix not in ("", ".html", ".md"):
        raise ConfigError(f"A report is written as .html or .md, or as both into a folder; {path.name!r} is neither.")
    in_folder = path.is_dir() or not suffix
    if in_folder and path.is_file():
        raise DataError(f"{path} is a file: name a folder, or a file that ends in .html or .md.")
    made = report(run, experiment=experiment)
    texts = {".html": made.html, ".md": made.markdown}
    files = {path / f"{NAME}{end}": text for end, text in texts.items()} if in_folder else {path: texts[suffix]}
    for file, text in files.items():
        write_text(file, text)
    return list(files)
