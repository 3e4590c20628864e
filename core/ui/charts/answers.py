"""Figures of what a model answers."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.scripts import script, script_of
from core.ui.charts.style import GRID, TEXT, finish, percent


def confusion(
    matrix: pd.DataFrame,
    cell: tuple[str, str] | None = None,
    *,
    rows: str = "true script",
    totals: pd.Series | None = None,
) -> go.Figure:
    """Heat map whose cells can be picked: down what is true, across the answers.

    Colour is the share of the row, the number the count. A picked cell's point carries the names of
    its row and column as custom data.

    Args:
        matrix: counts; the columns are script names, the rows too, or characters; or both are
            class names, shown without their script where they are all of one.
        cell: names of the row and the column to frame.
        rows: what the rows are.
        totals: counts of the whole rows, by their names, where some columns were left out.
    """
    counts = matrix.to_numpy()
    whole = matrix.sum(axis=1) if totals is None else totals.loc[matrix.index]
    shares = counts / np.maximum(1, whole.to_numpy()[:, None])
    of_one = len({script_of(name) for name in matrix.columns}) == 1
    across = [
        html.escape(script(name).sample if of_one else script(name).title)
        for name in matrix.columns
    ]
    titles = dict(zip(matrix.columns, across, strict=True))
    down = [titles.get(each, html.escape(str(each))) for each in matrix.index]
    heat = go.Heatmap(
        z=shares,
        zmin=0,
        zmax=1,
        colorscale=[[0, "rgba(42, 140, 154, 0.04)"], [1, "rgba(42, 140, 154, 0.85)"]],
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    square = 52 if len(down) <= len(across) else 26
    points = _points(matrix, shares, down, across)
    figure = finish(go.Figure([heat, points]), 70 + square * len(down))
    # Anywhere in a cell will do, not only near its number.
    figure.update_layout(hovermode="closest", hoverdistance=-1)
    if cell and cell[0] in matrix.index and cell[1] in matrix.columns:
        x, y = list(matrix.columns).index(cell[1]), list(matrix.index).index(cell[0])
        frame = {"x0": x - 0.48, "x1": x + 0.48, "y0": y - 0.46, "y1": y + 0.46}
        figure.add_shape(**frame, type="rect", line={"color": TEXT, "width": 2})
    figure.update_xaxes(
        title_text="answered", side="top", range=[-0.5, len(across) - 0.5], **_ticks(across)
    )
    figure.update_yaxes(title_text=rows, range=[len(down) - 0.5, -0.5], **_ticks(down))
    return figure


def _points(
    matrix: pd.DataFrame, shares: np.ndarray, down: Sequence[str], across: Sequence[str]
) -> go.Scatter:
    """Return the numbers of a heat map, which can be picked where the map itself can't."""
    counts = matrix.to_numpy()
    places = list(np.ndindex(counts.shape))
    # A heat map's own text guesses a colour: the theme knows better.
    text = {"textfont": {"color": TEXT}}
    return go.Scatter(
        x=[column for _, column in places],
        y=[row for row, _ in places],
        mode="markers+text",
        marker={"symbol": "square", "size": 24, "color": "rgba(0, 0, 0, 0)"},
        text=[f"{counts[place]:,}" if counts[place] else "" for place in places],
        customdata=[[matrix.index[row], matrix.columns[column]] for row, column in places],
        hovertext=[
            f"{down[row]} taken for {across[column]}: {counts[row, column]:,} "
            f"({shares[row, column]:.1%})"
            for row, column in places
        ],
        hoverinfo="text",
        selected=text,
        unselected=text,
        showlegend=False,
        **text,
    )


def _ticks(names: Sequence[str]) -> dict[str, Any]:
    places = list(range(len(names)))
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": names,
        "showgrid": False,
        "fixedrange": True,
    }


def ranking(ranked: Sequence[tuple[str, float]]) -> go.Figure:
    """Bars: the probability of each script, the highest at the top; all 0 before an answer."""
    upwards = [(script(name), share) for name, share in reversed(ranked)]
    bars = go.Bar(
        x=[share for _, share in upwards],
        y=[html.escape(each.title) for each, _ in upwards],
        orientation="h",
        marker_color=[each.color for each, _ in upwards],
        text=[percent(share) if any(s for _, s in upwards) else "" for _, share in upwards],
        textposition="outside",
        cliponaxis=False,
    )
    track = go.Bar(
        x=[1] * len(upwards),
        y=bars.y,
        orientation="h",
        marker={"color": "rgba(0, 0, 0, 0)", "line": {"color": GRID, "width": 1}},
    )
    figure = finish(go.Figure([track, bars]), 30 + 34 * len(upwards))
    figure.update_layout(barmode="overlay", showlegend=False)
    figure.update_xaxes(visible=False, range=[0, 1.2])
    figure.update_yaxes(showgrid=False, type="category")  # a class may be called 7, or 2020-01-01
    return figure
