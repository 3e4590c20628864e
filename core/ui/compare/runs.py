"""Which runs to compare, and which settings set them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data.sketchbook.strokes import is_drawn
from core.errors import ScriptoriumError
from core.evaluation.metrics import mean_over_scripts
from core.models.zoo import FAMILIES
from core.scripts import OTHER
from core.text import images, isolated
from core.training.elsewhere import by_script, most_telling, trials_of
from core.training.runs import Run
from core.training.settings import FIELDS
from core.ui import caches, state
from core.ui.page import doubt_runs
from core.ui.runs import how_far

_NEWEST = 6
PERCENT = st.column_config.ProgressColumn(format="%.1f%%", min_value=0, max_value=100)
_COLUMNS = {
    "Test accuracy": PERCENT,
    "Never saw": PERCENT,
    "Test loss": st.column_config.NumberColumn(format="%.3f"),
    "Parameters": st.column_config.NumberColumn(format="localized"),
    "Images a second": st.column_config.NumberColumn(format="%.0f"),
    "Started": st.column_config.DatetimeColumn(format="distance"),
}


def choose_runs(runs: Sequence[Run]) -> list[Run]:
    """Show all runs in a table, and return those that are ticked; the newest without a tick.

    The page's address may bring other ticks: `?run=ID`, any number of times.
    """
    ticks = state.ticked()
    arrived = f"picked-runs-{ticks.number}" not in st.session_state
    if arrived:
        asked = st.query_params.get_all("run")
        ticks.ids = asked or ticks.ids
        doubt_runs(set(asked) - {each.id for each in runs})
    # Streamlit keeps ticks by row: with other runs it is another table, which begins with them
    ticks.of([each.id for each in runs], arrived=arrived)
    ticked = [place for place, run in enumerate(runs) if run.id in ticks.began]
    picked = st.dataframe(
        _table(runs),
        hide_index=True,
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": ticked}},
        key=f"picked-runs-{ticks.number}",
    )
    ticks.ids = [runs[place].id for place in picked.selection.rows]
    if ticks.ids != st.query_params.get_all("run"):  # for whoever opens it anew, or a copy
        st.query_params.from_dict({"run": ticks.ids})
    st.caption(
        f"Tick the runs to compare; without a tick they are the newest {_NEWEST}. *Test accuracy* "
        "counts every test image once. On a random fifth it says how well a model knows its own "
        "data set; on other collections, what to expect of strangers (of the sketchbook: of other "
        "fonts). *Never saw* is the mean over scripts, all images of a script counted together, on "
        "collections that a run did not learn from. It comes from *Test it on another data set* "
        "on Train: from the test on people's handwriting with most scripts and images, or else "
        "from one on fonts. Without such a test it is of those of its own test images, if any, "
        "whose collection it did not learn from."
    )
    return [runs[place] for place in picked.selection.rows] or list(runs[:_NEWEST])


def _table(runs: Sequence[Run]) -> pd.DataFrame:
    elsewhere = [_elsewhere(each) for each in runs]
    return pd.DataFrame(
        {
            "Run": [each.id for each in runs],
            "Test accuracy": [_percent(each.accuracy) for each in runs],
            "Tested on": [each.tested_on for each in runs],
            "Never saw": [_percent(accuracy) for accuracy, _ in elsewhere],
            "Never saw: where": [data for _, data in elsewhere],
            "Model": [FAMILIES[each.settings.model].title for each in runs],
            "Data set": [caches.data_name(each) for each in runs],
            "Classes": [each.settings.classes + "s" for each in runs],
            "State": [how_far(each) for each in runs],
            "Test loss": [each.loss for each in runs],
            "Epochs begun": [each.epoch for each in runs],
            "Parameters": [each.parameters for each in runs],
            "Images a second": [each.images_per_second for each in runs],
            "Started": [each.created for each in runs],
            "Notes": [each.settings.notes for each in runs],
        }
    ).astype(dict.fromkeys(("Test accuracy", "Never saw", "Test loss", "Images a second"), float))


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _elsewhere(run: Run) -> tuple[float | None, str]:
    """Return its accuracy on collections it never saw, by its most telling test, and where.

    The mean over scripts, 0-1; None where there was no such test. One on another data set says more
    than the run's own, which may have held collections out, too.
    """
    trial = most_telling(trials_of(run))
    if trial is not None:
        return trial.accuracy, _where(caches.trial_name(trial), run, trial.unseen)
    try:
        own = caches.own_tally(run)
    except (ScriptoriumError, OSError):  # it has not got that far
        return None, "not tested"
    unseen = own[~own["seen"]]
    if not len(unseen) or set(unseen["script"]) == {OTHER}:
        return None, "not tested"
    return mean_over_scripts(by_script(unseen)), _where("its own test", run, unseen)


def _where(test: str, run: Run, unseen: pd.DataFrame) -> str:
    """Say what a test was on: of fonts, or of some of the scripts, it says less."""
    parts = [isolated(test)]
    if is_drawn(unseen["collection"].unique()):
        parts.append("fonts")
    tested, known = (len(set(each) - {OTHER}) for each in (unseen["script"], run.per_script))
    if tested < known:
        parts += [f"{tested} of {known} scripts", images(int(unseen["images"].sum()))]
    return ", ".join(parts)


def show_differences(runs: Sequence[Run]) -> None:
    """Show the settings in which `runs` differ, and only those."""
    st.header("What sets them apart")
    frame = differing(runs)
    if len(runs) < 2:
        st.caption("Tick two runs or more: their settings are set side by side here.")
    elif frame.empty:
        st.caption("Nothing: these runs have the same settings and the same data.")
    else:
        setting = st.column_config.TextColumn("Setting", width=150)
        st.dataframe(frame, column_config={"_index": setting})
        st.caption("Settings in which these runs differ; in all others they are alike.")


def differing(runs: Sequence[Run]) -> pd.DataFrame:
    """Return the settings that are not the same in all `runs`, as text: a row each, a column a run.

    What the data set holds counts as a setting, too.
    """
    described = {run.id: _settings(run) for run in runs}
    frame = pd.DataFrame(described).map(_said)
    return frame[frame.nunique(axis=1) > 1]


def _settings(run: Run) -> dict[str, Any]:
    values = {}
    for name, each in FIELDS.items():
        value = getattr(run.settings, name)
        values[each.metadata["label"]] = each.metadata["options"].get(value, value)
    values[FIELDS["epochs"].metadata["label"]] = run.settings.total_epochs
    values[FIELDS["data"].metadata["label"]] = caches.data_name(run)
    return {**values, "Content of the data": run.data_hash[:12]}


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
