"""Curves of several runs over each other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.text import listed
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
    measure = left.selectbox(
        "Measure", _MEASURES, **state.kept("curve", next(iter(_MEASURES)), among=_MEASURES)
    )
    with middle:
        axis = st.segmented_control(
            "Over",
            list(_AXES),
            required=True,
            **state.kept("curve-over", "Epochs", begins_by="default"),
        )
    smoothing = right.slider(
        "Smoothing", 0.0, 0.95, step=0.05, **state.kept("curve-smoothing", 0.0)
    )
    histories = {each.id: caches.history(each) for each in runs}
    begun = {
        name: history
        for name, history in histories.items()
        if len(charts.points(history, _MEASURES[measure], _AXES[axis]))
    }
    if not begun:
        learning = any(len(charts.points(each, "loss", "step")) for each in histories.values())
        then = (
            "choose a training curve, over batches" if learning else "Train says how far they are"
        )
        st.info(f"None of these runs has a point of that yet: {then}.", icon=":material/info:")
        return
    left_out = [name for name in histories if name not in begun]
    if left_out:
        st.caption(f"Without a point yet: {listed(left_out)}.")
    figure = charts.curves(begun, _MEASURES[measure], _AXES[axis], smoothing)
    st.plotly_chart(
        figure,
        config=charts.PLAIN,
        key="curves",
        alt=f"{measure} of {', '.join(begun)} over {axis.lower()}",
    )
    st.caption(
        "Test curves have a point after each epoch. Smoothing averages every point with those "
        "before it, so that the way shows through the jitter; the faint line is what was recorded. "
        "Curves can be compared where runs were tested on the same images: the table above says on "
        "what, and whether they tell scripts or characters apart. "
        "The upright axis begins near the lowest point, not at 0."
    )
