"""Figures, as pure functions from frames to Plotly. One colour a script, the same on every page."""

from core.ui.charts.answers import confusion, ranking
from core.ui.charts.data import contact_sheet, images_by_character, images_by_script
from core.ui.charts.learning import learning, overlay
from core.ui.charts.style import percent

__all__ = [
    "confusion",
    "contact_sheet",
    "images_by_character",
    "images_by_script",
    "learning",
    "overlay",
    "percent",
    "ranking",
]
