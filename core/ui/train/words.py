"""What the Train page calls things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from core.models.zoo import FAMILIES
from core.training.classes import CHARACTER
from core.training.runs import Run

_METRIC_PX = 152
LOOKS: dict[str, tuple[str, Literal["green", "gray", "red", "blue"]]] = {
    "done": (":material/check_circle:", "green"),
    "stopped": (":material/stop_circle:", "gray"),
    "failed": (":material/error:", "red"),
}
"""Icon and colour of the states a run may end in."""


def state(run: Run) -> str:
    """Say how far a run is."""
    return "stopping" if run.stopping else run.state


def in_a_list(run: Run) -> str:
    """Name a run among others.

    By what does not change while it goes on: a choice from a list is kept by its words.
    """
    said = f"{run.id} · {FAMILIES[run.settings.model].title} on {run.settings.data.stem}"
    if run.settings.classes == CHARACTER:
        said += " · characters"
    return f"{said} · {run.settings.notes}" if run.settings.notes else said


def metrics(values: Mapping[str, str]) -> None:
    """Show numbers beside each other, two in a row on a phone."""
    row = st.container(horizontal=True, gap="small")
    for label, value in values.items():
        row.metric(label, value, width=_METRIC_PX)
