"""The Train page's parts: the settings, the run that goes on, the list of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import streamlit as st

from core.data.splits import SPLITS
from core.errors import RunBusy, ScriptoriumError
from core.models.zoo import FAMILIES
from core.training.runs import Run, find_run, start_run, stop_run
from core.training.settings import FIELDS, SCHEDULES, Settings
from core.ui import charts
from core.ui.page import advice
from core.workspace import Workspace

_POLL_SECONDS = 1.0
_PLAIN = {"displayModeBar": False}


def settings_form(data: Path, model: str) -> Settings | None:
    """Ask for the settings of a run; return them when the visitor starts it."""
    epochs = FAMILIES[model].epochs
    with st.form("settings"):
        left, right = st.columns(2, gap="medium")
        with left:
            given = {
                "split": _choice("split", SPLITS),
                "epochs": _number("epochs", 1, 10_000, value=epochs, key=f"epochs-{model}"),
                "batch_size": _number("batch_size", 1, 8192),
                "seed": _number("seed", 0, 2**32 - 1),
            }
        with right:
            given |= {
                "learning_rate": _number("learning_rate", 1e-6, 1.0, step=1e-4, format="%.5f"),
                "schedule": _choice("schedule", SCHEDULES),
                "label_smoothing": _number("label_smoothing", 0.0, 0.9, step=0.05),
                "augment": _explained("augment", st.checkbox),
            }
        given["notes"] = _explained("notes", st.text_input)
        if not st.form_submit_button("Start training", type="primary"):
            return None
    return Settings(data=data, model=model, **given)


def _choice(name: str, options: Sequence[str]) -> str:
    return _explained(name, st.selectbox, options=options)


def _number(name: str, low: float, high: float, **options: Any) -> Any:
    options = {"value": FIELDS[name].default, "min_value": low, "max_value": high, **options}
    return _explained(name, st.number_input, **options)


def _explained(name: str, widget: Callable[..., Any], **options: Any) -> Any:
    """Draw the widget of a setting with its label, and its sentence under it."""
    setting = FIELDS[name].metadata
    with st.container(gap="xsmall"):
        answer = widget(setting["label"], **options)
        st.caption(setting["help"])
    return answer


def start(workspace: Workspace, settings: Settings) -> None:
    """Start a run, or say why that can't be now."""
    try:
        start_run(workspace, settings)
    except RunBusy:
        st.warning(
            "A run is going on, and there is room for one: wait for it to end, or stop it above.",
            icon=":material/error:",
        )
    except ScriptoriumError as error:
        st.warning(str(error), icon=":material/error:")
    else:
        st.rerun()


def watch(workspace: Workspace, run: Run) -> None:
    """Show `run`, again and again for as long as it goes on."""
    every = _POLL_SECONDS if run.active else None
    st.fragment(_show, run_every=every)(workspace, run.id, run.active)


def _show(workspace: Workspace, run_id: str, was_active: bool) -> None:
    with advice():
        run = find_run(workspace, run_id)
    if was_active and not run.active:
        st.rerun()
    st.subheader(f"Run {run.id}")
    _state(run)
    history = run.history()
    if len(history):
        loss, accuracy = st.columns(2)
        loss.plotly_chart(charts.learning(history, "loss"), config=_PLAIN, key="loss")
        accuracy.plotly_chart(charts.learning(history, "accuracy"), config=_PLAIN, key="accuracy")


def _state(run: Run) -> None:
    facts = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    icon, color = _LOOKS.get(run.state, (":material/hourglass_top:", "blue"))
    facts.badge(_word(run), icon=icon, color=color)
    if run.epoch:
        facts.caption(f"Epoch {run.epoch} of {run.settings.total_epochs}")
    if run.active and run.seconds_left is not None:
        facts.caption(f"About {duration(run.seconds_left)} left")
    if run.accuracy is not None:
        facts.caption(f"Test accuracy {run.accuracy:.1%}")
    if run.active and not run.stopping:
        facts.button(
            "Stop", icon=":material/stop_circle:", key="stop", on_click=stop_run, args=[run]
        )
    if run.active and not run.epoch:
        st.progress(0.0, text="The curves begin with the first batch, some ten seconds from now.")
    elif run.active:
        st.progress(min(1.0, (run.epoch - 1) / run.settings.total_epochs))
    if run.state == "failed":
        st.error(f"The run failed: {run.message}", icon=":material/error:")
        st.code(run.log_tail(12) or "Its log is empty.", language=None)


_LOOKS: dict[str, tuple[str, Literal["green", "gray", "red", "blue"]]] = {
    "done": (":material/check_circle:", "green"),
    "stopped": (":material/stop_circle:", "gray"),
    "failed": (":material/error:", "red"),
}


def _word(run: Run) -> str:
    return "stopping" if run.stopping else run.state


def duration(seconds: float) -> str:
    """Say a length of time in words: seconds to a minute, minutes to an hour, then hours."""
    for size, word in ((3600, "hour"), (60, "minute")):
        if seconds >= 0.9 * size:
            count = max(1, round(seconds / size))
            return f"{count} {word}{'s' if count > 1 else ''}"
    return f"{max(1, round(seconds))} s"


def runs_table(runs: Sequence[Run], **options: Any) -> Any:
    """Show runs as a table, newest first; `options` go to st.dataframe."""
    frame = pd.DataFrame(
        {
            "Run": [each.id for each in runs],
            "State": [_word(each) for each in runs],
            "Test accuracy": [each.accuracy for each in runs],
            "Test loss": [each.loss for each in runs],
            "Epochs": [each.epoch for each in runs],
            "Parameters": [each.parameters for each in runs],
            "Data set": [each.settings.data.stem for each in runs],
            "Split": [each.settings.split for each in runs],
            "Started": [each.created for each in runs],
            "Notes": [each.settings.notes for each in runs],
        }
    )
    config = {
        "Test accuracy": st.column_config.NumberColumn(format="percent"),
        "Test loss": st.column_config.NumberColumn(format="%.3f"),
        "Parameters": st.column_config.NumberColumn(format="localized"),
        "Started": st.column_config.DatetimeColumn(format="distance"),
    }
    return st.dataframe(frame, hide_index=True, column_config=config, **options)
