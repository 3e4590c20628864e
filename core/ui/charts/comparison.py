"""Figures of several runs over each other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.ui.charts.style import DASHES, RUNS, finish

AXES = {"step": "batches", "epoch": "epochs", "minutes": "minutes of training"}
"""What a curve can be drawn over: column of a history -> what the axis says."""
_FEW = 12  # epochs


def curves(
    histories: Mapping[str, pd.DataFrame], measure: str, axis: str = "epoch", smoothing: float = 0.0
) -> go.Figure:
    """Lines of several runs over each other.

    Args:
        histories: by name, each as `Run.history` returns it.
        measure: a column of them. Test measures (`val_...`) have a point an epoch; those of the
            training have one every few batches too, and an epoch's over epochs.
        axis: a column of `AXES`.
        smoothing: 0, as recorded, to below 1; the recorded line stays, faintly.
    """
    figure = go.Figure()
    for place, (name, history) in enumerate(histories.items()):
        history = points(history, measure, axis)
        line = {"color": RUNS[place % 6], "dash": DASHES[(place + place // 6) % 6], "width": 2.5}
        mode = "lines+markers" if len(history) < 50 else "lines"
        if smoothing:
            figure.add_scatter(
                x=history[axis],
                y=history[measure],
                mode="lines",
                line=line | {"width": 1},
                opacity=0.3,
                showlegend=False,
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=history[axis],
            y=smooth(history[measure], smoothing),
            name=name,
            mode="lines" if smoothing else mode,
            line=line,
        )
    figure = finish(figure, 360)
    figure.update_xaxes(title_text=AXES[axis], rangemode="tozero")
    if axis == "epoch" and max(history["epoch"].max() for history in histories.values()) <= _FEW:
        figure.update_xaxes(dtick=1)  # there is no half an epoch
    figure.update_yaxes(title_text=_said(measure))
    if measure.endswith("accuracy"):
        figure.update_yaxes(tickformat=".0%")
    return figure


def points(history: pd.DataFrame, measure: str, axis: str) -> pd.DataFrame:
    """Return the records of a history that `curves` draws."""
    if axis == "epoch" or measure.startswith("val_"):
        return history[history["kind"] == "epoch"]
    return history


def smooth(values: pd.Series, weight: float) -> pd.Series:
    """Average each value with those before it, each earlier one counting `weight` times the next.

    The exponential moving average, corrected for its beginning (Kingma and Ba, "Adam", 2015), as
    TensorBoard smooths. `weight` is 0, which changes nothing, to below 1.
    """
    # what is no number, of a training that diverged, stays a gap
    return values.ewm(alpha=1 - weight).mean().where(np.isfinite(values))


def _said(measure: str) -> str:
    name = measure.removeprefix("val_")
    return f"{'test' if name != measure else 'training'} {name}"
