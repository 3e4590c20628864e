"""The Compare page's parts: which runs, their curves, what sets them apart, their mistakes."""

from core.ui.compare.curves import show_curves
from core.ui.compare.mistakes import show_mistakes
from core.ui.compare.notebook import show_notebook
from core.ui.compare.pair import show_pair
from core.ui.compare.runs import choose_runs, show_differences

__all__ = [
    "choose_runs",
    "show_curves",
    "show_differences",
    "show_mistakes",
    "show_notebook",
    "show_pair",
]
