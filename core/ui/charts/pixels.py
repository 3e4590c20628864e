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
    width = 256 / BINS
    levels = (np.arange(BINS) + 0.5) * width
    rows = list(range(len(names) - 1, -1, -1))
    shown = [html.escape(each) for each in names]
    gap = 0.06
    room = (1 - gap * (len(stages) - 1)) / len(stages)
    for i, (title, images) in enumerate(stages.items()):
        number = "" if i == 0 else str(i + 1)
        for row, name, color, image in zip(rows, shown, colors, images, strict=True):
            shares = grey_histogram(image)
            figure.add_bar(
                x=levels,
                y=_FULL * np.sqrt(shares),
                base=row,
                width=width * 0.92,
                marker_color=color,
                customdata=shares,
                name=name,
                xaxis=f"x{number}",
                hovertemplate=(
                    f"{name}, {html.escape(title)}<br>grey level %{{x:.0f}} of 255"
                    "<br>%{customdata:.1%} of the pixels<extra></extra>"
                ),
            )
        left = i * (room + gap)
        axis = {
            "domain": [left, left + room],
            "range": [-3, 259],
            "tickvals": [24, 232],  # inside, or those of two panels meet on a phone
            "ticktext": ["black", "white"],
            "showgrid": False,
            "fixedrange": True,
            "tickfont_color": figure.layout.xaxis.tickfont.color,
        }
        figure.update_layout({f"xaxis{number}": axis})
        figure.add_annotation(
            text=f"<b>{html.escape(title)}</b>",
            x=left,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
        )
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
