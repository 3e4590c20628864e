"""Curves of several runs over each other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.training.runs import Run
from core.ui import caches, charts, state

_MEASURES = {
    "Test accuracy": "val_accuracy",
    "Test loss": "val_loss",
    "Training accuracy": "accuracy",
    "Training loss": "loss",
}
_AXES = {"Epochs": "epoch", "Batches": "step", "Minutes": "minutes"}


@st.fragment
def show_curves(runs: Sequence[Run]) -> None:
    """Show one measure of all `runs`, over epochs, batches or minutes, smoothed if wanted."""
    st.header("Curves")
    left, middle, right = st.columns([2, 3, 2], gap="medium")
    measures = list(_MEASURES)
    measure = left.selectbox(
        "Measure",
        measures,
        index=measures.index(state.last("curve", measures[0])),
        key="curve",
        persist_state="session",
    )
    with middle:
        axis = st.segmented_control(
            "Over",
            list(_AXES),
            default=state.last("curve-over", "Epochs"),
            required=True,
            key="curve-over",
            persist_state="session",
        )
    smoothing = right.slider(
        "Smoothing",
        0.0,
        0.95,
        state.last("curve-smoothing", 0.0),
        0.05,
        key="curve-smoothing",
        persist_state="session",
    )
    histories = {each.id: caches.history(each) for each in runs}
    begun = {name: history for name, history in histories.items() if len(history)}
    if not begun:
        st.info("None of these runs has recorded anything yet.", icon=":material/info:")
        return
    figure = charts.curves(begun, _MEASURES[measure], _AXES[axis], smoothing)
    st.plotly_chart(
        figure,
        config=charts.PLAIN,
        key="curves",
        alt=f"{measure} of {', '.join(begun)} over {axis.lower()}",
    )
    st.caption(
        "Test curves have a point after each epoch. Smoothing averages every point with those "
        "before it, so that the way shows through the jitter; the faint line is what was recorded."
    )
