"""Figures of a data set."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from core.scripts import SCRIPTS, script
from core.ui.charts.style import finish


def images_by_script(labels: pd.DataFrame) -> go.Figure:
    """Bars: number of images of each script. `labels` has a column `script`."""
    counts = labels["script"].value_counts()
    shown = [each for each in reversed(SCRIPTS) if counts.get(each.name, 0)]
    numbers = [int(counts[each.name]) for each in shown]
    bars = go.Bar(
        x=numbers,
        y=[each.title for each in shown],
        orientation="h",
        marker_color=[each.color for each in shown],
        text=[f"{number:,}" for number in numbers],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,} images<extra></extra>",
    )
    figure = finish(go.Figure(bars), 60 + 36 * len(shown))
    figure.update_xaxes(visible=False, range=[0, max(numbers, default=1) * 1.18])
    figure.update_yaxes(showgrid=False)
    return figure


def images_by_character(labels: pd.DataFrame, name: str, most: int = 60) -> go.Figure:
    """Bars: number of images of each character of the script `name`, the `most` frequent first."""
    of_script = labels.loc[labels["script"] == name, "character"]
    counts = of_script.astype(str).value_counts().head(most)
    bars = go.Bar(
        x=counts.index.tolist(),
        y=counts.tolist(),
        marker_color=script(name).color,
        hovertemplate="%{x}: %{y:,} images<extra></extra>",
    )
    figure = finish(go.Figure(bars), 260)
    # Characters such as 0 or 1 are names here, not numbers.
    figure.update_xaxes(type="category", tickfont_size=14)
    return figure


def contact_sheet(
    picture: str, frame: pd.DataFrame, columns: int, chosen: int | None = None
) -> go.Figure:
    """A sheet of small images that tell what they are and can be picked.

    Args:
        picture: the sheet as a data URI, `columns` cells a row.
        frame: one row a cell, in order, with columns script, character, writer.
        chosen: the cell to frame.
    """
    rows = max(1, -(-len(frame) // columns))
    xs = [i % columns + 0.5 for i in range(len(frame))]
    ys = [i // columns + 0.5 for i in range(len(frame))]
    colours = [script(name).color for name in frame["script"]]
    marks = go.Scatter(
        x=xs,
        y=ys,
        mode="markers",
        # Not to be seen: they are what can be hovered over and picked.
        marker={"symbol": "square", "size": 34, "color": "rgba(0, 0, 0, 0)"},
        customdata=frame[["script", "character", "writer"]].astype(str).to_numpy(),
        hovertemplate="%{customdata[0]} %{customdata[1]}<br>writer %{customdata[2]}<extra></extra>",
    )
    figure = finish(go.Figure(marks), 56 * rows + 16)
    figure.add_layout_image(
        source=picture,
        xref="x",
        yref="y",
        x=0,
        y=0,
        sizex=columns,
        sizey=rows,
        sizing="stretch",
        layer="below",
    )
    figure.update_xaxes(visible=False, range=[0, columns], fixedrange=True)
    figure.update_yaxes(
        visible=False,
        range=[rows, 0],
        fixedrange=True,
        scaleanchor="x",
        constrain="domain",
        constraintoward="top",
    )
    if chosen is not None:
        left, top = chosen % columns, chosen // columns
        line = {"color": colours[chosen], "width": 3}
        figure.add_shape(x0=left, x1=left + 1, y0=top, y1=top + 1, type="rect", line=line)
    figure.update_layout(showlegend=False, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure
