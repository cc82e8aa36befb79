"""The charts as plain plotly figures: dicts that are ready for JSON.

Pure functions from results to figures. Nothing here knows gradio, and plotly is not imported: `chart` draws the dicts
in the browser. Colours that follow the theme are tokens of `palette`. Beside plotly's own, two places tell the page
more:

- `layout.meta`: `summary` (a sentence for screen readers), `title` and `name` (of an exported image: plain text, and
  the stem of its file), `handles` (the shapes that can be dragged: name → label), and, where they apply, `table`
  (`columns` and `rows`, the numbers behind the drawing), `region` (what is picked on a map) and `clicks`.
- `meta` of a trace: `domain`, `part` and `column` of bars that hold rows (`flip` where the sign is turned); `aside` of
  traces that only help; `pick` of the marks that a box or lasso picks.
"""

from .arms import MODEL_COLOURS, arm_dots, heldout_bars
from .budgets import budget_figure
from .contrasts import contrast_figure, kinds_figure
from .correlations import correlation_map
from .cutoffs import released
from .deltas import deltas_figure
from .experiments import forest_figure, overlap_figure
from .histograms import delta_histogram
from .lengths import length_histogram
from .maps import density_map, length_map, rank_scatter
from .names import PART_NAMES, TITLES, Figure, Sign, column_name
from .runs import runs_ridges
from .sensitivity import sensitivity_figure
from .training import loss_curve

__all__ = [
    "MODEL_COLOURS",
    "PART_NAMES",
    "TITLES",
    "Figure",
    "Sign",
    "arm_dots",
    "budget_figure",
    "column_name",
    "contrast_figure",
    "correlation_map",
    "delta_histogram",
    "deltas_figure",
    "density_map",
    "forest_figure",
    "heldout_bars",
    "kinds_figure",
    "length_histogram",
    "length_map",
    "loss_curve",
    "overlap_figure",
    "rank_scatter",
    "released",
    "runs_ridges",
    "sensitivity_figure",
]
