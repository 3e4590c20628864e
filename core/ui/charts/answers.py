"""Figures of what a model answers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from core.scripts import script
from core.ui.charts.style import GRID, finish, percent


def confusion(matrix: pd.DataFrame) -> go.Figure:
    """Heat map: rows are the true scripts, columns the answers, cells the share of the row.

    `matrix` holds counts, indexed by script name both ways.
    """
    titles = [script(name).title for name in matrix.index]
    totals = matrix.sum(axis=1).clip(lower=1)
    shares = matrix.div(totals, axis=0).to_numpy()
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=[script(name).title for name in matrix.columns],
            y=titles,
            zmin=0,
            zmax=1,
            colorscale=[[0, "rgba(42, 140, 154, 0.04)"], [1, "rgba(42, 140, 154, 0.85)"]],
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=matrix.to_numpy(),
            hovertemplate="%{y} taken for %{x}: %{customdata:,} (%{z:.1%})<extra></extra>",
        )
    )
    # Annotations take the theme's text colour; a heat map's own text guesses one.
    for i, row in enumerate(matrix.to_numpy()):
        for j, count in enumerate(row):
            figure.add_annotation(x=j, y=i, text=f"{count:,}", showarrow=False)
    figure = finish(figure, 60 + 52 * len(matrix))
    figure.update_xaxes(title_text="answered", showgrid=False)
    figure.update_yaxes(title_text="true script", autorange="reversed", showgrid=False)
    return figure


def ranking(ranked: Sequence[tuple[str, float]]) -> go.Figure:
    """Bars: the probability of each script, the highest at the top; all 0 before an answer."""
    upwards = [(script(name), share) for name, share in reversed(ranked)]
    bars = go.Bar(
        x=[share for _, share in upwards],
        y=[each.title for each, _ in upwards],
        orientation="h",
        marker_color=[each.color for each, _ in upwards],
        text=[percent(share) if any(s for _, s in upwards) else "" for _, share in upwards],
        textposition="outside",
        cliponaxis=False,
    )
    track = go.Bar(x=[1] * len(upwards), y=bars.y, orientation="h", marker_color=GRID)
    figure = finish(go.Figure([track, bars]), 30 + 34 * len(upwards))
    figure.update_layout(barmode="overlay", showlegend=False)
    figure.update_xaxes(visible=False, range=[0, 1.2])
    figure.update_yaxes(showgrid=False)
    return figure
