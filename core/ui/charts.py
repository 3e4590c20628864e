"""Figures, from frames. Each function is pure: the same frame gives the same figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from core.scripts import SCRIPTS, script

TRAINING = "#9A8F7D"
TEST = "#2A8C9A"
# Runs laid over each other: told apart also by dash, so colour need not do it alone.
RUNS = ("#2A8C9A", "#B78514", "#9A7AEB", "#A64B3C", "#5C9A7D", "#6D636A")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_GRID = "rgba(128, 120, 105, 0.25)"
# Streamlit puts the theme's strong text colour in this one's place, in the browser, also when the
# visitor changes the theme. Its default for figures is too faint on paper.
_TEXT = "#000037"


def _finish(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        bargap=0.25,
        dragmode=False,
        font_color=_TEXT,
        legend_font_color=_TEXT,
    )
    axis = {"tickfont_color": _TEXT, "title_font_color": _TEXT, "gridcolor": _GRID}
    figure.update_xaxes(automargin=True, zeroline=False, **axis)
    figure.update_yaxes(automargin=True, zeroline=False, **axis)
    return figure


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
    figure = _finish(go.Figure(bars), 60 + 36 * len(shown))
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
    figure = _finish(go.Figure(bars), 260)
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
    figure = _finish(go.Figure(marks), 56 * rows + 16)
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


def learning(history: pd.DataFrame, measure: str) -> go.Figure:
    """Lines of one run: `measure` ("loss" or "accuracy") on training and test images.

    `history` has columns kind ("batch" or "epoch"), step, and for each measure a column of its
    name (training) and one with `val_` before it (test, at the end of an epoch).
    """
    figure = go.Figure()
    epochs = history[history["kind"] == "epoch"]
    figure.add_scatter(
        x=history["step"],
        y=history[measure],
        name="Training, as it goes",
        mode="lines+markers" if len(history) < 3 else "lines",
        line={"color": TRAINING, "width": 2},
    )
    figure.add_scatter(
        x=epochs["step"],
        y=epochs[f"val_{measure}"],
        name="Test, after each epoch",
        mode="lines+markers",
        line={"color": TEST, "width": 3},
    )
    return _measured(_finish(figure, 300), measure, "batches")


def overlay(histories: Mapping[str, pd.DataFrame], measure: str) -> go.Figure:
    """Lines of several runs over each other: `measure` on the test images, epoch by epoch."""
    figure = go.Figure()
    for i, (name, history) in enumerate(histories.items()):
        epochs = history[history["kind"] == "epoch"]
        line = {"color": RUNS[i % 6], "dash": DASHES[i % 6], "width": 2.5}
        figure.add_scatter(
            x=epochs["epoch"], y=epochs[measure], name=name, mode="lines+markers", line=line
        )
    return _measured(_finish(figure, 340), measure, "epochs")


def _measured(figure: go.Figure, measure: str, unit: str) -> go.Figure:
    figure.update_xaxes(title_text=unit, rangemode="tozero")
    figure.update_yaxes(title_text=measure.removeprefix("val_"))
    if measure.endswith("accuracy"):
        figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    else:
        figure.update_yaxes(rangemode="tozero")
    return figure


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
    figure = _finish(figure, 60 + 52 * len(matrix))
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
    track = go.Bar(x=[1] * len(upwards), y=bars.y, orientation="h", marker_color=_GRID)
    figure = _finish(go.Figure([track, bars]), 30 + 34 * len(upwards))
    figure.update_layout(barmode="overlay", showlegend=False)
    figure.update_xaxes(visible=False, range=[0, 1.2])
    figure.update_yaxes(showgrid=False)
    return figure


def percent(share: float) -> str:
    """Write a probability as people say it; certainty is never claimed, not even by rounding."""
    if share < 0.01:
        return "under 1 %"
    if share > 0.99:
        return "over 99 %"
    return f"{100 * share:.0f} %"
