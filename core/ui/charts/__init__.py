"""Figures, as pure functions from frames to Plotly. One colour a script, the same on every page."""

from core.ui.charts.accuracy import told, two_accuracies, two_accuracies_in_words
from core.ui.charts.answers import confusion, ranking
from core.ui.charts.comparison import curves, points, smooth
from core.ui.charts.data import contact_sheet, counted
from core.ui.charts.ink import by_source, polarity
from core.ui.charts.learning import learning
from core.ui.charts.pixels import grey_histogram, grey_levels, pixel_view
from core.ui.charts.style import PLAIN, percent

__all__ = [
    "PLAIN",
    "by_source",
    "confusion",
    "contact_sheet",
    "counted",
    "curves",
    "grey_histogram",
    "grey_levels",
    "learning",
    "percent",
    "pixel_view",
    "points",
    "polarity",
    "ranking",
    "smooth",
    "told",
    "two_accuracies",
    "two_accuracies_in_words",
]
