"""Figures of a training: loss and accuracy as they change."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from core.ui.charts.style import TEST, TEXT, TRAINING, finish

_FEW = 12  # batches


def learning(history: pd.DataFrame, measure: str, baseline: float | None = None) -> go.Figure:
    """Lines of one run: `measure` ("loss" or "accuracy") on training and test images.

    Args:
        history: columns kind ("batch" or "epoch"), step, and for each measure a column of its name
            (training) and one with `val_` before it (test, at the end of an epoch).
        baseline: what anybody reaches without a look at the images; drawn as a level.
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
    finish(figure, 300)
    if baseline is not None:
        figure.add_hline(
            baseline,
            line={"color": TEXT, "width": 1, "dash": "dot"},
            annotation={"text": f"guessing, {baseline:.1%}", "font_color": TEXT},
            annotation_position="top right",
        )
    figure.update_xaxes(title_text="batches", rangemode="tozero")
    if len(history) and history["step"].max() <= _FEW:
        figure.update_xaxes(dtick=1)  # there is no half a batch
    figure.update_yaxes(title_text=measure)
    if measure == "accuracy":
        figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    else:
        figure.update_yaxes(rangemode="tozero")
    return figure
