"""Figures of a data set."""

from __future__ import annotations

import html
from collections.abc import Collection, Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.scripts import script
from core.text import images
from core.ui.charts.style import TEST, finish


def counted(table: pd.DataFrame, *, legend: bool = True) -> go.Figure:
    """Bars, one below the other: number of images of each row of `table`, in its order.

    `table` holds counts: a row for each thing that is counted, named as people read it, a column
    for each script; a bar is made of its scripts, whose colours the legend names.
    """
    places = list(range(len(table)))
    names = [html.escape(str(each)) for each in table.index]
    figure = go.Figure()
    for name in table.columns:
        figure.add_bar(
            x=table[name].to_numpy(),
            y=places,
            orientation="h",
            name=script(name).title,
            marker_color=script(name).color,
            customdata=[f"{each}: {images(n)}" for each, n in zip(names, table[name], strict=True)],
            hovertemplate="%{customdata}<extra>" + script(name).title + "</extra>",
        )
    totals = table.sum(axis=1).to_numpy()
    for place, total in zip(places, totals, strict=True):
        figure.add_annotation(
            x=total, y=place, text=f"{total:,}", showarrow=False, xanchor="left", xshift=4
        )
    legend = legend and len(table.columns) > 1
    finish(figure, 50 + 26 * len(table) + 40 * legend)
    figure.update_layout(barmode="stack", showlegend=legend, legend_traceorder="normal")
    figure.update_xaxes(
        title_text="images",
        showticklabels=False,
        showgrid=False,
        range=[0, 1.18 * max(totals, default=1)],
        fixedrange=True,
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=names,
        range=[len(table) - 0.5, -0.5],
        showgrid=False,
        fixedrange=True,
    )
    return figure


def _what_it_is(image: Mapping[Hashable, Any]) -> str:
    said = f"{script(image['script']).title} {html.escape(str(image['character']))}"
    if image["writer"]:
        said += f"<br>writer {html.escape(str(image['writer']))}"
    if image.get("taken_for"):
        said += f"<br>taken for {html.escape(image['taken_for'])}"
    return said


def contact_sheet(
    picture: str,
    frame: pd.DataFrame,
    columns: int,
    chosen: int | None = None,
    picked: Collection[int] = (),
) -> go.Figure:
    """A sheet of small images that tell what they are and can be picked.

    Args:
        picture: the sheet as a data URI, `columns` cells a row.
        frame: one row a cell, in order, with columns script, character, writer; and taken_for, in
            words, where that is to be said.
        chosen: the cell to frame.
        picked: cells to mark with a dot.
    """
    rows = max(1, -(-len(frame) // columns))
    xs = [i % columns + 0.5 for i in range(len(frame))]
    ys = [i // columns + 0.5 for i in range(len(frame))]
    marks = go.Scatter(
        x=xs,
        y=ys,
        mode="markers",
        # Not to be seen: they are what can be hovered over and picked.
        marker={"symbol": "square", "size": 272 / columns, "color": "rgba(0, 0, 0, 0)"},
        hovertext=[_what_it_is(each) for each in frame.to_dict("records")],
        hoverinfo="text",
    )
    figure = finish(go.Figure(marks), round(448 * rows / columns) + 16)
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
        line = {"color": script(frame["script"].iloc[chosen]).color, "width": 3}
        figure.add_shape(x0=left, x1=left + 1, y0=top, y1=top + 1, type="rect", line=line)
    for cell in picked:
        _dot(figure, cell % columns, cell // columns)
    figure.update_layout(showlegend=False, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


def _dot(figure: go.Figure, x: int, y: int) -> None:
    """Put a dot into the upper left corner of a cell."""
    figure.add_shape(
        x0=x + 0.04,
        x1=x + 0.24,
        y0=y + 0.04,
        y1=y + 0.24,
        type="circle",
        fillcolor=TEST,
        line={"color": "white", "width": 1},
    )
