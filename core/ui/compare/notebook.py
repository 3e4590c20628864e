"""The notebook's three models, ranked as in its analysis, beside one's own runs of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data.build import NOTEBOOK_COUNTS
from core.evaluation.notebook import (
    PUBLISHED,
    Result,
    beside_published,
    order,
    reversed_label_ceiling,
)
from core.training.classes import SCRIPT
from core.training.runs import Run
from core.ui import caches
from core.ui.compare.runs import PERCENT
from core.ui.story import offer_story

_COLUMNS = {
    "Test accuracy": PERCENT,
    "Test loss": st.column_config.NumberColumn(format="%.2f"),
}

_WHY_NOT_HIGHER = (
    "Its labels were reversed by accident: whoever knew the script of every image could score "
    f"{reversed_label_ceiling(list(NOTEBOOK_COUNTS.values())):.1%} against them, and what is above "
    "that leaked from the order of its files. So compare the order, not the height; and with the "
    "right labels, ask for other collections before you trust the height."
)


def show_notebook(runs: Sequence[Run]) -> None:
    """Show the notebook's published figures, and the best of `runs` for each of its models."""
    st.header("The notebook's three models")
    comparable = {
        run.id: run
        for run in runs
        if run.settings.classes == SCRIPT and run.settings.split == "notebook"
    }
    rows = beside_published(
        Result(run.settings.model, run.id, run.accuracy, run.loss)
        for run in comparable.values()
        if run.accuracy is not None and run.loss is not None
    )
    data = {name: caches.data_name(run) for name, run in comparable.items()}
    frame = pd.DataFrame(
        {
            "Model": [each.model for each in rows],
            "Whose": [each.run or "as published" for each in rows],
            "Test accuracy": [100 * each.accuracy for each in rows],
            "Test loss": [each.loss for each in rows],
            "Data set": [data.get(each.run, "the notebook's own") for each in rows],
        }
    )
    offer_story("The notebook's mistakes, one by one")
    st.dataframe(frame, hide_index=True, column_config=_COLUMNS)
    st.caption(f"All were tested on a random fifth of their data. {ranks(rows)} {_WHY_NOT_HIGHER}")


def ranks(rows: Sequence[Result]) -> str:
    """Say whether one's own runs come in the notebook's order."""
    published = order({name: each["accuracy"] for name, each in PUBLISHED.items()})
    own = {each.model: each.accuracy for each in rows if each.run}
    said = f"The notebook ranks {', '.join(published)}."
    if len(own) < len(published):
        missing = ", ".join(name for name in published if name not in own)
        return f"{said} Train {missing} on that split to see whether your data agree."
    if order(own) == published:
        return f"{said} These runs agree."
    return f"{said} In these runs the order is {', '.join(order(own))}."
