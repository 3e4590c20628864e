"""The two halves of the Train page: a new run, and the runs there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.errors import RunBusy, ScriptoriumError, in_one_line
from core.training.runs import Run, list_runs
from core.ui import state
from core.ui.page import asked_for, doubt_link, doubt_runs, warn
from core.ui.state import NEW, RUNS
from core.workspace import Workspace

_RUN = "run"  # what names one in the page's address
_BUSY = (
    "Run {} is going on, and there is room for one: wait for it to end, or stop it. It is shown "
    "under Runs."
)


def view(runs: Sequence[Run]) -> str:
    """Ask which half to show; without any run it is the first, unasked.

    Where a run goes on, or the address names one (`?run=ID`), the runs come first.
    """
    if not runs:
        doubt_runs(st.query_params.get_all("run"))
        return NEW
    look = state.looking()
    _follow_address(look, [run.id for run in runs])
    if not look.half:
        look.half = RUNS if any(run.active for run in runs) or _RUN in st.query_params else NEW
    look.half = st.segmented_control(
        "View",
        [NEW, RUNS],
        default=look.half,
        required=True,
        key=f"train-view-{look.number}",
        label_visibility="collapsed",
    )
    if look.half == NEW and _RUN in st.query_params:
        st.query_params.pop(_RUN)
        look.link = ""  # the same link may come again
    return look.half


def _follow_address(look: state.Looking, ids: Sequence[str]) -> None:
    """Show the run that the page's address names, once."""
    asked = st.query_params.get(_RUN, "")
    if asked and asked != look.link:
        if asked in ids:
            look.at(RUNS, asked)
        look.link = asked


def choose_run(runs: Sequence[Run], label: Callable[[Run], str]) -> Run:
    """Ask which run to show: the one the address names, or the newest."""
    by_id = {each.id: each for each in runs}
    look = state.looking()
    if look.run not in by_id:
        linked = st.query_params.get(_RUN, "")
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
    if st.query_params.get(_RUN) != look.run:  # a page that is loaded anew shows it again
        st.query_params[_RUN] = look.link = look.run
    return by_id[look.run]


def start_and_show(workspace: Workspace, start: Callable[[], Run]) -> None:
    """Show the run that `start` starts from now on, or say why it can't be started now."""
    try:
        run = start()
    except (ScriptoriumError, OSError) as error:
        going_on = [each.id for each in list_runs(workspace) if each.active]
        busy = isinstance(error, RunBusy) and going_on
        warn(_BUSY.format(*going_on) if busy else in_one_line(error))
        return
    state.looking().at(RUNS, run.id)
    st.query_params[_RUN] = state.looking().link = run.id
    st.rerun()
