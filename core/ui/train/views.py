"""The two halves of the Train page: a new run, and the runs there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.training.runs import Run
from core.ui import state
from core.ui.page import asked_for, doubt_link, doubt_runs

NEW, RUNS = "New run", "Runs"


def view(runs: Sequence[Run]) -> str:
    """Ask which half to show; without any run it is the first, unasked.

    Where a run goes on, or the address names one (`?run=ID`), the runs come first.
    """
    if not runs:
        doubt_runs(st.query_params.get_all("run"))
        return NEW
    look = state.looking()
    if not look.half:
        look.half = RUNS if any(run.active for run in runs) or "run" in st.query_params else NEW
    look.half = st.segmented_control(
        "View",
        [NEW, RUNS],
        default=look.half,
        required=True,
        key=f"train-view-{look.number}",
        label_visibility="collapsed",
    )
    return look.half


def choose_run(runs: Sequence[Run], label: Callable[[Run], str]) -> Run:
    """Ask which run to show: the one the address names, or the newest."""
    by_id = {each.id: each for each in runs}
    look = state.looking()
    if look.run not in by_id:
        linked = st.query_params.get("run", "")
        look.run = linked if linked in by_id else runs[0].id
        if linked and linked != look.run:
            doubt_link(
                f"The link asks for {asked_for(linked)}, not a run of this workspace; here is the "
                "newest."
            )
    look.run = st.selectbox(
        "Run",
        by_id,
        index=list(by_id).index(look.run),
        format_func=lambda run: label(by_id[run]),
        key=f"train-run-{look.number}",
    )
    return by_id[look.run]


def go_to(run: Run) -> None:
    """Show `run` from now on."""
    state.looking().at(RUNS, run.id)
    st.rerun()
