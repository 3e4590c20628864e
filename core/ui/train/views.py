"""The two halves of the Train page: a new run, and the runs there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.training.runs import Run
from core.ui.state import begin, pick, tell, told

NEW, RUNS = "New run", "Runs"
_VIEW, _RUN, _STARTED = "train-view", "train-run", "started"


def view(runs: Sequence[Run]) -> str | None:
    """Ask which half to show; without any run it is the first, unasked.

    Where a run goes on, or the address names one (`?run=ID`), the runs come first.
    """
    if not runs:
        return NEW
    if started := told(_STARTED):
        pick(_VIEW, RUNS)
        pick(_RUN, started)
    looking = runs[0].active or "run" in st.query_params
    begin(_VIEW, RUNS if looking else NEW)
    return st.segmented_control(
        "View", [NEW, RUNS], required=True, key=_VIEW, label_visibility="collapsed"
    )


def choose_run(runs: Sequence[Run], label: Callable[[Run], str]) -> Run:
    """Ask which run to show: the one the address names, or the newest."""
    by_id = {each.id: each for each in runs}
    linked = st.query_params.get("run")
    begin(_RUN, linked if linked in by_id else runs[0].id)
    return by_id[st.selectbox("Run", by_id, format_func=lambda run: label(by_id[run]), key=_RUN)]


def go_to(run: Run) -> None:
    """Show `run` from now on."""
    tell(_STARTED, run.id)
    st.rerun()
