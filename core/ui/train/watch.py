"""A run as it goes on, and as it ended."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import pandas as pd
import streamlit as st

from core.errors import RunNotFound
from core.models.zoo import FAMILIES
from core.text import duration, message, plain
from core.training.classes import CHARACTER
from core.training.folder import DONE, FAILED
from core.training.runs import Run, find_run, resume_run, stop_run
from core.ui import caches, charts
from core.ui.page import advice, attempt, main_button, metrics
from core.ui.runs import LOOKS, how_far, in_a_list
from core.ui.train.result import show_actions, show_result
from core.ui.train.views import choose_run, start_and_show
from core.workspace import Workspace

_POLL_SECONDS = 1.0
_GUESSING = (
    " The dotted level is what anybody reaches who looks at no image and always gives the answer "
    "that is right most often: only what lies above it has been learned."
)


def show_run(workspace: Workspace, runs: Sequence[Run]) -> None:
    """Show the run the visitor chose, again and again for as long as it goes on."""
    run = choose_run(runs, in_a_list)
    if len(runs) > 1:
        _all(runs)
    if run.active:
        st.fragment(_watch, run_every=_POLL_SECONDS)(workspace, run.id)
        return
    _facts(run)
    _end(workspace, run)
    if run.has_model and run.was_tested:
        show_result(workspace, run)
    if len(caches.history(run)):
        st.header("How it learned")
    _curves(run)


def _all(runs: Sequence[Run]) -> None:
    with st.expander(f"All {len(runs):,} runs, their state and accuracy", icon=":material/list:"):
        table = {
            "Run": [each.id for each in runs],
            "State": [how_far(each) for each in runs],
            "Test accuracy, %": [each.accuracy and 100 * each.accuracy for each in runs],
            "Tested on": [each.tested_on for each in runs],
            "Notes": [each.settings.notes for each in runs],
        }
        st.dataframe(
            pd.DataFrame(table).astype({"Test accuracy, %": float}),
            hide_index=True,
            column_config={"Test accuracy, %": st.column_config.NumberColumn(format="%.1f")},
        )
        st.caption("Side by side, with curves and mistakes: the page Compare.")


def _watch(workspace: Workspace, run_id: str) -> None:
    run = None
    with advice(), suppress(RunNotFound):  # stopped and deleted by somebody
        run = find_run(workspace, run_id)
    if run is None or not run.active:
        st.rerun()
    _facts(run)
    _progress(run)
    _curves(run)


def _curves(run: Run) -> None:
    history = caches.history(run)
    if len(history):
        loss, accuracy = st.columns(2)
        for place, measure in ((loss, "loss"), (accuracy, "accuracy")):
            place.plotly_chart(
                charts.learning(history, measure, run.baseline if measure == "accuracy" else None),
                config=charts.PLAIN,
                key=measure,
                alt=f"{measure} in training and on the test images, batch by batch",
            )
        st.caption(
            "Loss is how far the answers are from the truth, accuracy the share of right ones. "
            "In training both are averaged since the epoch began: the line lags, jumps where one "
            "begins, and the test may stand above it: early on, and with dropout or *Augment*, "
            "which only training has, to the end. Where the test line turns away while the "
            "training line goes on, the model has begun to learn by heart."
            + ("" if run.baseline is None else _GUESSING)
        )


def _facts(run: Run) -> None:
    settings = run.settings
    facts = [
        f"{FAMILIES[settings.model].title} on {plain(caches.data_name(run))}",
        f"tested on {run.tested_on}",
    ]
    if settings.classes == CHARACTER:
        facts.append("tells characters apart")
    if run.train_images and run.test_images:
        facts.append(f"{run.train_images:,} images to learn from, {run.test_images:,} to test")
    if run.epoch:
        facts.append(f"epoch {run.epoch} of {settings.total_epochs}")
    if settings.notes:
        facts.append(plain(settings.notes))
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    icon, color = LOOKS.get(run.state, (":material/hourglass_top:", "blue"))
    row.badge(how_far(run), icon=icon, color=color)
    row.caption(" · ".join(facts))


def _progress(run: Run) -> None:
    done = (run.epoch - 1) / run.settings.total_epochs if run.epoch else 0.0
    text = "" if run.epoch or run.stopping else "The curves begin with the first batch."
    st.progress(min(1.0, done), text=text)
    history = caches.history(run)
    tested = history["val_accuracy"].dropna()
    speed, left = run.images_per_second, run.seconds_left
    numbers = {
        "Accuracy, training": _percent(history["accuracy"].tolist()),
        "Accuracy, test": _percent(tested.tolist()),
        "Images a second": f"{speed:,.0f}" if speed else "–",
        "Time left, about": duration(left) if left is not None else "–",
    }
    metrics(numbers)
    if not run.stopping:
        st.button(
            "Stop",
            icon=":material/stop_circle:",
            key="stop",
            on_click=attempt,
            args=[stop_run, run],
        )
        st.caption(
            "The run goes on if you leave the page. Stopped, it keeps its weights and can go on "
            "later."
        )


def _percent(values: list[float]) -> str:
    return f"{values[-1]:.1%}" if values else "–"


def _end(workspace: Workspace, run: Run) -> None:
    if run.state == FAILED:
        st.error(f"The run failed: {message(run.message)}", icon=":material/error:")
        with st.expander("The end of its log", icon=":material/terminal:"):
            st.code(run.log_tail(12) or "It is empty.", language=None)
    epochs = run.settings.total_epochs
    if run.state == DONE and run.epoch < epochs:
        st.caption(
            f"It ended after {run.epoch} of {epochs} epochs: the last {run.settings.patience} "
            "brought nothing better. The best weights were kept."
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        goes_on = run.can_go_on and st.button(
            "Go on",
            icon=":material/resume:",
            type=main_button(),
            help="Takes the run up where it was, with the settings it had.",
        )
        show_actions(run)
    if goes_on:
        start_and_show(workspace, partial(resume_run, workspace, run))
