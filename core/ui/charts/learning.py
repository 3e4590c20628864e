"""Figures of a training: loss and accuracy as they change."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from core.ui.charts.style import DASHES, RUNS, TEST, TRAINING, finish


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
    return _measured(finish(figure, 300), measure, "batches")


def overlay(histories: Mapping[str, pd.DataFrame], measure: str) -> go.Figure:
    """Lines of several runs over each other: `measure` on the test images, epoch by epoch."""
    figure = go.Figure()
    for i, (name, history) in enumerate(histories.items()):
        epochs = history[history["kind"] == "epoch"]
        line = {"color": RUNS[i % 6], "dash": DASHES[i % 6], "width": 2.5}
        figure.add_scatter(
            x=epochs["epoch"], y=epochs[measure], name=name, mode="lines+markers", line=line
        )
    return _measured(finish(figure, 340), measure, "epochs")


def _measured(figure: go.Figure, measure: str, unit: str) -> go.Figure:
    figure.update_xaxes(title_text=unit, rangemode="tozero")
    figure.update_yaxes(title_text=measure.removeprefix("val_"))
    if measure.endswith("accuracy"):
        figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    else:
        figure.update_yaxes(rangemode="tozero")
    return figure
