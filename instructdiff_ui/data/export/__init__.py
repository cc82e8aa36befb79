"""Writing rows out again: as their dataset had them, or in the form that a trainer reads.

Knows nothing of what scores mean, of selections or of runs: examples come with the columns to write beside them.
"""

from .files import export_rows
from .formats import FORMATS, Format, format_of, write_format
from .packing import files_in, filling
from .readme import load_lines
from .rows import Again, Pairs, merged_rows, original_row
from .shapes import Prompts

__all__ = [
    "FORMATS",
    "Again",
    "Format",
    "Pairs",
    "Prompts",
    "export_rows",
    "files_in",
    "filling",
    "format_of",
    "load_lines",
    "merged_rows",
    "original_row",
    "write_format",
]
