"""What all figures have in common: colours, grid, type."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

PLAIN = {"displayModeBar": False}
"""What Plotly is told of a figure that needs no tools."""
TRAINING = "#9A8F7D"
TEST = "#2A8C9A"
LIGHT_ON_DARK = "#9A8F7D"
# Runs laid over each other, none in the colour of a script: told apart also by dash, so colour need
# not do it alone.
RUNS = ("#2A8C9A", "#E5178F", "#607200", "#008DE9", "#DF6401", "#B17A84")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SHARES = {"tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%"}
"""Ticks of an axis of shares, 0-1."""
SUREST = 0.99
"""Certainty is never claimed, not even by rounding."""
GRID = "rgba(128, 120, 105, 0.25)"
# Streamlit puts the theme's strong text colour in this one's place, in the browser, when a figure
# is drawn. Its default for figures is too faint on paper.
TEXT = "#000037"


def finish(figure: go.Figure, height: int) -> go.Figure:
    """Give `figure` the house's type, grid and margins, and a height in px."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        bargap=0.25,
        dragmode=False,
        font_color=TEXT,
        legend_font_color=TEXT,
        meta=st.context.theme.type,  # with another theme it is another figure, and drawn anew
    )
    axis = {"tickfont_color": TEXT, "title_font_color": TEXT, "gridcolor": GRID}
    figure.update_xaxes(automargin=True, zeroline=False, **axis)
    figure.update_yaxes(automargin=True, zeroline=False, **axis)
    return figure


def percent(share: float) -> str:
    """Write a probability as people say it; certainty is never claimed, not even by rounding."""
    if share < 0.01:
        return "under 1%"
    if share > SUREST:
        return "over 99%"
    return f"{100 * share:.0f}%"
