"""Figures, as pure functions from frames to Plotly. One colour a script, the same on every page."""

from core.ui.charts.answers import confusion, ranking
from core.ui.charts.data import contact_sheet, counted
from core.ui.charts.ink import by_source, pixel_view, polarity
from core.ui.charts.learning import learning, overlay
from core.ui.charts.style import percent

__all__ = [
    "by_source",
    "confusion",
    "contact_sheet",
    "counted",
    "learning",
    "overlay",
    "percent",
    "pixel_view",
    "polarity",
    "ranking",
]
