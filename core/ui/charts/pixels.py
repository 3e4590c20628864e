"""Figures of pixels: every one of a picture, and how dark or light they are."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.imaging.steps import Grey
from core.ui.charts.style import GRID, finish

BINS = 24
_NUMBERS_UP_TO = 64  # px a side
_ABOVE = 36  # px in which Plotly's buttons have room above a picture
_FULL = 0.82
"""Height of the tallest bar that there can be, of the distance between two rows."""
_APART = 0.06  # of the figure's width, between two panels


def grey_histogram(image: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Return the share of pixels by grey level, from black to white, of each of `bins` intervals.

    Args:
        image: uint8 (H, W), or (H, W, 3) RGB, which is counted by its luminance (BT.601).

    Returns:
        float64 (bins,), sum 1.
    """
    grey = Grey()(image)
    counts = np.bincount(grey.ravel().astype(np.int64) * bins // 256, minlength=bins)
    return counts / grey.size


def grey_levels(
    stages: Mapping[str, Sequence[np.ndarray]], names: Sequence[str], colors: Sequence[str]
) -> go.Figure:
    """Histograms of grey levels, a row an image, a panel a stage: what changed shows at a glance.

    A bar's height is the square root of its share, so that a little ink shows beside much paper.

    Args:
        stages: title -> the images at that stage, as `grey_histogram` takes them.
        names: of the images, from the top.
        colors: of the images.
    """
    figure = finish(go.Figure(), 70 + 46 * len(names))
    shown = [html.escape(each) for each in names]
    rows = list(range(len(names) - 1, -1, -1))
    room = (1 - _APART * (len(stages) - 1)) / len(stages)
    for i, (title, images) in enumerate(stages.items()):
        axis = "x" if i == 0 else f"x{i + 1}"
        bars = zip(rows, shown, colors, images, strict=True)
        figure.add_traces([_levels(*each, html.escape(title), axis) for each in bars])
        _begin_panel(figure, axis, html.escape(title), i * (room + _APART), room)
    figure.update_yaxes(
        tickvals=rows,
        ticktext=shown,
        range=[-0.08, len(names)],
        gridcolor=GRID,
        ticklabelposition="outside top",
        fixedrange=True,
    )
    margin = {"l": 8, "r": 8, "t": 30, "b": 8}
    figure.update_layout(barmode="overlay", showlegend=False, margin=margin)
    return figure


def _levels(row: int, name: str, color: str, image: np.ndarray, title: str, axis: str) -> go.Bar:
    """Return the histogram of one image, standing on `row`."""
    width = 256 / BINS
    shares = grey_histogram(image)
    return go.Bar(
        x=(np.arange(BINS) + 0.5) * width,
        y=_FULL * np.sqrt(shares),
        base=row,
        width=width * 0.92,
        marker_color=color,
        customdata=shares,
        name=name,
        xaxis=axis,
        hovertemplate=(
            f"{name}, {title}<br>grey level %{{x:.0f}} of 255"
            "<br>%{customdata:.1%} of the pixels<extra></extra>"
        ),
    )


def _begin_panel(figure: go.Figure, axis: str, title: str, left: float, room: float) -> None:
    """Give the panel of `axis` its place, in shares of the figure's width, and its heading."""
    levels = {
        "domain": [left, left + room],
        "range": [-3, 259],
        "tickvals": [24, 232],  # inside, or those of two panels meet on a phone
        "ticktext": ["black", "white"],
        "showgrid": False,
        "fixedrange": True,
        "tickfont_color": figure.layout.xaxis.tickfont.color,
    }
    figure.update_layout({axis.replace("x", "xaxis"): levels})
    figure.add_annotation(
        text=f"<b>{title}</b>",
        x=left,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
    )


def pixel_view(image: np.ndarray) -> go.Figure:
    """Every pixel of uint8 (H, W) or (H, W, 3) as a square that can be zoomed into and read.

    Small pictures have the grey level written in each; the others tell it at the pointer.
    """
    where = "column %{x}, row %{y}: "
    if image.ndim == 3:
        pixels: go.Image | go.Heatmap = go.Image(
            z=image, hovertemplate=where + "red, green, blue %{z}<extra></extra>"
        )
    else:
        pixels = go.Heatmap(
            z=image,
            zmin=0,
            zmax=255,
            colorscale="gray",
            showscale=False,
            hovertemplate=where + "grey level %{z}<extra></extra>",
            texttemplate="%{z}" if max(image.shape) <= _NUMBERS_UP_TO else None,
        )
    figure = finish(go.Figure(pixels), 480)
    figure.update_layout(dragmode="pan", margin_t=_ABOVE)
    figure.update_xaxes(showgrid=False, constrain="domain")
    figure.update_yaxes(
        showgrid=False,
        scaleanchor="x",
        constrain="domain",
        constraintoward="top",
        autorange="reversed",
    )
    return figure
